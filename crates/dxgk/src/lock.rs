//! Locks for what no interrupt routine shares: a mutex for PASSIVE_LEVEL, a spin lock for DPCs too.
//!
//! What an interrupt routine shares belongs into a source's state instead.

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use crate::check::{DISPATCH_LEVEL, PASSIVE_LEVEL, irql_between};
use crate::irql::{AtMostDispatch, Dispatch, Passive};
use crate::kernel::Kernel;
use crate::status::Status;
use crate::sync::AtomicUsize;

/// A critical region of this thread: it is neither suspended nor ended (KeEnterCriticalRegion). Left when it is dropped.
pub(crate) struct CriticalRegion<K: Kernel> {
    kernel: PhantomData<K>,
    of_this_thread: PhantomData<*mut ()>,
}

impl<K: Kernel> CriticalRegion<K> {
    pub(crate) fn enter(irql: &Passive<'_>) -> Self {
        // SAFETY: left by the drop of the value that this makes, on this thread.
        unsafe { K::enter_critical_region(irql) };
        Self {
            kernel: PhantomData,
            of_this_thread: PhantomData,
        }
    }
}

impl<K: Kernel> Drop for CriticalRegion<K> {
    fn drop(&mut self) {
        // SAFETY: entered when this was made.
        unsafe { K::leave_critical_region() };
    }
}

/// Data behind a mutex of the kernel, for threads only. A holder may wait and allocate.
///
/// Take [`SpinLock`] where a DPC needs the data too.
pub struct PassiveMutex<K: Kernel, T> {
    mutex: ManuallyDrop<K::Mutex>,
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
        // SAFETY: dropped below, which looks at the IRQL.
        let mutex = unsafe { K::new_mutex(irql) };
        let mutex = mutex.ok_or(Status::INSUFFICIENT_RESOURCES)?;
        Ok(Self {
            mutex: ManuallyDrop::new(mutex),
            data: UnsafeCell::new(data),
        })
    }

    /// Runs `access` while this thread holds the mutex. Taking the same mutex inside waits forever.
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
            }
        }

        // A thread that holds a lock must not be suspended: user mode could hold up the whole adapter.
        let _region = CriticalRegion::<K>::enter(irql);
        K::lock_mutex(irql, &self.mutex);
        let _held = Held::<K>(&self.mutex);
        // SAFETY: the mutex is not recursive, so this is the only reference.
        access(unsafe { &mut *self.data.get() }, irql)
    }
}

impl<K: Kernel, T> Drop for PassiveMutex<K, T> {
    fn drop(&mut self) {
        // Its memory is not freed above DISPATCH_LEVEL: it is left alone there.
        if irql_between::<K>("PassiveMutex dropped", PASSIVE_LEVEL, DISPATCH_LEVEL) {
            // SAFETY: dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.mutex) };
        }
    }
}

/// Data behind a spin lock, for threads and DPCs. It lends [`Dispatch`] to its holder, which must neither wait nor take long.
///
/// Take [`PassiveMutex`] where no DPC needs the data. It allocates nothing.
pub struct SpinLock<K: Kernel, T> {
    lock: AtomicUsize,
    data: UnsafeCell<T>,
    kernel: PhantomData<fn() -> K>,
}

// SAFETY: the data is reached by one processor at a time.
unsafe impl<K: Kernel, T: Send> Sync for SpinLock<K, T> {}

impl<K: Kernel, T> SpinLock<K, T> {
    /// Puts `data` behind a new spin lock. Any IRQL.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn new(data: T) -> Self {
        Self {
            lock: AtomicUsize::new(0),
            data: UnsafeCell::new(data),
            kernel: PhantomData,
        }
    }

    /// Puts `data` behind a new spin lock. Any IRQL.
    #[cfg(loom)]
    #[must_use]
    pub fn new(data: T) -> Self {
        Self {
            lock: AtomicUsize::new(0),
            data: UnsafeCell::new(data),
            kernel: PhantomData,
        }
    }

    /// Runs `access` at DISPATCH_LEVEL while this processor holds the lock. Taking the same lock inside waits forever.
    ///
    /// IRQL: at most DISPATCH_LEVEL; DISPATCH_LEVEL inside. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-keacquirespinlock).
    pub fn with<R>(
        &self,
        irql: &mut impl AtMostDispatch,
        access: impl FnOnce(&mut T, &mut Dispatch<'_>) -> R,
    ) -> R {
        /// Gives the lock back on every way out.
        struct Held<'a, K: Kernel> {
            lock: &'a AtomicUsize,
            irql: u8,
            kernel: PhantomData<K>,
        }

        impl<K: Kernel> Drop for Held<'_, K> {
            fn drop(&mut self) {
                // SAFETY: acquired before this was made, with this IRQL.
                unsafe { K::release_spin_lock(self.lock, self.irql) };
            }
        }

        let _ = irql;
        let _held = Held::<K> {
            // SAFETY: at most DISPATCH_LEVEL, as the capability shows; released by the drop.
            irql: unsafe { K::acquire_spin_lock(&self.lock) },
            lock: &self.lock,
            kernel: PhantomData,
        };
        // SAFETY: the lock was acquired, which raised the IRQL; the caller's capability is borrowed meanwhile.
        let mut dispatch = unsafe { Dispatch::assume() };
        // SAFETY: the lock is not recursive, so this is the only reference.
        access(unsafe { &mut *self.data.get() }, &mut dispatch)
    }
}

macro_rules! debug {
    ($($Type:ident),*) => {
        $(impl<K: Kernel, T> core::fmt::Debug for $Type<K, T> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($Type)).finish_non_exhaustive()
            }
        })*
    };
}

debug!(PassiveMutex, SpinLock);
