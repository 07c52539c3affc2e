//! The sources of one driver: a tuple of [`Source`] types.
//!
//! The set owns the place of each source's state, so a state can't be opened with the lock of another adapter, and its
//! order is the order in which messages are given out. Which place and which message belong to a source is decided here
//! alone: both traits are sealed.

use super::panic;
use super::{Cause, InterruptDevice, Interrupts, MAX_SOURCES, Role, Source, SourceCell};

/// A tuple of up to [`MAX_SOURCES`] sources that share one device.
///
/// Implemented for tuples only.
pub trait SourceSet: sealed::Set + Sized + 'static {
    /// What the interrupt routines may read.
    type Device: InterruptDevice;
    /// The places of the states.
    #[doc(hidden)]
    type Cells: Sync;
    /// How many sources there are.
    const COUNT: usize;
    /// The place of the source that reports to the operating system. More than one does not compile.
    const NOTIFYING: Option<usize>;

    /// Writes the places with every source's initial state.
    ///
    /// # Safety
    ///
    /// `cells` is valid for writes.
    #[doc(hidden)]
    unsafe fn write_initial(cells: *mut Self::Cells);

    /// Runs the routines of all sources on `message`; returns whether a DPC is wanted.
    ///
    /// # Safety
    ///
    /// The caller holds the spin lock of `message`.
    #[doc(hidden)]
    unsafe fn interrupt(
        interrupts: &Interrupts<Self>,
        device: &Self::Device,
        message: u32,
        cause: Cause,
    ) -> bool;
}

/// Says that `S` is one of the set's sources. `Place` is found by the compiler.
///
/// Implemented for tuples only: whoever could implement it could give a source another one's message.
pub trait Contains<S: Source, Place>: SourceSet + sealed::Holds<S, Place> {
    #[doc(hidden)]
    const INDEX: usize;

    #[doc(hidden)]
    fn cell(cells: &Self::Cells) -> &SourceCell<S>;

    #[doc(hidden)]
    fn cell_mut(cells: &mut Self::Cells) -> &mut SourceCell<S>;
}

/// The place of a source in its set.
#[derive(Debug)]
#[doc(hidden)]
pub enum Place<const INDEX: usize> {}

mod sealed {
    pub trait Set {}
    pub trait Holds<S, Place> {}
}

macro_rules! source_set {
    ($count:literal: $($source:ident $index:tt),*) => {
        impl<Device: InterruptDevice, $($source: Source<Device = Device>),*> sealed::Set for ($($source,)*) {}

        impl<Device: InterruptDevice, $($source: Source<Device = Device>),*> SourceSet for ($($source,)*) {
            type Device = Device;
            type Cells = ($(SourceCell<$source>,)*);
            const COUNT: usize = {
                assert!($count <= MAX_SOURCES);
                $count
            };
            const NOTIFYING: Option<usize> = the_one_that_notifies(&[$($source::Role::NOTIFIES),*]);

            unsafe fn write_initial(cells: *mut Self::Cells) {
                $(
                    // SAFETY: the caller's promise covers every place.
                    unsafe { SourceCell::write_initial(&raw mut (*cells).$index) };
                )*
            }

            unsafe fn interrupt(
                interrupts: &Interrupts<Self>,
                device: &Self::Device,
                message: u32,
                cause: Cause,
            ) -> bool {
                let mut queue_dpc = false;
                $(
                    if interrupts.map.message($index).number() == message {
                        // SAFETY: the caller holds the lock of this message, which is the source's; each source is
                        // opened once.
                        let mut isr = unsafe { interrupts.cells.$index.open(&interrupts.port) };
                        panic::contain(&interrupts.cells.$index, || $source::interrupt(&mut isr, device, cause));
                        queue_dpc |= isr.queue_dpc;
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

            fn cell(cells: &Self::Cells) -> &SourceCell<$source> {
                &cells.$index
            }

            fn cell_mut(cells: &mut Self::Cells) -> &mut SourceCell<$source> {
                &mut cells.$index
            }
        }
    };
}

/// The index of the only `true`; two do not compile.
const fn the_one_that_notifies(notifies: &[bool]) -> Option<usize> {
    let mut found = None;
    let mut index = 0;
    while index < notifies.len() {
        if notifies[index] {
            assert!(
                found.is_none(),
                "DxgkCbNotifyInterrupt has one fixed message: only one source may notify"
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
