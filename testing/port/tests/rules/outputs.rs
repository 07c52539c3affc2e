//! The stub's outputs: relations, status, descriptors, container ids.

use crate::ddis::Context;
use crate::heard::Heard;
use crate::stub::{OUTPUT, SPARE, Stub};
use dxgk_sys::*;
use port::rules::Rule;

pub unsafe extern "system" fn query_child_relations(
    context: Context,
    relations: *mut DXGK_CHILD_DESCRIPTOR,
    size: ULONG,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    let count = size as usize / size_of::<DXGK_CHILD_DESCRIPTOR>() - 1;
    let fill = match stub.broken {
        Some(Rule::ChildArray) => count + 1,
        Some(Rule::StartChildren) => count - 1,
        _ => count,
    };
    for index in 0..fill {
        let mut child = DXGK_CHILD_DESCRIPTOR::zeroed();
        child.ChildDeviceType = if stub.breaks(Rule::ChildType) {
            TypeIntegratedDisplay
        } else {
            TypeVideoOutput
        };
        child.ChildCapabilities.Type.VideoOutput = DXGK_VIDEO_OUTPUT_CAPABILITIES {
            InterfaceTechnology: D3DKMDT_VOT_OTHER,
            MonitorOrientationAwareness: D3DKMDT_MOA_NONE,
            SupportsSdtvModes: FALSE,
        };
        child.ChildCapabilities.HpdAwareness = match stub.broken {
            Some(Rule::ChildHpd) => HpdAwarenessNone,
            Some(Rule::ChildQueryScope) => HpdAwarenessAlwaysConnected,
            _ => HpdAwarenessInterruptible,
        };
        child.ChildUid = if index == 0 || stub.breaks(Rule::ChildUid) {
            OUTPUT
        } else {
            SPARE
        };
        unsafe { relations.add(index).write(child) };
    }
    STATUS_SUCCESS
}

pub unsafe extern "system" fn query_child_status(
    context: Context,
    status: *mut DXGK_CHILD_STATUS,
    _non_destructive: BOOLEAN,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    let status = unsafe { &mut *status };
    let connected = status.ChildUid == OUTPUT || stub.spare.get().0;
    status.Anonymous.HotPlug.Connected = BOOLEAN::from(connected);
    if stub.breaks(Rule::ChildStatusAnswer) {
        status.ChildUid = 0;
    }
    STATUS_SUCCESS
}

/// An EDID of one block, or nothing, with the size of its preferred timing at the places that count.
pub fn edid() -> [u8; 128] {
    let mut edid = [0_u8; 128];
    edid[..8].copy_from_slice(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]);
    edid[8..18].copy_from_slice(b"\x10\xACtestedid");
    edid[54] = 1;
    (edid[56], edid[58], edid[59], edid[61]) = (64, 0, 48, 0);
    edid
}

pub unsafe extern "system" fn query_device_descriptor(
    context: Context,
    uid: ULONG,
    descriptor: *mut DXGK_DEVICE_DESCRIPTOR,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    let wanted = unsafe { &mut *descriptor };
    if stub.breaks_once(Rule::SyncOne)
        && let Some(adapter) = stub.adapter.get()
    {
        let _ = adapter.descriptor(uid, 0, 128);
    }
    if stub.hears_stopped(|started| Heard::Descriptor { started }) {
        return STATUS_DEVICE_NOT_READY;
    }
    if stub.breaks(Rule::DescriptorStatus) {
        return STATUS_UNSUCCESSFUL;
    }
    if uid != OUTPUT {
        return STATUS_MONITOR_NO_DESCRIPTOR;
    }
    let mut edid = edid();
    let (offset, length) = (
        wanted.DescriptorOffset as usize,
        wanted.DescriptorLength as usize,
    );
    if stub.breaks(Rule::DescriptorWindow) {
        edid[9] = offset as u8;
    }
    let Some(bytes) = edid.get(offset..).filter(|bytes| !bytes.is_empty()) else {
        return STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA;
    };
    let length = length.min(bytes.len());
    let target = wanted.DescriptorBuffer.cast::<u8>();
    unsafe { target.copy_from_nonoverlapping(bytes.as_ptr(), length) };
    if stub.breaks(Rule::DescriptorOverrun) {
        unsafe { target.add(length).write(0) };
    }
    STATUS_SUCCESS
}

pub unsafe extern "system" fn get_child_container_id(
    context: Context,
    _uid: ULONG,
    _id: *mut DXGK_CHILD_CONTAINER_ID,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(context) };
    if stub.breaks(Rule::DescriptorContainer) {
        STATUS_SUCCESS
    } else {
        STATUS_MONITOR_NO_DESCRIPTOR
    }
}
