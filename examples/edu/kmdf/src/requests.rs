//! Requests: the stress.

use core::ffi::c_void;
use core::ptr;

use dirql::Passive;
use edu::{EXERCISE, REQUEST_BYTES, RESULT_BYTES, Request};
use wdk_sys::{
    NT_SUCCESS, NTSTATUS, STATUS_DEVICE_NOT_READY, STATUS_INVALID_DEVICE_REQUEST,
    STATUS_INVALID_DEVICE_STATE, STATUS_INVALID_PARAMETER, STATUS_SUCCESS, WDFQUEUE, WDFREQUEST,
    call_unsafe_wdf_function_binding,
};

use crate::device::Context;

/// EvtIoDeviceControl.
///
/// # Safety
///
/// The framework's call, at PASSIVE_LEVEL, as the device's attributes say.
pub unsafe extern "C" fn device_control(
    queue: WDFQUEUE,
    request: WDFREQUEST,
    _: usize,
    _: usize,
    code: u32,
) {
    // SAFETY: as said.
    let (status, information) = match unsafe { exercise(queue, request, code) } {
        Ok(()) => (STATUS_SUCCESS, RESULT_BYTES),
        Err(status) => (status, 0),
    };
    // SAFETY: the framework's request, once.
    unsafe {
        call_unsafe_wdf_function_binding!(
            WdfRequestCompleteWithInformation,
            request,
            status,
            information as u64
        );
    }
}

/// Runs the stress and leaves its result in the buffer.
///
/// # Safety
///
/// As [`device_control`].
unsafe fn exercise(queue: WDFQUEUE, request: WDFREQUEST, code: u32) -> Result<(), NTSTATUS> {
    if code != EXERCISE {
        return Err(STATUS_INVALID_DEVICE_REQUEST);
    }
    let mut buffer: *mut c_void = ptr::null_mut();
    // SAFETY: the framework's request and our out-parameter.
    success(unsafe {
        call_unsafe_wdf_function_binding!(
            WdfRequestRetrieveInputBuffer,
            request,
            REQUEST_BYTES,
            &raw mut buffer,
            ptr::null_mut()
        )
    })?;
    // SAFETY: at least so long.
    let bytes = unsafe { buffer.cast::<[u8; REQUEST_BYTES]>().read_unaligned() };
    let asked = Request::from_bytes(&bytes).ok_or(STATUS_INVALID_PARAMETER)?;
    // SAFETY: as above.
    success(unsafe {
        call_unsafe_wdf_function_binding!(
            WdfRequestRetrieveOutputBuffer,
            request,
            RESULT_BYTES,
            &raw mut buffer,
            ptr::null_mut()
        )
    })?;
    // SAFETY: the queue is this device's and power-managed; PASSIVE_LEVEL, with no other
    // capability.
    let (interrupts, mut irql) = unsafe {
        let device = call_unsafe_wdf_function_binding!(WdfIoQueueGetDevice, queue);
        (Context::of(device).interrupts(), Passive::assume())
    };
    let interrupts = interrupts.ok_or(STATUS_DEVICE_NOT_READY)?;
    let done =
        edu::stress(interrupts, &mut irql, asked).map_err(|_| STATUS_INVALID_DEVICE_STATE)?;
    // SAFETY: at least so long.
    unsafe {
        buffer
            .cast::<[u8; RESULT_BYTES]>()
            .write_unaligned(done.to_bytes());
    }
    Ok(())
}

fn success(status: NTSTATUS) -> Result<(), NTSTATUS> {
    if NT_SUCCESS(status) {
        Ok(())
    } else {
        Err(status)
    }
}
