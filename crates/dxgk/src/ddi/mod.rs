//! The DDI table: trampolines from dxgkrnl's calls to the methods of a [`Miniport`].
//!
//! A trampoline checks its pointers, lends the capability for the IRQL it is called at, and turns results into statuses.
//! It holds no policy. The table has every function of a display-only driver without VSync control.

mod children;
mod display;
mod lifecycle;
mod system_display;

use core::ffi::c_void;

use dxgk_sys::{
    DXGKDDI_INTERFACE_VERSION_WIN8, KMDDOD_INITIALIZATION_DATA, NTSTATUS, STATUS_SUCCESS,
    ddi_status,
};

use crate::adapter::{Adapter, Started};
use crate::check::{PASSIVE_LEVEL, Violation, debug_irql};

use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::miniport::{DisplayOnly, Miniport};
use crate::status::Status;

/// The table for DxgkInitializeDisplayOnlyDriver (KMDDOD_INITIALIZATION_DATA).
pub struct InitializationData(KMDDOD_INITIALIZATION_DATA);

impl InitializationData {
    /// Where the table is, for DxgkInitializeDisplayOnlyDriver, which copies it.
    #[must_use]
    pub const fn as_ptr(&self) -> *const c_void {
        (&raw const self.0).cast()
    }

    /// The structure of `dxgk-sys`, for what calls DDIs, or puts steps of its own into the table. It changes with the ABI.
    #[doc(hidden)]
    #[must_use]
    pub const fn into_raw(self) -> KMDDOD_INITIALIZATION_DATA {
        self.0
    }
}

impl core::fmt::Debug for InitializationData {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("InitializationData")
            .field("Version", &self.0.Version)
            .finish_non_exhaustive()
    }
}

/// The table of a miniport.
///
/// DxgkDdiControlInterrupt and DxgkDdiGetScanLine are absent: without both, and with every frequency unspecified, dxgkrnl
/// simulates VSync. Source: KMDDOD_INITIALIZATION_DATA, "Saving energy with VSync control".
#[must_use]
pub fn initialization_data<M: DisplayOnly>() -> InitializationData {
    InitializationData(table::<M>())
}

const fn table<M: DisplayOnly>() -> KMDDOD_INITIALIZATION_DATA {
    KMDDOD_INITIALIZATION_DATA {
        Version: DXGKDDI_INTERFACE_VERSION_WIN8,
        DxgkDdiAddDevice: Some(lifecycle::add_device::<M>),
        DxgkDdiStartDevice: Some(lifecycle::start_device::<M>),
        DxgkDdiStopDevice: Some(lifecycle::stop_device::<M>),
        DxgkDdiRemoveDevice: Some(lifecycle::remove_device::<M>),
        DxgkDdiDispatchIoRequest: Some(lifecycle::dispatch_io_request),
        DxgkDdiInterruptRoutine: Some(lifecycle::interrupt_routine::<M>),
        DxgkDdiDpcRoutine: Some(lifecycle::dpc_routine::<M>),
        DxgkDdiQueryChildRelations: Some(children::query_child_relations::<M>),
        DxgkDdiQueryChildStatus: Some(children::query_child_status::<M>),
        DxgkDdiQueryDeviceDescriptor: Some(children::query_device_descriptor::<M>),
        DxgkDdiSetPowerState: Some(lifecycle::set_power_state::<M>),
        DxgkDdiNotifyAcpiEvent: Some(lifecycle::notify_acpi_event),
        DxgkDdiResetDevice: Some(lifecycle::reset_device::<M>),
        DxgkDdiUnload: Some(lifecycle::unload::<M>),
        DxgkDdiQueryInterface: Some(lifecycle::query_interface),
        DxgkDdiControlEtwLogging: Some(lifecycle::control_etw_logging),
        DxgkDdiQueryAdapterInfo: Some(display::query_adapter_info::<M>),
        DxgkDdiSetPalette: Some(display::set_palette),
        DxgkDdiSetPointerPosition: Some(display::set_pointer_position::<M>),
        DxgkDdiSetPointerShape: Some(display::set_pointer_shape::<M>),
        DxgkDdiEscape: Some(display::escape::<M>),
        DxgkDdiCollectDbgInfo: Some(display::collect_dbg_info),
        DxgkDdiIsSupportedVidPn: Some(display::is_supported_vidpn::<M>),
        DxgkDdiRecommendFunctionalVidPn: Some(display::recommend_functional_vidpn),
        DxgkDdiEnumVidPnCofuncModality: Some(display::enum_vidpn_cofunc_modality::<M>),
        DxgkDdiSetVidPnSourceVisibility: Some(display::set_vidpn_source_visibility::<M>),
        DxgkDdiCommitVidPn: Some(display::commit_vidpn::<M>),
        DxgkDdiUpdateActiveVidPnPresentPath: Some(display::update_active_vidpn_present_path::<M>),
        DxgkDdiRecommendMonitorModes: Some(display::recommend_monitor_modes::<M>),
        DxgkDdiGetScanLine: None,
        DxgkDdiQueryVidPnHWCapability: Some(display::query_vidpn_hw_capability::<M>),
        DxgkDdiPresentDisplayOnly: Some(display::present_display_only::<M>),
        DxgkDdiStopDeviceAndReleasePostDisplayOwnership: Some(
            lifecycle::stop_device_and_release_post_display_ownership::<M>,
        ),
        DxgkDdiSystemDisplayEnable: Some(system_display::system_display_enable::<M>),
        DxgkDdiSystemDisplayWrite: Some(system_display::system_display_write::<M>),
        DxgkDdiGetChildContainerId: Some(children::get_child_container_id),
        DxgkDdiControlInterrupt: None,
        DxgkDdiSetPowerComponentFState: Some(lifecycle::set_power_component_fstate),
        DxgkDdiPowerRuntimeControlRequest: Some(lifecycle::power_runtime_control_request),
        DxgkDdiNotifySurpriseRemoval: Some(lifecycle::notify_surprise_removal::<M>),
    }
}

