//! DriverEntry: KMDF in miniport mode, then the port driver.

use wdk_sys::{
    DRIVER_OBJECT, NT_SUCCESS, NTSTATUS, PCUNICODE_STRING, PDRIVER_OBJECT, ULONG, UNICODE_STRING, WDF_DRIVER_CONFIG,
    WDF_NO_OBJECT_ATTRIBUTES, WDFDRIVER, call_unsafe_wdf_function_binding,
};

unsafe extern "system" {
    fn DxgkInitializeDisplayOnlyDriver(
        driver: PDRIVER_OBJECT,
        registry_path: PCUNICODE_STRING,
        data: *mut core::ffi::c_void,
    ) -> NTSTATUS;
}

/// The driver's entry, called by the framework's stub.
///
/// # Safety
///
/// Called once, at PASSIVE_LEVEL, with the driver object and the path of its service key.
#[unsafe(export_name = "DriverEntry")]
pub unsafe extern "system" fn driver_entry(driver: &mut DRIVER_OBJECT, registry_path: *const UNICODE_STRING) -> NTSTATUS {
    let mut config = WDF_DRIVER_CONFIG {
        Size: size_of::<WDF_DRIVER_CONFIG>() as ULONG,
        DriverInitFlags: wdk_sys::_WDF_DRIVER_INIT_FLAGS::WdfDriverInitNoDispatchOverride as ULONG,
        ..WDF_DRIVER_CONFIG::default()
    };
    let mut handle: WDFDRIVER = core::ptr::null_mut();
    // SAFETY: the arguments live for the call, and this is the driver's only one.
    let status = unsafe {
        call_unsafe_wdf_function_binding!(
            WdfDriverCreate,
            driver as PDRIVER_OBJECT,
            registry_path as PCUNICODE_STRING,
            WDF_NO_OBJECT_ATTRIBUTES,
            &mut config,
            &mut handle
        )
    };
    if !NT_SUCCESS(status) {
        return status;
    }
    let mut data = [0u64; 100];
    // SAFETY: a first version.
    unsafe { DxgkInitializeDisplayOnlyDriver(driver, registry_path as PCUNICODE_STRING, data.as_mut_ptr().cast()) }
}
