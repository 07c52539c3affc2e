//! The stub's DDIs about VidPNs: one mode, 64x48, everywhere.

use crate::ddis::acquire_post;
use crate::heard::Heard;
use crate::stub::{OUTPUT, Stub};
use dxgk_sys::*;
use port::rules::Rule;
use std::ptr::{null, null_mut};

/// The stub's mode.
pub const SIZE: D3DKMDT_2DREGION = D3DKMDT_2DREGION { cx: 64, cy: 48 };

fn query(
    stub: &Stub,
    vidpn: D3DKMDT_HVIDPN,
    version: DXGK_VIDPN_INTERFACE_VERSION,
) -> &'static DXGK_VIDPN_INTERFACE {
    let mut interface = null();
    let port = stub.port();
    unsafe { port.DxgkCbQueryVidPnInterface.expect("given")(vidpn, version, &raw mut interface) };
    if interface.is_null() {
        unsafe { port.DxgkCbQueryVidPnInterface.expect("given")(vidpn, 1, &raw mut interface) };
    }
    unsafe { &*interface }
}

struct Topology {
    handle: D3DKMDT_HVIDPNTOPOLOGY,
    table: &'static DXGK_VIDPNTOPOLOGY_INTERFACE,
}

fn topology(interface: &DXGK_VIDPN_INTERFACE, vidpn: D3DKMDT_HVIDPN) -> Topology {
    let (mut handle, mut table) = (null_mut(), null());
    let status =
        unsafe { interface.pfnGetTopology.expect("given")(vidpn, &raw mut handle, &raw mut table) };
    assert_eq!(status, STATUS_SUCCESS);
    Topology {
        handle,
        table: unsafe { &*table },
    }
}

impl Topology {
    fn paths(&self) -> usize {
        let mut count = 0;
        unsafe { self.table.pfnGetNumPaths.expect("given")(self.handle, &raw mut count) };
        count
    }
}

pub unsafe extern "system" fn is_supported(
    adapter: HANDLE,
    arguments: *mut DXGKARG_ISSUPPORTEDVIDPN,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let arguments = unsafe { &mut *arguments };
    let vidpn = arguments.hDesiredVidPn;
    if stub.hears_stopped(|started| Heard::Question { started }) {
        return STATUS_DEVICE_NOT_READY;
    }
    arguments.IsVidPnSupported = TRUE;
    let supported = vidpn.is_null() || {
        let version = if stub.breaks(Rule::IntfVersion) { 2 } else { 1 };
        let interface = query(stub, vidpn, version);
        let topology = topology(interface, vidpn);
        let paths = topology.paths();
        if paths == 0 {
            stub.old_vidpn.set(vidpn);
        }
        if paths != 0 && stub.breaks(Rule::IntfAssignWhere) {
            assign_source(stub, interface, vidpn, &[source_mode]);
        }
        if paths != 0 && stub.breaks(Rule::StartSourceIds) {
            let mut count = 0;
            unsafe {
                topology.table.pfnGetNumPathsFromSource.expect("given")(
                    topology.handle,
                    5,
                    &raw mut count,
                )
            };
        }
        paths < 2
    };
    if stub.breaks(Rule::StatusVidPn) && !vidpn.is_null() {
        return STATUS_DEVICE_NOT_READY;
    }
    if stub.breaks(Rule::IssupAnswer) {
        return STATUS_NOT_SUPPORTED;
    }
    let empty = stub.breaks(Rule::IssupEmpty) && vidpn.is_null();
    arguments.IsVidPnSupported = BOOLEAN::from(supported && !empty);
    STATUS_SUCCESS
}

