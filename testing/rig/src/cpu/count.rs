//! Instructions, when QEMU runs one processor with `-icount`: its time-stamp counter counts them then.
//!
//! What interrupts and deferred calls ran is kept apart, so that a call that they interrupt is not charged for them.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::devices::clock;

static COUNTS: AtomicBool = AtomicBool::new(false);
/// Ticks of the time-stamp counter for one instruction: QEMU's clock gives each the same number of nanoseconds.
static TICKS: AtomicU64 = AtomicU64::new(1);
/// What interrupts and deferred calls ran, those that have ended.
static INTERRUPTED: AtomicU64 = AtomicU64::new(0);

/// Turns of the loop that [`start`] times, of two instructions each.
const TURNS: u64 = 100_000;

/// Counts from now on. There must be one processor.
///
/// # Errors
/// Text, if the time-stamp counter does not advance by the same number of ticks with each instruction.
pub fn start() -> Result<(), &'static str> {
    let ticks = x86_64::instructions::interrupts::without_interrupts(|| {
        let before = clock::tsc();
        // SAFETY: counts a register down.
        unsafe {
            core::arch::asm!(
                "2:",
                "dec {turns}",
                "jnz 2b",
                turns = inout(reg) TURNS => _,
                options(nomem, nostack),
            );
        }
        clock::tsc() - before
    });
    let each = ticks / (2 * TURNS);
    // The instructions around the loop are a few.
    if each == 0 || ticks - each * 2 * TURNS > each * TURNS / 100 {
        return Err(
            "the time-stamp counter does not count instructions: start QEMU with -icount shift=3",
        );
    }
    TICKS.store(each, Ordering::Relaxed);
    COUNTS.store(true, Ordering::Relaxed);
    Ok(())
}

/// Instructions since some moment without those of interrupts in between; `None` if nothing is counted.
pub fn instructions() -> Option<u64> {
    COUNTS.load(Ordering::Relaxed).then(|| {
        (clock::tsc() - INTERRUPTED.load(Ordering::Relaxed)) / TICKS.load(Ordering::Relaxed)
    })
}

/// Runs an interrupt's service or the deferred calls.
pub fn interruption(body: impl FnOnce()) {
    let (before, began) = (INTERRUPTED.load(Ordering::Relaxed), clock::tsc());
    body();
    // Interruptions of this one lie inside its time.
    if COUNTS.load(Ordering::Relaxed) {
        INTERRUPTED.store(before + (clock::tsc() - began), Ordering::Relaxed);
    }
}
