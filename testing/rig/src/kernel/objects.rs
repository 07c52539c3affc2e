//! The object manager, as far as it goes: named devices, symbolic links, file objects, handles.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::mem::size_of;
use core::sync::atomic::{AtomicU64, Ordering};

use super::{counted, ke, rtl, rules};
use crate::abi::{
    DEVICE_OBJECT, DO_DEVICE_INITIALIZING, FILE_OBJECT, HANDLE, KEVENT, NTSTATUS,
    STATUS_ACCESS_DENIED, STATUS_INVALID_HANDLE, STATUS_INVALID_PARAMETER,
    STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH,
    STATUS_SUCCESS, UNICODE_STRING,
};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{DISPATCH_LEVEL, PASSIVE_LEVEL};
use crate::log;
use crate::sync::Lock;

/// Type of a file object.
const FILE_TYPE: i16 = 5;
/// Type of a device object.
const DEVICE_TYPE: i16 = 3;
/// DACL_SECURITY_INFORMATION.
const DACL_SECURITY_INFORMATION: u32 = 4;

/// What a handle stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A device, by address.
    Device(u64),
    /// A registry key, by path.
    Key(String),
    /// A thread or an event, by address.
    Object(u64),
}

#[derive(Debug)]
struct Names {
    /// Devices by name, lower case.
    devices: BTreeMap<String, u64>,
    /// Symbolic links by name, lower case, with their targets and whether the driver made them.
    links: BTreeMap<String, String>,
    handles: BTreeMap<u64, Opened>,
    files: Vec<u64>,
}

static NAMES: Lock<Names> = Lock::new(Names {
    devices: BTreeMap::new(),
    links: BTreeMap::new(),
    handles: BTreeMap::new(),
    files: Vec::new(),
});
static NEXT_HANDLE: AtomicU64 = AtomicU64::new(0x8000_0000_0000_1004);

/// Says what was not given back: links, handles and file objects.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    let names = NAMES.lock();
    for link in names.links.keys() {
        say(format_args!("symbolic link {link}"));
    }
    for (handle, opened) in &names.handles {
        match opened {
            Opened::Key(path) => say(format_args!("handle {handle:#x} of registry key {path}")),
            Opened::Device(device) => say(format_args!("handle {handle:#x} of device {device:#x}")),
            Opened::Object(object) => say(format_args!("handle {handle:#x} of object {object:#x}")),
        }
    }
    for file in &names.files {
        say(format_args!("file object {file:#x}"));
    }
}

/// Gives `device` a name.
///
/// # Errors
/// STATUS_OBJECT_NAME_COLLISION.
pub fn name_device(name: &str, device: *mut DEVICE_OBJECT) -> Result<(), NTSTATUS> {
    let mut names = NAMES.lock();
    let name = name.to_lowercase();
    if names.devices.contains_key(&name) || names.links.contains_key(&name) {
        return Err(STATUS_OBJECT_NAME_COLLISION);
    }
    names.devices.insert(name, device as u64);
    Ok(())
}

/// Takes a device's name away.
pub fn forget_device(device: *mut DEVICE_OBJECT) {
    NAMES
        .lock()
        .devices
        .retain(|_, address| *address != device as u64);
}

/// The device with this name, through a symbolic link if need be.
///
/// # Errors
/// STATUS_OBJECT_NAME_NOT_FOUND; STATUS_ACCESS_DENIED while the device is being initialised.
pub fn find_device(name: &str) -> Result<*mut DEVICE_OBJECT, NTSTATUS> {
    let names = NAMES.lock();
    let name = link_name(name);
    let target = names.links.get(&name).unwrap_or(&name);
    let device = *names
        .devices
        .get(target)
        .ok_or(STATUS_OBJECT_NAME_NOT_FOUND)? as *mut DEVICE_OBJECT;
    // SAFETY: devices leave the table before they are freed.
    let flags = unsafe { (*device).Flags };
    if flags & DO_DEVICE_INITIALIZING != 0 {
        Err(STATUS_ACCESS_DENIED)
    } else {
        Ok(device)
    }
}

fn link_name(name: &str) -> String {
    let name = name.to_lowercase();
    for prefix in [
        "\\dosdevices\\global\\",
        "\\dosdevices\\",
        "\\??\\global\\",
        "\\??\\",
        "\\global??\\",
    ] {
        if let Some(rest) = name.strip_prefix(prefix) {
            return alloc::format!("\\??\\{rest}");
        }
    }
    name
}

