//! Interrupt sources, the state each shares with its interrupt routine, and the one way to that state from outside it:
//! [`Interrupts::synchronize`].
//!
//! A driver declares its sources as unit types. What a source's interrupt routine and the rest of the driver share is
//! the source's [`State`](Source::State); it is reachable in [`Source::interrupt`] and in a synchronized closure, both
//! times as `&mut State` inside an [`Isr`], and nowhere else. What both merely read, such as mapped registers, is the
//! [`Device`](Source::Device).

mod jobs;
mod map;
mod panic;
mod set;
mod synchronize;
#[cfg(all(test, not(loom)))]
mod tests;

pub use jobs::HandOver;
pub use map::{MapError, Message, MessageMap};
pub use set::{Contains, SourceSet};
pub use synchronize::{Refusal, Refused};

use alloc::boxed::Box;
use core::marker::PhantomData;

use crate::heap::try_box;
use crate::interface::Port;
use crate::present::Notification;
use crate::status::Status;
use crate::sync::{Cell, Opened};

/// The most sources that one adapter may declare.
pub const MAX_SOURCES: usize = 8;

/// What interrupt routines need of a device besides the state that they own.
pub trait InterruptDevice: Sync + 'static {
    /// Line-based interrupt only: reads the device's interrupt status and thereby dismisses the interrupt. `None` says
    /// that the device did not raise the line, which other devices may share; `Some` carries the status bits.
    ///
    /// Runs at DIRQL with the line's spin lock held.
    fn acknowledge_line(&self) -> Option<u32>;
}

/// One reason for which a device interrupts, and the owner of what its interrupt routine shares with the driver.
///
/// Implement it on a unit type: values of it are passed to [`Interrupts::synchronize`] to name the source.
pub trait Source: Copy + 'static {
    /// The part of the adapter that interrupt routines may read.
    type Device: InterruptDevice;
    /// What the interrupt routine shares with the rest of the driver. A type with drop glue does not compile: nothing is
    /// freed at DIRQL.
    type State: Send + 'static;
    /// The state before the device is started. A constant, so that it is made in place and never on a kernel stack.
    const INITIAL: Self::State;
    /// [`Notifying`] for the one source that reports to the operating system, [`Silent`] for the others.
    type Role: Role;

    /// The interrupt routine (DxgkDdiInterruptRoutine, [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_interrupt_routine)). Runs at DIRQL with the spin lock of this source's message held, on any processor.
    ///
    /// A message may serve several sources and messages may coalesce, so it finds out from the device what there is to
    /// do, and copes with nothing.
    fn interrupt(isr: &mut Isr<'_, Self>, device: &Self::Device, cause: Cause);
}

/// Whether a source may call DxgkCbNotifyInterrupt, which has to happen on one fixed message.
pub trait Role: sealed::Sealed {
    #[doc(hidden)]
    const NOTIFIES: bool;
}

/// The role of the source that reports to the operating system. An adapter has at most one.
#[derive(Debug, Clone, Copy)]
pub enum Notifying {}

/// The role of a source that reports nothing.
#[derive(Debug, Clone, Copy)]
pub enum Silent {}

impl Role for Notifying {
    const NOTIFIES: bool = true;
}

impl Role for Silent {
    const NOTIFIES: bool = false;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Notifying {}
    impl Sealed for super::Silent {}
}

/// What made an interrupt routine run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A message that this source is mapped to.
    Message,
    /// The line, with the status bits from [`InterruptDevice::acknowledge_line`].
    Line(u32),
}

/// What is open while the spin lock of a source's message is held, in its interrupt routine or in a synchronized
/// closure: the state, and the two callbacks that DIRQL allows.
///
/// A DPC that was asked for, or that a notification makes necessary, is queued before the lock is released.
pub struct Isr<'a, S: Source> {
    /// The source's state, exclusively.
    pub state: &'a mut S::State,
    port: &'a Port,
    queue_dpc: bool,
    at_dirql: PhantomData<*mut ()>,
    _opened: Opened<S::State>,
}

impl<'a, S: Source> Isr<'a, S> {
    fn new(state: &'a mut S::State, port: &'a Port, opened: Opened<S::State>) -> Self {
        Self {
            state,
            port,
            queue_dpc: false,
            at_dirql: PhantomData,
            _opened: opened,
        }
    }

    /// Has the DPC routine run after this, once, however often it was asked for (DxgkCbQueueDpc).
    ///
    /// IRQL: DIRQL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_queue_dpc).
    pub fn queue_dpc(&mut self) {
        self.queue_dpc = true;
    }
}

impl<S: Source<Role = Notifying>> Isr<'_, S> {
    /// Tells the operating system what happened (DxgkCbNotifyInterrupt). A DPC follows by itself, and in it
    /// DxgkCbNotifyDpc, without which the scheduler would not finish the event.
    ///
    /// IRQL: DIRQL, which an `Isr` is the proof of. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_notify_interrupt).
    pub fn notify(&mut self, notification: impl Notification) {
        self.port.notify_interrupt(notification.data());
        self.queue_dpc = true;
    }
}

