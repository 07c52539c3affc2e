//! What EnumVidPnCofuncModality must have left behind.

use super::kinds::shown;
use super::store::Pivot;
use crate::adapter::Adapter;
use crate::port::check;
use dxgk_sys::*;

const AT: &str = "DxgkDdiEnumVidPnCofuncModality";

/// Whether a path's scaling is pinned, as the page of the DDI lists it.
fn scaling_pinned(scaling: D3DKMDT_VIDPN_PRESENT_PATH_SCALING) -> bool {
    matches!(
        scaling,
        D3DKMDT_VPPS_IDENTITY
            | D3DKMDT_VPPS_CENTERED
            | D3DKMDT_VPPS_STRETCHED
            | D3DKMDT_VPPS_ASPECTRATIOCENTEREDMAX
            | D3DKMDT_VPPS_CUSTOM
    )
}

/// The same for rotation.
fn rotation_pinned(rotation: D3DKMDT_VIDPN_PRESENT_PATH_ROTATION) -> bool {
    (D3DKMDT_VPPR_IDENTITY..=D3DKMDT_VPPR_ROTATE270).contains(&rotation)
}

impl Adapter {
    /// Checks the mode sets and the support flags of a VidPN that was enumerated with this pivot.
    pub(super) fn check_cofunctional(&self, vidpn: u32, pivot: Pivot) {
        let port = self.port();
        let store = self.vidpn.lock(self.machine());
        let Some(object) = store.vidpns.get(&vidpn) else {
            return;
        };
        for path in &object.paths {
            let (source, target) = (path.VidPnSourceId, path.VidPnTargetId);
            let sources = object
                .sources
                .get(&source)
                .and_then(|set| store.source.all.get(set));
            let targets = object
                .targets
                .get(&target)
                .and_then(|set| store.target.all.get(set));
            let counts = (
                sources.map_or(0, |set| set.modes.len()),
                targets.map_or(0, |set| set.modes.len()),
            );
            check!(port, CofuncFreeSets, AT, counts.0 != 0 && counts.1 != 0,
                "modes for source {source} and target {target:#x}"; "{counts:?}");
            let monitor = store
                .monitors
                .get(&target)
                .and_then(|set| store.monitor.all.get(set));
            if let (Some(monitor), Some(targets)) = (monitor, targets) {
                let has = |wanted| {
                    monitor
                        .modes
                        .iter()
                        .any(|mode| shown(&mode.VideoSignalInfo) == wanted)
                };
                let odd = targets
                    .modes
                    .iter()
                    .map(|mode| shown(&mode.VideoSignalInfo))
                    .find(|size| !has(*size));
                check!(port, CofuncMonitor, AT, odd.is_none(), "sizes of the monitor at {target:#x}"; "{odd:?}");
            }
            let transform = path.ContentTransformation;
            let scaling = transform.ScalingSupport.Value != 0
                || scaling_pinned(transform.Scaling)
                || pivot == Pivot::Scaling(source, target);
            let rotation = transform.RotationSupport.Value != 0
                || rotation_pinned(transform.Rotation)
                || pivot == Pivot::Rotation(source, target);
            check!(port, CofuncSupport, AT, scaling && rotation,
                "support flags for what is not pinned"; "scaling {scaling}, rotation {rotation}");
        }
    }
}
