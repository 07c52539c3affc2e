//! Why a chain could not be added, and how a device can break the rules of a queue.

use crate::memory::AccessError;
use core::fmt;

/// A chain was not added. The queue is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddError {
    /// Not enough free descriptors now; some come back with [`super::VirtQueue::pop`].
    Full,
    /// Longer than the queue: it will never fit.
    TooLong,
    /// No buffers, an empty one, or a readable one behind a writable one.
    BadChain,
    /// The rings or the table are not where they should be, or the chain's own iterator failed.
    Access(AccessError),
}

impl From<AccessError> for AddError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl fmt::Display for AddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the queue has too few free descriptors; try again later"),
            Self::TooLong => f.write_str("the chain is longer than the queue"),
            Self::BadChain => f.write_str(
                "expected one or more buffers, none empty, the readable ones before the writable",
            ),
            Self::Access(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AddError {}

/// The device broke the rules of the queue. Nothing more that it says about this queue can be relied upon: reset it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceError {
    /// `used.idx` is further ahead than chains are outstanding.
    UsedIndex {
        /// What it says.
        index: u16,
        /// The last one seen.
        last: u16,
        /// How many chains the device has.
        outstanding: u16,
    },
    /// A used element names a chain that the device does not have.
    UsedId {
        /// The id.
        id: u32,
    },
    /// The device says it wrote more than the chain has room for.
    UsedLength {
        /// The chain's id.
        id: u16,
        /// What it says it wrote, in bytes.
        len: u32,
        /// The room there was.
        writable: u32,
    },
    /// The rings are not where they should be: the memory has changed, or the queue was never configured.
    Access(AccessError),
}

impl From<AccessError> for DeviceError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UsedIndex {
                index,
                last,
                outstanding,
            } => write!(
                f,
                "used.idx {index}: expected at most {outstanding} after {last}"
            ),
            Self::UsedId { id } => write!(f, "used id {id}: the device has no such chain"),
            Self::UsedLength { id, len, writable } => write!(
                f,
                "used id {id}: {len} bytes written, the chain has room for {writable}"
            ),
            Self::Access(error) => write!(f, "rings: {error}"),
        }
    }
}

impl core::error::Error for DeviceError {}
