//! The functions of DXGKRNL_INTERFACE: what every callback checks on entry, and the small ones themselves.
//!
//! The interrupt callbacks are in [`crate::interrupt`], the VidPN and monitor interfaces in [`crate::vidpn`].

mod absent;

use crate::adapter::Adapter;
use crate::config::PostAnswer;
use crate::ddi::Ddi;
use crate::handle::{self, Found};
use crate::machine::{Caching, NtStatus};
use crate::mapping;
use crate::port::{Port, check};
use crate::rules::Callback;
use crate::section::Section;
use crate::vidpn;
use core::ptr::NonNull;
use core::sync::atomic::Ordering;
use dxgk_sys::*;

/// Checks the handle, the IRQL and the ISR's restriction; `None` if the call must go no further.
fn enter(handle: HANDLE, callback: Callback) -> Option<&'static Adapter> {
    let at = callback.name();
    let (port, adapter) = match handle::adapter(handle) {
        Found::Adapter(adapter) => (adapter.port(), Some(adapter)),
        Found::Wrong(adapter) => (adapter.port(), None),
        Found::Unknown => (Port::last()?, None),
    };
    check!(port, AddTwoHandles, at, adapter.is_some(), "the DeviceHandle"; "{handle:?}");
    adapter.filter(|adapter| allowed(adapter, callback))
}

/// The part of [`enter`] that does not look at the handle.
pub(crate) fn allowed(adapter: &Adapter, callback: Callback) -> bool {
    let at = callback.name();
    let (port, machine) = (adapter.port(), adapter.machine());
    let level = machine.irql();
    let need = callback.need();
    let mut held = check!(port, IrqlCallback, at, need.met(level), "{need}"; "IRQL {level}");
    if let Section::Isr(_) = adapter.cpus().at(machine.processor()).section() {
        let permitted = matches!(callback, Callback::QueueDpc | Callback::NotifyInterrupt);
        held &= check!(port, IsrOnlyTwo, at, permitted, "QueueDpc or NotifyInterrupt in an ISR"; "{at}");
    }
    held
}

/// The address of what stands for every member that came after version WIN8: it does nothing and says so.
pub(crate) fn newer() -> usize {
    let function: unsafe extern "system" fn() -> NtStatus = absent::newer;
    function as usize
}

/// The interface of the adapter with this DeviceHandle; its Size is that of version WIN8.
pub(crate) fn interface(handle: HANDLE) -> DXGKRNL_INTERFACE {
    DXGKRNL_INTERFACE {
        Size: size_of::<DXGKRNL_INTERFACE>() as u32,
        Version: DXGKDDI_INTERFACE_VERSION_WIN8,
        DeviceHandle: handle,
        DxgkCbEvalAcpiMethod: Some(eval_acpi_method),
        DxgkCbGetDeviceInformation: Some(get_device_information),
        DxgkCbIndicateChildStatus: Some(indicate_child_status),
        DxgkCbMapMemory: Some(map_memory),
        DxgkCbQueueDpc: Some(queue_dpc),
        DxgkCbQueryServices: Some(query_services),
        DxgkCbReadDeviceSpace: Some(read_device_space),
        DxgkCbSynchronizeExecution: Some(synchronize_execution),
        DxgkCbUnmapMemory: Some(unmap_memory),
        DxgkCbWriteDeviceSpace: Some(write_device_space),
        DxgkCbIsDevicePresent: Some(is_device_present),
        DxgkCbGetHandleData: Some(absent::get_handle_data),
        DxgkCbGetHandleParent: Some(absent::get_handle_parent),
        DxgkCbEnumHandleChildren: Some(absent::enum_handle_children),
        DxgkCbNotifyInterrupt: Some(notify_interrupt),
        DxgkCbNotifyDpc: Some(notify_dpc),
        DxgkCbQueryVidPnInterface: Some(vidpn::interface::query),
        DxgkCbQueryMonitorInterface: Some(query_monitor_interface),
        DxgkCbGetCaptureAddress: Some(absent::get_capture_address),
        DxgkCbLogEtwEvent: Some(absent::log_etw_event),
        DxgkCbExcludeAdapterAccess: Some(absent::exclude_adapter_access),
        DxgkCbCreateContextAllocation: Some(absent::create_context_allocation),
        DxgkCbDestroyContextAllocation: Some(absent::destroy_context_allocation),
        DxgkCbSetPowerComponentActive: Some(absent::set_power_component_active),
        DxgkCbSetPowerComponentIdle: Some(absent::set_power_component_idle),
        DxgkCbAcquirePostDisplayOwnership: Some(acquire_post_display_ownership),
        DxgkCbPowerRuntimeControlRequest: Some(absent::power_runtime_control_request),
        DxgkCbSetPowerComponentLatency: Some(absent::set_power_component_latency),
        DxgkCbSetPowerComponentResidency: Some(absent::set_power_component_residency),
        DxgkCbCompleteFStateTransition: Some(absent::complete_f_state_transition),
    }
}