fn signal(vsync: bool) -> D3DKMDT_VIDEO_SIGNAL_INFO {
    let part = D3DKMDT_FREQUENCY_NOTSPECIFIED;
    let none = D3DDDI_RATIONAL {
        Numerator: part,
        Denominator: part,
    };
    let hertz = |hertz| D3DDDI_RATIONAL {
        Numerator: hertz,
        Denominator: 1,
    };
    let (v, h, rate) = if vsync {
        (hertz(60), hertz(3600), 1_000_000)
    } else {
        (none, none, part as usize)
    };
    D3DKMDT_VIDEO_SIGNAL_INFO {
        VideoStandard: D3DKMDT_VSS_OTHER,
        TotalSize: SIZE,
        ActiveSize: SIZE,
        VSyncFreq: v,
        HSyncFreq: h,
        PixelRate: rate,
        Anonymous: D3DKMDT_VIDEO_SIGNAL_INFO_Anonymous {
            ScanLineOrdering: D3DDDI_VSSLO_PROGRESSIVE,
        },
    }
}

fn source_mode(stub: &Stub, mode: &mut D3DKMDT_VIDPN_SOURCE_MODE) {
    if !stub.breaks(Rule::ModeType) {
        mode.Type = D3DKMDT_RMT_GRAPHICS;
    }
    mode.Format.Graphics = D3DKMDT_GRAPHICS_RENDERING_FORMAT {
        PrimSurfSize: SIZE,
        VisibleRegionSize: SIZE,
        Stride: if stub.breaks(Rule::FieldsSource) {
            0
        } else {
            SIZE.cx * 4
        },
        PixelFormat: D3DDDIFMT_A8R8G8B8,
        ColorBasis: D3DKMDT_CB_SCRGB,
        PixelValueAccessMode: D3DKMDT_PVAM_DIRECT,
    };
}

/// Another mode, with the id of the first.
fn other_mode(stub: &Stub, mode: &mut D3DKMDT_VIDPN_SOURCE_MODE) {
    source_mode(stub, mode);
    mode.Id = 1;
    unsafe { mode.Format.Graphics.Stride *= 2 };
}

/// A mode that it did not have before.
fn wider_mode(stub: &Stub, mode: &mut D3DKMDT_VIDPN_SOURCE_MODE) {
    source_mode(stub, mode);
    let wider = D3DKMDT_2DREGION {
        cx: SIZE.cx * 2,
        cy: SIZE.cy,
    };
    unsafe {
        mode.Format.Graphics.PrimSurfSize = wider;
        mode.Format.Graphics.VisibleRegionSize = wider;
        mode.Format.Graphics.Stride *= 2;
    }
}

type Fill = fn(&Stub, &mut D3DKMDT_VIDPN_SOURCE_MODE);

fn assign_source(
    stub: &Stub,
    interface: &DXGK_VIDPN_INTERFACE,
    vidpn: D3DKMDT_HVIDPN,
    modes: &[Fill],
) {
    let (mut set, mut table) = (null_mut(), null());
    let create = interface.pfnCreateNewSourceModeSet.expect("given");
    let status = unsafe { create(vidpn, 0, &raw mut set, &raw mut table) };
    assert_eq!(status, STATUS_SUCCESS);
    let table = unsafe { &*table };
    if stub.breaks(Rule::IntfOneUnassigned) {
        let (mut second, mut unused) = (null_mut(), null());
        let status = unsafe { create(vidpn, 0, &raw mut second, &raw mut unused) };
        assert_eq!(status, STATUS_GRAPHICS_UNASSIGNED_MODESET_ALREADY_EXISTS);
    }
    for fill in modes {
        let mut mode = null_mut();
        let status = unsafe { table.pfnCreateNewModeInfo.expect("given")(set, &raw mut mode) };
        assert_eq!(status, STATUS_SUCCESS);
        fill(stub, unsafe { &mut *mode });
        if stub.breaks(Rule::ModeAddXorRelease) {
            continue;
        }
        let added = unsafe { table.pfnAddMode.expect("given")(set, mode) };
        if added != STATUS_SUCCESS || stub.breaks(Rule::ModeAddConsumes) {
            unsafe { table.pfnReleaseModeInfo.expect("given")(set, mode) };
        }
    }
    if stub.breaks(Rule::IntfAssignXorRelease) {
        return;
    }
    let status = unsafe { interface.pfnAssignSourceModeSet.expect("given")(vidpn, 0, set) };
    let release = interface.pfnReleaseSourceModeSet.expect("given");
    // After its arguments were valid, assigning has released the set even if it failed.
    let still_mine = matches!(
        status,
        STATUS_GRAPHICS_INVALID_VIDPN
            | STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE
            | STATUS_GRAPHICS_INVALID_VIDPN_SOURCEMODESET
    );
    if still_mine || (status != STATUS_SUCCESS && stub.breaks(Rule::IntfAssignFailure)) {
        unsafe { release(vidpn, set) };
    }
}

