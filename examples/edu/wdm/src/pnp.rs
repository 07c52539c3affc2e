//! IRP_MJ_PNP: starting and removing the device.

use dirql::Passive;
use wdk_sys::ntddk::{IoDeleteDevice, IoDetachDevice, IoForwardIrpSynchronously};
use wdk_sys::{
    DEVICE_OBJECT, IRP, IRP_MN_CANCEL_REMOVE_DEVICE, IRP_MN_CANCEL_STOP_DEVICE,
    IRP_MN_QUERY_REMOVE_DEVICE, IRP_MN_QUERY_STOP_DEVICE, IRP_MN_REMOVE_DEVICE,
    IRP_MN_START_DEVICE, IRP_MN_SURPRISE_REMOVAL, NT_SUCCESS, NTSTATUS, STATUS_NO_SUCH_DEVICE,
    STATUS_SUCCESS, STATUS_UNSUCCESSFUL,
};

use crate::device::Extension;
use crate::requests::{Held, complete, location, skip};

/// IRP_MJ_PNP.
///
/// # Safety
///
/// The PnP manager's call, at PASSIVE_LEVEL.
pub unsafe extern "C" fn dispatch(device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: one of this driver's devices.
    let extension = unsafe { Extension::of(device) };
    let held = match Held::acquire(extension, irp) {
        Ok(held) => held,
        // SAFETY: the PnP manager's IRP.
        Err(status) => return unsafe { complete(irp, status, 0) },
    };
    // SAFETY: as above.
    let minor = u32::from(unsafe { (*location(irp)).MinorFunction });
    // SAFETY: as above; requests are handed on or completed once.
    let status = unsafe {
        match minor {
            IRP_MN_START_DEVICE => start(extension, irp),
            IRP_MN_REMOVE_DEVICE => return remove(device, extension, irp, held),
            // Resources are not given back while the device is there.
            IRP_MN_QUERY_STOP_DEVICE => complete(irp, STATUS_UNSUCCESSFUL, 0),
            IRP_MN_QUERY_REMOVE_DEVICE
            | IRP_MN_CANCEL_REMOVE_DEVICE
            | IRP_MN_CANCEL_STOP_DEVICE
            | IRP_MN_SURPRISE_REMOVAL => {
                (*irp).IoStatus.__bindgen_anon_1.Status = STATUS_SUCCESS;
                skip(irp, extension.below)
            }
            _ => skip(irp, extension.below),
        }
    };
    held.release(irp);
    status
}

/// The drivers below first: then the resources are the device's.
///
/// # Safety
///
/// IRP_MN_START_DEVICE, at PASSIVE_LEVEL.
unsafe fn start(extension: &Extension, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the PnP manager's IRP, which comes back to us.
    let status = unsafe {
        if IoForwardIrpSynchronously(extension.below, irp) == 0 {
            STATUS_NO_SUCH_DEVICE
        } else {
            (*irp).IoStatus.__bindgen_anon_1.Status
        }
    };
    if !NT_SUCCESS(status) {
        // SAFETY: as above.
        return unsafe { complete(irp, status, 0) };
    }
    // SAFETY: the member for this function; PASSIVE_LEVEL.
    let started = unsafe {
        let parameters = (*location(irp)).Parameters.StartDevice;
        let irql = Passive::assume();
        extension.start(
            parameters.AllocatedResources,
            parameters.AllocatedResourcesTranslated,
            &irql,
        )
    };
    // SAFETY: as above.
    unsafe { complete(irp, started.err().unwrap_or(STATUS_SUCCESS), 0) }
}

/// Waits for requests, disconnects the interrupt, and lets the drivers below and the device go.
///
/// # Safety
///
/// IRP_MN_REMOVE_DEVICE, at PASSIVE_LEVEL, with the remove lock held.
unsafe fn remove(
    device: *mut DEVICE_OBJECT,
    extension: &Extension,
    irp: *mut IRP,
    held: Held,
) -> NTSTATUS {
    held.release_and_wait(irp);
    // SAFETY: no request uses the device, and none can any more.
    if let Some(started) = unsafe { extension.take() } {
        started.interrupts().device.quiet();
        // SAFETY: PASSIVE_LEVEL, and this thread has no other capability.
        started.disconnect(&mut unsafe { Passive::assume() });
    }
    let below = extension.below;
    // SAFETY: the PnP manager's IRP and our next device; then ours is the driver's to delete.
    unsafe {
        (*irp).IoStatus.__bindgen_anon_1.Status = STATUS_SUCCESS;
        let status = skip(irp, below);
        IoDetachDevice(below);
        IoDeleteDevice(device);
        status
    }
}
