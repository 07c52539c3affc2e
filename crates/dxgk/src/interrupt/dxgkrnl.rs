//! The part of DXGKRNL_INTERFACE that interrupt routines and synchronized closures use.

use core::ffi::c_void;

use dirql::{Connection, Routine};
use dxgk_sys::{BOOLEAN, DXGKARGCB_NOTIFY_INTERRUPT_DATA, HANDLE, NTSTATUS, PKSYNCHRONIZE_ROUTINE};

use crate::check::{Checks, DISPATCH_LEVEL};
use crate::irql::Dispatch;
use crate::lifetime::Life;
use crate::present::Notification;
use crate::present::sealed::{Data, Of};

/// dxgkrnl as what an adapter's interrupts are connected by: DxgkCbSynchronizeExecution and DxgkCbQueueDpc.
///
/// A miniport only names it: `type Connection = Dxgkrnl`. It is no copy's to make: a handle that outlived the stop would reach
/// another adapter, or none.
pub struct Dxgkrnl {
    pub(crate) handle: HANDLE,
    pub(crate) synchronize: unsafe extern "system" fn(
        HANDLE,
        PKSYNCHRONIZE_ROUTINE,
        *mut c_void,
        u32,
        *mut BOOLEAN,
    ) -> NTSTATUS,
    pub(crate) notify_interrupt:
        unsafe extern "system" fn(HANDLE, *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA),
    pub(crate) queue_dpc: unsafe extern "system" fn(HANDLE) -> BOOLEAN,
    pub(crate) notify_dpc: unsafe extern "system" fn(HANDLE),
    pub(crate) checks: Checks,
    pub(crate) life: Life,
}

// SAFETY: a handle and functions of the port driver, which may be called from any thread.
unsafe impl Send for Dxgkrnl {}
// SAFETY: as above.
unsafe impl Sync for Dxgkrnl {}

impl core::fmt::Debug for Dxgkrnl {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Dxgkrnl")
    }
}

// SAFETY: DxgkCbSynchronizeExecution runs the routine on the caller's processor before it returns, holding the spin lock
// under which DxgkDdiInterruptRoutine runs for that message.
unsafe impl Connection for Dxgkrnl {
    #[inline]
    unsafe fn synchronize(&self, routine: Routine, context: *mut c_void, message: u32) -> i32 {
        self.checks
            .at_most(DISPATCH_LEVEL, "DxgkCbSynchronizeExecution");
        // The routine says itself that it ran, so its BOOLEAN is not looked at.
        let mut returned = core::mem::MaybeUninit::<BOOLEAN>::uninit();
        // SAFETY: the handle is the one that came with the function, and the caller answers for the routine.
        unsafe {
            (self.synchronize)(
                self.handle,
                Some(routine),
                context,
                message,
                returned.as_mut_ptr(),
            )
        }
    }

    #[inline]
    unsafe fn queue_dpc(&self) {
        // FALSE says that one is queued already, which serves as well.
        // SAFETY: at most DIRQL, as the caller promises, who also answers for the handle.
        let _ = unsafe { (self.queue_dpc)(self.handle) };
    }
}

impl Dxgkrnl {
    /// The same handle and functions, for the interrupts of the adapter that this is of.
    pub(crate) const fn again(&self) -> Self {
        Self {
            handle: self.handle,
            synchronize: self.synchronize,
            notify_interrupt: self.notify_interrupt,
            queue_dpc: self.queue_dpc,
            notify_dpc: self.notify_dpc,
            checks: self.checks,
            life: self.life,
        }
    }

    /// Whether `notification` is of this start of this adapter.
    pub(crate) fn accepts(&self, notification: &impl Notification) -> bool {
        notification.is_of(Of(self.life))
    }

    /// Whether a routine runs, synchronized with message 0.
    ///
    /// IRQL: at most DISPATCH_LEVEL.
    pub(crate) fn synchronizes(&self) -> bool {
        /// # Safety
        ///
        /// `ran` is a flag that may be written.
        unsafe extern "system" fn routine(ran: *mut c_void) -> u8 {
            // SAFETY: the flag waits in the frame below.
            unsafe { ran.cast::<bool>().write(true) };
            1
        }
        let mut ran = false;
        // SAFETY: the flag outlives the call, and the routine writes it once.
        let _ = unsafe { self.synchronize(routine, (&raw mut ran).cast(), 0) };
        ran
    }

    /// DxgkCbNotifyInterrupt. Only under the lock of the message in DXGK_DRIVERCAPS.InterruptMessageNumber. Says whether it
    /// was called: it is not for a notification of another adapter, or of an earlier start of this one.
    pub(crate) fn notify_interrupt(&self, notification: impl Notification) -> bool {
        if !self.accepts(&notification) {
            return false;
        }
        let Data(mut data) = notification.data();
        // SAFETY: only an `AtDirql` of the notifying source calls this, so the IRQL and the message are right.
        unsafe { (self.notify_interrupt)(self.handle, &raw mut data) };
        true
    }

    /// DxgkCbNotifyDpc.
    pub(crate) fn notify_dpc(&self, _: &Dispatch<'_>) {
        // SAFETY: the capability shows DISPATCH_LEVEL.
        unsafe { (self.notify_dpc)(self.handle) };
    }
}
