//! Pages that a device reaches.

use core::ptr::NonNull;

use dxgk::kernel::{PAGE_SIZE, PageBlock};
use wdk_sys::ntddk::{
    ExFreePool, MmAllocatePagesForMdlEx, MmFreePagesFromMdl, MmMapLockedPagesSpecifyCache,
    MmUnmapLockedPages,
};
use wdk_sys::{
    _MEMORY_CACHING_TYPE, _MM_PAGE_PRIORITY, FALSE, MDL, MM_ALLOCATE_FULLY_REQUIRED,
    MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS, PFN_NUMBER, PHYSICAL_ADDRESS,
};

use super::KERNEL_MODE;

/// The mapping is not executable (wdm.h, MdlMappingNoExecute).
const MDL_MAPPING_NO_EXECUTE: u32 = 0x4000_0000;

/// How much memory is asked for in one piece, where there is that much to ask for. A device is told of memory by its pieces,
/// and looks through the list of them for every row of a rectangle that it copies.
const CHUNK: usize = 64 * 1024;

/// What is asked for where there are no pieces of [`CHUNK`] left. The list of a frame buffer's pages must not be in more pieces than
/// its command's chain may have, and in pieces of two pages the longest list is not.
const SMALL_CHUNK: usize = 2 * PAGE_SIZE;

/// Zeroed pages, mapped. The MDL is the block's handle; behind it lie the page frame numbers. In chunks of [`CHUNK`] or of
/// [`SMALL_CHUNK`], or page by page if the system's memory is too fragmented for that.
pub(super) fn allocate_pages(pages: usize) -> Option<PageBlock> {
    let bytes = pages.checked_mul(PAGE_SIZE)?;
    let in_chunks = if bytes < CHUNK {
        None
    } else {
        [CHUNK, SMALL_CHUNK].into_iter().find_map(|chunk| {
            allocate_mdl(
                bytes.checked_add(chunk.wrapping_sub(1))? & !chunk.wrapping_sub(1),
                chunk,
            )
        })
    };
    let mdl = match in_chunks {
        Some(mdl) => mdl,
        None => allocate_mdl(bytes, 0)?,
    };
    // SAFETY: the MDL describes locked pages. BugCheckOnFailure is FALSE, so no failure raises an exception in kernel mode.
    let base = unsafe {
        MmMapLockedPagesSpecifyCache(
            mdl.as_ptr(),
            KERNEL_MODE,
            _MEMORY_CACHING_TYPE::MmCached,
            core::ptr::null_mut(),
            FALSE,
            _MM_PAGE_PRIORITY::NormalPagePriority as u32 | MDL_MAPPING_NO_EXECUTE,
        )
    };
    match NonNull::new(base.cast::<u8>()) {
        Some(base) => Some(PageBlock {
            base,
            pages,
            handle: mdl.cast(),
        }),
        None => {
            // SAFETY: not mapped, and used by nobody.
            unsafe { free_mdl(mdl) };
            None
        }
    }
}

/// All of these bytes or nothing; with a `chunk`, of which `bytes` is a multiple, in contiguous pieces of that size.
fn allocate_mdl(bytes: usize, chunk: usize) -> Option<NonNull<MDL>> {
    let low = PHYSICAL_ADDRESS { QuadPart: 0 };
    let high = PHYSICAL_ADDRESS { QuadPart: -1 };
    let skip = PHYSICAL_ADDRESS {
        QuadPart: i64::try_from(chunk).ok()?,
    };
    let contiguous = if chunk == 0 {
        0
    } else {
        MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS
    };
    // SAFETY: PASSIVE_LEVEL, as the callers' capability shows.
    let mdl = unsafe {
        MmAllocatePagesForMdlEx(
            low,
            high,
            skip,
            bytes as u64,
            _MEMORY_CACHING_TYPE::MmCached,
            MM_ALLOCATE_FULLY_REQUIRED | contiguous,
        )
    };
    let mdl = NonNull::new(mdl)?;
    // The page speaks of partial allocations in chunks without saying whether the other flag rules them out.
    // SAFETY: the MDL was just made, and is ours.
    if unsafe { mdl.as_ref().ByteCount } as usize != bytes {
        // SAFETY: not mapped, and used by nobody.
        unsafe { free_mdl(mdl) };
        return None;
    }
    Some(mdl)
}

/// The physical address of a page. Without an IOMMU that is what the device uses.
///
/// # Safety
///
/// The block is from [`allocate_pages`], has not been freed, and has that page.
pub(super) unsafe fn page_address(block: &PageBlock, index: usize) -> u64 {
    let mdl = block.handle.cast::<MDL>();
    // SAFETY: the array of page frame numbers follows the MDL and has an entry for each of the block's pages
    // (MmGetMdlPfnArray).
    let frame = unsafe { mdl.add(1).cast::<PFN_NUMBER>().add(index).read() };
    frame.wrapping_mul(PAGE_SIZE as u64)
}

/// # Safety
///
/// The block is from [`allocate_pages`], is freed once, and neither processor nor device uses it.
pub(super) unsafe fn free_pages(block: &PageBlock) {
    let mdl = block.handle.cast::<MDL>();
    // SAFETY: mapped by `allocate_pages`, and used by nobody any more.
    unsafe {
        MmUnmapLockedPages(block.base.as_ptr().cast(), mdl.as_ptr());
        free_mdl(mdl);
    }
}

/// # Safety
///
/// The MDL is from MmAllocatePagesForMdlEx and its pages are neither mapped nor used.
unsafe fn free_mdl(mdl: NonNull<MDL>) {
    // SAFETY: the caller's promise; the pages are freed first, then the MDL itself.
    unsafe {
        MmFreePagesFromMdl(mdl.as_ptr());
        ExFreePool(mdl.as_ptr().cast());
    }
}
