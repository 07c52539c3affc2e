//! The process' allocator, with an eye on who allocates when.
//!
//! On a processor at DISPATCH_LEVEL or above the driver may use nonpaged pool, but this one promises not to: nothing is
//! allocated or freed in interrupt routines, synchronized closures and DPCs (guarantees G7 and G8 of the interface). Here
//! each such attempt is counted. What the machine and the device do on a driver's thread is [exempt](crate::exempt).

use crate::exempt::{exempt, is_exempt};
use crate::kernel;
use port::machine::irql::DISPATCH_LEVEL;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

/// Allocations and frees at DISPATCH_LEVEL or above since the last [`take_raised`].
static RAISED: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, watched.
#[derive(Debug)]
pub struct Watched;

fn look() {
    if is_exempt() {
        return;
    }
    // Asking for the IRQL must not lead back here.
    let raised = exempt(|| kernel::irql() >= DISPATCH_LEVEL);
    if raised && !std::thread::panicking() {
        RAISED.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: everything is the system allocator's; looking neither allocates nor panics.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        look();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        look();
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        look();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        look();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// How often something was allocated or freed where it must not be, since the last call.
pub fn take_raised() -> u64 {
    RAISED.swap(0, Ordering::Relaxed)
}
