//! The atomics and the cell that processors share, so that a model checker can take their place (`cfg(loom)`, in this
//! project's own tests only).

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicPtr, Ordering};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, Ordering};

/// A cell whose lock is held elsewhere.
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
    /// Writes the cell with the initial value of `S`, without a copy of it on the stack, also in a debug build.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes. The value has no drop glue.
    #[cfg(not(loom))]
    pub(crate) unsafe fn write_initial<S: crate::Source<State = T>>(place: *mut Self) {
        // SAFETY: the caller's promise; nothing is read.
        let value = Inner::raw_get(unsafe { &raw const (*place).0 });
        // SAFETY: the caller's promise; nothing is dropped. An assignment from a constant is one copy to its place, where a
        // call of `write` would have the value as its argument.
        unsafe { *value = S::INITIAL };
    }

    #[cfg(loom)]
    pub(crate) unsafe fn write_initial<S: crate::Source<State = T>>(place: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe { place.write(Self(Inner::new(S::INITIAL))) };
    }

    /// The value, which is reached in no other way while the cell is borrowed exclusively.
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
