//! Requests: opening, closing, the stress, and what is for the drivers below.

use dirql::Passive;
use edu::{EXERCISE, Exercise, REQUEST_BYTES, RESULT_BYTES, Request};
use wdk_sys::ntddk::{
    IoAcquireRemoveLockEx, IoReleaseRemoveLockAndWaitEx, IoReleaseRemoveLockEx, IofCallDriver,
    IofCompleteRequest, KeGetCurrentIrql,
};
use wdk_sys::{
    DEVICE_OBJECT, IO_NO_INCREMENT, IO_REMOVE_LOCK, IO_STACK_LOCATION, IRP, NT_SUCCESS, NTSTATUS,
    PASSIVE_LEVEL, STATUS_DEVICE_NOT_READY, STATUS_INVALID_DEVICE_REQUEST,
    STATUS_INVALID_DEVICE_STATE, STATUS_INVALID_PARAMETER, STATUS_SUCCESS,
};

use crate::device::Extension;

/// The current stack location.
///
/// # Safety
///
/// An IRP that this driver has.
pub unsafe fn location(irp: *mut IRP) -> *mut IO_STACK_LOCATION {
    // SAFETY: the caller's promise.
    unsafe {
        (*irp)
            .Tail
            .Overlay
            .__bindgen_anon_2
            .__bindgen_anon_1
            .CurrentStackLocation
    }
}

/// Completes the IRP, which must not be touched afterwards.
///
/// # Safety
///
/// An IRP that this driver has.
pub unsafe fn complete(irp: *mut IRP, status: NTSTATUS, information: usize) -> NTSTATUS {
    // SAFETY: the caller's promise.
    unsafe {
        (*irp).IoStatus.__bindgen_anon_1.Status = status;
        (*irp).IoStatus.Information = information as u64;
        IofCompleteRequest(irp, IO_NO_INCREMENT as i8);
    }
    status
}

/// Hands the IRP on with this driver's stack location (IoSkipCurrentIrpStackLocation,
/// IoCallDriver).
///
/// # Safety
///
/// An IRP that this driver has, and the next device of the stack.
pub unsafe fn skip(irp: *mut IRP, below: *mut DEVICE_OBJECT) -> NTSTATUS {
    // SAFETY: the caller's promise; the location before the current one is the caller's.
    unsafe {
        let overlay = &mut (*irp).Tail.Overlay.__bindgen_anon_2.__bindgen_anon_1;
        (*irp).CurrentLocation = (*irp).CurrentLocation.wrapping_add(1);
        overlay.CurrentStackLocation = overlay.CurrentStackLocation.add(1);
        IofCallDriver(below, irp)
    }
}

/// A remove lock that is held.
pub struct Held(*mut IO_REMOVE_LOCK);

impl Held {
    /// Holds the lock for this IRP, if the device is not being removed.
    ///
    /// # Errors
    ///
    /// STATUS_DELETE_PENDING.
    pub fn acquire(extension: &Extension, irp: *mut IRP) -> Result<Self, NTSTATUS> {
        let lock = extension.lock.get();
        // SAFETY: initialized by AddDevice.
        let status = unsafe {
            IoAcquireRemoveLockEx(
                lock,
                irp.cast(),
                c"".as_ptr().cast(),
                1,
                size_of::<IO_REMOVE_LOCK>() as u32,
            )
        };
        if NT_SUCCESS(status) {
            Ok(Self(lock))
        } else {
            Err(status)
        }
    }

    /// Gives it back for good: waits until no other request holds it, and none will. PASSIVE_LEVEL.
    pub fn release_and_wait(self, irp: *mut IRP) {
        let size = size_of::<IO_REMOVE_LOCK>() as u32;
        // SAFETY: acquired for this IRP, in IRP_MN_REMOVE_DEVICE.
        unsafe { IoReleaseRemoveLockAndWaitEx(self.0, irp.cast(), size) };
    }

