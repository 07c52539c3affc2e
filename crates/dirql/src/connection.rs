//! The border to the operating system: one trait, which is its synchronize call.

use core::ffi::c_void;

/// What the operating system runs at DIRQL: `BOOLEAN SynchronizeRoutine(PVOID Context)` (wdm.h, KSYNCHRONIZE_ROUTINE).
pub type Routine = unsafe extern "system" fn(context: *mut c_void) -> u8;

/// How the interrupts of a device are connected: the operating system's synchronize call, and its DPC.
///
/// Implemented with DxgkCbSynchronizeExecution by the crate `dxgk`, with KeSynchronizeExecution and with WdfInterruptSynchronize by
/// the crate `dirql-wdk`. A driver names the implementation in
/// [`InterruptDevice::Connection`](crate::InterruptDevice::Connection) and never calls it. It can't be copied by safe code: a copy would
/// outlive the device.
///
/// # Safety
///
/// [`synchronize`](Self::synchronize) runs the routine at most once, only before it returns, on the caller's processor, and
/// only while the same lock is held under which the interrupt routine runs for that message. No two processors hold the lock
/// of one message at once.
pub unsafe trait Connection: Send + Sync + 'static {
    /// Runs `routine` with `context`, synchronized with the interrupt routine for `message`; zero is the message of a line.
    /// Returns an NTSTATUS, which is not believed: the routine says itself that it ran.
    ///
    /// IRQL: at most DISPATCH_LEVEL.
    ///
    /// # Safety
    ///
    /// `routine` may be called with `context` once, at DIRQL, before this returns.
    unsafe fn synchronize(&self, routine: Routine, context: *mut c_void, message: u32) -> i32;

    /// Queues the device's DPC. If it is queued already, that serves as well.
    ///
    /// # Safety
    ///
    /// The IRQL is at most DIRQL, and the barrier of a stop is still to come, which waits for the DPC.
    unsafe fn queue_dpc(&self);
}