/// The adapter behind a MiniportDeviceContext (hAdapter of the d3dkmddi DDIs is the same).
///
/// # Safety
///
/// `context` is NULL or what `add_device` gave dxgkrnl and `remove_device` has not freed.
unsafe fn adapter<'a, M: Miniport>(context: *mut c_void) -> Option<&'a Adapter<M>> {
    // SAFETY: the caller's promise.
    unsafe { context.cast::<Adapter<M>>().as_ref() }
}

/// The capability of a DDI that runs at PASSIVE_LEVEL, which a debug build checks.
///
/// # Safety
///
/// As for [`Passive::assume`].
unsafe fn passive<'a, M: Miniport>(ddi: &'static str) -> Passive<'a> {
    debug_irql::<M::Kernel>(ddi, PASSIVE_LEVEL, PASSIVE_LEVEL);
    // SAFETY: the caller's promise.
    unsafe { Passive::assume() }
}

/// Runs a PASSIVE_LEVEL method of a started adapter.
///
/// # Safety
///
/// As for [`adapter`]; called by a DDI at PASSIVE_LEVEL.
unsafe fn with_started<M: Miniport>(
    ddi: &'static str,
    context: *mut c_void,
    method: impl FnOnce(&M, &Started<M>, &mut Passive<'_>) -> Result<(), Status>,
) -> NTSTATUS {
    // SAFETY: the caller's promise.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return legal(ddi, Status::INVALID_PARAMETER.raw());
    };
    let Some(started) = adapter.started() else {
        return legal(ddi, Status::DEVICE_NOT_READY.raw());
    };
    // SAFETY: the DDI runs at PASSIVE_LEVEL, and this is the call's only capability.
    let mut irql = unsafe { passive::<M>(ddi) };
    let ended = status(method(&adapter.miniport, started, &mut irql));
    let legal = legal(ddi, ended);
    if cfg!(debug_assertions) && legal != ended {
        M::Kernel::violation(Violation::Status {
            at: ddi,
            status: ended,
        });
    }
    legal
}

/// What the DDI's page lets it return instead of a status that it does not have.
fn legal(ddi: &str, status: NTSTATUS) -> NTSTATUS {
    if status == STATUS_SUCCESS {
        return status;
    }
    ddi_status::of(ddi).map_or(status, |row| row.legal(status))
}

fn status(result: Result<(), Status>) -> NTSTATUS {
    match result {
        Ok(()) => STATUS_SUCCESS,
        Err(status) => status.raw(),
    }
}
