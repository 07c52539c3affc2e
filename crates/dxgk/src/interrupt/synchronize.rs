//! DxgkCbSynchronizeExecution as a closure.
//!
//! The port runs `BOOLEAN routine(PVOID)` at the interrupt's DIRQL with the message's spin lock held, before the call
//! returns; or it refuses, and the routine has not run. The closure and its result lie on the caller's stack; the routine
//! is compiled for the closure, so nothing is allocated and nothing is looked up.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use dxgk_sys::{BOOLEAN, STATUS_INVALID_PARAMETER, STATUS_UNSUCCESSFUL, TRUE};

use super::panic::Panic;
use super::{Contains, Interrupts, Isr, Source, SourceSet};
use crate::irql::AtMostDispatch;
use crate::status::Status;

/// Why a closure was not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// STATUS_UNSUCCESSFUL: the port could not synchronize, for example because the interrupt is not connected yet.
    NotConnected,
    /// STATUS_INVALID_PARAMETER: the port did not accept the device handle or the message.
    InvalidParameter,
    /// The port reported success and yet did not run the routine.
    NotRun,
    /// On a host only: a closure or an interrupt routine panicked while it had the state, which is in doubt since.
    Poisoned,
    /// Any other status.
    Other(Status),
}

/// A closure that the port did not run, and why. Nothing of it is lost: what it captured is still inside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Refused<F> {
    /// Why it was not run.
    pub reason: Refusal,
    /// The closure, as it was handed over.
    pub closure: F,
}

impl<F> core::fmt::Debug for Refused<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Refused")
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// What crosses the port's `PVOID`.
struct Call<'a, T: SourceSet, F, R> {
    interrupts: &'a Interrupts<T>,
    closure: F,
    result: MaybeUninit<R>,
    /// Written by the routine itself: neither status nor BOOLEAN has to be believed for `result` to be read.
    ran: bool,
    /// What the closure panicked with. In a kernel a panic ends the system, so there it is of size zero.
    panic: Panic,
}

impl<T: SourceSet> Interrupts<T> {
    /// Runs `closure` synchronized with the interrupt routine of `source`: on this processor, before the call returns,
    /// at DIRQL, with the spin lock of the source's message held.
    ///
    /// The closure lends what it captured: what it captured and what it returns are dropped by the caller, at the
    /// caller's IRQL. The capability is lent for the call, so the closure can't call this again, on any source: that
    /// would wait for ever for a spin lock it holds.
    ///
    /// IRQL: at most DISPATCH_LEVEL, which `irql` shows.
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_synchronize_execution);
    /// what it does is KeSynchronizeExecution's (wdm.h).
    ///
    /// # Errors
    ///
    /// [`Refused`] with the reason and the closure, which has not run.
    #[inline]
    pub fn synchronize<S, P, F, R>(
        &self,
        source: S,
        irql: &mut impl AtMostDispatch,
        closure: F,
    ) -> Result<R, Refused<F>>
    where
        S: Source,
        T: Contains<S, P>,
        F: FnMut(&mut Isr<'_, S>) -> R,
    {
        let _ = (source, irql);
        let mut call = Call {
            interrupts: self,
            closure,
            result: MaybeUninit::uninit(),
            ran: false,
            panic: Panic::none(),
        };
        // SAFETY: `routine` is compiled for exactly this type of call, which outlives the port's call.
        let status = unsafe {
            self.port.synchronize(
                routine::<T, S, P, F, R>,
                (&raw mut call).cast::<c_void>(),
                self.map.message(T::INDEX).number(),
            )
        };
        if call.ran {
            // SAFETY: the routine writes the result before it says that it ran.
            Ok(unsafe { call.result.assume_init() })
        } else {
            call.panic.resume();
            Err(Refused {
                reason: call
                    .panic
                    .refusal()
                    .unwrap_or_else(|| Refusal::from_status(status)),
                closure: call.closure,
            })
        }
    }
}

/// The SynchronizeRoutine of one type of closure.
///
/// # Safety
///
/// `context` is the `Call` of these types, and the port holds the spin lock of the source's message.
unsafe extern "system" fn routine<T, S, P, F, R>(context: *mut c_void) -> BOOLEAN
where
    S: Source,
    T: Contains<S, P>,
    F: FnMut(&mut Isr<'_, S>) -> R,
{
    // SAFETY: the port hands on what `synchronize` gave it, whose frame waits for this to return.
    let call = unsafe { &mut *context.cast::<Call<'_, T, F, R>>() };
    let cell = T::cell(&call.interrupts.cells);
    // SAFETY: the port holds the lock of this source's message; inside a closure nothing can open the state again.
    let mut isr = unsafe { cell.open(&call.interrupts.port) };
    let closure = &mut call.closure;
    if let Some(result) = call.panic.guard(cell, || closure(&mut isr)) {
        call.result.write(result);
        call.ran = true;
    }
    if isr.queue_dpc {
        call.interrupts.port.queue_dpc();
    }
    TRUE
}

impl Refusal {
    #[cold]
    pub(super) fn from_status(status: i32) -> Self {
        match status {
            STATUS_UNSUCCESSFUL => Self::NotConnected,
            STATUS_INVALID_PARAMETER => Self::InvalidParameter,
            status => Status::new(status).map_or(Self::NotRun, Self::Other),
        }
    }
}
