//! Contiguous memory, and physical addresses.

use alloc::collections::BTreeMap;
use core::ffi::c_void;
use core::fmt;

use x86_64::VirtAddr;

use super::rules;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::DISPATCH_LEVEL;
use crate::memory::blocks::{self, Kind};
use crate::memory::paging::{self, Access};
use crate::memory::{PAGE, extents, pages};
use crate::sync::Lock;

/// Blocks given out: address, and pages.
static BLOCKS: Lock<BTreeMap<u64, (u64, usize)>> = Lock::new(BTreeMap::new());

/// Says what was not given back.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    let blocks = BLOCKS.lock().clone();
    for (address, (_, count)) in blocks {
        say(format_args!(
            "{} bytes of contiguous memory at {address:#x}",
            count * PAGE
        ));
    }
}

fn allocate(size: usize, low: u64, high: u64, boundary: u64, export: &'static str) -> *mut c_void {
    rules::at_most(DISPATCH_LEVEL, export);
    let count = pages(size);
    let Some(first) = extents::allocate(count, boundary).filter(|_| count != 0) else {
        crate::log!("{export}({size}): no contiguous memory is left");
        return core::ptr::null_mut();
    };
    let (start, last) = (first.as_u64(), first.as_u64() + (count * PAGE - 1) as u64);
    if start < low || last > high {
        extents::free(first, count);
        return core::ptr::null_mut();
    }
    let address = blocks::reserve(Kind::Contiguous, count);
    for (index, page) in blocks::addresses(address, count).enumerate() {
        // SAFETY: the frames belong to this block alone, and the addresses are fresh.
        unsafe {
            core::ptr::write_bytes(paging::window(first + (index * PAGE) as u64), 0xCD, PAGE);
            paging::map(page, first + (index * PAGE) as u64, Access::Write);
        }
    }
    BLOCKS.lock().insert(address.as_u64(), (start, count));
    address.as_mut_ptr()
}

/// MmAllocateContiguousMemory.
pub extern "system" fn mm_allocate_contiguous_memory(size: usize, high: u64) -> *mut c_void {
    allocate(size, 0, high, 0, "MmAllocateContiguousMemory")
}

/// MmAllocateContiguousMemorySpecifyCache.
pub extern "system" fn mm_allocate_contiguous_memory_specify_cache(
    size: usize,
    low: u64,
    high: u64,
    boundary: u64,
    _cache: i32,
) -> *mut c_void {
    allocate(
        size,
        low,
        high,
        boundary,
        "MmAllocateContiguousMemorySpecifyCache",
    )
}

/// MmAllocateContiguousNodeMemory, and MmAllocateContiguousMemorySpecifyCacheNode, whose sixth argument is the node too.
pub extern "system" fn mm_allocate_contiguous_node_memory(
    size: usize,
    low: u64,
    high: u64,
    boundary: u64,
    _protect: u32,
    _node: u32,
) -> *mut c_void {
    allocate(size, low, high, boundary, "MmAllocateContiguousNodeMemory")
}

fn free(address: *mut c_void, export: &'static str) {
    rules::at_most(DISPATCH_LEVEL, export);
    let Some((first, count)) = BLOCKS.lock().remove(&(address as u64)) else {
        bugcheck(
            bugcheck::BAD_POOL_CALLER,
            [0x60, address as u64, 0, 0],
            format_args!("{export}: no contiguous memory is there, or it was freed before"),
        );
    };
    for page in blocks::addresses(VirtAddr::from_ptr(address), count) {
        paging::unmap(page);
    }
    extents::free(x86_64::PhysAddr::new(first), count);
}

/// MmFreeContiguousMemory.
pub extern "system" fn mm_free_contiguous_memory(address: *mut c_void) {
    free(address, "MmFreeContiguousMemory");
}

/// MmFreeContiguousMemorySpecifyCache.
pub extern "system" fn mm_free_contiguous_memory_specify_cache(
    address: *mut c_void,
    _size: usize,
    _cache: i32,
) {
    free(address, "MmFreeContiguousMemorySpecifyCache");
}

/// MmGetPhysicalAddress: 0 where nothing is mapped. Any IRQL.
pub extern "system" fn mm_get_physical_address(address: u64) -> u64 {
    VirtAddr::try_new(address)
        .ok()
        .and_then(paging::translate)
        .map_or(0, |(physical, _)| physical.as_u64())
}

/// MmIsAddressValid.
pub extern "system" fn mm_is_address_valid(address: u64) -> u8 {
    let mapped = VirtAddr::try_new(address).ok().and_then(paging::translate);
    u8::from(mapped.is_some())
}
