//! Where interrupt routines, DPCs and threads find a started device, and how it is taken from them.

use alloc::boxed::Box;
use core::ptr;

use crate::sync::{AtomicPtr, Ordering};

/// The place of a started device: nothing, everything, or everything but for interrupt routines.
///
/// Lies in memory that outlives all that looks there, such as a device extension. A stop goes like this:
///
/// 1. The device is made to stop interrupting.
/// 2. [`hide_from_interrupts`](Self::hide_from_interrupts). An interrupt routine that begins from here on finds nothing.
/// 3. The barrier: whatever returns only when every interrupt routine that began before has ended. IoDisconnectInterruptEx
///    is one, and a thread that has run on every processor is another: an interrupt routine keeps its processor, so a
///    processor that runs a thread has ended every routine that began there before. A processor that is added meanwhile
///    has begun none.
/// 4. Queued DPCs are flushed. They still find the device, and finish what interrupt routines began.
/// 5. [`hide`](Self::hide), the barrier and the flush again, for DPCs that were running.
/// 6. [`take`](Self::take).
#[derive(Debug)]
pub struct Published<T> {
    for_interrupts: AtomicPtr<T>,
    for_others: AtomicPtr<T>,
}

impl<T> Default for Published<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Published<T> {
    /// A place with nothing.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            for_interrupts: AtomicPtr::new(ptr::null_mut()),
            for_others: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// A place with nothing.
    #[cfg(loom)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            for_interrupts: AtomicPtr::new(ptr::null_mut()),
            for_others: AtomicPtr::new(ptr::null_mut()),
        }
    }
}

impl<T: Send + Sync> Published<T> {
    /// Makes the device reachable. If there is one already, this one comes back.
    ///
    /// # Errors
    ///
    /// The device that could not be published.
    pub fn publish(&self, device: Box<T>) -> Result<(), Box<T>> {
        let device = Box::into_raw(device);
        let published = self.for_others.compare_exchange(
            ptr::null_mut(),
            device,
            Ordering::Release,
            Ordering::Relaxed,
        );
        if published.is_err() {
            // SAFETY: from the box above, which nothing else has seen.
            return Err(unsafe { Box::from_raw(device) });
        }
        self.for_interrupts.store(device, Ordering::Release);
        Ok(())
    }

    /// The device, for an interrupt routine.
    ///
    /// # Safety
    ///
    /// The reference is not used after the interrupt routine has ended.
    #[inline]
    pub unsafe fn in_interrupt(&self) -> Option<&T> {
        // SAFETY: made from a box by `publish`, and freed only after a barrier that the routine is in front of.
        unsafe { self.for_interrupts.load(Ordering::Acquire).as_ref() }
    }

    /// The device, for a DPC or a thread.
    ///
    /// # Safety
    ///
    /// The reference is not used after [`take`](Self::take).
    #[inline]
    pub unsafe fn get(&self) -> Option<&T> {
        // SAFETY: made from a box by `publish`; the caller's promise.
        unsafe { self.for_others.load(Ordering::Acquire).as_ref() }
    }

    /// Takes the device from interrupt routines that begin from here on.
    pub fn hide_from_interrupts(&self) {
        self.for_interrupts.store(ptr::null_mut(), Ordering::SeqCst);
    }

    /// Takes the device from all that look from here on. [`take`](Self::take) gets what this returns.
    pub fn hide(&self) -> Hidden<T> {
        self.hide_from_interrupts();
        Hidden(self.for_others.swap(ptr::null_mut(), Ordering::SeqCst))
    }

    /// Takes a hidden device out.
    ///
    /// # Safety
    ///
    /// What found the device before it was hidden does not use it any more: the barrier has been passed, and DPCs and threads
    /// have ended. No [`publish`](Self::publish) of it was under way when it was hidden: interrupt routines would find it later.
    #[must_use]
    pub unsafe fn take(hidden: Hidden<T>) -> Option<Box<T>> {
        // SAFETY: from the box of `publish`, once, since the place was emptied when `hidden` was made.
        (!hidden.0.is_null()).then(|| unsafe { Box::from_raw(hidden.0) })
    }
}

/// A device that is found by nothing any more. If it is dropped, the device is leaked.
#[derive(Debug)]
#[must_use = "the device is leaked"]
pub struct Hidden<T>(*mut T);
