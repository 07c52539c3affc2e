//! DDIs about children: which there are, whether a monitor is connected, and what it says of itself.

use core::ffi::c_void;

use dxgk_sys::{
    BOOLEAN, DXGK_CHILD_CONTAINER_ID, DXGK_CHILD_DESCRIPTOR, DXGK_CHILD_STATUS,
    DXGK_DEVICE_DESCRIPTOR, NTSTATUS, StatusConnection,
};

use super::with_started;
use crate::id::{ChildUid, Counts};
use crate::miniport::Children;
use crate::status::Status;

fn child(uid: u32, counts: Counts) -> Result<ChildUid, Status> {
    ChildUid::below(uid, counts.children).ok_or(Status::INVALID_PARAMETER)
}

pub(super) unsafe extern "system" fn query_child_relations<M: Children>(
    context: *mut c_void,
    relations: *mut DXGK_CHILD_DESCRIPTOR,
    size: u32,
) -> NTSTATUS {
    // The last element is the zeroed end of the array and stays as it is.
    let elements = size as usize / size_of::<DXGK_CHILD_DESCRIPTOR>();
    let Some(children) = elements.checked_sub(1) else {
        return Status::INVALID_PARAMETER.raw();
    };
    if relations.is_null() {
        return Status::INVALID_PARAMETER.raw();
    }
    // SAFETY: dxgkrnl's zeroed array of that many elements.
    let relations = unsafe { core::slice::from_raw_parts_mut(relations, children) };
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiQueryChildRelations",
            context,
            |miniport, adapter, irql| {
                let counts = adapter.interface.counts();
                for (number, to) in (0..counts.children).zip(relations) {
                    let child = child(number, counts)?;
                    let descriptor = miniport.query_child_relations(adapter, child, irql)?;
                    descriptor.write(child, to);
                }
                Ok(())
            },
        )
    }
}

pub(super) unsafe extern "system" fn query_child_status<M: Children>(
    context: *mut c_void,
    status: *mut DXGK_CHILD_STATUS,
    _: BOOLEAN,
) -> NTSTATUS {
    // SAFETY: dxgkrnl's structure.
    let Some(status) = (unsafe { status.as_mut() }) else {
        return Status::INVALID_PARAMETER.raw();
    };
    if status.Type != StatusConnection {
        // Rotation is reported only for outputs that are aware of it, and none is.
        return Status::INVALID_PARAMETER.raw();
    }
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiQueryChildStatus",
            context,
            |miniport, adapter, irql| {
                let child = child(status.ChildUid, adapter.interface.counts())?;
                let connected = miniport.query_connection(adapter, child, irql)?;
                status.Anonymous.HotPlug.Connected = BOOLEAN::from(connected);
                Ok(())
            },
        )
    }
}

pub(super) unsafe extern "system" fn query_device_descriptor<M: Children>(
    context: *mut c_void,
    uid: u32,
    descriptor: *mut DXGK_DEVICE_DESCRIPTOR,
) -> NTSTATUS {
    // SAFETY: dxgkrnl's structure.
    let Some(descriptor) = (unsafe { descriptor.as_mut() }) else {
        return Status::INVALID_PARAMETER.raw();
    };
    if descriptor.DescriptorBuffer.is_null() {
        return Status::INVALID_PARAMETER.raw();
    }
    // SAFETY: dxgkrnl's buffer of that length.
    let to = unsafe {
        core::slice::from_raw_parts_mut(
            descriptor.DescriptorBuffer.cast::<u8>(),
            descriptor.DescriptorLength as usize,
        )
    };
    let offset = descriptor.DescriptorOffset as usize;
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiQueryDeviceDescriptor",
            context,
            |miniport, adapter, irql| {
                let child = child(uid, adapter.interface.counts())?;
                miniport.query_device_descriptor(adapter, child, offset, to, irql)
            },
        )
    }
}

/// The id that dxgkrnl made from the EDID is accepted, and the structure left alone.
pub(super) unsafe extern "system" fn get_child_container_id(
    _: *mut c_void,
    _: u32,
    _: *mut DXGK_CHILD_CONTAINER_ID,
) -> NTSTATUS {
    Status::MONITOR_NO_DESCRIPTOR.raw()
}
