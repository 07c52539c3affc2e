//! What a display adapter tells dxgkrnl about its interrupts: DxgkCbNotifyInterrupt, and the DPC that has to follow.

use super::{
    AtDirql, Contains, Dxgkrnl, InterruptDevice, Interrupts, Notifying, Refused, Source, SourceSet,
};
use crate::irql::AtMostDispatch;
use crate::present::Notification;

/// Reports from an interrupt routine or a closure of the notifying source.
///
/// Take [`Report`] outside of one.
pub trait Notify {
    /// Tells dxgkrnl what happened (DxgkCbNotifyInterrupt). A DPC follows by itself, and in it DxgkCbNotifyDpc, without
    /// which the scheduler would not finish the event.
    ///
    /// IRQL: DIRQL, which an [`AtDirql`] is the proof of. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_notify_interrupt).
    ///
    /// A notification of another adapter, or of an earlier start of this one, is dropped: dxgkrnl would believe it.
    fn notify(&mut self, notification: impl Notification);
}

impl<S> Notify for AtDirql<'_, S>
where
    S: Source<Role = Notifying, Device: InterruptDevice<Connection = Dxgkrnl>>,
{
    fn notify(&mut self, notification: impl Notification) {
        if self.connection().notify_interrupt(notification) {
            self.queue_dpc();
        }
    }
}

/// Reports from a thread or a DPC.
///
/// Take [`Notify`] inside an interrupt routine or a closure, where this would take the lock again.
pub trait Report<T> {
    /// Tells dxgkrnl what happened: DxgkCbNotifyInterrupt at DIRQL on the one message it may be called on, and the DPC that
    /// has to follow.
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
    /// let done = pending().ended(Presented::Complete); // the token that PresentDisplayOnly::pend gave
    /// if let Err(refused) = interrupts.report(Control, irql, done) {
    ///     // The frame is still ours: keep `refused.given` and try again later.
    /// #   let _ = (refused.reason, refused.given);
    /// }
    /// # });
    /// # assert_eq!(hosted.take_calls()[1..3], [PortCall::NotifyInterrupt(6), PortCall::QueueDpc]);
    /// ```
    fn report<S, P, N>(
        &self,
        source: S,
        irql: &mut impl AtMostDispatch,
        notification: N,
    ) -> Result<(), Refused<N>>
    where
        S: Source<Role = Notifying, Device: InterruptDevice<Connection = Dxgkrnl>>,
        T: Contains<S, P>,
        N: Notification;
}

impl<T: SourceSet> Report<T> for Interrupts<T> {
    fn report<S, P, N>(
        &self,
        source: S,
        irql: &mut impl AtMostDispatch,
        notification: N,
    ) -> Result<(), Refused<N>>
    where
        S: Source<Role = Notifying, Device: InterruptDevice<Connection = Dxgkrnl>>,
        T: Contains<S, P>,
        N: Notification,
    {
        let mut notification = Some(notification);
        let told = self.synchronize(source, irql, |at| {
            if let Some(notification) = notification.take() {
                at.notify(notification);
            }
        });
        let refused = told.map_err(|refused| refused.reason);
        match (refused, notification) {
            (Err(reason), Some(given)) => Err(Refused { reason, given }),
            _ => Ok(()),
        }
    }
}
