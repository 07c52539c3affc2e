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
    fn notify(&mut self, notification: impl Notification);
}

impl<S> Notify for AtDirql<'_, S>
where
    S: Source<Role = Notifying, Device: InterruptDevice<Connection = Dxgkrnl>>,
{
    fn notify(&mut self, notification: impl Notification) {
        self.connection().notify_interrupt(notification.data());
        self.queue_dpc();
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
    /// let done = PresentProgress { source: 0, outcome: Presented::Complete };
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
        self.synchronize(source, irql, |at| at.notify(notification))
            .map_err(|refused| Refused {
                reason: refused.reason,
                given: notification,
            })
    }
}
