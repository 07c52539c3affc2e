//! How long a started adapter's handle is good, for what may be dropped later than it should: register mappings.

use crate::check::Violation;
use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::rundown::Rundown;
use crate::sync::{AtomicUsize, Ordering};

/// The lives of the adapters in one place of a registry, one after the other. Never freed, so whatever is left of an
/// adapter can ask.
#[derive(Debug)]
pub(crate) struct Lifetimes {
    /// Which life it is. Changes at its end.
    number: AtomicUsize,
    /// Callbacks that need the handle are made inside.
    callbacks: Rundown,
    /// Register mappings of this life that are not dropped yet.
    mappings: AtomicUsize,
}

/// One of the lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    lives: &'static Lifetimes,
    number: usize,
}

impl Lifetimes {
    crate::sync::const_fn! {
        /// Before the first life.
        pub(crate) fn new() -> Self {
            Self {
                number: AtomicUsize::new(0),
                callbacks: Rundown::new(),
                mappings: AtomicUsize::new(0),
            }
        }
    }

    /// Begins a life: the port has handed out a handle.
    pub(crate) fn begin(&'static self) -> Life {
        let number = self.number.load(Ordering::Relaxed);
        self.callbacks.open();
        Life {
            lives: self,
            number,
        }
    }
}

impl PartialEq for Life {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.lives, other.lives) && self.number == other.number
    }
}

impl Eq for Life {}

impl Life {
    /// Whether the adapter has not been stopped since.
    #[inline]
    pub(crate) fn is_alive(self) -> bool {
        self.lives.number.load(Ordering::Relaxed) == self.number
    }

    /// One more register mapping.
    pub(crate) fn mapped(self) {
        self.lives.mappings.fetch_add(1, Ordering::Relaxed);
    }

    /// One less; runs `unmap` if the handle is still good, and keeps it good meanwhile.
    pub(crate) fn unmapped(self, unmap: impl FnOnce()) {
        let inside = self.lives.callbacks.enter();
        // While somebody is inside, the number does not change.
        if inside.is_some() && self.is_alive() {
            self.lives.mappings.fetch_sub(1, Ordering::Relaxed);
            unmap();
        }
    }

    /// Ends it. From here on nothing that is left of it reaches the port.
    pub(crate) fn end<K: Kernel>(self, irql: &mut Passive<'_>) {
        self.lives.callbacks.close(|| K::delay(irql, 100));
        let count = self.lives.mappings.swap(0, Ordering::Relaxed);
        // Nobody is inside, and nobody comes in before the next life.
        let next = self.number.wrapping_add(1);
        self.lives.number.store(next, Ordering::Release);
        if count != 0 {
            K::violation(Violation::MappingsOutlivedAdapter { count });
        }
    }
}
