//! What a device's registers can answer that they must not.

use super::{CONFIG_ATTEMPTS, MAX_QUEUE_SIZE};
use crate::features::Features;
use crate::memory::AccessError;
use core::fmt;

/// A register of the device answered what it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// A register is not where the layout says.
    Access(AccessError),
    /// Registers read as all ones: the device is gone.
    Gone,
    /// The device did not finish its reset before the caller lost patience; its status then.
    ResetTimeout {
        /// What `device_status` still says.
        status: u8,
    },
    /// The device does not offer what the driver needs.
    FeaturesMissing {
        /// What it offers.
        offered: Features,
        /// What is needed and not offered.
        missing: Features,
    },
    /// The device did not keep FEATURES_OK.
    FeaturesRefused {
        /// What the driver had accepted.
        accepted: Features,
    },
    /// The device asks to be reset (DEVICE_NEEDS_RESET), or took a status bit back.
    BadStatus {
        /// What `device_status` says.
        status: u8,
    },
    /// There is no such queue.
    NoQueue {
        /// Its index.
        queue: u16,
    },
    /// A queue's size is not a power of two up to 32768, or it did not take the size written.
    QueueSize {
        /// The queue's index.
        queue: u16,
        /// What `queue_size` says.
        size: u16,
    },
    /// A queue is enabled although the device was just reset, or is not although it was just enabled.
    QueueEnable {
        /// The queue's index.
        queue: u16,
        /// What `queue_enable` says.
        enable: u16,
    },
    /// The device did not take an MSI-X vector.
    Vector {
        /// The queue's index; `None` for configuration changes.
        queue: Option<u16>,
        /// The vector written.
        wanted: u16,
        /// The vector read back; 0xffff is "no vector".
        got: u16,
    },
    /// A queue's notification address lies outside the notify structure.
    NotifyOffset {
        /// The queue's index.
        queue: u16,
        /// Its `queue_notify_off`.
        notify_off: u16,
        /// The structure's length.
        length: u32,
    },
    /// The configuration kept changing while it was read.
    ConfigUnstable,
    /// `num_scanouts` is not 1 to 16.
    NumScanouts(u32),
}

impl From<AccessError> for TransportError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Access(error) => write!(f, "registers: {error}"),
            Self::Gone => f.write_str("registers read as all ones: the device is gone"),
            Self::ResetTimeout { status } => write!(
                f,
                "reset: expected device_status 0 in time, it stays {status:#04x}"
            ),
            Self::FeaturesMissing { offered, missing } => write!(
                f,
                "features {:#x} are needed, the device offers {:#x}",
                missing.bits(),
                offered.bits()
            ),
            Self::FeaturesRefused { accepted } => write!(
                f,
                "the device refuses features {:#x}, which it had offered",
                accepted.bits()
            ),
            Self::BadStatus { status } => {
                write!(f, "device_status {status:#04x}: the device needs a reset")
            }
            Self::NoQueue { queue } => write!(f, "the device has no queue {queue}"),
            Self::QueueSize { queue, size } => write!(
                f,
                "queue {queue}: size {size}, expected a power of two up to {MAX_QUEUE_SIZE} that can be reduced"
            ),
            Self::QueueEnable { queue, enable } => {
                write!(f, "queue {queue}: queue_enable is unexpectedly {enable}")
            }
            Self::Vector { queue, wanted, got } => match queue {
                Some(queue) => write!(
                    f,
                    "queue {queue}: wrote MSI-X vector {wanted}, read back {got}"
                ),
                None => write!(
                    f,
                    "configuration change: wrote MSI-X vector {wanted}, read back {got}"
                ),
            },
            Self::NotifyOffset {
                queue,
                notify_off,
                length,
            } => write!(
                f,
                "queue {queue}: queue_notify_off {notify_off} leads outside the notify structure of {length} bytes"
            ),
            Self::ConfigUnstable => {
                write!(f, "configuration changed during {CONFIG_ATTEMPTS} reads")
            }
            Self::NumScanouts(num) => write!(f, "num_scanouts {num}: expected 1 to 16"),
        }
    }
}

impl core::error::Error for TransportError {}