fn assign_target(stub: &Stub, interface: &DXGK_VIDPN_INTERFACE, vidpn: D3DKMDT_HVIDPN) {
    let (mut set, mut table) = (null_mut(), null());
    let create = interface.pfnCreateNewTargetModeSet.expect("given");
    let status = unsafe { create(vidpn, OUTPUT, &raw mut set, &raw mut table) };
    assert_eq!(status, STATUS_SUCCESS);
    let table = unsafe { &*table };
    let mut mode = null_mut();
    unsafe {
        table.pfnCreateNewModeInfo.expect("given")(set, &raw mut mode);
        let wrong = matches!(
            stub.broken,
            Some(Rule::ScanFrequencies | Rule::VsyncFrequencies)
        );
        (*mode).VideoSignalInfo = signal(stub.vsync != wrong);
        if stub.breaks(Rule::CofuncMonitor) {
            (*mode).VideoSignalInfo.ActiveSize.cx = 50;
        }
        if stub.bare_target.get() {
            (*mode).VideoSignalInfo.ActiveSize = D3DKMDT_2DREGION::zeroed();
        }
        (*mode).Preference = D3DKMDT_MP_PREFERRED;
        let added = table.pfnAddMode.expect("given")(set, mode);
        if added != STATUS_SUCCESS {
            // The driver stays loaded, and never gets a picture.
            assert!(wrong && added == STATUS_GRAPHICS_INVALID_FREQUENCY);
            table.pfnReleaseModeInfo.expect("given")(set, mode);
            interface.pfnReleaseTargetModeSet.expect("given")(vidpn, set);
            return;
        }
        assert_eq!(
            interface.pfnAssignTargetModeSet.expect("given")(vidpn, OUTPUT, set),
            STATUS_SUCCESS
        );
    }
}

pub unsafe extern "system" fn enum_cofunc(
    adapter: HANDLE,
    arguments: *const DXGKARG_ENUMVIDPNCOFUNCMODALITY,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let arguments = unsafe { &*arguments };
    let vidpn = arguments.hConstrainingVidPn;
    let interface = query(stub, vidpn, DXGK_VIDPN_INTERFACE_VERSION_V1);
    let topology = topology(interface, vidpn);
    let (mut set, mut table) = (null_mut(), null());
    let acquire = interface.pfnAcquireSourceModeSet.expect("given");
    assert_eq!(
        unsafe { acquire(vidpn, 0, &raw mut set, &raw mut table) },
        STATUS_SUCCESS
    );
    let modes = unsafe { &*table };
    let mut pinned = null();
    unsafe { modes.pfnAcquirePinnedModeInfo.expect("given")(set, &raw mut pinned) };
    let is_pinned = !pinned.is_null();
    if is_pinned && !stub.breaks(Rule::ModeReleased) {
        unsafe { modes.pfnReleaseModeInfo.expect("given")(set, pinned) };
    }
    if stub.breaks(Rule::IntfReplace) {
        let mut mode = null_mut();
        unsafe {
            modes.pfnCreateNewModeInfo.expect("given")(set, &raw mut mode);
            source_mode(stub, &mut *mode);
            if modes.pfnAddMode.expect("given")(set, mode) != STATUS_SUCCESS {
                modes.pfnReleaseModeInfo.expect("given")(set, mode);
            }
        }
    }
    if !stub.breaks(Rule::IntfRefcount) {
        unsafe { interface.pfnReleaseSourceModeSet.expect("given")(vidpn, set) };
    }
    let pivot = arguments.EnumPivotType;
    let pivot_source = pivot == D3DKMDT_EPT_VIDPNSOURCE;
    if (!is_pinned && !pivot_source) || (pivot_source && stub.breaks(Rule::CofuncPivot)) {
        match stub.broken {
            Some(Rule::IntfAssignContent | Rule::IntfAssignFailure) => {
                assign_source(stub, interface, vidpn, &[])
            }
            Some(Rule::ModeIds) => {
                assign_source(stub, interface, vidpn, &[source_mode, other_mode])
            }
            Some(Rule::FieldSteady) if stub.enumerated.replace(stub.enumerated.get() + 1) > 5 => {
                assign_source(stub, interface, vidpn, &[source_mode, wider_mode])
            }
            _ => assign_source(stub, interface, vidpn, &[source_mode]),
        }
    }
    if (pivot == D3DKMDT_EPT_NOPIVOT || pivot_source) && !stub.breaks(Rule::CofuncFreeSets) {
        assign_target(stub, interface, vidpn);
    }
    update_support(stub, &topology);
    STATUS_SUCCESS
}

