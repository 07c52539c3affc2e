//! The rig's own lock: a spin lock held with interrupts off, so that it can be taken at any IRQL.
//!
//! It is not one of Windows' locks and is never handed to the driver; the port has its own for the interrupt messages.
//! It protects the rig's tables for the few instructions that touch them.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, Ordering};

use x86_64::instructions::interrupts;

/// A value behind a spin lock that is taken with interrupts off.
#[derive(Debug)]
pub struct Lock<T> {
    held: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through a guard, and `held` lets one guard exist at a time.
unsafe impl<T: Send> Sync for Lock<T> {}

/// Access to the value of a [`Lock`]; gives the lock back and restores the interrupt flag when dropped.
#[derive(Debug)]
pub struct Guard<'a, T> {
    lock: &'a Lock<T>,
    enabled: bool,
}

impl<T> Lock<T> {
    /// A free lock around `value`.
    pub const fn new(value: T) -> Self {
        Self {
            held: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }

    /// Takes the lock. Any IRQL. Taking it twice on one processor never returns.
    pub fn lock(&self) -> Guard<'_, T> {
        let enabled = interrupts::are_enabled();
        interrupts::disable();
        while self
            .held
            .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            core::hint::spin_loop();
        }
        Guard {
            lock: self,
            enabled,
        }
    }

    /// Frees the lock whoever holds it.
    ///
    /// # Safety
    /// No other processor may run any more: only a bugcheck, which has stopped them, can know that.
    pub unsafe fn break_open(&self) {
        self.held.store(false, Ordering::Release);
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this guard is the only one, and it borrows the lock.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard is the only one, and it is borrowed mutably.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        self.lock.held.store(false, Ordering::Release);
        if self.enabled {
            interrupts::enable();
        }
    }
}
