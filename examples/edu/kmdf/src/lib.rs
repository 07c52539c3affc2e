//! A KMDF driver for QEMU's `edu` device, with dirql over WdfInterruptSynchronize.
//!
//! What is shared with the interrupt routine, the DPC and the stress are in the crate `edu`; making
//! the interrupt objects is in `dirql-wdk`. What is here is any KMDF driver's: DriverEntry,
//! EvtDriverDeviceAdd, and the device's callbacks.
#![cfg(windows)]
#![no_std]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

extern crate wdk_panic;

mod device;
#[path = "../../wdm/src/registers.rs"]
mod registers;
mod requests;

use core::ptr;

use wdk_sys::{
    _WDF_EXECUTION_LEVEL, _WDF_IO_QUEUE_DISPATCH_TYPE, _WDF_SYNCHRONIZATION_SCOPE, _WDF_TRI_STATE,
    DRIVER_OBJECT, NT_SUCCESS, NTSTATUS, PWDFDEVICE_INIT, UNICODE_STRING, WDF_DRIVER_CONFIG,
    WDF_IO_QUEUE_CONFIG, WDF_NO_OBJECT_ATTRIBUTES, WDF_OBJECT_ATTRIBUTES,
    WDF_PNPPOWER_EVENT_CALLBACKS, WDFDEVICE, WDFDRIVER, WDFQUEUE, call_unsafe_wdf_function_binding,
};

/// Nonpaged pool.
#[global_allocator]
static ALLOCATOR: wdk_alloc::WdkAllocator = wdk_alloc::WdkAllocator;

/// The driver's entry, called by the framework's entry stub.
///
/// # Safety
///
/// Called once, at PASSIVE_LEVEL, with the driver object and the path of its service key.
#[unsafe(export_name = "DriverEntry")]
pub unsafe extern "system" fn driver_entry(
    driver: *mut DRIVER_OBJECT,
    registry_path: *const UNICODE_STRING,
) -> NTSTATUS {
    let mut config = WDF_DRIVER_CONFIG {
        Size: size_of::<WDF_DRIVER_CONFIG>() as u32,
        EvtDriverDeviceAdd: Some(device_add),
        ..WDF_DRIVER_CONFIG::default()
    };
    // SAFETY: DriverEntry's arguments; without an out-pointer the handle stays in the globals.
    unsafe {
        call_unsafe_wdf_function_binding!(
            WdfDriverCreate,
            driver,
            registry_path,
            WDF_NO_OBJECT_ATTRIBUTES,
            &raw mut config,
            ptr::null_mut()
        )
    }
}

/// EvtDriverDeviceAdd: makes the device and its queue.
///
/// # Safety
///
/// The framework's call, at PASSIVE_LEVEL.
unsafe extern "C" fn device_add(_: WDFDRIVER, mut init: PWDFDEVICE_INIT) -> NTSTATUS {
    let mut callbacks = WDF_PNPPOWER_EVENT_CALLBACKS {
        Size: size_of::<WDF_PNPPOWER_EVENT_CALLBACKS>() as u32,
        EvtDevicePrepareHardware: Some(device::prepare_hardware),
        EvtDeviceD0ExitPreInterruptsDisabled: Some(device::before_interrupts_are_disabled),
        EvtDeviceReleaseHardware: Some(device::release_hardware),
        ..WDF_PNPPOWER_EVENT_CALLBACKS::default()
    };
    // SAFETY: the framework's structure, which it has given to us, and ours.
    unsafe {
        call_unsafe_wdf_function_binding!(
            WdfDeviceInitSetPnpPowerEventCallbacks,
            init,
            &raw mut callbacks
        );
    }
    let mut attributes = WDF_OBJECT_ATTRIBUTES {
        Size: size_of::<WDF_OBJECT_ATTRIBUTES>() as u32,
        // Requests come at PASSIVE_LEVEL.
        ExecutionLevel: _WDF_EXECUTION_LEVEL::WdfExecutionLevelPassive,
        SynchronizationScope: _WDF_SYNCHRONIZATION_SCOPE::WdfSynchronizationScopeNone,
        ContextTypeInfo: device::context_type(),
        ..WDF_OBJECT_ATTRIBUTES::default()
    };
    let mut made: WDFDEVICE = ptr::null_mut();
    // SAFETY: as above.
    let status = unsafe {
        call_unsafe_wdf_function_binding!(
            WdfDeviceCreate,
            &raw mut init,
            &raw mut attributes,
            &raw mut made
        )
    };
    if !NT_SUCCESS(status) {
        return status;
    }
    let mut config = WDF_IO_QUEUE_CONFIG {
        Size: size_of::<WDF_IO_QUEUE_CONFIG>() as u32,
        DispatchType: _WDF_IO_QUEUE_DISPATCH_TYPE::WdfIoQueueDispatchParallel,
        // The framework holds requests back while the device is not in D0.
        PowerManaged: _WDF_TRI_STATE::WdfTrue,
        DefaultQueue: 1,
        EvtIoDeviceControl: Some(requests::device_control),
        ..WDF_IO_QUEUE_CONFIG::default()
    };
    config.Settings.Parallel.NumberOfPresentedRequests = u32::MAX;
    let mut queue: WDFQUEUE = ptr::null_mut();
    // SAFETY: the device that was made; the queue goes with it.
    unsafe {
        call_unsafe_wdf_function_binding!(
            WdfIoQueueCreate,
            made,
            &raw mut config,
            WDF_NO_OBJECT_ATTRIBUTES,
            &raw mut queue
        )
    }
}
