//! The jobs that drivers use DxgkCbSynchronizeExecution for, ready made: report from a thread or a DPC, take a consistent
//! snapshot, hand over what the interrupt routine collected, and know that no interrupt routine runs any more.
//!
//! A register that the interrupt routine also writes needs no helper: it is written inside the closure, under the same
//! lock.

use core::ffi::c_void;

use dxgk_sys::{BOOLEAN, TRUE};

use super::{Contains, Interrupts, Notifying, Refusal, Source, SourceSet};
use crate::irql::{AtMostDispatch, Passive};
use crate::present::Notification;

impl<T: SourceSet> Interrupts<T> {
    /// Tells the operating system what happened, from outside the interrupt routine: DxgkCbNotifyInterrupt at DIRQL on the
    /// one message it may be called on, and the DPC that has to follow.
    ///
    /// IRQL: at most DISPATCH_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_notify_interrupt).
    ///
    /// # Errors
    ///
    /// The reason, and the notification, which has not been made: it is the caller's to make again.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dxgk::doc::*;
    /// # let hosted = hosted();
    /// # let interrupts = hosted.interrupts();
    /// # dxgk::hosted::passive(|irql| {
    /// let done = PresentProgress { source: 0, outcome: Presented::Complete };
    /// if let Err((reason, done)) = interrupts.report(Control, irql, done) {
    ///     // The frame is still ours: keep `done` and try again later.
    /// #   let _ = (reason, done);
    /// }
    /// # });
    /// # assert_eq!(hosted.take_calls()[1..3], [PortCall::NotifyInterrupt(6), PortCall::QueueDpc]);
    /// ```
    pub fn report<S, P, N>(
        &self,
        source: S,
        irql: &mut impl AtMostDispatch,
        notification: N,
    ) -> Result<(), (Refusal, N)>
    where
        S: Source<Role = Notifying>,
        T: Contains<S, P>,
        N: Notification,
    {
        self.synchronize(source, irql, |isr| isr.notify(notification))
            .map_err(|refused| (refused.reason, notification))
    }

    /// Reads a source's state in one go, so that the values belong together.
    ///
    /// IRQL: at most DISPATCH_LEVEL.
    ///
    /// # Errors
    ///
    /// Why it could not be read.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dxgk::doc::*;
    /// # let hosted = hosted();
    /// # let interrupts = hosted.interrupts();
    /// # hosted.interrupt(0);
    /// # dxgk::hosted::passive(|irql| {
    /// let (completed, bytes) = interrupts.snapshot(Control, irql, |state| (state.completed, state.bytes))?;
    /// assert_eq!(bytes, completed * 4096);
    /// # Ok::<(), Refusal>(())
    /// # }).unwrap();
    /// ```
    pub fn snapshot<S, P, R>(
        &self,
        source: S,
        irql: &mut impl AtMostDispatch,
        mut read: impl FnMut(&S::State) -> R,
    ) -> Result<R, Refusal>
    where
        S: Source,
        T: Contains<S, P>,
    {
        self.synchronize(source, irql, |isr| read(isr.state))
            .map_err(|refused| refused.reason)
    }

