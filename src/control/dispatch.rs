//! The routine in front of every entry of the dispatch table.

use core::mem::transmute;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use dxgk::irql::Passive;
use dxgk::status::Status;
use wdk_sys::ntddk::{IofCompleteRequest, KeGetCurrentIrql};
use wdk_sys::{
    DEVICE_OBJECT, DRIVER_OBJECT, IO_NO_INCREMENT, IO_STACK_LOCATION, IRP, IRP_MJ_CLEANUP,
    IRP_MJ_CLOSE, IRP_MJ_CREATE, IRP_MJ_DEVICE_CONTROL, IRP_MJ_MAXIMUM_FUNCTION, NTSTATUS,
    PASSIVE_LEVEL, PDRIVER_DISPATCH, STATUS_SUCCESS,
};

use super::device::is_control;
use crate::trace;

const ENTRIES: usize = IRP_MJ_MAXIMUM_FUNCTION as usize + 1;

/// What stood in the table: the port driver's routines, as plain pointers.
static BEHIND: [AtomicPtr<()>; ENTRIES] = [const { AtomicPtr::new(ptr::null_mut()) }; ENTRIES];

/// The driver object, once the table is ours.
static DRIVER: AtomicPtr<DRIVER_OBJECT> = AtomicPtr::new(ptr::null_mut());

/// Puts [`dispatch`] in front of every entry. After this, and only then, there can be a control device.
///
/// A driver object with fast I/O routines is left alone: those get device controls without an IRP, for any device, and could not tell ours.
///
/// # Safety
///
/// The driver's own object, at PASSIVE_LEVEL, after the port driver has filled its table and before a device of the driver exists.
pub unsafe fn put_in_front(driver: *mut DRIVER_OBJECT) {
    // SAFETY: the caller's promise.
    let driver = unsafe { &mut *driver };
    if !driver.FastIoDispatch.is_null() {
        trace::failed("stand in front of fast I/O", Status::NOT_SUPPORTED.raw());
        return;
    }
    for (entry, behind) in driver.MajorFunction.iter_mut().zip(&BEHIND) {
        // SAFETY: a pointer to a function, or none.
        behind.store(
            unsafe { transmute::<PDRIVER_DISPATCH, *mut ()>(*entry) },
            Ordering::Release,
        );
        *entry = Some(dispatch);
    }
    DRIVER.store(driver, Ordering::Release);
}

/// The driver object, if its table is ours.
pub(super) fn driver() -> Option<*mut DRIVER_OBJECT> {
    let driver = DRIVER.load(Ordering::Acquire);
    (!driver.is_null()).then_some(driver)
}

/// The routine that the port driver had for this function.
fn behind(major: u8) -> PDRIVER_DISPATCH {
    let routine = BEHIND.get(usize::from(major))?.load(Ordering::Acquire);
    // SAFETY: stored from the same type.
    unsafe { transmute::<*mut (), PDRIVER_DISPATCH>(routine) }
}

unsafe extern "C" fn dispatch(device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the I/O manager's arguments; an IRP that is dispatched has a current stack location.
    let stack = unsafe {
        (*irp)
            .Tail
            .Overlay
            .__bindgen_anon_2
            .__bindgen_anon_1
            .CurrentStackLocation
    };
    // SAFETY: as above; every device of this driver object is either dxgkrnl's or the control device.
    let (major, control) = unsafe { ((*stack).MajorFunction, is_control(device)) };
    if !control {
        return match behind(major) {
            // SAFETY: the port driver's routine with the I/O manager's arguments.
            Some(routine) => unsafe { routine(device, irp) },
            None => complete(irp, Err(Status::INVALID_DEVICE_REQUEST)),
        };
    }
    let result = match u32::from(major) {
        // SAFETY: an IRP of this function for the control device.
        IRP_MJ_CREATE => unsafe { create(stack) },
        IRP_MJ_CLEANUP | IRP_MJ_CLOSE => Ok(0),
        // SAFETY: as above.
        IRP_MJ_DEVICE_CONTROL => unsafe { device_control(irp, stack) },
        _ => Err(Status::INVALID_DEVICE_REQUEST),
    };
    complete(irp, result)
}

/// Opens the device, but nothing below it: there are no names there.
///
/// # Safety
///
/// The current stack location of an IRP_MJ_CREATE.
unsafe fn create(stack: *const IO_STACK_LOCATION) -> Result<usize, Status> {
    // SAFETY: the caller's promise; the I/O manager opens with a file object.
    let file = unsafe { (*stack).FileObject.as_ref() };
    if file.is_some_and(|file| file.FileName.Length != 0) {
        return Err(Status::INVALID_PARAMETER);
    }
    Ok(0)
}

/// A request. All of the contract's are METHOD_BUFFERED: one buffer for input and output, as long as the longer of the two. A
/// code of another method is refused before its buffers are looked at: they are of other lengths ("Buffer Descriptions for I/O
/// Control Codes").
///
/// # Safety
///
/// An IRP_MJ_DEVICE_CONTROL with its current stack location.
unsafe fn device_control(irp: *mut IRP, stack: *const IO_STACK_LOCATION) -> Result<usize, Status> {
    // SAFETY: the member for this function.
    let parameters = unsafe { (*stack).Parameters.DeviceIoControl };
    if ioctl::Operation::from_code(parameters.IoControlCode).is_none() {
        return Err(Status::INVALID_DEVICE_REQUEST);
    }
    let input = parameters.InputBufferLength as usize;
    let output = parameters.OutputBufferLength as usize;
    // SAFETY: the buffer of a buffered request.
    let system_buffer = unsafe { (*irp).AssociatedIrp.SystemBuffer }.cast::<u8>();
    // Another driver could send this from anywhere.
    // SAFETY: may be called anywhere.
    if u32::from(unsafe { KeGetCurrentIrql() }) != PASSIVE_LEVEL {
        return Err(Status::INVALID_DEVICE_STATE);
    }
    let length = input.max(output);
    if length > ioctl::MAX_BUFFER {
        return Err(Status::INVALID_PARAMETER);
    }
    let buffer = if length == 0 {
        &mut []
    } else if system_buffer.is_null() {
        return Err(Status::INVALID_PARAMETER);
    } else {
        // Beyond the input the buffer is what the pool last held: it must neither be read nor go back to user mode.
        // SAFETY: the I/O manager's buffer is as long as the longer of input and output, and this IRP's alone.
        unsafe {
            system_buffer
                .add(input)
                .write_bytes(0, length.saturating_sub(input));
            core::slice::from_raw_parts_mut(system_buffer, length)
        }
    };
    // SAFETY: checked above.
    let mut irql = unsafe { Passive::assume() };
    let written =
        crate::driver::request(parameters.IoControlCode, buffer, input, output, &mut irql)?;
    // The I/O manager copies that many bytes to the caller and trusts the number.
    if written > output {
        return Err(Status::INVALID_DEVICE_STATE);
    }
    Ok(written)
}

/// Completes the IRP; it must not be touched afterwards.
fn complete(irp: *mut IRP, result: Result<usize, Status>) -> NTSTATUS {
    let (status, information) = match result {
        Ok(information) => (STATUS_SUCCESS, information),
        Err(status) => (status.raw(), 0),
    };
    // SAFETY: an IRP that is ours, pending nowhere and without a cancel routine.
    unsafe {
        (*irp).IoStatus.__bindgen_anon_1.Status = status;
        (*irp).IoStatus.Information = information as u64;
        IofCompleteRequest(irp, IO_NO_INCREMENT as i8);
    }
    status
}
