//! A batch of commands while it is being written: slots that belong to it alone, and what is in them.

use super::slot::{REQUEST_LEN, RESPONSE, RESPONSE_LEN, bit, slot_offset};
use crate::backing::EntryList;
use crate::memory::{AccessError, Memory};
use crate::protocol::{CommandType, Expected, Request};
use core::fmt;

/// The most commands a batch can have: 16 rectangles to transfer and to flush.
pub const MAX_BATCH: usize = 32;

/// A command was not added to the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushError {
    /// As many commands as slots were reserved are in it already.
    Full,
    /// The answer to this command does not fit in a slot, or the place for it is too small.
    ResponseRoom {
        /// How many bytes it needs.
        needed: u32,
    },
    /// The shared memory is not where it should be.
    Access(AccessError),
}

impl From<AccessError> for PushError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the batch has as many commands as were reserved"),
            Self::ResponseRoom { needed } => {
                write!(f, "the answer needs a place of {needed} bytes")
            }
            Self::Access(error) => write!(f, "command memory: {error}"),
        }
    }
}

impl core::error::Error for PushError {}

/// What else belongs to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataKind {
    None,
    /// Bytes the device reads behind the command.
    Carried,
    /// The place for the answer, instead of the slot's.
    Response,
}

/// A command in a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) command: CommandType,
    pub(super) data_at: u32,
    pub(super) data_len: u32,
    /// A place for more descriptors than the slot has room for.
    pub(super) table_at: Option<u32>,
    pub(super) data: DataKind,
    pub(super) slot: u8,
    pub(super) request_len: u8,
}

impl Entry {
    const EMPTY: Self = Entry {
        command: CommandType::GetDisplayInfo,
        data_at: 0,
        data_len: 0,
        table_at: None,
        data: DataKind::None,
        slot: 0,
        request_len: 0,
    };

    /// Whether a command at `position` of `count` carries the batch's fence: the last one, if it is answered at all.
    pub(super) fn is_fenced(&self, position: u8, count: u8) -> bool {
        position.checked_add(1) == Some(count) && self.command.expected() != Expected::Nothing
    }

    /// Where its response will be.
    pub(super) fn response_at(&self, slots_at: usize) -> usize {
        match self.data {
            DataKind::Response => usize::try_from(self.data_at).unwrap_or(usize::MAX),
            _ => slot_offset(slots_at, usize::from(self.slot))
                .and_then(|slot| slot.checked_add(RESPONSE))
                .unwrap_or(usize::MAX),
        }
    }
}

/// Commands on their way to [`super::CommandQueue::submit`].
///
/// An empty batch owns nothing. One that has been reserved owns slots and must be submitted or released; dropping it loses
/// them until the queue is set up anew.
#[derive(Debug)]
pub struct Batch {
    /// The slots it owns.
    pub(super) slots: u64,
    pub(super) slots_at: usize,
    pub(super) epoch: u32,
    len: u8,
    entries: [Entry; MAX_BATCH],
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

impl Batch {
    /// An empty batch, to reserve slots for.
    pub const fn new() -> Self {
        Batch {
            slots: 0,
            slots_at: 0,
            epoch: 0,
            len: 0,
            entries: [Entry::EMPTY; MAX_BATCH],
        }
    }

    pub(super) fn open(&mut self, slots: u64, slots_at: usize, epoch: u32) {
        self.slots = slots;
        self.slots_at = slots_at;
        self.epoch = epoch;
        self.len = 0;
    }

    pub(super) fn close(&mut self) {
        self.slots = 0;
        self.len = 0;
    }

    pub(super) fn entries(&self) -> &[Entry] {
        self.entries.get(..usize::from(self.len)).unwrap_or(&[])
    }

    /// How many commands it has.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Whether it has no commands.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many slots were reserved for it and not submitted or released.
    pub fn reserved(&self) -> usize {
        usize::try_from(self.slots.count_ones()).unwrap_or(0)
    }

