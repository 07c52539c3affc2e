//! Memory that the processor shares with a device: mapped registers and pages of ordinary memory.
//!
//! Every access is checked against the bounds and goes through `&self`: the device may read and
//! write the same bytes at any time, so no reference to them is ever made. A register is accessed
//! once, as wide as it is. In ordinary memory there is one way too, `access`: single numbers are
//! loaded with acquire and stored with release order; runs of bytes are copied, and a copy of what
//! is written meanwhile is merely a mixture. All other order is the caller's affair.

mod access;
mod copy;
mod racing;

use core::marker::PhantomData;
use core::ptr::NonNull;

pub(crate) use access::Word;
pub use copy::{PIXEL, RectCopy, Turn};
pub(crate) use racing::{read as read_shared, write as write_shared};

use crate::check::{PASSIVE_LEVEL, irql_between};
use crate::interface::{Interface, Unmapper};
use crate::irql::Passive;
use crate::kernel::{Kernel, PAGE_SIZE, PageBlock};
use crate::lifetime::Life;
use crate::present::PresentedRect;
use crate::resources::MemoryRange;
use crate::status::Status;

/// A range of bytes that is accessed only in checked ways.
#[derive(Debug, Clone, Copy)]
struct Bytes {
    base: NonNull<u8>,
    length: usize,
}

impl Bytes {
    /// The pointer to `size` bytes at `offset`, naturally aligned, or none.
    fn at(&self, offset: usize, size: usize) -> Option<NonNull<u8>> {
        let end = offset.checked_add(size)?;
        if end > self.length {
            return None;
        }
        // SAFETY: the offset lies within the range.
        let place = unsafe { self.base.add(offset) };
        // A range may begin anywhere.
        place
            .addr()
            .get()
            .is_multiple_of(size.max(1))
            .then_some(place)
    }

    /// The pointer to `size` bytes at any `offset`, or none.
    fn span(&self, offset: usize, size: usize) -> Option<NonNull<u8>> {
        let end = offset.checked_add(size)?;
        // SAFETY: the offset lies within the range.
        (end <= self.length).then(|| unsafe { self.base.add(offset) })
    }
}

/// Checked accessors of every width. `$load` and `$store` do one access at an aligned place inside
/// the range.
macro_rules! accessors {
    ($load:path, $store:path; $($read:ident $write:ident $type:ty),*) => {
        $(
            /// Reads at a byte offset; none outside the range, and where the number would not be
            /// aligned.
            #[must_use]
            #[inline]
            pub fn $read(&self, offset: usize) -> Option<$type> {
                let place = self.place(offset, size_of::<$type>())?.cast::<$type>();
                // SAFETY: the place is inside memory that lives as long as `self`, and aligned.
                Some(unsafe { $load(place) })
            }

            /// Writes at a byte offset; none, and nothing written, as for reading.
            #[inline]
            pub fn $write(&self, offset: usize, value: $type) -> Option<()> {
                let place = self.place(offset, size_of::<$type>())?.cast::<$type>();
                // SAFETY: the place is inside memory that lives as long as `self`, and aligned.
                unsafe { $store(place, value) };
                Some(())
            }
        )*
    };
}

/// A range of the device's registers, mapped uncached (DxgkCbMapMemory) until it is dropped at
/// PASSIVE_LEVEL. Every access is the kernel's register access, so that a machine without hardware
/// can have a model of the device answer it.
///
/// It belongs into the miniport's [`Device`](crate::miniport::Miniport::Device), which is dropped
/// while the adapter is being stopped. One that is kept longer is dead: an access that begins after
/// the stop says that it is outside, the port is not asked to unmap it, and the stop reports a
/// [`Violation`](crate::check::Violation). An access that is under way on another processor while
/// the stop ends is not waited for: that would cost every access an atomic operation, and no range
/// in a [`Device`](crate::miniport::Miniport::Device) can be in that place (docs/safety.md).
pub struct MappedRange<K: Kernel> {
    bytes: Bytes,
    unmapper: Unmapper,
    kernel: PhantomData<fn() -> K>,
}

