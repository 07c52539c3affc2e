//! The control source: commands under way, frames that wait for room, and what was done.

use dxgk::interrupt::{AtDirql, Cause, Notify};
use dxgk::present::{PendingPresents, Presented};
use virtio_gpu::commands::{Completed, ControlQueue, Failure};

use super::{Control, QUEUE, Tally};
use crate::device::{Device, Signals};
use crate::frame::{Frame, NotSent, Sent, send};
use crate::{Fault, Platform};

/// What a batch is, in the number that comes back with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// So many presents.
    Presents(u32),
    /// Commands that somebody waits for, by the number of the wait.
    Commands(u32),
}

impl Tag {
    const COMMANDS: u64 = 1 << 32;

    pub(crate) const fn number(self) -> u64 {
        match self {
            Self::Presents(presents) => presents as u64,
            Self::Commands(ticket) => Self::COMMANDS | ticket as u64,
        }
    }

    const fn from_number(number: u64) -> Self {
        if number & Self::COMMANDS == 0 {
            Self::Presents(number as u32)
        } else {
            Self::Commands(number as u32)
        }
    }
}

/// What was done since the start. All of it changes under the control source's lock only, so it is always consistent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) idle_interrupts: u64,
    pub(crate) notifications: u64,
    pub(crate) frames_submitted: u64,
    pub(crate) frames_completed: u64,
    pub(crate) frames_failed: u64,
    pub(crate) frames_deferred: u64,
    pub(crate) batches: u64,
    pub(crate) commands: u64,
    pub(crate) kicks: u64,
    pub(crate) bytes_transferred: u64,
    pub(crate) dirty_bytes: u64,
    pub(crate) device_errors: u64,
}

impl Totals {
    const NONE: Self = Self {
        idle_interrupts: 0,
        notifications: 0,
        frames_submitted: 0,
        frames_completed: 0,
        frames_failed: 0,
        frames_deferred: 0,
        batches: 0,
        commands: 0,
        kicks: 0,
        bytes_transferred: 0,
        dirty_bytes: 0,
        device_errors: 0,
    };

    pub(crate) fn sent(&mut self, sent: &Sent) {
        count(&mut self.batches);
        add(&mut self.commands, sent.commands);
        add(&mut self.kicks, u64::from(sent.kick));
        add(&mut self.bytes_transferred, sent.bytes);
    }

    /// A batch that somebody waits for was handed to the device.
    pub(crate) fn commands_sent(&mut self, commands: usize, kick: bool) {
        self.sent(&Sent {
            commands: commands as u64,
            bytes: 0,
            kick,
        });
    }

    fn ended(&mut self, outcome: Presented, presents: u32) {
        let ended = match outcome {
            Presented::Complete => &mut self.frames_completed,
            Presented::Failed => &mut self.frames_failed,
        };
        add(ended, u64::from(presents));
    }
}

pub(crate) fn count(counter: &mut u64) {
    add(counter, 1);
}

pub(crate) fn add(counter: &mut u64, more: u64) {
    *counter = counter.wrapping_add(more);
}

/// What the control source's interrupt routine shares with the rest of the driver.
#[derive(Debug)]
pub struct ControlState {
    pub(crate) queue: ControlQueue,
    pub(crate) totals: Totals,
    pub(crate) tally: Tally,
    /// The wait whose answer is expected, and the answer when it is there.
    pub(crate) awaited: Option<u32>,
    pub(crate) reply: Option<Result<(), Failure>>,
    /// Every present whose progress is not reported yet, whether the device has it or it waits.
    pub(crate) pending: PendingPresents,
    /// Presents that wait for room in the queue.
    pub(crate) waiting: Frame,
    /// Why the first present since the last look was not brought to the screen, for the trace.
    pub(crate) refused: Option<Failure>,
    /// Why the device is not used any more.
    pub(crate) fault: Option<Fault>,
}

impl ControlState {
    pub(crate) const INITIAL: Self = Self {
        queue: ControlQueue::new(),
        totals: Totals::NONE,
        tally: Tally::NONE,
        awaited: None,
        reply: None,
        pending: PendingPresents::NONE,
        waiting: Frame::NONE,
        refused: None,
        fault: None,
    };
}

/// The interrupt routine.
pub(super) fn interrupt<P: Platform>(
    at: &mut AtDirql<'_, Control<P>>,
    device: &Device<P>,
    cause: Cause,
) {
    at.tally.interrupt();
    if matches!(cause, Cause::Line(status) if status & QUEUE == 0) {
        return;
    }
    if !serve(at, device) {
        count(&mut at.totals.idle_interrupts);
    }
}

