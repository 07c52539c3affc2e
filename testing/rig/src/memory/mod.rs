//! Memory: page frames in a scattered order, page tables with exact protections, virtual ranges with guard pages.
//!
//! The rig's own image and heap stay where the firmware put them, mapped one to one; everything the driver sees lies in
//! the upper half, so that a driver that takes a physical address for a virtual one (or the other way) faults.

pub mod blocks;
pub mod extents;
pub mod frames;
pub mod heap;
pub mod paging;
pub mod process;

/// Bytes of a page.
pub const PAGE: usize = 4096;

/// Pages that `bytes` need.
pub const fn pages(bytes: usize) -> usize {
    bytes.div_ceil(PAGE)
}
