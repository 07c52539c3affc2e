//! The three interrupt sources, what each shares with the rest of the driver, and what its interrupt routine does.

mod control;
mod tally;

use alloc::boxed::Box;
use core::fmt;
use core::marker::PhantomData;

use dxgk::adapter::Started;
use dxgk::interrupt::{AtDirql, Cause, Has, Notifying, Place, Refusal, Silent, Source};
use dxgk::irql::{AtMostDispatch, Dispatch};
use virtio_gpu::commands::CursorQueue;
use virtio_gpu::transport::IsrStatus;

pub(crate) use control::{ControlState, Tag};
use tally::Tallied;
pub(crate) use tally::Tally;

use crate::device::{Device, Signals};
use crate::{Fault, Platform, TraceEvent, Vgpu};

/// The driver's sources, in the order in which messages are given out.
pub(crate) type Sources<P> = (Config<P>, Control<P>, Cursor<P>);

impl<P: Platform> Has<Config<P>> for Sources<P> {
    type Place = Place<0>;
}

impl<P: Platform> Has<Control<P>> for Sources<P> {
    type Place = Place<1>;
}

impl<P: Platform> Has<Cursor<P>> for Sources<P> {
    type Place = Place<2>;
}

/// How the line's status says that a queue has something.
const QUEUE: u32 = IsrStatus::QUEUE_INTERRUPT.bits() as u32;
/// How the line's status says that the configuration has changed.
const CONFIG: u32 = IsrStatus::DEVICE_CONFIGURATION_INTERRUPT.bits() as u32;

macro_rules! source {
    ($(#[$doc:meta])* $Name:ident) => {
        $(#[$doc])*
        pub struct $Name<P>(PhantomData<fn() -> P>);

        impl<P> $Name<P> {
            /// The source, to name it.
            pub(crate) const SOURCE: Self = Self(PhantomData);
        }

        impl<P> Clone for $Name<P> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<P> Copy for $Name<P> {}

        impl<P> fmt::Debug for $Name<P> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($Name))
            }
        }
    };
}

source! {
    /// The device's configuration has changed.
    Config
}

source! {
    /// The device has done commands of the control queue. The one that reports to the operating system.
    Control
}

source! {
    /// The device has done commands of the cursor queue.
    Cursor
}

/// What the configuration source's interrupt routine shares.
#[derive(Debug)]
pub struct ConfigState {
    /// Events that the device has reported since the start, as bits.
    pub(crate) events: u32,
    pub(crate) tally: Tally,
}

impl<P: Platform> Source for Config<P> {
    type Device = Box<Device<P>>;
    type State = ConfigState;
    const INITIAL: ConfigState = ConfigState {
        events: 0,
        tally: Tally::NONE,
    };
    type Role = Silent;

    fn interrupt(at: &mut AtDirql<'_, Self>, device: &Box<Device<P>>, cause: Cause) {
        at.tally.interrupt();
        // Which events there are is read by the DPC: that takes an access to the device, for nothing most of the time where
        // a message serves several sources.
        if !matches!(cause, Cause::Line(status) if status & CONFIG == 0) {
            device.signals.raise(Signals::CONFIG);
            at.queue_dpc();
        }
    }
}

impl<P: Platform> Source for Control<P> {
    type Device = Box<Device<P>>;
    type State = ControlState;
    const INITIAL: ControlState = ControlState::INITIAL;
    type Role = Notifying;

    fn interrupt(at: &mut AtDirql<'_, Self>, device: &Box<Device<P>>, cause: Cause) {
        control::interrupt(at, device, cause);
    }
}

/// What the cursor source's interrupt routine shares.
#[derive(Debug)]
pub struct CursorState {
    pub(crate) queue: CursorQueue,
    pub(crate) tally: Tally,
}

impl<P: Platform> Source for Cursor<P> {
    type Device = Box<Device<P>>;
    type State = CursorState;
    const INITIAL: CursorState = CursorState {
        queue: CursorQueue::new(),
        tally: Tally::NONE,
    };
    type Role = Silent;

    fn interrupt(at: &mut AtDirql<'_, Self>, device: &Box<Device<P>>, cause: Cause) {
        at.tally.interrupt();
        if matches!(cause, Cause::Line(status) if status & QUEUE == 0) {
            return;
        }
        // Cursor commands have no answer, so there is nothing to do but to take them back. A queue that is broken says so
        // when it is used next.
        while let Ok(Some(_)) = at.queue.poll(&device.memory) {}
    }
}

