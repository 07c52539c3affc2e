//! Blocks of virtual memory, each with an unmapped page before and after it, at addresses that are never used twice.
//!
//! An overrun or a use after free therefore faults at once, instead of hitting a neighbour.

use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::{PhysAddr, VirtAddr};

use super::PAGE;
use super::frames;
use super::paging::{self, Access};

/// What a block is for: each kind has an address range of its own, so that an address in a log says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Kind {
    /// Pool of the driver.
    Pool,
    /// Kernel stacks.
    Stack,
    /// Device registers.
    Device,
    /// Pages of MDLs.
    Mdl,
    /// Sources of presents.
    Source,
    /// The driver image.
    Image,
    /// Contiguous memory.
    Contiguous,
    /// Imports that the rig lacks: never mapped.
    Missing,
    /// The rig's own large blocks.
    Own,
}

/// Where each kind begins.
const FIRST: [u64; 9] = [
    0xFFFF_A000_0000_1000,
    0xFFFF_B000_0000_1000,
    0xFFFF_C000_0000_1000,
    0xFFFF_D000_0000_1000,
    0xFFFF_E000_0020_0000,
    0xFFFF_F800_5000_0000,
    0xFFFF_F000_0000_1000,
    0xFFFF_F900_0000_0000,
    0xFFFF_8800_0000_1000,
];

static NEXT: [AtomicU64; FIRST.len()] = {
    let mut next = [const { AtomicU64::new(0) }; FIRST.len()];
    let mut kind = 0;
    while kind < FIRST.len() {
        next[kind] = AtomicU64::new(FIRST[kind]);
        kind += 1;
    }
    next
};

/// The first address of a kind.
pub const fn first(kind: Kind) -> u64 {
    FIRST[kind as usize]
}

/// The first addresses of all kinds.
pub fn firsts() -> impl Iterator<Item = VirtAddr> {
    FIRST.into_iter().map(VirtAddr::new)
}

/// Names the kind of block that `address` lies in or beside.
pub fn kind_of(address: u64) -> Option<Kind> {
    Some(match address >> 36 {
        0xFFF_FA00 => Kind::Pool,
        0xFFF_FB00 => Kind::Stack,
        0xFFF_FC00 => Kind::Device,
        0xFFF_FD00 => Kind::Mdl,
        0xFFF_FE00 => Kind::Source,
        0xFFF_FF80 => Kind::Image,
        0xFFF_FF00 => Kind::Contiguous,
        0xFFF_FF90 => Kind::Missing,
        0xFFF_F880 => Kind::Own,
        _ => return None,
    })
}

/// Takes `pages` pages of address space with an unmapped page on either side. Any IRQL.
///
/// A source gets whole units of [`paging::LARGE`], so that it can be closed and opened by few entries.
pub fn reserve(kind: Kind, pages: usize) -> VirtAddr {
    if kind == Kind::Source {
        let size = ((pages * PAGE) as u64).next_multiple_of(paging::LARGE) + paging::LARGE;
        return VirtAddr::new(NEXT[kind as usize].fetch_add(size, Ordering::Relaxed));
    }
    let size = ((pages + 1) * PAGE) as u64;
    VirtAddr::new(NEXT[kind as usize].fetch_add(size, Ordering::Relaxed))
}

/// The addresses of `pages` pages from `start` on.
pub fn addresses(start: VirtAddr, pages: usize) -> impl Iterator<Item = VirtAddr> {
    (0..pages).map(move |index| start + (index * PAGE) as u64)
}

/// A new block of zeroed pages; `None` when memory is used up. Any IRQL.
pub fn allocate(kind: Kind, pages: usize) -> Option<VirtAddr> {
    let start = reserve(kind, pages);
    for (done, address) in addresses(start, pages).enumerate() {
        let Some(frame) = frames::allocate() else {
            free(start, done);
            return None;
        };
        // SAFETY: a fresh frame at a fresh address; the window shows RAM.
        unsafe {
            core::ptr::write_bytes(paging::window(frame), 0, PAGE);
            paging::map(address, frame, Access::Write);
        }
    }
    Some(start)
}

/// Unmaps a block and frees its frames. Any IRQL.
pub fn free(start: VirtAddr, pages: usize) {
    for address in addresses(start, pages) {
        if let Some(frame) = paging::unmap(address) {
            frames::free(frame);
        }
    }
}

/// Maps `length` bytes of physical memory that is not RAM of the rig. Any IRQL.
pub fn map_device(physical: u64, length: usize) -> VirtAddr {
    let offset = physical % PAGE as u64;
    let pages = super::pages(offset as usize + length);
    let start = reserve(Kind::Device, pages);
    for (index, address) in addresses(start, pages).enumerate() {
        let frame = PhysAddr::new(physical - offset + (index * PAGE) as u64);
        // SAFETY: device registers; the frame is not in the rig's list of RAM.
        unsafe { paging::map(address, frame, Access::Device) };
    }
    start + offset
}

/// Undoes [`map_device`]. Any IRQL.
pub fn unmap_device(address: VirtAddr, length: usize) {
    let offset = address.as_u64() % PAGE as u64;
    for page in addresses(address - offset, super::pages(offset as usize + length)) {
        paging::unmap(page);
    }
}
