//! At which IRQL each callback may be called and each DDI runs.
//!
//! The levels are the annotations of dispmprt.h and d3dkmddi.h (WDK 10.0.16299), one line a function type, as the
//! project's facts list them; rows without an annotation (QueueDpc, LogEtwEvent, handle data) say what their DDI pages
//! say.

use crate::machine::irql::{APC_LEVEL, DISPATCH_LEVEL, HIGH_LEVEL, LOWEST_DIRQL, PASSIVE_LEVEL};
use core::fmt;

/// An IRQL requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Exactly this level.
    Exactly(u8),
    /// This level or below.
    AtMost(u8),
    /// The DIRQL of an interrupt message (which one, the caller of [`Need::met`] checks).
    Dirql,
    /// Any level.
    Any,
}

impl Need {
    /// Whether a call at `level` meets the requirement.
    pub fn met(self, level: u8) -> bool {
        match self {
            Need::Exactly(wanted) => level == wanted,
            Need::AtMost(highest) => level <= highest,
            Need::Dirql => (LOWEST_DIRQL..HIGH_LEVEL).contains(&level),
            Need::Any => level <= HIGH_LEVEL,
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Exactly(level) => write!(f, "IRQL {level}"),
            Need::AtMost(level) => write!(f, "IRQL at most {level}"),
            Need::Dirql => f.write_str("the message's DIRQL"),
            Need::Any => f.write_str("any IRQL"),
        }
    }
}

/// PASSIVE_LEVEL exactly.
pub const PASSIVE: Need = Need::Exactly(PASSIVE_LEVEL);
/// At most APC_LEVEL.
pub const UP_TO_APC: Need = Need::AtMost(APC_LEVEL);
/// DISPATCH_LEVEL exactly.
pub const DISPATCH: Need = Need::Exactly(DISPATCH_LEVEL);
/// At most DISPATCH_LEVEL.
pub const UP_TO_DISPATCH: Need = Need::AtMost(DISPATCH_LEVEL);

macro_rules! callbacks {
    ($($(#[$doc:meta])* $name:ident $text:literal $need:expr;)*) => {
        /// The callbacks of DXGKRNL_INTERFACE at version WIN8.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Callback {
            $($(#[$doc])* #[doc = $text] $name,)*
        }

        impl Callback {
            /// All of them.
            pub const ALL: &'static [Callback] = &[$(Callback::$name,)*];

            /// Its member name in DXGKRNL_INTERFACE.
            pub const fn name(self) -> &'static str {
                match self { $(Callback::$name => $text,)* }
            }

            /// The IRQL it may be called at.
            pub const fn need(self) -> Need {
                match self { $(Callback::$name => $need,)* }
            }
        }
    };
}

callbacks! {
    EvalAcpiMethod "DxgkCbEvalAcpiMethod" PASSIVE;
    GetDeviceInformation "DxgkCbGetDeviceInformation" PASSIVE;
    IndicateChildStatus "DxgkCbIndicateChildStatus" UP_TO_DISPATCH;
    MapMemory "DxgkCbMapMemory" PASSIVE;
    QueueDpc "DxgkCbQueueDpc" Need::Any;
    QueryServices "DxgkCbQueryServices" PASSIVE;
    ReadDeviceSpace "DxgkCbReadDeviceSpace" PASSIVE;
    SynchronizeExecution "DxgkCbSynchronizeExecution" UP_TO_DISPATCH;
    UnmapMemory "DxgkCbUnmapMemory" PASSIVE;
    WriteDeviceSpace "DxgkCbWriteDeviceSpace" PASSIVE;
    IsDevicePresent "DxgkCbIsDevicePresent" PASSIVE;
    GetHandleData "DxgkCbGetHandleData" UP_TO_APC;
    GetHandleParent "DxgkCbGetHandleParent" UP_TO_APC;
    EnumHandleChildren "DxgkCbEnumHandleChildren" UP_TO_APC;
    NotifyInterrupt "DxgkCbNotifyInterrupt" Need::Dirql;
    NotifyDpc "DxgkCbNotifyDpc" DISPATCH;
    QueryVidPnInterface "DxgkCbQueryVidPnInterface" UP_TO_APC;
    QueryMonitorInterface "DxgkCbQueryMonitorInterface" UP_TO_APC;
    GetCaptureAddress "DxgkCbGetCaptureAddress" PASSIVE;
    LogEtwEvent "DxgkCbLogEtwEvent" Need::Any;
    ExcludeAdapterAccess "DxgkCbExcludeAdapterAccess" PASSIVE;
    CreateContextAllocation "DxgkCbCreateContextAllocation" PASSIVE;
    DestroyContextAllocation "DxgkCbDestroyContextAllocation" PASSIVE;
    SetPowerComponentActive "DxgkCbSetPowerComponentActive" PASSIVE;
    SetPowerComponentIdle "DxgkCbSetPowerComponentIdle" UP_TO_DISPATCH;
    AcquirePostDisplayOwnership "DxgkCbAcquirePostDisplayOwnership" PASSIVE;
    PowerRuntimeControlRequest "DxgkCbPowerRuntimeControlRequest" UP_TO_DISPATCH;
    SetPowerComponentLatency "DxgkCbSetPowerComponentLatency" UP_TO_DISPATCH;
    SetPowerComponentResidency "DxgkCbSetPowerComponentResidency" UP_TO_DISPATCH;
    CompleteFStateTransition "DxgkCbCompleteFStateTransition" UP_TO_DISPATCH;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_hold_at_their_edges() {
        assert!(PASSIVE.met(0) && !PASSIVE.met(1));
        assert!(UP_TO_DISPATCH.met(2) && !UP_TO_DISPATCH.met(3));
        assert!(DISPATCH.met(2) && !DISPATCH.met(1) && !DISPATCH.met(3));
        assert!(Need::Dirql.met(3) && !Need::Dirql.met(2) && !Need::Dirql.met(15));
    }
}
