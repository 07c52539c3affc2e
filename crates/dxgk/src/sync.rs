//! The atomics that processors share, so that a model checker can take their place (`cfg(loom)`, in this crate's own tests
//! only).

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

/// Lets another processor go on while this one spins.
pub(crate) fn spin() {
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(not(loom))]
    core::hint::spin_loop();
}
