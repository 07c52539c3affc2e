//! Events for Windows' own tracing tools (ETW, self-describing): provider `VgpuDod`.
//!
//! Events may be written at any IRQL (EtwWriteTransfer) and cost a test of one variable while nobody listens.

use display::TraceEvent;
use dxgk_sys::NTSTATUS;
use tracelogging::{define_provider, write_event};

define_provider!(PROVIDER, "VgpuDod");

/// Registers the provider. Without it, or if it fails, events go nowhere.
///
/// Called once, by DriverEntry, at PASSIVE_LEVEL.
#[inline(never)]
pub fn register() {
    // SAFETY: a static is never moved, and `unregister` runs before the driver is unloaded.
    let _ = unsafe { PROVIDER.register() };
}

/// Unregisters the provider, at PASSIVE_LEVEL. A driver that is unloaded with a provider registered is a bugcheck (Driver
/// Verifier, 0xC4).
pub fn unregister() {
    let _ = PROVIDER.unregister();
}

/// How DriverEntry ended.
pub fn driver_entry(status: NTSTATUS) {
    write_event!(
        PROVIDER,
        "DriverEntry",
        level(Informational),
        i32_hex("Status", &status)
    );
}

/// Something went wrong that the driver goes on without.
pub fn failed(what: &str, status: NTSTATUS) {
    write_event!(
        PROVIDER,
        "Failed",
        level(Warning),
        str8("What", what),
        i32_hex("Status", &status)
    );
}

/// What the miniport reports: one function for each level, since the level is part of what is compiled in.
macro_rules! miniport_event {
    ($(#[$documentation:meta])* $function:ident, $level:ident) => {
        $(#[$documentation])*
        #[inline(never)]
        pub fn $function(event: &TraceEvent) {
            let [first, second, third, fourth] = event.values();
            write_event!(
                PROVIDER,
                "Miniport",
                level($level),
                str8("Event", event.name()),
                str8("What", event.what().unwrap_or("")),
                str8("Name1", first.0),
                u64_hex("Value1", &first.1),
                str8("Name2", second.0),
                u64_hex("Value2", &second.1),
                str8("Name3", third.0),
                u64_hex("Value3", &third.1),
                str8("Name4", fourth.0),
                u64_hex("Value4", &fourth.1)
            );
        }
    };
}

miniport_event!(
    /// Something failed.
    error,
    Error
);
miniport_event!(
    /// Something is not as it should be.
    warning,
    Warning
);
miniport_event!(
    /// What happened.
    information,
    Informational
);
