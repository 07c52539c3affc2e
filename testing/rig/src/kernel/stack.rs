//! Device stacks: a driver's device above another one's, and the lock that keeps it from being
//! removed.

use core::sync::atomic::{AtomicI32, Ordering};

use super::{ke, rules, waits};
use crate::abi::*;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{DISPATCH_LEVEL, PASSIVE_LEVEL};

/// The device on top of the stack that `device` belongs to.
pub fn top(device: *mut DEVICE_OBJECT) -> *mut DEVICE_OBJECT {
    let mut top = device;
    // SAFETY: devices of a stack are there while they are attached.
    unsafe {
        while !(*top).AttachedDevice.is_null() {
            top = (*top).AttachedDevice;
        }
    }
    top
}

/// IoAttachDeviceToDeviceStack: returns the device that was on top.
pub extern "system" fn io_attach_device_to_device_stack(
    source: *mut DEVICE_OBJECT,
    target: *mut DEVICE_OBJECT,
) -> *mut DEVICE_OBJECT {
    rules::at_most(DISPATCH_LEVEL, "IoAttachDeviceToDeviceStack");
    let below = top(target);
    // SAFETY: the caller's device, which is on no stack, and one that is.
    unsafe {
        (*below).AttachedDevice = source;
        (*source).StackSize = (*below).StackSize + 1;
    }
    below
}

/// IoDetachDevice, from the device that attaching returned.
pub extern "system" fn io_detach_device(below: *mut DEVICE_OBJECT) {
    const EXPORT: &str = "IoDetachDevice";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: a device of a stack.
    let attached =
        unsafe { core::mem::replace(&mut (*below).AttachedDevice, core::ptr::null_mut()) };
    if attached.is_null() {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, below as u64, 0, 0],
            format_args!("{EXPORT}: no device is attached"),
        );
    }
}

/// IO_REMOVE_LOCK without the debugging part.
#[derive(Debug)]
#[repr(C)]
pub struct RemoveLock {
    removed: u8,
    reserved: [u8; 3],
    /// Holders, and one while it is not being removed.
    count: AtomicI32,
    event: KEVENT,
}

const _: () = assert!(size_of::<RemoveLock>() == 32);

/// IoInitializeRemoveLockEx.
pub extern "system" fn io_initialize_remove_lock_ex(
    lock: *mut RemoveLock,
    _tag: u32,
    _minutes: u32,
    _high: u32,
    size: u32,
) {
    rules::at_most(PASSIVE_LEVEL, "IoInitializeRemoveLockEx");
    assert_eq!(size as usize, size_of::<RemoveLock>());
    // SAFETY: the caller's lock.
    unsafe {
        (*lock).removed = 0;
        (*lock).count = AtomicI32::new(1);
        ke::ke_initialize_event(&raw mut (*lock).event, 0, 0);
    }
}

/// Gives one hold back; the last one wakes what waits.
///
/// # Safety
///
/// An initialized lock.
unsafe fn give_back(lock: *mut RemoveLock, export: &'static str) {
    // SAFETY: the caller's promise.
    let before = unsafe { (*lock).count.fetch_sub(1, Ordering::SeqCst) };
    if before <= 0 {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, lock as u64, 0, 0],
            format_args!("{export}: the remove lock is not held"),
        );
    }
    if before == 1 {
        // SAFETY: as above.
        ke::ke_set_event(unsafe { &raw mut (*lock).event }, 0, 0);
    }
}

/// IoAcquireRemoveLockEx.
pub extern "system" fn io_acquire_remove_lock_ex(
    lock: *mut RemoveLock,
    _tag: PVOID,
    _file: *const u8,
    _line: u32,
    _size: u32,
) -> NTSTATUS {
    const EXPORT: &str = "IoAcquireRemoveLockEx";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    // SAFETY: the caller's initialized lock.
    unsafe {
        (*lock).count.fetch_add(1, Ordering::SeqCst);
        if (&raw const (*lock).removed).read_volatile() == 0 {
            return STATUS_SUCCESS;
        }
        give_back(lock, EXPORT);
    }
    STATUS_DELETE_PENDING
}

/// IoReleaseRemoveLockEx.
pub extern "system" fn io_release_remove_lock_ex(lock: *mut RemoveLock, _tag: PVOID, _size: u32) {
    const EXPORT: &str = "IoReleaseRemoveLockEx";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    // SAFETY: the caller holds the lock.
    unsafe { give_back(lock, EXPORT) };
}

/// IoReleaseRemoveLockAndWaitEx: the caller's own hold, and that of a device which is not being
/// removed.
pub extern "system" fn io_release_remove_lock_and_wait_ex(
    lock: *mut RemoveLock,
    _tag: PVOID,
    _size: u32,
) {
    const EXPORT: &str = "IoReleaseRemoveLockAndWaitEx";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: the caller holds the lock.
    unsafe {
        (&raw mut (*lock).removed).write_volatile(1);
        give_back(lock, EXPORT);
        give_back(lock, EXPORT);
        let event = &raw mut (*lock).event;
        waits::ke_wait_for_single_object(event, 0, 0, 0, core::ptr::null());
    }
}
