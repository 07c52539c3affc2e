//! What the machine lends this crate: memory shared with the device, and the device's registers.
//!
//! The traits are safe; whoever implements them checks every access and answers with [`AccessError`], never with undefined
//! behaviour. This file never decides what is stored where.

use core::fmt;

/// An access that lies outside the memory or the registers, or is not aligned to its own width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError {
    /// Byte offset of the access.
    pub offset: usize,
    /// Width of the access in bytes.
    pub width: usize,
}

impl AccessError {
    /// Checks an access of `width` bytes at `offset` in something `len` bytes long; `align` is a power of two.
    ///
    /// For implementors, so that all of them draw the same line.
    ///
    /// # Errors
    ///
    /// The access would end behind `len`, or `offset` is not a multiple of `align`.
    pub const fn check(
        offset: usize,
        width: usize,
        align: usize,
        len: usize,
    ) -> Result<(), AccessError> {
        let fits = match offset.checked_add(width) {
            Some(end) => end <= len,
            None => false,
        };
        if fits && offset & align.wrapping_sub(1) == 0 {
            Ok(())
        } else {
            Err(AccessError { offset, width })
        }
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "access of {} bytes at offset {:#x} is out of bounds or misaligned",
            self.width, self.offset
        )
    }
}

impl core::error::Error for AccessError {}

/// A run of memory as the device sees it: contiguous bus addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Bus address of the first byte.
    pub address: u64,
    /// Length in bytes, never zero in a segment that came from [`Memory::segment`].
    pub len: u32,
}

/// Memory shared with the device, addressed by byte offset. It may consist of scattered pages.
///
/// Numbers are stored little-endian, as VIRTIO requires of modern devices.
///
/// # What an implementor owes
///
/// - `read_u16/u32/u64` and `write_u16/u32/u64` are each one access of exactly that width, neither torn, cached, repeated nor
///   left out: volatile in the driver, relaxed atomics in a test where the device is another thread. The queues put
///   `core::sync::atomic::fence` between accesses where VIRTIO asks for a barrier.
/// - `read_bytes` and `write_bytes` may split or merge accesses as they like, but perform each.
/// - The memory stays mapped, non-paged and at the same bus addresses for as long as the value lives.
/// - The device may write at any time. No reference to the contents is ever handed out, so this is no data race for Rust.
pub trait Memory {
    /// Size in bytes.
    fn len(&self) -> usize;

    /// Whether there is no memory at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads a little-endian number.
    ///
    /// # Errors
    ///
    /// Out of bounds, or `offset` is odd.
    fn read_u16(&self, offset: usize) -> Result<u16, AccessError>;

    /// Reads a little-endian number.
    ///
    /// # Errors
    ///
    /// Out of bounds, or `offset` is not a multiple of 4.
    fn read_u32(&self, offset: usize) -> Result<u32, AccessError>;

    /// Reads a little-endian number.
    ///
    /// # Errors
    ///
    /// Out of bounds, or `offset` is not a multiple of 8.
    fn read_u64(&self, offset: usize) -> Result<u64, AccessError>;

    /// Writes a little-endian number.
    ///
    /// # Errors
    ///
    /// Out of bounds, or `offset` is odd.
    fn write_u16(&self, offset: usize, value: u16) -> Result<(), AccessError>;

    /// Writes a little-endian number.
    ///
    /// # Errors
    ///
    /// Out of bounds, or `offset` is not a multiple of 4.
    fn write_u32(&self, offset: usize, value: u32) -> Result<(), AccessError>;

    /// Writes a little-endian number.
    ///
    /// # Errors
    ///
    /// Out of bounds, or `offset` is not a multiple of 8.
    fn write_u64(&self, offset: usize, value: u64) -> Result<(), AccessError>;

    /// Copies bytes out. Nothing is copied on error.
    ///
    /// # Errors
    ///
    /// Out of bounds.
    fn read_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), AccessError>;

    /// Copies bytes in. Nothing is copied on error.
    ///
    /// # Errors
    ///
    /// Out of bounds.
    fn write_bytes(&self, offset: usize, bytes: &[u8]) -> Result<(), AccessError>;

    /// The longest run of contiguous bus addresses that starts at `offset` and has at most `len` bytes.
    ///
    /// # Errors
    ///
    /// `offset .. offset + len` is not inside the memory, or `len` is zero.
    fn segment(&self, offset: usize, len: usize) -> Result<Segment, AccessError>;
}

impl<M: Memory + ?Sized> Memory for &M {
    fn len(&self) -> usize {
        (**self).len()
    }
    fn read_u16(&self, offset: usize) -> Result<u16, AccessError> {
        (**self).read_u16(offset)
    }
    fn read_u32(&self, offset: usize) -> Result<u32, AccessError> {
        (**self).read_u32(offset)
    }
    fn read_u64(&self, offset: usize) -> Result<u64, AccessError> {
        (**self).read_u64(offset)
    }
    fn write_u16(&self, offset: usize, value: u16) -> Result<(), AccessError> {
        (**self).write_u16(offset, value)
    }
    fn write_u32(&self, offset: usize, value: u32) -> Result<(), AccessError> {
        (**self).write_u32(offset, value)
    }
    fn write_u64(&self, offset: usize, value: u64) -> Result<(), AccessError> {
        (**self).write_u64(offset, value)
    }
    fn read_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), AccessError> {
        (**self).read_bytes(offset, bytes)
    }
    fn write_bytes(&self, offset: usize, bytes: &[u8]) -> Result<(), AccessError> {
        (**self).write_bytes(offset, bytes)
    }
    fn segment(&self, offset: usize, len: usize) -> Result<Segment, AccessError> {
        (**self).segment(offset, len)
    }
}

