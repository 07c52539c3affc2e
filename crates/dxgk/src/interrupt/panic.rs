//! Panics inside a closure or an interrupt routine. They must not unwind through the port driver's frames.
//!
//! In a kernel a panic ends the system, and everything here is of size zero and does nothing. On a host (feature `std`)
//! the panic is caught, the lock is released by the port as ever, and the panic goes on in the caller; the state is marked,
//! and whoever asks for it later is told.

use super::{Refusal, Source, SourceCell};

#[cfg(any(not(feature = "std"), loom))]
mod kernel {
    use super::{Refusal, Source, SourceCell};

    #[derive(Debug)]
    pub(in crate::interrupt) struct Poison;

    impl Poison {
        pub(in crate::interrupt) const INITIAL: Self = Self;
    }

    pub(in crate::interrupt) struct Panic;

    impl Panic {
        #[inline(always)]
        pub(in crate::interrupt) const fn none() -> Self {
            Self
        }

        #[inline(always)]
        pub(in crate::interrupt) fn guard<S: Source, R>(
            &mut self,
            _: &SourceCell<S>,
            body: impl FnOnce() -> R,
        ) -> Option<R> {
            Some(body())
        }

        #[inline(always)]
        pub(in crate::interrupt) fn resume(&mut self) {}

        #[inline(always)]
        pub(in crate::interrupt) fn refusal(&self) -> Option<Refusal> {
            None
        }
    }

    #[inline(always)]
    pub(in crate::interrupt) fn contain<S: Source>(_: &SourceCell<S>, body: impl FnOnce()) {
        body();
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
    pub(in crate::interrupt) struct Poison(AtomicBool);

    impl Poison {
        #[expect(
            clippy::declare_interior_mutable_const,
            reason = "the initial value of each state's own mark"
        )]
        pub(in crate::interrupt) const INITIAL: Self = Self(AtomicBool::new(false));
    }

    /// What a closure panicked with, or why it was not run at all.
    #[derive(Default)]
    pub(in crate::interrupt) struct Panic {
        payload: Option<Box<dyn Any + Send>>,
        poisoned: bool,
    }

    impl Panic {
        pub(in crate::interrupt) fn none() -> Self {
            Self::default()
        }

        pub(in crate::interrupt) fn guard<S: Source, R>(
            &mut self,
            cell: &SourceCell<S>,
            body: impl FnOnce() -> R,
        ) -> Option<R> {
            if cell.poison.0.load(Ordering::Relaxed) {
                self.poisoned = true;
                return None;
            }
            // The state is marked before anybody can see it, which is what AssertUnwindSafe asks for.
            match catch_unwind(AssertUnwindSafe(body)) {
                Ok(result) => Some(result),
                Err(payload) => {
                    cell.poison.0.store(true, Ordering::Relaxed);
                    self.payload = Some(payload);
                    None
                }
            }
        }

        /// Goes on with the panic, if there was one, in the caller's frame.
        pub(in crate::interrupt) fn resume(&mut self) {
            if let Some(payload) = self.payload.take() {
                resume_unwind(payload);
            }
        }

        pub(in crate::interrupt) fn refusal(&self) -> Option<Refusal> {
            self.poisoned.then_some(Refusal::Poisoned)
        }
    }

    /// Runs an interrupt routine. It has no caller that a panic could go on in: the state is marked, and the next
    /// synchronized closure is told.
    pub(in crate::interrupt) fn contain<S: Source>(cell: &SourceCell<S>, body: impl FnOnce()) {
        let _ = Panic::none().guard(cell, body);
    }
}

#[cfg(all(feature = "std", not(loom)))]
pub(super) use host::{Panic, Poison, contain};
#[cfg(any(not(feature = "std"), loom))]
pub(super) use kernel::{Panic, Poison, contain};
