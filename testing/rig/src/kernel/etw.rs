//! Etw: registrations are counted and every event is read through, so that a bad descriptor faults here.

use alloc::collections::BTreeMap;
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use super::rules;
use crate::abi::{NTSTATUS, STATUS_INVALID_HANDLE, STATUS_INVALID_PARAMETER, STATUS_SUCCESS};
use crate::cpu::irql::PASSIVE_LEVEL;
use crate::sync::Lock;

/// `PETWENABLECALLBACK`.
type EnableCallback =
    unsafe extern "system" fn(*const [u8; 16], u32, u8, u64, u64, *const c_void, *mut c_void);

/// EVENT_CONTROL_CODE_ENABLE_PROVIDER.
const ENABLE: u32 = 1;
/// Every level.
const VERBOSE: u8 = 255;

static REGISTRATIONS: Lock<BTreeMap<u64, [u8; 16]>> = Lock::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(0xE7_0001);
/// Events written.
pub static EVENTS: AtomicU64 = AtomicU64::new(0);
/// Their bytes.
pub static EVENT_BYTES: AtomicU64 = AtomicU64::new(0);

/// Says what was not given back: registrations.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    for handle in REGISTRATIONS.lock().keys() {
        say(format_args!("trace registration {handle:#x}"));
    }
}

/// EtwRegister: enables the provider at once, as a running trace session would.
pub extern "system" fn etw_register(
    provider: *const [u8; 16],
    callback: Option<EnableCallback>,
    context: *mut c_void,
    handle: *mut u64,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "EtwRegister");
    if provider.is_null() || handle.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the caller's GUID and out-parameter; its callback is made to be called with these arguments.
    unsafe {
        REGISTRATIONS.lock().insert(number, provider.read());
        handle.write(number);
        if let Some(callback) = callback {
            callback(
                provider,
                ENABLE,
                VERBOSE,
                u64::MAX,
                0,
                core::ptr::null(),
                context,
            );
        }
    }
    STATUS_SUCCESS
}

/// EtwUnregister.
pub extern "system" fn etw_unregister(handle: u64) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "EtwUnregister");
    match REGISTRATIONS.lock().remove(&handle) {
        Some(_) => STATUS_SUCCESS,
        None => STATUS_INVALID_HANDLE,
    }
}

/// EtwSetInformation.
pub extern "system" fn etw_set_information(
    handle: u64,
    _class: i32,
    _data: *const c_void,
    _bytes: u32,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "EtwSetInformation");
    if REGISTRATIONS.lock().contains_key(&handle) {
        STATUS_SUCCESS
    } else {
        STATUS_INVALID_HANDLE
    }
}

/// EVENT_DATA_DESCRIPTOR.
#[repr(C)]
pub struct Data {
    address: u64,
    bytes: u32,
    kind: u32,
}

/// EtwWriteTransfer.
pub extern "system" fn etw_write_transfer(
    handle: u64,
    _descriptor: *const c_void,
    _activity: *const c_void,
    _related: *const c_void,
    count: u32,
    data: *const Data,
) -> NTSTATUS {
    if !REGISTRATIONS.lock().contains_key(&handle) {
        return STATUS_INVALID_HANDLE;
    }
    let mut sum = 0_u8;
    for index in 0..count as usize {
        // SAFETY: the caller gives `count` descriptors, each of readable bytes.
        unsafe {
            let one = &*data.add(index);
            for at in 0..u64::from(one.bytes) {
                sum ^= ((one.address + at) as *const u8).read_volatile();
            }
            EVENT_BYTES.fetch_add(u64::from(one.bytes), Ordering::Relaxed);
        }
    }
    core::hint::black_box(sum);
    EVENTS.fetch_add(1, Ordering::Relaxed);
    STATUS_SUCCESS
}
