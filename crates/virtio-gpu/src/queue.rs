//! A split virtqueue (VIRTIO 1.2, 2.7) as plain data: what the driver remembers is here, the rings are in a [`Memory`] that
//! every call is given.
//!
//! The device can write anywhere in the rings, so nothing that steers the driver is ever read back from them: descriptor
//! chains, their order and their lengths are remembered privately, and the only things read are `used.idx`, used elements,
//! `used.flags` and `avail_event`. It never allocates, never waits and never kicks: it says when a kick is due.

mod chain;
mod error;
mod memory_layout;

pub use chain::Buffer;
pub use error::{AddError, DeviceError};
pub use memory_layout::{Addresses, SetupError, rings_len};

use crate::features::Features;
use crate::memory::{AccessError, Memory, Segment, contiguous};
use chain::{Measure, write_descriptor};
use core::sync::atomic::{Ordering, fence};
pub(crate) use memory_layout::DESCRIPTOR_LEN;
use memory_layout::Rings;
use virtio::virtq::{AvailF, DescF, UsedF};

/// A place for the descriptors of one chain, if INDIRECT_DESC was negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Byte offset in the memory, a multiple of 8. The caller keeps it alone until the chain has been popped.
    pub offset: usize,
    /// How many descriptors fit.
    pub capacity: u16,
}

/// A chain the device has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// What [`VirtQueue::add`] was given.
    pub token: u16,
    /// How many bytes the device says it wrote; not more than the chain has writable ones.
    pub len: u32,
}

/// What the driver remembers of one descriptor; of a chain, at its head.
#[derive(Clone, Copy, Debug)]
struct Descriptor {
    /// The next in the chain or in the free list.
    next: u16,
    /// How many ring descriptors the chain has, if this is the head of one.
    count: u16,
    /// What the caller calls the chain.
    token: u16,
    /// At the head of a chain that is not published: the next such head. Once it is: [`PUBLISHED`]. Otherwise [`NONE`].
    pending: u16,
    /// How many bytes the device may write.
    writable: u32,
}

/// The end of a list of descriptors; no index is that large.
const NONE: u16 = u16::MAX;
/// In [`Descriptor::pending`]: the device has the chain.
const PUBLISHED: u16 = u16::MAX - 1;

const FREE: Descriptor = Descriptor {
    next: NONE,
    count: 0,
    token: 0,
    pending: NONE,
    writable: 0,
};

/// A split virtqueue with up to `CAPACITY` descriptors.
///
/// Plain data: no pointers, no drop glue. It starts unconfigured, and every use then fails.
#[derive(Debug)]
pub struct VirtQueue<const CAPACITY: usize> {
    rings: Rings,
    event_idx: bool,
    indirect: bool,
    free_head: u16,
    free: u16,
    /// Heads of chains added since the last publish, newest first.
    pending_head: u16,
    /// The available index with those chains.
    added: u16,
    /// The available index the device sees.
    published: u16,
    last_used: u16,
    descriptors: [Descriptor; CAPACITY],
}

impl<const CAPACITY: usize> Default for VirtQueue<CAPACITY> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const CAPACITY: usize> VirtQueue<CAPACITY> {
    const CAPACITY_OK: () = assert!(CAPACITY.is_power_of_two() && CAPACITY <= 32768);

    /// The largest size it can be configured with.
    pub const MAX_SIZE: u16 = {
        let () = Self::CAPACITY_OK;
        CAPACITY as u16
    };

    /// An unconfigured queue.
    pub const fn new() -> Self {
        let () = Self::CAPACITY_OK;
        VirtQueue {
            rings: Rings::NOWHERE,
            event_idx: false,
            indirect: false,
            free_head: NONE,
            free: 0,
            pending_head: NONE,
            added: 0,
            published: 0,
            last_used: 0,
            descriptors: [FREE; CAPACITY],
        }
    }

