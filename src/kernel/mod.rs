//! The kernel services of the safe layer, on ntoskrnl.

mod event;
#[cfg_attr(not(target_arch = "x86_64"), path = "guarded_arm64.rs")]
mod guarded;
mod memory;
mod processors;
pub mod registry;
mod thread;

use core::ffi::c_void;
use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;

use dxgk::check::Violation;
use dxgk::irql::{AtMostDispatch, Passive};
use dxgk::kernel::{Kernel, PageBlock};
use dxgk::memory::RectCopy;
use dxgk::status::Status;
#[cfg(debug_assertions)]
use wdk_sys::ntddk::KeBugCheckEx;
use wdk_sys::ntddk::{
    KeAcquireSpinLockRaiseToDpc, KeDelayExecutionThread, KeEnterCriticalRegion, KeFlushQueuedDpcs,
    KeGetCurrentIrql, KeLeaveCriticalRegion, KeQueryPerformanceCounter, KeReleaseSpinLock,
};
use wdk_sys::{_MODE, FALSE, KPROCESSOR_MODE, LARGE_INTEGER};

pub use event::{Event, Mutex};

/// Windows.
#[derive(Debug)]
pub enum Windows {}

/// Bug check 0x121: a driver has caused a violation.
#[cfg(debug_assertions)]
const DRIVER_VIOLATION: u32 = 0x121;

/// The mode of all waits here.
const KERNEL_MODE: KPROCESSOR_MODE = _MODE::KernelMode as KPROCESSOR_MODE;

/// A time from now in the form that waits want it: negative, in units of 100 ns.
fn relative(microseconds: u32) -> LARGE_INTEGER {
    LARGE_INTEGER {
        QuadPart: i64::from(microseconds).wrapping_mul(-10),
    }
}

// SAFETY: each method calls the documented service for exactly what the trait asks of it.
unsafe impl Kernel for Windows {
    type Event = Event;
    type Mutex = Mutex;

    fn violation(violation: Violation) {
        // The release build never stops the system by itself: the layer below has chosen what does least harm.
        #[cfg(debug_assertions)]
        if let Violation::Irql { highest, found, .. } = violation {
            // SAFETY: may be called anywhere, and does not return.
            unsafe { KeBugCheckEx(DRIVER_VIOLATION, found.into(), highest.into(), 0, 0) };
        }
        #[cfg(not(debug_assertions))]
        let _ = violation;
    }

    fn current_irql() -> u8 {
        // SAFETY: may be called anywhere.
        unsafe { KeGetCurrentIrql() }
    }

    fn time() -> u64 {
        const UNITS_PER_SECOND: u64 = 10_000_000;
        let mut frequency = LARGE_INTEGER::default();
        // SAFETY: our out-parameter; any IRQL.
        let counter = unsafe { KeQueryPerformanceCounter(&raw mut frequency) };
        // SAFETY: plain numbers in either arm of the unions.
        let (counter, frequency) = unsafe {
            (
                counter.QuadPart.cast_unsigned(),
                frequency.QuadPart.cast_unsigned(),
            )
        };
        let whole = counter.checked_div(frequency).unwrap_or(0);
        let rest = counter.checked_rem(frequency).unwrap_or(0);
        let part = rest
            .wrapping_mul(UNITS_PER_SECOND)
            .checked_div(frequency)
            .unwrap_or(0);
        whole.wrapping_mul(UNITS_PER_SECOND).wrapping_add(part)
    }

    fn delay(_: &Passive<'_>, microseconds: u32) {
        let mut interval = relative(microseconds);
        // SAFETY: PASSIVE_LEVEL, as the capability shows.
        let _ = unsafe { KeDelayExecutionThread(KERNEL_MODE, FALSE as u8, &raw mut interval) };
    }

    fn see_every_processor(_: &mut Passive<'_>) {
        processors::see_every();
    }

    fn flush_queued_dpcs(_: &Passive<'_>) {
        // SAFETY: PASSIVE_LEVEL, as the capability shows.
        unsafe { KeFlushQueuedDpcs() };
    }

    unsafe fn allocate_pages(_: &Passive<'_>, pages: usize) -> Option<PageBlock> {
        memory::allocate_pages(pages)
    }

    unsafe fn page_address(block: &PageBlock, index: usize) -> u64 {
        // SAFETY: the caller's promise is the same.
        unsafe { memory::page_address(block, index) }
    }

    unsafe fn free_pages(block: &PageBlock) {
        // SAFETY: the caller's promise is the same.
        unsafe { memory::free_pages(block) };
    }

    unsafe fn copy(_: &Passive<'_>, copy: &RectCopy) -> Result<(), Status> {
        // SAFETY: the caller's promise is the same.
        unsafe { guarded::copy(copy) }
    }

    unsafe fn new_event(_: &Passive<'_>) -> Option<Event> {
        Event::new()
    }

    fn set_event(_: &impl AtMostDispatch, event: &Event) {
        event.set();
    }

    fn clear_event(_: &impl AtMostDispatch, event: &Event) {
        event.clear();
    }

    fn wait_event(_: &Passive<'_>, event: &Event, microseconds: u32) -> bool {
        event.wait(Some(relative(microseconds)))
    }

    unsafe fn enter_critical_region(_: &Passive<'_>) {
        // SAFETY: PASSIVE_LEVEL, as the capability shows.
        unsafe { KeEnterCriticalRegion() };
    }

    unsafe fn leave_critical_region() {
        // SAFETY: the caller's promise.
        unsafe { KeLeaveCriticalRegion() };
    }

    unsafe fn acquire_spin_lock(lock: &AtomicUsize) -> u8 {
        // SAFETY: a spin lock is a pointer-sized word that is zero while it is free; at most DISPATCH_LEVEL, as the caller promises.
        unsafe { KeAcquireSpinLockRaiseToDpc(lock.as_ptr().cast()) }
    }

    unsafe fn release_spin_lock(lock: &AtomicUsize, irql: u8) {
        // SAFETY: the caller has it, with this IRQL.
        unsafe { KeReleaseSpinLock(lock.as_ptr().cast(), irql) };
    }

    unsafe fn start_thread(
        _: &Passive<'_>,
        routine: unsafe extern "C" fn(*mut c_void),
        context: *mut c_void,
    ) -> Option<NonNull<c_void>> {
        thread::start(routine, context)
    }

    unsafe fn join_thread(_: &Passive<'_>, thread: NonNull<c_void>) {
        // SAFETY: the caller's promise is the same.
        unsafe { thread::join(thread) };
    }

    unsafe fn new_mutex(_: &Passive<'_>) -> Option<Mutex> {
        Mutex::new()
    }

    fn lock_mutex(_: &Passive<'_>, mutex: &Mutex) {
        mutex.lock();
    }

    unsafe fn unlock_mutex(mutex: &Mutex) {
        mutex.unlock();
    }
}

/// A value in nonpaged pool that never moves, as kernel objects want it.
#[derive(Debug)]
struct NonPaged<T>(NonNull<T>);

impl<T> NonPaged<T> {
    /// Room for a value, all bytes zero.
    fn zeroed() -> Option<Self> {
        // SAFETY: no kernel object has size zero.
        NonNull::new(unsafe { alloc::alloc::alloc_zeroed(alloc::alloc::Layout::new::<T>()) }.cast())
            .map(Self)
    }

    const fn as_ptr(&self) -> *mut T {
        self.0.as_ptr()
    }
}

impl<T> Drop for NonPaged<T> {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and nobody else has it.
        unsafe { alloc::alloc::dealloc(self.0.as_ptr().cast(), alloc::alloc::Layout::new::<T>()) };
    }
}