fn update_support(stub: &Stub, topology: &Topology) {
    let table = topology.table;
    let mut path = null();
    let status =
        unsafe { table.pfnAcquireFirstPathInfo.expect("given")(topology.handle, &raw mut path) };
    assert_eq!(status, STATUS_SUCCESS);
    let mut copy = unsafe { path.read() };
    stub.hears(Heard::Basis(copy.VidPnTargetColorBasis));
    let transform = &mut copy.ContentTransformation;
    transform.ScalingSupport.Value = u32::from(!stub.breaks(Rule::CofuncSupport));
    transform.RotationSupport.Value = 1;
    unsafe { table.pfnUpdatePathSupportInfo.expect("given")(topology.handle, &raw const copy) };
    match stub.broken {
        Some(Rule::TopoConst) => unsafe { (*path.cast_mut()).Content = D3DKMDT_VPPC_VIDEO },
        Some(Rule::TopoEnum) => {
            let mut target = 0;
            unsafe {
                table.pfnEnumPathTargetsFromSource.expect("given")(
                    topology.handle,
                    0,
                    7,
                    &raw mut target,
                )
            };
        }
        Some(Rule::TopoDenied) => add_path(topology, OUTPUT),
        Some(Rule::TopoReleased) => return,
        _ => {}
    }
    unsafe { table.pfnReleasePathInfo.expect("given")(topology.handle, path) };
}

fn add_path(topology: &Topology, target: u32) {
    let mut path = null_mut();
    unsafe {
        topology.table.pfnCreateNewPathInfo.expect("given")(topology.handle, &raw mut path);
        (*path).VidPnSourceId = 0;
        (*path).VidPnTargetId = target;
        topology.table.pfnAddPath.expect("given")(topology.handle, path);
    }
}

pub unsafe extern "system" fn recommend_functional(
    adapter: HANDLE,
    arguments: *const DXGKARG_RECOMMENDFUNCTIONALVIDPN,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let vidpn = unsafe { (*arguments).hRecommendedFunctionalVidPn };
    let interface = query(stub, vidpn, DXGK_VIDPN_INTERFACE_VERSION_V1);
    let topology = topology(interface, vidpn);
    match stub.broken {
        Some(Rule::RfvFunctional) => return STATUS_SUCCESS,
        Some(Rule::TopoOnePath) => {
            add_path(&topology, OUTPUT);
            add_path(&topology, OUTPUT);
        }
        Some(Rule::TopoIds) => add_path(&topology, 0x999),
        Some(Rule::TopoAddXorRelease) => {
            let mut path = null_mut();
            unsafe {
                topology.table.pfnCreateNewPathInfo.expect("given")(topology.handle, &raw mut path)
            };
        }
        Some(Rule::ModeIdInSet) => {
            add_path(&topology, OUTPUT);
            let (mut set, mut table) = (null_mut(), null());
            unsafe {
                interface.pfnAcquireSourceModeSet.expect("given")(
                    vidpn,
                    0,
                    &raw mut set,
                    &raw mut table,
                );
                (*table).pfnPinMode.expect("given")(set, 9999);
                interface.pfnReleaseSourceModeSet.expect("given")(vidpn, set);
            }
        }
        _ => {}
    }
    STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN
}

