//! The arguments of DxgkDdiSetPowerState.

use dxgk_sys::{
    DEVICE_POWER_STATE, POWER_ACTION, PowerActionDisplayOff, PowerActionHibernate, PowerActionNone,
    PowerActionShutdown, PowerActionShutdownOff, PowerActionShutdownReset, PowerActionSleep,
    PowerActionWarmEject, PowerDeviceD0, PowerDeviceD1, PowerDeviceD2, PowerDeviceD3,
};

use crate::id::ChildUid;

/// What DxgkDdiSetPowerState is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerTarget {
    /// The adapter itself (DISPLAY_ADAPTER_HW_ID).
    Adapter,
    /// A child.
    Child(ChildUid),
}

/// A device's power state (DEVICE_POWER_STATE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PowerState {
    /// It works.
    D0,
    /// It sleeps, lightly.
    D1,
    /// It sleeps.
    D2,
    /// It is off, or nearly.
    D3,
}

impl PowerState {
    /// Its number in DEVICE_POWER_STATE (wdm.h): 1 for D0.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::D0 => PowerDeviceD0,
            Self::D1 => PowerDeviceD1,
            Self::D2 => PowerDeviceD2,
            Self::D3 => PowerDeviceD3,
        }
    }

    #[expect(non_upper_case_globals, reason = "the header's names")]
    pub(crate) const fn read(state: DEVICE_POWER_STATE) -> Option<Self> {
        match state {
            PowerDeviceD0 => Some(Self::D0),
            PowerDeviceD1 => Some(Self::D1),
            PowerDeviceD2 => Some(Self::D2),
            PowerDeviceD3 => Some(Self::D3),
            _ => None,
        }
    }
}

/// Why the system changes a power state (POWER_ACTION).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PowerAction {
    /// For no reason of the system's.
    None,
    /// The system goes to sleep.
    Sleep,
    /// The system hibernates.
    Hibernate,
    /// The system shuts down.
    Shutdown,
    /// The system shuts down and starts again.
    ShutdownReset,
    /// The system shuts down and turns its power off.
    ShutdownOff,
    /// The computer is taken out of its docking station.
    WarmEject,
    /// The display is turned off.
    DisplayOff,
    /// A value unknown here.
    Other,
}

impl PowerAction {
    #[expect(non_upper_case_globals, reason = "the header's names")]
    pub(crate) const fn read(action: POWER_ACTION) -> Self {
        match action {
            PowerActionNone => Self::None,
            PowerActionSleep => Self::Sleep,
            PowerActionHibernate => Self::Hibernate,
            PowerActionShutdown => Self::Shutdown,
            PowerActionShutdownReset => Self::ShutdownReset,
            PowerActionShutdownOff => Self::ShutdownOff,
            PowerActionWarmEject => Self::WarmEject,
            PowerActionDisplayOff => Self::DisplayOff,
            _ => Self::Other,
        }
    }
}
