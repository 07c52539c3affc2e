//! What went wrong with the device, as a value that can be traced without formatting and turned into a status.

use dxgk::interrupt::Refusal;
use dxgk::status::Status;
use virtio_gpu::AccessError;
use virtio_gpu::backing::BackingError;
use virtio_gpu::commands::{FailedCommand, Failure, PushError, Reason};
use virtio_gpu::pci::{ConfigReadError, LayoutError, Structure};
use virtio_gpu::queue::{DeviceError, SetupError};
use virtio_gpu::transport::TransportError;

use crate::trace::Value;

/// What went wrong: its name, up to two numbers that say more, and the status for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What it is, in few words.
    pub what: &'static str,
    /// A number, or an empty name.
    pub first: Value,
    /// A number, or an empty name.
    pub second: Value,
    /// The status that whoever asked gets.
    pub status: Status,
}

const NONE: Value = ("", 0);

impl Fault {
    pub(crate) const fn new(what: &'static str, status: Status) -> Self {
        Self {
            what,
            first: NONE,
            second: NONE,
            status,
        }
    }

    /// The device broke the protocol.
    const fn protocol(what: &'static str) -> Self {
        Self::new(what, Status::DEVICE_PROTOCOL_ERROR)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<u64>) -> Self {
        let value = (name, value.into());
        if self.first.0.is_empty() {
            self.first = value;
        } else {
            self.second = value;
        }
        self
    }

    /// The device did not do what it was asked within the time it has.
    pub(crate) const fn timeout(what: &'static str) -> Self {
        Self::new(what, Status::IO_TIMEOUT)
    }
}

/// A fault of the machine below: a status from the port driver or the kernel.
impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::new("service failed", status)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::new("closure refused", refusal.into())
    }
}

impl From<AccessError> for Fault {
    fn from(error: AccessError) -> Self {
        Self::protocol("access out of bounds").with("offset", error.offset as u64)
    }
}

impl From<ConfigReadError> for Fault {
    fn from(error: ConfigReadError) -> Self {
        Self::new("configuration space unreadable", Status::UNSUCCESSFUL)
            .with("offset", error.offset)
    }
}

impl From<LayoutError> for Fault {
    fn from(error: LayoutError) -> Self {
        let bad = |what| Self::new(what, Status::DEVICE_CONFIGURATION_ERROR);
        let number = |structure: Structure| structure as u64;
        match error {
            LayoutError::Config(error) => error.into(),
            LayoutError::NotVirtioGpu { vendor, device } => bad("not a virtio GPU")
                .with("vendor", vendor)
                .with("device", device),
            LayoutError::OutsideBar {
                structure, region, ..
            } => bad("structure outside its BAR")
                .with("structure", number(structure))
                .with("bar", region.bar),
            LayoutError::TooShort {
                structure, length, ..
            } => bad("structure too short")
                .with("structure", number(structure))
                .with("length", length),
            LayoutError::Misaligned { structure, offset } => bad("structure misaligned")
                .with("structure", number(structure))
                .with("offset", offset),
            LayoutError::CapabilityLength { structure, cap_len } => bad("capability length")
                .with("structure", number(structure))
                .with("length", cap_len),
            LayoutError::Missing(structure) => {
                bad("structure missing").with("structure", number(structure))
            }
            LayoutError::NotifyMultiplier(multiplier) => {
                bad("notify multiplier").with("multiplier", multiplier)
            }
            LayoutError::BadPointer { pointer } => {
                bad("capability pointer").with("pointer", pointer)
            }
            LayoutError::Loop { at } => bad("capability list loops").with("at", at),
            LayoutError::NoCapabilities => bad("no capability list"),
        }
    }
}

impl From<TransportError> for Fault {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Access(error) => error.into(),
            TransportError::Gone => Self::new("device gone", Status::DEVICE_REMOVED),
            TransportError::ResetTimeout { status } => {
                Self::timeout("reset not finished").with("device_status", status)
            }
            TransportError::FeaturesMissing { offered, missing } => {
                Self::new("features missing", Status::DEVICE_CONFIGURATION_ERROR)
                    .with("offered", offered.bits())
                    .with("missing", missing.bits())
            }
            TransportError::FeaturesRefused { accepted } => {
                Self::new("features refused", Status::DEVICE_CONFIGURATION_ERROR)
                    .with("accepted", accepted.bits())
            }
            TransportError::BadStatus { status } => {
                Self::protocol("device status").with("device_status", status)
            }
            TransportError::NoQueue { queue } => Self::protocol("no queue").with("queue", queue),
            TransportError::QueueSize { queue, size } => Self::protocol("queue size")
                .with("queue", queue)
                .with("size", size),
            TransportError::QueueEnable { queue, enable } => Self::protocol("queue enable")
                .with("queue", queue)
                .with("enable", enable),
            TransportError::Vector { wanted, got, .. } => Self::protocol("MSI-X vector")
                .with("wanted", wanted)
                .with("got", got),
            TransportError::NotifyOffset {
                queue, notify_off, ..
            } => Self::protocol("notify offset")
                .with("queue", queue)
                .with("notify_off", notify_off),
            TransportError::NumScanouts(scanouts) => {
                Self::protocol("number of scanouts").with("scanouts", scanouts)
            }
            TransportError::ConfigUnstable => Self::protocol("configuration unstable"),
        }
    }
}

impl From<SetupError> for Fault {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::Size { size } => Self::protocol("queue size").with("size", size),
            SetupError::TooSmall { size } => Self::protocol("queue too small").with("size", size),
            SetupError::Access(error) => error.into(),
            SetupError::Misaligned { address, .. } => {
                Self::protocol("queue memory misaligned").with("address", address)
            }
        }
    }
}

impl From<DeviceError> for Fault {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::UsedIndex {
                index, outstanding, ..
            } => Self::protocol("used index")
                .with("index", index)
                .with("outstanding", outstanding),
            DeviceError::UsedId { id } => Self::protocol("used id").with("id", id),
            DeviceError::UsedLength { len, writable, .. } => Self::protocol("used length")
                .with("length", len)
                .with("room", writable),
            DeviceError::Access(error) => error.into(),
        }
    }
}

impl From<PushError> for Fault {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Access(error) => error.into(),
            PushError::Full => Self::new("batch full", Status::UNSUCCESSFUL),
            PushError::ResponseRoom { needed } => {
                Self::new("no room for the answer", Status::UNSUCCESSFUL).with("needed", needed)
            }
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let FailedCommand {
            command, reason, ..
        } = match failure {
            Failure::Command(command) => command,
            Failure::Abandoned => return Self::new("command abandoned", Status::IO_DEVICE_ERROR),
        };
        let about = |what, status| Self::new(what, status).with("command", command as u32);
        let protocol = |what| about(what, Status::DEVICE_PROTOCOL_ERROR);
        match reason {
            Reason::Refused(response) => {
                about("command refused", Status::IO_DEVICE_ERROR).with("response", response as u32)
            }
            Reason::WrongType { got } => protocol("response type").with("response", got),
            Reason::TooShort { got, .. } => protocol("response too short").with("length", got),
            Reason::WrongFence { got, .. } => protocol("response fence").with("fence", got),
            Reason::Access(error) => error.into(),
        }
    }
}

impl From<BackingError> for Fault {
    fn from(error: BackingError) -> Self {
        match error {
            BackingError::Access(error) => error.into(),
            BackingError::TooScattered | BackingError::NoRoom { .. } => {
                Self::new("memory too scattered", Status::INSUFFICIENT_RESOURCES)
            }
            BackingError::Empty => Self::new("empty backing", Status::INVALID_PARAMETER),
        }
    }
}
