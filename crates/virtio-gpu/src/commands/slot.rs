//! What is where in a slot, and the chain of buffers that a command makes.

use super::batch::{DataKind, Entry};
use crate::backing::EntryList;
use crate::memory::{AccessError, Memory, Segment, segments};
use crate::protocol::{Expected, FLAG_FENCE};
use crate::queue::{Buffer, DESCRIPTOR_LEN, Table};

/// Bytes of shared memory per command.
pub const SLOT_LEN: usize = 128;
/// The longest command that fits in a slot, in bytes.
pub const REQUEST_LEN: usize = 64;
/// Where in a slot the response is written.
pub(super) const RESPONSE: usize = 64;
/// The longest response that fits in a slot: a header.
pub(super) const RESPONSE_LEN: usize = 24;
/// Where in a slot the indirect descriptors are.
const TABLE: usize = 96;
/// Room for a command and its response. Longer chains take a table of their own, or descriptors of the ring.
const TABLE_CAPACITY: u16 = 2;

/// Where a command's descriptors go.
pub(super) fn table(entry: &Entry, slot: usize) -> Table {
    match entry.table_at {
        Some(at) => Table {
            offset: usize::try_from(at).unwrap_or(usize::MAX),
            capacity: (EntryList::TABLE_LEN / DESCRIPTOR_LEN) as u16,
        },
        None => Table {
            offset: slot.saturating_add(TABLE),
            capacity: TABLE_CAPACITY,
        },
    }
}

/// The bit of a slot in a mask.
pub(super) const fn bit(slot: u8) -> u64 {
    1u64.wrapping_shl(slot as u32)
}

/// Where a slot is.
pub(super) fn slot_offset(slots_at: usize, slot: usize) -> Option<usize> {
    slot.checked_mul(SLOT_LEN)?.checked_add(slots_at)
}

/// Sets flag and number in a command's header.
pub(super) fn write_fence<M: Memory + ?Sized>(
    memory: &M,
    slot: usize,
    fence: u64,
) -> Result<(), AccessError> {
    memory.write_u32(slot.saturating_add(4), FLAG_FENCE)?;
    memory.write_u64(slot.saturating_add(8), fence)
}

/// The buffers of a command: itself, what it carries, and where the answer goes.
pub(super) fn chain<'a, M: Memory + ?Sized>(
    memory: &'a M,
    entry: &Entry,
    slot: usize,
) -> impl Iterator<Item = Result<Buffer, AccessError>> + Clone + use<'a, M> {
    let request = (slot, usize::from(entry.request_len), false);
    let data_at = usize::try_from(entry.data_at).unwrap_or(usize::MAX);
    let data_len = usize::try_from(entry.data_len).unwrap_or(usize::MAX);
    let data = match entry.data {
        DataKind::None => (0, 0, false),
        DataKind::Carried => (data_at, data_len, false),
        DataKind::Response => (data_at, data_len, true),
    };
    let in_slot = match (entry.command.expected(), entry.data) {
        (Expected::Nothing, _) | (_, DataKind::Response) => 0,
        _ => RESPONSE_LEN,
    };
    let response = (slot.saturating_add(RESPONSE), in_slot, true);
    [request, data, response]
        .into_iter()
        .flat_map(move |(offset, len, writable)| {
            segments(memory, offset, len).map(move |segment: Result<Segment, AccessError>| {
                segment.map(|segment| Buffer { segment, writable })
            })
        })
}
