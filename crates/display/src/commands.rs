//! Commands whose answer is waited for, at PASSIVE_LEVEL and by one thread at a time.
//!
//! A batch is submitted in a synchronized closure; the interrupt routine keeps its answer, and the DPC wakes the waiter. A
//! device that does not answer in time is reset and not used any more: only then may what it was given be freed.

use dxgk::adapter::Started;
use dxgk::irql::Passive;
use virtio_gpu::Memory;
use virtio_gpu::commands::{Batch, Failure, PushError, ReserveError, SubmitError};

use crate::bring_up::reserve_fault;
use crate::interrupts::{ControlState, Tag, control, end_all, fail, serve};
use crate::{Fault, Platform, Vgpu};
use dxgk::status::Status;

/// How long to wait for room and for the answer, together, in microseconds: three seconds. Threads that stay in the driver
/// for five are a TDR (PRESENT/tdr-limits-and-simulation).
const PATIENCE: u32 = 3_000_000;
/// How long to wait between two looks for an answer, in microseconds. An interrupt ends it sooner.
const LOOK_PAUSE: u32 = 100_000;
/// How long to sleep between two looks for room in a full queue, in microseconds. Windows' clock ticks every 15.6 ms unless
/// somebody wants it to tick faster, and a shorter sleep ends no sooner.
const ROOM_PAUSE: u32 = 20_000;

/// Why commands were not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// The device has not seen them, or does not exist any more for the driver.
    Fault(Fault),
    /// The device has done them, and at least one of them not well.
    Failed(Failure),
}

impl From<Fault> for NotDone {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<NotDone> for Fault {
    fn from(reason: NotDone) -> Self {
        match reason {
            NotDone::Fault(fault) => fault,
            NotDone::Failed(failure) => failure.into(),
        }
    }
}

/// Numbers the waits, so that a late answer is not taken for another's. Who holds it is the only one who waits.
#[derive(Debug)]
pub(crate) struct Waits(u32);

impl Waits {
    pub(crate) const fn new() -> Self {
        Self(0)
    }