/// IoCreateSymbolicLink.
pub extern "system" fn io_create_symbolic_link(
    link: *const UNICODE_STRING,
    device: *const UNICODE_STRING,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "IoCreateSymbolicLink");
    // SAFETY: the caller's strings.
    let (link, device) = unsafe {
        (
            link_name(&rtl::text(link)),
            rtl::text(device).to_lowercase(),
        )
    };
    let mut names = NAMES.lock();
    if names.links.contains_key(&link) || names.devices.contains_key(&link) {
        return STATUS_OBJECT_NAME_COLLISION;
    }
    names.links.insert(link, device);
    STATUS_SUCCESS
}

/// IoDeleteSymbolicLink.
pub extern "system" fn io_delete_symbolic_link(link: *const UNICODE_STRING) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "IoDeleteSymbolicLink");
    // SAFETY: the caller's string.
    let link = link_name(&unsafe { rtl::text(link) });
    match NAMES.lock().links.remove(&link) {
        Some(_) => STATUS_SUCCESS,
        None => STATUS_OBJECT_NAME_NOT_FOUND,
    }
}

/// A new file object on `device`; the driver holds it until it is dereferenced if `counted`.
pub fn new_file(device: *mut DEVICE_OBJECT, counted: bool) -> *mut FILE_OBJECT {
    let file = Box::into_raw(Box::new(FILE_OBJECT {
        Type: FILE_TYPE,
        Size: size_of::<FILE_OBJECT>() as i16,
        DeviceObject: device,
        Vpb: core::ptr::null_mut(),
        FsContext: core::ptr::null_mut(),
        FsContext2: core::ptr::null_mut(),
        Rest: [0; 22],
    }));
    if counted {
        NAMES.lock().files.push(file as u64);
    }
    file
}

/// IoGetDeviceObjectPointer.
pub extern "system" fn io_get_device_object_pointer(
    name: *const UNICODE_STRING,
    _access: u32,
    file: *mut *mut FILE_OBJECT,
    device: *mut *mut DEVICE_OBJECT,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "IoGetDeviceObjectPointer");
    // SAFETY: the caller's string and out-parameters.
    unsafe {
        match find_device(&rtl::text(name)) {
            Ok(found) => {
                file.write(new_file(found, true));
                device.write(found);
                STATUS_SUCCESS
            }
            Err(status) => status,
        }
    }
}

/// Whether an object is a device of the table: those are not counted.
fn is_device(object: *mut c_void) -> bool {
    NAMES
        .lock()
        .devices
        .values()
        .any(|&device| device == object as u64)
}

/// ObfReferenceObject: of a thread, an event or a device.
pub extern "system" fn obf_reference_object(object: *mut c_void) -> isize {
    rules::at_most(DISPATCH_LEVEL, "ObfReferenceObject");
    match counted::reference(object as u64) {
        Some(count) => count,
        None if is_device(object) => 1,
        None => bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, object as u64, 0, 0],
            format_args!("ObfReferenceObject: no thread, event or device"),
        ),
    }
}

/// ObReferenceObjectByHandle, of a thread or an event.
pub extern "system" fn ob_reference_object_by_handle(
    handle: HANDLE,
    _access: u32,
    _kind: *mut c_void,
    _mode: i8,
    object: *mut *mut c_void,
    _information: *mut c_void,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ObReferenceObjectByHandle");
    match opened(handle) {
        Some(Opened::Object(address)) => {
            counted::reference(address);
            // SAFETY: an out-parameter.
            unsafe { object.write(address as *mut c_void) };
            STATUS_SUCCESS
        }
        Some(_) => STATUS_OBJECT_TYPE_MISMATCH,
        None => STATUS_INVALID_HANDLE,
    }
}

/// ObfDereferenceObject: of a file object, a thread, an event or a device.
pub extern "system" fn obf_dereference_object(object: *mut c_void) -> isize {
    rules::at_most(DISPATCH_LEVEL, "ObfDereferenceObject");
    if let Some(count) = counted::dereference(object as u64) {
        return count;
    }
    if is_device(object) {
        return 1;
    }
    let mut names = NAMES.lock();
    match names.files.iter().position(|&file| file == object as u64) {
        Some(index) => {
            names.files.swap_remove(index);
            drop(names);
            // SAFETY: it was in the list, so `new_file` made it, and it is removed once.
            drop(unsafe { Box::from_raw(object.cast::<FILE_OBJECT>()) });
            0
        }
        None => {
            drop(names);
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0, object as u64, 0, 0],
                format_args!("ObfDereferenceObject: no object that the driver holds"),
            )
        }
    }
}

