//! The atomics and the cell that processors share, so that a model checker can take their place (`cfg(loom)`, in this
//! crate's own tests only).

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

/// A function that is `const`, except where the model checker's types are made, which can't be made in constants.
macro_rules! const_fn {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident() -> $type:ty $body:block) => {
        $(#[$meta])*
        #[cfg(not(loom))]
        #[must_use]
        $visibility const fn $name() -> $type $body

        $(#[$meta])*
        #[cfg(loom)]
        #[must_use]
        $visibility fn $name() -> $type $body
    };
}
pub(crate) use const_fn;

/// The place of a value that is opened under a lock which this type knows nothing of.
#[derive(Debug)]
pub(crate) struct Cell<T>(Inner<T>);

#[cfg(not(loom))]
type Inner<T> = core::cell::UnsafeCell<T>;
#[cfg(loom)]
type Inner<T> = loom::cell::UnsafeCell<T>;

/// That a cell is open; of size zero but for the model checker, which watches it.
#[cfg(not(loom))]
pub(crate) struct Opened<T>(core::marker::PhantomData<fn() -> T>);
#[cfg(loom)]
pub(crate) type Opened<T> = loom::cell::MutPtr<T>;

impl<T> Cell<T> {
    /// A cell with this value.
    #[cfg(not(loom))]
    pub(crate) const fn new(value: T) -> Self {
        Self(Inner::new(value))
    }

    #[cfg(loom)]
    pub(crate) fn new(value: T) -> Self {
        Self(Inner::new(value))
    }

    /// The value, which nobody else can reach while the cell is borrowed exclusively.
    #[cfg(not(loom))]
    pub(crate) fn exclusive(&mut self) -> &mut T {
        self.0.get_mut()
    }

    #[cfg(loom)]
    pub(crate) fn exclusive(&mut self) -> &mut T {
        // SAFETY: borrowed exclusively.
        self.0.with_mut(|value| unsafe { &mut *value })
    }

    /// The value's place, and that it is open until the second is dropped.
    #[cfg(not(loom))]
    #[inline(always)]
    pub(crate) fn open(&self) -> (*mut T, Opened<T>) {
        (self.0.get(), Opened(core::marker::PhantomData))
    }

    #[cfg(loom)]
    pub(crate) fn open(&self) -> (*mut T, Opened<T>) {
        let opened = self.0.get_mut();
        (opened.with(|value| value), opened)
    }
}
