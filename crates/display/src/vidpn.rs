//! DxgkDdiIsSupportedVidPn and DxgkDdiEnumVidPnCofuncModality for the one mode that an output has.
//!
//! Both only answer; nothing of the device or the screen changes. They may run beside each other and any other DDI.

use dxgk::irql::Passive;
use dxgk::status::Status;
use dxgk::sys::{
    D3DKMDT_VIDPN_PRESENT_PATH, D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT,
    D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT,
};
use dxgk::vidpn::{Cofunctional, Pivot, VidPn};

use crate::modes::{Mode, check_path, is_rotation_pinned, is_scaling_pinned};
use crate::start::OUTPUTS;

/// The path of a topology, of which there can be one: a target is in at most one path.
pub(crate) struct OnlyPath {
    pub(crate) path: Option<D3DKMDT_VIDPN_PRESENT_PATH>,
    /// How many paths there are really.
    pub(crate) count: u32,
}

impl OnlyPath {
    pub(crate) fn read(vidpn: &VidPn<'_>, irql: &Passive<'_>) -> Result<Self, Status> {
        let mut only = Self {
            path: None,
            count: 0,
        };
        vidpn.for_each_path(irql, |path| {
            only.path.get_or_insert(*path);
            only.count = only.count.saturating_add(1);
            Ok(())
        })?;
        Ok(only)
    }
}

/// DxgkDdiIsSupportedVidPn: whether what is pinned can be completed to something that can be shown. Whether a monitor is
/// connected does not matter.
///
/// # Errors
///
/// STATUS_NO_MEMORY, or STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY for a VidPN that can't be read: its page lists no others.
pub(crate) fn is_supported(
    vidpn: &VidPn<'_>,
    mode: Mode,
    irql: &Passive<'_>,
) -> Result<bool, Status> {
    can_be_shown(vidpn, mode, irql).map_err(|status| match status {
        Status::NO_MEMORY | Status::INSUFFICIENT_RESOURCES => Status::NO_MEMORY,
        _ => Status::GRAPHICS_INVALID_VIDPN_TOPOLOGY,
    })
}

fn can_be_shown(vidpn: &VidPn<'_>, mode: Mode, irql: &Passive<'_>) -> Result<bool, Status> {
    let OnlyPath { path, count } = OnlyPath::read(vidpn, irql)?;
    let Some(path) = path else {
        // Nothing can always be shown.
        return Ok(true);
    };
    if count > OUTPUTS || check_path(&path, OUTPUTS).is_err() {
        return Ok(false);
    }
    let source = vidpn.pinned_source_mode(path.VidPnSourceId, irql)?;
    let target = vidpn.pinned_target_mode(path.VidPnTargetId, irql)?;
    Ok(source.is_none_or(|pinned| mode.is_source_mode(&pinned))
        && target.is_none_or(|pinned| mode.is_target_mode(&pinned)))
}

/// DxgkDdiEnumVidPnCofuncModality: gives every free mode set the mode, and every free transformation identity. What is
/// pinned stays as it is, and so does what is the pivot, but for rotation (docs/decisions/0029).
///
/// # Errors
///
/// STATUS_NO_MEMORY, or a status of the VidPN interfaces': anything else becomes STATUS_GRAPHICS_INVALID_VIDPN.
pub(crate) fn enum_cofunctional(
    request: &Cofunctional<'_>,
    mode: Mode,
    irql: &Passive<'_>,
) -> Result<(), Status> {
    fill(request, mode, irql).map_err(|status| match status {
        Status::NO_MEMORY | Status::INSUFFICIENT_RESOURCES => Status::NO_MEMORY,
        status if is_graphics(status) => status,
        _ => Status::GRAPHICS_INVALID_VIDPN,
    })
}

/// Whether it is an error of the graphics facility (ntstatus.h, FACILITY_GRAPHICS_KERNEL).
pub(crate) const fn is_graphics(status: Status) -> bool {
    status.raw().cast_unsigned() >> 16 == 0xC01E
}

