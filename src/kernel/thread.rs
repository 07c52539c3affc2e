//! System threads.

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use wdk_sys::ntddk::{
    KeWaitForSingleObject, ObReferenceObjectByHandle, ObfDereferenceObject, PsCreateSystemThread,
    ZwClose,
};
use wdk_sys::{_KWAIT_REASON, FALSE, HANDLE, NT_SUCCESS, THREAD_ALL_ACCESS};

use super::KERNEL_MODE;

/// Starts a thread, which ends when its routine returns. Returns its object, referenced. PASSIVE_LEVEL.
pub(super) fn start(
    routine: unsafe extern "C" fn(*mut c_void),
    context: *mut c_void,
) -> Option<NonNull<c_void>> {
    let mut handle: HANDLE = ptr::null_mut();
    // SAFETY: our out-parameter; the routine takes this context.
    let status = unsafe {
        PsCreateSystemThread(
            &raw mut handle,
            THREAD_ALL_ACCESS,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            Some(routine),
            context,
        )
    };
    if !NT_SUCCESS(status) {
        return None;
    }
    let mut object = ptr::null_mut();
    // SAFETY: the handle from above, our out-parameter. From kernel mode no type has to be named.
    let status = unsafe {
        ObReferenceObjectByHandle(
            handle,
            THREAD_ALL_ACCESS,
            ptr::null_mut(),
            KERNEL_MODE,
            &raw mut object,
            ptr::null_mut(),
        )
    };
    // SAFETY: the handle from above, for the last time.
    let _ = unsafe { ZwClose(handle) };
    // A handle that was just made is good: this does not fail.
    if NT_SUCCESS(status) {
        NonNull::new(object)
    } else {
        None
    }
}

/// Waits until a thread has ended, and gives its object back. PASSIVE_LEVEL.
///
/// # Safety
///
/// `thread` is from [`start`], for the last time.
pub(super) unsafe fn join(thread: NonNull<c_void>) {
    // SAFETY: a thread's object, referenced.
    let _ = unsafe {
        KeWaitForSingleObject(
            thread.as_ptr(),
            _KWAIT_REASON::Executive,
            KERNEL_MODE,
            FALSE as u8,
            ptr::null_mut(),
        )
    };
    // SAFETY: referenced by `start`.
    unsafe { ObfDereferenceObject(thread.as_ptr()) };
}
