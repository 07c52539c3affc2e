//! One adapter from DxgkDdiAddDevice to DxgkDdiRemoveDevice, the part of it that lives from start to stop, and the
//! barrier between the two.

use alloc::boxed::Box;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use crate::heap::try_box;
use crate::interface::Interface;
use crate::interrupt::Interrupts;
use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::miniport::Miniport;
use crate::status::Status;

/// How many adapters a [`Registry`] can name at once.
pub const MAX_ADAPTERS: usize = 16;

/// How often stopping tries again when the port won't synchronize, a millisecond apart.
const DRAIN_TRIES: u32 = 100;

/// What exists while the adapter is started. Dropped at PASSIVE_LEVEL, when no interrupt routine, closure or DPC runs any
/// more or will run.
pub struct Started<M: Miniport> {
    /// The sources' states and the way to them.
    pub interrupts: Box<Interrupts<M::Sources>>,
    /// What interrupt routines and the rest both read.
    pub device: M::Device,
    /// dxgkrnl's services for this adapter.
    pub interface: Interface,
}

impl<M: Miniport> core::fmt::Debug for Started<M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Started")
            .field("interrupts", &self.interrupts)
            .finish_non_exhaustive()
    }
}

/// The block behind MiniportDeviceContext.
pub(crate) struct Adapter<M: Miniport> {
    pub(crate) miniport: M,
    started: AtomicPtr<Started<M>>,
    slot: usize,
}

impl<M: Miniport> Adapter<M> {
    /// Makes the block and gives it a place in the registry.
    pub(crate) fn new(miniport: M) -> Result<Box<Self>, Status> {
        let slot = M::registry()
            .claim()
            .ok_or(Status::INSUFFICIENT_RESOURCES)?;
        let adapter = Self {
            miniport,
            started: AtomicPtr::new(ptr::null_mut()),
            slot,
        };
        // SAFETY: all of it is written.
        unsafe { try_box(move |place: *mut Self| place.write(adapter)) }
    }

    /// The started part, if there is one.
    pub(crate) fn started(&self) -> Option<&Started<M>> {
        let started = self.started.load(Ordering::Acquire);
        // SAFETY: published by `publish`, and freed by `stop` only after every way to it was drained: interrupt
        // routines and DPCs by their barriers, other DDIs by dxgkrnl's promise that StopDevice runs alone.
        unsafe { started.as_ref() }
    }

    /// Makes the started part reachable, for interrupt routines too.
    pub(crate) fn publish(&self, started: Box<Started<M>>) -> &Started<M> {
        let started = Box::into_raw(started);
        self.started.store(started, Ordering::Release);
        M::registry().open(self.slot, self);
        // SAFETY: just made from a box, and freed only by `stop`, which runs alone.
        unsafe { &*started }
    }

    /// Takes the started part down: ends requests from user mode, lets the miniport quiesce its device, and frees
    /// everything when no interrupt routine, closure or DPC can reach it any more.
    ///
    /// # Errors
    ///
    /// STATUS_UNSUCCESSFUL if the port would not synchronize, so that an interrupt routine may still be running; then the
    /// memory is left to it.
    pub(crate) fn stop(&self, irql: &mut Passive<'_>) -> Result<(), Status> {
        M::registry().close::<M::Kernel>(self.slot, irql);
        let Some(started) = self.started() else {
            return Ok(());
        };
        self.miniport.stop_device(started, irql);
        self.started.store(ptr::null_mut(), Ordering::SeqCst);
        let mut drained = started.interrupts.drain(irql).is_ok();
        for _ in 0..DRAIN_TRIES {
            if drained {
                break;
            }
            M::Kernel::delay(irql, 1000);
            drained = started.interrupts.drain(irql).is_ok();
        }
        if !drained {
            return Err(Status::UNSUCCESSFUL);
        }
        M::Kernel::flush_queued_dpcs(irql);
        // SAFETY: made by `publish` from a box, unreachable since, and nobody is inside.
        drop(unsafe { Box::from_raw(ptr::from_ref(started).cast_mut()) });
        Ok(())
    }
}

impl<M: Miniport> Drop for Adapter<M> {
    fn drop(&mut self) {
        M::registry().release(self.slot);
    }
}

/// The started adapters of a driver, for requests that come past dxgkrnl, such as those to a control device. Kept in a
/// static by the driver.
#[derive(Debug)]
pub struct Registry<M: Miniport> {
    slots: [Slot<M>; MAX_ADAPTERS],
}

#[derive(Debug)]
struct Slot<M: Miniport> {
    claimed: AtomicUsize,
    adapter: AtomicPtr<Adapter<M>>,
    /// Requests inside. Closing waits until there are none.
    users: AtomicUsize,
}

impl<M: Miniport> Default for Registry<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Miniport> Registry<M> {
    /// An empty registry.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            slots: [const {
                Slot {
                    claimed: AtomicUsize::new(0),
                    adapter: AtomicPtr::new(ptr::null_mut()),
                    users: AtomicUsize::new(0),
                }
            }; MAX_ADAPTERS],
        }
    }

    /// Runs `request` on the started adapter number `index`, which can't be stopped meanwhile. None if there is none.
    ///
    /// IRQL: PASSIVE_LEVEL.
    pub fn with<R>(
        &self,
        index: usize,
        irql: &mut Passive<'_>,
        request: impl FnOnce(&M, &Started<M>, &mut Passive<'_>) -> R,
    ) -> Option<R> {
        let slot = self.slots.get(index)?;
        slot.users.fetch_add(1, Ordering::SeqCst);
        // SAFETY: a stop closes the slot and then waits for `users` before it frees anything.
        let adapter = unsafe { slot.adapter.load(Ordering::SeqCst).as_ref() };
        let result = adapter.and_then(|adapter| {
            adapter
                .started()
                .map(|started| request(&adapter.miniport, started, irql))
        });
        slot.users.fetch_sub(1, Ordering::SeqCst);
        result
    }

    fn claim(&self) -> Option<usize> {
        self.slots.iter().position(|slot| {
            slot.claimed
                .compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
        })
    }

    fn release(&self, index: usize) {
        if let Some(slot) = self.slots.get(index) {
            slot.claimed.store(0, Ordering::Release);
        }
    }

    fn open(&self, index: usize, adapter: &Adapter<M>) {
        if let Some(slot) = self.slots.get(index) {
            slot.adapter
                .store(ptr::from_ref(adapter).cast_mut(), Ordering::SeqCst);
        }
    }

    fn close<K: Kernel>(&self, index: usize, irql: &Passive<'_>) {
        if let Some(slot) = self.slots.get(index) {
            slot.adapter.store(ptr::null_mut(), Ordering::SeqCst);
            while slot.users.load(Ordering::SeqCst) != 0 {
                K::delay(irql, 100);
            }
        }
    }
}
