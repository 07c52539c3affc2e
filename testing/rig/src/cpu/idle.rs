//! Waiting: the processor halts until an interrupt, runs jobs that are meant for it, and looks again.
//!
//! Deferred calls and device interrupts of the processor run meanwhile, since they are interrupts.

use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::instructions::interrupts;

use super::{jobs, percpu};
use crate::devices::apic::{self, WAKE_VECTOR};
use crate::devices::clock;

/// Processors that are about to halt or have halted, one bit each.
static WAITING: AtomicU64 = AtomicU64::new(0);

/// Waits until `done` or until the clock passes `deadline` (100 ns since start); returns whether it was `done`.
/// Below DISPATCH_LEVEL.
pub fn wait(deadline: Option<u64>, done: impl Fn() -> bool) -> bool {
    let bit = 1 << percpu::index();
    loop {
        if done() {
            return true;
        }
        if deadline.is_some_and(|deadline| clock::since_start() >= deadline) {
            return false;
        }
        if jobs::run_one() {
            continue;
        }
        interrupts::disable();
        WAITING.fetch_or(bit, Ordering::SeqCst);
        // Asked once: what is waited for may be consumed by finding it.
        let found = done();
        if found || jobs::is_waiting() {
            interrupts::enable();
        } else {
            // The clock ends the halt at the latest: a deadline is met to within one of its periods.
            interrupts::enable_and_hlt();
        }
        WAITING.fetch_and(!bit, Ordering::SeqCst);
        if found {
            return true;
        }
    }
}

/// Makes every halted processor look again. Any IRQL.
pub fn wake_waiting() {
    let waiting = WAITING.load(Ordering::SeqCst) & !(1 << percpu::index());
    for processor in percpu::all() {
        if waiting & 1 << processor.index() != 0 {
            apic::send(processor.apic_id, WAKE_VECTOR);
        }
    }
}

/// What a processor does when nothing else is asked of it.
pub fn run() -> ! {
    wait(None, || false);
    unreachable!("the wait above has no end")
}
