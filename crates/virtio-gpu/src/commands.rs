//! Batches of commands on a queue: reserved, written, submitted with one kick, and completed one by one.
//!
//! A [`CommandQueue`] is plain data for the state that is shared with the interrupt service routine. The commands themselves
//! lie in slots in a [`Memory`]. The work is split so that little of it is done under the interrupt lock:
//!
//! | step | who holds what | what it touches |
//! | --- | --- | --- |
//! | [`CommandQueue::reserve`] | lock | the queue's own data |
//! | [`Batch::push`] | nothing; one owner | the batch, and slots no one else touches |
//! | [`CommandQueue::submit`] | lock | the queue, rings; the last command's fence |
//! | [`CommandQueue::poll`] | lock, or the ISR | the queue, rings, responses |
//!
//! It does not time anything: who waits too long resets the device and calls [`CommandQueue::abandon`].

mod batch;
mod error;
mod outcome;
mod slot;

pub use batch::{Batch, MAX_BATCH, PushError};
pub use error::{ReserveError, SubmitError};
pub use outcome::{BatchId, Completed, FailedCommand, Failure, Reason, Submitted};
pub use slot::{REQUEST_LEN, SLOT_LEN};

use crate::features::Features;
use crate::memory::{AccessError, Memory, contiguous};
use crate::protocol::CommandType;
use crate::queue::{AddError, Addresses, DeviceError, SetupError, VirtQueue};
use outcome::check_response;
use slot::{bit, chain, slot_offset, table, write_fence};

/// The control queue: 64 commands at a time, in a ring of up to 128.
pub type ControlQueue = CommandQueue<64, 128>;
/// The cursor queue: 16 commands at a time, in a ring of up to 16.
pub type CursorQueue = CommandQueue<16, 16>;

/// How many batches may be outstanding.
const MAX_BATCHES: usize = 16;

/// Where a queue's memory is, as byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The rings: [`crate::queue::rings_len`] bytes, best at a page.
    pub rings: usize,
    /// The slots: [`CommandQueue::SLOTS_LEN`] bytes, a multiple of [`SLOT_LEN`].
    pub slots: usize,
}

/// A command that the device has.
#[derive(Clone, Copy, Debug)]
struct InFlight {
    command: CommandType,
    /// Where its response will be.
    response: usize,
    /// Its fence, or zero.
    fence: u64,
    /// Index of its batch.
    batch: u8,
    /// Its number in the batch.
    position: u8,
}

/// A batch that the device has.
#[derive(Clone, Copy, Debug)]
struct Outstanding {
    id: BatchId,
    tag: u64,
    remaining: u8,
    failure: Option<FailedCommand>,
}

/// A queue of commands with `SLOTS` slots (at most 64) in a ring of up to `DESCRIPTORS`.
///
/// Plain data: no pointers, no drop glue, no allocation. Best made in place: it is a few kilobytes.
#[derive(Debug)]
pub struct CommandQueue<const SLOTS: usize, const DESCRIPTORS: usize> {
    queue: VirtQueue<DESCRIPTORS>,
    slots_at: usize,
    /// A bit for each slot that is there and neither reserved nor in flight.
    free: u64,
    /// A bit for each slot that belongs to a [`Batch`].
    reserved: u64,
    /// A bit for each slot this queue's size allows.
    usable: u64,
    interrupts: bool,
    down: Option<DeviceError>,
    /// Counts resets, so that a batch from before one is known.
    epoch: u32,
    next_id: u32,
    next_fence: u64,
    in_flight: [Option<InFlight>; SLOTS],
    batches: [Option<Outstanding>; MAX_BATCHES],
}

impl<const SLOTS: usize, const DESCRIPTORS: usize> Default for CommandQueue<SLOTS, DESCRIPTORS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SLOTS: usize, const DESCRIPTORS: usize> CommandQueue<SLOTS, DESCRIPTORS> {
    const SLOTS_OK: () = assert!(SLOTS >= 1 && SLOTS <= 64);

