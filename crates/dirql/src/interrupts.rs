//! A device's interrupts: first prepared, while its states are open without a lock, then live.

use alloc::alloc::{Layout, alloc, dealloc};
use alloc::boxed::Box;
use core::mem::MaybeUninit;

use crate::irql::Passive;
use crate::level::Raised;
use crate::map::{Message, MessageMap};
use crate::panic;
use crate::set::{Contains, SourceSet};
use crate::source::{Cause, Source};

/// Why the interrupts of a device can't be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrepareError {
    /// There is no memory for the states of the sources, or the allocator's is not aligned as they ask for.
    OutOfMemory,
    /// The set has a source twice, which would have two states, each under a lock of its own.
    SourceTwice,
    /// The map was made for another number of sources, or for another notifying source.
    ForeignMap,
}

impl core::fmt::Display for PrepareError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::OutOfMemory => "no memory for the states of the interrupt sources",
            Self::SourceTwice => "the set of interrupt sources has one of them twice",
            Self::ForeignMap => "the message map was made for another set of interrupt sources",
        })
    }
}

impl core::error::Error for PrepareError {}

/// Sources with their states and messages, before there is a device. No interrupt routine finds them yet.
///
/// Take it while the device is being started: states are opened by [`exclusive`](Self::exclusive), without a lock.
/// [`connect`](Self::connect) makes [`Interrupts`] of it.
pub struct Prepared<T: SourceSet> {
    /// All but the device is written.
    interrupts: Box<MaybeUninit<Interrupts<T>>>,
}

/// The interrupt sources of a started device: their states, the messages they are mapped to, and the connection.
///
/// [`synchronize`](Self::synchronize) is the way to a state; [`snapshot`](Self::snapshot) when it is only read. It is
/// shared by the interrupt routine, DPCs and threads.
pub struct Interrupts<T: SourceSet> {
    pub(crate) connection: T::Connection,
    pub(crate) map: MessageMap,
    pub(crate) cells: T::Cells,
    /// What interrupt routines and the rest both read.
    pub device: T::Device,
}

impl<T: SourceSet> Prepared<T> {
    const NOTHING_TO_DROP: () = assert!(
        !core::mem::needs_drop::<T::Connection>(),
        "a connection is a handle and has no drop glue"
    );

    /// Makes the sources' states, where they stay.
    ///
    /// `map` has to be of the same resources that the interrupt is connected for.
    ///
    /// IRQL: PASSIVE_LEVEL.
    ///
    /// # Errors
    ///
    /// [`PrepareError`]: no memory, a set with one source twice, or the map of another set.
    pub fn new(
        connection: T::Connection,
        map: MessageMap,
        irql: &Passive<'_>,
    ) -> Result<Self, PrepareError> {
        const { Self::NOTHING_TO_DROP };
        let _ = irql;
        if !T::sources_differ() {
            return Err(PrepareError::SourceTwice);
        }
        if !map.is_for(T::COUNT, T::NOTIFYING) {
            return Err(PrepareError::ForeignMap);
        }
        // SAFETY: the layout is not of size zero, as there is a map in it.
        let place = unsafe { alloc(Layout::new::<Interrupts<T>>()) }.cast::<Interrupts<T>>();
        if place.is_null() {
            return Err(PrepareError::OutOfMemory);
        }
        if !place.is_aligned() {
            // A driver's allocator may ignore the alignment: pool memory has 16 bytes below a page.
            // SAFETY: allocated just now with this layout.
            unsafe { dealloc(place.cast(), Layout::new::<Interrupts<T>>()) };
            return Err(PrepareError::OutOfMemory);
        }
        // SAFETY: `place` is valid for writes of the whole, and is written part by part, off the stack.
        unsafe {
            (&raw mut (*place).connection).write(connection);
            (&raw mut (*place).map).write(map);
            T::write_initial(&raw mut (*place).cells);
        }
        // SAFETY: allocated by the global allocator with this layout.
        let interrupts = unsafe { Box::from_raw(place.cast::<MaybeUninit<Interrupts<T>>>()) };
        Ok(Self { interrupts })
    }

    /// The state of a source. Nothing else can reach it yet.
    pub fn exclusive<S, P>(&mut self, source: S) -> &mut S::State
    where
        S: Source,
        T: Contains<S, P>,
    {
        let _ = source;
        // SAFETY: written by `new`, and borrowed with `self`.
        let cells = unsafe { &mut (*self.interrupts.as_mut_ptr()).cells };
        T::cell_mut(cells).get_mut()
    }

    /// The message of `source`.
    pub fn message<S, P>(&self, source: S) -> Message
    where
        S: Source,
        T: Contains<S, P>,
    {
        let _ = source;
        self.map().message(T::INDEX)
    }

    /// Where each source's interrupt comes in.
    #[must_use]
    pub fn map(&self) -> &MessageMap {
        // SAFETY: written by `new`, and borrowed with `self`.
        unsafe { &(*self.interrupts.as_ptr()).map }
    }

    /// Adds the device. What comes back is what interrupt routines may run on.
    #[must_use]
    pub fn connect(mut self, device: T::Device) -> Box<Interrupts<T>> {
        // SAFETY: the place of the device, which has none yet.
        unsafe { (&raw mut (*self.interrupts.as_mut_ptr()).device).write(device) };
        // SAFETY: now all of it is written.
        unsafe { self.interrupts.assume_init() }
    }
}

impl<T: SourceSet> Interrupts<T> {
    /// The message of `source`.
    pub fn message<S, P>(&self, source: S) -> Message
    where
        S: Source,
        T: Contains<S, P>,
    {
        let _ = source;
        self.map.message(T::INDEX)
    }

    /// Where each source's interrupt comes in.
    #[must_use]
    pub fn map(&self) -> &MessageMap {
        &self.map
    }

    /// The connection, for a layer above that may call more than this crate does.
    #[must_use]
    pub fn connection(&self) -> &T::Connection {
        &self.connection
    }

    /// Runs the interrupt routines of the sources on `message` and returns whether the interrupt was the device's.
    ///
    /// A message that the map does not have is not claimed: no source's lock is held then.
    ///
    /// # Safety
    ///
    /// Called by the device's interrupt routine only: at DIRQL, with the lock held that the connection takes for `message`;
    /// 0 for a line.
    #[inline]
    pub unsafe fn interrupt(&self, message: u32) -> bool {
        if message >= self.map.messages() {
            return false;
        }
        let _raised = Raised::new();
        let cause = if self.map.is_line() {
            match panic::caught(|| T::acknowledge_line(&self.device)) {
                Some(Some(bits)) => Cause::Line(bits),
                Some(None) => return false,
                None => {
                    // The device's status may have been read and lost, and with it what any source should have done.
                    T::mark(&self.cells);
                    return true;
                }
            }
        } else {
            Cause::Message
        };
        // SAFETY: the caller holds the lock of `message`, and only sources mapped to it are run.
        let queue_dpc = unsafe { T::interrupt(self, message, cause) };
        if queue_dpc {
            // SAFETY: at DIRQL, in an interrupt routine that the barrier of a stop waits for.
            unsafe { crate::connection::Connection::queue_dpc(&self.connection) };
        }
        true
    }
}

macro_rules! debug {
    ($($Type:ident),*) => {
        $(impl<T: SourceSet> core::fmt::Debug for $Type<T> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($Type))
                    .field("map", self.map())
                    .finish_non_exhaustive()
            }
        })*
    };
}

debug!(Prepared, Interrupts);
