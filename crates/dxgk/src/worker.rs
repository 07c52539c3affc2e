//! An adapter's system thread: work for PASSIVE_LEVEL that an interrupt routine or a DPC found.
//!
//! It is part of the stop barrier: it has ended before [`Miniport::stop_device`](crate::miniport::Miniport::stop_device) is
//! called.

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use crate::adapter::{Adapter, Started};
use crate::event::Event;
use crate::irql::{AtMostDispatch, Passive};
use crate::kernel::Kernel;
use crate::miniport::Miniport;
use crate::status::Status;
use crate::sync::{AtomicBool, Ordering};

/// How long a wait for work is, in microseconds. It is waited again after that.
const WAIT: u32 = u32::MAX;

/// What wakes the thread, and tells it to end.
pub(crate) struct Worker<K: Kernel> {
    event: Event<K>,
    ending: AtomicBool,
}

impl<K: Kernel> Worker<K> {
    /// Makes one. Its thread is started by [`start`].
    pub(crate) fn new(irql: &Passive<'_>) -> Result<Self, Status> {
        let event = Event::new(irql)?;
        let ending = AtomicBool::new(false);
        Ok(Self { event, ending })
    }

    /// Has the thread run once more. Several calls before it runs are one.
    pub(crate) fn wake(&self, irql: &impl AtMostDispatch) {
        self.event.set(irql);
    }

    /// Ends the thread and waits for it.
    pub(crate) fn end(&self, thread: NonNull<c_void>, irql: &Passive<'_>) {
        self.ending.store(true, Ordering::SeqCst);
        self.wake(irql);
        // SAFETY: the thread of this worker, joined once, since it was taken from its place.
        unsafe { K::join_thread(irql, thread) };
    }

    /// Waits for work; false says that the thread has to end.
    fn next(&self, irql: &Passive<'_>) -> bool {
        while !self.event.wait(WAIT, irql) {}
        // Cleared before the look: who sets it later has it run once more.
        self.event.clear(irql);
        !self.ending.load(Ordering::SeqCst)
    }
}

/// Starts the thread of a published adapter. The adapter is not freed before [`Worker::end`].
pub(crate) fn start<M: Miniport>(
    adapter: &Adapter<M>,
    irql: &Passive<'_>,
) -> Result<NonNull<c_void>, Status> {
    let context = ptr::from_ref(adapter).cast_mut().cast();
    // SAFETY: the adapter's block lives until it is removed, and is stopped before, which ends the thread.
    let thread = unsafe { M::Kernel::start_thread(irql, run::<M>, context) };
    thread.ok_or(Status::INSUFFICIENT_RESOURCES)
}

/// The thread.
///
/// # Safety
///
/// `context` is an adapter that was published and is not freed before this returns.
unsafe extern "C" fn run<M: Miniport>(context: *mut c_void) {
    // SAFETY: the caller's promise.
    let adapter = unsafe { &*context.cast::<Adapter<M>>() };
    // SAFETY: a system thread runs at PASSIVE_LEVEL, and has no other capability.
    let mut irql = unsafe { Passive::assume() };
    let Some(started) = adapter.started() else {
        return;
    };
    let Some(worker) = started.worker() else {
        return;
    };
    while worker.next(&irql) {
        adapter.miniport.work(started, &mut irql);
    }
}

impl<M: Miniport> Started<M> {
    /// Has [`Miniport::work`] run once more, on the adapter's own thread. Several calls before it runs are one. Does nothing
    /// unless the miniport [has a worker](Miniport::has_worker), and nothing while the adapter is being stopped.
    ///
    /// IRQL: at most DISPATCH_LEVEL. An interrupt routine queues a DPC, which calls this.
    pub fn wake_worker(&self, irql: &impl AtMostDispatch) {
        if let Some(worker) = self.worker() {
            worker.wake(irql);
        }
    }
}
