//! Panics inside a closure or an interrupt routine. They must not unwind through the operating system's frames.
//!
//! In a kernel a panic ends the system, and everything here is of size zero and does nothing. On a host (feature `std`)
//! the panic is caught, the lock is released and the DPC queued as ever, and the panic goes on in the caller; the state is
//! marked, and later closures are refused.

use crate::source::{Source, SourceCell};
use crate::synchronize::Refusal;

#[cfg(any(not(feature = "std"), loom))]
mod kernel {
    use super::{Refusal, Source, SourceCell};

    #[derive(Debug)]
    pub(crate) struct Poison;

    impl Poison {
        pub(crate) const INITIAL: Self = Self;

        #[inline(always)]
        pub(crate) const fn mark(&self) {}
    }

    pub(crate) struct Panic;

    impl Panic {
        #[inline(always)]
        pub(crate) const fn none() -> Self {
            Self
        }

        #[inline(always)]
        pub(crate) fn guard<S: Source, R>(
            &mut self,
            _: &SourceCell<S>,
            body: impl FnOnce() -> R,
        ) -> Option<R> {
            Some(body())
        }

        #[inline(always)]
        pub(crate) fn resume(&mut self) {}

        #[inline(always)]
        pub(crate) fn refusal(&self) -> Option<Refusal> {
            None
        }
    }

    #[inline(always)]
    pub(crate) fn contain<S: Source>(_: &SourceCell<S>, body: impl FnOnce()) {
        body();
    }

    #[inline(always)]
    pub(crate) fn caught<R>(body: impl FnOnce() -> R) -> Option<R> {
        Some(body())
    }
}

#[cfg(all(feature = "std", not(loom)))]
mod host {
    extern crate std;

    use core::any::Any;
    use core::sync::atomic::{AtomicBool, Ordering};
    use std::boxed::Box;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::{Refusal, Source, SourceCell};

    /// Whether a state is in doubt.
    #[derive(Debug)]
    pub(crate) struct Poison(AtomicBool);

    impl Poison {
        #[expect(
            clippy::declare_interior_mutable_const,
            reason = "the initial value of each state's own mark"
        )]
        pub(crate) const INITIAL: Self = Self(AtomicBool::new(false));

        pub(crate) fn mark(&self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    /// What a closure panicked with, or why it was not run at all.
    #[derive(Default)]
    pub(crate) struct Panic {
        payload: Option<Box<dyn Any + Send>>,
        poisoned: bool,
    }

    impl Panic {
        pub(crate) fn none() -> Self {
            Self::default()
        }

        pub(crate) fn guard<S: Source, R>(
            &mut self,
            cell: &SourceCell<S>,
            body: impl FnOnce() -> R,
        ) -> Option<R> {
            if cell.poison.0.load(Ordering::Relaxed) {
                self.poisoned = true;
                return None;
            }
            // The state is marked before it can be seen, which is what AssertUnwindSafe asks for.
            match catch_unwind(AssertUnwindSafe(body)) {
                Ok(result) => Some(result),
                Err(payload) => {
                    cell.poison.mark();
                    self.payload = Some(payload);
                    None
                }
            }
        }

        /// Goes on with the panic, if there was one, in the caller's frame.
        pub(crate) fn resume(&mut self) {
            if let Some(payload) = self.payload.take() {
                resume_unwind(payload);
            }
        }

        pub(crate) fn refusal(&self) -> Option<Refusal> {
            self.poisoned.then_some(Refusal::Poisoned)
        }
    }

    /// Drops what a panic carried. That may panic too; the second payload is leaked, since its drop may panic again.
    fn discard(payload: Box<dyn Any + Send>) {
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            core::mem::forget(second);
        }
    }

    /// Runs an interrupt routine. It has no caller that a panic could go on in: the state is marked, and the next
    /// synchronized closure is refused.
    pub(crate) fn contain<S: Source>(cell: &SourceCell<S>, body: impl FnOnce()) {
        let mut panic = Panic::none();
        let _ = panic.guard(cell, body);
        if let Some(payload) = panic.payload.take() {
            discard(payload);
        }
    }

    /// Runs what has no state that could be marked. None says that it panicked.
    pub(crate) fn caught<R>(body: impl FnOnce() -> R) -> Option<R> {
        catch_unwind(AssertUnwindSafe(body)).map_err(discard).ok()
    }
}

#[cfg(all(feature = "std", not(loom)))]
pub(crate) use host::{Panic, Poison, caught, contain};
#[cfg(any(not(feature = "std"), loom))]
pub(crate) use kernel::{Panic, Poison, caught, contain};