    /// Lays the rings out at `offset` of `memory` ([`rings_len`] bytes), clears them, and forgets whatever the queue held.
    /// Interrupts are suppressed at first. Returns what [`crate::Transport::enable_queue`] needs.
    ///
    /// Only while the device does not use the queue: after a reset.
    ///
    /// # Errors
    ///
    /// See [`SetupError`]; the queue is then unconfigured.
    pub fn configure<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
        offset: usize,
        size: u16,
        features: Features,
    ) -> Result<Addresses, SetupError> {
        self.forget();
        if size > Self::MAX_SIZE {
            return Err(SetupError::Size { size });
        }
        let (rings, addresses) = Rings::lay_out(memory, offset, size)?;
        self.event_idx = features.contains(Features::EVENT_IDX);
        self.indirect = features.contains(Features::INDIRECT_DESC);
        for (index, descriptor) in (0u16..).zip(&mut self.descriptors) {
            let next = index.saturating_add(1);
            *descriptor = Descriptor {
                next: if next < size { next } else { NONE },
                ..FREE
            };
        }
        self.free_head = 0;
        self.free = size;
        self.rings = rings;
        self.suppress_interrupts(memory)
            .map_err(SetupError::Access)?;
        Ok(addresses)
    }

    /// Makes the queue unconfigured again. Only once the device has been reset.
    pub fn forget(&mut self) {
        self.rings = Rings::NOWHERE;
        self.free = 0;
        self.free_head = NONE;
        self.pending_head = NONE;
        self.added = 0;
        self.published = 0;
        self.last_used = 0;
    }

    /// The size it was configured with; zero if it was not.
    pub const fn size(&self) -> u16 {
        self.rings.size
    }

    /// How many ring descriptors are free.
    pub const fn free_descriptors(&self) -> u16 {
        self.free
    }

    /// How many chains the device has that have not been popped.
    pub const fn outstanding(&self) -> u16 {
        self.published.wrapping_sub(self.last_used)
    }

    /// Adds a chain under the name `token`. The device does not see it before [`VirtQueue::publish`].
    ///
    /// With INDIRECT_DESC negotiated and `table` large enough, a chain of several buffers takes one descriptor of the ring.
    /// The buffers and the table stay the device's until the chain is popped or the device is reset.
    ///
    /// # Errors
    ///
    /// See [`AddError`]; the queue is unchanged.
    pub fn add<M, C>(
        &mut self,
        memory: &M,
        chain: C,
        table: Option<Table>,
        token: u16,
    ) -> Result<(), AddError>
    where
        M: Memory + ?Sized,
        C: Iterator<Item = Result<Buffer, AccessError>> + Clone,
    {
        let measure = Measure::of(chain.clone())?;
        let table = table
            .filter(|table| self.indirect && measure.count > 1 && table.capacity >= measure.count);
        let needed = match table {
            Some(_) => 1,
            None => measure.count,
        };
        if measure.count > self.size() {
            return Err(AddError::TooLong);
        }
        if needed > self.free {
            return Err(AddError::Full);
        }
        let head = self.free_head;
        let after = match table {
            Some(table) => self.write_indirect(memory, chain, table, measure.count)?,
            None => self.write_direct(memory, chain, measure.count)?,
        };
        memory.write_u16(self.rings.available_entry(self.added)?, head)?;
        // Everything is written; from here on nothing fails.
        let pending = self.pending_head;
        let Some(descriptor) = self.descriptor_mut(head) else {
            return Err(AddError::Full);
        };
        descriptor.count = needed;
        descriptor.token = token;
        descriptor.pending = pending;
        descriptor.writable = measure.writable;
        self.pending_head = head;
        self.free_head = after;
        self.free = self.free.saturating_sub(needed);
        self.added = self.added.wrapping_add(1);
        Ok(())
    }

    /// Writes a chain to the first free descriptors and returns the free one after them.
    fn write_direct<M, C>(&self, memory: &M, chain: C, count: u16) -> Result<u16, AddError>
    where
        M: Memory + ?Sized,
        C: Iterator<Item = Result<Buffer, AccessError>>,
    {
        let mut at = self.free_head;
        for (position, buffer) in (1u16..=count).zip(chain) {
            let next = self.descriptor(at).ok_or(AddError::Full)?.next;
            let (flags, link) = if position < count {
                (DescF::NEXT, next)
            } else {
                (DescF::empty(), 0)
            };
            write_descriptor(memory, self.rings.descriptor(at)?, buffer?, flags, link)?;
            at = next;
        }
        Ok(at)
    }

    /// Writes a chain to `table`, and the first free descriptor to point to it; returns the free one after that.
    fn write_indirect<M, C>(
        &self,
        memory: &M,
        chain: C,
        table: Table,
        count: u16,
    ) -> Result<u16, AddError>
    where
        M: Memory + ?Sized,
        C: Iterator<Item = Result<Buffer, AccessError>>,
    {
        let len = usize::from(count).saturating_mul(DESCRIPTOR_LEN);
        let address = contiguous(memory, table.offset, len)?;
        let mut at = table.offset;
        for (position, buffer) in (1u16..=count).zip(chain) {
            let (flags, link) = if position < count {
                (DescF::NEXT, position)
            } else {
                (DescF::empty(), 0)
            };
            write_descriptor(memory, at, buffer?, flags, link)?;
            at = at.saturating_add(DESCRIPTOR_LEN);
        }
        let whole = Buffer {
            segment: Segment {
                address,
                len: u32::from(count).saturating_mul(DESCRIPTOR_LEN as u32),
            },
            writable: false,
        };
        let head = self.free_head;
        write_descriptor(
            memory,
            self.rings.descriptor(head)?,
            whole,
            DescF::INDIRECT,
            0,
        )?;
        Ok(self.descriptor(head).ok_or(AddError::Full)?.next)
    }

    /// Takes back every chain added since the last publish. The device has not seen them.
    pub fn retract(&mut self) {
        let mut head = self.pending_head;
        while let Some(descriptor) = self.descriptor(head) {
            let next = descriptor.pending;
            self.release(head);
            head = next;
        }
        self.pending_head = NONE;
        self.added = self.published;
    }

    /// Shows the device every chain added since the last time, and returns whether it wants to be notified.
    ///
    /// # Errors
    ///
    /// The rings are not where they should be.
    pub fn publish<M: Memory + ?Sized>(&mut self, memory: &M) -> Result<bool, AccessError> {
        if self.added == self.published {
            return Ok(false);
        }
        // Descriptors and ring entries before the index (2.7.13.3), ...
        fence(Ordering::Release);
        memory.write_u16(self.rings.available_index()?, self.added)?;
        let mut head = self.pending_head;
        while let Some(descriptor) = self.descriptor_mut(head) {
            head = core::mem::replace(&mut descriptor.pending, PUBLISHED);
        }
        self.pending_head = NONE;
        let old = core::mem::replace(&mut self.published, self.added);
        // ... and the index before the device's wish not to be notified is read (2.7.13.4.1).
        fence(Ordering::SeqCst);
        if self.event_idx {
            let event = memory.read_u16(self.rings.available_event()?)?;
            Ok(passed(event, self.published, old))
        } else {
            let flags = memory.read_u16(self.rings.used_flags()?)?;
            Ok(flags & UsedF::NO_NOTIFY.bits().to_ne() == 0)
        }
    }

    /// Takes one used chain, if there is one. Its descriptors are free again.
    ///
    /// # Errors
    ///
    /// See [`DeviceError`]. The queue must not be used any more until it is configured again.
    pub fn pop<M: Memory + ?Sized>(&mut self, memory: &M) -> Result<Option<Used>, DeviceError> {
        if self.used_ahead(memory)? == 0 {
            return Ok(None);
        }
        // The index before what it covers.
        fence(Ordering::Acquire);
        let element = self.rings.used_element(self.last_used)?;
        let id = memory.read_u32(element)?;
        let len = memory.read_u32(element.saturating_add(4))?;
        let head = u16::try_from(id).map_err(|_| DeviceError::UsedId { id })?;
        let chain = self
            .descriptor(head)
            .filter(|chain| chain.pending == PUBLISHED)
            .ok_or(DeviceError::UsedId { id })?;
        let (token, writable) = (chain.token, chain.writable);
        if len > writable {
            return Err(DeviceError::UsedLength {
                id: head,
                len,
                writable,
            });
        }
        self.release(head);
        self.last_used = self.last_used.wrapping_add(1);
        Ok(Some(Used { token, len }))
    }

    /// How many used chains wait to be popped, checked against how many there can be.
    fn used_ahead<M: Memory + ?Sized>(&self, memory: &M) -> Result<u16, DeviceError> {
        let index = memory.read_u16(self.rings.used_index()?)?;
        let ahead = index.wrapping_sub(self.last_used);
        if ahead > self.outstanding() {
            return Err(DeviceError::UsedIndex {
                index,
                last: self.last_used,
                outstanding: self.outstanding(),
            });
        }
        Ok(ahead)
    }

    /// Asks for an interrupt once the device has used `after` more chains than were popped (at least one), and returns
    /// whether it already has: then no interrupt may come for them, and the caller pops again before it leaves.
    ///
    /// Without EVENT_IDX the device interrupts for every chain; the answer means the same.
    ///
    /// # Errors
    ///
    /// As [`VirtQueue::pop`].
    pub fn request_interrupt<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
        after: u16,
    ) -> Result<bool, DeviceError> {
        let after = after.max(1);
        if self.event_idx {
            // The device interrupts when the used index passes this one (2.7.7.2).
            let event = self.last_used.wrapping_add(after).wrapping_sub(1);
            memory.write_u16(self.rings.used_event()?, event)?;
        } else {
            memory.write_u16(self.rings.available_flags()?, 0)?;
        }
        // The wish before the look: either the device sees the one or we see what it did.
        fence(Ordering::SeqCst);
        Ok(self.used_ahead(memory)? >= after)
    }

    /// Asks the device not to interrupt. It may all the same.
    ///
    /// # Errors
    ///
    /// The rings are not where they should be.
    pub fn suppress_interrupts<M: Memory + ?Sized>(
        &mut self,
        memory: &M,
    ) -> Result<(), AccessError> {
        if self.event_idx {
            // With EVENT_IDX the flag must stay zero (2.7.7.1). An index that was just passed is not passed again for
            // 65535 chains.
            let event = self.last_used.wrapping_sub(1);
            memory.write_u16(self.rings.used_event()?, event)
        } else {
            let flag = AvailF::NO_INTERRUPT.bits().to_ne();
            memory.write_u16(self.rings.available_flags()?, flag)
        }
    }

    /// Gives a chain's descriptors back to the free list.
    fn release(&mut self, head: u16) {
        let Some(first) = self.descriptor_mut(head) else {
            return;
        };
        let count = core::mem::take(&mut first.count);
        first.pending = NONE;
        let mut last = head;
        for _ in 1..count {
            if let Some(descriptor) = self.descriptor(last) {
                last = descriptor.next;
            }
        }
        let free = self.free_head;
        if let Some(descriptor) = self.descriptor_mut(last) {
            descriptor.next = free;
        }
        self.free_head = head;
        self.free = self.free.saturating_add(count);
    }

    /// What is remembered of a descriptor of the ring.
    fn descriptor(&self, index: u16) -> Option<&Descriptor> {
        if index >= self.size() {
            return None;
        }
        self.descriptors.get(usize::from(index))
    }

    fn descriptor_mut(&mut self, index: u16) -> Option<&mut Descriptor> {
        if index >= self.size() {
            return None;
        }
        self.descriptors.get_mut(usize::from(index))
    }
}

/// Whether going from `old` to `new` passed `event`: `vring_need_event` of VIRTIO 1.2, 2.7.7 and 2.7.10, modulo 65536.
pub const fn passed(event: u16, new: u16, old: u16) -> bool {
    new.wrapping_sub(event).wrapping_sub(1) < new.wrapping_sub(old)
}