unsafe extern "system" fn synchronize_execution(
    handle: HANDLE,
    routine: PKSYNCHRONIZE_ROUTINE,
    context: PVOID,
    message: ULONG,
    result: *mut BOOLEAN,
) -> NtStatus {
    // Said first: on a real machine this is where it would hang.
    if let Found::Adapter(adapter) = handle::adapter(handle)
        && adapter.would_deadlock(message)
    {
        return STATUS_UNSUCCESSFUL;
    }
    match enter(handle, Callback::SynchronizeExecution) {
        // SAFETY: the driver passes its own routine and context and a result or NULL, as the page asks.
        Some(adapter) => unsafe { adapter.synchronize(routine, context, message, result) },
        None => STATUS_INVALID_PARAMETER,
    }
}

unsafe extern "system" fn queue_dpc(handle: HANDLE) -> BOOLEAN {
    BOOLEAN::from(enter(handle, Callback::QueueDpc).is_some_and(|adapter| adapter.queue_dpc()))
}

unsafe extern "system" fn notify_interrupt(
    handle: HANDLE,
    data: *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA,
) {
    if let Some(adapter) = enter(handle, Callback::NotifyInterrupt) {
        // SAFETY: the driver passes a structure or NULL, as the page asks.
        unsafe { adapter.notify(data) };
    }
}

unsafe extern "system" fn notify_dpc(handle: HANDLE) {
    if let Some(adapter) = enter(handle, Callback::NotifyDpc) {
        adapter.notify_dpc();
    }
}

static REGISTRY_PATH: [u16; 96] = {
    let text = br"\Registry\Machine\System\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}\0";
    let mut wide = [0; 96];
    let mut index = 0;
    while index < wide.len() && index < text.len() {
        wide[index] = text[index] as u16;
        index += 1;
    }
    wide
};

unsafe extern "system" fn get_device_information(
    handle: HANDLE,
    info: *mut DXGK_DEVICE_INFO,
) -> NtStatus {
    let Some(adapter) = enter(handle, Callback::GetDeviceInformation) else {
        return STATUS_INVALID_PARAMETER;
    };
    let Some(info) = NonNull::new(info) else {
        return STATUS_INVALID_PARAMETER;
    };
    adapter.asked_information.store(true, Ordering::Relaxed);
    let bytes = size_of_val(&REGISTRY_PATH) as u16;
    let filled = DXGK_DEVICE_INFO {
        MiniportDeviceContext: adapter.context(),
        PhysicalDeviceObject: adapter.pdo(),
        DeviceRegistryPath: UNICODE_STRING {
            Length: bytes,
            MaximumLength: bytes,
            Buffer: REGISTRY_PATH.as_ptr().cast_mut(),
        },
        TranslatedResourceList: adapter.resources.pointer(),
        SystemMemorySize: LARGE_INTEGER { QuadPart: 1 << 30 },
        HighestPhysicalAddress: LARGE_INTEGER { QuadPart: i64::MAX },
        ..Default::default()
    };
    // SAFETY: not NULL, so by the page it points to a DXGK_DEVICE_INFO of the driver's.
    unsafe { info.write(filled) };
    STATUS_SUCCESS
}