/// The segments that together make up `offset .. offset + len` of a memory, in order.
///
/// An item is an error where the memory refuses or returns a segment that is empty or longer than asked for; the iterator
/// ends after an error.
pub fn segments<M: Memory + ?Sized>(memory: &M, offset: usize, len: usize) -> Segments<'_, M> {
    Segments {
        memory,
        offset,
        left: len,
    }
}

/// Iterator made by [`segments`].
#[derive(Debug)]
pub struct Segments<'a, M: ?Sized> {
    memory: &'a M,
    offset: usize,
    left: usize,
}

impl<M: ?Sized> Clone for Segments<'_, M> {
    fn clone(&self) -> Self {
        Segments { ..*self }
    }
}

impl<M: Memory + ?Sized> Iterator for Segments<'_, M> {
    type Item = Result<Segment, AccessError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let bad = AccessError {
            offset: self.offset,
            width: self.left,
        };
        let next = self
            .memory
            .segment(self.offset, self.left)
            .and_then(|segment| {
                let len = usize::try_from(segment.len).map_err(|_| bad)?;
                let left = self.left.checked_sub(len).ok_or(bad)?;
                if len == 0
                    || segment
                        .address
                        .checked_add(u64::from(segment.len))
                        .is_none()
                {
                    return Err(bad);
                }
                self.offset = self.offset.checked_add(len).ok_or(bad)?;
                self.left = left;
                Ok(segment)
            });
        if next.is_err() {
            self.left = 0;
        }
        Some(next)
    }
}

/// The address of `len` bytes that must be contiguous for the device.
///
/// # Errors
///
/// Out of bounds, or not contiguous.
pub fn contiguous<M: Memory + ?Sized>(
    memory: &M,
    offset: usize,
    len: usize,
) -> Result<u64, AccessError> {
    let segment = memory.segment(offset, len)?;
    if usize::try_from(segment.len) == Ok(len) {
        Ok(segment.address)
    } else {
        Err(AccessError { offset, width: len })
    }
}

/// The device's mapped BARs.
///
/// Each read and write is one volatile access of exactly its width, in program order with the other register accesses of
/// the same thread. VIRTIO wants 32-bit accesses for 64-bit fields, so there are no wider ones.
pub trait Registers {
    /// Reads a byte of BAR `bar`.
    ///
    /// # Errors
    ///
    /// The BAR is not mapped or the access is outside it.
    fn read_u8(&self, bar: u8, offset: usize) -> Result<u8, AccessError>;

    /// Reads a little-endian number.
    ///
    /// # Errors
    ///
    /// As [`Registers::read_u8`], or misaligned.
    fn read_u16(&self, bar: u8, offset: usize) -> Result<u16, AccessError>;

    /// Reads a little-endian number.
    ///
    /// # Errors
    ///
    /// As [`Registers::read_u8`], or misaligned.
    fn read_u32(&self, bar: u8, offset: usize) -> Result<u32, AccessError>;

    /// Writes a byte.
    ///
    /// # Errors
    ///
    /// As [`Registers::read_u8`].
    fn write_u8(&self, bar: u8, offset: usize, value: u8) -> Result<(), AccessError>;

    /// Writes a little-endian number.
    ///
    /// # Errors
    ///
    /// As [`Registers::read_u8`], or misaligned.
    fn write_u16(&self, bar: u8, offset: usize, value: u16) -> Result<(), AccessError>;

    /// Writes a little-endian number.
    ///
    /// # Errors
    ///
    /// As [`Registers::read_u8`], or misaligned.
    fn write_u32(&self, bar: u8, offset: usize, value: u32) -> Result<(), AccessError>;
}

impl<R: Registers + ?Sized> Registers for &R {
    fn read_u8(&self, bar: u8, offset: usize) -> Result<u8, AccessError> {
        (**self).read_u8(bar, offset)
    }
    fn read_u16(&self, bar: u8, offset: usize) -> Result<u16, AccessError> {
        (**self).read_u16(bar, offset)
    }
    fn read_u32(&self, bar: u8, offset: usize) -> Result<u32, AccessError> {
        (**self).read_u32(bar, offset)
    }
    fn write_u8(&self, bar: u8, offset: usize, value: u8) -> Result<(), AccessError> {
        (**self).write_u8(bar, offset, value)
    }
    fn write_u16(&self, bar: u8, offset: usize, value: u16) -> Result<(), AccessError> {
        (**self).write_u16(bar, offset, value)
    }
    fn write_u32(&self, bar: u8, offset: usize, value: u32) -> Result<(), AccessError> {
        (**self).write_u32(bar, offset, value)
    }
}
