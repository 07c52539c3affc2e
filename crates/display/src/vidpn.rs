//! DxgkDdiIsSupportedVidPn and DxgkDdiEnumVidPnCofuncModality for the one mode that an output has.
//!
//! Both only answer; nothing of the device or the screen changes. They may run beside each other and any other DDI.

use dxgk::irql::Passive;
use dxgk::status::Status;
use dxgk::vidpn::{Cofunctional, Path, PathSupport, Pivot, Rotations, Scalings, VidPn};

use crate::modes::{Mode, check_path};
use crate::start::OUTPUTS;

/// The path of a topology, of which there can be one: a target is in at most one path.
pub(crate) struct OnlyPath {
    pub(crate) path: Option<Path>,
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
    if count > OUTPUTS || check_path(&path).is_err() {
        return Ok(false);
    }
    let source = vidpn.pinned_source_mode(path.source, irql)?;
    let target = vidpn.pinned_target_mode(path.target, irql)?;
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
    let Some(path) = path else {
        return Ok(());
    };
    let (source, target) = (path.source, path.target);
    if request.pivot != Pivot::Source(source) && vidpn.pinned_source_mode(source, irql)?.is_none() {
        vidpn.assign_source_modes(source, core::iter::once(mode.graphics()), irql)?;
    }
    if request.pivot != Pivot::Target(target) && vidpn.pinned_target_mode(target, irql)?.is_none() {
        vidpn.assign_target_modes(target, core::iter::once(mode.signal()), irql)?;
    }
    let support = support_identity(&path, request.pivot);
    if support == path.support {
        return Ok(());
    }
    vidpn.update_path_support(source, target, support, irql)
}

/// What the path supports: identity where that is free to be said, and what it says already elsewhere.
fn support_identity(path: &Path, pivot: Pivot) -> PathSupport {
    let mut support = path.support;
    if pivot != Pivot::Scaling(path.source, path.target) && !path.scaling.is_pinned() {
        support.scaling = Scalings::IDENTITY;
    }
    if !path.rotation.is_pinned() {
        support.rotation = Rotations::IDENTITY;
    }
    support
}

#[cfg(test)]
mod tests {
    use super::*;
    use dxgk::id::{VidPnSourceId, VidPnTargetId};
    use dxgk::vidpn::Rotation;

    const SOURCE: VidPnSourceId = VidPnSourceId::FIRST;
    const TARGET: VidPnTargetId = VidPnTargetId::FIRST;

    fn free_path() -> Path {
        Path::open(SOURCE, TARGET)
    }

    const fn supports(scaling: Scalings, rotation: Rotations) -> PathSupport {
        PathSupport { scaling, rotation }
    }

    #[test]
    fn a_free_path_supports_identity_alone() {
        let mut path = free_path();
        path.support = support_identity(&path, Pivot::None);
        let identity = supports(Scalings::IDENTITY, Rotations::IDENTITY);
        assert_eq!(path.support, identity);
        assert_eq!(
            support_identity(&path, Pivot::None),
            identity,
            "nothing is left to say"
        );
    }

    #[test]
    fn the_pivot_keeps_its_flags_and_rotation_is_always_said() {
        let path = free_path();
        let both = supports(Scalings::IDENTITY, Rotations::IDENTITY);
        assert_eq!(
            support_identity(&path, Pivot::Rotation(SOURCE, TARGET)),
            both
        );
        let rotation = supports(Scalings::NONE, Rotations::IDENTITY);
        assert_eq!(
            support_identity(&path, Pivot::Scaling(SOURCE, TARGET)),
            rotation
        );
        // The pivot of another path exempts nothing here.
        let other = VidPnTargetId::new(1).expect("a target");
        assert_eq!(support_identity(&path, Pivot::Scaling(SOURCE, other)), both);
    }

    #[test]
    fn what_is_pinned_keeps_its_flags() {
        let mut path = free_path();
        path.rotation = Rotation::Identity;
        let scaling = supports(Scalings::IDENTITY, Rotations::NONE);
        assert_eq!(support_identity(&path, Pivot::None), scaling);
    }
}
