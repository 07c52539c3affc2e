//! WMI and the older way of tracing: a driver may register, and nothing listens.

use core::ffi::c_void;

use super::etw;
use crate::abi::{NTSTATUS, STATUS_SUCCESS};

/// STATUS_WMI_GUID_NOT_FOUND.
const STATUS_WMI_GUID_NOT_FOUND: NTSTATUS = 0xC000_0295_u32 as i32;

/// IoWMIRegistrationControl.
pub extern "system" fn io_wmi_registration_control(_device: *mut c_void, _action: u32) -> NTSTATUS {
    STATUS_SUCCESS
}

/// WmiTraceMessage: no session is open.
pub extern "system" fn wmi_trace_message() -> NTSTATUS {
    STATUS_SUCCESS
}

/// WmiQueryTraceInformation: there is no session to tell of.
pub extern "system" fn wmi_query_trace_information(
    _class: i32,
    _information: *mut c_void,
    _length: u32,
    _required: *mut u32,
    _buffer: *mut c_void,
) -> NTSTATUS {
    STATUS_WMI_GUID_NOT_FOUND
}

/// EtwRegisterClassicProvider: registered, and never enabled.
pub extern "system" fn etw_register_classic_provider(
    provider: *const [u8; 16],
    _kind: u32,
    _callback: *const c_void,
    context: *mut c_void,
    handle: *mut u64,
) -> NTSTATUS {
    etw::etw_register(provider, None, context, handle)
}