    /// Returns when every interrupt routine and closure that began before the call has ended: takes the lock of each
    /// message once, also when another message's could not be taken.
    ///
    /// This is half of a quiesce: first the device is made to stop interrupting, last the queued DPCs are flushed
    /// ([`Kernel::flush_queued_dpcs`](crate::kernel::Kernel::flush_queued_dpcs)). Stopping an adapter does all three.
    ///
    /// IRQL: PASSIVE_LEVEL.
    ///
    /// # Errors
    ///
    /// Why a lock could not be taken; the worst reason, if there are several. [`Refusal::NotConnected`] most likely says
    /// that no interrupt routine can run, but the port's page gives that as an example only: a single such answer is no
    /// proof. Stopping an adapter believes it when it lasts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dxgk::doc::*;
    /// # let hosted = hosted();
    /// # let interrupts = hosted.interrupts();
    /// # dxgk::hosted::passive(|irql| {
    /// // The device has been reset: no new interrupt comes.
    /// interrupts.drain(irql)?;
    /// // From here on what only interrupt routines used is ours alone.
    /// # Ok::<(), Refusal>(())
    /// # }).unwrap();
    /// ```
    pub fn drain(&self, irql: &mut Passive<'_>) -> Result<(), Refusal> {
        /// # Safety
        ///
        /// `context` is a flag that may be written.
        unsafe extern "system" fn ran(context: *mut c_void) -> BOOLEAN {
            // SAFETY: the flag waits in the frame below.
            unsafe { context.cast::<bool>().write(true) };
            TRUE
        }
        let _ = irql;
        let mut worst = Ok(());
        for message in 0..self.map.messages() {
            let mut done = false;
            // SAFETY: the flag outlives the call.
            let status = unsafe { self.port.synchronize(ran, (&raw mut done).cast(), message) };
            if !done && !matches!(worst, Err(reason) if reason != Refusal::NotConnected) {
                worst = Err(Refusal::from_status(status));
            }
        }
        worst
    }
}

/// A bounded queue that an interrupt routine fills and a DPC or a thread empties: take everything at DIRQL, process it at
/// the caller's level. Lives in a source's state; allocates nothing. Any IRQL.
///
/// # Examples
///
/// ```
/// # use dxgk::doc::*;
/// # let hosted = hosted();
/// # let interrupts = hosted.interrupts();
/// # hosted.interrupt(0);
/// # hosted.interrupt(0);
/// # dxgk::hosted::dispatch(|irql| {
/// // In the interrupt routine: isr.state.finished.push(frame)
/// // In the DPC:
/// let finished = interrupts.synchronize(Control, irql, |isr| isr.state.finished.take())?;
/// for frame in &finished {
///     // At DISPATCH_LEVEL, with the lock long released.
/// #   assert!(*frame < 2);
/// }
/// # assert_eq!(finished.len(), 2);
/// # Ok::<(), Refused<_>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy)]
pub struct HandOver<T: Copy, const CAPACITY: usize> {
    items: [Option<T>; CAPACITY],
    length: usize,
}

impl<T: Copy, const CAPACITY: usize> HandOver<T, CAPACITY> {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            items: [None; CAPACITY],
            length: 0,
        }
    }

    /// Adds an item at the end.
    ///
    /// # Errors
    ///
    /// The item, if the queue is full: nothing that was there before is overwritten.
    pub fn push(&mut self, item: T) -> Result<(), T> {
        match self.items.get_mut(self.length) {
            Some(free) => {
                *free = Some(item);
                self.length = self.length.saturating_add(1);
                Ok(())
            }
            None => Err(item),
        }
    }

    /// How many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Takes all items out, oldest first.
    #[must_use]
    pub fn take(&mut self) -> Self {
        core::mem::take(self)
    }

    /// The items, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().take(self.length).flatten()
    }
}

impl<T: Copy, const CAPACITY: usize> Default for HandOver<T, CAPACITY> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, T: Copy, const CAPACITY: usize> IntoIterator for &'a HandOver<T, CAPACITY> {
    type Item = &'a T;
    type IntoIter = core::iter::Flatten<core::iter::Take<core::slice::Iter<'a, Option<T>>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter().take(self.length).flatten()
    }
}

/// A register that the interrupt routine writes too is changed in a closure, so that no change gets lost between reading
/// and writing it back.
///
/// ```
/// # use dxgk::doc::*;
/// # let hosted = hosted();
/// # let (interrupts, device) = (hosted.interrupts(), hosted.device());
/// # dxgk::hosted::passive(|irql| {
/// interrupts.synchronize(Control, irql, |_| {
///     let enabled = device.interrupt_enable.read();
///     device.interrupt_enable.write(enabled | 1);
/// })?;
/// # Ok::<(), Refused<_>>(())
/// # }).unwrap();
/// # assert_eq!(device.interrupt_enable.read(), 1);
/// ```
#[cfg(doctest)]
struct RegisterUpdate;
