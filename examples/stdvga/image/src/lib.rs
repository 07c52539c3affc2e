//! The example `stdvga` as a kernel image: DriverEntry, and what the example wants of the system.
//!
//! The framework and the kernel's services are the driver's own sources, so that there is one
//! implementation of each.
#![cfg(windows)]
#![no_std]

extern crate alloc;
extern crate wdk_panic;

#[path = "../../../../src/framework.rs"]
mod framework;
#[path = "../../../../src/kernel/mod.rs"]
#[expect(
    dead_code,
    reason = "the example has no settings, no worker and no names"
)]
mod kernel;
#[path = "../../../../src/unicode.rs"]
#[expect(
    unused_macros,
    unused_imports,
    dead_code,
    reason = "for the registry, which the example does not open"
)]
mod unicode;

use dxgk::adapter::Registry;
use dxgk_sys::{DxgkInitializeDisplayOnlyDriver, KMDDOD_INITIALIZATION_DATA, NTSTATUS};
use stdvga::{StdVga, System};
use wdk_sys::{DRIVER_OBJECT, NT_SUCCESS, UNICODE_STRING};

use kernel::Windows;

/// The driver's global allocator.
#[global_allocator]
static ALLOCATOR: wdk_alloc::WdkAllocator = wdk_alloc::WdkAllocator;

static ADAPTERS: Registry<StdVga<Windows>> = Registry::new();

impl System for Windows {
    type Kernel = Self;

    fn registry() -> &'static Registry<StdVga<Self>> {
        &ADAPTERS
    }
}

fn miniport() -> KMDDOD_INITIALIZATION_DATA {
    dxgk::ddi::initialization_data::<StdVga<Windows>>().into_raw()
}

/// The image's entry point, called by the framework's entry stub.
///
/// # Safety
///
/// Called once, at PASSIVE_LEVEL, with the driver object and the path of its service key.
#[unsafe(export_name = "DriverEntry")]
pub unsafe extern "system" fn driver_entry(
    driver: *mut DRIVER_OBJECT,
    registry_path: *const UNICODE_STRING,
) -> NTSTATUS {
    // SAFETY: DriverEntry's arguments, once.
    if let Err(status) = unsafe { framework::create(driver, registry_path) } {
        return status;
    }
    let mut table = KMDDOD_INITIALIZATION_DATA {
        DxgkDdiUnload: Some(unload),
        ..miniport()
    };
    // SAFETY: DriverEntry's arguments; the table need not outlive the call.
    let status = unsafe {
        DxgkInitializeDisplayOnlyDriver(
            driver.cast(),
            registry_path.cast_mut().cast(),
            &raw mut table,
        )
    };
    if !NT_SUCCESS(status) {
        // SAFETY: created above.
        unsafe { framework::unload() };
    }
    status
}

unsafe extern "system" fn unload() {
    if let Some(unload) = miniport().DxgkDdiUnload {
        // SAFETY: dxgkrnl's call, handed on.
        unsafe { unload() };
    }
    // SAFETY: created by DriverEntry, which succeeded: there is no unload otherwise.
    unsafe { framework::unload() };
}
