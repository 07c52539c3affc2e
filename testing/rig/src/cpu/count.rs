//! Instructions, when QEMU runs one processor with `-icount`: its time-stamp counter counts them then.
//!
//! What interrupts and deferred calls ran is kept apart, so that a call that they interrupt is not charged for them.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::devices::clock;

static COUNTS: AtomicBool = AtomicBool::new(false);
/// What interrupts and deferred calls ran, those that have ended.
static INTERRUPTED: AtomicU64 = AtomicU64::new(0);

/// Counts from now on. There must be one processor.
pub fn start() {
    COUNTS.store(true, Ordering::Relaxed);
}

/// Instructions since some moment without those of interrupts in between; `None` if nothing is counted.
pub fn instructions() -> Option<u64> {
    COUNTS
        .load(Ordering::Relaxed)
        .then(|| clock::tsc() - INTERRUPTED.load(Ordering::Relaxed))
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
