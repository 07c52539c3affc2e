//! Pool: every block on pages of its own, as Windows' special pool does it, counted by tag.
//!
//! A block below a page lies at the end of its page, so that an overrun meets the unmapped page behind it; the bytes around
//! it hold a pattern that is checked when it is freed. A freed block's pages are unmapped and its addresses
//! never come back, so that a use after free faults.

use alloc::collections::BTreeMap;
use core::ffi::c_void;

use port::machine::Pool;
use x86_64::VirtAddr;

use super::rules;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{APC_LEVEL, DISPATCH_LEVEL};
use crate::memory::blocks::{self, Kind};
use crate::memory::{PAGE, pages};
use crate::sync::Lock;

const POOL_FLAG_USE_QUOTA: u64 = 0x1;
const POOL_FLAG_UNINITIALIZED: u64 = 0x2;
const POOL_FLAG_SESSION: u64 = 0x4;
const POOL_FLAG_CACHE_ALIGNED: u64 = 0x8;
const POOL_FLAG_RAISE_ON_FAILURE: u64 = 0x20;
const POOL_FLAG_NON_PAGED: u64 = 0x40;
const POOL_FLAG_NON_PAGED_EXECUTE: u64 = 0x80;
const POOL_FLAG_PAGED: u64 = 0x100;
const KINDS: u64 = POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED;
const KNOWN: u64 = KINDS
    | POOL_FLAG_USE_QUOTA
    | POOL_FLAG_UNINITIALIZED
    | POOL_FLAG_SESSION
    | POOL_FLAG_CACHE_ALIGNED;

/// What lies around a block.
const AROUND: u8 = 0xA7;
/// What an uninitialized block holds.
const UNINITIALIZED: u8 = 0xCD;

/// Tag of MDLs, as ExFreePool of an MDL shows it.
pub const MDL_TAG: u32 = u32::from_le_bytes(*b"Mdl ");

#[derive(Clone, Copy, Debug)]
struct Block {
    size: usize,
    tag: u32,
    paged: bool,
}

/// What was allocated under one tag.
#[derive(Clone, Copy, Debug, Default)]
pub struct TagUse {
    /// Allocations ever.
    pub allocations: u64,
    /// Blocks held now.
    pub blocks: u64,
    /// Bytes held now.
    pub bytes: u64,
    /// Most bytes ever held.
    pub most_bytes: u64,
}

#[derive(Debug)]
struct State {
    blocks: BTreeMap<u64, Block>,
    tags: BTreeMap<u32, TagUse>,
}

static STATE: Lock<State> = Lock::new(State {
    blocks: BTreeMap::new(),
    tags: BTreeMap::new(),
});

/// What the driver holds.
pub fn held() -> Pool {
    let state = STATE.lock();
    let bytes = state.blocks.values().map(|block| block.size as u64).sum();
    Pool {
        blocks: state.blocks.len() as u64,
        bytes,
        others: 0,
    }
}

/// Calls `each` for every tag that was used.
pub fn each_tag(mut each: impl FnMut(u32, TagUse)) {
    let tags = STATE.lock().tags.clone();
    tags.iter().for_each(|(tag, usage)| each(*tag, *usage));
}

/// Calls `each` with address, size and tag of every block held.
pub fn each_block(mut each: impl FnMut(u64, usize, u32)) {
    let blocks = STATE.lock().blocks.clone();
    blocks
        .iter()
        .for_each(|(address, block)| each(*address, block.size, block.tag));
}

/// A block's first byte and the bytes of its pages, from what is asked.
fn place(start: VirtAddr, size: usize) -> (VirtAddr, usize) {
    let total = pages(size) * PAGE;
    let offset = if size < PAGE { (total - size) & !15 } else { 0 };
    (start + offset as u64, total)
}

/// Allocates for the driver. At most DISPATCH_LEVEL.
pub fn allocate(size: usize, tag: u32, fill: u8, paged: bool) -> Option<VirtAddr> {
    let start = blocks::allocate(Kind::Pool, pages(size))?;
    let (address, total) = place(start, size);
    let before = (address - start) as usize;
    // SAFETY: the pages are fresh and `total` bytes long; the block lies inside them.
    unsafe {
        let first = start.as_mut_ptr::<u8>();
        core::ptr::write_bytes(first, AROUND, before);
        // The pages are zeroed.
        if fill != 0 {
            core::ptr::write_bytes(first.add(before), fill, size);
        }
        let behind = before + size;
        core::ptr::write_bytes(first.add(behind), AROUND, total - behind);
    }
    let mut state = STATE.lock();
    state
        .blocks
        .insert(address.as_u64(), Block { size, tag, paged });
    let usage = state.tags.entry(tag).or_default();
    usage.allocations += 1;
    usage.blocks += 1;
    usage.bytes += size as u64;
    usage.most_bytes = usage.most_bytes.max(usage.bytes);
    Some(address)
}

