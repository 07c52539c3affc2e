//! Spin locks of the model itself, and of the interrupt messages.
//!
//! [`Passive`] guards what only PASSIVE_LEVEL code touches (VidPN objects, descriptors); it never changes the IRQL.
//! [`MessageLock`] is the spin lock of one interrupt message: it knows its owner, so that a second acquisition on the
//! same processor is reported instead of hanging the machine. It never raises the IRQL: who takes it already runs at
//! the message's DIRQL.

use crate::machine::Machine;
use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// A value that only PASSIVE_LEVEL code touches.
///
/// A processor that spins here can be interrupted; interrupt and DPC code of the model never takes this lock.
#[derive(Debug, Default)]
pub struct Passive<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only through a guard, of which `taken` allows one at a time; the guard's acquire and
// release order the accesses of different processors.
unsafe impl<T: Send> Sync for Passive<T> {}

/// The right to use the value of a [`Passive`] lock.
#[derive(Debug)]
pub struct PassiveGuard<'a, T> {
    lock: &'a Passive<T>,
}

impl<T> Passive<T> {
    /// A free lock.
    pub const fn new(value: T) -> Self {
        Self {
            taken: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits for the lock. Taking it twice on one processor hangs: the model's callbacks take it once each and call
    /// nobody while they hold it.
    pub fn lock(&self, machine: &dyn Machine) -> PassiveGuard<'_, T> {
        while self
            .taken
            .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            machine.relax();
        }
        PassiveGuard { lock: self }
    }
}

impl<T> Deref for PassiveGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this guard holds the lock, so nobody else has a reference to the value.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for PassiveGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard holds the lock, so nobody else has a reference to the value.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for PassiveGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.taken.store(false, Ordering::Release);
    }
}

/// The spin lock of one interrupt message (or of the line).
#[derive(Debug, Default)]
pub struct MessageLock {
    /// 0: free; else the owner's processor index plus one.
    owner: AtomicU32,
}

/// The caller's processor holds this lock already: waiting for it would hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelfDeadlock;

impl MessageLock {
    /// A free lock.
    pub const fn new() -> Self {
        Self {
            owner: AtomicU32::new(0),
        }
    }

    /// Whether this processor holds the lock.
    pub fn held_here(&self, machine: &dyn Machine) -> bool {
        self.owner.load(Ordering::Relaxed) == machine.processor() + 1
    }

    /// Waits for the lock, then runs `body` under it.
    ///
    /// # Errors
    /// [`SelfDeadlock`] without having run `body`, if this processor is the owner.
    pub fn with<R>(
        &self,
        machine: &dyn Machine,
        body: impl FnOnce() -> R,
    ) -> Result<R, SelfDeadlock> {
        let me = machine.processor() + 1;
        loop {
            match self
                .owner
                .compare_exchange_weak(0, me, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => break,
                Err(owner) if owner == me => return Err(SelfDeadlock),
                Err(_) => machine.relax(),
            }
        }
        let result = body();
        self.owner.store(0, Ordering::Release);
        Ok(result)
    }
}
