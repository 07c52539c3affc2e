//! IRQL as capabilities.
//!
//! A capability is a zero-sized value that a trampoline lends to a callback for as long as the callback runs. It can be
//! neither sent to another thread nor kept, so holding one is the proof of the IRQL it names. Services ask for the one
//! they need; DIRQL has none of these, only [`Isr`](crate::interrupt::Isr), so what needs a capability can't be called
//! from an interrupt routine or a synchronized closure.

use core::marker::PhantomData;

/// Not Send, not Sync, and bound to the callback that lends it.
type Lent<'a> = PhantomData<(&'a (), *mut ())>;

/// The caller runs at PASSIVE_LEVEL.
#[derive(Debug)]
pub struct Passive<'a>(Lent<'a>);

/// The caller runs at DISPATCH_LEVEL.
#[derive(Debug)]
pub struct Dispatch<'a>(Lent<'a>);

impl Passive<'_> {
    /// Claims that the current thread runs at PASSIVE_LEVEL.
    ///
    /// # Safety
    ///
    /// It does, for as long as the value lives, and no other capability of this thread is in use meanwhile.
    #[must_use]
    pub const unsafe fn assume() -> Self {
        Self(PhantomData)
    }
}

impl Dispatch<'_> {
    /// Claims that the current processor runs at DISPATCH_LEVEL.
    ///
    /// # Safety
    ///
    /// It does, for as long as the value lives, and no other capability of this processor is in use meanwhile.
    #[must_use]
    pub const unsafe fn assume() -> Self {
        Self(PhantomData)
    }
}

/// A capability that shows an IRQL of at most DISPATCH_LEVEL.
pub trait AtMostDispatch: sealed::Sealed {}

impl AtMostDispatch for Passive<'_> {}
impl AtMostDispatch for Dispatch<'_> {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Passive<'_> {}
    impl Sealed for super::Dispatch<'_> {}
}