/// ExAllocatePool2.
pub extern "system" fn ex_allocate_pool2(flags: u64, size: usize, tag: u32) -> *mut c_void {
    let paged = flags & POOL_FLAG_PAGED != 0;
    rules::at_most(
        if paged { APC_LEVEL } else { DISPATCH_LEVEL },
        "ExAllocatePool2",
    );
    if (flags & KINDS).count_ones() != 1 || flags & !KNOWN != 0 || tag == 0 || size == 0 {
        let raise = flags & POOL_FLAG_RAISE_ON_FAILURE != 0;
        crate::log!("ExAllocatePool2({flags:#x}, {size}, {tag:#x}) refused: raising is {raise}");
        return core::ptr::null_mut();
    }
    let fill = if flags & POOL_FLAG_UNINITIALIZED != 0 {
        UNINITIALIZED
    } else {
        0
    };
    allocate(size, tag, fill, paged).map_or(core::ptr::null_mut(), |address| address.as_mut_ptr())
}

fn free(address: u64, tag: Option<u32>, export: &'static str) {
    let mut state = STATE.lock();
    let Some(block) = state.blocks.remove(&address) else {
        drop(state);
        bugcheck(
            bugcheck::BAD_POOL_CALLER,
            [0x46, address, 0, 0],
            format_args!("{export}: {address:#x} is no block of pool, or was freed before"),
        );
    };
    if let Some(usage) = state.tags.get_mut(&block.tag) {
        usage.blocks -= 1;
        usage.bytes -= block.size as u64;
    }
    drop(state);
    rules::at_most(
        if block.paged {
            APC_LEVEL
        } else {
            DISPATCH_LEVEL
        },
        export,
    );
    if let Some(tag) = tag.filter(|&tag| tag != 0 && tag != block.tag) {
        bugcheck(
            bugcheck::BAD_POOL_CALLER,
            [0x0A, address, u64::from(block.tag), u64::from(tag)],
            format_args!("{export}: freed with another tag than it was allocated with"),
        );
    }
    let offset = if block.size < PAGE {
        address as usize % PAGE
    } else {
        0
    };
    let start = address - offset as u64;
    let total = pages(block.size) * PAGE;
    // SAFETY: the block is in the table, so its pages are mapped, and nobody else may use them any more.
    let bytes = unsafe { core::slice::from_raw_parts(start as *const u8, total) };
    for at in (0..offset).chain(offset + block.size..total) {
        if bytes[at] != AROUND {
            let side = if at < offset { "before" } else { "behind" };
            bugcheck(
                bugcheck::BAD_POOL_HEADER,
                [0x20, address, block.size as u64, start + at as u64],
                format_args!(
                    "{export}: a byte {side} the block of {} bytes was written",
                    block.size
                ),
            );
        }
    }
    blocks::free(VirtAddr::new(start), pages(block.size));
}

/// POOL_TYPE's bits that say which pool.
const PAGED_POOL: i32 = 1;
const MUST_SUCCEED: i32 = 2;
/// Of ExAllocatePoolWithTag: raise STATUS_INSUFFICIENT_RESOURCES instead of returning NULL.
const POOL_RAISE_IF_ALLOCATION_FAILURE: i32 = 16;
/// Tag of ExAllocatePool's blocks.
const NO_TAG: u32 = u32::from_le_bytes(*b"None");

/// ExAllocatePoolWithTag, ExAllocatePoolWithQuotaTag and ExAllocatePoolWithTagPriority: the content is not zeroed.
pub extern "system" fn ex_allocate_pool_with_tag(kind: i32, size: usize, tag: u32) -> *mut c_void {
    const EXPORT: &str = "ExAllocatePoolWithTag";
    let paged = kind & PAGED_POOL != 0;
    rules::at_most(if paged { APC_LEVEL } else { DISPATCH_LEVEL }, EXPORT);
    if kind & MUST_SUCCEED != 0 || tag == 0 {
        bugcheck(
            bugcheck::BAD_POOL_CALLER,
            [0x9A, kind as u64, size as u64, u64::from(tag)],
            format_args!("{EXPORT}: of a pool that must succeed, or without a tag"),
        );
    }
    // Windows gives at least one byte.
    match allocate(size.max(1), tag, UNINITIALIZED, paged) {
        Some(address) => address.as_mut_ptr(),
        None if kind & POOL_RAISE_IF_ALLOCATION_FAILURE != 0 => {
            crate::cpu::raise::raise_status(crate::abi::STATUS_INSUFFICIENT_RESOURCES)
        }
        None => core::ptr::null_mut(),
    }
}

/// ExAllocatePool.
pub extern "system" fn ex_allocate_pool(kind: i32, size: usize) -> *mut c_void {
    ex_allocate_pool_with_tag(kind, size, NO_TAG)
}

/// Frees the block of an MDL.
pub fn free_mdl(address: u64) {
    free(address, Some(MDL_TAG), "IoFreeMdl");
}

/// ExFreePool.
pub extern "system" fn ex_free_pool(address: *mut c_void) {
    free(address as u64, None, "ExFreePool");
}

/// ExFreePoolWithTag.
pub extern "system" fn ex_free_pool_with_tag(address: *mut c_void, tag: u32) {
    free(address as u64, Some(tag), "ExFreePoolWithTag");
}
