//! DDIs of the display itself: capabilities, VidPNs, presents, pointer, escapes.

use dxgk_sys::{
    BOOLEAN, DXGK_DRIVERCAPS, DXGKARG_COLLECTDBGINFO, DXGKARG_COMMITVIDPN,
    DXGKARG_ENUMVIDPNCOFUNCMODALITY, DXGKARG_ESCAPE, DXGKARG_ISSUPPORTEDVIDPN,
    DXGKARG_PRESENT_DISPLAYONLY, DXGKARG_QUERYADAPTERINFO, DXGKARG_QUERYVIDPNHWCAPABILITY,
    DXGKARG_RECOMMENDFUNCTIONALVIDPN, DXGKARG_RECOMMENDMONITORMODES, DXGKARG_SETPALETTE,
    DXGKARG_SETPOINTERPOSITION, DXGKARG_SETPOINTERSHAPE, DXGKARG_SETVIDPNSOURCEVISIBILITY,
    DXGKARG_UPDATEACTIVEVIDPNPRESENTPATH, DXGKQAITYPE_DRIVERCAPS, FALSE, HANDLE, NTSTATUS,
    STATUS_PENDING, STATUS_SUCCESS, TRUE,
};

use super::{adapter, with_started};
use crate::adapter::Adapter;
use crate::announced::Extents;
use crate::id::{Counts, Sources, VidPnSourceId, VidPnTargetId};
use crate::miniport::{Escape, Miniport, Pointer, PointerPosition, PointerShape, Presents, VidPns};
use crate::present::PresentDisplayOnly;
use crate::status::Status;
use crate::vidpn::{Cofunctional, Commit, MonitorModes, Path, Pivot, VidPn};

/// Takes a DDI's argument apart, or answers STATUS_INVALID_PARAMETER for NULL.
macro_rules! argument {
    ($pointer:ident) => {
        // SAFETY: NULL or dxgkrnl's structure, valid until the DDI returns.
        match unsafe { $pointer.as_ref() } {
            Some(argument) => argument,
            None => return Status::INVALID_PARAMETER.raw(),
        }
    };
    (mut $pointer:ident) => {
        // SAFETY: NULL or dxgkrnl's structure, ours until the DDI returns.
        match unsafe { $pointer.as_mut() } {
            Some(argument) => argument,
            None => return Status::INVALID_PARAMETER.raw(),
        }
    };
}

fn source(number: u32, counts: Counts) -> Result<VidPnSourceId, Status> {
    VidPnSourceId::below(number, counts.sources)
        .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE)
}

fn target(number: u32, counts: Counts) -> Result<VidPnTargetId, Status> {
    VidPnTargetId::below(number, counts.children)
        .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_TARGET)
}

pub(super) unsafe extern "system" fn query_adapter_info<M: Miniport>(
    context: HANDLE,
    query: *const DXGKARG_QUERYADAPTERINFO,
) -> NTSTATUS {
    let query = argument!(query);
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return Status::INVALID_PARAMETER.raw();
    };
    if query.Type != DXGKQAITYPE_DRIVERCAPS {
        return Status::NOT_SUPPORTED.raw();
    }
    let to = query.pOutputData.cast::<DXGK_DRIVERCAPS>();
    let asked = query.OutputDataSize as usize;
    if to.is_null() {
        return Status::INVALID_PARAMETER.raw();
    }
    // SAFETY: dxgkrnl's buffer of that size.
    unsafe { to.cast::<u8>().write_bytes(0, asked) };
    if asked >= size_of::<DXGK_DRIVERCAPS>() {
        // SAFETY: large enough, and zero. The fields are written in place, since they are too many for the stack.
        fill_caps(adapter, unsafe { &mut *to });
    } else {
        fill_prefix(adapter, to.cast(), asked);
    }
    STATUS_SUCCESS
}

/// Fills in what fits of a structure that is shorter than the one known here, as another version's is.
#[inline(never)]
fn fill_prefix<M: Miniport>(adapter: &Adapter<M>, to: *mut u8, length: usize) {
    let mut caps = DXGK_DRIVERCAPS::zeroed();
    fill_caps(adapter, &mut caps);
    // SAFETY: dxgkrnl's buffer of that length, which is less than that of the structure.
    unsafe {
        (&raw const caps)
            .cast::<u8>()
            .copy_to_nonoverlapping(to, length)
    };
}

fn fill_caps<M: Miniport>(adapter: &Adapter<M>, caps: &mut DXGK_DRIVERCAPS) {
    adapter.miniport.driver_caps().write(caps);
}