unsafe extern "system" fn map_memory(
    handle: HANDLE,
    physical: PHYSICAL_ADDRESS,
    length: ULONG,
    io_space: BOOLEAN,
    user_mode: BOOLEAN,
    caching: MEMORY_CACHING_TYPE,
    address: *mut PVOID,
) -> NtStatus {
    let at = Callback::MapMemory.name();
    let Some(adapter) = enter(handle, Callback::MapMemory) else {
        return STATUS_INVALID_PARAMETER;
    };
    let machine = adapter.machine();
    // SAFETY: all bit patterns are valid for the whole.
    let start = unsafe { physical.QuadPart } as u64;
    let inside = mapping::granted(
        machine.grant().ranges,
        start,
        u64::from(length),
        io_space != 0,
    );
    let valid = check!(adapter.port(), CbMapMemory, at, inside && !address.is_null(),
        "a range that was assigned"; "{length:#x} bytes at {start:#x}, io {io_space}");
    if !valid || user_mode != 0 || io_space != 0 {
        return STATUS_INVALID_PARAMETER;
    }
    let caching = match caching {
        MmNonCached => Caching::None,
        MmCached => Caching::Cached,
        MmWriteCombined if adapter.port().config().no_write_combining => return STATUS_NO_MEMORY,
        MmWriteCombined => Caching::WriteCombined,
        _ => return STATUS_INVALID_PARAMETER,
    };
    let Some(mapped) = machine.map_memory(start, length as usize, caching) else {
        return STATUS_NO_MEMORY;
    };
    adapter.mappings.lock(machine).add(mapped, length as usize);
    // SAFETY: not NULL, so by the page it points to a pointer of the driver's.
    unsafe { address.write(mapped.as_ptr().cast()) };
    STATUS_SUCCESS
}

unsafe extern "system" fn unmap_memory(handle: HANDLE, address: PVOID) -> NtStatus {
    let at = Callback::UnmapMemory.name();
    let Some(adapter) = enter(handle, Callback::UnmapMemory) else {
        return STATUS_INVALID_PARAMETER;
    };
    let machine = adapter.machine();
    let mapping = adapter.mappings.lock(machine).remove(address.cast());
    check!(adapter.port(), CbMapMemory, at, mapping.is_some(), "the start of a mapping"; "{address:?}");
    let Some(mapping) = mapping else {
        return STATUS_INVALID_PARAMETER;
    };
    machine.unmap_memory(mapping.address, mapping.length);
    STATUS_SUCCESS
}

/// What Read- and WriteDeviceSpace check; the error is the status to return.
fn device_space(
    handle: HANDLE,
    callback: Callback,
    kind: ULONG,
    buffer: PVOID,
    moved: *mut ULONG,
) -> Result<&'static Adapter, NtStatus> {
    let Some(adapter) = enter(handle, callback) else {
        return Err(STATUS_INVALID_PARAMETER);
    };
    let known = matches!(
        kind,
        DXGK_WHICHSPACE_CONFIG | DXGK_WHICHSPACE_ROM | DXGK_WHICHSPACE_MCH | DXGK_WHICHSPACE_BRIDGE
    );
    let valid = known && !buffer.is_null() && !moved.is_null();
    check!(adapter.port(), CbDeviceSpace, callback.name(), valid, "a documented space, a buffer and a count";
        "space {kind:#x}, buffer {buffer:?}, count {moved:?}");
    match (valid, kind) {
        (false, _) => Err(STATUS_INVALID_PARAMETER),
        (true, DXGK_WHICHSPACE_CONFIG) => Ok(adapter),
        _ => Err(STATUS_UNSUCCESSFUL),
    }
}

