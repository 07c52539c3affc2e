//! MDLs over memory that is there already: IoAllocateMdl, locking its pages, mapping them once more.
//!
//! [`super::mm`] has the MDLs that come with pages of their own.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;

use x86_64::{PhysAddr, VirtAddr};

use super::{pool, rules};
use crate::abi::{IRP, MDL, STATUS_ACCESS_VIOLATION};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{APC_LEVEL, DISPATCH_LEVEL};
use crate::cpu::raise::raise_status;
use crate::memory::blocks::{self, Kind};
use crate::memory::paging::{self, Access};
use crate::memory::{PAGE, pages};
use crate::sync::Lock;

const MDL_MAPPED_TO_SYSTEM_VA: i16 = 0x01;
const MDL_PAGES_LOCKED: i16 = 0x02;
const MDL_SOURCE_IS_NONPAGED_POOL: i16 = 0x04;
const MDL_PARTIAL: i16 = 0x10;
const MDL_WRITE_OPERATION: i16 = 0x80;
/// Flags of `priority`: the mapping is read only.
const MDL_MAPPING_NO_WRITE: u32 = 0x8000_0000;
/// IoReadAccess; the others write.
const IO_READ_ACCESS: i32 = 0;

/// What was done with an MDL of IoAllocateMdl.
#[derive(Clone, Debug, Default)]
struct State {
    locked: bool,
    mapped_at: Option<u64>,
}

static MDLS: Lock<BTreeMap<u64, State>> = Lock::new(BTreeMap::new());

