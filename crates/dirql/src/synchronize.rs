//! The operating system's synchronize call as a closure.
//!
//! The operating system runs `BOOLEAN routine(PVOID)` at the interrupt's DIRQL with the message's spin lock held, before the
//! call returns; or it refuses, and the routine has not run. The closure and its result lie on the caller's stack; the routine
//! is compiled for the closure, so nothing is allocated and nothing is looked up.

use core::ffi::c_void;
use core::mem::MaybeUninit;

use crate::connection::Connection;
use crate::interrupts::Interrupts;
use crate::irql::AtMostDispatch;
use crate::level::Raised;
use crate::panic::Panic;
use crate::set::{Contains, SourceSet};
use crate::source::{AtDirql, Source};

/// STATUS_UNSUCCESSFUL (ntstatus.h).
const STATUS_UNSUCCESSFUL: i32 = 0xC000_0001_u32.cast_signed();
/// STATUS_INVALID_PARAMETER (ntstatus.h).
const STATUS_INVALID_PARAMETER: i32 = 0xC000_000D_u32.cast_signed();
/// TRUE (wdm.h).
const TRUE: u8 = 1;

/// Why a closure was not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// STATUS_UNSUCCESSFUL: the operating system could not synchronize, for example because the interrupt is not connected
    /// yet.
    NotConnected,
    /// STATUS_INVALID_PARAMETER: the operating system did not accept the handle or the message.
    InvalidParameter,
    /// The operating system reported success and yet did not run the routine.
    NotRun,
    /// On a host only: a closure or an interrupt routine panicked while it had the state, which is in doubt since.
    Poisoned,
    /// Any other NTSTATUS. It is an error.
    Other(i32),
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NotConnected => {
                f.write_str("not synchronized: the interrupt may not be connected")
            }
            Self::InvalidParameter => {
                f.write_str("not synchronized: the handle or the message was not accepted")
            }
            Self::NotRun => f.write_str("success was reported, and the routine did not run"),
            Self::Poisoned => f.write_str("an earlier panic has left the state in doubt"),
            Self::Other(status) => write!(f, "not synchronized: status {status:#010x}"),
        }
    }
}

impl core::error::Error for Refusal {}

/// What the operating system did not run, and why. It is untouched: what a closure captured is still inside.
///
/// The error of every method that takes a closure or something else to do under the lock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Refused<G> {
    /// Why it was not run.
    pub reason: Refusal,
    /// What was handed over.
    pub given: G,
}

impl<G> core::fmt::Debug for Refused<G> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Refused")
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl<G> core::fmt::Display for Refused<G> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.reason.fmt(f)
    }
}

impl<G> core::error::Error for Refused<G> {}

impl<G> From<Refused<G>> for Refusal {
    fn from(refused: Refused<G>) -> Self {
        refused.reason
    }
}

/// What crosses the operating system's `PVOID`.
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
    /// would wait forever for a spin lock it holds.
    ///
    /// IRQL: at most DISPATCH_LEVEL, which `irql` shows. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-kesynchronizeexecution).
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
        F: FnMut(&mut AtDirql<'_, S>) -> R,
    {
        let _ = (source, irql);
        let mut call = Call {
            interrupts: self,
            closure,
            result: MaybeUninit::uninit(),
            ran: false,
            panic: Panic::none(),
        };
        // SAFETY: `routine` is compiled for exactly this type of call, which outlives the operating system's call.
        let status = unsafe {
            self.connection.synchronize(
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
                given: call.closure,
            })
        }
    }

    /// Reads a source's state in one go, so that the values belong together.
    ///
    /// IRQL: at most DISPATCH_LEVEL.
    ///
    /// # Errors
    ///
    /// As [`synchronize`](Self::synchronize).
    ///
    /// # Examples
    ///
    /// ```
    /// # use dirql::doc::*;
    /// # let hosted = hosted();
    /// # let interrupts = hosted.interrupts();
    /// # hosted.interrupt(0);
    /// # dirql::hosted::passive(|irql| {
    /// let (completed, bytes) = interrupts.snapshot(Control, irql, |state| (state.completed, state.bytes))?;
    /// assert_eq!(bytes, completed * 4096);
    /// # Ok::<(), Refusal>(())
    /// # }).unwrap();
    /// ```
    #[inline]
    pub fn snapshot<S, P, F, R>(
        &self,
        source: S,
        irql: &mut impl AtMostDispatch,
        mut read: F,
    ) -> Result<R, Refused<F>>
    where
        S: Source,
        T: Contains<S, P>,
        F: FnMut(&S::State) -> R,
    {
        match self.synchronize(source, irql, |at| read(at)) {
            Ok(result) => Ok(result),
            Err(Refused { reason, .. }) => Err(Refused {
                reason,
                given: read,
            }),
        }
    }
}

/// The SynchronizeRoutine of one type of closure.
///
/// # Safety
///
/// `context` is the `Call` of these types, and the operating system holds the spin lock of the source's message.
unsafe extern "system" fn routine<T, S, P, F, R>(context: *mut c_void) -> u8
where
    S: Source,
    T: Contains<S, P>,
    F: FnMut(&mut AtDirql<'_, S>) -> R,
{
    let _raised = Raised::new();
    // SAFETY: the operating system hands on what `synchronize` gave it, whose frame waits for this to return.
    let call = unsafe { &mut *context.cast::<Call<'_, T, F, R>>() };
    let interrupts = call.interrupts;
    let cell = T::cell(&interrupts.cells);
    // SAFETY: the operating system holds the lock of this source's message; inside a closure nothing can open the state
    // again.
    let mut at = unsafe { cell.open(&interrupts.device, &interrupts.connection) };
    let closure = &mut call.closure;
    if let Some(result) = call.panic.guard(cell, || closure(&mut at)) {
        call.result.write(result);
        call.ran = true;
    }
    if at.wants_dpc() {
        // SAFETY: at DIRQL, and the stop of a device waits for those that have its interrupts.
        unsafe { interrupts.connection.queue_dpc() };
    }
    TRUE
}

impl Refusal {
    #[cold]
    fn from_status(status: i32) -> Self {
        match status {
            STATUS_UNSUCCESSFUL => Self::NotConnected,
            STATUS_INVALID_PARAMETER => Self::InvalidParameter,
            status if status >= 0 => Self::NotRun,
            status => Self::Other(status),
        }
    }
}
