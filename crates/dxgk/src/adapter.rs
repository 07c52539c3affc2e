//! One adapter from DxgkDdiAddDevice to DxgkDdiRemoveDevice, the part of it that lives from start to stop, and the
//! barrier between the two.

use alloc::boxed::Box;
use core::ptr;

use crate::check::Violation;
use crate::heap::try_box;
use crate::interface::Interface;
use crate::interrupt::{Interrupts, Refusal};
use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::lifetime::{Life, Lifetimes};
use crate::miniport::Miniport;
use crate::rundown::Rundown;
use crate::status::Status;
use crate::sync::{AtomicBool, AtomicPtr, Ordering};

/// How many adapters a [`Registry`] can name at once.
pub const MAX_ADAPTERS: usize = if cfg!(loom) { 1 } else { 16 };

/// How often stopping tries again when the port won't synchronize, a millisecond apart.
const DRAIN_TRIES: u32 = 100;

/// How often in a row the port has to say that the interrupt is not connected, a millisecond apart, to be believed. Its
/// page gives that as one example of why it may not synchronize; an interrupt routine takes microseconds.
const NOT_CONNECTED_TRIES: u32 = 10;

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
    /// A stop could not make sure that no interrupt routine runs. Nothing of the adapter is freed then, ever.
    abandoned: AtomicBool,
    /// Asked for once: nothing makes a miniport name the same registry every time.
    registry: &'static Registry<M>,
    slot: usize,
}

impl<M: Miniport> Adapter<M> {
    /// Makes the block and gives it a place in the registry.
    pub(crate) fn new(miniport: M) -> Result<Box<Self>, Status> {
        let registry = M::registry();
        let slot = registry.claim().ok_or(Status::INSUFFICIENT_RESOURCES)?;
        let adapter = Self {
            miniport,
            started: AtomicPtr::new(ptr::null_mut()),
            abandoned: AtomicBool::new(false),
            registry,
            slot,
        };
        // SAFETY: all of it is written.
        unsafe { try_box(move |place: *mut Self| place.write(adapter)) }
    }

    fn slot(&self) -> Option<&'static Slot<M>> {
        self.registry.slots.get(self.slot)
    }

    /// The started part, if there is one.
    pub(crate) fn started(&self) -> Option<&Started<M>> {
        let started = self.started.load(Ordering::Acquire);
        // SAFETY: published by `publish`, and freed by `stop` only after every way to it was drained: interrupt
        // routines and DPCs by their barriers, other DDIs by dxgkrnl's promise that StopDevice runs alone.
        unsafe { started.as_ref() }
    }

    /// Whether the adapter may be started: it is not yet, and no stop of it has failed.
    pub(crate) fn may_start(&self) -> bool {
        self.started().is_none() && !self.abandoned.load(Ordering::Relaxed)
    }

    /// Begins the life of the handle that the port has passed to DxgkDdiStartDevice.
    pub(crate) fn begin_life(&self) -> Option<Life> {
        self.slot().map(|slot| slot.lives.begin())
    }

    /// Makes the started part reachable for interrupt routines, DPCs and DDIs.
    pub(crate) fn publish(&self, started: Box<Started<M>>) -> &Started<M> {
        const fn is_shared_by_processors<T: Sync>() {}
        const { is_shared_by_processors::<Started<M>>() };
        let started = Box::into_raw(started);
        self.started.store(started, Ordering::Release);
        // SAFETY: just made from a box, and freed only by `stop`, which runs alone.
        unsafe { &*started }
    }

    /// Lets requests in that come past dxgkrnl.
    pub(crate) fn open_requests(&self) {
        if let Some(slot) = self.slot() {
            slot.adapter
                .store(ptr::from_ref(self).cast_mut(), Ordering::Relaxed);
            slot.requests.open();
        }
    }

    /// Takes the started part down: ends requests from user mode, lets the miniport quiesce its device, and frees
    /// everything when no interrupt routine, closure or DPC can reach it any more. Nothing to do if it is not started.
    ///
    /// # Errors
    ///
    /// STATUS_UNSUCCESSFUL if the port would not synchronize, so that an interrupt routine may still be running; then the
    /// memory is left to it.
    pub(crate) fn stop(&self, irql: &mut Passive<'_>) -> Result<(), Status> {
        if let Some(slot) = self.slot() {
            slot.requests.close(|| M::Kernel::delay(irql, 100));
        }
        if self.abandoned.load(Ordering::Relaxed) {
            return Err(Status::UNSUCCESSFUL);
        }
        let Some(started) = self.started() else {
            return Ok(());
        };
        self.miniport.stop_device(started, irql);
        // Whatever was notified until now has its DPC queued; it still finds the adapter and calls DxgkCbNotifyDpc.
        let _ = drain(started, irql);
        M::Kernel::flush_queued_dpcs(irql);

        self.started.store(ptr::null_mut(), Ordering::Release);
        // An interrupt routine that found the adapter holds a message's lock, so after this there is none left; one that
        // comes later takes the lock later and finds nothing.
        let drained = drain(started, irql);
        // A DPC that found the adapter may have queued another one, which finds nothing: two rounds leave none at all.
        M::Kernel::flush_queued_dpcs(irql);
        M::Kernel::flush_queued_dpcs(irql);
        let life = started.interface.life();
        if !drained {
            self.abandoned.store(true, Ordering::Relaxed);
            M::Kernel::violation(Violation::NotDrained);
            life.end::<M::Kernel>(irql);
            return Err(Status::UNSUCCESSFUL);
        }
        // SAFETY: made by `publish` from a box, unreachable since, and nobody is inside.
        drop(unsafe { Box::from_raw(ptr::from_ref(started).cast_mut()) });
        life.end::<M::Kernel>(irql);
        Ok(())
    }
}