pub(super) unsafe extern "system" fn is_supported_vidpn<M: VidPns>(
    context: HANDLE,
    query: *mut DXGKARG_ISSUPPORTEDVIDPN,
) -> NTSTATUS {
    let query = argument!(mut query);
    query.IsVidPnSupported = FALSE;
    if query.hDesiredVidPn.is_null() {
        // The adapter can always display nothing.
        query.IsVidPnSupported = TRUE;
        return STATUS_SUCCESS;
    }
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL; the VidPN is this DDI's argument.
    unsafe {
        with_started::<M>(
            "DxgkDdiIsSupportedVidPn",
            context,
            |miniport, adapter, irql| {
                let vidpn = VidPn::open(&adapter.interface, query.hDesiredVidPn, irql)?;
                let supported = miniport.is_supported_vidpn(adapter, &vidpn, irql)?;
                query.IsVidPnSupported = BOOLEAN::from(supported);
                Ok(())
            },
        )
    }
}

/// No VidPN is recommended: dxgkrnl then proposes one-path VidPNs until one is supported.
pub(super) unsafe extern "system" fn recommend_functional_vidpn(
    _: HANDLE,
    _: *const DXGKARG_RECOMMENDFUNCTIONALVIDPN,
) -> NTSTATUS {
    Status::GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN.raw()
}

pub(super) unsafe extern "system" fn recommend_monitor_modes<M: VidPns>(
    context: HANDLE,
    request: *const DXGKARG_RECOMMENDMONITORMODES,
) -> NTSTATUS {
    let request = argument!(request);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL; the mode set is this DDI's argument.
    unsafe {
        with_started::<M>(
            "DxgkDdiRecommendMonitorModes",
            context,
            |miniport, adapter, irql| {
                let modes = MonitorModes::open(request, irql)?;
                let target = target(request.VideoPresentTargetId, adapter.interface.counts())?;
                miniport.recommend_monitor_modes(adapter, target, &modes, irql)
            },
        )
    }
}

pub(super) unsafe extern "system" fn enum_vidpn_cofunc_modality<M: VidPns>(
    context: HANDLE,
    request: *const DXGKARG_ENUMVIDPNCOFUNCMODALITY,
) -> NTSTATUS {
    let request = argument!(request);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL; the VidPN is this DDI's argument.
    unsafe {
        with_started::<M>(
            "DxgkDdiEnumVidPnCofuncModality",
            context,
            |miniport, adapter, irql| {
                let request = Cofunctional {
                    vidpn: VidPn::open(&adapter.interface, request.hConstrainingVidPn, irql)?,
                    pivot: Pivot::read(request, adapter.interface.counts())?,
                };
                miniport.enum_vidpn_cofunc_modality(adapter, &request, irql)
            },
        )
    }
}

pub(super) unsafe extern "system" fn commit_vidpn<M: VidPns>(
    context: HANDLE,
    commit: *const DXGKARG_COMMITVIDPN,
) -> NTSTATUS {
    let argument = argument!(commit);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL; the VidPN is this DDI's argument.
    unsafe {
        with_started::<M>("DxgkDdiCommitVidPn", context, |miniport, adapter, irql| {
            let vidpn = VidPn::open(&adapter.interface, argument.hFunctionalVidPn, irql)?;
            let commit = Commit::read(vidpn, argument)?;
            // What is committed bounds what is presented from here on.
            let mut extents = Extents::default();
            commit
                .vidpn
                .for_each_pinned_size(irql, |source, width, height| {
                    extents.set(source, width, height);
                })?;
            miniport.commit_vidpn(adapter, &commit, irql)?;
            adapter
                .interface
                .announced()
                .commit(commit.sources, &extents);
            Ok(())
        })
    }
}

pub(super) unsafe extern "system" fn update_active_vidpn_present_path<M: VidPns>(
    context: HANDLE,
    update: *const DXGKARG_UPDATEACTIVEVIDPNPRESENTPATH,
) -> NTSTATUS {
    let update = argument!(update);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiUpdateActiveVidPnPresentPath",
            context,
            |miniport, adapter, irql| {
                let path = &update.VidPnPresentPathInfo;
                let path = Path::read(path, adapter.interface.counts())
                    .map_err(|_| Status::GRAPHICS_PATH_NOT_IN_TOPOLOGY)?;
                miniport.update_active_vidpn_present_path(adapter, &path, irql)
            },
        )
    }
}

