//! Why slots could not be reserved or a batch not be submitted.

use crate::memory::AccessError;
use core::fmt;

/// Slots could not be reserved. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReserveError {
    /// Not so many slots are free now.
    Full {
        /// How many are.
        free: u8,
    },
    /// More than [`super::CommandQueue::max_batch`], or none.
    Count,
    /// The batch still has slots: submit or release it first.
    InUse,
    /// The device broke the queue's rules, or it is not configured.
    Down,
}

impl fmt::Display for ReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { free } => write!(f, "only {free} command slots are free; try again later"),
            Self::Count => f.write_str("a batch has at least one command and at most max_batch()"),
            Self::InUse => f.write_str("the batch still holds slots"),
            Self::Down => f.write_str("the queue is down; reset the device"),
        }
    }
}

impl core::error::Error for ReserveError {}

/// A batch was not submitted: the device has seen none of it, and the batch still has its slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitError {
    /// The ring or the list of batches is full; try again when something has completed.
    Full,
    /// A command's data is in too many pieces for the ring.
    TooScattered,
    /// The batch has no commands.
    Empty,
    /// The batch was reserved before the device was last reset, or from another queue. Release it.
    Stale,
    /// The device broke the queue's rules, or it is not configured.
    Down,
    /// The shared memory is not where it should be.
    Access(AccessError),
}

impl fmt::Display for SubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the queue is full; try again later"),
            Self::TooScattered => f.write_str("a command's data is in too many pieces"),
            Self::Empty => f.write_str("the batch has no commands"),
            Self::Stale => f.write_str("the batch is from before the reset or from another queue"),
            Self::Down => f.write_str("the queue is down; reset the device"),
            Self::Access(error) => write!(f, "command memory: {error}"),
        }
    }
}

impl core::error::Error for SubmitError {}