pub unsafe extern "system" fn set_visibility(
    adapter: HANDLE,
    arguments: *const DXGKARG_SETVIDPNSOURCEVISIBILITY,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    stub.hears(Heard::Visible(unsafe { (*arguments).Visible } != FALSE));
    if stub.breaks(Rule::VisibilityResult) {
        STATUS_INVALID_PARAMETER
    } else {
        STATUS_SUCCESS
    }
}

pub unsafe extern "system" fn commit(
    adapter: HANDLE,
    arguments: *const DXGKARG_COMMITVIDPN,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let vidpn = unsafe { (*arguments).hFunctionalVidPn };
    let interface = query(stub, vidpn, DXGK_VIDPN_INTERFACE_VERSION_V1);
    let paths = topology(interface, vidpn).paths();
    assert!(paths <= 1);
    let flags = unsafe { (*arguments).Flags };
    stub.hears(Heard::Commit(paths, flags.Value));
    match stub.broken {
        Some(Rule::CbPostOwnership) => acquire_post(stub),
        Some(Rule::SyncTwo | Rule::SyncLevels) => {
            if let Some(adapter) = stub.adapter.get() {
                let _ = adapter.set_visibility(0, false);
            }
        }
        Some(Rule::IntfHandles) => {
            let (mut handle, mut table) = (null_mut(), null());
            let old = stub.old_vidpn.get();
            let status = unsafe {
                interface.pfnGetTopology.expect("given")(old, &raw mut handle, &raw mut table)
            };
            assert_eq!(status, STATUS_GRAPHICS_INVALID_VIDPN);
        }
        Some(Rule::StackLimit) => stub.machine.stack.set(9000),
        _ => {}
    }
    STATUS_SUCCESS
}

pub unsafe extern "system" fn update_path(
    _adapter: HANDLE,
    _arguments: *const DXGKARG_UPDATEACTIVEVIDPNPRESENTPATH,
) -> NTSTATUS {
    STATUS_SUCCESS
}

pub unsafe extern "system" fn recommend_monitor_modes(
    adapter: HANDLE,
    arguments: *const DXGKARG_RECOMMENDMONITORMODES,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let arguments = unsafe { &*arguments };
    let table = unsafe { &*arguments.pMonitorSourceModeSetInterface };
    let set = arguments.hMonitorSourceModeSet;
    let count = if stub.breaks(Rule::MonPreferred) {
        2
    } else {
        1
    };
    for number in 0..count {
        let mut mode = null_mut();
        unsafe {
            table.pfnCreateNewModeInfo.expect("given")(set, &raw mut mode);
            let mode_ref = &mut *mode;
            mode_ref.VideoSignalInfo = signal(false);
            mode_ref.VideoSignalInfo.TotalSize.cx += number;
            mode_ref.ColorBasis = D3DKMDT_CB_SRGB;
            mode_ref.Origin = if stub.breaks(Rule::MonOrigin) {
                D3DKMDT_MCO_MONITORDESCRIPTOR
            } else {
                D3DKMDT_MCO_DRIVER
            };
            mode_ref.Preference = if count == 2 {
                D3DKMDT_MP_PREFERRED
            } else {
                D3DKMDT_MP_NOTPREFERRED
            };
            if stub.breaks(Rule::MonValid) {
                mode_ref.VideoSignalInfo.ActiveSize = D3DKMDT_2DREGION::zeroed();
            }
            if stub.breaks(Rule::MonOwnership) {
                continue;
            }
            if table.pfnAddMode.expect("given")(set, mode) != STATUS_SUCCESS {
                table.pfnReleaseModeInfo.expect("given")(set, mode);
            }
        }
    }
    if stub.breaks(Rule::MonResult) {
        STATUS_UNSUCCESSFUL
    } else {
        STATUS_SUCCESS
    }
}

pub unsafe extern "system" fn hardware_capability(
    adapter: HANDLE,
    arguments: *mut DXGKARG_QUERYVIDPNHWCAPABILITY,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    let bits = if stub.breaks(Rule::HwcapReserved) {
        0x80
    } else {
        0
    };
    unsafe { (*arguments).VidPnHWCaps.Value = bits };
    STATUS_SUCCESS
}
