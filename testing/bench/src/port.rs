//! The port: takes a lock, runs the routine, releases the lock. The same for both ways, and as little as possible.

use core::ffi::c_void;
use core::sync::atomic::{AtomicU32, Ordering};

use dxgk::sys::{
    BOOLEAN, DXGKRNL_INTERFACE, HANDLE, NTSTATUS, PKSYNCHRONIZE_ROUTINE, STATUS_SUCCESS,
};

/// Which message's lock is held. Relaxed stores are plain ones: no instruction of a real lock is counted on either side.
static LOCKED: AtomicU32 = AtomicU32::new(u32::MAX);

/// DxgkCbSynchronizeExecution.
///
/// # Safety
///
/// As its page says.
#[inline(never)]
pub unsafe extern "system" fn synchronize(
    _: HANDLE,
    routine: PKSYNCHRONIZE_ROUTINE,
    context: *mut c_void,
    message: u32,
    returned: *mut BOOLEAN,
) -> NTSTATUS {
    let Some(routine) = routine else {
        return dxgk::sys::STATUS_INVALID_PARAMETER;
    };
    LOCKED.store(message, Ordering::Relaxed);
    // SAFETY: the caller's routine and out-pointer.
    unsafe { returned.write(routine(context)) };
    LOCKED.store(u32::MAX, Ordering::Relaxed);
    STATUS_SUCCESS
}

unsafe extern "system" fn device_information(
    _: HANDLE,
    information: *mut dxgk::sys::DXGK_DEVICE_INFO,
) -> NTSTATUS {
    // SAFETY: the driver's structure; the list lives for ever.
    unsafe { (*information).TranslatedResourceList = (&raw const LIST).cast_mut().cast() };
    STATUS_SUCCESS
}

/// A resource list with one message.
#[repr(C)]
struct List([u32; 9]);

/// Count 1; PCI bus 0; version 1, revision 1; one descriptor: interrupt, message, latched.
static LIST: List = List([1, 5, 0, 0x0001_0001, 1, 0x0003_0302, 0, 0, 0]);

unsafe extern "system" fn notify(_: HANDLE, _: *mut dxgk::sys::DXGKARGCB_NOTIFY_INTERRUPT_DATA) {}
unsafe extern "system" fn queue_dpc(_: HANDLE) -> BOOLEAN {
    1
}
unsafe extern "system" fn notify_dpc(_: HANDLE) {}
unsafe extern "system" fn child_status(
    _: HANDLE,
    _: *mut dxgk::sys::DXGK_CHILD_STATUS,
) -> NTSTATUS {
    STATUS_SUCCESS
}
unsafe extern "system" fn map(
    _: HANDLE,
    _: dxgk::sys::PHYSICAL_ADDRESS,
    _: u32,
    _: BOOLEAN,
    _: BOOLEAN,
    _: dxgk::sys::MEMORY_CACHING_TYPE,
    _: *mut *mut c_void,
) -> NTSTATUS {
    dxgk::sys::STATUS_NOT_SUPPORTED
}
unsafe extern "system" fn unmap(_: HANDLE, _: *mut c_void) -> NTSTATUS {
    STATUS_SUCCESS
}
unsafe extern "system" fn space(
    _: HANDLE,
    _: u32,
    _: *mut c_void,
    _: u32,
    _: u32,
    _: *mut u32,
) -> NTSTATUS {
    dxgk::sys::STATUS_NOT_SUPPORTED
}
unsafe extern "system" fn vidpn(
    _: dxgk::sys::D3DKMDT_HVIDPN,
    _: dxgk::sys::DXGK_VIDPN_INTERFACE_VERSION,
    _: *mut *const dxgk::sys::DXGK_VIDPN_INTERFACE,
) -> NTSTATUS {
    dxgk::sys::STATUS_NOT_SUPPORTED
}

/// The interface that StartDevice gets.
#[must_use]
pub fn interface() -> DXGKRNL_INTERFACE {
    DXGKRNL_INTERFACE {
        Size: size_of::<DXGKRNL_INTERFACE>() as u32,
        Version: dxgk::sys::DXGKDDI_INTERFACE_VERSION_WIN8,
        DxgkCbGetDeviceInformation: Some(device_information),
        DxgkCbIndicateChildStatus: Some(child_status),
        DxgkCbMapMemory: Some(map),
        DxgkCbQueueDpc: Some(queue_dpc),
        DxgkCbReadDeviceSpace: Some(space),
        DxgkCbSynchronizeExecution: Some(synchronize),
        DxgkCbUnmapMemory: Some(unmap),
        DxgkCbWriteDeviceSpace: Some(space),
        DxgkCbNotifyInterrupt: Some(notify),
        DxgkCbNotifyDpc: Some(notify_dpc),
        DxgkCbQueryVidPnInterface: Some(vidpn),
        ..Default::default()
    }
}