macro_rules! tallied {
    ($($State:ty),*) => {
        $(impl Tallied for $State {
            fn tally(&mut self) -> &mut Tally {
                &mut self.tally
            }
        })*
    };
}

tallied!(ConfigState, ControlState, CursorState);

/// Runs `access` synchronized with the source's interrupt routine, and counts.
///
/// # Errors
///
/// Why it has not run, which has been counted and traced too.
fn synchronize<P: Platform, S: Source<State: Tallied>, R>(
    started: &Started<Vgpu<P>>,
    source: S,
    irql: &mut impl AtMostDispatch,
    mut access: impl FnMut(&mut AtDirql<'_, S>) -> R,
) -> Result<R, Refusal>
where
    Sources<P>: Has<S>,
{
    started
        .interrupts
        .synchronize(source, irql, |at| {
            at.tally().closure();
            access(at)
        })
        .map_err(|refused| {
            note_refusal(started, refused.reason);
            refused.reason
        })
}

/// Counts and traces a closure that was refused.
fn note_refusal<P: Platform>(started: &Started<Vgpu<P>>, reason: Refusal) {
    started.device.counters.refused_synchronized_calls.count();
    P::trace(&TraceEvent::refused(reason));
}

/// [`synchronize`] with the control source.
pub(crate) fn control<P: Platform, R>(
    started: &Started<Vgpu<P>>,
    irql: &mut impl AtMostDispatch,
    access: impl FnMut(&mut AtDirql<'_, Control<P>>) -> R,
) -> Result<R, Refusal> {
    synchronize(started, Control::<P>::SOURCE, irql, access)
}

/// [`synchronize`] with the cursor source.
pub(crate) fn cursor<P: Platform, R>(
    started: &Started<Vgpu<P>>,
    irql: &mut impl AtMostDispatch,
    access: impl FnMut(&mut AtDirql<'_, Cursor<P>>) -> R,
) -> Result<R, Refusal> {
    synchronize(started, Cursor::<P>::SOURCE, irql, access)
}

/// [`synchronize`] with the configuration source.
pub(crate) fn config<P: Platform, R>(
    started: &Started<Vgpu<P>>,
    irql: &mut impl AtMostDispatch,
    access: impl FnMut(&mut AtDirql<'_, Config<P>>) -> R,
) -> Result<R, Refusal> {
    synchronize(started, Config::<P>::SOURCE, irql, access)
}

/// Hands what the interrupt routine in front of `access` found to the device's users: see [`control::serve`].
pub(crate) use control::{add, count, drop_waiting, end_all, fail, serve};

/// DxgkDdiDpcRoutine: what interrupt routines left to do. Several may run at once.
pub(crate) fn dpc<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Dispatch<'_>) {
    let device = &started.device;
    device.counters.dpcs.count();
    let signals = device.signals.take();
    if signals & Signals::REPLY != 0 {
        device.replied.set(irql);
    }
    if signals & Signals::FAULT != 0 {
        let fault = control(started, irql, |at| at.fault);
        if let Ok(Some(fault)) = fault {
            P::trace(&TraceEvent::DeviceFailed(fault));
        }
    }
    if signals & Signals::REFUSED != 0 {
        let refused = control(started, irql, |at| at.refused.take());
        if let Ok(Some(failure)) = refused {
            P::trace(&TraceEvent::CommandFailed(Fault::from(failure)));
        }
    }
    if signals & Signals::CONFIG != 0 {
        config_events(started, irql);
    }
}

/// Takes note of the device's configuration events and acknowledges them.
///
/// What they ask for (VIRTIO_GPU_EVENT_DISPLAY: the scanouts have changed) takes commands and is work for PASSIVE_LEVEL.
pub(crate) fn config_events<P: Platform>(
    started: &Started<Vgpu<P>>,
    irql: &mut impl AtMostDispatch,
) {
    let device = &started.device;
    let events = match device.transport.events() {
        Ok(events) => events,
        Err(error) => {
            P::trace(&TraceEvent::CommandFailed(Fault::from(error)));
            return;
        }
    };
    if events == 0 {
        return;
    }
    if config(started, irql, |at| at.events |= events).is_ok() {
        device.counters.config_events.count();
        let _ = device.transport.clear_events(events);
        P::trace(&TraceEvent::ConfigEvent { events });
    }
}
