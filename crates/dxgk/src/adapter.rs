//! One adapter from DxgkDdiAddDevice to DxgkDdiRemoveDevice, the part of it that lives from start to stop, and the
//! barrier between the two.

use alloc::boxed::Box;
use core::ffi::c_void;
use core::ops::Deref;
use core::ptr::{self, NonNull};

use dirql::Published;

use crate::heap::try_box;
use crate::interface::Interface;
use crate::interrupt::Interrupts;
use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::lifetime::{Life, Lifetimes};
use crate::lock::CriticalRegion;
use crate::miniport::Miniport;
use crate::rundown::Rundown;
use crate::status::Status;
use crate::sync::{AtomicBool, AtomicPtr, Ordering};
use crate::worker::{self, Worker};

/// How many adapters a [`Registry`] can name at once.
pub const MAX_ADAPTERS: usize = if cfg!(loom) { 1 } else { 16 };

/// What exists while the adapter is started. Dropped at PASSIVE_LEVEL, when no interrupt routine, closure or DPC runs any
/// more or will run.
pub struct Started<M: Miniport> {
    /// The sources' states and the way to them, and the device.
    pub interrupts: Box<Interrupts<M::Sources>>,
    /// dxgkrnl's services for this adapter.
    pub interface: Interface<M::Kernel>,
    pub(crate) worker: Option<Worker<M::Kernel>>,
    /// What lives from start to stop and interrupt routines can't reach. Dropped after the device.
    pub context: M::Context,
}

impl<M: Miniport> core::fmt::Debug for Started<M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Started")
            .field("interrupts", &self.interrupts)
            .finish_non_exhaustive()
    }
}

impl<M: Miniport> Started<M> {
    pub(crate) fn worker(&self) -> Option<&Worker<M::Kernel>> {
        self.worker.as_ref()
    }
}

/// A started adapter has what its interrupts have, above all the device.
impl<M: Miniport> Deref for Started<M> {
    type Target = Interrupts<M::Sources>;

    fn deref(&self) -> &Interrupts<M::Sources> {
        &self.interrupts
    }
}

/// The block behind MiniportDeviceContext.
pub(crate) struct Adapter<M: Miniport> {
    pub(crate) miniport: M,
    started: Published<Started<M>>,
    /// The adapter is being stopped: DPCs only finish what was notified.
    ending: AtomicBool,
    /// The worker's thread, or NULL.
    thread: AtomicPtr<c_void>,
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
            started: Published::new(),
            ending: AtomicBool::new(false),
            thread: AtomicPtr::new(ptr::null_mut()),
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
        // SAFETY: what is published is freed only by `stop`: DPCs end before by its barrier, other DDIs by dxgkrnl's promise
        // that StopDevice runs alone.
        unsafe { self.started.get() }
    }

    /// Runs the interrupt routines of `message`, if the adapter is started.
    ///
    /// # Safety
    ///
    /// Called by DxgkDdiInterruptRoutine only.
    pub(crate) unsafe fn interrupt(&self, message: u32) -> bool {
        // SAFETY: used within the interrupt routine.
        match unsafe { self.started.in_interrupt() } {
            // SAFETY: the caller's promise.
            Some(started) => unsafe { started.interrupts.interrupt(message) },
            None => false,
        }
    }

    /// Whether the adapter is being stopped and its DPCs only have to finish what was notified.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// Begins the life of the handle that the port has passed to DxgkDdiStartDevice.
    pub(crate) fn begin_life(&self) -> Option<Life> {
        self.slot().map(|slot| slot.lives.begin())
    }

    /// Makes the started part reachable for interrupt routines, DPCs and DDIs. None if there was one already.
    pub(crate) fn publish(&self, started: Box<Started<M>>) -> Option<&Started<M>> {
        self.ending.store(false, Ordering::Relaxed);
        self.started.publish(started).ok()?;
        self.started()
    }

    /// Starts the worker's thread, if the adapter has one.
    pub(crate) fn start_worker(
        &self,
        started: &Started<M>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        // Asked again, so that a miniport without a worker has no code for one, and imports nothing for it.
        if self.miniport.has_worker() && started.worker().is_some() {
            let thread = worker::start(self, irql)?;
            self.thread.store(thread.as_ptr(), Ordering::Relaxed);
        }
        Ok(())
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
    /// It asks the port nothing and knows no messages: what runs is waited for by looking at the processors.
    pub(crate) fn stop(&self, irql: &mut Passive<'_>) {
        if let Some(slot) = self.slot() {
            slot.requests.close(|| M::Kernel::delay(irql, 100));
        }
        let Some(started) = self.started() else {
            return;
        };
        let thread = self.thread.swap(ptr::null_mut(), Ordering::Relaxed);
        if let (Some(worker), Some(thread)) = (started.worker(), NonNull::new(thread)) {
            worker.end(thread, irql);
        }
        self.miniport.stop_device(started, irql);
        let life = started.interface.life();
        // No interrupt routine that begins from here on finds the adapter.
        self.started.hide_from_interrupts();
        // Those that had found it end. What they notified has its DPC queued, which still finds the adapter.
        pass::<M>(irql);
        // DPCs that begin from here on call DxgkCbNotifyDpc and leave the miniport alone, so that none queues another.
        self.ending.store(true, Ordering::Release);
        pass::<M>(irql);
        // Nothing is left that could notify or queue, and all that was notified had its DPC.
        let hidden = self.started.hide();
        pass::<M>(irql);
        // SAFETY: interrupt routines, closures and DPCs have ended, requests are shut out, and StopDevice runs alone.
        drop(unsafe { Published::take(hidden) });
        life.end::<M::Kernel>(irql);
    }
}

/// Waits for every interrupt routine and DPC that runs, and then for the DPCs that they queued.
fn pass<M: Miniport>(irql: &mut Passive<'_>) {
    M::Kernel::see_every_processor(irql);
    M::Kernel::flush_queued_dpcs(irql);
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
        let slot = self.slots.get(index)?;
        // A stop waits for who is inside, so that nobody may be suspended there.
        let _region = CriticalRegion::<M::Kernel>::enter(irql);
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