fn fill(request: &Cofunctional<'_>, mode: Mode, irql: &Passive<'_>) -> Result<(), Status> {
    let vidpn = &request.vidpn;
    let OnlyPath { path, .. } = OnlyPath::read(vidpn, irql)?;
    let Some(mut path) = path else {
        return Ok(());
    };
    let (source, target) = (path.VidPnSourceId, path.VidPnTargetId);
    if request.pivot != Pivot::Source(source) && vidpn.pinned_source_mode(source, irql)?.is_none() {
        vidpn.assign_source_modes(source, core::iter::once(mode.graphics()), irql)?;
    }
    if request.pivot != Pivot::Target(target) && vidpn.pinned_target_mode(target, irql)?.is_none() {
        vidpn.assign_target_modes(target, core::iter::once(mode.signal()), irql)?;
    }
    if support_identity(&mut path, request.pivot) {
        vidpn.update_path_support(&path, irql)?;
    }
    Ok(())
}

/// Says in `path` that identity is what is supported, where that is free to be said. Returns whether anything changed.
fn support_identity(path: &mut D3DKMDT_VIDPN_PRESENT_PATH, pivot: Pivot) -> bool {
    const SCALING: D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT =
        D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT { Value: 1 };
    const ROTATION: D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT =
        D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT { Value: 1 };
    let (source, target) = (path.VidPnSourceId, path.VidPnTargetId);
    let scaling = pivot != Pivot::Scaling(source, target) && !is_scaling_pinned(path);
    let rotation = !is_rotation_pinned(path);
    let before = path.ContentTransformation;
    if scaling {
        path.ContentTransformation.ScalingSupport = SCALING;
    }
    if rotation {
        path.ContentTransformation.RotationSupport = ROTATION;
    }
    path.ContentTransformation != before
}

#[cfg(test)]
mod tests {
    use super::*;
    use dxgk::sys::{D3DKMDT_VPPR_IDENTITY, D3DKMDT_VPPR_UNPINNED, D3DKMDT_VPPS_UNPINNED};

    fn free_path() -> D3DKMDT_VIDPN_PRESENT_PATH {
        let mut path = D3DKMDT_VIDPN_PRESENT_PATH::default();
        path.ContentTransformation.Scaling = D3DKMDT_VPPS_UNPINNED;
        path.ContentTransformation.Rotation = D3DKMDT_VPPR_UNPINNED;
        path
    }

    fn supports(path: &D3DKMDT_VIDPN_PRESENT_PATH) -> (u32, u32) {
        (
            path.ContentTransformation.ScalingSupport.Value,
            path.ContentTransformation.RotationSupport.Value,
        )
    }

    #[test]
    fn a_free_path_supports_identity_alone() {
        let mut path = free_path();
        assert!(support_identity(&mut path, Pivot::None));
        assert_eq!(supports(&path), (1, 1));
        assert!(
            !support_identity(&mut path, Pivot::None),
            "nothing is left to say"
        );
    }

    #[test]
    fn the_pivot_keeps_its_flags_and_rotation_is_always_said() {
        let mut path = free_path();
        assert!(support_identity(&mut path, Pivot::Rotation(0, 0)));
        assert_eq!(supports(&path), (1, 1));
        let mut path = free_path();
        support_identity(&mut path, Pivot::Scaling(0, 0));
        assert_eq!(supports(&path), (0, 1));
        // The pivot of another path exempts nothing here.
        let mut path = free_path();
        support_identity(&mut path, Pivot::Rotation(0, 1));
        assert_eq!(supports(&path), (1, 1));
    }

    #[test]
    fn what_is_pinned_keeps_its_flags() {
        let mut path = free_path();
        path.ContentTransformation.Rotation = D3DKMDT_VPPR_IDENTITY;
        support_identity(&mut path, Pivot::None);
        assert_eq!(supports(&path), (1, 0));
    }
}
