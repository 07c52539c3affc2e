//! The locks of the simulation.
//!
//! They are parking_lot's and not std's for two reasons: they are compiled with the simulation, so that a thread sanitizer
//! sees them (std comes compiled, without it); and a thread that panicked, as a test's may, leaves them usable. Taking one
//! is the machine's doing, also where it happens on a driver's thread: it is [exempt](crate::exempt) from the checks on
//! allocations.

use crate::exempt::exempt;
use parking_lot::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};

pub use parking_lot::MutexGuard as Guard;

/// Mutual exclusion.
#[derive(Debug, Default)]
pub struct Mutex<T>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    /// An open lock.
    pub const fn new(value: T) -> Self {
        Self(parking_lot::Mutex::new(value))
    }

    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        exempt(|| self.0.lock())
    }
}

/// Many readers or one writer.
#[derive(Debug, Default)]
pub struct RwLock<T>(parking_lot::RwLock<T>);

impl<T> RwLock<T> {
    /// An open lock.
    pub const fn new(value: T) -> Self {
        Self(parking_lot::RwLock::new(value))
    }

    /// Waits until nobody writes.
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        exempt(|| self.0.read())
    }

    /// Waits until nobody reads or writes.
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        exempt(|| self.0.write())
    }
}

/// Where a thread waits for a change of what a [`Mutex`] protects.
#[derive(Debug, Default)]
pub struct Condvar(parking_lot::Condvar);

impl Condvar {
    /// Nobody waits.
    pub const fn new() -> Self {
        Self(parking_lot::Condvar::new())
    }

    /// Gives the lock back until somebody notifies, and takes it again.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        exempt(|| self.0.wait(guard));
    }

    /// Wakes everybody who waits.
    pub fn notify_all(&self) {
        exempt(|| self.0.notify_all());
    }
}
