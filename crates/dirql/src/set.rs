//! The sources of one driver: a tuple of [`Source`] types.
//!
//! The set owns the place of each source's state, so a state can't be opened with the lock of another device, and its
//! order is the order in which messages are given out. Which place and which message belong to a source is decided here
//! alone: the traits are sealed.

use core::any::TypeId;
use core::marker::PhantomData;

use crate::connection::Connection;
use crate::interrupts::Interrupts;
use crate::map::MAX_SOURCES;
use crate::panic;
use crate::source::{
    AtDirql, Cause, ConnectionOf, InterruptDevice, Role, Silent, Source, SourceCell,
};

/// A tuple of up to [`MAX_SOURCES`] different sources that share one device, or [`NoSources`]. One that has a source twice is
/// refused when the device starts ([`PrepareError::SourceTwice`](crate::PrepareError::SourceTwice)).
///
/// Implemented for these only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of interrupt sources",
    label = "not a tuple of sources of one device",
    note = "a set is a tuple of 1 to 8 `Source` types with the same `Device`, such as `(Control,)`, or `NoSources`"
)]
pub trait SourceSet: sealed::Set + Sized + 'static {
    /// How the interrupts are connected.
    type Connection: Connection;
    /// What the interrupt routines may read.
    type Device: Send + Sync + 'static;
    /// The places of the states.
    #[doc(hidden)]
    type Cells: Send + Sync;
    /// How many sources there are.
    const COUNT: usize;
    /// The place of the source that reports to the operating system. More than one does not compile.
    const NOTIFYING: Option<usize>;

    /// Whether no source is there twice.
    #[doc(hidden)]
    fn sources_differ() -> bool;

    /// Writes the places with every source's initial state.
    ///
    /// # Safety
    ///
    /// `cells` is valid for writes.
    #[doc(hidden)]
    unsafe fn write_initial(cells: *mut Self::Cells);

    /// Asks the device whether it raised the line: [`InterruptDevice::acknowledge_line`].
    #[doc(hidden)]
    fn acknowledge_line(device: &Self::Device) -> Option<u32>;

    /// Marks every state as one in doubt.
    #[doc(hidden)]
    fn mark(cells: &Self::Cells);

    /// Runs the routines of all sources on `message`; returns whether a DPC is wanted.
    ///
    /// # Safety
    ///
    /// The caller holds the spin lock of `message`.
    #[doc(hidden)]
    unsafe fn interrupt(interrupts: &Interrupts<Self>, message: u32, cause: Cause) -> bool;
}

/// Says that `S` is one of the set's sources. `Place` is found by the compiler.
///
/// Implemented for tuples only: an implementation of its own could give a source another one's message. A function that is
/// generic over sources asks for [`Has`] instead, which does not name the place.
#[diagnostic::on_unimplemented(
    message = "`{S}` is not one of the interrupt sources `{Self}`",
    label = "this source is not in the device's set",
    note = "add it to the tuple of sources, or use a source that is in it"
)]
pub trait Contains<S: Source, Place>:
    SourceSet<Device = S::Device, Connection = ConnectionOf<S>> + sealed::Holds<S, Place>
{
    #[doc(hidden)]
    const INDEX: usize;

    #[doc(hidden)]
    fn cell(cells: &Self::Cells) -> &SourceCell<S>;

    #[doc(hidden)]
    fn cell_mut(cells: &mut Self::Cells) -> &mut SourceCell<S>;
}

/// Says where in a set a source is, so that a function can be generic over a driver's sources.
///
/// One line for each source; a wrong place does not compile.
///
/// ```
/// # use dirql::doc::*;
/// use dirql::{AtMostDispatch, Has, Interrupts, Place, Refusal};
///
/// impl Has<Control> for Sources {
///     type Place = Place<0>;
/// }
///
/// /// Runs `access` with any of the driver's sources, and counts what is refused.
/// fn counted<S: Source, R>(
///     interrupts: &Interrupts<Sources>,
///     source: S,
///     irql: &mut impl AtMostDispatch,
///     access: impl FnMut(&mut AtDirql<'_, S>) -> R,
/// ) -> Result<R, Refusal>
/// where
///     Sources: Has<S>,
/// {
///     interrupts.synchronize(source, irql, access).map_err(|refused| refused.reason)
/// }
/// # #[derive(Clone, Copy)]
/// # struct Control;
/// # type Sources = (Control,);
/// # impl Source for Control {
/// #     type Device = Gpu;
/// #     type State = u32;
/// #     type Role = Silent;
/// #     const INITIAL: u32 = 0;
/// #     fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
/// # }
/// ```
pub trait Has<S: Source>: Contains<S, <Self as Has<S>>::Place> {
    /// [`Place`] with the index of the source in the tuple.
    type Place;
}

/// The place of a source in its set.
#[derive(Debug)]
pub enum Place<const INDEX: usize> {}

/// The set of a device that does not interrupt, or whose interrupt the driver does not use.
///
/// It holds a device of type `D`, so that everything else is as with sources. Its map has no message.
pub struct NoSources<D, C>(PhantomData<fn() -> (D, C)>);

impl<D, C> core::fmt::Debug for NoSources<D, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("NoSources")
    }
}

impl<D: Send + Sync + 'static, C: Connection> sealed::Set for NoSources<D, C> {}

impl<D: Send + Sync + 'static, C: Connection> SourceSet for NoSources<D, C> {
    type Connection = C;
    type Device = D;
    type Cells = ();
    const COUNT: usize = 0;
    const NOTIFYING: Option<usize> = None;

    fn sources_differ() -> bool {
        true
    }

    unsafe fn write_initial(_: *mut ()) {}

    fn acknowledge_line(_: &D) -> Option<u32> {
        None
    }

    fn mark((): &()) {}

    unsafe fn interrupt(_: &Interrupts<Self>, _: u32, _: Cause) -> bool {
        false
    }
}

