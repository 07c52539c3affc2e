//! DxgkDdiSetVidPnSourceVisibility: black, or the frame buffer, which the first frame may be in already.
//!
//! A source that becomes visible is lit too, also after a commit with PathPoweredOff: no document says that another commit
//! must follow, and most display-only drivers ignore that flag.

use dxgk::adapter::Started;
use dxgk::irql::Passive;
use dxgk::status::Status;

use crate::frame::Rects;
use crate::power::wake_late;
use crate::{Platform, Vgpu};

/// Shows the picture of the only source, or black.
pub(crate) fn set_visibility<P: Platform>(
    started: &Started<Vgpu<P>>,
    visible: bool,
    irql: &mut Passive<'_>,
) -> Result<(), Status> {
    let device = &started.device;
    device.modeset.with(irql, |setting, irql| {
        wake_late(started, setting, irql);
        let (was_visible, was_lit) = device.screen.with(irql, |screen, _| {
            // Becoming visible copies the whole frame buffer.
            screen.behind = Rects::new();
            let before = (screen.visible, screen.lit);
            screen.visible = visible;
            screen.lit |= visible;
            before
        });
        setting.show(started, irql).map_err(|fault| {
            device.screen.with(irql, |screen, _| {
                screen.visible = was_visible;
                screen.lit = was_lit;
            });
            fault.status
        })
    })
}
