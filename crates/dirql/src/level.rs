//! What a thread of a host knows of its own IRQL, so that safe code there can't get a capability where there is one already.
//!
//! In a kernel all of it is of size zero and does nothing. On a host (feature `std`) each capability and each stay at DIRQL is
//! counted by its thread, whatever port the driver runs on: the count is kept by the capability itself and by the routines of
//! this crate.

#[cfg(any(not(feature = "std"), loom))]
mod kernel {
    /// A capability that is out.
    #[derive(Debug)]
    pub(crate) struct Out;

    impl Out {
        #[inline(always)]
        pub(crate) const fn new() -> Self {
            Self
        }
    }

    /// A stay at DIRQL.
    pub(crate) struct Raised;

    impl Raised {
        #[inline(always)]
        pub(crate) const fn new() -> Self {
            Self
        }
    }
}

#[cfg(all(feature = "std", not(loom)))]
mod host {
    extern crate std;

    use core::cell::Cell;

    std::thread_local! {
        /// How many capabilities this thread has out. More than one where a callback interrupts another on its thread.
        static OUT: Cell<u32> = const { Cell::new(0) };
        /// How many interrupt routines and closures this thread is inside of.
        static RAISED: Cell<u32> = const { Cell::new(0) };
    }

    /// A capability that is out.
    #[derive(Debug)]
    pub(crate) struct Out(());

    impl Out {
        pub(crate) fn new() -> Self {
            OUT.set(OUT.get().saturating_add(1));
            Self(())
        }
    }

    impl Drop for Out {
        fn drop(&mut self) {
            OUT.set(OUT.get().saturating_sub(1));
        }
    }

    /// A stay at DIRQL.
    pub(crate) struct Raised(());

    impl Raised {
        pub(crate) fn new() -> Self {
            RAISED.set(RAISED.get().saturating_add(1));
            Self(())
        }
    }

    impl Drop for Raised {
        fn drop(&mut self) {
            RAISED.set(RAISED.get().saturating_sub(1));
        }
    }

    /// Whether this thread has a capability.
    pub(crate) fn has_capability() -> bool {
        OUT.get() != 0
    }

    /// Whether this thread is in an interrupt routine or a synchronized closure.
    pub(crate) fn is_raised() -> bool {
        RAISED.get() != 0
    }
}

#[cfg(all(feature = "std", not(loom)))]
pub(crate) use host::{Out, Raised, has_capability, is_raised};
#[cfg(any(not(feature = "std"), loom))]
pub(crate) use kernel::{Out, Raised};
