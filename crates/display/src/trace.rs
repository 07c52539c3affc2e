//! What the driver has to tell whoever watches it: events made of names and numbers, never of text to be formatted.

use dxgk::interrupt::Refusal;

use crate::fault::Fault;

/// How much an event matters; the numbers are ETW's (winmeta.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Something failed.
    Error = 2,
    /// Something is not as it should be, and the driver goes on.
    Warning = 3,
    /// What happened.
    Information = 4,
}

/// A number with its name. Statuses are NTSTATUS, zero-extended.
pub type Value = (&'static str, u64);

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceEvent {
    /// An adapter was started.
    Started {
        /// Interrupt messages, zero for a line.
        messages: u32,
        /// The negotiated features.
        features: u64,
        /// Width of the preferred mode in pixels.
        width: u32,
        /// Height of the preferred mode in pixels.
        height: u32,
    },
    /// An adapter was not started.
    StartFailed(Fault),
    /// The hardware information could not be recorded, which nothing depends on.
    HardwareInformationNotRecorded {
        /// The registry's status.
        status: i32,
    },
    /// A setting in the registry could not be read, and its default holds.
    SettingIgnored {
        /// Which: 0 PresentAtOnce, 1 InternalPanel.
        setting: u64,
        /// The registry's status.
        status: i32,
    },
    /// What DxgkCbAcquirePostDisplayOwnership said.
    PostDisplay {
        /// Its status.
        status: i32,
        /// Width of what the firmware left, in pixels; zero if there is nothing.
        width: u32,
        /// Height of it.
        height: u32,
    },
    /// The device's EDID is not one; the monitor is reported as having none.
    BadEdid {
        /// What is wrong: 1 too short, 2 header, 3 checksum, 4 more bytes than the answer has room for.
        reason: u64,
    },
    /// The port did not take a mode for the monitor; its list goes without.
    MonitorModeRefused(Fault),
    /// A mode was set.
    ModeSet {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The device's resource that shows it.
        resource: u32,
    },
    /// Something asked of the device failed; the picture stays as it was.
    CommandFailed(Fault),
    /// A presented picture could not be copied. Told once for each status in a row, not for every frame.
    CopyFailed {
        /// The copy's status: that of the fault, if reading the surface faulted.
        status: i32,
        /// The surface's bytes from one line to the next.
        pitch: i32,
        /// Width of the rectangle in pixels.
        width: u32,
        /// Height of it.
        height: u32,
    },
    /// The device broke the rules or did not answer. It is not used any more until it is started anew.
    DeviceFailed(Fault),
    /// The port did not run a synchronized closure.
    Refused {
        /// Why: 1 not connected, 2 invalid parameter, 3 not run, 4 another status, 5 poisoned.
        reason: u64,
        /// The other status.
        status: i32,
    },
    /// The device reports configuration events.
    ConfigEvent {
        /// Their bits.
        events: u32,
    },
    /// The adapter went to another power state.
    Power {
        /// DEVICE_POWER_STATE.
        state: i32,
    },
    /// The adapter could not be brought back to work.
    ResumeFailed(Fault),
    /// The adapter was stopped.
    Stopped {
        /// Whether the device confirmed its reset.
        reset: bool,
    },
    /// The display was given back to the basic display driver.
    PostDisplayReleased {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl TraceEvent {
    /// The refusal of a synchronized closure.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        let (reason, status) = match refusal {
            Refusal::NotConnected => (1, 0),
            Refusal::InvalidParameter => (2, 0),
            Refusal::NotRun => (3, 0),
            Refusal::Poisoned => (5, 0),
            Refusal::Other(status) => (4, status),
        };
        Self::Refused { reason, status }
    }

    /// The event's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "Started",
            Self::StartFailed(_) => "StartFailed",
            Self::HardwareInformationNotRecorded { .. } => "HardwareInformationNotRecorded",
            Self::SettingIgnored { .. } => "SettingIgnored",
            Self::PostDisplay { .. } => "PostDisplay",
            Self::BadEdid { .. } => "BadEdid",
            Self::MonitorModeRefused(_) => "MonitorModeRefused",
            Self::ModeSet { .. } => "ModeSet",
            Self::CommandFailed(_) => "CommandFailed",
            Self::CopyFailed { .. } => "CopyFailed",
            Self::DeviceFailed(_) => "DeviceFailed",
            Self::Refused { .. } => "Refused",
            Self::ConfigEvent { .. } => "ConfigEvent",
            Self::Power { .. } => "Power",
            Self::ResumeFailed(_) => "ResumeFailed",
            Self::Stopped { .. } => "Stopped",
            Self::PostDisplayReleased { .. } => "PostDisplayReleased",
        }
    }

    /// How much it matters.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::StartFailed(_) | Self::DeviceFailed(_) | Self::ResumeFailed(_) => Level::Error,
            Self::HardwareInformationNotRecorded { .. }
            | Self::SettingIgnored { .. }
            | Self::BadEdid { .. }
            | Self::MonitorModeRefused(_)
            | Self::CommandFailed(_)
            | Self::CopyFailed { .. }
            | Self::Refused { .. }
            | Self::Stopped { reset: false } => Level::Warning,
            _ => Level::Information,
        }
    }

    /// What failed, if the event is about a fault.
    #[must_use]
    pub const fn what(&self) -> Option<&'static str> {
        match self {
            Self::StartFailed(fault)
            | Self::MonitorModeRefused(fault)
            | Self::CommandFailed(fault)
            | Self::DeviceFailed(fault)
            | Self::ResumeFailed(fault) => Some(fault.what),
            _ => None,
        }
    }

    /// The event's numbers; a place without a name is not used.
    #[must_use]
    pub fn values(&self) -> [Value; 4] {
        const NONE: Value = ("", 0);
        let status = |status: i32| ("status", u64::from(status.cast_unsigned()));
        let signed = |name, value: i32| (name, u64::from(value.cast_unsigned()));
        let number = |name, value: u32| (name, u64::from(value));
        match *self {
            Self::Started {
                messages,
                features,
                width,
                height,
            } => [
                number("messages", messages),
                ("features", features),
                number("width", width),
                number("height", height),
            ],
            Self::StartFailed(fault)
            | Self::MonitorModeRefused(fault)
            | Self::CommandFailed(fault)
            | Self::DeviceFailed(fault)
            | Self::ResumeFailed(fault) => {
                [status(fault.status.raw()), fault.first, fault.second, NONE]
            }
            Self::HardwareInformationNotRecorded { status: code } => {
                [status(code), NONE, NONE, NONE]
            }
            Self::SettingIgnored {
                setting,
                status: code,
            } => [("setting", setting), status(code), NONE, NONE],
            Self::PostDisplay {
                status: code,
                width,
                height,
            } => [
                status(code),
                number("width", width),
                number("height", height),
                NONE,
            ],
            Self::BadEdid { reason } => [("reason", reason), NONE, NONE, NONE],
            Self::ModeSet {
                width,
                height,
                resource,
            } => [
                number("width", width),
                number("height", height),
                number("resource", resource),
                NONE,
            ],
            Self::CopyFailed {
                status: code,
                pitch,
                width,
                height,
            } => [
                status(code),
                signed("pitch", pitch),
                number("width", width),
                number("height", height),
            ],
            Self::Refused {
                reason,
                status: code,
            } => [("reason", reason), status(code), NONE, NONE],
            Self::ConfigEvent { events } => [number("events", events), NONE, NONE, NONE],
            Self::Power { state } => [signed("state", state), NONE, NONE, NONE],
            Self::Stopped { reset } => [("reset", u64::from(reset)), NONE, NONE, NONE],
            Self::PostDisplayReleased { width, height } => {
                [number("width", width), number("height", height), NONE, NONE]
            }
        }
    }
}