/// A source of which there is no value.
///
/// With it every set has a second source, so that a source that is not in a set of one is said to be missing, and is not taken
/// for a mistake in the argument's type.
pub struct NotASource<D>(core::convert::Infallible, PhantomData<fn() -> D>);

impl<D> Clone for NotASource<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for NotASource<D> {}

impl<D: InterruptDevice> Source for NotASource<D> {
    type Device = D;
    type State = ();
    const INITIAL: () = ();
    type Role = Silent;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &D, _: Cause) {}
}

impl<A: Source> sealed::Holds<NotASource<A::Device>, ()> for (A,) {}

impl<A: Source> Contains<NotASource<A::Device>, ()> for (A,) {
    const INDEX: usize = 0;

    fn cell(_: &Self::Cells) -> &SourceCell<NotASource<A::Device>> {
        never()
    }

    fn cell_mut(_: &mut Self::Cells) -> &mut SourceCell<NotASource<A::Device>> {
        never()
    }
}

/// Not called: it takes a value of [`NotASource`] to name one.
fn never() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

mod sealed {
    pub trait Set {}
    #[diagnostic::on_unimplemented(
        message = "the interrupt sources `{Self}` do not have `{S}` at this place",
        note = "the place of a source is its index in the tuple"
    )]
    pub trait Holds<S, Place> {}
}

macro_rules! source_set {
    ($count:literal: $($source:ident $index:tt),*) => {
        impl<Device: InterruptDevice, $($source: Source<Device = Device>),*> sealed::Set for ($($source,)*) {}

        impl<Device: InterruptDevice, $($source: Source<Device = Device>),*> SourceSet for ($($source,)*) {
            type Connection = Device::Connection;
            type Device = Device;
            type Cells = ($(SourceCell<$source>,)*);
            const COUNT: usize = {
                assert!($count <= MAX_SOURCES);
                $count
            };
            const NOTIFYING: Option<usize> = the_one_that_notifies(&[$($source::Role::NOTIFIES),*]);

            fn sources_differ() -> bool {
                all_differ(&[$(TypeId::of::<$source>()),*])
            }

            unsafe fn write_initial(cells: *mut Self::Cells) {
                $(
                    // SAFETY: the caller's promise covers every place.
                    unsafe { SourceCell::write_initial(&raw mut (*cells).$index) };
                )*
            }

            #[inline]
            fn acknowledge_line(device: &Device) -> Option<u32> {
                device.acknowledge_line()
            }

            fn mark(cells: &Self::Cells) {
                $(cells.$index.poison.mark();)*
            }

            #[inline]
            unsafe fn interrupt(interrupts: &Interrupts<Self>, message: u32, cause: Cause) -> bool {
                let mut queue_dpc = false;
                let device = &interrupts.device;
                $(
                    if interrupts.map.message($index).number() == message {
                        let cell = &interrupts.cells.$index;
                        // SAFETY: the caller holds the lock of this message, which is the source's; each source is
                        // opened once.
                        let mut at = unsafe { cell.open(device, &interrupts.connection) };
                        panic::contain(cell, || $source::interrupt(&mut at, device, cause));
                        queue_dpc |= at.wants_dpc();
                    }
                )*
                queue_dpc
            }
        }

        source_set!(@contains ($($source,)*), [$($source),*], $($source $index,)*);
    };
    (@contains $set:ty, $all:tt,) => {};
    (@contains $set:ty, $all:tt, $source:ident $index:tt, $($rest:tt)*) => {
        source_set!(@one $set, $all, $source $index);
        source_set!(@contains $set, $all, $($rest)*);
    };
    (@one $set:ty, [$($all:ident),*], $source:ident $index:tt) => {
        impl<Device: InterruptDevice, $($all: Source<Device = Device>),*> sealed::Holds<$source, Place<$index>>
            for $set
        {
        }

        impl<Device: InterruptDevice, $($all: Source<Device = Device>),*> Contains<$source, Place<$index>> for $set {
            const INDEX: usize = $index;

            #[inline]
            fn cell(cells: &Self::Cells) -> &SourceCell<$source> {
                &cells.$index
            }

            fn cell_mut(cells: &mut Self::Cells) -> &mut SourceCell<$source> {
                &mut cells.$index
            }
        }
    };
}

/// Whether no type is there twice. The compiler can't compare types before it builds, so this is asked when a device starts.
fn all_differ(types: &[TypeId]) -> bool {
    let mut rest = types;
    while let Some((first, others)) = rest.split_first() {
        if others.contains(first) {
            return false;
        }
        rest = others;
    }
    true
}

/// The index of the only `true`; two do not compile.
const fn the_one_that_notifies(notifies: &[bool]) -> Option<usize> {
    let mut found = None;
    let mut index = 0;
    while index < notifies.len() {
        if notifies[index] {
            assert!(
                found.is_none(),
                "reports to the operating system have one fixed message: only one source may notify"
            );
            found = Some(index);
        }
        index += 1;
    }
    found
}

source_set!(1: A 0);
source_set!(2: A 0, B 1);
source_set!(3: A 0, B 1, C 2);
source_set!(4: A 0, B 1, C 2, D 3);
source_set!(5: A 0, B 1, C 2, D 3, E 4);
source_set!(6: A 0, B 1, C 2, D 3, E 4, F 5);
source_set!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
source_set!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