    /// Gives it back.
    pub fn release(self, irp: *mut IRP) {
        // SAFETY: acquired for this IRP, whose address is all that is used of it.
        unsafe { IoReleaseRemoveLockEx(self.0, irp.cast(), size_of::<IO_REMOVE_LOCK>() as u32) };
    }
}

/// IRP_MJ_CREATE, IRP_MJ_CLEANUP, IRP_MJ_CLOSE.
///
/// # Safety
///
/// The I/O manager's call.
pub unsafe extern "C" fn open_or_close(_: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the I/O manager's IRP.
    unsafe { complete(irp, STATUS_SUCCESS, 0) }
}

/// What this driver has no use for.
///
/// # Safety
///
/// The I/O manager's call.
pub unsafe extern "C" fn pass_on(device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: one of this driver's devices.
    let extension = unsafe { Extension::of(device) };
    match Held::acquire(extension, irp) {
        Ok(held) => {
            // SAFETY: the I/O manager's IRP and our next device.
            let status = unsafe { skip(irp, extension.below) };
            held.release(irp);
            status
        }
        // SAFETY: as above.
        Err(status) => unsafe { complete(irp, status, 0) },
    }
}

/// IRP_MJ_DEVICE_CONTROL.
///
/// # Safety
///
/// The I/O manager's call.
pub unsafe extern "C" fn device_control(device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: one of this driver's devices.
    let extension = unsafe { Extension::of(device) };
    let held = match Held::acquire(extension, irp) {
        Ok(held) => held,
        // SAFETY: the I/O manager's IRP.
        Err(status) => return unsafe { complete(irp, status, 0) },
    };
    // SAFETY: as above; the lock is held.
    let answer = unsafe { exercise(extension, irp) };
    let (status, information) = match answer {
        Ok(()) => (STATUS_SUCCESS, RESULT_BYTES),
        Err(status) => (status, 0),
    };
    // SAFETY: as above.
    let status = unsafe { complete(irp, status, information) };
    held.release(irp);
    status
}

/// Runs the stress and leaves its result in the buffer.
///
/// # Safety
///
/// An IRP_MJ_DEVICE_CONTROL of this driver's, with the remove lock held.
unsafe fn exercise(extension: &Extension, irp: *mut IRP) -> Result<(), NTSTATUS> {
    // SAFETY: the member for this function.
    let parameters = unsafe { (*location(irp)).Parameters.DeviceIoControl };
    if parameters.IoControlCode != EXERCISE {
        return Err(STATUS_INVALID_DEVICE_REQUEST);
    }
    // SAFETY: the buffer of a buffered request.
    let buffer = unsafe { (*irp).AssociatedIrp.SystemBuffer }.cast::<u8>();
    if parameters.InputBufferLength as usize != REQUEST_BYTES
        || (parameters.OutputBufferLength as usize) < RESULT_BYTES
        || buffer.is_null()
    {
        return Err(STATUS_INVALID_PARAMETER);
    }
    // Another driver could send this from anywhere.
    // SAFETY: may be called anywhere.
    if u32::from(unsafe { KeGetCurrentIrql() }) != PASSIVE_LEVEL {
        return Err(STATUS_INVALID_DEVICE_STATE);
    }
    // SAFETY: checked above; the I/O manager's buffer has the request.
    let (mut irql, request) = unsafe {
        let bytes = buffer.cast::<[u8; REQUEST_BYTES]>().read_unaligned();
        (Passive::assume(), Request::from_bytes(&bytes))
    };
    let request = request.ok_or(STATUS_INVALID_PARAMETER)?;
    // SAFETY: the remove lock is held for longer.
    let started = unsafe { extension.started() }.ok_or(STATUS_DEVICE_NOT_READY)?;
    let done: Exercise = edu::stress(started.interrupts(), &mut irql, request)
        .map_err(|_| STATUS_INVALID_DEVICE_STATE)?;
    // SAFETY: the buffer is at least as long as the output, which was checked.
    unsafe {
        buffer
            .cast::<[u8; RESULT_BYTES]>()
            .write_unaligned(done.to_bytes());
    }
    Ok(())
}
