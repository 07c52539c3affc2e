//! What became of a batch, and the check of a single response.

use super::slot::RESPONSE_LEN;
use crate::memory::{AccessError, Memory};
use crate::protocol::{CommandType, CtrlHdr, Expected, FLAG_FENCE, ResponseType};
use core::fmt;
use zerocopy::FromBytes;

/// A batch's name, given by [`super::CommandQueue::submit`]. Unique until 2^32 batches later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchId(pub(super) u32);

impl BatchId {
    /// Orders ids by age, the oldest least, given the one that comes next: they grow, and wrap around.
    pub(super) const fn age_before(self, next: u32) -> u32 {
        self.0.wrapping_sub(next)
    }
}

/// A batch is with the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the device may have to be kicked"]
pub struct Submitted {
    /// Its name in [`Completed`].
    pub id: BatchId,
    /// Whether the device wants to be notified ([`crate::Transport::notify`]). Under the lock or after it.
    pub kick: bool,
}

/// A batch is no longer with the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completed {
    /// Which.
    pub id: BatchId,
    /// What the submitter called it.
    pub tag: u64,
    /// Whether all its commands succeeded; otherwise the first that did not.
    pub result: Result<(), Failure>,
}

/// Why a batch failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// One of its commands did; others may have succeeded, before and after.
    Command(FailedCommand),
    /// The device was reset before it had used all of the batch.
    Abandoned,
}

/// A command that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedCommand {
    /// Its number in the batch, from zero.
    pub position: u8,
    /// Which command it was.
    pub command: CommandType,
    /// Why.
    pub reason: Reason,
}

/// Why a command failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The device says so.
    Refused(ResponseType),
    /// The response is of a type that does not answer this command.
    WrongType {
        /// The number in its header.
        got: u32,
    },
    /// The device wrote less than the answer has.
    TooShort {
        /// How many bytes it says it wrote.
        got: u32,
        /// How many it should have.
        needed: u32,
    },
    /// The command was fenced and the response does not carry its fence.
    WrongFence {
        /// The fence that was sent.
        wanted: u64,
        /// The one in the response; zero without the flag.
        got: u64,
    },
    /// The place of the response cannot be read.
    Access(AccessError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FailedCommand {
            position,
            command,
            reason,
        } = match self {
            Self::Command(failed) => failed,
            Self::Abandoned => return f.write_str("the device was reset before it answered"),
        };
        match reason {
            Reason::Refused(error) => write!(f, "command {position}, {command:?}: {error:?}"),
            Reason::WrongType { got } => write!(
                f,
                "command {position}, {command:?}: expected {:?}, the response has type {got:#x}",
                command.expected()
            ),
            Reason::TooShort { got, needed } => write!(
                f,
                "command {position}, {command:?}: expected {needed} bytes, {got} written"
            ),
            Reason::WrongFence { wanted, got } => write!(
                f,
                "command {position}, {command:?}: expected fence {wanted}, got {got}"
            ),
            Reason::Access(error) => {
                write!(f, "command {position}, {command:?}: response: {error}")
            }
        }
    }
}

impl core::error::Error for Failure {}

/// Checks what the device wrote: `len` bytes at `at`, in answer to `command` with `fence` (zero: not fenced).
pub(super) fn check_response<M: Memory + ?Sized>(
    memory: &M,
    at: usize,
    command: CommandType,
    fence: u64,
    len: u32,
) -> Result<(), Reason> {
    let Expected::Response { kind, min_len } = command.expected() else {
        return Ok(());
    };
    let header_len = RESPONSE_LEN as u32;
    if len < header_len {
        return Err(Reason::TooShort {
            got: len,
            needed: header_len,
        });
    }
    // Copied once: the device may change it while it is looked at.
    let mut bytes = [0; RESPONSE_LEN];
    memory.read_bytes(at, &mut bytes).map_err(Reason::Access)?;
    let Ok(header) = CtrlHdr::read_from_bytes(&bytes) else {
        return Err(Reason::WrongType { got: 0 });
    };
    let got = header.kind.get();
    match ResponseType::from_number(got) {
        Some(response) if response == kind => {}
        Some(response) if response.is_error() => return Err(Reason::Refused(response)),
        _ => return Err(Reason::WrongType { got }),
    }
    if len < min_len {
        return Err(Reason::TooShort {
            got: len,
            needed: min_len,
        });
    }
    let fenced = header.flags.get() & FLAG_FENCE != 0;
    let got = if fenced { header.fence_id.get() } else { 0 };
    if fence != 0 && got != fence {
        return Err(Reason::WrongFence { wanted: fence, got });
    }
    Ok(())
}
