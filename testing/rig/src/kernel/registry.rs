//! Zw: the registry, one table in memory; and loading and unloading a service, of which only the port driver's exists.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use super::objects::{self, Opened};
use super::{rtl, rules};
use crate::abi::{
    DEVICE_OBJECT, HANDLE, NTSTATUS, STATUS_BUFFER_OVERFLOW, STATUS_BUFFER_TOO_SMALL,
    STATUS_IMAGE_ALREADY_LOADED, STATUS_INVALID_HANDLE, STATUS_INVALID_INFO_CLASS,
    STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_SUCCESS, UNICODE_STRING,
};
use crate::cpu::irql::PASSIVE_LEVEL;
use crate::log;
use crate::presets::Preset;
use crate::sync::Lock;

/// The port driver's service.
const PORT_SERVICE: &str = "\\registry\\machine\\system\\currentcontrolset\\services\\dxgkrnl";
/// A handle in OBJECT_ATTRIBUTES, and the name.
const ROOT: usize = 8;
const NAME: usize = 16;

/// Values by key and name, lower case: name as it was set, type and data.
type Values = BTreeMap<(String, String), (String, u32, Vec<u8>)>;

static VALUES: Lock<Values> = Lock::new(BTreeMap::new());
/// Keys without values, lower case.
static KEYS: Lock<BTreeSet<String>> = Lock::new(BTreeSet::new());
/// Values that the driver set.
static SET: AtomicU64 = AtomicU64::new(0);

/// Number of values that the driver set.
pub fn count() -> u64 {
    SET.load(Ordering::Relaxed)
}

/// Sets values as the driver's INF does on Windows; `service` is the path of its service key.
pub fn preset(values: &[Preset], service: &str) {
    KEYS.lock().insert(service.to_lowercase());
    for value in values {
        let path = match value.key.strip_prefix("service") {
            Some(below) => format!("{service}{below}"),
            None => value.key.clone(),
        };
        let place = (path.to_lowercase(), value.name.to_lowercase());
        log!(
            "registry: {path}\\{}, type {}, from the INF",
            value.name,
            value.kind
        );
        VALUES
            .lock()
            .insert(place, (value.name.clone(), value.kind, value.data.clone()));
    }
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

/// ZwUnloadDriver: the port driver stays, since it was there before.
pub extern "system" fn zw_unload_driver(service: *const UNICODE_STRING) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwUnloadDriver");
    // SAFETY: the caller's string.
    let service = unsafe { rtl::text(service) };
    log!("ZwUnloadDriver({service})");
    if service.to_lowercase() == PORT_SERVICE {
        STATUS_SUCCESS
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

/// The key that OBJECT_ATTRIBUTES name.
///
/// # Safety
/// They are valid.
unsafe fn path(attributes: *const u8) -> Option<String> {
    // SAFETY: the caller's promise.
    let (root, name) = unsafe {
        (
            attributes.add(ROOT).cast::<HANDLE>().read(),
            rtl::text(attributes.add(NAME).cast::<*const UNICODE_STRING>().read()),
        )
    };
    if root.is_null() {
        return Some(name.to_lowercase());
    }
    match objects::opened(root) {
        Some(Opened::Key(path)) => Some(format!("{path}\\{name}").to_lowercase()),
        _ => None,
    }
}

fn exists(path: &str) -> bool {
    let below = format!("{path}\\");
    let is_there = |key: &str| key == path || key.starts_with(&below);
    KEYS.lock().iter().any(|key| is_there(key))
        || VALUES.lock().keys().any(|(key, _)| is_there(key))
}

/// ZwOpenKey.
pub extern "system" fn zw_open_key(
    handle: *mut HANDLE,
    _access: u32,
    attributes: *const u8,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwOpenKey");
    // SAFETY: the caller's structure and out-parameter.
    unsafe {
        let Some(path) = path(attributes) else {
            return STATUS_INVALID_HANDLE;
        };
        if !exists(&path) {
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        handle.write(objects::new_handle(Opened::Key(path)));
    }
    STATUS_SUCCESS
}

/// ZwCreateKey.
pub extern "system" fn zw_create_key(
    handle: *mut HANDLE,
    _access: u32,
    attributes: *const u8,
    _index: u32,
    _class: *const UNICODE_STRING,
    _options: u32,
    disposition: *mut u32,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwCreateKey");
    // SAFETY: the caller's structure and out-parameters.
    unsafe {
        let Some(path) = path(attributes) else {
            return STATUS_INVALID_HANDLE;
        };
        let found = exists(&path);
        KEYS.lock().insert(path.clone());
        handle.write(objects::new_handle(Opened::Key(path)));
        if let Some(disposition) = disposition.as_mut() {
            // REG_CREATED_NEW_KEY, REG_OPENED_EXISTING_KEY
            *disposition = 1 + u32::from(found);
        }
    }
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
    let place = (path.to_lowercase(), name.to_lowercase());
    VALUES.lock().insert(place, (name, kind, data));
    SET.fetch_add(1, Ordering::Relaxed);
    STATUS_SUCCESS
}

/// ZwQueryValueKey: KeyValueBasicInformation (0), KeyValueFullInformation (1) and KeyValuePartialInformation (2).
pub extern "system" fn zw_query_value_key(
    key: HANDLE,
    name: *const UNICODE_STRING,
    class: i32,
    information: *mut u8,
    length: u32,
    result: *mut u32,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwQueryValueKey");
    let Some(Opened::Key(path)) = objects::opened(key) else {
        return STATUS_INVALID_HANDLE;
    };
    // SAFETY: the caller's string.
    let name = unsafe { rtl::text(name) };
    let place = (path.to_lowercase(), name.to_lowercase());
    let Some((name, kind, data)) = VALUES.lock().get(&place).cloned() else {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    };
    let Some((answer, head)) = value_information(class, &name, kind, &data) else {
        return STATUS_INVALID_INFO_CLASS;
    };
    let length = length as usize;
    // SAFETY: out-parameters; the buffer has so many bytes.
    unsafe {
        result.write(answer.len() as u32);
        if length < head {
            return STATUS_BUFFER_TOO_SMALL;
        }
        let count = answer.len().min(length);
        core::ptr::copy_nonoverlapping(answer.as_ptr(), information, count);
    }
    if length < answer.len() {
        STATUS_BUFFER_OVERFLOW
    } else {
        STATUS_SUCCESS
    }
}

/// KEY_VALUE_..._INFORMATION, and how long its fixed part is.
fn value_information(class: i32, name: &str, kind: u32, data: &[u8]) -> Option<(Vec<u8>, usize)> {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut answer = Vec::new();
    let mut put = |value: usize| answer.extend_from_slice(&(value as u32).to_le_bytes());
    put(0);
    put(kind as usize);
    match class {
        0 => {
            put(name.len());
            answer.extend_from_slice(&name);
            Some((answer, 12))
        }
        1 => {
            let offset = (20 + name.len()).next_multiple_of(8);
            put(offset);
            put(data.len());
            put(name.len());
            answer.extend_from_slice(&name);
            answer.resize(offset, 0);
            answer.extend_from_slice(data);
            Some((answer, 20))
        }
        2 => {
            put(data.len());
            answer.extend_from_slice(data);
            Some((answer, 12))
        }
        _ => None,
    }
}
