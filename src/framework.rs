//! KMDF in miniport mode: the framework's driver object, and no more of it.
//!
//! The port driver owns the driver object's dispatch table, AddDevice and Unload, so nothing of the framework's I/O, PnP or power is
//! used here, and no device object of its: WdfDeviceMiniportCreate wants an FDO, which dxgkrnl does not show.
//! Source: "Creating a KMDF miniport driver", WDF_DRIVER_INIT_FLAGS.

use core::ptr;

use wdk_sys::{
    _WDF_DRIVER_INIT_FLAGS, _WDFFUNCENUM, DRIVER_OBJECT, NT_SUCCESS, NTSTATUS, PFN_WDFDRIVERCREATE,
    PWDF_DRIVER_GLOBALS, STATUS_NOT_SUPPORTED, UNICODE_STRING, WDF_DRIVER_CONFIG,
    WDF_NO_OBJECT_ATTRIBUTES, WDFDRIVER, WDFFUNC,
};

/// WdfDriverMiniportUnload (wdfminiport.h, which wdk-sys does not read).
type DriverMiniportUnload = unsafe extern "C" fn(PWDF_DRIVER_GLOBALS, WDFDRIVER);

/// A tag for the framework's allocations on the driver's behalf.
const POOL_TAG: u32 = u32::from_le_bytes(*b"VgpD");

/// An entry of the framework's function table, or none if the framework does not have it.
///
/// The macro of wdk-sys for such calls indexes the table with a check that panics; this one has an answer for a framework that is older
/// than the driver.
fn function(index: _WDFFUNCENUM::Type) -> WDFFUNC {
    // SAFETY: the entry stub has bound the framework before DriverEntry, and both variables stay as they are from then on.
    let (table, count) = unsafe { (wdk_sys::WdfFunctions, wdk_sys::WdfFunctionCount) };
    let index = u32::try_from(index).ok().filter(|index| *index < count)?;
    // SAFETY: the table has `count` entries.
    unsafe { table.add(index as usize).read() }
}

/// Creates the framework's driver object (WdfDriverCreate), in miniport mode.
///
/// EvtDriverUnload stays NULL: with it the entry stub would displace the port driver's Unload.
///
/// # Errors
///
/// The framework's status.
///
/// # Safety
///
/// Called once, at PASSIVE_LEVEL, from DriverEntry and with its arguments.
pub unsafe fn create(
    driver: *mut DRIVER_OBJECT,
    registry_path: *const UNICODE_STRING,
) -> Result<(), NTSTATUS> {
    // SAFETY: the type of this entry (wdffuncenum.h); one pointer for another.
    let create: PFN_WDFDRIVERCREATE =
        unsafe { core::mem::transmute(function(_WDFFUNCENUM::WdfDriverCreateTableIndex)) };
    let Some(create) = create else {
        return Err(STATUS_NOT_SUPPORTED);
    };
    let mut config = WDF_DRIVER_CONFIG {
        Size: size_of::<WDF_DRIVER_CONFIG>() as u32,
        DriverInitFlags: _WDF_DRIVER_INIT_FLAGS::WdfDriverInitNoDispatchOverride as u32,
        DriverPoolTag: POOL_TAG,
        ..WDF_DRIVER_CONFIG::default()
    };
    // SAFETY: the globals are the stub's, the rest the caller's and our own; without an out-pointer the handle stays in the globals.
    let status = unsafe {
        create(
            wdk_sys::WdfDriverGlobals,
            driver,
            registry_path,
            WDF_NO_OBJECT_ATTRIBUTES,
            &raw mut config,
            ptr::null_mut(),
        )
    };
    if NT_SUCCESS(status) {
        Ok(())
    } else {
        Err(status)
    }
}

/// Deletes the framework's driver object (WdfDriverMiniportUnload) and unbinds the image from the framework. After this
/// no function of the framework may be called.
///
/// The call goes through the stub's variable, not the function table: what is in the table cannot unbind.
///
/// # Safety
///
/// Called once, at PASSIVE_LEVEL, after [`create`] succeeded: when DriverEntry fails, or from DxgkDdiUnload.
pub unsafe fn unload() {
    // SAFETY: set by the stub before DriverEntry and changed by it only when DriverEntry has returned.
    let unload: Option<DriverMiniportUnload> =
        unsafe { core::mem::transmute(wdk_sys::WdfDriverMiniportUnloadOverride) };
    if let Some(unload) = unload {
        // SAFETY: the globals name the driver's handle since `create`.
        unsafe {
            unload(
                wdk_sys::WdfDriverGlobals,
                (*wdk_sys::WdfDriverGlobals).Driver,
            )
        };
    }
}
