//! Time: the time-stamp counter, calibrated against the ACPI power management timer.
//!
//! Under TCG the counters of all processors are one counter of the host, so that times of different processors compare.

use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::instructions::port::Port;

/// Frequency of the ACPI power management timer, Hz (ACPI specification, 4.8.3.3).
const PM_TIMER_HZ: u64 = 3_579_545;
/// How long the calibration lasts, in ticks of that timer: about 10 ms.
const CALIBRATION_TICKS: u64 = 35_795;
/// The frequency that `KeQueryPerformanceCounter` reports, as Windows does on x64: 10 MHz, ticks of 100 ns.
pub const PERFORMANCE_HZ: u64 = 10_000_000;

static START: AtomicU64 = AtomicU64::new(0);
static HZ: AtomicU64 = AtomicU64::new(0);

/// The time-stamp counter.
pub fn tsc() -> u64 {
    // SAFETY: reading the counter has no effect; CR4.TSD is clear in the rig.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Measures the counter's frequency against the timer at I/O port `pm_timer`; returns it in Hz.
pub fn calibrate(pm_timer: u16) -> u64 {
    let mut port = Port::<u32>::new(pm_timer);
    let mut ticks = || {
        // SAFETY: the FADT names this port as the power management timer; reading it has no effect.
        u64::from(unsafe { port.read() } & 0x00FF_FFFF)
    };
    let (from, begin) = (ticks(), tsc());
    let passed = loop {
        // The counter is 24 bits wide at least.
        let passed = ticks().wrapping_sub(from) & 0x00FF_FFFF;
        if passed >= CALIBRATION_TICKS {
            break passed;
        }
    };
    let hz = (tsc() - begin) * PM_TIMER_HZ / passed;
    START.store(begin, Ordering::Relaxed);
    HZ.store(hz, Ordering::Relaxed);
    hz
}

/// Time since the calibration, in units of 100 ns; 0 before it.
pub fn since_start() -> u64 {
    let hz = HZ.load(Ordering::Relaxed);
    if hz == 0 {
        return 0;
    }
    let ticks = tsc().saturating_sub(START.load(Ordering::Relaxed));
    (u128::from(ticks) * u128::from(PERFORMANCE_HZ) / u128::from(hz)) as u64
}

/// Spins for `microseconds`.
pub fn stall(microseconds: u64) {
    let end = since_start() + microseconds * 10;
    while since_start() < end {
        core::hint::spin_loop();
    }
}
