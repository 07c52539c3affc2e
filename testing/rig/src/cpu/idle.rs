//! Waiting: the processor looks again for a while, then halts until an interrupt, and runs jobs that are meant for it and the
//! driver's threads that belong to it. In a thread, waiting gives the processor back to the routine that waits below it.
//!
//! Deferred calls and device interrupts of the processor run meanwhile, since they are interrupts.

use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::instructions::interrupts;

use super::{jobs, percpu, threads};
use crate::devices::apic::{self, WAKE_VECTOR};
use crate::devices::clock;
use crate::kernel::timers;
use crate::memory::process;

/// Processors that wait for something another one does, one bit each: [`wake_waiting`] makes them look again.
static WAITING: AtomicU64 = AtomicU64::new(0);
/// Processors that halt: they flush their translations before anything else when they wake.
static HALTED: AtomicU64 = AtomicU64::new(0);

/// Counts the moments at which a wait may have ended.
static GENERATION: AtomicU64 = AtomicU64::new(1);

/// How many such moments there were.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::SeqCst)
}

/// How often a waiting processor looks before it halts: most waits are for another processor that is at it.
const LOOKS: u32 = 50;

/// Waits until `done` or until the clock passes `deadline` (100 ns since start); returns whether it was `done`.
/// Below DISPATCH_LEVEL.
pub fn wait(deadline: Option<u64>, done: impl Fn() -> bool) -> bool {
    wait_or_sleep(deadline, true, done)
}

/// `awaits`: another processor may be what makes it `done`.
fn wait_or_sleep(deadline: Option<u64>, awaits: bool, done: impl Fn() -> bool) -> bool {
    if let Some(thread) = threads::current() {
        return thread.wait(deadline, done);
    }
    let own = 1 << percpu::index();
    let mut looks = 0;
    loop {
        let seen = generation();
        if done() {
            return true;
        }
        if is_over(deadline) {
            return false;
        }
        if process::outside(|| jobs::run_one() || threads::run_due()) {
            continue;
        }
        looks += 1;
        if looks < LOOKS {
            core::hint::spin_loop();
            continue;
        }
        let bit = if awaits || threads::are_here() {
            own
        } else {
            0
        };
        interrupts::disable();
        WAITING.fetch_or(bit, Ordering::SeqCst);
        // Asked once: what is waited for may be consumed by finding it.
        let found = done();
        if found || jobs::is_waiting() || (bit != 0 && generation() != seen) {
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

/// Lets the time until `deadline` (100 ns since start) pass; jobs and threads run meanwhile. Below DISPATCH_LEVEL.
pub fn sleep(deadline: Option<u64>) {
    wait_or_sleep(deadline, false, || false);
}

fn is_over(deadline: Option<u64>) -> bool {
    deadline.is_some_and(|deadline| clock::since_start() >= deadline)
}

/// Halts until an interrupt, at the latest the clock's. Interrupts are off before and on afterwards.
fn halt(deadline: Option<u64>) {
    let events = [deadline, threads::next_deadline(), timers::next_due()];
    if let Some(first) = events.into_iter().flatten().min() {
        apic::tick_by(first);
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

/// Makes every waiting processor and thread look again. Any IRQL.
pub fn wake_waiting() {
    GENERATION.fetch_add(1, Ordering::SeqCst);
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