impl<S: Source> core::fmt::Debug for Isr<'_, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Isr")
            .field("queue_dpc", &self.queue_dpc)
            .finish_non_exhaustive()
    }
}

/// The place of one source's state.
#[derive(Debug)]
pub struct SourceCell<S: Source> {
    state: Cell<S::State>,
    #[cfg_attr(
        any(not(feature = "std"), loom),
        expect(dead_code, reason = "of size zero in a kernel")
    )]
    poison: panic::Poison,
}

// SAFETY: the state inside is reached only under the spin lock of the source's message, one processor at a time, and may
// be sent between processors.
unsafe impl<S: Source> Sync for SourceCell<S> {}

impl<S: Source> SourceCell<S> {
    const NOTHING_TO_DROP: () = assert!(
        !core::mem::needs_drop::<S::State>(),
        "the state of an interrupt source must not have drop glue: nothing is freed at DIRQL"
    );

    /// A constant, so that a large state is copied to its place and not made on a stack first.
    #[cfg(not(loom))]
    #[expect(
        clippy::declare_interior_mutable_const,
        reason = "what each adapter's own place is made from"
    )]
    const INITIAL: Self = {
        const { Self::NOTHING_TO_DROP };
        Self {
            state: Cell::new(S::INITIAL),
            poison: panic::Poison::INITIAL,
        }
    };

    /// Writes the place with the initial state.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes.
    unsafe fn write_initial(place: *mut Self) {
        #[cfg(not(loom))]
        let initial = Self::INITIAL;
        #[cfg(loom)]
        let initial = {
            const { Self::NOTHING_TO_DROP };
            Self {
                state: Cell::new(S::INITIAL),
                poison: panic::Poison::INITIAL,
            }
        };
        // SAFETY: the caller's promise.
        unsafe { place.write(initial) };
    }

    /// The state, while no interrupt can come in yet.
    fn get_mut(&mut self) -> &mut S::State {
        self.state.exclusive()
    }

    /// Opens the state.
    ///
    /// # Safety
    ///
    /// The caller holds the spin lock of the message that this source is mapped to, and has not opened the state yet.
    unsafe fn open<'a>(&'a self, port: &'a Port) -> Isr<'a, S> {
        let (state, opened) = self.state.open();
        // SAFETY: the lock that the caller holds makes this the only reference.
        Isr::new(unsafe { &mut *state }, port, opened)
    }
}

/// The interrupt sources of a started adapter: their states, the messages they are mapped to, and the port's callbacks.
pub struct Interrupts<T: SourceSet> {
    port: Port,
    map: MessageMap,
    cells: T::Cells,
}

impl<T: SourceSet> Interrupts<T> {
    /// Makes the sources' states, where they stay.
    ///
    /// `map` has to be of the same resources that the port connected the interrupt for.
    ///
    /// # Errors
    ///
    /// STATUS_NO_MEMORY.
    pub(crate) fn new(port: Port, map: MessageMap) -> Result<Box<Self>, Status> {
        let write = |place: *mut Self| {
            // SAFETY: `place` is valid for writes of the whole.
            unsafe {
                (&raw mut (*place).port).write(port);
                (&raw mut (*place).map).write(map);
                T::write_initial(&raw mut (*place).cells);
            }
        };
        // SAFETY: all three fields are written.
        unsafe { try_box(write) }
    }

    /// The state of a source while nothing else can reach it: before the interrupt routine may run.
    pub fn exclusive<S, P>(&mut self, source: S) -> &mut S::State
    where
        S: Source,
        T: Contains<S, P>,
    {
        let _ = source;
        T::cell_mut(&mut self.cells).get_mut()
    }

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

    /// Runs the interrupt routines of the sources on `message` and returns whether the interrupt was the device's.
    ///
    /// # Safety
    ///
    /// Called by DxgkDdiInterruptRoutine only: at DIRQL, with the spin lock of `message` held.
    pub(crate) unsafe fn interrupt(&self, device: &T::Device, message: u32) -> bool {
        if message >= self.map.messages() {
            // Nobody serves it, so whatever raised it is not the device as this driver knows it.
            return false;
        }
        let cause = if self.map.is_line() {
            match device.acknowledge_line() {
                Some(bits) => Cause::Line(bits),
                None => return false,
            }
        } else {
            Cause::Message
        };
        // SAFETY: the caller holds the lock of `message`, and only sources mapped to it are run.
        let queue_dpc = unsafe { T::interrupt(self, device, message, cause) };
        if queue_dpc {
            self.port.queue_dpc();
        }
        true
    }
}

impl<T: SourceSet> core::fmt::Debug for Interrupts<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Interrupts")
            .field("map", &self.map)
            .finish_non_exhaustive()
    }
}
