//! Run-down protection: a gate that counts who is inside, so that closing it can wait until everybody has left.
//!
//! One word holds both, so there is no order between two variables to get wrong.

use crate::sync::{AtomicUsize, Ordering};

/// The gate is open.
const OPEN: usize = 1;
/// One more inside.
const ONE: usize = 2;

/// A gate, closed at first.
#[derive(Debug)]
pub(crate) struct Rundown(AtomicUsize);

impl Rundown {
    crate::sync::const_fn! {
        /// A closed gate with nobody inside.
        pub(crate) fn new() -> Self {
            Self(AtomicUsize::new(0))
        }
    }

    /// Lets callers in. What was written before is seen by whoever comes in.
    pub(crate) fn open(&self) {
        self.0.fetch_or(OPEN, Ordering::Release);
    }

    /// Goes in, unless the gate is closed. Until the value is dropped, [`close`](Self::close) waits.
    pub(crate) fn enter(&self) -> Option<Inside<'_>> {
        let before = self.0.fetch_add(ONE, Ordering::Acquire);
        // A caller that came too late is inside for a moment too, and leaves here.
        let inside = Inside(self);
        (before & OPEN != 0).then_some(inside)
    }

    /// Closes the gate and returns when nobody is inside any more; `wait` is called between two looks.
    pub(crate) fn close(&self, mut wait: impl FnMut()) {
        self.0.fetch_and(!OPEN, Ordering::AcqRel);
        while self.0.load(Ordering::Acquire) >= ONE {
            wait();
        }
    }
}

/// That the gate was open when this was made. Leaves on every way out.
#[derive(Debug)]
pub(crate) struct Inside<'a>(&'a Rundown);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(ONE, Ordering::Release);
    }
}