/// Says what was not given back besides the MDL's memory, which is pool: locked pages, mappings.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    let mdls = MDLS.lock().clone();
    for (address, state) in mdls {
        if state.locked {
            say(format_args!(
                "the pages of the MDL at {address:#x} are locked"
            ));
        }
        if let Some(mapped) = state.mapped_at {
            say(format_args!(
                "the mapping at {mapped:#x} of the MDL at {address:#x}"
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

/// Whether IoAllocateMdl made it.
pub fn is_here(mdl: *const MDL) -> bool {
    MDLS.lock().contains_key(&(mdl as u64))
}

fn with<R>(mdl: *mut MDL, export: &'static str, body: impl FnOnce(&mut State) -> R) -> R {
    let mut mdls = MDLS.lock();
    let Some(state) = mdls.get_mut(&(mdl as u64)) else {
        drop(mdls);
        misuse(
            export,
            mdl,
            "no MDL of IoAllocateMdl, or it was freed before",
        );
    };
    body(state)
}

/// Pages that the buffer of an MDL touches.
fn span(offset: usize, length: usize) -> usize {
    pages(offset + length)
}

/// MmSizeOfMdl.
pub extern "system" fn mm_size_of_mdl(base: u64, length: usize) -> usize {
    size_of::<MDL>() + span(base as usize % PAGE, length) * 8
}

/// IoAllocateMdl.
pub extern "system" fn io_allocate_mdl(
    address: *mut c_void,
    length: u32,
    secondary: u8,
    _charge: u8,
    irp: *mut IRP,
) -> *mut MDL {
    const EXPORT: &str = "IoAllocateMdl";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let size = mm_size_of_mdl(address as u64, length as usize);
    let Some(block) = pool::allocate(size, pool::MDL_TAG, 0, false) else {
        return core::ptr::null_mut();
    };
    let mdl = block.as_mut_ptr::<MDL>();
    let offset = address as usize % PAGE;
    // SAFETY: the block has room for it; the request is the caller's.
    unsafe {
        (*mdl).Size = size as i16;
        (*mdl).StartVa = (address as usize - offset) as *mut c_void;
        (*mdl).ByteCount = length;
        (*mdl).ByteOffset = offset as u32;
        if !irp.is_null() && secondary == 0 {
            (*irp).MdlAddress = mdl;
        }
    }
    MDLS.lock().insert(mdl as u64, State::default());
    mdl
}

/// IoFreeMdl: undoes a mapping of a partial MDL.
pub extern "system" fn io_free_mdl(mdl: *mut MDL) {
    const EXPORT: &str = "IoFreeMdl";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let state = with(mdl, EXPORT, |state| state.clone());
    if state.locked {
        misuse(EXPORT, mdl, "its pages are still locked");
    }
    if state.mapped_at.is_some() {
        unmap(mdl, EXPORT);
    }
    MDLS.lock().remove(&(mdl as u64));
    pool::free_mdl(mdl as u64);
}

/// The frame numbers behind an MDL.
///
/// # Safety
/// The MDL has so many.
unsafe fn numbers<'a>(mdl: *mut MDL) -> &'a mut [u64] {
    // SAFETY: the caller's promise.
    unsafe {
        let count = span((*mdl).ByteOffset as usize, (*mdl).ByteCount as usize);
        core::slice::from_raw_parts_mut(mdl.add(1).cast::<u64>(), count)
    }
}

/// Fills in the frame numbers; false at the first page that is not there, or may not be written though it is to be.
///
/// # Safety
/// The MDL is one of IoAllocateMdl.
unsafe fn fill(mdl: *mut MDL, write: bool) -> bool {
    // SAFETY: the caller's promise.
    let (start, numbers) = unsafe { ((*mdl).StartVa as u64, numbers(mdl)) };
    for (index, number) in numbers.iter_mut().enumerate() {
        let address = VirtAddr::try_new(start + (index * PAGE) as u64).ok();
        match address.and_then(paging::translate) {
            Some((frame, writable)) if writable || !write => {
                *number = frame.as_u64() / PAGE as u64;
            }
            _ => return false,
        }
    }
    true
}

/// MmProbeAndLockPages: raises STATUS_ACCESS_VIOLATION if a page is not there.
pub extern "system" fn mm_probe_and_lock_pages(mdl: *mut MDL, _mode: i8, operation: i32) {
    const EXPORT: &str = "MmProbeAndLockPages";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    if with(mdl, EXPORT, |state| state.locked) {
        misuse(EXPORT, mdl, "its pages are locked already");
    }
    let write = operation != IO_READ_ACCESS;
    // SAFETY: it is in the table.
    if !unsafe { fill(mdl, write) } {
        raise_status(STATUS_ACCESS_VIOLATION);
    }
    with(mdl, EXPORT, |state| state.locked = true);
    // SAFETY: as above.
    unsafe {
        (*mdl).MdlFlags |= MDL_PAGES_LOCKED;
        if write {
            (*mdl).MdlFlags |= MDL_WRITE_OPERATION;
        }
    }
}

/// MmUnlockPages: undoes the mapping too.
pub extern "system" fn mm_unlock_pages(mdl: *mut MDL) {
    const EXPORT: &str = "MmUnlockPages";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let state = with(mdl, EXPORT, |state| state.clone());
    if !state.locked {
        misuse(EXPORT, mdl, "its pages are not locked");
    }
    if state.mapped_at.is_some() {
        unmap(mdl, EXPORT);
    }
    with(mdl, EXPORT, |state| state.locked = false);
    // SAFETY: it is in the table.
    unsafe { (*mdl).MdlFlags &= !(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION) };
}

/// MmBuildMdlForNonPagedPool.
pub extern "system" fn mm_build_mdl_for_non_paged_pool(mdl: *mut MDL) {
    const EXPORT: &str = "MmBuildMdlForNonPagedPool";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    with(mdl, EXPORT, |_| ());
    // SAFETY: it is in the table.
    unsafe {
        if !fill(mdl, false) {
            misuse(EXPORT, mdl, "its buffer is not mapped");
        }
        (*mdl).MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
        (*mdl).MappedSystemVa =
            ((*mdl).StartVa as u64 + u64::from((*mdl).ByteOffset)) as *mut c_void;
    }
}

/// IoBuildPartialMdl.
pub extern "system" fn io_build_partial_mdl(
    source: *mut MDL,
    target: *mut MDL,
    address: *mut c_void,
    length: u32,
) {
    const EXPORT: &str = "IoBuildPartialMdl";
    with(target, EXPORT, |_| ());
    // SAFETY: the caller's MDLs; the target has room for its own length.
    unsafe {
        let start = (*source).StartVa as u64 + u64::from((*source).ByteOffset);
        let offset = address as u64 - start;
        let length = if length == 0 {
            (*source).ByteCount - offset as u32
        } else {
            length
        };
        (*target).StartVa = (address as u64 & !(PAGE as u64 - 1)) as *mut c_void;
        (*target).ByteOffset = (address as usize % PAGE) as u32;
        (*target).ByteCount = length;
        (*target).MdlFlags |= MDL_PARTIAL;
        let first = ((*target).StartVa as u64 - (*source).StartVa as u64) as usize / PAGE;
        let from = mdl_numbers(source);
        let to = numbers(target);
        to.copy_from_slice(&from[first..first + to.len()]);
    }
}

/// The frame numbers of any MDL, copied.
///
/// # Safety
/// The MDL is whole.
unsafe fn mdl_numbers(mdl: *mut MDL) -> Vec<u64> {
    // SAFETY: the caller's promise.
    unsafe { numbers(mdl) }.to_vec()
}

/// MmMapLockedPagesSpecifyCache of one of these MDLs, in kernel mode.
pub fn map(mdl: *mut MDL, priority: u32, export: &'static str) -> *mut c_void {
    rules::at_most(DISPATCH_LEVEL, export);
    // SAFETY: it is in the table.
    let flags = unsafe { (*mdl).MdlFlags };
    if flags & MDL_SOURCE_IS_NONPAGED_POOL != 0 {
        // SAFETY: as above.
        return unsafe { (*mdl).MappedSystemVa };
    }
    if flags & (MDL_PAGES_LOCKED | MDL_PARTIAL) == 0 {
        misuse(export, mdl, "its pages are not locked");
    }
    if with(mdl, export, |state| state.mapped_at.is_some()) {
        misuse(export, mdl, "the MDL is mapped already");
    }
    let access = if priority & MDL_MAPPING_NO_WRITE != 0 {
        Access::Read
    } else {
        Access::Write
    };
    // SAFETY: as above.
    let (numbers, offset) = unsafe { (mdl_numbers(mdl), u64::from((*mdl).ByteOffset)) };
    let start = blocks::reserve(Kind::Mdl, numbers.len());
    for (address, number) in blocks::addresses(start, numbers.len()).zip(&numbers) {
        // SAFETY: the driver's own pages once more, as the MDL says, at fresh addresses.
        unsafe { paging::map(address, PhysAddr::new(number * PAGE as u64), access) };
    }
    let mapped = (start + offset).as_mut_ptr::<c_void>();
    with(mdl, export, |state| state.mapped_at = Some(mapped as u64));
    // SAFETY: as above.
    unsafe {
        (*mdl).MappedSystemVa = mapped;
        (*mdl).MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    }
    mapped
}

/// Undoes the mapping of one of these MDLs.
pub fn unmap(mdl: *mut MDL, export: &'static str) {
    // SAFETY: it is in the table, as `with` checks.
    let flags = unsafe { (*mdl).MdlFlags };
    if flags & MDL_SOURCE_IS_NONPAGED_POOL != 0 {
        return;
    }
    let Some(mapped) = with(mdl, export, |state| state.mapped_at.take()) else {
        misuse(export, mdl, "the MDL is not mapped");
    };
    let start = VirtAddr::new(mapped & !(PAGE as u64 - 1));
    // SAFETY: as above.
    unsafe {
        for address in blocks::addresses(start, numbers(mdl).len()) {
            paging::unmap(address);
        }
        (*mdl).MappedSystemVa = core::ptr::null_mut();
        (*mdl).MdlFlags &= !MDL_MAPPED_TO_SYSTEM_VA;
    }
}

/// ProbeForRead: raises STATUS_ACCESS_VIOLATION for what is not user mode's. Windows, too, looks at the address only.
pub extern "system" fn probe_for_read(address: u64, length: usize, alignment: u32) {
    rules::at_most(APC_LEVEL, "ProbeForRead");
    probe(address, length, alignment);
}

/// ProbeForWrite.
pub extern "system" fn probe_for_write(address: u64, length: usize, alignment: u32) {
    rules::at_most(APC_LEVEL, "ProbeForWrite");
    probe(address, length, alignment);
}

fn probe(address: u64, length: usize, alignment: u32) {
    use core::sync::atomic::Ordering;
    let end = super::variables::USER_PROBE_ADDRESS.load(Ordering::Relaxed);
    if length == 0 {
        return;
    }
    if address & u64::from(alignment.max(1) - 1) != 0 {
        super::seh::ex_raise_datatype_misalignment();
    }
    if address
        .checked_add(length as u64)
        .is_none_or(|last| last > end)
    {
        super::seh::ex_raise_access_violation();
    }
}
