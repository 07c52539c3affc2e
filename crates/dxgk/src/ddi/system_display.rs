//! DDIs of a system that stops for a bug check.

use core::ffi::c_void;

use dxgk_sys::{D3DDDIFORMAT, DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS, NTSTATUS, STATUS_SUCCESS};

use super::adapter;
use crate::id::VidPnTargetId;
use crate::irql::High;
use crate::miniport::{SystemDisplay, SystemPicture};
use crate::status::Status;

pub(super) unsafe extern "system" fn system_display_enable<M: SystemDisplay>(
    context: *mut c_void,
    target: u32,
    _: *mut DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS,
    width: *mut u32,
    height: *mut u32,
    format: *mut D3DDDIFORMAT,
) -> NTSTATUS {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return Status::INVALID_PARAMETER.raw();
    };
    let Some(started) = adapter.started() else {
        return Status::NOT_SUPPORTED.raw();
    };
    if width.is_null() || height.is_null() || format.is_null() {
        return Status::INVALID_PARAMETER.raw();
    }
    let target = VidPnTargetId::below(target, started.interface.counts().children);
    // SAFETY: the system stops: nothing of this processor that holds a capability goes on.
    let mut irql = unsafe { High::assume() };
    match adapter
        .miniport
        .system_display_enable(started, target, &mut irql)
    {
        Ok(mode) => {
            // SAFETY: dxgkrnl's out-pointers.
            unsafe {
                width.write(mode.width);
                height.write(mode.height);
                format.write(mode.format.raw());
            }
            STATUS_SUCCESS
        }
        Err(status) => status.raw(),
    }
}

pub(super) unsafe extern "system" fn system_display_write<M: SystemDisplay>(
    context: *mut c_void,
    picture: *mut c_void,
    width: u32,
    height: u32,
    stride: u32,
    x: u32,
    y: u32,
) {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return;
    };
    let Some(started) = adapter.started() else {
        return;
    };
    let first = picture.cast::<u8>().cast_const();
    // SAFETY: the system's picture, until this returns.
    let picture = unsafe { SystemPicture::read(first, (width, height), stride, (x, y)) };
    if let Some(picture) = picture {
        // SAFETY: as in `system_display_enable`.
        let mut irql = unsafe { High::assume() };
        adapter
            .miniport
            .system_display_write(started, &picture, &mut irql);
    }
}
