//! Interrupt sources, and what is open while the lock of one is held.

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use crate::connection::Connection;
use crate::panic;
use crate::sync::{Cell, Opened};

/// What interrupt routines need of a device besides the states that they own, such as its mapped registers.
///
/// What only threads use does not belong here. What an interrupt routine changes belongs into a source's
/// [`State`](Source::State).
pub trait InterruptDevice: Send + Sync + 'static {
    /// How its interrupts are connected.
    type Connection: Connection;

    /// Line-based interrupt only: reads the device's interrupt status and thereby dismisses the interrupt. `None` says
    /// that the device did not raise the line, which other devices may share; `Some` carries the status bits.
    ///
    /// IRQL: DIRQL, with the line's spin lock held. [Microsoft's page on level-triggered
    /// interrupts](https://learn.microsoft.com/windows-hardware/drivers/kernel/servicing-an-interrupt).
    fn acknowledge_line(&self) -> Option<u32>;
}

/// One reason for which a device interrupts, and the owner of what its interrupt routine shares with the driver.
///
/// Implement it on a unit type: values of it are passed to [`Interrupts::synchronize`](crate::Interrupts::synchronize) to
/// name the source. Two things that interrupt routines never touch together are two sources.
pub trait Source: Copy + 'static {
    /// The part of the driver that interrupt routines may read.
    type Device: InterruptDevice;
    /// What the interrupt routine shares with the rest of the driver. A type with drop glue does not compile: nothing is
    /// freed at DIRQL.
    type State: Send + 'static;
    /// The state before the device is started. A constant, so that it is made in place and never on a kernel stack.
    const INITIAL: Self::State;
    /// [`Notifying`] for the one source that reports to the operating system, [`Silent`] for the others.
    type Role: Role;

    /// The interrupt routine. It asks the device what to do. There may be nothing to do, since a message may serve several
    /// sources and messages may coalesce.
    ///
    /// IRQL: DIRQL, with the spin lock of this source's message held, on any processor. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nc-wdm-kservice_routine).
    fn interrupt(at: &mut AtDirql<'_, Self>, device: &Self::Device, cause: Cause);
}

/// Whether a source has the one fixed message on which reports to the operating system have to be made.
pub trait Role: sealed::Sealed {
    #[doc(hidden)]
    const NOTIFIES: bool;
}

/// The role of the source that reports to the operating system. Its message is 0. A device has at most one.
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

/// The connection of a source's device.
pub type ConnectionOf<S> = <<S as Source>::Device as InterruptDevice>::Connection;

/// The processor is at DIRQL and holds the spin lock of the source's message. It dereferences to the source's state.
///
/// Lent to an interrupt routine and to a synchronized closure, which therefore see the same. A DPC that was asked for is
/// queued before the lock is released.
pub struct AtDirql<'a, S: Source> {
    state: &'a mut S::State,
    device: &'a S::Device,
    connection: &'a ConnectionOf<S>,
    queue_dpc: bool,
    of_this_processor: PhantomData<*mut ()>,
    _opened: Opened<S::State>,
}

impl<'a, S: Source> AtDirql<'a, S> {
    /// The device, as the interrupt routine has it.
    #[inline]
    #[must_use]
    pub fn device(&self) -> &'a S::Device {
        self.device
    }

    /// The connection, for a layer above that may call more at DIRQL than this crate does.
    #[inline]
    #[must_use]
    pub fn connection(&self) -> &'a ConnectionOf<S> {
        self.connection
    }

    /// Has the DPC routine run after this, once, however often it was asked for.
    ///
    /// IRQL: DIRQL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/kernel/introduction-to-dpc-objects).
    #[inline]
    pub fn queue_dpc(&mut self) {
        self.queue_dpc = true;
    }

    #[inline]
    pub(crate) fn wants_dpc(&self) -> bool {
        self.queue_dpc
    }
}

impl<S: Source> Deref for AtDirql<'_, S> {
    type Target = S::State;

    #[inline]
    fn deref(&self) -> &S::State {
        self.state
    }
}

impl<S: Source> DerefMut for AtDirql<'_, S> {
    #[inline]
    fn deref_mut(&mut self) -> &mut S::State {
        self.state
    }
}

impl<S: Source> core::fmt::Debug for AtDirql<'_, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AtDirql")
            .field("queue_dpc", &self.queue_dpc)
            .finish_non_exhaustive()
    }
}

/// The place of one source's state.
#[derive(Debug)]
pub struct SourceCell<S: Source> {
    state: Cell<S::State>,
    pub(crate) poison: panic::Poison,
}

// SAFETY: the state inside is reached only under the spin lock of the source's message, one processor at a time, and may
// be sent between processors.
unsafe impl<S: Source> Sync for SourceCell<S> {}

impl<S: Source> SourceCell<S> {
    const NOTHING_TO_DROP: () = assert!(
        !core::mem::needs_drop::<S::State>(),
        "the state of an interrupt source must not have drop glue: nothing is freed at DIRQL"
    );

    /// Writes the place with the initial state.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes.
    pub(crate) unsafe fn write_initial(place: *mut Self) {
        const { Self::NOTHING_TO_DROP };
        // SAFETY: the caller's promise; the state has no drop glue.
        unsafe {
            Cell::write_initial::<S>(&raw mut (*place).state);
            (&raw mut (*place).poison).write(panic::Poison::INITIAL);
        }
    }

    /// The state, while no interrupt can come in yet.
    pub(crate) fn get_mut(&mut self) -> &mut S::State {
        self.state.exclusive()
    }

    /// Opens the state.
    ///
    /// # Safety
    ///
    /// The caller holds the spin lock of the message that this source is mapped to, and has not opened the state yet.
    #[inline]
    pub(crate) unsafe fn open<'a>(
        &'a self,
        device: &'a S::Device,
        connection: &'a ConnectionOf<S>,
    ) -> AtDirql<'a, S> {
        let (state, opened) = self.state.open();
        AtDirql {
            // SAFETY: the lock that the caller holds makes this the only reference.
            state: unsafe { &mut *state },
            device,
            connection,
            queue_dpc: false,
            of_this_processor: PhantomData,
            _opened: opened,
        }
    }
}
