//! What a started adapter has that interrupt routines may read: registers, queue memory, and what was learned at the start.

mod bars;
mod config;
mod memory;

use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use dxgk::event::Event;
use dxgk::interface::Interface;
use dxgk::interrupt::{Dxgkrnl, InterruptDevice};
use dxgk::irql::Passive;
use dxgk::lock::PassiveMutex;
use dxgk::status::Status;
use once_cell::race::OnceBox;
use virtio_gpu::commands::Place;
use virtio_gpu::edid::Edid;
use virtio_gpu::transport::{NotifyAddress, Transport};

pub(crate) use bars::Bars;
pub(crate) use config::PciConfig;
pub(crate) use memory::{DmaMemory, Joined};

use crate::bring_up::Brought;
use crate::modes::Mode;
use crate::modeset::ModeSetting;
use crate::screen::Screen;
use crate::settings::Settings;
use crate::{Fault, Platform};

/// How long the device may take for its reset, in units of 100 ns: one second.
const RESET_TIME: u64 = 10_000_000;
/// How long to sleep between two looks at a reset, in microseconds.
const RESET_PAUSE: u32 = 1000;
/// How many looks a reset gets before the first sleep.
const RESET_LOOKS: u32 = 100;

/// Where things are in the queues' memory, in bytes. Each begins at a page, so that nothing that has to be contiguous crosses
/// into another page: see [`virtio_gpu::queue::rings_len`].
pub(crate) mod layout {
    use super::Place;

    /// The control queue.
    pub(crate) const CONTROL: Place = Place {
        rings: 0,
        slots: 2 * 4096,
    };
    /// The cursor queue.
    pub(crate) const CURSOR: Place = Place {
        rings: 4096,
        slots: 4 * 4096,
    };
    /// Where answers go that don't fit in a command's slot.
    pub(crate) const ANSWER: usize = 5 * 4096;
    /// How long they may be.
    pub(crate) const ANSWER_LEN: u32 = 4096;
    /// All of it.
    pub(crate) const LEN: usize = 6 * 4096;
}

/// The MSI-X vectors of the device's three reasons to interrupt; none on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vectors {
    pub(crate) config: Option<u16>,
    pub(crate) control: Option<u16>,
    pub(crate) cursor: Option<u16>,
}

/// Where the queues are kicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kicks {
    pub(crate) control: NotifyAddress,
    pub(crate) cursor: NotifyAddress,
}

/// What the device is, for whoever asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity {
    pub(crate) vendor: u16,
    pub(crate) device: u16,
    pub(crate) subsystem_vendor: u16,
    pub(crate) subsystem: u16,
    pub(crate) revision: u8,
    pub(crate) class_code: [u8; 3],
}

impl Identity {
    /// Whether it is a VGA device too, as virtio-vga is (PCI class 03, subclass 00, programming interface 00).
    pub(crate) const fn is_vga(&self) -> bool {
        matches!(self.class_code, [0, 0, 3])
    }
}

/// The scanout that is driven, and the monitor on it. There is one source and one child for now; with more, there will be
/// one of these for each.
#[derive(Debug)]
pub(crate) struct Output {
    /// The device's number for it.
    pub(crate) scanout: u32,
    /// The one mode it is driven in.
    pub(crate) preferred: Mode,
    pub(crate) edid: Option<Box<Edid>>,
    pub(crate) connector: Connector,
}

/// What Windows is told that the monitor is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connector {
    /// An analogue one, to which a monitor may come and from which it may go.
    Analogue,
    /// None: it is a part of the machine.
    Internal,
}

/// Counters of what happens outside the sources' locks.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) foreign_interrupts: Counter,
    pub(crate) dpcs: Counter,
    pub(crate) refused_synchronized_calls: Counter,
    pub(crate) frames_skipped: Counter,
    pub(crate) frames_refused: Counter,
    pub(crate) config_events: Counter,
    pub(crate) mode_sets: Counter,
    pub(crate) failed_commands: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What interrupt routines leave for the DPC, as bits.
#[derive(Debug, Default)]
pub(crate) struct Signals(AtomicU32);

impl Signals {
    /// The answer that somebody waits for is there.
    pub(crate) const REPLY: u32 = 1;
    /// The device broke the rules.
    pub(crate) const FAULT: u32 = 2;
    /// There may be configuration events.
    pub(crate) const CONFIG: u32 = 4;
    /// The device did not do what a present asked for.
    pub(crate) const REFUSED: u32 = 8;

    /// IRQL: any.
    pub(crate) fn raise(&self, signal: u32) {
        self.0.fetch_or(signal, Ordering::Release);
    }