    const fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

/// How long somebody goes on waiting, in microseconds.
struct Patience(u32);

impl Patience {
    /// Takes off what `wait`, which is to take `pause`, has taken by the clock; or says that there is no patience left.
    ///
    /// It costs no more than twice the pause, since the clock goes on while the host holds the guest up, and no less than a
    /// tenth, so that there is an end even if the clock stands still.
    fn spend<P: Platform>(&mut self, pause: u32, wait: impl FnOnce()) -> Result<(), ()> {
        if self.0 == 0 {
            return Err(());
        }
        let begin = P::time();
        wait();
        let taken = P::time().saturating_sub(begin) / 10;
        let taken = u32::try_from(taken).unwrap_or(u32::MAX);
        let cost = taken.clamp(pause / 10, pause.saturating_mul(2));
        self.0 = self.0.saturating_sub(cost);
        Ok(())
    }
}

/// Memory in so many pieces that the queue, which may be small, has no room for their list.
const TOO_SCATTERED: Fault = Fault::new("memory too scattered", Status::INSUFFICIENT_RESOURCES);

/// The device was given up, and the port refused to let anybody know why.
const GIVEN_UP: Fault = Fault::new("device given up", Status::IO_DEVICE_ERROR);

/// Why a batch was not submitted.
#[derive(Clone, Copy)]
enum NotSubmitted {
    NoRoom,
    Fault(Fault),
    /// The device is not used any more.
    Down(Fault),
}

/// Has the device do the `count` commands that `fill` writes, and waits until it has.
///
/// Whatever comes back, the device does not use what the commands referred to any more unless they told it to.
#[inline(never)]
pub(crate) fn run<P: Platform>(
    started: &Started<Vgpu<P>>,
    waits: &mut Waits,
    memory: &impl Memory,
    irql: &mut Passive<'_>,
    count: usize,
    fill: impl Fn(&mut Batch) -> Result<(), PushError>,
) -> Result<(), NotDone> {
    let device = &started.device;
    if device.is_quiet() {
        return Err(NotDone::Fault(why_quiet(started, irql)));
    }
    let ticket = waits.next();
    let mut patience = Patience(PATIENCE);
    device.replied.clear(irql);
    let kick = loop {
        let submitted = control(started, irql, |at| submit(at, memory, ticket, count, &fill));
        match submitted {
            Ok(Ok(kick)) => break kick,
            Ok(Err(NotSubmitted::Fault(fault))) => return Err(NotDone::Fault(fault)),
            Ok(Err(NotSubmitted::Down(fault))) => {
                // Found out by an interrupt routine, which can't wait for a reset.
                device.quiesce(&started.interface, irql);
                return Err(NotDone::Fault(fault));
            }
            Ok(Err(NotSubmitted::NoRoom)) => {
                let spent = patience.spend::<P>(ROOM_PAUSE, || P::delay(irql, ROOM_PAUSE));
                if spent.is_err() {
                    return Err(give_up(started, Fault::timeout("queue stays full"), irql));
                }
            }
            Err(refusal) => return Err(NotDone::Fault(refusal.into())),
        }
    };
    if kick {
        device.kick_control();
    }
    loop {
        // There is always one look after the last wait.
        let spent = patience.spend::<P>(LOOK_PAUSE, || {
            let _ = device.replied.wait(LOOK_PAUSE, irql);
        });
        device.replied.clear(irql);
        // Also when no interrupt came: the device may have answered all the same.
        let reply = control(started, irql, |at| {
            serve(at, device);
            at.reply.take()
        });
        match reply {
            Ok(Some(result)) => return result.map_err(NotDone::Failed),
            Ok(None) if spent.is_ok() => {}
            Ok(None) => return Err(give_up(started, Fault::timeout("no answer"), irql)),
            Err(refusal) => return Err(give_up(started, refusal.into(), irql)),
        }
    }
}

/// At DIRQL: reserves, writes and submits. Says whether to kick.
fn submit(
    state: &mut ControlState,
    memory: &impl Memory,
    ticket: u32,
    count: usize,
    fill: &impl Fn(&mut Batch) -> Result<(), PushError>,
) -> Result<bool, NotSubmitted> {
    if let Some(fault) = state.fault {
        return Err(NotSubmitted::Down(fault));
    }
    let mut batch = Batch::new();
    let no_room = no_room(state);
    match state.queue.reserve(count, &mut batch) {
        Ok(()) => {}
        Err(ReserveError::Full { .. }) => return Err(no_room),
        Err(error) => return Err(NotSubmitted::Fault(reserve_fault(error))),
    }
    let tag = Tag::Commands(ticket).number();
    let submitted = match fill(&mut batch) {
        Ok(()) => state
            .queue
            .submit(memory, &mut batch, tag)
            .map_err(|error| match error {
                SubmitError::Full => no_room,
                SubmitError::TooScattered => NotSubmitted::Fault(TOO_SCATTERED),
                _ => NotSubmitted::Fault(Fault::new("queue refuses", Status::UNSUCCESSFUL)),
            }),
        Err(error) => Err(NotSubmitted::Fault(error.into())),
    };
    match submitted {
        Ok(submitted) => {
            state.awaited = Some(ticket);
            state.reply = None;
            state.totals.commands_sent(count, submitted.kick);
            Ok(submitted.kick)
        }
        Err(reason) => {
            state.queue.release(&mut batch);
            Err(reason)
        }
    }
}

/// What a queue without room means: wait, if the device still has something to do; if it has nothing, there will never be
/// more room.
const fn no_room(state: &ControlState) -> NotSubmitted {
    if state.queue.is_idle() {
        NotSubmitted::Fault(TOO_SCATTERED)
    } else {
        NotSubmitted::NoRoom
    }
}

/// Why the device has been reset. Also makes up for what a refusing port has kept from being done then: nothing is under
/// way any more.
fn why_quiet<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Passive<'_>) -> Fault {
    let known = control(started, irql, |at| {
        let fault = *at.fault.get_or_insert(GIVEN_UP);
        end_all(at, &started.device);
        fault
    });
    known.unwrap_or(GIVEN_UP)
}

/// Gives the device up: nothing more is sent, what is outstanding has failed, and the device is reset, so that it does not
/// use anything any more that it was given.
pub(crate) fn give_up<P: Platform>(
    started: &Started<Vgpu<P>>,
    fault: Fault,
    irql: &mut Passive<'_>,
) -> NotDone {
    let _ = control(started, irql, |at| fail(at, &started.device, fault));
    started.device.quiesce(&started.interface, irql);
    NotDone::Fault(fault)
}