unsafe extern "system" fn read_device_space(
    handle: HANDLE,
    kind: ULONG,
    buffer: PVOID,
    offset: ULONG,
    length: ULONG,
    moved: *mut ULONG,
) -> NtStatus {
    match device_space(handle, Callback::ReadDeviceSpace, kind, buffer, moved) {
        Ok(adapter) => {
            // SAFETY: by the page the buffer has `length` bytes and the count is the driver's.
            unsafe {
                buffer.cast::<u8>().write_bytes(0, length as usize);
                let bytes = core::slice::from_raw_parts_mut(buffer.cast::<u8>(), length as usize);
                moved.write(adapter.machine().pci_read(offset, bytes) as u32);
            }
            STATUS_SUCCESS
        }
        Err(status) => status,
    }
}

unsafe extern "system" fn write_device_space(
    handle: HANDLE,
    kind: ULONG,
    buffer: PVOID,
    offset: ULONG,
    length: ULONG,
    moved: *mut ULONG,
) -> NtStatus {
    match device_space(handle, Callback::WriteDeviceSpace, kind, buffer, moved) {
        Ok(adapter) => {
            // SAFETY: by the page the buffer has `length` bytes and the count is the driver's.
            unsafe {
                let bytes = core::slice::from_raw_parts(buffer.cast::<u8>(), length as usize);
                moved.write(adapter.machine().pci_write(offset, bytes) as u32);
            }
            STATUS_SUCCESS
        }
        Err(status) => status,
    }
}

unsafe extern "system" fn indicate_child_status(
    handle: HANDLE,
    status: *mut DXGK_CHILD_STATUS,
) -> NtStatus {
    let Some(adapter) = enter(handle, Callback::IndicateChildStatus) else {
        return STATUS_INVALID_PARAMETER;
    };
    let at = Callback::IndicateChildStatus.name();
    let starting = adapter.current_ddi() == Some(Ddi::StartDevice);
    check!(adapter.port(), FieldEarlyIndication, at, !starting, "a call after StartDevice"; "within it");
    if starting {
        return STATUS_UNSUCCESSFUL;
    }
    // SAFETY: by the page it points to a DXGK_CHILD_STATUS, or is NULL.
    match unsafe { status.as_ref() } {
        // SAFETY: all bit patterns of the union are valid.
        Some(status) => adapter.indicated(status.Type, status.ChildUid, unsafe {
            status.Anonymous.HotPlug.Connected
        }),
        None => STATUS_INVALID_PARAMETER,
    }
}

unsafe extern "system" fn acquire_post_display_ownership(
    handle: HANDLE,
    info: *mut DXGK_DISPLAY_INFORMATION,
) -> NtStatus {
    let at = Callback::AcquirePostDisplayOwnership.name();
    let Some(adapter) = enter(handle, Callback::AcquirePostDisplayOwnership) else {
        return STATUS_INVALID_PARAMETER;
    };
    let current = adapter.current_ddi();
    let inside = matches!(current, Some(Ddi::StartDevice | Ddi::SetPowerState));
    let valid = check!(adapter.port(), CbPostOwnership, at, inside && !info.is_null(),
        "a call within StartDevice or SetPowerState"; "within {current:?}");
    if !valid {
        return STATUS_INVALID_PARAMETER;
    }
    adapter.acquired_post.store(true, Ordering::Relaxed);
    let answer = adapter.port().config().post_answer;
    if answer == PostAnswer::Fails {
        return STATUS_UNSUCCESSFUL;
    }
    let post = *adapter.post.lock(adapter.machine());
    // dxgkrnl finds the POST device by the frame buffer's address in an adapter's resources (F134).
    let post = post.filter(|post| {
        let length = u64::from(post.pitch) * u64::from(post.height);
        let ranges = adapter.machine().grant().ranges;
        adapter.port().config().post_device && mapping::granted(ranges, post.address, length, false)
    });
    let mut filled = DXGK_DISPLAY_INFORMATION {
        TargetId: D3DDDI_ID_UNINITIALIZED,
        ..Default::default()
    };
    if let Some(post) = post {
        filled.Width = post.width;
        filled.Height = post.height;
        filled.Pitch = post.pitch;
        filled.ColorFormat = D3DDDIFMT_X8R8G8B8;
        if answer == PostAnswer::ThreeBytes {
            filled.Pitch = post.width * 3;
            filled.ColorFormat = D3DDDIFMT_R8G8B8;
        }
        filled.PhysicAddress = LARGE_INTEGER {
            QuadPart: post.address as i64,
        };
    }
    // SAFETY: not NULL, so by the page it points to the driver's DXGK_DISPLAY_INFORMATION.
    unsafe { info.write(filled) };
    STATUS_SUCCESS
}