    /// Bytes of shared memory that the slots take.
    pub const SLOTS_LEN: usize = SLOTS * SLOT_LEN;
    /// The largest ring size it can use, for [`crate::Transport::queue_size`].
    pub const MAX_SIZE: u16 = VirtQueue::<DESCRIPTORS>::MAX_SIZE;

    /// A queue that is not configured: reserving fails.
    pub const fn new() -> Self {
        let () = Self::SLOTS_OK;
        CommandQueue {
            queue: VirtQueue::new(),
            slots_at: 0,
            free: 0,
            reserved: 0,
            usable: 0,
            interrupts: false,
            down: None,
            epoch: 0,
            next_id: 0,
            next_fence: 1,
            in_flight: [None; SLOTS],
            batches: [None; MAX_BATCHES],
        }
    }

    /// Lays out rings and slots, with interrupts suppressed. After a device reset, and after [`CommandQueue::abandon`] if
    /// it was in use before; whatever was outstanding is forgotten.
    ///
    /// # Errors
    ///
    /// See [`SetupError`]; the queue is then down.
    pub fn configure<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
        place: &Place,
        size: u16,
        features: Features,
    ) -> Result<Addresses, SetupError> {
        self.abandon(|_| {});
        let addresses = self.queue.configure(memory, place.rings, size, features)?;
        // Without indirect descriptors a command and its response take two of the ring's.
        let room = if features.contains(Features::INDIRECT_DESC) {
            usize::from(size)
        } else {
            usize::from(size / 2)
        };
        let slots = room.min(SLOTS);
        if slots == 0 {
            return Err(SetupError::TooSmall { size });
        }
        for slot in 0..slots {
            let at = slot_offset(place.slots, slot).ok_or(AccessError {
                offset: place.slots,
                width: Self::SLOTS_LEN,
            })?;
            let address = contiguous(memory, at, SLOT_LEN)?;
            let alignment = 16;
            if address % alignment != 0 || at & 15 != 0 {
                return Err(SetupError::Misaligned { address, alignment });
            }
        }
        self.slots_at = place.slots;
        self.usable = u64::MAX >> 64usize.saturating_sub(slots).min(63);
        self.free = self.usable & !self.reserved;
        self.interrupts = false;
        self.down = None;
        Ok(addresses)
    }

    /// The most commands a batch can have.
    pub fn max_batch(&self) -> usize {
        MAX_BATCH.min(usize::try_from(self.usable.count_ones()).unwrap_or(0))
    }

    /// How many slots are free.
    pub const fn free_slots(&self) -> u32 {
        self.free.count_ones()
    }

    /// Whether the device has no commands.
    pub const fn is_idle(&self) -> bool {
        self.queue.outstanding() == 0
    }

    /// Why the queue is down, if the device broke its rules.
    pub const fn down(&self) -> Option<DeviceError> {
        self.down
    }

    /// Reserves slots for `count` commands.
    ///
    /// # Errors
    ///
    /// See [`ReserveError`].
    pub fn reserve(&mut self, count: usize, batch: &mut Batch) -> Result<(), ReserveError> {
        if self.down.is_some() || self.usable == 0 {
            return Err(ReserveError::Down);
        }
        if batch.slots != 0 {
            return Err(ReserveError::InUse);
        }
        if count == 0 || count > self.max_batch() {
            return Err(ReserveError::Count);
        }
        let free = self.free.count_ones();
        if usize::try_from(free).unwrap_or(0) < count {
            return Err(ReserveError::Full {
                free: u8::try_from(free).unwrap_or(u8::MAX),
            });
        }
        let mut taken = 0u64;
        for _ in 0..count {
            let left = self.free & !taken;
            // The lowest bit that is set.
            taken |= left & left.wrapping_neg();
        }
        self.free &= !taken;
        self.reserved |= taken;
        batch.open(taken, self.slots_at, self.epoch);
        Ok(())
    }

    /// Gives back the slots of a batch of this queue that will not be submitted. The batch is then empty.
    pub fn release(&mut self, batch: &mut Batch) {
        let slots = core::mem::take(&mut batch.slots) & self.reserved;
        self.reserved &= !slots;
        self.free |= slots & self.usable;
        batch.close();
    }

    /// Hands a batch to the device, its last command fenced if it has a response; `tag` comes back with [`Completed`].
    /// Slots that were reserved but not used are free again, and the batch is empty.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`]: nothing of it was submitted, and the batch is as it was.
    pub fn submit<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
        batch: &mut Batch,
        tag: u64,
    ) -> Result<Submitted, SubmitError> {
        if self.down.is_some() {
            return Err(SubmitError::Down);
        }
        let count = u8::try_from(batch.entries().len()).unwrap_or(u8::MAX);
        if count == 0 {
            return Err(SubmitError::Empty);
        }
        let ours = batch.slots & !self.reserved == 0 && batch.slots_at == self.slots_at;
        if !ours || batch.epoch != self.epoch {
            return Err(SubmitError::Stale);
        }
        let index = self
            .batches
            .iter()
            .position(Option::is_none)
            .ok_or(SubmitError::Full)?;
        let kick = self.add_all(memory, batch, count).inspect_err(|_| {
            self.queue.retract();
        })?;
        self.note_submitted(batch, index, count, tag);
        let id = BatchId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.next_fence = self.next_fence.wrapping_add(1).max(1);
        // The slots that were used are in flight now; the others become free.
        self.release(batch);
        Ok(Submitted { id, kick })
    }

    /// Writes the fence, adds each command's chain, publishes them, and returns whether to kick. On error the chains that
    /// were added are still to be taken back.
    fn add_all<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
        batch: &Batch,
        count: u8,
    ) -> Result<bool, SubmitError> {
        for (entry, position) in batch.entries().iter().zip(0u8..) {
            let slot =
                slot_offset(batch.slots_at, usize::from(entry.slot)).ok_or(SubmitError::Stale)?;
            if entry.is_fenced(position, count) {
                write_fence(memory, slot, self.next_fence).map_err(SubmitError::Access)?;
            }
            let table = table(entry, slot);
            self.queue
                .add(
                    memory,
                    chain(memory, entry, slot),
                    Some(table),
                    u16::from(entry.slot),
                )
                .map_err(|error| match error {
                    AddError::Full => SubmitError::Full,
                    AddError::TooLong | AddError::BadChain => SubmitError::TooScattered,
                    AddError::Access(error) => SubmitError::Access(error),
                })?;
        }
        // Nothing is with the device, so no interrupt can be missed by asking for the next one where this batch ends.
        // Otherwise one has been asked for already, and `poll` asks for the next.
        if self.interrupts
            && self.is_idle()
            && let Err(error) = self.queue.request_interrupt(memory, u16::from(count))
        {
            self.down = Some(error);
            return Err(SubmitError::Down);
        }
        self.queue.publish(memory).map_err(SubmitError::Access)
    }

    /// Remembers what the device now has; the batch keeps the slots it did not use.
    fn note_submitted(&mut self, batch: &mut Batch, index: usize, count: u8, tag: u64) {
        let mut submitted = 0u64;
        for (entry, position) in batch.entries().iter().zip(0u8..) {
            submitted |= bit(entry.slot);
            let fence = if entry.is_fenced(position, count) {
                self.next_fence
            } else {
                0
            };
            if let Some(record) = self.in_flight.get_mut(usize::from(entry.slot)) {
                *record = Some(InFlight {
                    command: entry.command,
                    response: entry.response_at(batch.slots_at),
                    fence,
                    batch: u8::try_from(index).unwrap_or(u8::MAX),
                    position,
                });
            }
        }
        if let Some(record) = self.batches.get_mut(index) {
            *record = Some(Outstanding {
                id: BatchId(self.next_id),
                tag,
                remaining: count,
                failure: None,
            });
        }
        batch.slots &= !submitted;
        self.reserved &= !submitted;
    }

    /// Takes what the device has used until a batch is complete, and returns that; `None` when there is nothing more. Call it
    /// until then: only after `None` is the next interrupt asked for.
    ///
    /// # Errors
    ///
    /// The device broke the queue's rules. The queue is down from then on; what it held comes out of
    /// [`CommandQueue::abandon`] once the device has been reset.
    pub fn poll<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
    ) -> Result<Option<Completed>, DeviceError> {
        if let Some(error) = self.down {
            return Err(error);
        }
        let polled = self.poll_once(memory);
        if let Err(error) = polled {
            self.down = Some(error);
        }
        polled
    }

    fn poll_once<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
    ) -> Result<Option<Completed>, DeviceError> {
        loop {
            match self.queue.pop(memory)? {
                Some(used) => {
                    if let Some(completed) = self.finish(memory, used.token, used.len) {
                        return Ok(Some(completed));
                    }
                }
                None if self.interrupts && self.request_interrupt(memory)? => {}
                None => return Ok(None),
            }
        }
    }

    /// Asks for an interrupt when the device has used as many more commands as the oldest batch still lacks: one interrupt
    /// for each batch if they are used in order, and none lost if not. True if it has already used as many.
    fn request_interrupt<M: Memory + ?Sized>(&mut self, memory: &M) -> Result<bool, DeviceError> {
        let next = self.next_id;
        let oldest = self
            .batches
            .iter()
            .flatten()
            .min_by_key(|batch| batch.id.age_before(next));
        let Some(remaining) = oldest.map(|batch| batch.remaining) else {
            return Ok(false);
        };
        self.queue.request_interrupt(memory, u16::from(remaining))
    }

    /// Notes that the device has used the command in `slot`, and returns its batch if that was the last.
    fn finish<M: Memory + ?Sized>(&mut self, memory: &M, slot: u16, len: u32) -> Option<Completed> {
        let command = self.in_flight.get_mut(usize::from(slot))?.take()?;
        let response = check_response(
            memory,
            command.response,
            command.command,
            command.fence,
            len,
        );
        if let Ok(slot) = u8::try_from(slot) {
            self.free |= bit(slot) & self.usable;
        }
        let record = self.batches.get_mut(usize::from(command.batch))?;
        let batch = record.as_mut()?;
        if let Err(reason) = response {
            // The first in the batch is the one that explains the others.
            if batch
                .failure
                .is_none_or(|failure| command.position < failure.position)
            {
                batch.failure = Some(FailedCommand {
                    position: command.position,
                    command: command.command,
                    reason,
                });
            }
        }
        batch.remaining = batch.remaining.saturating_sub(1);
        if batch.remaining != 0 {
            return None;
        }
        let completed = Completed {
            id: batch.id,
            tag: batch.tag,
            result: batch
                .failure
                .map_or(Ok(()), |failed| Err(Failure::Command(failed))),
        };
        *record = None;
        Some(completed)
    }

    /// Lets the device interrupt, or asks it not to (while the driver polls). Returns whether something may have completed
    /// without an interrupt: then call [`CommandQueue::poll`].
    ///
    /// # Errors
    ///
    /// As [`CommandQueue::poll`].
    pub fn set_interrupts<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
        enabled: bool,
    ) -> Result<bool, DeviceError> {
        self.interrupts = enabled;
        if enabled {
            match self.request_interrupt(memory) {
                // Nothing is outstanding: without EVENT_IDX the flag has to be cleared all the same.
                Ok(false) if self.is_idle() => self.queue.request_interrupt(memory, 1),
                other => other,
            }
        } else {
            self.queue.suppress_interrupts(memory)?;
            Ok(false)
        }
    }

    /// After the device has been reset: reports every outstanding batch as failed, oldest first, and forgets it. The queue
    /// is unconfigured; batches that were reserved keep their slots until they are released.
    pub fn abandon(&mut self, mut each: impl FnMut(Completed)) {
        let next = self.next_id;
        while let Some(record) = self
            .batches
            .iter_mut()
            .filter(|record| record.is_some())
            .min_by_key(|record| record.map(|batch| batch.id.age_before(next)))
        {
            let Some(batch) = record.take() else { break };
            each(Completed {
                id: batch.id,
                tag: batch.tag,
                result: Err(batch.failure.map_or(Failure::Abandoned, Failure::Command)),
            });
        }
        self.in_flight = [None; SLOTS];
        self.queue.forget();
        self.free = 0;
        self.usable = 0;
        self.down = None;
        self.interrupts = false;
        self.epoch = self.epoch.wrapping_add(1);
    }
}
