//! Memory that the device reaches, as the queues want it.

use dxgk::interface::Interface;
use dxgk::irql::Passive;
use dxgk::kernel::{Kernel, PAGE_SIZE};
use dxgk::memory::{SharedPages, Turn};
use dxgk::present::PresentedRect;
use dxgk::status::Status;
use virtio_gpu::{AccessError, Memory, Segment};

/// Pages that the device reaches. They may be scattered.
pub(crate) struct DmaMemory<K: Kernel>(SharedPages<K>);

impl<K: Kernel> DmaMemory<K> {
    /// Zeroed pages for at least `length` bytes.
    pub(crate) fn new(
        interface: &Interface<K>,
        length: usize,
        irql: &Passive<'_>,
    ) -> Result<Self, Status> {
        SharedPages::new(interface, length, irql).map(Self)
    }

    /// Copies a part of a presented picture to `offset`, a line every `stride` bytes.
    pub(crate) fn copy_rect(
        &self,
        offset: usize,
        stride: usize,
        part: &PresentedRect<'_>,
        irql: &Passive<'_>,
    ) -> Result<(), Status> {
        // Only paths that do not rotate are committed.
        self.0.copy_rect(offset, stride, part, Turn::None, irql)
    }
}

macro_rules! numbers {
    ($($read:ident $write:ident $type:ty),*) => {
        $(
            #[inline]
            fn $read(&self, offset: usize) -> Result<$type, AccessError> {
                let value = self.0.$read(offset).ok_or(AccessError { offset, width: size_of::<$type>() })?;
                Ok(<$type>::from_le(value))
            }

            #[inline]
            fn $write(&self, offset: usize, value: $type) -> Result<(), AccessError> {
                self.0
                    .$write(offset, value.to_le())
                    .ok_or(AccessError { offset, width: size_of::<$type>() })
            }
        )*
    };
}

impl<K: Kernel> Memory for DmaMemory<K> {
    fn len(&self) -> usize {
        self.0.length()
    }

    numbers!(read_u16 write_u16 u16, read_u32 write_u32 u32, read_u64 write_u64 u64);

    fn read_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), AccessError> {
        let width = bytes.len();
        self.0
            .read_bytes(offset, bytes)
            .ok_or(AccessError { offset, width })
    }

    fn write_bytes(&self, offset: usize, bytes: &[u8]) -> Result<(), AccessError> {
        let width = bytes.len();
        self.0
            .write_bytes(offset, bytes)
            .ok_or(AccessError { offset, width })
    }

    fn segment(&self, offset: usize, len: usize) -> Result<Segment, AccessError> {
        let bad = AccessError { offset, width: len };
        if len == 0 {
            return Err(bad);
        }
        AccessError::check(offset, len, 1, self.len())?;
        let address = self.0.device_address(offset).ok_or(bad)?;
        let in_page = PAGE_SIZE.wrapping_sub(offset % PAGE_SIZE);
        let mut run = in_page.min(len);
        // Pages that follow each other make one run.
        while run < len {
            let next = offset
                .checked_add(run)
                .and_then(|next| self.0.device_address(next));
            if next != address.checked_add(run as u64) {
                break;
            }
            run = run.saturating_add(PAGE_SIZE).min(len);
        }
        Ok(Segment {
            address,
            len: u32::try_from(run).map_err(|_| bad)?,
        })
    }
}

/// The queues' memory with another piece behind it, for commands that carry more than fits in their slot.
pub(crate) struct Joined<'a, K: Kernel> {
    pub(crate) first: &'a DmaMemory<K>,
    pub(crate) second: &'a DmaMemory<K>,
}

impl<K: Kernel> Joined<'_, K> {
    /// Where the second piece begins, in bytes.
    pub(crate) fn second_at(&self) -> usize {
        self.first.len()
    }

    /// The piece with `offset`, and the offset in it. What crosses the border is in neither.
    fn locate(&self, offset: usize) -> (&DmaMemory<K>, usize) {
        match offset.checked_sub(self.first.len()) {
            Some(behind) => (self.second, behind),
            None => (self.first, offset),
        }
    }
}

macro_rules! joined_numbers {
    ($($read:ident $write:ident $type:ty),*) => {
        $(
            fn $read(&self, offset: usize) -> Result<$type, AccessError> {
                let (memory, at) = self.locate(offset);
                memory.$read(at)
            }

            fn $write(&self, offset: usize, value: $type) -> Result<(), AccessError> {
                let (memory, at) = self.locate(offset);
                memory.$write(at, value)
            }
        )*
    };
}

impl<K: Kernel> Memory for Joined<'_, K> {
    fn len(&self) -> usize {
        self.first.len().saturating_add(self.second.len())
    }

    joined_numbers!(read_u16 write_u16 u16, read_u32 write_u32 u32, read_u64 write_u64 u64);

    fn read_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), AccessError> {
        let (memory, at) = self.locate(offset);
        memory.read_bytes(at, bytes)
    }

    fn write_bytes(&self, offset: usize, bytes: &[u8]) -> Result<(), AccessError> {
        let (memory, at) = self.locate(offset);
        memory.write_bytes(at, bytes)
    }

    fn segment(&self, offset: usize, len: usize) -> Result<Segment, AccessError> {
        let (memory, at) = self.locate(offset);
        memory.segment(at, len)
    }
}