/// Waits until every interrupt routine that began before has ended; false if that can't be known.
fn drain<M: Miniport>(started: &Started<M>, irql: &mut Passive<'_>) -> bool {
    let mut not_connected = 0;
    for _ in 0..DRAIN_TRIES {
        not_connected = match started.interrupts.drain(irql) {
            Ok(()) => return true,
            Err(Refusal::NotConnected) => not_connected + 1,
            Err(_) => 0,
        };
        if not_connected == NOT_CONNECTED_TRIES {
            return true;
        }
        M::Kernel::delay(irql, 1000);
    }
    false
}

impl<M: Miniport> Drop for Adapter<M> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot() {
            slot.claimed.store(false, Ordering::Release);
        }
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
    claimed: AtomicBool,
    adapter: AtomicPtr<Adapter<M>>,
    /// Open while the adapter is started. Stopping it waits for the requests inside.
    requests: Rundown,
    lives: Lifetimes,
}

impl<M: Miniport> Slot<M> {
    crate::sync::const_fn! {
        fn new() -> Self {
            Self {
                claimed: AtomicBool::new(false),
                adapter: AtomicPtr::new(ptr::null_mut()),
                requests: Rundown::new(),
                lives: Lifetimes::new(),
            }
        }
    }
}

impl<M: Miniport> Default for Registry<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Miniport> Registry<M> {
    /// An empty registry.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            slots: [const { Slot::new() }; MAX_ADAPTERS],
        }
    }

    /// An empty registry.
    #[cfg(loom)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            slots: core::array::from_fn(|_| Slot::new()),
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
        /// Ends the region on every way out, after the rundown has been left.
        struct Region<K: Kernel>(core::marker::PhantomData<K>);

        impl<K: Kernel> Drop for Region<K> {
            fn drop(&mut self) {
                // SAFETY: entered before this was made.
                unsafe { K::leave_critical_region() };
            }
        }

        let slot = self.slots.get(index)?;
        // A stop waits for who is inside, so that nobody may be suspended there.
        M::Kernel::enter_critical_region(irql);
        let _region = Region::<M::Kernel>(core::marker::PhantomData);
        let _inside = slot.requests.enter()?;
        // SAFETY: stored before the gate was opened; a stop closes the gate and waits for us before it frees anything.
        let adapter = unsafe { slot.adapter.load(Ordering::Relaxed).as_ref() }?;
        adapter
            .started()
            .map(|started| request(&adapter.miniport, started, irql))
    }

    fn claim(&self) -> Option<usize> {
        self.slots.iter().position(|slot| {
            slot.claimed
                .compare_exchange(false, true, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
        })
    }
}
