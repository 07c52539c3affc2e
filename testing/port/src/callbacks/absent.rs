//! Callbacks that a display-only driver at version WIN8 has no use for: they refuse, and where calling them is an offence
//! they say so.

use super::enter;
use crate::ddi::Level;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::Callback;
use core::ffi::c_void;
use dxgk_sys::*;

/// Any member that came after version WIN8. The x64 convention lets it ignore its arguments.
pub(super) unsafe extern "system" fn newer() -> NtStatus {
    STATUS_NOT_SUPPORTED
}

pub(super) unsafe extern "system" fn get_handle_data(
    _arguments: *const DXGKARGCB_GETHANDLEDATA,
) -> *mut c_void {
    core::ptr::null_mut()
}

pub(super) unsafe extern "system" fn get_handle_parent(_handle: D3DKMT_HANDLE) -> D3DKMT_HANDLE {
    0
}

pub(super) unsafe extern "system" fn enum_handle_children(
    _arguments: *const DXGKARGCB_ENUMHANDLECHILDREN,
) -> D3DKMT_HANDLE {
    0
}

pub(super) unsafe extern "system" fn get_capture_address(
    _arguments: *mut DXGKARGCB_GETCAPTUREADDRESS,
) -> NtStatus {
    STATUS_INVALID_PARAMETER
}

pub(super) unsafe extern "system" fn log_etw_event(
    _guid: *const GUID,
    _kind: UCHAR,
    _size: USHORT,
    _buffer: PVOID,
) {
}

pub(super) unsafe extern "system" fn exclude_adapter_access(
    handle: HANDLE,
    attributes: ULONG,
    _callback: DXGKDDI_PROTECTED_CALLBACK,
    _context: PVOID,
) -> NtStatus {
    let at = Callback::ExcludeAdapterAccess.name();
    let Some(adapter) = enter(handle, Callback::ExcludeAdapterAccess) else {
        return STATUS_INVALID_PARAMETER;
    };
    let synchronous = attributes & DXGK_EXCLUDE_CALL_SYNCHRONOUS != 0;
    let evict = attributes & DXGK_EXCLUDE_EVICT_ALL != 0;
    let ddi = adapter.current_ddi();
    let inside = ddi.is_some_and(|ddi| matches!(ddi.level(), Level::Two | Level::Three));
    check!(adapter.port(), CbExclude, at, !(synchronous && (evict || !inside)),
        "not both, and synchronous from level two or three"; "{attributes:#x} within {ddi:?}");
    STATUS_NOT_SUPPORTED
}

pub(super) unsafe extern "system" fn create_context_allocation(
    _arguments: *mut DXGKARGCB_CREATECONTEXTALLOCATION,
) -> NtStatus {
    STATUS_INVALID_PARAMETER
}

pub(super) unsafe extern "system" fn destroy_context_allocation(
    _handle: HANDLE,
    _allocation: HANDLE,
) -> NtStatus {
    STATUS_INVALID_PARAMETER
}

/// Runtime power management is never started by the model, so none of its callbacks may come.
fn power_callback(handle: HANDLE, callback: Callback) {
    if let Some(adapter) = enter(handle, callback) {
        check!(adapter.port(), PowerRuntimeWindow, callback.name(), false,
            "no call before runtime power management has started"; "one");
    }
}

pub(super) unsafe extern "system" fn set_power_component_active(handle: HANDLE, _component: UINT) {
    power_callback(handle, Callback::SetPowerComponentActive);
}

pub(super) unsafe extern "system" fn set_power_component_idle(handle: HANDLE, _component: UINT) {
    power_callback(handle, Callback::SetPowerComponentIdle);
}

pub(super) unsafe extern "system" fn set_power_component_latency(
    handle: HANDLE,
    _component: UINT,
    _latency: ULONGLONG,
) {
    power_callback(handle, Callback::SetPowerComponentLatency);
}

pub(super) unsafe extern "system" fn set_power_component_residency(
    handle: HANDLE,
    _component: UINT,
    _residency: ULONGLONG,
) {
    power_callback(handle, Callback::SetPowerComponentResidency);
}

pub(super) unsafe extern "system" fn complete_f_state_transition(handle: HANDLE, _component: UINT) {
    power_callback(handle, Callback::CompleteFStateTransition);
}

pub(super) unsafe extern "system" fn power_runtime_control_request(
    handle: HANDLE,
    _code: *const GUID,
    _input: PVOID,
    _input_size: SIZE_T,
    _output: PVOID,
    _output_size: SIZE_T,
    _returned: *mut ULONG_PTR,
) -> NtStatus {
    power_callback(handle, Callback::PowerRuntimeControlRequest);
    STATUS_NOT_SUPPORTED
}