/// A new handle.
pub fn new_handle(opened: Opened) -> HANDLE {
    let handle = NEXT_HANDLE.fetch_add(4, Ordering::Relaxed);
    NAMES.lock().handles.insert(handle, opened);
    handle as HANDLE
}

/// What a handle stands for.
pub fn opened(handle: HANDLE) -> Option<Opened> {
    NAMES.lock().handles.get(&(handle as u64)).cloned()
}

/// ObOpenObjectByPointer, of a device.
pub extern "system" fn ob_open_object_by_pointer(
    object: *mut c_void,
    _attributes: u32,
    _state: *mut c_void,
    _access: u32,
    _kind: *mut c_void,
    _mode: i8,
    handle: *mut HANDLE,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ObOpenObjectByPointer");
    let device = object.cast::<DEVICE_OBJECT>();
    // SAFETY: the caller's object; every kernel object that it can have begins with its type.
    if device.is_null() || unsafe { (*device).Type } != DEVICE_TYPE {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    // SAFETY: an out-parameter.
    unsafe { handle.write(new_handle(Opened::Device(device as u64))) };
    STATUS_SUCCESS
}

/// ZwSetSecurityObject: keeps a copy of the device's list of who may open it.
pub extern "system" fn zw_set_security_object(
    handle: HANDLE,
    information: u32,
    descriptor: *const u8,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwSetSecurityObject");
    let Some(Opened::Device(device)) = opened(handle) else {
        return STATUS_INVALID_HANDLE;
    };
    if information != DACL_SECURITY_INFORMATION || descriptor.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: a self-relative descriptor of the caller's: revision, control, four offsets, then the DACL with its size.
    let copy = unsafe {
        let dacl = descriptor.add(16).cast::<u32>().read_unaligned() as usize;
        let size = usize::from(descriptor.add(dacl + 2).cast::<u16>().read_unaligned());
        core::slice::from_raw_parts(descriptor, dacl + size).to_vec()
    };
    log!(
        "security of {device:#x}: {} bytes, {} entries",
        copy.len(),
        copy.get(24).copied().unwrap_or(0)
    );
    let device = device as *mut DEVICE_OBJECT;
    // SAFETY: the handle keeps the device's address; the driver closes it before it deletes the device.
    unsafe { (*device).SecurityDescriptor = copy.leak().as_mut_ptr().cast() };
    STATUS_SUCCESS
}

/// ZwClose.
pub extern "system" fn zw_close(handle: HANDLE) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "ZwClose");
    let closed = NAMES.lock().handles.remove(&(handle as u64));
    match closed {
        Some(Opened::Object(object)) => {
            counted::dereference(object);
            STATUS_SUCCESS
        }
        Some(_) => STATUS_SUCCESS,
        None => STATUS_INVALID_HANDLE,
    }
}

/// A new event with a handle; both go when the handle is closed and no other reference is left.
fn create_event(kind: i32, handle: *mut HANDLE) -> *mut KEVENT {
    let Some(object) = counted::new("an event") else {
        return core::ptr::null_mut();
    };
    // Named events are created signalled.
    ke::ke_initialize_event(object as *mut KEVENT, kind, 1);
    // SAFETY: an out-parameter.
    unsafe { handle.write(new_handle(Opened::Object(object))) };
    object as *mut KEVENT
}

/// IoCreateNotificationEvent. The driver is the only one that knows the name.
pub extern "system" fn io_create_notification_event(
    _name: *const UNICODE_STRING,
    handle: *mut HANDLE,
) -> *mut KEVENT {
    rules::at_most(PASSIVE_LEVEL, "IoCreateNotificationEvent");
    create_event(0, handle)
}

/// IoCreateSynchronizationEvent.
pub extern "system" fn io_create_synchronization_event(
    _name: *const UNICODE_STRING,
    handle: *mut HANDLE,
) -> *mut KEVENT {
    rules::at_most(PASSIVE_LEVEL, "IoCreateSynchronizationEvent");
    create_event(1, handle)
}
