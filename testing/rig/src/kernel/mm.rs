//! Mm: pages that a device reaches, their mappings, and reading memory that may not be there.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::mem::size_of;
use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::{PhysAddr, VirtAddr};

use super::{mdl, pool, rules};
use crate::abi::{MDL, NTSTATUS, STATUS_INVALID_PARAMETER, STATUS_PARTIAL_COPY, STATUS_SUCCESS};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{APC_LEVEL, DISPATCH_LEVEL};
use crate::memory::blocks::{self, Kind};
use crate::memory::paging::{self, Access};
use crate::memory::{PAGE, frames, pages};
use crate::sync::Lock;

const MM_DONT_ZERO_ALLOCATION: u32 = 0x01;
const MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS: u32 = 0x20;

const MDL_MAPPED_TO_SYSTEM_VA: i16 = 0x01;
const MDL_PAGES_LOCKED: i16 = 0x02;
const MDL_MAPPING_NO_WRITE: u32 = 0x8000_0000;

const MM_COPY_MEMORY_PHYSICAL: u32 = 1;
const MM_COPY_MEMORY_VIRTUAL: u32 = 2;

/// The frames of each MDL from MmAllocatePagesForMdlEx, as they were given out, and where they are mapped.
#[derive(Debug)]
struct Allocation {
    frames: Vec<u64>,
    mapped_at: Option<u64>,
}

/// Contiguous pieces that were given out.
pub static PIECES: AtomicU64 = AtomicU64::new(0);

static ALLOCATIONS: Lock<BTreeMap<u64, Allocation>> = Lock::new(BTreeMap::new());

/// Says what was not given back: the pages of MDLs, and their mappings.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    for (mdl, one) in ALLOCATIONS.lock().iter() {
        let bytes = one.frames.len() * PAGE;
        say(format_args!(
            "{bytes} bytes of pages of the MDL at {mdl:#x}"
        ));
        if let Some(address) = one.mapped_at {
            say(format_args!(
                "the mapping at {address:#x} of the MDL at {mdl:#x}"
            ));
        }
    }
}

fn misuse(export: &'static str, mdl: *const MDL, what: &str) -> ! {
    bugcheck(
        bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
        [0xB1, mdl as u64, 0, 0],
        format_args!("{export}: {what}"),
    )
}

/// MmAllocatePagesForMdlEx: pages from everywhere, so that none follows its neighbour but by chance; or in pieces, if those are
/// asked for in the one size there is.
pub extern "system" fn mm_allocate_pages_for_mdl_ex(
    low: u64,
    high: u64,
    skip: u64,
    bytes: usize,
    _cache: i32,
    flags: u32,
) -> *mut MDL {
    const EXPORT: &str = "MmAllocatePagesForMdlEx";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let count = pages(bytes);
    let size = size_of::<MDL>() + count * 8;
    let in_pieces = flags & MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS != 0;
    let fits =
        skip == 0 || (skip.is_power_of_two() && skip >= PAGE as u64 && bytes as u64 % skip == 0);
    if in_pieces && !fits {
        misuse(
            EXPORT,
            core::ptr::null(),
            "SkipBytes is no power of two of which TotalBytes is a multiple",
        );
    }
    let piece = if !in_pieces || count == 1 {
        1
    } else if skip == (frames::PIECE * PAGE) as u64 {
        frames::PIECE
    } else {
        return core::ptr::null_mut();
    };
    let mut taken = Vec::with_capacity(count);
    while taken.len() < count {
        let first = if piece == 1 {
            frames::allocate()
        } else {
            frames::allocate_piece()
        };
        let Some(first) = first.filter(|first| (low..=high).contains(&first.as_u64())) else {
            break;
        };
        for frame in (first.as_u64()..).step_by(PAGE).take(piece) {
            if flags & MM_DONT_ZERO_ALLOCATION == 0 {
                // SAFETY: a free frame in the window.
                unsafe { core::ptr::write_bytes(paging::window(PhysAddr::new(frame)), 0, PAGE) };
            }
            taken.push(frame);
        }
    }
    let give_back = |taken: &[u64]| {
        taken
            .iter()
            .for_each(|&frame| frames::free(PhysAddr::new(frame)));
        core::ptr::null_mut()
    };
    if count == 0 || taken.len() < count {
        return give_back(&taken);
    }
    let Some(address) = pool::allocate(size, pool::MDL_TAG, 0, false) else {
        return give_back(&taken);
    };
    let mdl = address.as_mut_ptr::<MDL>();
    // SAFETY: the block has room for the MDL and a frame number for each page.
    unsafe {
        // Windows, too, has no more than 16 bits for it.
        (*mdl).Size = size as i16;
        (*mdl).MdlFlags = MDL_PAGES_LOCKED;
        (*mdl).ByteCount = (count * PAGE) as u32;
        let numbers = mdl.add(1).cast::<u64>();
        for (index, frame) in taken.iter().enumerate() {
            numbers.add(index).write(frame / PAGE as u64);
        }
    }
    if piece != 1 {
        PIECES.fetch_add((count / piece) as u64, Ordering::Relaxed);
    }
    ALLOCATIONS.lock().insert(
        mdl as u64,
        Allocation {
            frames: taken,
            mapped_at: None,
        },
    );
    mdl
}

