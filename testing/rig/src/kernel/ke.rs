//! Ke: events, critical regions, IRQL, time, the driver's own bugcheck.

use core::fmt;
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use super::{rules, waits};
use crate::abi::KEVENT;
use crate::abi::dispatcher::kind;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{self, APC_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL};
use crate::cpu::{deferred, idle};
use crate::devices::clock;

/// Words of 32 bits in a KEVENT.
const EVENT_WORDS: u8 = 6;
const EVENTS: [u8; 2] = [kind::NOTIFICATION_EVENT, kind::SYNCHRONIZATION_EVENT];

/// KeInitializeEvent.
pub extern "system" fn ke_initialize_event(event: *mut KEVENT, kind: i32, state: u8) {
    // SAFETY: the caller's event.
    unsafe { waits::initialize(event, kind as u8, EVENT_WORDS, i32::from(state)) };
}

fn state<'a>(event: *mut KEVENT, export: &'static str) -> &'a AtomicI32 {
    // SAFETY: the caller's event.
    unsafe { waits::state(event, &EVENTS, export) }
}

/// KeSetEvent.
pub extern "system" fn ke_set_event(event: *mut KEVENT, _increment: i32, wait: u8) -> i32 {
    rules::at_most(
        if wait != 0 { APC_LEVEL } else { DISPATCH_LEVEL },
        "KeSetEvent",
    );
    let old = state(event, "KeSetEvent").swap(1, Ordering::SeqCst);
    idle::wake_waiting();
    old
}

/// KeClearEvent.
pub extern "system" fn ke_clear_event(event: *mut KEVENT) {
    rules::at_most(DISPATCH_LEVEL, "KeClearEvent");
    state(event, "KeClearEvent").store(0, Ordering::SeqCst);
}

/// KeResetEvent.
pub extern "system" fn ke_reset_event(event: *mut KEVENT) -> i32 {
    rules::at_most(DISPATCH_LEVEL, "KeResetEvent");
    state(event, "KeResetEvent").swap(0, Ordering::SeqCst)
}

/// KeReadStateEvent.
pub extern "system" fn ke_read_state_event(event: *mut KEVENT) -> i32 {
    rules::at_most(DISPATCH_LEVEL, "KeReadStateEvent");
    state(event, "KeReadStateEvent").load(Ordering::SeqCst)
}

/// Critical regions entered and not left.
static REGIONS: AtomicU64 = AtomicU64::new(0);

/// Says what was not given back: critical regions that were not left.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    for _ in 0..REGIONS.load(Ordering::Relaxed) {
        say(format_args!("a critical region that was not left"));
    }
}

/// KeEnterCriticalRegion. Nobody suspends threads here; that each region is left again is what is checked.
pub extern "system" fn ke_enter_critical_region() {
    rules::at_most(APC_LEVEL, "KeEnterCriticalRegion");
    REGIONS.fetch_add(1, Ordering::Relaxed);
}

/// KeLeaveCriticalRegion.
#[allow(
    deprecated,
    reason = "its new name, try_update, is newer than the oldest compiler that will do"
)]
pub extern "system" fn ke_leave_critical_region() {
    rules::at_most(APC_LEVEL, "KeLeaveCriticalRegion");
    let entered = REGIONS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
        count.checked_sub(1)
    });
    if entered.is_err() {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0; 4],
            format_args!("KeLeaveCriticalRegion: none was entered"),
        );
    }
}

/// KeStallExecutionProcessor.
pub extern "system" fn ke_stall_execution_processor(microseconds: u32) {
    clock::stall(u64::from(microseconds));
}

/// KeFlushQueuedDpcs.
pub extern "system" fn ke_flush_queued_dpcs() {
    rules::at_most(PASSIVE_LEVEL, "KeFlushQueuedDpcs");
    deferred::flush();
}

/// KeQueryPerformanceCounter.
pub extern "system" fn ke_query_performance_counter(frequency: *mut i64) -> i64 {
    if !frequency.is_null() {
        // SAFETY: an out-parameter of the caller's.
        unsafe { frequency.write(clock::PERFORMANCE_HZ as i64) };
    }
    clock::since_start() as i64
}

/// KeGetCurrentIrql.
pub extern "system" fn ke_get_current_irql() -> u8 {
    irql::current()
}

/// KeBugCheckEx.
pub extern "system" fn ke_bug_check_ex(code: u32, one: u64, two: u64, three: u64, four: u64) -> ! {
    bugcheck(
        code,
        [one, two, three, four],
        format_args!("the driver called KeBugCheckEx"),
    )
}

/// KeBugCheck.
pub extern "system" fn ke_bug_check(code: u32) -> ! {
    bugcheck(code, [0; 4], format_args!("the driver called KeBugCheck"))
}