    pub(crate) fn take(&self) -> u32 {
        self.0.swap(0, Ordering::Acquire)
    }
}

/// The device of a started adapter.
pub struct Device<P: Platform> {
    pub(crate) transport: Transport<Bars<P>>,
    pub(crate) memory: DmaMemory<P>,
    pub(crate) vectors: Vectors,
    pub(crate) identity: Identity,
    /// What it has agreed to. Set once, before its first command.
    pub(crate) brought: OnceBox<Brought>,
    /// What it has said of itself. Set once, before the start has succeeded.
    pub(crate) output: OnceBox<Output>,
    pub(crate) settings: Settings,
    pub(crate) modeset: PassiveMutex<P, ModeSetting<P>>,
    pub(crate) screen: PassiveMutex<P, Screen<P>>,
    /// Set when an answer is there.
    pub(crate) replied: Event<P>,
    pub(crate) signals: Signals,
    pub(crate) counters: Counters,
    /// The device has been reset and does not reach memory any more.
    pub(crate) quiet: AtomicBool,
}

impl<P: Platform> Device<P> {
    /// What it has agreed to.
    ///
    /// # Errors
    ///
    /// Not yet: it was not brought up.
    pub(crate) fn brought(&self) -> Result<&Brought, Fault> {
        let missing = Fault::new("not brought up", Status::DEVICE_NOT_READY);
        self.brought.get().ok_or(missing)
    }

    /// The output that is driven.
    ///
    /// # Errors
    ///
    /// Not yet: the start is not over.
    pub(crate) fn output(&self) -> Result<&Output, Status> {
        self.output.get().ok_or(Status::DEVICE_NOT_READY)
    }

    /// Tells the device of commands on its control queue.
    pub(crate) fn kick_control(&self) {
        if let Some(brought) = self.brought.get() {
            let _ = self.transport.notify(&brought.kicks.control);
        }
    }

    /// Tells the device of commands on its cursor queue.
    pub(crate) fn kick_cursor(&self) {
        if let Some(brought) = self.brought.get() {
            let _ = self.transport.notify(&brought.kicks.cursor);
        }
    }

    /// Whether the device has been reset and does not reach memory any more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet.load(Ordering::Acquire)
    }

    /// Makes the device stop, for good: resets it, and cuts it off from memory if it does not obey. Returns whether it did.
    pub(crate) fn quiesce(&self, interface: &Interface<P>, irql: &Passive<'_>) -> bool {
        let obeyed = quiesce::<P>(&self.transport, interface, irql);
        self.quiet.store(true, Ordering::Release);
        obeyed
    }
}

/// Resets the device and waits for it to be done; cuts it off from memory (bus master) if it isn't in time, so that what it
/// was given can be freed either way.
///
/// The command register is Windows' own. A device that does not even obey a reset, and reaches memory that others will get, is
/// worse.
pub(crate) fn quiesce<P: Platform>(
    transport: &Transport<Bars<P>>,
    interface: &Interface<P>,
    irql: &Passive<'_>,
) -> bool {
    let obeyed = transport.reset(patience::<P>(irql)).is_ok();
    if !obeyed {
        let config = PciConfig { interface, irql };
        let _ = config.clear_bus_master();
    }
    obeyed
}

/// Says whether to go on waiting for a reset.
pub(crate) fn patience<P: Platform>(irql: &Passive<'_>) -> impl FnMut() -> bool {
    let deadline = P::time().saturating_add(RESET_TIME);
    let mut looks = 0u32;
    move || {
        looks = looks.saturating_add(1);
        if looks > RESET_LOOKS {
            P::delay(irql, RESET_PAUSE);
        }
        P::time() < deadline
    }
}

impl<P: Platform> Drop for Device<P> {
    /// A device that was never stopped, because its start failed late, must not outlive its memory.
    fn drop(&mut self) {
        if !self.is_quiet() {
            let deadline = P::time().saturating_add(RESET_TIME);
            let _ = self.transport.reset(|| P::time() < deadline);
        }
    }
}

impl<P: Platform> InterruptDevice for Box<Device<P>> {
    type Connection = Dxgkrnl;

    fn acknowledge_line(&self) -> Option<u32> {
        // Reading the status clears it and lets the line go (VIRTIO 1.2, 4.1.4.5.1). A device without status has not
        // raised the line.
        let status = self
            .transport
            .isr_status()
            .map_or(0, |status| status.bits());
        if status == 0 {
            self.counters.foreign_interrupts.count();
            return None;
        }
        Some(u32::from(status))
    }
}
