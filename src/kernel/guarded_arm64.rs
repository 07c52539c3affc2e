//! Copies from memory that may fault when it is read, by MmCopyMemory: the guarded routine is
//! written for x64 only.

use dxgk::memory::RectCopy;
use dxgk::status::Status;
use wdk_sys::ntddk::MmCopyMemory;
use wdk_sys::{MM_COPY_ADDRESS, MM_COPY_MEMORY_VIRTUAL};

/// Makes a copy. MmCopyMemory returns an error where a plain read would be a bug check.
///
/// # Safety
///
/// As [`Kernel::copy`](dxgk::kernel::Kernel::copy).
pub(super) unsafe fn copy(copy: &RectCopy) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    unsafe { copy.run(read) }
}

fn read(from: *const u8, to: &mut [u8]) -> Result<(), Status> {
    let mut source = MM_COPY_ADDRESS::default();
    source.__bindgen_anon_1.VirtualAddress = from.cast_mut().cast();
    let (length, mut copied) = (to.len() as u64, 0);
    let to = to.as_mut_ptr().cast();
    let flags = MM_COPY_MEMORY_VIRTUAL;
    // SAFETY: a bad source is an error, not a crash. PASSIVE_LEVEL is below APC_LEVEL.
    let status = unsafe { MmCopyMemory(to, source, length, flags, &raw mut copied) };
    Status::check(status)
}
