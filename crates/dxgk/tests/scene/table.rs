//! The port's callbacks.

use std::ffi::c_void;
use std::ptr;

use dxgk::sys::{
    BOOLEAN, CM_PARTIAL_RESOURCE_DESCRIPTOR, CM_RESOURCE_INTERRUPT_MESSAGE, CM_RESOURCE_LIST,
    CmResourceTypeInterrupt, CmResourceTypeMemory, DXGK_CHILD_STATUS, DXGK_DEVICE_INFO,
    DXGK_VIDPN_INTERFACE, DXGK_VIDPN_INTERFACE_VERSION, DXGKARGCB_NOTIFY_INTERRUPT_DATA,
    DXGKDDI_INTERFACE_VERSION_WIN8, DXGKRNL_INTERFACE, HANDLE, NTSTATUS, PHYSICAL_ADDRESS,
    PKSYNCHRONIZE_ROUTINE, STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED, STATUS_SUCCESS,
    STATUS_UNSUCCESSFUL,
};

use super::{Ordering, Port, lock};

/// The interface of `port`.
pub fn interface(port: &'static Port) -> DXGKRNL_INTERFACE {
    DXGKRNL_INTERFACE {
        Size: size_of::<DXGKRNL_INTERFACE>() as u32,
        Version: DXGKDDI_INTERFACE_VERSION_WIN8,
        DeviceHandle: ptr::from_ref(port).cast_mut().cast(),
        DxgkCbGetDeviceInformation: Some(get_device_information),
        DxgkCbIndicateChildStatus: Some(indicate_child_status),
        DxgkCbMapMemory: Some(map_memory),
        DxgkCbQueueDpc: Some(queue_dpc),
        DxgkCbReadDeviceSpace: Some(device_space),
        DxgkCbSynchronizeExecution: Some(synchronize),
        DxgkCbUnmapMemory: Some(unmap_memory),
        DxgkCbWriteDeviceSpace: Some(device_space),
        DxgkCbNotifyInterrupt: Some(notify_interrupt),
        DxgkCbNotifyDpc: Some(notify_dpc),
        DxgkCbQueryVidPnInterface: Some(query_vidpn_interface),
        ..Default::default()
    }
}

/// # Safety
///
/// `handle` is the DeviceHandle of [`interface`].
unsafe fn port(handle: HANDLE) -> &'static Port {
    // SAFETY: ports live for ever.
    unsafe { &*handle.cast::<Port>() }
}

unsafe extern "system" fn synchronize(
    handle: HANDLE,
    routine: PKSYNCHRONIZE_ROUTINE,
    context: *mut c_void,
    message: u32,
    returned: *mut BOOLEAN,
) -> NTSTATUS {
    // SAFETY: our handle.
    let port = unsafe { port(handle) };
    let left = port.refusals.load(Ordering::SeqCst);
    if left != 0 {
        port.refusals.store(left - 1, Ordering::SeqCst);
        return port.refusal.load(Ordering::SeqCst).cast_signed();
    }
    if !port.connected.load(Ordering::SeqCst) {
        return STATUS_UNSUCCESSFUL;
    }
    let routine = routine.expect("a routine");
    // SAFETY: what the driver asked for, with the lock held; its out-pointer.
    match port.at_dirql(message, || unsafe { returned.write(routine(context)) }) {
        Some(()) => STATUS_SUCCESS,
        None => STATUS_INVALID_PARAMETER,
    }
}

unsafe extern "system" fn notify_interrupt(
    handle: HANDLE,
    _: *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA,
) {
    // SAFETY: our handle.
    let mut dpcs = lock(&unsafe { port(handle) }.dpcs);
    dpcs.notified = true;
    dpcs.notifications += 1;
}

unsafe extern "system" fn queue_dpc(handle: HANDLE) -> BOOLEAN {
    // SAFETY: our handle.
    unsafe { port(handle) }.queue_dpc().into()
}

unsafe extern "system" fn notify_dpc(handle: HANDLE) {
    // SAFETY: our handle.
    lock(&unsafe { port(handle) }.dpcs).notified = false;
}

unsafe extern "system" fn get_device_information(
    handle: HANDLE,
    information: *mut DXGK_DEVICE_INFO,
) -> NTSTATUS {
    #[repr(C)]
    struct List {
        list: CM_RESOURCE_LIST,
        more: [CM_PARTIAL_RESOURCE_DESCRIPTOR; 16],
    }
    // SAFETY: our handle.
    let port = unsafe { port(handle) };
    let mut memory = CM_PARTIAL_RESOURCE_DESCRIPTOR {
        Type: CmResourceTypeMemory as u8,
        ..Default::default()
    };
    memory.u.Memory = Default::default();
    memory.u.Memory.Start.QuadPart = 0x1000;
    memory.u.Memory.Length = 0x1000;
    let interrupt = CM_PARTIAL_RESOURCE_DESCRIPTOR {
        Type: CmResourceTypeInterrupt as u8,
        Flags: if port.line {
            0
        } else {
            CM_RESOURCE_INTERRUPT_MESSAGE as u16
        },
        ..Default::default()
    };
    let list = Box::leak(Box::new(List {
        list: CM_RESOURCE_LIST::default(),
        more: [interrupt; 16],
    }));
    list.list.Count = 1;
    list.list.List[0].PartialResourceList.Count = 1 + port.listed;
    let list = &raw mut *list;
    // SAFETY: our list, whose first descriptor is followed by the others; the driver's out-pointer.
    unsafe {
        (&raw mut (*list).list.List[0].PartialResourceList.PartialDescriptors)
            .cast::<CM_PARTIAL_RESOURCE_DESCRIPTOR>()
            .write_unaligned(memory);
        (*information).TranslatedResourceList = list.cast();
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn map_memory(
    handle: HANDLE,
    _: PHYSICAL_ADDRESS,
    length: u32,
    _: BOOLEAN,
    _: BOOLEAN,
    _: dxgk::sys::MEMORY_CACHING_TYPE,
    address: *mut *mut c_void,
) -> NTSTATUS {
    let registers = vec![0_u64; length as usize / 8].leak();
    // SAFETY: our handle; the driver's out-pointer.
    unsafe {
        port(handle).mapped.fetch_add(1, Ordering::SeqCst);
        address.write(registers.as_mut_ptr().cast());
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn unmap_memory(handle: HANDLE, _: *mut c_void) -> NTSTATUS {
    // SAFETY: our handle.
    let port = unsafe { port(handle) };
    let over = port.over.load(std::sync::atomic::Ordering::SeqCst);
    assert!(!over, "unmapped with the handle of a stopped adapter");
    port.mapped.fetch_sub(1, Ordering::SeqCst);
    STATUS_SUCCESS
}

unsafe extern "system" fn indicate_child_status(_: HANDLE, _: *mut DXGK_CHILD_STATUS) -> NTSTATUS {
    STATUS_SUCCESS
}

unsafe extern "system" fn device_space(
    _: HANDLE,
    _: u32,
    _: *mut c_void,
    _: u32,
    _: u32,
    _: *mut u32,
) -> NTSTATUS {
    STATUS_UNSUCCESSFUL
}

unsafe extern "system" fn query_vidpn_interface(
    _: dxgk::sys::D3DKMDT_HVIDPN,
    _: DXGK_VIDPN_INTERFACE_VERSION,
    _: *mut *const DXGK_VIDPN_INTERFACE,
) -> NTSTATUS {
    STATUS_NOT_SUPPORTED
}
