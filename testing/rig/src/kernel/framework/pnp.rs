//! Start and removal of the device, in the order of "PnP and Power Management Scenarios", and its resources.

use core::sync::atomic::Ordering;

use super::interrupts::{isr, line_isr, locked};
use super::{D3_FINAL, Device, List};
use crate::abi::*;
use crate::cpu::deferred;
use crate::kernel::{connect, io, stack};

/// Bytes before the partial descriptors, where their number is, and of each.
const HEADER: usize = 20;
const COUNT: usize = 16;
const DESCRIPTOR: usize = 20;

/// The device of a device object of the framework's.
///
/// # Safety
/// It is one.
pub(super) unsafe fn device_of(own: *mut DEVICE_OBJECT) -> *mut Device {
    // SAFETY: the caller's promise.
    unsafe { (*own).DeviceExtension.cast::<*mut Device>().read() }
}

pub(super) extern "system" fn pnp(own: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the framework's device and the PnP manager's request, which is handed on once.
    unsafe {
        let device = device_of(own);
        let below = (*device).below;
        let location = *(*irp).CurrentStackLocation;
        if location.MinorFunction == IRP_MN_START_DEVICE {
            io::io_forward_irp_synchronously(below, irp);
            let raw = location.Parameters.OutputBufferLength as *const List;
            let translated = location.Parameters.InputBufferLength as *const List;
            let status = match (*irp).IoStatus.Status {
                status if nt_success(status) => start(device, raw, translated),
                status => status,
            };
            (*irp).IoStatus.Status = status;
            io::iof_complete_request(irp, 0);
            return status;
        }
        let removed = location.MinorFunction == IRP_MN_REMOVE_DEVICE;
        if removed {
            remove(device);
            (*irp).IoStatus.Status = STATUS_SUCCESS;
        }
        (*irp).CurrentLocation += 1;
        (*irp).CurrentStackLocation = (*irp).CurrentStackLocation.add(1);
        let status = io::iof_call_driver(below, irp);
        if removed {
            stack::io_detach_device(below);
            io::io_delete_device(own);
        }
        status
    }
}

/// Prepares the hardware, enters D0, connects and enables the interrupts.
///
/// # Safety
/// The framework's device, at PASSIVE_LEVEL, and its resources.
unsafe fn start(device: *mut Device, raw: *const List, translated: *const List) -> NTSTATUS {
    // SAFETY: the caller's promise; the driver's own callbacks.
    unsafe {
        let Some(callbacks) = (*device).callbacks else {
            return STATUS_SUCCESS;
        };
        (*device).preparing = true;
        let prepared = callbacks
            .prepare_hardware
            .map_or(STATUS_SUCCESS, |call| call(device, raw, translated));
        (*device).preparing = false;
        let entered = match callbacks.d0_entry {
            Some(call) if nt_success(prepared) => call(device, D3_FINAL),
            _ => prepared,
        };
        if !nt_success(entered) {
            return entered;
        }
        let interrupts = &(*device).interrupts;
        if !interrupts.is_empty() {
            let context = device.cast();
            match connect::Connection::connect((*device).physical, isr, line_isr, context) {
                Ok(connection) => (*device).connection = connection,
                Err(status) => return status,
            }
        }
        for (message, &interrupt) in interrupts.iter().enumerate() {
            let kernel = (*device).connection.object(message);
            (*interrupt).kernel.store(kernel, Ordering::SeqCst);
            if let Some(enable) = (*interrupt).config.enable {
                locked(kernel, || enable(interrupt, device));
            }
        }
        callbacks
            .d0_entry_post_interrupts_enabled
            .map_or(STATUS_SUCCESS, |call| call(device, D3_FINAL))
    }
}

/// Disables and disconnects the interrupts, leaves D0, releases the hardware.
///
/// # Safety
/// As [`start`], of a started device.
unsafe fn remove(device: *mut Device) {
    // SAFETY: as there.
    unsafe {
        let Some(callbacks) = (*device).callbacks else {
            return;
        };
        if let Some(call) = callbacks.d0_exit_pre_interrupts_disabled {
            call(device, D3_FINAL);
        }
        for &interrupt in &(*device).interrupts {
            let kernel = (*interrupt).kernel.load(Ordering::SeqCst);
            if let Some(disable) = (*interrupt).config.disable
                && !kernel.is_null()
            {
                locked(kernel, || disable(interrupt, device));
            }
            (*interrupt)
                .kernel
                .store(core::ptr::null_mut(), Ordering::SeqCst);
        }
        core::mem::take(&mut (*device).connection).disconnect();
        deferred::flush();
        if let Some(call) = callbacks.d0_exit {
            call(device, D3_FINAL);
        }
        if let Some(call) = callbacks.release_hardware {
            call(device, core::ptr::null());
        }
    }
}

pub(super) extern "system" fn list_get_count(_: PVOID, list: *const List) -> u32 {
    // SAFETY: a list's handle.
    unsafe { list.byte_add(COUNT).cast::<u32>().read() }
}

pub(super) extern "system" fn list_get_descriptor(
    _: PVOID,
    list: *const List,
    index: u32,
) -> PVOID {
    if index >= list_get_count(core::ptr::null_mut(), list) {
        return core::ptr::null_mut();
    }
    // SAFETY: inside the list.
    unsafe { list.byte_add(HEADER + index as usize * DESCRIPTOR) }
        .cast_mut()
        .cast()
}
