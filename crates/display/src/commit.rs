//! DxgkDdiCommitVidPn and DxgkDdiUpdateActiveVidPnPresentPath: makes a VidPN the active one.
//!
//! Everything is looked at before anything is done, so a VidPN that can't be committed leaves the active one as it is.

use dxgk::adapter::Started;
use dxgk::irql::Passive;
use dxgk::status::Status;
use dxgk::vidpn::{Commit, Path, VidPn};

use crate::modes::{Mode, check_path};
use crate::modeset::ModeSetting;
use crate::power::wake_late;
use crate::start::OUTPUTS;
use crate::vidpn::{OnlyPath, is_graphics};
use crate::{Fault, Platform, Vgpu};

/// DxgkDdiCommitVidPn.
pub(crate) fn commit<P: Platform>(
    started: &Started<Vgpu<P>>,
    commit: &Commit<'_>,
    irql: &mut Passive<'_>,
) -> Result<(), Status> {
    let output = started.device.output().map_err(commit_status)?;
    let mode = wanted_mode(&commit.vidpn, output.preferred, irql).map_err(commit_status)?;
    let lit = !commit.path_powered_off();
    let committed = started.device.modeset.with(irql, |setting, irql| {
        wake_late(started, setting, irql);
        apply(started, setting, mode, lit, irql)
    });
    committed.map_err(|fault| commit_status(fault.status))
}

/// The mode that a VidPN asks for; none if it shows nothing.
fn wanted_mode(
    vidpn: &VidPn<'_>,
    offered: Mode,
    irql: &Passive<'_>,
) -> Result<Option<Mode>, Status> {
    let OnlyPath { path, count } = OnlyPath::read(vidpn, irql)?;
    let Some(path) = path else {
        return Ok(None);
    };
    check_path(&path)?;
    if count > OUTPUTS {
        return Err(Status::GRAPHICS_INVALID_VIDPN_TOPOLOGY);
    }
    let Some(source) = vidpn.pinned_source_mode(path.source, irql)? else {
        // A path without a mode has nothing to show.
        return Ok(None);
    };
    if !offered.is_source_mode(&source) {
        return Err(Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE);
    }
    let target = vidpn.pinned_target_mode(path.target, irql)?;
    if target.is_some_and(|target| !offered.is_target_mode(&target)) {
        return Err(Status::GRAPHICS_INVALID_VIDEO_PRESENT_TARGET_MODE);
    }
    Ok(Some(offered))
}

/// Programs what is different. The same mode again keeps its frame buffer and the picture in it, also when monitors are
/// turned off and on (PathPowerTransition), which is no mode change.
fn apply<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    mode: Option<Mode>,
    lit: bool,
    irql: &mut Passive<'_>,
) -> Result<(), Fault> {
    let screen = &started.device.screen;
    let active = screen.with(irql, |screen, _| {
        screen.frame_buffer.as_ref().map(|buffer| buffer.mode())
    });
    match mode {
        None => setting.unset_mode(started, irql),
        Some(mode) if active == Some(mode) => {
            let was_lit = screen.with(irql, |screen, _| core::mem::replace(&mut screen.lit, lit));
            setting.show(started, irql).inspect_err(|_| {
                screen.with(irql, |screen, _| screen.lit = was_lit);
            })
        }
        Some(mode) => setting.set_mode(started, mode, lit, irql),
    }
}

/// DxgkDdiCommitVidPn may answer STATUS_NO_MEMORY and graphics statuses only (STATUS/vidpn-ddi-legal-returns). There is none
/// for a device that does not do what it is told; that the VidPN can't be made is what it comes to.
fn commit_status(status: Status) -> Status {
    match status {
        Status::NO_MEMORY | Status::INSUFFICIENT_RESOURCES => Status::NO_MEMORY,
        status if is_graphics(status) => status,
        _ => Status::GRAPHICS_INVALID_VIDPN,
    }
}

/// DxgkDdiUpdateActiveVidPnPresentPath: identity is what every path has already.
pub(crate) fn update_path<P: Platform>(
    started: &Started<Vgpu<P>>,
    path: &Path,
    irql: &mut Passive<'_>,
) -> Result<(), Status> {
    let active = started
        .device
        .screen
        .with(irql, |screen, _| screen.frame_buffer.is_some());
    if !active {
        return Err(Status::GRAPHICS_PATH_NOT_IN_TOPOLOGY);
    }
    // The page has this one for the gamma ramp too.
    check_path(path)
        .map_err(|_| Status::GRAPHICS_PATH_CONTENT_GEOMETRY_TRANSFORMATION_NOT_SUPPORTED)
}