/// MmMapLockedPagesSpecifyCache, in kernel mode.
pub extern "system" fn mm_map_locked_pages_specify_cache(
    list: *mut MDL,
    mode: i8,
    _cache: i32,
    _requested: *mut c_void,
    _bugcheck_on_failure: u32,
    priority: u32,
) -> *mut c_void {
    const EXPORT: &str = "MmMapLockedPagesSpecifyCache";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let mdl = list;
    if mode != 0 {
        misuse(EXPORT, mdl, "mapped for user mode: there is none");
    }
    if mdl::is_here(mdl) {
        return mdl::map(mdl, priority, EXPORT);
    }
    let mut all = ALLOCATIONS.lock();
    let Some(allocation) = all.get_mut(&(mdl as u64)) else {
        drop(all);
        misuse(
            EXPORT,
            mdl,
            "the MDL is neither of MmAllocatePagesForMdlEx nor of IoAllocateMdl",
        );
    };
    if allocation.mapped_at.is_some() {
        drop(all);
        misuse(EXPORT, mdl, "the MDL is mapped already");
    }
    let access = if priority & MDL_MAPPING_NO_WRITE != 0 {
        Access::Read
    } else {
        Access::Write
    };
    let start = blocks::reserve(Kind::Mdl, allocation.frames.len());
    for (address, &frame) in
        blocks::addresses(start, allocation.frames.len()).zip(&allocation.frames)
    {
        // SAFETY: the frames belong to this MDL, and the addresses are fresh.
        unsafe { paging::map(address, PhysAddr::new(frame), access) };
    }
    allocation.mapped_at = Some(start.as_u64());
    // SAFETY: the MDL is in the table, so its block of pool is there.
    unsafe {
        (*mdl).MappedSystemVa = start.as_mut_ptr();
        (*mdl).MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    }
    start.as_mut_ptr()
}

/// MmUnmapLockedPages.
pub extern "system" fn mm_unmap_locked_pages(base: *mut c_void, list: *mut MDL) {
    const EXPORT: &str = "MmUnmapLockedPages";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    if mdl::is_here(list) {
        return mdl::unmap(list, EXPORT);
    }
    let mdl = list;
    let mut all = ALLOCATIONS.lock();
    let mapped = all
        .get_mut(&(mdl as u64))
        .filter(|one| one.mapped_at == Some(base as u64));
    let Some(allocation) = mapped else {
        drop(all);
        misuse(EXPORT, mdl, "the MDL is not mapped there");
    };
    allocation.mapped_at = None;
    let count = allocation.frames.len();
    drop(all);
    for address in blocks::addresses(VirtAddr::from_ptr(base), count) {
        paging::unmap(address);
    }
    // SAFETY: as above.
    unsafe {
        (*mdl).MappedSystemVa = core::ptr::null_mut();
        (*mdl).MdlFlags &= !MDL_MAPPED_TO_SYSTEM_VA;
    }
}

/// MmFreePagesFromMdl.
pub extern "system" fn mm_free_pages_from_mdl(mdl: *mut MDL) {
    const EXPORT: &str = "MmFreePagesFromMdl";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let Some(allocation) = ALLOCATIONS.lock().remove(&(mdl as u64)) else {
        misuse(
            EXPORT,
            mdl,
            "the MDL is not one of MmAllocatePagesForMdlEx, or was freed before",
        );
    };
    if allocation.mapped_at.is_some() {
        misuse(EXPORT, mdl, "the MDL is still mapped");
    }
    for (index, &frame) in allocation.frames.iter().enumerate() {
        // SAFETY: the MDL was in the table, so its frame numbers are there.
        let number = unsafe { mdl.add(1).cast::<u64>().add(index).read() };
        if number != frame / PAGE as u64 {
            misuse(EXPORT, mdl, "its frame numbers were changed");
        }
        frames::free(PhysAddr::new(frame));
    }
}

/// MmCopyMemory: copies what is mapped, and stops with an error at what is not or belongs to a device.
pub extern "system" fn mm_copy_memory(
    target: *mut u8,
    source: u64,
    bytes: usize,
    flags: u32,
    transferred: *mut usize,
) -> NTSTATUS {
    rules::at_most(APC_LEVEL, "MmCopyMemory");
    let mut done = 0;
    let status = match flags {
        MM_COPY_MEMORY_VIRTUAL => loop {
            if done == bytes {
                break STATUS_SUCCESS;
            }
            let Some(at) = readable(source.wrapping_add(done as u64)) else {
                break STATUS_PARTIAL_COPY;
            };
            let length = (PAGE - at as usize % PAGE).min(bytes - done);
            // SAFETY: the window shows the page that is mapped there; the target is the caller's.
            unsafe { core::ptr::copy(at as *const u8, target.add(done), length) };
            done += length;
        },
        MM_COPY_MEMORY_PHYSICAL => crate::bugcheck::bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, source, 0, 0],
            format_args!("MmCopyMemory from physical memory: the rig does not have it"),
        ),
        _ => STATUS_INVALID_PARAMETER,
    };
    // SAFETY: an out-parameter of the caller's.
    unsafe { transferred.write(done) };
    status
}

/// Where the rig's window shows the byte at `address`; `None` if nothing or a device is mapped there.
fn readable(address: u64) -> Option<u64> {
    if blocks::kind_of(address) == Some(Kind::Device) {
        return None;
    }
    let (physical, _) = paging::translate(VirtAddr::try_new(address).ok()?)?;
    Some(paging::window(physical) as u64)
}

/// MmMapLockedPages.
pub extern "system" fn mm_map_locked_pages(mdl: *mut MDL, mode: i8) -> *mut c_void {
    mm_map_locked_pages_specify_cache(mdl, mode, 1, core::ptr::null_mut(), 1, 16)
}

/// MmAllocatePagesForMdl.
pub extern "system" fn mm_allocate_pages_for_mdl(
    low: u64,
    high: u64,
    skip: u64,
    bytes: usize,
) -> *mut MDL {
    mm_allocate_pages_for_mdl_ex(low, high, skip, bytes, 1, 0)
}
