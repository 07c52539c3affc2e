//! QEMU's edu device (docs/specs/edu in QEMU's manual): a PCI function that raises its interrupt when it is told to.
//!
//! What its interrupt routine shares with the driver, a DPC, and a stress that shows that nothing is lost between them. It knows no
//! operating system: the registers and the synchronize call are parameters. The test here brings dirql's hosted one, `wdm/` and
//! `kmdf/` are drivers of it for Windows.
#![no_std]
#![forbid(unsafe_code)]

mod request;

use core::fmt;
use core::marker::PhantomData;

use dirql::{
    AtDirql, AtMostDispatch, Cause, Connection, InterruptDevice, Interrupts, Refusal, Silent,
    Source,
};

pub use request::{EXERCISE, Exercise, REQUEST_BYTES, RESULT_BYTES, Request};

/// PCI vendor of the device.
pub const VENDOR: u16 = 0x1234;
/// PCI device.
pub const DEVICE: u16 = 0x11E8;

/// Reads as what was written last, inverted.
const LIVENESS: usize = 0x04;
/// Which interrupts are raised.
const INTERRUPT_STATUS: usize = 0x24;
/// Raises the interrupts that are written.
const INTERRUPT_RAISE: usize = 0x60;
/// Takes back the interrupts that are written.
const INTERRUPT_ACKNOWLEDGE: usize = 0x64;
/// What the stress raises.
const RAISED: u32 = 1;

/// Closures between which an interrupt comes, or never does.
const PATIENCE: u64 = 10_000_000;

/// Bytes of BAR 0 that are used.
pub const REGISTERS: usize = 0x68;

/// BAR 0: registers of 32 bits.
pub trait Registers: Send + Sync + 'static {
    /// Reads the register at this offset.
    fn read(&self, offset: usize) -> u32;
    /// Writes the register at this offset.
    fn write(&self, offset: usize, value: u32);
}

/// The device.
pub struct Edu<R, C> {
    registers: R,
    connection: PhantomData<fn() -> C>,
}

impl<R: Registers, C> Edu<R, C> {
    /// The device behind these registers; none if they are not edu's.
    pub fn new(registers: R) -> Option<Self> {
        const PATTERN: u32 = 0x1234_5678;
        registers.write(LIVENESS, PATTERN);
        (registers.read(LIVENESS) == !PATTERN).then_some(Self {
            registers,
            connection: PhantomData,
        })
    }

    /// Takes back what the device may be interrupting for, before the interrupt is disconnected.
    ///
    /// Any IRQL.
    pub fn quiet(&self) {
        let _ = self.acknowledge();
    }

    fn acknowledge(&self) -> Option<u32> {
        match self.registers.read(INTERRUPT_STATUS) {
            // A device that is gone reads as all ones.
            0 | u32::MAX => None,
            raised => {
                self.registers.write(INTERRUPT_ACKNOWLEDGE, raised);
                Some(raised)
            }
        }
    }
}

impl<R, C> fmt::Debug for Edu<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edu")
    }
}

impl<R: Registers, C: Connection> InterruptDevice for Edu<R, C> {
    type Connection = C;

    fn acknowledge_line(&self) -> Option<u32> {
        self.acknowledge()
    }
}

/// The device's one source.
pub struct Line<R, C>(PhantomData<fn() -> (R, C)>);

impl<R, C> Line<R, C> {
    /// The source, to name it.
    pub const SOURCE: Self = Self(PhantomData);
}

impl<R, C> Clone for Line<R, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, C> Copy for Line<R, C> {}

/// What the interrupt routine shares. Plain numbers: the lock is what protects them, and what was lost would show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Interrupt routines that found something.
    pub interrupts: u64,
    /// Closures of [`stress`].
    pub closures: u64,
    /// The two together.
    pub sum: u64,
    /// Interrupts that the DPC has not collected yet.
    pub pending: u64,
    /// Those that it has.
    pub collected: u64,
    /// How often the sum was found wrong.
    pub torn: u64,
}

impl State {
    fn count(&mut self, of: fn(&mut Self) -> &mut u64) {
        if self.interrupts.wrapping_add(self.closures) != self.sum {
            self.torn = self.torn.wrapping_add(1);
        }
        let counter = of(self);
        *counter = counter.wrapping_add(1);
        self.sum = self.sum.wrapping_add(1);
    }
}

impl<R: Registers, C: Connection> Source for Line<R, C> {
    type Device = Edu<R, C>;
    type State = State;
    type Role = Silent;
    const INITIAL: State = State {
        interrupts: 0,
        closures: 0,
        sum: 0,
        pending: 0,
        collected: 0,
        torn: 0,
    };

    fn interrupt(at: &mut AtDirql<'_, Self>, device: &Edu<R, C>, cause: Cause) {
        let raised = match cause {
            Cause::Line(bits) => Some(bits),
            Cause::Message => device.acknowledge(),
        };
        if raised.is_some() {
            at.count(|state| &mut state.interrupts);
            at.pending = at.pending.wrapping_add(1);
            at.queue_dpc();
        }
    }
}

/// The device's sources.
pub type Sources<R, C> = (Line<R, C>,);

/// What the DPC does: it collects the interrupts that came since the last one.
///
/// IRQL: at most DISPATCH_LEVEL.
///
/// # Errors
///
/// Why the closure was refused. What it would have collected stays for the next DPC.
pub fn collect<R: Registers, C: Connection>(
    interrupts: &Interrupts<Sources<R, C>>,
    irql: &mut impl AtMostDispatch,
) -> Result<(), Refusal> {
    interrupts.synchronize(Line::SOURCE, irql, |at| {
        at.collected = at.collected.wrapping_add(at.pending);
        at.pending = 0;
    })?;
    Ok(())
}

/// Runs at least so many closures concurrently with so many interrupts, of which the device is told to raise one after the other.
///
/// It ends early if the device does not interrupt for ten million closures, with a state that shows it.
///
/// Threads may run it at the same time, of which one raises interrupts. IRQL: at most DISPATCH_LEVEL. Where it runs at
/// DISPATCH_LEVEL on one processor, interrupts come on it between two closures.
///
/// # Errors
///
/// Why a closure was refused.
pub fn stress<R: Registers, C: Connection>(
    interrupts: &Interrupts<Sources<R, C>>,
    irql: &mut impl AtMostDispatch,
    Request { closures, raise }: Request,
) -> Result<Exercise, Refusal> {
    let registers = &interrupts.device.registers;
    let before = interrupts.snapshot(Line::SOURCE, irql, |state| *state)?;
    let (mut ran, mut raised, mut waited) = (0_u64, 0_u64, 0_u64);
    loop {
        if ran >= closures && raised == raise || waited == PATIENCE {
            let state = interrupts.snapshot(Line::SOURCE, irql, |state| *state)?;
            if state.interrupts.wrapping_sub(before.interrupts) >= raised || waited == PATIENCE {
                return Ok(Exercise { ran, raised, state });
            }
        }
        let seen = interrupts.synchronize(Line::SOURCE, irql, |at| {
            at.count(|state| &mut state.closures);
            at.interrupts
        })?;
        ran = ran.wrapping_add(1);
        if seen.wrapping_sub(before.interrupts) < raised {
            waited = waited.wrapping_add(1);
        } else if raised < raise {
            // The next one when the last one has been served.
            registers.write(INTERRUPT_RAISE, RAISED);
            (raised, waited) = (raised.wrapping_add(1), 0);
        }
    }
}
