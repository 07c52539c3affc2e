//! Time of the system, and the page that shows it to everybody: KUSER_SHARED_DATA, which headers read inline.

use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::{PhysAddr, VirtAddr};

use crate::devices::apic::CLOCK_HZ;
use crate::devices::clock::{self, PERFORMANCE_HZ};
use crate::memory::frames;
use crate::memory::paging::{self, Access};

/// Where the kernel sees the page.
const SHARED_DATA: u64 = 0xFFFF_F780_0000_0000;
// Offsets in it.
const TICK_MULTIPLIER: usize = 0x04;
const INTERRUPT_TIME: usize = 0x08;
const SYSTEM_TIME: usize = 0x14;
const MAJOR_VERSION: usize = 0x26C;
const TICK_COUNT: usize = 0x320;
/// Time of one tick, 100 ns.
const TICK: u64 = PERFORMANCE_HZ / CLOCK_HZ;

/// The page's address in the rig's window.
static PAGE: AtomicU64 = AtomicU64::new(0);

/// Makes the page. Once.
pub fn initialize() {
    let Some(frame) = frames::allocate() else {
        return;
    };
    let page = paging::window(frame);
    // SAFETY: a fresh frame in the window, then mapped read-only for the driver.
    unsafe {
        core::ptr::write_bytes(page, 0, crate::memory::PAGE);
        page.add(MAJOR_VERSION).cast::<u32>().write(10);
        // A tick in milliseconds, in fixed point with 24 bits.
        let multiplier = (TICK << 24) / 10_000;
        page.add(TICK_MULTIPLIER)
            .cast::<u32>()
            .write(multiplier as u32);
        paging::map(
            VirtAddr::new(SHARED_DATA),
            PhysAddr::new(frame.as_u64()),
            Access::Read,
        );
    }
    PAGE.store(page as u64, Ordering::Release);
    tick();
}

/// Called by the first processor's clock interrupt: writes the times.
pub fn tick() {
    let page = PAGE.load(Ordering::Acquire);
    if page == 0 {
        return;
    }
    let now = clock::since_start();
    for (offset, value) in [
        (INTERRUPT_TIME, now),
        (SYSTEM_TIME, now),
        (TICK_COUNT, now / TICK),
    ] {
        let place = (page as usize + offset) as *mut u32;
        // KSYSTEM_TIME: readers compare the two high halves around the low one.
        let (low, high) = (value as u32, (value >> 32) as u32);
        // SAFETY: inside the page, which is kept for good.
        unsafe {
            place.add(2).write_volatile(high);
            place.write_volatile(low);
            place.add(1).write_volatile(high);
        }
    }
}

/// KeQueryTimeIncrement.
pub extern "system" fn ke_query_time_increment() -> u32 {
    TICK as u32
}

/// KeQuerySystemTimePrecise: the rig's system time starts with the rig.
pub extern "system" fn ke_query_system_time_precise(time: *mut u64) {
    // SAFETY: an out-parameter.
    unsafe { time.write(clock::since_start()) };
}

/// KeQueryInterruptTimePrecise.
pub extern "system" fn ke_query_interrupt_time_precise(counter: *mut u64) -> u64 {
    let now = clock::since_start();
    // SAFETY: NULL or an out-parameter.
    if let Some(counter) = unsafe { counter.as_mut() } {
        *counter = now;
    }
    now
}

/// KeQueryInterruptTime and KeQueryUnbiasedInterruptTime.
pub extern "system" fn ke_query_interrupt_time() -> u64 {
    clock::since_start()
}