pub(super) unsafe extern "system" fn set_vidpn_source_visibility<M: VidPns>(
    context: HANDLE,
    visibility: *const DXGKARG_SETVIDPNSOURCEVISIBILITY,
) -> NTSTATUS {
    let visibility = argument!(visibility);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiSetVidPnSourceVisibility",
            context,
            |miniport, adapter, irql| {
                let counts = adapter.interface.counts();
                let sources = Sources::read(visibility.VidPnSourceId, counts.sources)
                    .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE)?;
                miniport.set_vidpn_source_visibility(
                    adapter,
                    sources,
                    visibility.Visible != FALSE,
                    irql,
                )
            },
        )
    }
}

pub(super) unsafe extern "system" fn query_vidpn_hw_capability<M: VidPns>(
    context: HANDLE,
    query: *mut DXGKARG_QUERYVIDPNHWCAPABILITY,
) -> NTSTATUS {
    let query = argument!(mut query);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiQueryVidPnHWCapability",
            context,
            |miniport, adapter, irql| {
                let counts = adapter.interface.counts();
                let source = source(query.SourceId, counts)?;
                let target = target(query.TargetId, counts)?;
                let capability =
                    miniport.query_vidpn_hw_capability(adapter, source, target, irql)?;
                query.VidPnHWCaps = capability.raw();
                Ok(())
            },
        )
    }
}

pub(super) unsafe extern "system" fn present_display_only<M: Presents>(
    context: HANDLE,
    present: *const DXGKARG_PRESENT_DISPLAYONLY,
) -> NTSTATUS {
    let argument = argument!(present);
    let mut pending = false;
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    let status = unsafe {
        with_started::<M>(
            "DxgkDdiPresentDisplayOnly",
            context,
            |miniport, adapter, irql| {
                let interface = &adapter.interface;
                let source = source(argument.VidPnSourceId, interface.counts())?;
                let extent = interface.announced().extent(source);
                let life = interface.life();
                let present = PresentDisplayOnly::read(argument, source, extent, life)?;
                let presented = miniport.present_display_only(adapter, &present, irql);
                pending = present.is_pended();
                presented
            },
        )
    };
    if pending { STATUS_PENDING } else { status }
}

pub(super) unsafe extern "system" fn set_pointer_position<M: Pointer>(
    context: HANDLE,
    position: *const DXGKARG_SETPOINTERPOSITION,
) -> NTSTATUS {
    let position = argument!(position);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiSetPointerPosition",
            context,
            |miniport, adapter, irql| {
                let source = source(position.VidPnSourceId, adapter.interface.counts())?;
                let position = PointerPosition::read(position, source);
                miniport.set_pointer_position(adapter, position, irql)
            },
        )
    }
}

pub(super) unsafe extern "system" fn set_pointer_shape<M: Pointer>(
    context: HANDLE,
    shape: *const DXGKARG_SETPOINTERSHAPE,
) -> NTSTATUS {
    let shape = argument!(shape);
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>(
            "DxgkDdiSetPointerShape",
            context,
            |miniport, adapter, irql| {
                let source = source(shape.VidPnSourceId, adapter.interface.counts())?;
                let shape = PointerShape::read(shape, source)?;
                miniport.set_pointer_shape(adapter, &shape, irql)
            },
        )
    }
}

pub(super) unsafe extern "system" fn escape<M: Escape>(
    context: HANDLE,
    escape: *const DXGKARG_ESCAPE,
) -> NTSTATUS {
    let escape = argument!(escape);
    let data: &mut [u8] = if escape.pPrivateDriverData.is_null() {
        &mut []
    } else {
        // SAFETY: dxgkrnl's copy of the caller's buffer, of that size.
        unsafe {
            core::slice::from_raw_parts_mut(
                escape.pPrivateDriverData.cast::<u8>(),
                escape.PrivateDriverDataSize as usize,
            )
        }
    };
    // SAFETY: dxgkrnl's context; PASSIVE_LEVEL.
    unsafe {
        with_started::<M>("DxgkDdiEscape", context, |miniport, adapter, irql| {
            miniport.escape(adapter, data, irql)
        })
    }
}

/// There are no palettes: every mode has direct pixels.
pub(super) unsafe extern "system" fn set_palette(
    _: HANDLE,
    _: *const DXGKARG_SETPALETTE,
) -> NTSTATUS {
    Status::NOT_SUPPORTED.raw()
}

/// Nothing is added to dxgkrnl's own debug information.
pub(super) unsafe extern "system" fn collect_dbg_info(
    _: HANDLE,
    _: *const DXGKARG_COLLECTDBGINFO,
) -> NTSTATUS {
    STATUS_SUCCESS
}
