//! Timers of the driver's.
//!
//! The first processor's clock interrupt queues a deferred call that looks at what is due; the halt of an idle processor ends
//! early for the next one.

use alloc::collections::BTreeMap;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use port::machine::Deferred;

use super::{dpc, rules, waits};
use crate::abi::dispatcher::{KDPC, KTIMER, kind};
use crate::cpu::irql::DISPATCH_LEVEL;
use crate::cpu::{deferred, idle, percpu};
use crate::devices::clock;
use crate::sync::Lock;

/// Words of 32 bits in a KTIMER.
const TIMER_WORDS: u8 = 16;
/// 100 ns in a millisecond.
const MILLISECOND: u64 = 10_000;
/// Nothing is due.
const NEVER: u64 = u64::MAX;

/// Timers that are set, with when they are due.
static SET: Lock<BTreeMap<u64, u64>> = Lock::new(BTreeMap::new());
/// When the first of them is.
static NEXT: AtomicU64 = AtomicU64::new(NEVER);
/// A look at them is queued.
static LOOKING: AtomicBool = AtomicBool::new(false);

/// Says what was not given back: timers that are still set, which Windows would find in memory that was freed.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    for timer in SET.lock().keys() {
        say(format_args!("timer {timer:#x}, which is still set"));
    }
}

/// When the first timer is due, 100 ns since start, if this processor is the one that looks at them.
pub fn next_due() -> Option<u64> {
    let next = NEXT.load(Ordering::Relaxed);
    (next != NEVER && percpu::index() == 0).then_some(next)
}

/// Called by the first processor's clock interrupt.
pub fn tick() {
    if clock::since_start() >= NEXT.load(Ordering::Relaxed)
        && !LOOKING.swap(true, Ordering::SeqCst)
        && !deferred::queue(
            0,
            Deferred {
                routine: expire,
                context: 0,
            },
        )
    {
        LOOKING.store(false, Ordering::SeqCst);
    }
}

fn note_next(set: &BTreeMap<u64, u64>) {
    let next = set.values().copied().min().unwrap_or(NEVER);
    NEXT.store(next, Ordering::Relaxed);
}

/// The deferred call: signals what is due and runs its KDPC.
fn expire(_: usize) {
    LOOKING.store(false, Ordering::SeqCst);
    loop {
        let now = clock::since_start();
        let mut set = SET.lock();
        let due = set.iter().find(|(_, due)| **due <= now);
        let Some((&address, _)) = due else {
            note_next(&set);
            return;
        };
        let timer = address as *mut KTIMER;
        // SAFETY: the timer is set, so the driver keeps it; the lock keeps it from being cancelled meanwhile.
        let dpc = unsafe {
            if (*timer).Period == 0 {
                set.remove(&address);
            } else {
                set.insert(address, now + u64::from((*timer).Period) * MILLISECOND);
            }
            waits::state(timer.cast(), &TIMERS, "a timer").store(1, Ordering::SeqCst);
            (*timer).Dpc
        };
        note_next(&set);
        drop(set);
        idle::wake_waiting();
        if !dpc.is_null() {
            dpc::insert(dpc, core::ptr::null_mut(), core::ptr::null_mut());
        }
    }
}

const TIMERS: [u8; 2] = [kind::NOTIFICATION_TIMER, kind::SYNCHRONIZATION_TIMER];

/// KeInitializeTimerEx.
pub extern "system" fn ke_initialize_timer_ex(timer: *mut KTIMER, synchronization: i32) {
    // SAFETY: the caller's timer.
    unsafe {
        timer.write_bytes(0, 1);
        let kind = TIMERS[usize::from(synchronization != 0)];
        waits::initialize(timer.cast(), kind, TIMER_WORDS, 0);
    }
}

/// KeInitializeTimer.
pub extern "system" fn ke_initialize_timer(timer: *mut KTIMER) {
    ke_initialize_timer_ex(timer, 0);
}

/// KeSetTimerEx: true if it was set already.
pub extern "system" fn ke_set_timer_ex(
    timer: *mut KTIMER,
    due: i64,
    period: i32,
    dpc: *mut KDPC,
) -> u8 {
    const EXPORT: &str = "KeSetTimerEx";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let due = waits::deadline(due);
    let mut set = SET.lock();
    // SAFETY: the caller's timer.
    unsafe {
        waits::state(timer.cast(), &TIMERS, EXPORT).store(0, Ordering::SeqCst);
        (*timer).DueTime = due;
        (*timer).Dpc = dpc;
        (*timer).Period = period.max(0) as u32;
    }
    let old = set.insert(timer as u64, due);
    note_next(&set);
    drop(set);
    idle::wake_waiting();
    u8::from(old.is_some())
}

/// KeSetTimer.
pub extern "system" fn ke_set_timer(timer: *mut KTIMER, due: i64, dpc: *mut KDPC) -> u8 {
    ke_set_timer_ex(timer, due, 0, dpc)
}

/// KeSetCoalescableTimer: the tolerance is not used.
pub extern "system" fn ke_set_coalescable_timer(
    timer: *mut KTIMER,
    due: i64,
    period: u32,
    _tolerance: u32,
    dpc: *mut KDPC,
) -> u8 {
    ke_set_timer_ex(timer, due, period as i32, dpc)
}

/// KeCancelTimer: true if it was set.
pub extern "system" fn ke_cancel_timer(timer: *mut KTIMER) -> u8 {
    rules::at_most(DISPATCH_LEVEL, "KeCancelTimer");
    let mut set = SET.lock();
    let old = set.remove(&(timer as u64));
    note_next(&set);
    u8::from(old.is_some())
}

/// KeReadStateTimer.
pub extern "system" fn ke_read_state_timer(timer: *mut KTIMER) -> u8 {
    // SAFETY: the caller's timer.
    let state = unsafe { waits::state(timer.cast(), &TIMERS, "KeReadStateTimer") };
    u8::from(state.load(Ordering::SeqCst) != 0)
}
