//! What the driver did that VIRTIO 1.2 forbids, as the device saw it.
//!
//! A real device might do anything then, or happen to work; here it is named, and a run with a fault has failed.

use crate::sync::Mutex;
use std::fmt;

/// A rule of VIRTIO 1.2 that the driver broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A register was accessed with another width than its own (4.1.3.1).
    Width {
        /// Which.
        register: &'static str,
        /// The width in bytes.
        width: usize,
    },
    /// An access where no register is.
    NoRegister {
        /// The offset from the start of the virtio structures.
        offset: u64,
        /// The width in bytes.
        width: usize,
    },
    /// A read-only register was written.
    ReadOnly(&'static str),
    /// A step of the initialization came out of order (3.1.1).
    Order(&'static str),
    /// The driver accepted features that the device did not offer (2.2).
    Features(u64),
    /// A queue was set up with a size or an address that the device can't take (2.7, 4.1.5.1.3).
    Queue(&'static str),
    /// A queue was notified that is not enabled, or before DRIVER_OK (3.1.1).
    Notify(u16),
    /// The available ring names a chain that is none (2.7.5).
    Chain(&'static str),
    /// The available index ran ahead by more than the queue's size (2.7.6).
    AvailableIndex,
    /// A command is malformed, or its response has no place (5.7.6).
    Command(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Width { register, width } => write!(
                f,
                "{register} was accessed with {width} bytes [VIRTIO 4.1.3.1]"
            ),
            Self::NoRegister { offset, width } => {
                write!(
                    f,
                    "no register of {width} bytes at {offset:#x} of the virtio structures"
                )
            }
            Self::ReadOnly(register) => write!(
                f,
                "{register} is read-only and was written [VIRTIO 4.1.4.3]"
            ),
            Self::Order(what) => write!(f, "{what} [VIRTIO 3.1.1]"),
            Self::Features(bits) => write!(
                f,
                "features {bits:#x} were accepted and never offered [VIRTIO 2.2]"
            ),
            Self::Queue(what) => write!(f, "queue set-up: {what} [VIRTIO 4.1.5.1.3]"),
            Self::Notify(queue) => write!(
                f,
                "queue {queue} was notified while it can't be in use [VIRTIO 3.1.1]"
            ),
            Self::Chain(what) => write!(f, "descriptor chain: {what} [VIRTIO 2.7.5]"),
            Self::AvailableIndex => {
                f.write_str("the available index ran ahead of the ring [VIRTIO 2.7.6]")
            }
            Self::Command(what) => write!(f, "command: {what} [VIRTIO 5.7.6]"),
        }
    }
}

/// The faults so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub fn add(&self, fault: Fault) {
        self.0.lock().push(fault);
    }

    pub fn all(&self) -> Vec<Fault> {
        self.0.lock().clone()
    }
}
