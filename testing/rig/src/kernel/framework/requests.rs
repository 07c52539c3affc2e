//! Queues and requests: device controls with METHOD_BUFFERED, completed when the driver's callback returns.

use alloc::boxed::Box;

use super::pnp::device_of;
use super::{Attributes, Device, Object, Queue, QueueConfig, Request, violation};
use crate::abi::*;
use crate::cpu::irql::DISPATCH_LEVEL;
use crate::kernel::{io, rules};

pub(super) extern "system" fn io_queue_create(
    _: PVOID,
    device: *mut Device,
    config: *const QueueConfig,
    attributes: *const Attributes,
    handle: *mut *mut Queue,
) -> NTSTATUS {
    const EXPORT: &str = "WdfIoQueueCreate";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    // SAFETY: the caller's structure and device; the handle is an out-parameter.
    unsafe {
        let config = *config;
        if config.size as usize != size_of::<QueueConfig>() || config.default == 0 {
            violation(
                EXPORT,
                "the rig has a default queue, of this structure's size",
            );
        }
        let queue = Box::leak(Box::new(Queue {
            object: Object::new(attributes),
            device,
            config,
        }));
        (*device).queue = queue;
        if !handle.is_null() {
            handle.write(queue);
        }
    }
    STATUS_SUCCESS
}

pub(super) extern "system" fn io_queue_get_device(_: PVOID, queue: *const Queue) -> *mut Device {
    // SAFETY: a queue's handle.
    unsafe { (*queue).device }
}

/// The buffer, if it is long enough.
fn retrieve(
    request: *mut Request,
    least: usize,
    length: impl Fn(&DEVICE_IO_CONTROL) -> u64,
    buffer: *mut PVOID,
    out: *mut usize,
) -> NTSTATUS {
    // SAFETY: a request's handle and out-parameters.
    unsafe {
        let irp = (*request).irp;
        let length = length(&(*(*irp).CurrentStackLocation).Parameters) as u32 as usize;
        if length < least || length == 0 {
            return STATUS_BUFFER_TOO_SMALL;
        }
        buffer.write((*irp).SystemBuffer);
        if !out.is_null() {
            out.write(length);
        }
    }
    STATUS_SUCCESS
}

pub(super) extern "system" fn retrieve_input_buffer(
    _: PVOID,
    request: *mut Request,
    least: usize,
    buffer: *mut PVOID,
    length: *mut usize,
) -> NTSTATUS {
    rules::at_most(DISPATCH_LEVEL, "WdfRequestRetrieveInputBuffer");
    retrieve(request, least, |all| all.InputBufferLength, buffer, length)
}

pub(super) extern "system" fn retrieve_output_buffer(
    _: PVOID,
    request: *mut Request,
    least: usize,
    buffer: *mut PVOID,
    length: *mut usize,
) -> NTSTATUS {
    rules::at_most(DISPATCH_LEVEL, "WdfRequestRetrieveOutputBuffer");
    retrieve(request, least, |all| all.OutputBufferLength, buffer, length)
}

pub(super) extern "system" fn complete_with_information(
    _: PVOID,
    request: *mut Request,
    status: NTSTATUS,
    information: usize,
) {
    const EXPORT: &str = "WdfRequestCompleteWithInformation";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    // SAFETY: a request's handle.
    unsafe {
        if core::mem::replace(&mut (*request).completed, true) {
            violation(EXPORT, "completed before");
        }
        (*(*request).irp).IoStatus.Status = status;
        (*(*request).irp).IoStatus.Information = information;
    }
}

pub(super) extern "system" fn device_control(own: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the framework's device and the I/O manager's request, which is completed once, here.
    unsafe {
        let queue = (*device_of(own)).queue;
        let control = queue.as_ref().and_then(|queue| queue.config.control);
        let Some(control) = control else {
            (*irp).IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
            io::iof_complete_request(irp, 0);
            return STATUS_INVALID_DEVICE_REQUEST;
        };
        let mut request = Request {
            object: Object::new(core::ptr::null()),
            irp,
            completed: false,
        };
        let all = (*(*irp).CurrentStackLocation).Parameters;
        control(
            queue,
            &raw mut request,
            all.OutputBufferLength as u32 as usize,
            all.InputBufferLength as u32 as usize,
            all.IoControlCode as u32,
        );
        if !request.completed {
            violation(
                "EvtIoDeviceControl",
                "the rig wants the request completed when it returns",
            );
        }
        let status = (*irp).IoStatus.Status;
        io::iof_complete_request(irp, 0);
        status
    }
}
