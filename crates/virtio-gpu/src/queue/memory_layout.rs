//! Where the three parts of a split virtqueue lie in a memory, and where each field of them is (VIRTIO 1.2, 2.7).
//!
//! Offsets only; what is written there is the queue's affair.

use crate::memory::{AccessError, Memory, contiguous};
use core::fmt;

/// Size of a `virtq_desc`.
pub(crate) const DESCRIPTOR_LEN: usize = 16;
/// Size of a `virtq_used_elem`.
const USED_ELEMENT_LEN: usize = 8;
/// `flags` and `idx` in front of a ring's entries.
const RING_HEADER_LEN: usize = 4;

/// Bus addresses and size of a queue's parts, for [`crate::Transport::enable_queue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Number of descriptors.
    pub size: u16,
    /// Descriptor area.
    pub descriptors: u64,
    /// Driver area: the available ring.
    pub driver: u64,
    /// Device area: the used ring.
    pub device: u64,
}

/// Why a queue could not be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// The size is not a power of two, or more than the queue has been compiled for.
    Size {
        /// The size.
        size: u16,
    },
    /// The queue is too small to hold a single command.
    TooSmall {
        /// The size.
        size: u16,
    },
    /// Memory is missing, misaligned, or a part of the rings is not contiguous.
    Access(AccessError),
    /// A part's bus address is not aligned as the device needs it.
    Misaligned {
        /// The address.
        address: u64,
        /// What it should be a multiple of.
        alignment: u64,
    },
}

impl From<AccessError> for SetupError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Size { size } => write!(
                f,
                "queue size {size}: expected a power of two within the driver's own limit"
            ),
            Self::TooSmall { size } => {
                write!(f, "queue size {size}: too small for one command")
            }
            Self::Access(error) => write!(f, "queue memory: {error}"),
            Self::Misaligned { address, alignment } => write!(
                f,
                "queue memory at {address:#x}: expected a multiple of {alignment}"
            ),
        }
    }
}

impl core::error::Error for SetupError {}

/// Bytes that the rings of a queue of `size` take.
///
/// If they begin at a page, no part crosses into another one up to a size of 256, so scattered pages will do.
pub const fn rings_len(size: u16) -> usize {
    // flags, idx, ring, avail_event.
    let elements = (size as usize).saturating_mul(USED_ELEMENT_LEN);
    device_area(size)
        .saturating_add(RING_HEADER_LEN)
        .saturating_add(elements)
        .saturating_add(2)
}

/// Offset of the available ring behind the descriptors.
const fn driver_area(size: u16) -> usize {
    (size as usize).saturating_mul(DESCRIPTOR_LEN)
}

/// Offset of the used ring, which must be 4-aligned.
const fn device_area(size: u16) -> usize {
    // flags, idx, ring, used_event.
    let entries = (size as usize).saturating_mul(2);
    driver_area(size)
        .saturating_add(RING_HEADER_LEN)
        .saturating_add(entries)
        .saturating_add(2)
        .next_multiple_of(4)
}

/// Offsets of a queue's parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rings {
    /// Number of descriptors, a power of two; zero if there are no rings.
    pub(super) size: u16,
    offset: usize,
}

impl Rings {
    pub(super) const NOWHERE: Self = Rings { size: 0, offset: 0 };

    /// Checks place and alignment, and clears the rings.
    pub(super) fn lay_out<M: Memory + ?Sized>(
        memory: &M,
        offset: usize,
        size: u16,
    ) -> Result<(Self, Addresses), SetupError> {
        if !size.is_power_of_two() || size > 32768 {
            return Err(SetupError::Size { size });
        }
        let rings = Rings { size, offset };
        let (driver, device) = (driver_area(size), device_area(size));
        let part = |from: usize, to: usize, alignment: u64| {
            let address = contiguous(memory, rings.at(from)?, to.saturating_sub(from))?;
            if address & alignment.wrapping_sub(1) == 0 {
                Ok(address)
            } else {
                Err(SetupError::Misaligned { address, alignment })
            }
        };
        let addresses = Addresses {
            size,
            descriptors: part(0, driver, 16)?,
            driver: part(driver, device, 2)?,
            device: part(device, rings_len(size), 4)?,
        };
        for at in (0..rings_len(size)).step_by(2) {
            memory.write_u16(rings.at(at)?, 0)?;
        }
        Ok((rings, addresses))
    }

    /// The absolute offset of something in the rings.
    fn at(&self, relative: usize) -> Result<usize, AccessError> {
        let bad = AccessError {
            offset: relative,
            width: 0,
        };
        if self.size == 0 {
            return Err(bad);
        }
        self.offset.checked_add(relative).ok_or(bad)
    }

    /// Ring indices run freely; this is the place one stands for.
    fn wrap(&self, index: u16) -> usize {
        usize::from(index & self.size.wrapping_sub(1))
    }

    pub(super) fn descriptor(&self, index: u16) -> Result<usize, AccessError> {
        self.at(usize::from(index).saturating_mul(DESCRIPTOR_LEN))
    }

    pub(super) fn available_flags(&self) -> Result<usize, AccessError> {
        self.at(driver_area(self.size))
    }

    pub(super) fn available_index(&self) -> Result<usize, AccessError> {
        self.at(driver_area(self.size).saturating_add(2))
    }

    pub(super) fn available_entry(&self, index: u16) -> Result<usize, AccessError> {
        let entries = driver_area(self.size).saturating_add(RING_HEADER_LEN);
        self.at(entries.saturating_add(self.wrap(index).saturating_mul(2)))
    }

    /// `used_event`, behind the available ring's entries.
    pub(super) fn used_event(&self) -> Result<usize, AccessError> {
        let entries = driver_area(self.size).saturating_add(RING_HEADER_LEN);
        self.at(entries.saturating_add(usize::from(self.size).saturating_mul(2)))
    }

    pub(super) fn used_flags(&self) -> Result<usize, AccessError> {
        self.at(device_area(self.size))
    }

    pub(super) fn used_index(&self) -> Result<usize, AccessError> {
        self.at(device_area(self.size).saturating_add(2))
    }

    pub(super) fn used_element(&self, index: u16) -> Result<usize, AccessError> {
        let elements = device_area(self.size).saturating_add(RING_HEADER_LEN);
        self.at(elements.saturating_add(self.wrap(index).saturating_mul(USED_ELEMENT_LEN)))
    }

    /// `avail_event`, behind the used ring's elements.
    pub(super) fn available_event(&self) -> Result<usize, AccessError> {
        let elements = device_area(self.size).saturating_add(RING_HEADER_LEN);
        self.at(elements.saturating_add(usize::from(self.size).saturating_mul(USED_ELEMENT_LEN)))
    }
}
