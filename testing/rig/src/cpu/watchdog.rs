//! The watchdog: a run that makes no progress says where each processor is, and ends.

use core::sync::atomic::{AtomicU64, Ordering};

use super::percpu;
use crate::bugcheck::{self, Place};
use crate::devices::clock::{self, PERFORMANCE_HZ};
use crate::log;

/// 100 ns since start at which the run made progress; 0 while nothing is watched.
static PROGRESS: AtomicU64 = AtomicU64::new(0);
/// How long it may take to the next, in 100 ns.
static LIMIT: AtomicU64 = AtomicU64::new(0);
/// Processors that have said where they are, one bit each.
static SAID: AtomicU64 = AtomicU64::new(0);

/// Starts watching: progress is due every `seconds`.
pub fn start(seconds: u32) {
    LIMIT.store(u64::from(seconds) * PERFORMANCE_HZ, Ordering::Relaxed);
    progress();
}

/// The run has made progress.
pub fn progress() {
    PROGRESS.store(clock::since_start().max(1), Ordering::Relaxed);
}

/// Called by the clock interrupt of each processor, with the address that it interrupted.
pub fn look(rip: u64) {
    let (last, limit) = (
        PROGRESS.load(Ordering::Relaxed),
        LIMIT.load(Ordering::Relaxed),
    );
    let late = clock::since_start().saturating_sub(last);
    if last == 0 || late < limit {
        return;
    }
    let index = percpu::index();
    if SAID.fetch_or(1 << index, Ordering::Relaxed) & 1 << index == 0 {
        log!(
            "no progress for {} s: interrupted at {}",
            late / PERFORMANCE_HZ,
            Place(rip)
        );
    }
    // The others get a second to say it too.
    if index == 0 && late > limit + PERFORMANCE_HZ {
        bugcheck::bugcheck(
            bugcheck::CLOCK_WATCHDOG_TIMEOUT,
            [late / PERFORMANCE_HZ, rip, 0, 0],
            format_args!("the run hangs"),
        );
    }
}
