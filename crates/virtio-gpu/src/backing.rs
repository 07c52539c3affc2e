//! Writes the entries of RESOURCE_ATTACH_BACKING: the runs of guest memory behind a resource.
//!
//! The entries go to a place in shared memory that the caller owns until the command has completed; adjacent pages are
//! joined. Nothing here sends a command.

use crate::memory::{AccessError, Memory, Segment};
use crate::protocol::MemEntry;
use core::fmt;
use zerocopy::IntoBytes;
use zerocopy::little_endian::{U32, U64};

/// The most entries a command may carry. QEMU refuses more than 16384 (`virtio_gpu_create_mapping_iov`).
pub const MAX_ENTRIES: u32 = 16384;

/// Where a list of entries lies, ready for [`crate::commands::Batch::push_with_data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryList {
    /// Byte offset in the memory it was written to.
    pub offset: usize,
    /// Length in bytes.
    pub len: u32,
    /// How many entries it has, for [`crate::protocol::ResourceAttachBacking::new`].
    pub entries: u32,
    /// Byte offset of a place for the descriptors of the command that carries it, see [`EntryList::with_table`].
    pub table: Option<usize>,
}

impl EntryList {
    /// Bytes of a place for descriptors: as many as the longest chain has.
    pub const TABLE_LEN: usize = 128 * 16;

    /// The list with a place for the descriptors of its command's chain: [`Self::TABLE_LEN`] bytes that are contiguous for the
    /// device, at a multiple of 16, and belong to it as long as the list does.
    ///
    /// With it the command takes one descriptor of the ring, in however many pieces the list is, if the device has
    /// INDIRECT_DESC. Without it the command takes one for each piece.
    #[must_use]
    pub const fn with_table(self, offset: usize) -> Self {
        Self {
            table: Some(offset),
            ..self
        }
    }
}

/// Why a list could not be written. The place it should have gone to may have been written in part; no command refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackingError {
    /// Source or place is not there.
    Access(AccessError),
    /// More than [`MAX_ENTRIES`] entries, even with adjacent pages joined.
    TooScattered,
    /// The place has room for fewer entries than are needed.
    NoRoom {
        /// The room, in entries.
        room: u32,
    },
    /// There is no memory to list.
    Empty,
}

impl fmt::Display for BackingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Access(error) => error.fmt(f),
            Self::TooScattered => write!(
                f,
                "the memory is in more than {MAX_ENTRIES} pieces; allocate it in larger ones"
            ),
            Self::NoRoom { room } => {
                write!(f, "the list needs room for more than {room} entries")
            }
            Self::Empty => write!(f, "a backing needs at least one byte"),
        }
    }
}

impl core::error::Error for BackingError {}

impl From<AccessError> for BackingError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

/// Writes the runs in `source` as entries to `list` at `offset`, using at most `room` bytes; adjacent runs are joined.
///
/// Use it with [`crate::memory::segments`].
///
/// # Errors
///
/// See [`BackingError`].
pub fn write_entries<M: Memory + ?Sized>(
    list: &M,
    offset: usize,
    room: usize,
    source: impl Iterator<Item = Result<Segment, AccessError>>,
) -> Result<EntryList, BackingError> {
    let room =
        u32::try_from(room.checked_div(size_of::<MemEntry>()).unwrap_or(0)).unwrap_or(u32::MAX);
    let mut writer = Writer {
        list,
        offset,
        room,
        entries: 0,
    };
    let mut open: Option<Segment> = None;
    for segment in source {
        let segment = segment?;
        open = match open {
            None => Some(segment),
            Some(run) => match join(run, segment) {
                Some(joined) => Some(joined),
                None => {
                    writer.write(run)?;
                    Some(segment)
                }
            },
        };
    }
    writer.write(open.ok_or(BackingError::Empty)?)?;
    Ok(EntryList {
        offset,
        len: writer.entries.saturating_mul(size_of::<MemEntry>() as u32),
        entries: writer.entries,
        table: None,
    })
}

/// One run made of two, if the second follows the first and the length stays within 32 bits.
fn join(first: Segment, second: Segment) -> Option<Segment> {
    let end = first.address.checked_add(u64::from(first.len))?;
    let len = first.len.checked_add(second.len)?;
    (end == second.address).then_some(Segment {
        address: first.address,
        len,
    })
}

struct Writer<'a, M: ?Sized> {
    list: &'a M,
    offset: usize,
    room: u32,
    entries: u32,
}

impl<M: Memory + ?Sized> Writer<'_, M> {
    fn write(&mut self, run: Segment) -> Result<(), BackingError> {
        if self.entries >= MAX_ENTRIES {
            return Err(BackingError::TooScattered);
        }
        if self.entries >= self.room {
            return Err(BackingError::NoRoom { room: self.room });
        }
        let entry = MemEntry {
            addr: U64::new(run.address),
            length: U32::new(run.len),
            padding: U32::ZERO,
        };
        let bad = AccessError {
            offset: self.offset,
            width: size_of::<MemEntry>(),
        };
        let at = usize::try_from(self.entries)
            .ok()
            .and_then(|index| index.checked_mul(size_of::<MemEntry>()))
            .and_then(|bytes| bytes.checked_add(self.offset))
            .ok_or(bad)?;
        self.list.write_bytes(at, entry.as_bytes())?;
        self.entries = self.entries.saturating_add(1);
        Ok(())
    }
}
