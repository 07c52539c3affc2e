//! The stub's DDIs but those about VidPNs and interrupts.

use crate::heard::Heard;
use crate::stub::{SPARE, Stub};
use crate::{interrupts, outputs, vidpn};
use dxgk_sys::*;
use port::machine::Machine;
use port::power::ADAPTER;
use port::rules::Rule;
use std::ffi::c_void;

pub type Context = *mut c_void;

/// A complete table without VSync control.
pub fn table() -> KMDDOD_INITIALIZATION_DATA {
    KMDDOD_INITIALIZATION_DATA {
        Version: DXGKDDI_INTERFACE_VERSION_WIN8,
        DxgkDdiAddDevice: Some(add_device),
        DxgkDdiStartDevice: Some(start_device),
        DxgkDdiStopDevice: Some(stop_device),
        DxgkDdiRemoveDevice: Some(remove_device),
        DxgkDdiDispatchIoRequest: Some(dispatch_io_request),
        DxgkDdiInterruptRoutine: Some(interrupts::isr),
        DxgkDdiDpcRoutine: Some(interrupts::dpc),
        DxgkDdiQueryChildRelations: Some(outputs::query_child_relations),
        DxgkDdiQueryChildStatus: Some(outputs::query_child_status),
        DxgkDdiQueryDeviceDescriptor: Some(outputs::query_device_descriptor),
        DxgkDdiSetPowerState: Some(set_power_state),
        DxgkDdiNotifyAcpiEvent: Some(notify_acpi_event),
        DxgkDdiResetDevice: Some(reset_device),
        DxgkDdiUnload: Some(unload),
        DxgkDdiQueryInterface: Some(query_interface),
        DxgkDdiControlEtwLogging: Some(control_etw_logging),
        DxgkDdiQueryAdapterInfo: Some(query_adapter_info),
        DxgkDdiSetPalette: Some(set_palette),
        DxgkDdiSetPointerPosition: Some(set_pointer_position),
        DxgkDdiSetPointerShape: Some(set_pointer_shape),
        DxgkDdiEscape: Some(escape),
        DxgkDdiCollectDbgInfo: Some(collect_dbg_info),
        DxgkDdiIsSupportedVidPn: Some(vidpn::is_supported),
        DxgkDdiRecommendFunctionalVidPn: Some(vidpn::recommend_functional),
        DxgkDdiEnumVidPnCofuncModality: Some(vidpn::enum_cofunc),
        DxgkDdiSetVidPnSourceVisibility: Some(vidpn::set_visibility),
        DxgkDdiCommitVidPn: Some(vidpn::commit),
        DxgkDdiUpdateActiveVidPnPresentPath: Some(vidpn::update_path),
        DxgkDdiRecommendMonitorModes: Some(vidpn::recommend_monitor_modes),
        DxgkDdiQueryVidPnHWCapability: Some(vidpn::hardware_capability),
        DxgkDdiPresentDisplayOnly: Some(interrupts::present),
        DxgkDdiStopDeviceAndReleasePostDisplayOwnership: Some(stop_and_release),
        DxgkDdiSystemDisplayEnable: Some(system_display_enable),
        DxgkDdiSystemDisplayWrite: Some(system_display_write),
        DxgkDdiGetChildContainerId: Some(outputs::get_child_container_id),
        DxgkDdiNotifySurpriseRemoval: Some(notify_surprise_removal),
        ..Default::default()
    }
}