    /// Writes a command to the next slot.
    ///
    /// # Errors
    ///
    /// See [`PushError`]; the batch is unchanged. GET_DISPLAY_INFO and GET_EDID need [`Batch::push_with_response`].
    pub fn push<M: Memory + ?Sized, R: Request>(
        &mut self,
        memory: &M,
        request: &R,
    ) -> Result<(), PushError> {
        let room = RESPONSE_LEN as u32;
        match R::COMMAND.expected() {
            Expected::Response { min_len, .. } if min_len > room => {
                Err(PushError::ResponseRoom { needed: min_len })
            }
            _ => self.write(memory, request, DataKind::None, 0, 0),
        }
    }

    /// Writes a command that is followed by the entries in `list`, which lies in the memory given to
    /// [`super::CommandQueue::submit`] and belongs to the device until the batch has completed.
    ///
    /// # Errors
    ///
    /// See [`PushError`]; the batch is unchanged.
    pub fn push_with_data<M: Memory + ?Sized, R: Request>(
        &mut self,
        memory: &M,
        request: &R,
        list: &EntryList,
    ) -> Result<(), PushError> {
        let table_at = match list.table.map(u32::try_from) {
            None => None,
            Some(Ok(at)) => Some(at),
            Some(Err(_)) => {
                let (offset, width) = (list.table.unwrap_or(0), EntryList::TABLE_LEN);
                return Err(AccessError { offset, width }.into());
            }
        };
        self.write(memory, request, DataKind::Carried, list.offset, list.len)?;
        let last = usize::from(self.len).wrapping_sub(1);
        if let Some(entry) = self.entries.get_mut(last) {
            entry.table_at = table_at;
        }
        Ok(())
    }

    /// Writes a command whose answer goes to `len` bytes at `offset` of the memory, which belong to the device until the
    /// batch has completed, and hold the answer if it has succeeded. `offset` is a multiple of 8.
    ///
    /// # Errors
    ///
    /// See [`PushError`]; the batch is unchanged.
    pub fn push_with_response<M: Memory + ?Sized, R: Request>(
        &mut self,
        memory: &M,
        request: &R,
        offset: usize,
        len: u32,
    ) -> Result<(), PushError> {
        match R::COMMAND.expected() {
            Expected::Response { min_len, .. } if len >= min_len => {}
            Expected::Response { min_len, .. } => {
                return Err(PushError::ResponseRoom { needed: min_len });
            }
            Expected::Nothing => return Err(PushError::ResponseRoom { needed: 0 }),
        }
        memory.write_bytes(offset, &[0; RESPONSE_LEN])?;
        self.write(memory, request, DataKind::Response, offset, len)
    }

    fn write<M: Memory + ?Sized, R: Request>(
        &mut self,
        memory: &M,
        request: &R,
        data: DataKind,
        data_at: usize,
        data_len: u32,
    ) -> Result<(), PushError> {
        const { assert!(size_of::<R>() <= REQUEST_LEN) };
        let slot = self.next_slot().ok_or(PushError::Full)?;
        let bad = AccessError {
            offset: data_at,
            width: 0,
        };
        let at = slot_offset(self.slots_at, usize::from(slot)).ok_or(bad)?;
        let data_at = u32::try_from(data_at).map_err(|_| bad)?;
        let bytes = request.as_bytes();
        memory.write_bytes(at, bytes)?;
        // What the device leaves out must not look like an earlier answer.
        memory.write_bytes(at.saturating_add(RESPONSE), &[0; RESPONSE_LEN])?;
        let entry = self
            .entries
            .get_mut(usize::from(self.len))
            .ok_or(PushError::Full)?;
        *entry = Entry {
            command: R::COMMAND,
            data_at,
            data_len,
            table_at: None,
            data,
            slot,
            request_len: u8::try_from(bytes.len()).unwrap_or(u8::MAX),
        };
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    /// The lowest reserved slot without a command.
    fn next_slot(&self) -> Option<u8> {
        let used = self
            .entries()
            .iter()
            .fold(0u64, |mask, entry| mask | bit(entry.slot));
        let left = self.slots & !used;
        (left != 0)
            .then(|| u8::try_from(left.trailing_zeros()).ok())
            .flatten()
    }
}