/// Takes what the device has done: reports presents, keeps the answer that somebody waits for, and sends what waited for
/// room. Says whether there was anything.
///
/// Runs at DIRQL with the lock held; its work is bounded by what was outstanding.
pub(crate) fn serve<P: Platform>(at: &mut AtDirql<'_, Control<P>>, device: &Device<P>) -> bool {
    // Before it was brought up the line may still say what the firmware has left.
    if at.fault.is_some() || device.brought().is_err() {
        return false;
    }
    let mut any = false;
    loop {
        match at.queue.poll(&device.memory) {
            Ok(Some(completed)) => {
                any = true;
                complete(at, device, completed);
            }
            Ok(None) => break,
            Err(error) => {
                fail(at, device, Fault::from(error));
                return true;
            }
        }
    }
    if at.waiting.presents != 0 {
        send_waiting(at, device);
    }
    any
}

/// A batch has ended.
fn complete<P: Platform>(
    at: &mut AtDirql<'_, Control<P>>,
    device: &Device<P>,
    completed: Completed,
) {
    if completed.result.is_err() {
        count(&mut at.totals.device_errors);
    }
    match Tag::from_number(completed.tag) {
        Tag::Presents(presents) => {
            let outcome = match completed.result {
                Ok(()) => Presented::Complete,
                Err(failure) => {
                    at.refused.get_or_insert(failure);
                    device.signals.raise(Signals::REFUSED);
                    Presented::Failed
                }
            };
            report(at, device, presents, outcome);
        }
        Tag::Commands(ticket) => {
            if at.awaited == Some(ticket) {
                at.reply = Some(completed.result);
                device.signals.raise(Signals::REPLY);
                at.queue_dpc();
            }
        }
    }
}

/// Tells dxgkrnl how presents ended, unless they have ended in their calls.
fn report<P: Platform>(
    at: &mut AtDirql<'_, Control<P>>,
    device: &Device<P>,
    presents: u32,
    outcome: Presented,
) {
    at.totals.ended(outcome, presents);
    if device.settings.present_at_once {
        if outcome == Presented::Failed && presents != 0 {
            // Only the trace tells of it.
            at.queue_dpc();
        }
        return;
    }
    add(&mut at.totals.notifications, u64::from(presents));
    for _ in 0..presents {
        if let Some(present) = at.pending.take_one() {
            at.notify(present.ended(outcome));
        }
    }
}

/// There may be room for the presents that wait.
fn send_waiting<P: Platform>(at: &mut AtDirql<'_, Control<P>>, device: &Device<P>) {
    let state = &mut **at;
    let tag = Tag::Presents(state.waiting.presents).number();
    match send(&mut state.queue, &device.memory, &state.waiting, tag) {
        Ok(sent) => {
            state.totals.sent(&sent);
            state.waiting.presents = 0;
            if sent.kick {
                device.kick_control();
            }
        }
        Err(NotSent::NoRoom) => {}
        Err(NotSent::Down) => drop_waiting(at, device, Presented::Failed),
    }
}

/// Ends the presents that wait for room without sending them.
pub(crate) fn drop_waiting<P: Platform>(
    at: &mut AtDirql<'_, Control<P>>,
    device: &Device<P>,
    outcome: Presented,
) {
    let presents = core::mem::take(&mut at.waiting.presents);
    report(at, device, presents, outcome);
}

/// Gives the device up: what is outstanding has failed, and nothing more is sent. The device may still reach the memory it
/// was given, which therefore stays as it is until the device has been reset.
pub(crate) fn fail<P: Platform>(
    at: &mut AtDirql<'_, Control<P>>,
    device: &Device<P>,
    fault: Fault,
) {
    if at.fault.is_some() {
        return;
    }
    at.fault = Some(fault);
    count(&mut at.totals.device_errors);
    let _ = device.transport.fail();
    end_all(at, device);
    device.signals.raise(Signals::FAULT);
    at.queue_dpc();
}

/// Ends everything that is outstanding, as failed.
pub(crate) fn end_all<P: Platform>(at: &mut AtDirql<'_, Control<P>>, device: &Device<P>) {
    let state = &mut **at;
    let (mut presents, mut reply) = (0u32, None);
    let awaited = state.awaited;
    state
        .queue
        .abandon(|completed| match Tag::from_number(completed.tag) {
            Tag::Presents(more) => presents = presents.saturating_add(more),
            Tag::Commands(ticket) if awaited == Some(ticket) => reply = Some(completed.result),
            Tag::Commands(_) => {}
        });
    if reply.is_some() {
        state.reply = reply;
        device.signals.raise(Signals::REPLY);
        at.queue_dpc();
    }
    report(at, device, presents, Presented::Failed);
    drop_waiting(at, device, Presented::Failed);
}
