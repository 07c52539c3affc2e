//! The control device itself: made with the first adapter, deleted with the last.

use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use ioctl::DEVICE_TYPE;
use wdk_sys::ntddk::{IoCreateSymbolicLink, IoDeleteDevice, IoDeleteSymbolicLink};
use wdk_sys::{
    DEVICE_OBJECT, DO_DEVICE_INITIALIZING, DRIVER_OBJECT, FALSE, FILE_DEVICE_SECURE_OPEN, GUID,
    NT_SUCCESS, NTSTATUS, UNICODE_STRING,
};

use super::dispatch;
use crate::kernel::Windows;
use crate::trace;
use crate::unicode::{string, wide};

/// A class for this device alone, made for it: settings under it in the registry would override the ones here.
static CLASS: GUID = GUID {
    Data1: 0x9f2d_1c6e,
    Data2: 0x5b1a,
    Data3: 0x4e0f,
    Data4: [0xa3, 0x47, 0xd6, 0x0c, 0x58, 0x21, 0xe9, 0x74],
};

unsafe extern "C" {
    /// IoCreateDeviceSecure, as wdmsec.lib calls it.
    fn WdmlibIoCreateDeviceSecure(
        driver: *mut DRIVER_OBJECT,
        extension_size: u32,
        name: *const UNICODE_STRING,
        device_type: u32,
        characteristics: u32,
        exclusive: u8,
        sddl: *const UNICODE_STRING,
        class: *const GUID,
        device: *mut *mut DEVICE_OBJECT,
    ) -> NTSTATUS;
}

/// What lies in the device's extension: the mark by which dispatch routines know it.
#[repr(C)]
struct Extension {
    mark: *const Control,
}

/// The device, and for how many adapters it is there.
struct Control {
    busy: AtomicBool,
    state: UnsafeCell<State>,
}

struct State {
    adapters: u32,
    device: *mut DEVICE_OBJECT,
}

// SAFETY: the state is reached only by who has set `busy`.
unsafe impl Sync for Control {}

static CONTROL: Control = Control {
    busy: AtomicBool::new(false),
    state: UnsafeCell::new(State {
        adapters: 0,
        device: ptr::null_mut(),
    }),
};

impl Control {
    /// Runs `change` alone. Waiters sleep: two adapters that come or go at once are rare.
    fn with(&self, irql: &mut Passive<'_>, change: impl FnOnce(&mut State)) {
        while self.busy.swap(true, Ordering::Acquire) {
            Windows::delay(irql, 1000);
        }
        // SAFETY: alone, since `busy` was not set.
        change(unsafe { &mut *self.state.get() });
        self.busy.store(false, Ordering::Release);
    }
}

/// An adapter has been added. Without a control device the display still works, so a failure is only traced.
pub fn adapter_added(irql: &mut Passive<'_>) {
    CONTROL.with(irql, |state| {
        state.adapters = state.adapters.saturating_add(1);
        if state.device.is_null() {
            match create() {
                Ok(device) => state.device = device,
                Err(status) => trace::failed("create the control device", status),
            }
        }
    });
}

/// An adapter is being removed.
pub fn adapter_removed(irql: &mut Passive<'_>) {
    CONTROL.with(irql, |state| {
        state.adapters = state.adapters.saturating_sub(1);
        if state.adapters == 0 && !state.device.is_null() {
            delete(core::mem::replace(&mut state.device, ptr::null_mut()));
        }
    });
}

/// Whether IRPs for this device are the driver's own: by its type and the mark in its extension, which stay with the device until its last
/// handle is closed, also after it has been deleted.
///
/// # Safety
///
/// A device object of this driver.
pub(super) unsafe fn is_control(device: *mut DEVICE_OBJECT) -> bool {
    // SAFETY: the caller's promise.
    let (device_type, extension) = unsafe { ((*device).DeviceType, (*device).DeviceExtension) };
    // SAFETY: only this driver makes devices of this type, and all have this extension.
    device_type == DEVICE_TYPE
        && !extension.is_null()
        && unsafe { (*extension.cast::<Extension>()).mark } == &raw const CONTROL
}

fn create() -> Result<*mut DEVICE_OBJECT, NTSTATUS> {
    let driver = dispatch::driver().ok_or(wdk_sys::STATUS_INVALID_DEVICE_STATE)?;
    let name = string(wide!(r"\Device\VgpuDod"));
    // Administrators, and nobody else.
    let sddl = string(wide!("D:P(A;;GA;;;BA)"));
    let mut device = ptr::null_mut();
    // SAFETY: our driver object, our strings, our out-pointer; PASSIVE_LEVEL, as the callers' capability shows.
    let status = unsafe {
        WdmlibIoCreateDeviceSecure(
            driver,
            size_of::<Extension>() as u32,
            &raw const name,
            DEVICE_TYPE,
            FILE_DEVICE_SECURE_OPEN,
            FALSE as u8,
            &raw const sddl,
            &raw const CLASS,
            &raw mut device,
        )
    };
    if !NT_SUCCESS(status) {
        return Err(status);
    }
    // SAFETY: the device is new, nobody can open it before the flag below is cleared, and its extension is as large as asked for.
    unsafe {
        (*device)
            .DeviceExtension
            .cast::<Extension>()
            .write(Extension {
                mark: &raw const CONTROL,
            })
    };

    let (mut link, mut target) = (link(), name);
    // SAFETY: two strings of our own.
    let status = unsafe { IoCreateSymbolicLink(&raw mut link, &raw mut target) };
    if !NT_SUCCESS(status) {
        // SAFETY: created above, and not yet in anyone's hands.
        unsafe { IoDeleteDevice(device) };
        return Err(status);
    }
    // Only for devices made in DriverEntry the I/O manager does this.
    // SAFETY: our device.
    unsafe { (*device).Flags &= !DO_DEVICE_INITIALIZING };
    Ok(device)
}

fn delete(device: *mut DEVICE_OBJECT) {
    let mut link = link();
    // SAFETY: made by `create`, and deleted once. Handles that are still open keep the object, not the driver's use of it.
    unsafe {
        let _ = IoDeleteSymbolicLink(&raw mut link);
        IoDeleteDevice(device);
    }
}

fn link() -> UNICODE_STRING {
    string(wide!(r"\DosDevices\VgpuDod"))
}
