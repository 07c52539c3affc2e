//! What the registry says of how the driver is to behave, for systems on which the usual way does not work.
//!
//! The values are in the adapter's software key. They are read once, by DxgkDdiAddDevice; a value that is missing or of another
//! type is zero. docs/limits.md says when to try which.

use dxgk::irql::Passive;
use dxgk::miniport::PhysicalDevice;
use dxgk::status::Status;

use crate::{Platform, TraceEvent};

/// A number (REG_DWORD) in the adapter's software key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setting {
    /// `PresentAtOnce`: see [`Settings::present_at_once`].
    PresentAtOnce,
    /// `InternalPanel`: see [`Settings::internal_panel`].
    InternalPanel,
}

impl Setting {
    /// The value's name in the registry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PresentAtOnce => "PresentAtOnce",
            Self::InternalPanel => "InternalPanel",
        }
    }
}

/// How the driver is to behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    /// A present ends in its call, with STATUS_SUCCESS, once the device has its commands. Otherwise it is pending until the
    /// device has done them, and its progress is reported then.
    pub(crate) present_at_once: bool,
    /// The output of a VGA device is an internal panel that is always connected. Otherwise it is an analogue connector, as that of
    /// any other device, and can be unplugged.
    pub(crate) internal_panel: bool,
}

impl Settings {
    pub(crate) fn read<P: Platform>(device: PhysicalDevice, irql: &Passive<'_>) -> Self {
        Self {
            present_at_once: is_set::<P>(device, Setting::PresentAtOnce, irql),
            internal_panel: is_set::<P>(device, Setting::InternalPanel, irql),
        }
    }
}

fn is_set<P: Platform>(device: PhysicalDevice, setting: Setting, irql: &Passive<'_>) -> bool {
    match P::read_setting(device, setting, irql) {
        Ok(value) => value != 0,
        Err(Status::OBJECT_NAME_NOT_FOUND) => false,
        Err(status) => {
            P::trace(&TraceEvent::SettingIgnored {
                setting: setting as u64,
                status: status.raw(),
            });
            false
        }
    }
}
