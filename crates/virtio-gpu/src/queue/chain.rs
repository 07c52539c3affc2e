//! A chain of buffers: what it is, whether it is well-formed, and how one descriptor is written.

use super::AddError;
use crate::memory::{AccessError, Memory, Segment};
use virtio::virtq::DescF;

/// One buffer of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// Where it is and how long.
    pub segment: Segment,
    /// Whether the device writes it; otherwise it reads it.
    pub writable: bool,
}

/// A chain, counted and checked.
pub(super) struct Measure {
    pub(super) count: u16,
    pub(super) writable: u32,
}

impl Measure {
    pub(super) fn of(
        chain: impl Iterator<Item = Result<Buffer, AccessError>>,
    ) -> Result<Self, AddError> {
        let mut measure = Measure {
            count: 0,
            writable: 0,
        };
        let mut total = 0u32;
        let mut writing = false;
        for buffer in chain {
            let Buffer { segment, writable } = buffer?;
            if segment.len == 0 || (writing && !writable) {
                return Err(AddError::BadChain);
            }
            writing = writable;
            measure.count = measure.count.checked_add(1).ok_or(AddError::TooLong)?;
            // All buffers of a chain together must stay below 2^32 bytes (2.7.5.1).
            total = total.checked_add(segment.len).ok_or(AddError::BadChain)?;
            if writable {
                measure.writable = measure.writable.saturating_add(segment.len);
            }
        }
        if measure.count == 0 {
            return Err(AddError::BadChain);
        }
        Ok(measure)
    }
}

/// Writes one `virtq_desc`.
pub(super) fn write_descriptor<M: Memory + ?Sized>(
    memory: &M,
    at: usize,
    buffer: Buffer,
    flags: DescF,
    next: u16,
) -> Result<(), AccessError> {
    let write = if buffer.writable {
        DescF::WRITE
    } else {
        DescF::empty()
    };
    memory.write_u64(at, buffer.segment.address)?;
    memory.write_u32(at.saturating_add(8), buffer.segment.len)?;
    memory.write_u16(at.saturating_add(12), (flags | write).bits().to_ne())?;
    memory.write_u16(at.saturating_add(14), next)
}
