//! At which IRQL each callback may be called and each DDI runs.
//!
//! The levels are the annotations of dispmprt.h and d3dkmddi.h (WDK 10.0.16299), one line a function type, as the
//! project's facts list them; functions without an annotation (QueueDpc, LogEtwEvent, handle data) follow their DDI pages.
//! A test holds the table against that of `dxgk-sys`.

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
    ($($(#[$doc:meta])* $name:ident $text:literal $type_name:literal $need:expr;)*) => {
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

            /// The name of its function type in the headers.
            pub const fn type_name(self) -> &'static str {
                match self { $(Callback::$name => $type_name,)* }
            }

            /// The IRQL it may be called at.
            pub const fn need(self) -> Need {
                match self { $(Callback::$name => $need,)* }
            }
        }
    };
}

callbacks! {
    EvalAcpiMethod "DxgkCbEvalAcpiMethod" "DXGKCB_EVAL_ACPI_METHOD" PASSIVE;
    GetDeviceInformation "DxgkCbGetDeviceInformation" "DXGKCB_GET_DEVICE_INFORMATION" PASSIVE;
    IndicateChildStatus "DxgkCbIndicateChildStatus" "DXGKCB_INDICATE_CHILD_STATUS" UP_TO_DISPATCH;
    MapMemory "DxgkCbMapMemory" "DXGKCB_MAP_MEMORY" PASSIVE;
    QueueDpc "DxgkCbQueueDpc" "DXGKCB_QUEUE_DPC" Need::Any;
    QueryServices "DxgkCbQueryServices" "DXGKCB_QUERY_SERVICES" PASSIVE;
    ReadDeviceSpace "DxgkCbReadDeviceSpace" "DXGKCB_READ_DEVICE_SPACE" PASSIVE;
    SynchronizeExecution "DxgkCbSynchronizeExecution" "DXGKCB_SYNCHRONIZE_EXECUTION" UP_TO_DISPATCH;
    UnmapMemory "DxgkCbUnmapMemory" "DXGKCB_UNMAP_MEMORY" PASSIVE;
    WriteDeviceSpace "DxgkCbWriteDeviceSpace" "DXGKCB_WRITE_DEVICE_SPACE" PASSIVE;
    IsDevicePresent "DxgkCbIsDevicePresent" "DXGKCB_IS_DEVICE_PRESENT" PASSIVE;
    GetHandleData "DxgkCbGetHandleData" "DXGKCB_GETHANDLEDATA" UP_TO_APC;
    GetHandleParent "DxgkCbGetHandleParent" "DXGKCB_GETHANDLEPARENT" UP_TO_APC;
    EnumHandleChildren "DxgkCbEnumHandleChildren" "DXGKCB_ENUMHANDLECHILDREN" PASSIVE;
    NotifyInterrupt "DxgkCbNotifyInterrupt" "DXGKCB_NOTIFY_INTERRUPT" Need::Dirql;
    NotifyDpc "DxgkCbNotifyDpc" "DXGKCB_NOTIFY_DPC" DISPATCH;
    QueryVidPnInterface "DxgkCbQueryVidPnInterface" "DXGKCB_QUERYVIDPNINTERFACE" UP_TO_APC;
    QueryMonitorInterface "DxgkCbQueryMonitorInterface" "DXGKCB_QUERYMONITORINTERFACE" UP_TO_APC;
    GetCaptureAddress "DxgkCbGetCaptureAddress" "DXGKCB_GETCAPTUREADDRESS" PASSIVE;
    LogEtwEvent "DxgkCbLogEtwEvent" "DXGKCB_LOG_ETW_EVENT" Need::Any;
    ExcludeAdapterAccess "DxgkCbExcludeAdapterAccess" "DXGKCB_EXCLUDE_ADAPTER_ACCESS" PASSIVE;
    CreateContextAllocation "DxgkCbCreateContextAllocation" "DXGKCB_CREATECONTEXTALLOCATION" PASSIVE;
    DestroyContextAllocation "DxgkCbDestroyContextAllocation" "DXGKCB_DESTROYCONTEXTALLOCATION" PASSIVE;
    SetPowerComponentActive "DxgkCbSetPowerComponentActive" "DXGKCB_SETPOWERCOMPONENTACTIVE" PASSIVE;
    SetPowerComponentIdle "DxgkCbSetPowerComponentIdle" "DXGKCB_SETPOWERCOMPONENTIDLE" UP_TO_DISPATCH;
    AcquirePostDisplayOwnership "DxgkCbAcquirePostDisplayOwnership" "DXGKCB_ACQUIRE_POST_DISPLAY_OWNERSHIP" PASSIVE;
    PowerRuntimeControlRequest "DxgkCbPowerRuntimeControlRequest" "DXGKCB_POWERRUNTIMECONTROLREQUEST" UP_TO_DISPATCH;
    SetPowerComponentLatency "DxgkCbSetPowerComponentLatency" "DXGKCB_SETPOWERCOMPONENTLATENCY" UP_TO_DISPATCH;
    SetPowerComponentResidency "DxgkCbSetPowerComponentResidency" "DXGKCB_SETPOWERCOMPONENTRESIDENCY" UP_TO_DISPATCH;
    CompleteFStateTransition "DxgkCbCompleteFStateTransition" "DXGKCB_COMPLETEFSTATETRANSITION" UP_TO_DISPATCH;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ddi::Ddi;
    use dxgk_sys::irql::{RULES, Rule, rule};

    #[test]
    fn callbacks_have_the_levels_of_the_headers() {
        for callback in Callback::ALL {
            let name = callback.type_name();
            let expected = match rule(name) {
                Some(Rule::Exactly(level)) => Need::Exactly(level),
                // SETPOWERCOMPONENTACTIVE says "at most PASSIVE_LEVEL", which is the same.
                Some(Rule::AtMost(PASSIVE_LEVEL)) => PASSIVE,
                Some(Rule::AtMost(level)) => Need::AtMost(level),
                Some(Rule::Dirql | Rule::NotifyingDirql) => Need::Dirql,
                Some(Rule::Any) | None => Need::Any,
            };
            assert_eq!(callback.need(), expected, "{name}");
        }
    }

    /// The model calls every DDI but these two at PASSIVE_LEVEL, and wants every VidPN function there.
    #[test]
    fn passive_level_is_right_for_everything_else() {
        for (name, rule) in RULES {
            let interface =
                name.starts_with("DXGKDDI_VIDPN") || name.starts_with("DXGKDDI_MONITOR");
            if interface {
                assert_eq!(*rule, Rule::Exactly(PASSIVE_LEVEL), "{name}");
            }
            let raised = matches!(*name, "DXGKDDI_INTERRUPT_ROUTINE" | "DXGKDDI_DPC_ROUTINE");
            if name.starts_with("DXGKDDI") && !raised {
                assert!(rule.allows(PASSIVE_LEVEL, LOWEST_DIRQL), "{name}");
            }
        }
        assert_eq!(Ddi::ALL.len(), 40);
    }

    #[test]
    fn requirements_hold_at_their_edges() {
        assert!(PASSIVE.met(0) && !PASSIVE.met(1));
        assert!(UP_TO_DISPATCH.met(2) && !UP_TO_DISPATCH.met(3));
        assert!(DISPATCH.met(2) && !DISPATCH.met(1) && !DISPATCH.met(3));
        assert!(Need::Dirql.met(3) && !Need::Dirql.met(2) && !Need::Dirql.met(15));
    }
}