// SAFETY: a mapping in system space; every access is a single register access, which any processor
// may make.
unsafe impl<K: Kernel> Send for MappedRange<K> {}
// SAFETY: as above.
unsafe impl<K: Kernel> Sync for MappedRange<K> {}

impl<K: Kernel> core::fmt::Debug for MappedRange<K> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MappedRange")
            .field("length", &self.bytes.length)
            .finish_non_exhaustive()
    }
}

impl<K: Kernel> MappedRange<K> {
    /// Maps one of the adapter's memory resources.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_map_memory).
    ///
    /// # Errors
    ///
    /// The port's status, or STATUS_INVALID_PARAMETER for a range that is empty or longer than a
    /// ULONG can say.
    pub fn map(
        interface: &Interface<K>,
        range: MemoryRange,
        irql: &Passive<'_>,
    ) -> Result<Self, Status> {
        let base = interface.map_memory(range, irql)?;
        Ok(Self {
            bytes: Bytes {
                base,
                length: range.length() as usize,
            },
            unmapper: interface.unmapper(),
            kernel: PhantomData,
        })
    }

    /// The length in bytes.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.bytes.length
    }

    #[inline]
    fn place(&self, offset: usize, size: usize) -> Option<NonNull<u8>> {
        // The range is not the adapter's any more once it has been stopped.
        let place = self.bytes.at(offset, size)?;
        self.unmapper.is_alive().then_some(place)
    }

    accessors!(
        K::read_register, K::write_register;
        read_u8 write_u8 u8, read_u16 write_u16 u16, read_u32 write_u32 u32, read_u64 write_u64 u64
    );
}

impl<K: Kernel> Drop for MappedRange<K> {
    fn drop(&mut self) {
        // At a higher IRQL it stays mapped: that can be lived with, the call could not.
        if irql_between::<K>("DxgkCbUnmapMemory", PASSIVE_LEVEL, PASSIVE_LEVEL) {
            // SAFETY: the address is from `map_memory` and nobody can use it after this.
            unsafe { self.unmapper.unmap(self.bytes.base) };
        }
    }
}

/// Pages of ordinary memory that processor and device share, freed when dropped, at PASSIVE_LEVEL.
///
/// They are of one start of one adapter: its device alone is told where they are, until it is
/// stopped, and a present of its own alone is copied there.
pub struct SharedPages<K: Kernel> {
    bytes: Bytes,
    block: PageBlock,
    life: Life,
    kernel: PhantomData<fn() -> K>,
}

// SAFETY: pages that belong to no thread; every access is one of `access`, or the kernel's own
// copy.
unsafe impl<K: Kernel> Send for SharedPages<K> {}
// SAFETY: as above.
unsafe impl<K: Kernel> Sync for SharedPages<K> {}

impl<K: Kernel> SharedPages<K> {
    /// Allocates zeroed pages for at least `length` bytes, for the adapter of `interface`.
    ///
    /// IRQL: PASSIVE_LEVEL.
    ///
    /// # Errors
    ///
    /// STATUS_INSUFFICIENT_RESOURCES.
    pub fn new(
        interface: &Interface<K>,
        length: usize,
        irql: &Passive<'_>,
    ) -> Result<Self, Status> {
        let pages = length.div_ceil(PAGE_SIZE).max(1);
        // No pointer goes further than half of the address space.
        let length = pages.checked_mul(PAGE_SIZE);
        let length = length.filter(|length| isize::try_from(*length).is_ok());
        let length = length.ok_or(Status::INSUFFICIENT_RESOURCES)?;
        // SAFETY: freed below, once.
        let block = unsafe { K::allocate_pages(irql, pages) };
        let block = block.ok_or(Status::INSUFFICIENT_RESOURCES)?;
        Ok(Self {
            bytes: Bytes {
                base: block.base,
                length,
            },
            block,
            life: interface.life(),
            kernel: PhantomData,
        })
    }

