//! DriverEntry, and what the driver puts around the miniport's life: framework, control device, tracing.
//!
//! Order in: framework, port driver, control device's dispatch routine; order out: the other way round, in DxgkDdiUnload, which dxgkrnl calls
//! when the last adapter has been removed.

use display::Vgpu;
use dxgk::irql::Passive;
use dxgk_sys::{DxgkInitializeDisplayOnlyDriver, KMDDOD_INITIALIZATION_DATA, NTSTATUS};
use wdk_sys::{DRIVER_OBJECT, NT_SUCCESS, UNICODE_STRING};

use crate::kernel::Windows;
use crate::{control, framework, trace};

/// The driver's entry, called by the framework's entry stub (FxDriverEntry).
///
/// Returns exactly what DxgkInitializeDisplayOnlyDriver does ("Initializing the display miniport driver").
///
/// # Safety
///
/// Called once, at PASSIVE_LEVEL, with the driver object and the path of its service key.
#[unsafe(export_name = "DriverEntry")]
pub unsafe extern "system" fn driver_entry(
    driver: *mut DRIVER_OBJECT,
    registry_path: *const UNICODE_STRING,
) -> NTSTATUS {
    trace::register();
    // SAFETY: DriverEntry's arguments, once.
    if let Err(status) = unsafe { framework::create(driver, registry_path) } {
        trace::driver_entry(status);
        trace::unregister();
        return status;
    }
    let mut table = table();
    // SAFETY: DriverEntry's arguments; the table need not outlive the call.
    let status = unsafe {
        DxgkInitializeDisplayOnlyDriver(
            driver.cast(),
            registry_path.cast_mut().cast(),
            &raw mut table,
        )
    };
    trace::driver_entry(status);
    if NT_SUCCESS(status) {
        // SAFETY: the port driver has filled the dispatch table, and no device exists yet.
        unsafe { control::put_in_front(driver) };
    } else {
        // No unload routine runs after a failed DriverEntry.
        // SAFETY: created above.
        unsafe { framework::unload() };
        trace::unregister();
    }
    status
}

/// The miniport's DDI table, with the driver's own steps around unloading.
fn table() -> KMDDOD_INITIALIZATION_DATA {
    KMDDOD_INITIALIZATION_DATA {
        DxgkDdiUnload: Some(unload),
        ..miniport()
    }
}

fn miniport() -> KMDDOD_INITIALIZATION_DATA {
    dxgk::ddi::initialization_data::<Vgpu<Windows>>().into_raw()
}

unsafe extern "system" fn unload() {
    if let Some(unload) = miniport().DxgkDdiUnload {
        // SAFETY: dxgkrnl's call, handed on.
        unsafe { unload() };
    }
    // SAFETY: created by DriverEntry, which succeeded: there is no unload otherwise.
    unsafe { framework::unload() };
    trace::unregister();
}

/// A request to the control device: reads `input` bytes of the buffer, writes at most `output` bytes of it, and returns how many.
pub fn request(
    code: u32,
    buffer: &mut [u8],
    input: usize,
    output: usize,
    irql: &mut Passive<'_>,
) -> Result<usize, dxgk::status::Status> {
    display::requests::handle::<Windows>(code, buffer, input, output, irql)
}
