//! A WDM driver for QEMU's `edu` device, with dirql over KeSynchronizeExecution.
//!
//! What is shared with the interrupt routine, the DPC and the stress are in the crate `edu`;
//! connecting and disconnecting is in `dirql-wdk`. What is here is any PnP driver's: DriverEntry,
//! AddDevice, and the requests that start, use and remove the device.
#![no_std]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

extern crate alloc;
extern crate wdk_panic;

mod device;
mod pnp;
mod registers;
mod requests;

use core::ptr;

use wdk_sys::ntddk::{
    IoAttachDeviceToDeviceStack, IoCreateDevice, IoDeleteDevice, IoInitializeRemoveLockEx,
};
use wdk_sys::{
    DEVICE_OBJECT, DO_DEVICE_INITIALIZING, DRIVER_OBJECT, FILE_DEVICE_SECURE_OPEN,
    FILE_DEVICE_UNKNOWN, IO_REMOVE_LOCK, IRP_MJ_CLEANUP, IRP_MJ_CLOSE, IRP_MJ_CREATE,
    IRP_MJ_DEVICE_CONTROL, IRP_MJ_PNP, NT_SUCCESS, NTSTATUS, STATUS_NO_SUCH_DEVICE, STATUS_SUCCESS,
    UNICODE_STRING,
};

use device::Extension;

/// Nonpaged pool.
#[global_allocator]
static ALLOCATOR: wdk_alloc::WdkAllocator = wdk_alloc::WdkAllocator;

/// The tag of the remove lock.
const TAG: u32 = u32::from_le_bytes(*b"udeD");

/// The driver's entry.
///
/// # Safety
///
/// Called once, at PASSIVE_LEVEL, with the driver object.
#[unsafe(export_name = "DriverEntry")]
pub unsafe extern "system" fn driver_entry(
    driver: *mut DRIVER_OBJECT,
    _: *const UNICODE_STRING,
) -> NTSTATUS {
    // SAFETY: the I/O manager's object.
    let driver = unsafe { &mut *driver };
    for (major, entry) in (0_u32..).zip(driver.MajorFunction.iter_mut()) {
        *entry = Some(match major {
            IRP_MJ_PNP => pnp::dispatch,
            IRP_MJ_CREATE | IRP_MJ_CLEANUP | IRP_MJ_CLOSE => requests::open_or_close,
            IRP_MJ_DEVICE_CONTROL => requests::device_control,
            _ => requests::pass_on,
        });
    }
    driver.DriverUnload = Some(unload);
    // SAFETY: the I/O manager's extension of the driver object.
    unsafe { (*driver.DriverExtension).AddDevice = Some(add_device) };
    STATUS_SUCCESS
}

/// There is nothing that belongs to no device.
unsafe extern "C" fn unload(_: *mut DRIVER_OBJECT) {}

/// Puts a device of this driver on the stack of `physical`.
///
/// # Safety
///
/// The PnP manager's call, at PASSIVE_LEVEL.
unsafe extern "C" fn add_device(
    driver: *mut DRIVER_OBJECT,
    physical: *mut DEVICE_OBJECT,
) -> NTSTATUS {
    let mut device = ptr::null_mut();
    // SAFETY: our driver object and an out-parameter; the device has no name.
    let status = unsafe {
        IoCreateDevice(
            driver,
            size_of::<Extension>() as u32,
            ptr::null_mut(),
            FILE_DEVICE_UNKNOWN,
            FILE_DEVICE_SECURE_OPEN,
            0,
            &raw mut device,
        )
    };
    if !NT_SUCCESS(status) {
        return status;
    }
    // SAFETY: both are there; nothing is sent to ours before this has returned.
    let below = unsafe { IoAttachDeviceToDeviceStack(device, physical) };
    if below.is_null() {
        // SAFETY: made above, and attached to nothing.
        unsafe { IoDeleteDevice(device) };
        return STATUS_NO_SUCH_DEVICE;
    }
    // SAFETY: the device was made with room for the extension, which stays until it is deleted;
    // flags are ours to set until then.
    unsafe {
        let extension = (*device).DeviceExtension.cast::<Extension>();
        extension.write(Extension::new(physical, below));
        IoInitializeRemoveLockEx(
            (*extension).lock.get(),
            TAG,
            0,
            0,
            size_of::<IO_REMOVE_LOCK>() as u32,
        );
        (*device).Flags &= !DO_DEVICE_INITIALIZING;
    }
    STATUS_SUCCESS
}
