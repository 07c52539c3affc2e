//! IRQL as capabilities.
//!
//! A capability is a zero-sized value that a trampoline lends to a callback for as long as the callback runs. It can be
//! neither sent to another thread nor kept, so holding one is the proof of the IRQL it names. Services ask for the one
//! they need. A closure at DIRQL has none of them, only an [`AtDirql`](crate::AtDirql), so what needs a capability can't
//! be called from an interrupt routine or a synchronized closure.

use core::marker::PhantomData;

use crate::level::Out;

/// Not Send, not Sync, and bound to the callback that lends it. Counted by the thread on a host.
#[derive(Debug)]
struct Lent<'a> {
    callback: PhantomData<(&'a (), *mut ())>,
    _out: Out,
}

/// The caller runs at PASSIVE_LEVEL: it may wait and allocate.
///
/// Lent by whatever the operating system calls at PASSIVE_LEVEL. Take [`Dispatch`] in a DPC; take
/// `&mut impl AtMostDispatch` in a function that runs in both.
#[derive(Debug)]
pub struct Passive<'a>(Lent<'a>);

/// The caller runs at DISPATCH_LEVEL: it may allocate nonpaged memory, and must not wait.
///
/// Lent to a DPC and under a spin lock.
#[derive(Debug)]
pub struct Dispatch<'a>(Lent<'a>);

/// The caller runs at HIGH_LEVEL, or may: nothing of the operating system can be called.
///
/// Lent while the system stops for a bug check. It is not [`AtMostDispatch`], so nothing can be synchronized with it.
#[derive(Debug)]
pub struct High<'a>(Lent<'a>);

macro_rules! assume {
    ($Level:ident, $level:literal) => {
        impl $Level<'_> {
            #[doc = concat!("Claims that the current processor runs at ", $level, ".")]
            ///
            /// # Safety
            ///
            /// It does, for as long as the value lives, and no other capability of this thread or processor is in use
            /// meanwhile.
            #[inline(always)]
            #[must_use]
            pub unsafe fn assume() -> Self {
                Self(Lent {
                    callback: PhantomData,
                    _out: Out::new(),
                })
            }
        }
    };
}

assume!(Passive, "PASSIVE_LEVEL");
assume!(Dispatch, "DISPATCH_LEVEL");
assume!(High, "HIGH_LEVEL");

/// A capability that shows an IRQL of at most DISPATCH_LEVEL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not show an IRQL of at most DISPATCH_LEVEL",
    label = "this needs a `Passive` or a `Dispatch`",
    note = "an interrupt routine and a synchronized closure run at DIRQL and have neither: do it before or after, or in a DPC"
)]
pub trait AtMostDispatch: sealed::Sealed {}

impl AtMostDispatch for Passive<'_> {}
impl AtMostDispatch for Dispatch<'_> {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Passive<'_> {}
    impl Sealed for super::Dispatch<'_> {}
}