unsafe extern "system" fn add_device(_pdo: *mut DEVICE_OBJECT, context: *mut Context) -> NTSTATUS {
    let stub = Stub::current();
    if !stub.breaks(Rule::AddNullContext) {
        unsafe { context.write(std::ptr::from_ref(stub).cast_mut().cast()) };
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn start_device(
    context: Context,
    _info: *mut DXGK_START_INFO,
    interface: *mut DXGKRNL_INTERFACE,
    sources: *mut ULONG,
    children: *mut ULONG,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    // Only Size bytes are there.
    let mut port = DXGKRNL_INTERFACE::default();
    unsafe {
        let size = (*interface).Size;
        stub.sizes.set((size, stub.sizes.get().1));
        let known = size_of::<DXGKRNL_INTERFACE>().min(size as usize);
        let target: *mut DXGKRNL_INTERFACE = &raw mut port;
        target
            .cast::<u8>()
            .copy_from_nonoverlapping(interface.cast(), known);
    }
    *stub.interface.borrow_mut() = port;
    stub.hears(Heard::Start {
        connected: stub.machine.is_connected(),
    });
    let handle = port.DeviceHandle;
    let mut info = DXGK_DEVICE_INFO::default();
    let query = port.DxgkCbGetDeviceInformation.expect("given");
    if !stub.breaks(Rule::StartQuery) {
        let who = if stub.breaks(Rule::AddTwoHandles) {
            context
        } else {
            handle
        };
        unsafe { query(who, &raw mut info) };
    }
    if !stub.breaks(Rule::StartMap) {
        stub.map();
    }
    match stub.broken {
        Some(Rule::AcpiEvalTarget) => {
            let none = std::ptr::null_mut;
            unsafe {
                port.DxgkCbEvalAcpiMethod.expect("given")(handle, 0x77, none(), 0, none().cast(), 0)
            };
        }
        Some(Rule::CbQueryServices) => {
            let mut services = INTERFACE {
                Size: size_of::<INTERFACE>() as u16,
                Version: 1,
                ..Default::default()
            };
            unsafe {
                port.DxgkCbQueryServices.expect("given")(handle, DxgkServicesBDD, &raw mut services)
            };
        }
        Some(Rule::PowerRuntimeWindow) => unsafe {
            port.DxgkCbSetPowerComponentIdle.expect("given")(handle, 0)
        },
        Some(Rule::CbExclude) => {
            let both = DXGK_EXCLUDE_EVICT_ALL | DXGK_EXCLUDE_CALL_SYNCHRONOUS;
            let exclude = port.DxgkCbExcludeAdapterAccess.expect("given");
            unsafe { exclude(handle, both, None, std::ptr::null_mut()) };
        }
        Some(Rule::StartUndo) => return STATUS_UNSUCCESSFUL,
        Some(Rule::FieldEarlyIndication) => interrupts::indicate(stub, true),
        _ => {}
    }
    read_config(
        stub,
        if stub.breaks(Rule::CbDeviceSpace) {
            5
        } else {
            DXGK_WHICHSPACE_CONFIG
        },
    );
    acquire_post(stub);
    stub.started.set(true);
    unsafe {
        sources.write(1);
        children.write(if stub.breaks(Rule::FieldsCounts) {
            0
        } else {
            2
        });
    }
    STATUS_SUCCESS
}

/// Reads four bytes of configuration space.
pub fn read_config(stub: &Stub, space: u32) {
    let port = stub.port();
    let (mut bytes, mut count) = ([0_u8; 4], 0);
    let read = port.DxgkCbReadDeviceSpace.expect("given");
    unsafe {
        read(
            port.DeviceHandle,
            space,
            bytes.as_mut_ptr().cast(),
            0,
            4,
            &raw mut count,
        )
    };
}

/// Asks for the display that firmware left.
pub fn acquire_post(stub: &Stub) {
    let port = stub.port();
    let mut info = DXGK_DISPLAY_INFORMATION::default();
    if let Some(acquire) = port.DxgkCbAcquirePostDisplayOwnership {
        let status = unsafe { acquire(port.DeviceHandle, &raw mut info) };
        stub.hears(Heard::Firmware(status, info.Width, info.ColorFormat));
    }
}

unsafe extern "system" fn stop_device(context: Context) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    stub.started.set(false);
    crate::interrupts::finish(stub);
    if !stub.breaks(Rule::StopFrees) {
        stub.unmap();
    }
    if stub.breaks(Rule::IrqlKept) {
        port::machine::Machine::raise_irql(stub.machine, 2);
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn remove_device(_context: Context) -> NTSTATUS {
    STATUS_SUCCESS
}

unsafe extern "system" fn dispatch_io_request(
    _: Context,
    _: ULONG,
    _: *mut VIDEO_REQUEST_PACKET,
) -> NTSTATUS {
    STATUS_NOT_SUPPORTED
}

unsafe extern "system" fn set_power_state(
    context: Context,
    uid: ULONG,
    state: DEVICE_POWER_STATE,
    _action: POWER_ACTION,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    stub.hears(Heard::Power {
        started: stub.started.get(),
        adapter: uid == ADAPTER,
        state,
    });
    if stub.breaks_once(Rule::SyncThree)
        && let Some(adapter) = stub.adapter.get()
    {
        let _ = adapter.query_children();
    }
    if !stub.started.get() {
        return if stub.breaks(Rule::FieldUnstartedPower) {
            STATUS_DEVICE_NOT_READY
        } else {
            STATUS_SUCCESS
        };
    }
    if state == PowerDeviceD0 && !stub.breaks(Rule::PowerD0Reacquire) {
        acquire_post(stub);
    }
    if stub.breaks(Rule::PowerNeverFail) {
        STATUS_UNSUCCESSFUL
    } else {
        STATUS_SUCCESS
    }
}

unsafe extern "system" fn notify_acpi_event(
    context: Context,
    _kind: DXGK_EVENT_TYPE,
    _event: ULONG,
    _argument: PVOID,
    flags: *mut ULONG,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    if stub.breaks(Rule::AcpiFlags) {
        unsafe { flags.write(0x80) };
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn reset_device(_context: Context) {}

unsafe extern "system" fn unload() {
    let stub = Stub::current();
    if stub.breaks(Rule::UnloadBalance) {
        stub.machine.pool.set(port::machine::Pool {
            blocks: 1,
            bytes: 16,
            others: 0,
        });
    }
}

unsafe extern "system" fn query_interface(
    context: Context,
    _query: *mut QUERY_INTERFACE,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    if stub.breaks(Rule::IfaceNotSupported) {
        STATUS_INVALID_PARAMETER
    } else {
        STATUS_NOT_SUPPORTED
    }
}

unsafe extern "system" fn control_etw_logging(_enable: BOOLEAN, _flags: ULONG, _level: UCHAR) {}

unsafe extern "system" fn query_adapter_info(
    adapter: HANDLE,
    query: *const DXGKARG_QUERYADAPTERINFO,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let query = unsafe { &*query };
    if query.Type != DXGKQAITYPE_DRIVERCAPS {
        return if stub.breaks(Rule::FieldQueryTypes) {
            STATUS_SUCCESS
        } else {
            STATUS_NOT_SUPPORTED
        };
    }
    if stub.breaks(Rule::CapsAnswer) {
        return STATUS_UNSUCCESSFUL;
    }
    stub.sizes.set((stub.sizes.get().0, query.OutputDataSize));
    let mut caps = DXGK_DRIVERCAPS::zeroed();
    caps.WDDMVersion = DXGKDDI_WDDMv1_2;
    caps.SupportNonVGA = BOOLEAN::from(!stub.breaks(Rule::LogoCaps));
    caps.SupportSmoothRotation = BOOLEAN::from(!stub.breaks(Rule::CapsMandatory));
    caps.SupportSurpriseRemovalInHibernation = TRUE;
    caps.InterruptMessageNumber = 0;
    caps.PointerCaps = DXGK_POINTERFLAGS::zeroed().with(DXGK_POINTERFLAGS::Color, 1);
    match stub.broken {
        Some(Rule::CapsNotApplicable) => caps.SupportDirectFlip = TRUE,
        Some(Rule::CapsScheduling) => {
            caps.SchedulingCaps = caps
                .SchedulingCaps
                .with(DXGK_VIDSCHCAPS::PreemptionAware, 1);
        }
        Some(Rule::CapsReservedBits) => caps.PointerCaps.Value |= 8,
        Some(Rule::PointerResults) => caps.PointerCaps.Value = 0,
        Some(Rule::PowerRuntimeGate) => caps.SupportRuntimePowerManagement = TRUE,
        _ => {}
    }
    unsafe { query.pOutputData.cast::<DXGK_DRIVERCAPS>().write(caps) };
    STATUS_SUCCESS
}

unsafe extern "system" fn set_palette(
    _adapter: HANDLE,
    _palette: *const DXGKARG_SETPALETTE,
) -> NTSTATUS {
    STATUS_NOT_SUPPORTED
}

unsafe extern "system" fn set_pointer_position(
    adapter: HANDLE,
    position: *const DXGKARG_SETPOINTERPOSITION,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    if stub.breaks_once(Rule::PointerClass)
        && let Some(adapter) = stub.adapter.get()
    {
        let _ = adapter.set_pointer(unsafe { (*position).VidPnSourceId }, &[0; 64 * 64], 64, 64);
    }
    if stub.breaks(Rule::PointerResults) {
        STATUS_NOT_IMPLEMENTED
    } else {
        STATUS_SUCCESS
    }
}

unsafe extern "system" fn set_pointer_shape(
    _adapter: HANDLE,
    _shape: *const DXGKARG_SETPOINTERSHAPE,
) -> NTSTATUS {
    STATUS_SUCCESS
}

unsafe extern "system" fn escape(adapter: HANDLE, escape: *const DXGKARG_ESCAPE) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    if !stub.started.get() && !stub.breaks(Rule::FieldUnstartedEscape) {
        return STATUS_DEVICE_NOT_READY;
    }
    let escape = unsafe { &*escape };
    if escape.PrivateDriverDataSize < 4 {
        STATUS_INVALID_PARAMETER
    } else {
        STATUS_SUCCESS
    }
}

unsafe extern "system" fn collect_dbg_info(
    adapter: HANDLE,
    info: *const DXGKARG_COLLECTDBGINFO,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let info = unsafe { &*info };
    let length = info.BufferSize + usize::from(stub.breaks(Rule::DbgCollect));
    unsafe { info.pBuffer.cast::<u8>().write_bytes(0x11, length) };
    STATUS_SUCCESS
}

unsafe extern "system" fn stop_and_release(
    context: Context,
    target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    info: *mut DXGK_DISPLAY_INFORMATION,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    if target == SPARE && !stub.breaks(Rule::StopTarget) {
        return STATUS_NOT_SUPPORTED;
    }
    stub.started.set(false);
    crate::interrupts::finish(stub);
    stub.unmap();
    let pitch = if stub.breaks(Rule::StopRelease) {
        0
    } else {
        64 * 4
    };
    let left = DXGK_DISPLAY_INFORMATION {
        Width: 64,
        Height: 48,
        Pitch: pitch,
        ColorFormat: D3DDDIFMT_X8R8G8B8,
        PhysicAddress: PHYSICAL_ADDRESS {
            QuadPart: 0xE000_0000,
        },
        // No target of the adapter: what it names is not judged.
        TargetId: !target,
        AcpiId: 0,
    };
    unsafe { info.write(left) };
    STATUS_SUCCESS
}

unsafe extern "system" fn system_display_enable(
    context: Context,
    _target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    _flags: *mut DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS,
    width: *mut UINT,
    height: *mut UINT,
    format: *mut D3DDDIFORMAT,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    stub.hears(Heard::Screen(stub.machine.irql()));
    unsafe {
        width.write(if stub.breaks(Rule::BugcheckEnable) {
            64
        } else {
            800
        });
        height.write(600);
        format.write(D3DDDIFMT_X8R8G8B8);
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn system_display_write(
    context: Context,
    _source: PVOID,
    _width: UINT,
    _height: UINT,
    _stride: UINT,
    _x: UINT,
    _y: UINT,
) {
    let stub = unsafe { Stub::of(context) };
    stub.hears(Heard::Screen(stub.machine.irql()));
}

unsafe extern "system" fn notify_surprise_removal(
    context: Context,
    kind: DXGK_SURPRISE_REMOVAL_TYPE,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    match (kind, stub.broken) {
        (DxgkRemovalPnPNotify, Some(Rule::SurpriseResult)) => STATUS_UNSUCCESSFUL,
        (DxgkRemovalHibernation, Some(Rule::SurpriseHibernation)) => STATUS_UNSUCCESSFUL,
        _ => STATUS_SUCCESS,
    }
}

pub unsafe extern "system" fn control_interrupt(
    adapter: HANDLE,
    kind: DXGK_INTERRUPT_TYPE,
    enable: BOOLEAN,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let known = matches!(
        kind,
        DXGK_INTERRUPT_CRTC_VSYNC | DXGK_INTERRUPT_DISPLAYONLY_VSYNC
    );
    if !known && !stub.breaks(Rule::VsyncControl) {
        return STATUS_NOT_IMPLEMENTED;
    }
    if enable != FALSE {
        stub.hears(Heard::VSync(kind));
    }
    if enable != FALSE && !stub.breaks(Rule::VsyncEnabled) {
        stub.vsync_due.set(true);
        stub.machine.send(0);
    }
    STATUS_SUCCESS
}

pub unsafe extern "system" fn get_scan_line(
    adapter: HANDLE,
    line: *mut DXGKARG_GETSCANLINE,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    if !stub.breaks(Rule::VsyncScanLine) {
        unsafe {
            (*line).InVerticalBlank = FALSE;
            (*line).ScanLine = 7;
        }
    }
    STATUS_SUCCESS
}
