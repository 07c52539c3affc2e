//! Waiting: the processor looks again for a while, then halts until an interrupt, and runs jobs that are meant for it.
//!
//! Deferred calls and device interrupts of the processor run meanwhile, since they are interrupts.

use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::instructions::interrupts;

use super::{jobs, percpu};
use crate::devices::apic::{self, WAKE_VECTOR};
use crate::devices::clock;

/// Processors that wait for something another one does, one bit each: [`wake_waiting`] makes them look again.
static WAITING: AtomicU64 = AtomicU64::new(0);
/// Processors that halt: they flush their translations before anything else when they wake.
static HALTED: AtomicU64 = AtomicU64::new(0);

/// How often a waiting processor looks before it halts: most waits are for another processor that is at it.
const LOOKS: u32 = 50;

/// Waits until `done` or until the clock passes `deadline` (100 ns since start); returns whether it was `done`.
/// Below DISPATCH_LEVEL.
pub fn wait(deadline: Option<u64>, done: impl Fn() -> bool) -> bool {
    let bit = 1 << percpu::index();
    let mut looks = 0;
    loop {
        if done() {
            return true;
        }
        if is_over(deadline) {
            return false;
        }
        if jobs::run_one() {
            continue;
        }
        looks += 1;
        if looks < LOOKS {
            core::hint::spin_loop();
            continue;
        }
        interrupts::disable();
        WAITING.fetch_or(bit, Ordering::SeqCst);
        // Asked once: what is waited for may be consumed by finding it.
        let found = done();
        if found || jobs::is_waiting() {
            interrupts::enable();
        } else {
            halt(deadline);
        }
        WAITING.fetch_and(!bit, Ordering::SeqCst);
        if found {
            return true;
        }
    }
}

/// Lets the time until `deadline` (100 ns since start) pass; jobs run meanwhile. Below DISPATCH_LEVEL.
pub fn sleep(deadline: Option<u64>) {
    while !is_over(deadline) {
        if jobs::run_one() {
            continue;
        }
        interrupts::disable();
        if jobs::is_waiting() {
            interrupts::enable();
        } else {
            halt(deadline);
        }
    }
}

fn is_over(deadline: Option<u64>) -> bool {
    deadline.is_some_and(|deadline| clock::since_start() >= deadline)
}

/// Halts until an interrupt, at the latest the clock's. Interrupts are off before and on afterwards.
fn halt(deadline: Option<u64>) {
    if let Some(deadline) = deadline {
        apic::tick_by(deadline);
    }
    HALTED.fetch_or(1 << percpu::index(), Ordering::SeqCst);
    interrupts::enable_and_hlt();
}

/// Whether a processor halts, and so flushes its translations before it goes on.
pub fn is_halted(index: u32) -> bool {
    HALTED.load(Ordering::SeqCst) & 1 << index != 0
}

/// Ends the running processor's halt; true if it was one. First thing of every interrupt.
pub fn awake() -> bool {
    let bit = 1 << percpu::index();
    HALTED.load(Ordering::Relaxed) & bit != 0 && HALTED.fetch_and(!bit, Ordering::SeqCst) & bit != 0
}

/// Makes every waiting processor look again. Any IRQL.
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
    loop {
        sleep(None);
    }
}
