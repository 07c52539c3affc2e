//! What a display adapter tells dxgkrnl about its interrupts: DxgkCbNotifyInterrupt, and the DPC that has to follow.

use super::{
    AtDirql, Contains, Dxgkrnl, InterruptDevice, Interrupts, Notifying, Refusal, Refused, Source,
    SourceSet,
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
    /// Says whether dxgkrnl was told. A notification of another adapter, or of an earlier start of this one, is dropped:
    /// dxgkrnl would believe it.
    fn notify(&mut self, notification: impl Notification) -> bool;
}

impl<S> Notify for AtDirql<'_, S>
where
    S: Source<Role = Notifying, Device: InterruptDevice<Connection = Dxgkrnl>>,
{
    fn notify(&mut self, notification: impl Notification) -> bool {
        let told = self.connection().notify_interrupt(notification);
        if told {
            self.queue_dpc();
        }
        told
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
    /// [`Refusal::InvalidParameter`] for one of another adapter, or of an earlier start of this one.
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
        let ran = self.synchronize(source, irql, |at| {
            let port = at.connection();
            if let Some(own) = notification.take_if(|notification| port.accepts(notification)) {
                at.notify(own);
            }
        });
        let reason = ran.map_err(|refused| refused.reason).err();
        match notification {
            None => Ok(()),
            Some(given) => Err(Refused {
                reason: reason.unwrap_or(Refusal::InvalidParameter),
                given,
            }),
        }
    }
}