unsafe extern "system" fn query_services(
    handle: HANDLE,
    service: DXGK_SERVICES,
    interface: *mut INTERFACE,
) -> NtStatus {
    let at = Callback::QueryServices.name();
    let Some(adapter) = enter(handle, Callback::QueryServices) else {
        return STATUS_INVALID_PARAMETER;
    };
    let reserved = matches!(service, DxgkServicesBDD | DxgkServicesIDD);
    // SAFETY: by the page it points to an INTERFACE, or is NULL.
    let preset = unsafe { interface.as_ref() }.is_some_and(|interface| {
        usize::from(interface.Size) >= size_of::<INTERFACE>() && interface.Version != 0
    });
    check!(adapter.port(), CbQueryServices, at, preset && !reserved,
        "Size and Version preset, no reserved service"; "service {service}, preset {preset}");
    // The model offers none of the optional services; the page names no status of its own for that.
    if preset {
        STATUS_NOT_SUPPORTED
    } else {
        STATUS_INVALID_PARAMETER
    }
}

unsafe extern "system" fn eval_acpi_method(
    handle: HANDLE,
    uid: ULONG,
    _input: *mut ACPI_EVAL_INPUT_BUFFER_COMPLEX_V1,
    _input_size: ULONG,
    _output: *mut ACPI_EVAL_OUTPUT_BUFFER_V1,
    _output_size: ULONG,
) -> NtStatus {
    const ADAPTER: u32 = u32::MAX;
    let at = Callback::EvalAcpiMethod.name();
    let Some(adapter) = enter(handle, Callback::EvalAcpiMethod) else {
        return STATUS_INVALID_PARAMETER;
    };
    let known = uid == ADAPTER
        || adapter
            .children
            .by_uid(uid)
            .is_some_and(|child| child.acpi());
    check!(adapter.port(), AcpiEvalTarget, at, known, "the adapter or an ACPI child"; "{uid:#x}");
    if known {
        STATUS_NOT_SUPPORTED
    } else {
        STATUS_INVALID_PARAMETER
    }
}

unsafe extern "system" fn is_device_present(
    handle: HANDLE,
    parameters: *mut PCI_DEVICE_PRESENCE_PARAMETERS,
    present: *mut BOOLEAN,
) -> NtStatus {
    if enter(handle, Callback::IsDevicePresent).is_none()
        || parameters.is_null()
        || present.is_null()
    {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: not NULL, so by the page it points to a BOOLEAN.
    unsafe { present.write(FALSE) };
    STATUS_SUCCESS
}

unsafe extern "system" fn query_monitor_interface(
    handle: HANDLE,
    version: DXGK_MONITOR_INTERFACE_VERSION,
    interface: *mut *const DXGK_MONITOR_INTERFACE,
) -> NtStatus {
    if enter(handle, Callback::QueryMonitorInterface).is_none() || interface.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let Some(known) = vidpn::monitor::interface(version) else {
        return STATUS_NOT_SUPPORTED;
    };
    // SAFETY: not NULL, so by the page it points to a pointer of the driver's.
    unsafe { interface.write(known) };
    STATUS_SUCCESS
}