    /// The length in bytes, a whole number of pages.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.bytes.length
    }

    /// The address by which the device reaches the byte at `offset`; contiguous up to the end of
    /// its page. None outside, and when the adapter has been stopped.
    #[must_use]
    pub fn device_address(&self, offset: usize) -> Option<u64> {
        if offset >= self.bytes.length || !self.life.is_alive() {
            return None;
        }
        // SAFETY: our block, and the page is inside it.
        let page = unsafe { K::page_address(&self.block, offset / PAGE_SIZE) };
        page.checked_add((offset % PAGE_SIZE) as u64)
    }

    /// Reads bytes at any offset; none if they are not all inside.
    pub fn read_bytes(&self, offset: usize, to: &mut [u8]) -> Option<()> {
        let from = self.bytes.span(offset, to.len())?;
        // SAFETY: inside our pages, which are whole words and which the rest of the program reaches
        // in the same ways.
        unsafe { racing::read(from, to) };
        Some(())
    }

    /// Writes bytes at any offset; none, and nothing written, if they don't all fit.
    pub fn write_bytes(&self, offset: usize, from: &[u8]) -> Option<()> {
        let to = self.bytes.span(offset, from.len())?;
        // SAFETY: as in `read_bytes`.
        unsafe { racing::write(to, from.as_ptr(), from.len()) };
        Some(())
    }

    /// Copies a part of a presented picture, turned on its way: its first line after the turn goes
    /// to `offset`, each further one `stride` bytes on. Reading the picture may fault, which is an
    /// error here.
    ///
    /// IRQL: PASSIVE_LEVEL.
    ///
    /// # Errors
    ///
    /// The fault's status; part of it may have been copied then. STATUS_INVALID_PARAMETER, with
    /// nothing copied, if not all of it fits, if its lines would overlap, if its pixels do not have
    /// [`PIXEL`] bytes, and for a present to another adapter than the one that the pages are of.
    pub fn copy_rect(
        &self,
        offset: usize,
        stride: usize,
        rect: &PresentedRect<'_>,
        turn: Turn,
        irql: &Passive<'_>,
    ) -> Result<(), Status> {
        if !rect.is_of(self.life) {
            return Err(Status::INVALID_PARAMETER);
        }
        let (columns, lines) = turn.size(rect.width() as usize, rect.height() as usize);
        let line = columns.saturating_mul(PIXEL);
        let last = lines.saturating_sub(1);
        let span = last
            .checked_mul(stride)
            .and_then(|last| last.checked_add(line))
            .filter(|_| stride >= line || last == 0);
        let to = span.and_then(|span| self.bytes.span(offset, span));
        let to = to.ok_or(Status::INVALID_PARAMETER)?;
        let copy = rect.copy(to, stride, turn)?;
        // SAFETY: the destination is inside of our pages; the source is the presented picture's,
        // and reading it may fail.
        unsafe { K::copy(irql, &copy) }
    }

    #[inline]
    fn place(&self, offset: usize, size: usize) -> Option<NonNull<u8>> {
        self.bytes.at(offset, size)
    }

    accessors!(
        Word::load, Word::store;
        read_u8 write_u8 u8, read_u16 write_u16 u16, read_u32 write_u32 u32, read_u64 write_u64 u64
    );
}

impl<K: Kernel> Drop for SharedPages<K> {
    fn drop(&mut self) {
        // At a higher IRQL they are not freed: that can be lived with, the call could not.
        if irql_between::<K>("freeing pages", PASSIVE_LEVEL, PASSIVE_LEVEL) {
            // SAFETY: the block is ours and this is the end of it.
            unsafe { K::free_pages(&self.block) };
        }
    }
}

impl<K: Kernel> core::fmt::Debug for SharedPages<K> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SharedPages")
            .field("length", &self.bytes.length)
            .finish_non_exhaustive()
    }
}
