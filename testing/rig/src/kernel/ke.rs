//! Ke: events, waits, delays, IRQL, time, the driver's own bugcheck.

use core::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use super::rules;
use crate::abi::{KEVENT, NTSTATUS, STATUS_SUCCESS, STATUS_TIMEOUT};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{self, APC_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL};
use crate::cpu::{deferred, idle};
use crate::devices::clock;

const NOTIFICATION_EVENT: u8 = 0;
const SYNCHRONIZATION_EVENT: u8 = 1;
/// Words of 32 bits in a KEVENT.
const EVENT_WORDS: u8 = 6;

/// KeInitializeEvent.
pub extern "system" fn ke_initialize_event(event: *mut KEVENT, kind: i32, state: u8) {
    // SAFETY: the caller's event.
    unsafe {
        let list = &raw mut (*event).WaitListHead;
        (*event).Type = kind as u8;
        (*event).Signalling = 0;
        (*event).Size = EVENT_WORDS;
        (*event).SignalState = i32::from(state);
        (*list).Flink = list;
        (*list).Blink = list;
    }
}

fn state<'a>(event: *mut KEVENT, export: &'static str) -> &'a AtomicI32 {
    // SAFETY: the caller's event, initialized as the check says; every access to its state is atomic from here on.
    unsafe {
        if (*event).Size != EVENT_WORDS || (*event).Type > SYNCHRONIZATION_EVENT {
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0, event as u64, 0, 0],
                format_args!("{export}: the object is no initialized event"),
            );
        }
        AtomicI32::from_ptr(&raw mut (*event).SignalState)
    }
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

/// The moment, in 100 ns since start, that a relative (negative) or absolute timeout means.
fn deadline(timeout: i64) -> u64 {
    // The rig's system time starts with the rig.
    if timeout <= 0 {
        clock::since_start() + timeout.unsigned_abs()
    } else {
        timeout as u64
    }
}

/// KeWaitForSingleObject, on an event.
pub extern "system" fn ke_wait_for_single_object(
    object: *mut KEVENT,
    _reason: i32,
    _mode: i8,
    _alertable: u8,
    timeout: *const i64,
) -> NTSTATUS {
    const EXPORT: &str = "KeWaitForSingleObject";
    // SAFETY: NULL or the caller's number.
    let timeout = unsafe { timeout.as_ref() }.copied();
    rules::at_most(
        if timeout == Some(0) {
            DISPATCH_LEVEL
        } else {
            APC_LEVEL
        },
        EXPORT,
    );
    let state = state(object, EXPORT);
    // SAFETY: checked by `state`.
    let kind = unsafe { (*object).Type };
    let taken = || match kind {
        NOTIFICATION_EVENT => state.load(Ordering::SeqCst) != 0,
        _ => state.swap(0, Ordering::SeqCst) != 0,
    };
    if timeout == Some(0) {
        return if taken() {
            STATUS_SUCCESS
        } else {
            STATUS_TIMEOUT
        };
    }
    if idle::wait(timeout.map(deadline), taken) {
        STATUS_SUCCESS
    } else {
        STATUS_TIMEOUT
    }
}

/// KeDelayExecutionThread.
pub extern "system" fn ke_delay_execution_thread(
    _mode: i8,
    _alertable: u8,
    interval: *const i64,
) -> NTSTATUS {
    rules::at_most(APC_LEVEL, "KeDelayExecutionThread");
    // SAFETY: the caller's number.
    idle::sleep(Some(deadline(unsafe { *interval })));
    STATUS_SUCCESS
}

/// Critical regions entered and not left.
static REGIONS: AtomicU64 = AtomicU64::new(0);

/// How many critical regions the driver has not left.
pub fn held() -> u64 {
    REGIONS.load(Ordering::Relaxed)
}

/// KeEnterCriticalRegion. Nobody suspends threads here; that each region is left again is what is checked.
pub extern "system" fn ke_enter_critical_region() {
    rules::at_most(APC_LEVEL, "KeEnterCriticalRegion");
    REGIONS.fetch_add(1, Ordering::Relaxed);
}

/// KeLeaveCriticalRegion.
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
