//! Zw: the registry, one table in memory; and loading a service, of which only the port driver's exists.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::objects::{self, Opened};
use super::{rtl, rules};
use crate::abi::{
    DEVICE_OBJECT, HANDLE, NTSTATUS, STATUS_IMAGE_ALREADY_LOADED, STATUS_INVALID_HANDLE,
    STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_SUCCESS, UNICODE_STRING,
};
use crate::cpu::irql::PASSIVE_LEVEL;
use crate::log;
use crate::sync::Lock;

/// The port driver's service.
const PORT_SERVICE: &str = "\\registry\\machine\\system\\currentcontrolset\\services\\dxgkrnl";

/// Values by key and name: type and data.
type Values = BTreeMap<(String, String), (u32, Vec<u8>)>;

static VALUES: Lock<Values> = Lock::new(BTreeMap::new());

/// Number of values that were set.
pub fn count() -> usize {
    VALUES.lock().len()
}

/// ZwLoadDriver: the port driver is there already; there is no other.
pub extern "system" fn zw_load_driver(service: *const UNICODE_STRING) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwLoadDriver");
    // SAFETY: the caller's string.
    let service = unsafe { rtl::text(service) };
    log!("ZwLoadDriver({service})");
    if service.to_lowercase() == PORT_SERVICE {
        STATUS_IMAGE_ALREADY_LOADED
    } else {
        STATUS_OBJECT_NAME_NOT_FOUND
    }
}

/// IoOpenDeviceRegistryKey: PLUGPLAY_REGKEY_DEVICE is 1, PLUGPLAY_REGKEY_DRIVER 2.
pub extern "system" fn io_open_device_registry_key(
    device: *mut DEVICE_OBJECT,
    kind: u32,
    _access: u32,
    key: *mut HANDLE,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "IoOpenDeviceRegistryKey");
    let path = match kind {
        1 => "device",
        2 => "driver",
        _ => return STATUS_INVALID_PARAMETER,
    };
    if device.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: an out-parameter.
    unsafe { key.write(objects::new_handle(Opened::Key(path.to_string()))) };
    STATUS_SUCCESS
}

/// ZwSetValueKey.
pub extern "system" fn zw_set_value_key(
    key: HANDLE,
    name: *const UNICODE_STRING,
    _title: u32,
    kind: u32,
    data: *const u8,
    bytes: u32,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwSetValueKey");
    let Some(Opened::Key(path)) = objects::opened(key) else {
        return STATUS_INVALID_HANDLE;
    };
    // SAFETY: the caller's string and data.
    let (name, data) = unsafe {
        let data = if bytes == 0 {
            Vec::new()
        } else {
            core::slice::from_raw_parts(data, bytes as usize).to_vec()
        };
        (rtl::text(name), data)
    };
    log!("registry: {path}\\{name}, type {kind}, {bytes} bytes");
    VALUES.lock().insert((path, name), (kind, data));
    STATUS_SUCCESS
}
