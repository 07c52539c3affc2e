//! A lock for what only PASSIVE_LEVEL shares: several threads may be in a driver's DDIs at once.

use core::cell::UnsafeCell;

use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::status::Status;

/// Data behind a mutex of the kernel. What interrupt routines share belongs into a source's state instead.
pub struct PassiveMutex<K: Kernel, T> {
    mutex: K::Mutex,
    data: UnsafeCell<T>,
}

// SAFETY: the data is reached by one thread at a time.
unsafe impl<K: Kernel, T: Send> Sync for PassiveMutex<K, T> {}

impl<K: Kernel, T> PassiveMutex<K, T> {
    /// Puts `data` behind a new mutex.
    ///
    /// IRQL: PASSIVE_LEVEL.
    ///
    /// # Errors
    ///
    /// STATUS_INSUFFICIENT_RESOURCES.
    pub fn new(data: T, irql: &Passive<'_>) -> Result<Self, Status> {
        Ok(Self {
            mutex: K::new_mutex(irql).ok_or(Status::INSUFFICIENT_RESOURCES)?,
            data: UnsafeCell::new(data),
        })
    }

    /// Runs `access` while this thread holds the mutex. Taking the same mutex inside waits for ever.
    ///
    /// IRQL: PASSIVE_LEVEL, inside too.
    pub fn with<R>(
        &self,
        irql: &mut Passive<'_>,
        access: impl FnOnce(&mut T, &mut Passive<'_>) -> R,
    ) -> R {
        /// Gives the mutex back on every way out.
        struct Held<'a, K: Kernel>(&'a K::Mutex);

        impl<K: Kernel> Drop for Held<'_, K> {
            fn drop(&mut self) {
                // SAFETY: taken before this was made.
                unsafe { K::unlock_mutex(self.0) };
                // SAFETY: entered before this was made.
                unsafe { K::leave_critical_region() };
            }
        }

        // Who holds a lock must not be suspended: user mode could hold up the whole adapter.
        K::enter_critical_region(irql);
        K::lock_mutex(irql, &self.mutex);
        let held = Held::<K>(&self.mutex);
        // SAFETY: the mutex is not recursive, so this is the only reference.
        let result = access(unsafe { &mut *self.data.get() }, irql);
        drop(held);
        result
    }
}

impl<K: Kernel, T> core::fmt::Debug for PassiveMutex<K, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PassiveMutex").finish_non_exhaustive()
    }
}
