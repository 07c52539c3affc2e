//! The child: an output circuit with, perhaps, a monitor on it.

use dxgk::irql::Passive;
use dxgk::status::Status;
use dxgk::sys::{
    D3DKMDT_MOA_NONE, D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY, D3DKMDT_VOT_HD15, D3DKMDT_VOT_INTERNAL,
    DXGK_CHILD_DESCRIPTOR, DXGK_CHILD_DEVICE_HPD_AWARENESS, DXGK_VIDEO_OUTPUT_CAPABILITIES, FALSE,
    HpdAwarenessAlwaysConnected, HpdAwarenessInterruptible, TypeVideoOutput,
};

use dxgk::vidpn::MonitorModes;

use crate::device::{Connector, Output};
use crate::fault::Fault;
use crate::modes::Mode;
use crate::start::OUTPUTS;
use crate::{Platform, TraceEvent};

/// DxgkDdiQueryChildRelations. A child's uid is its index, and with it the id of its target.
///
/// The output is interruptible, since the device reports with an interrupt that a monitor has come or gone, and its technology is
/// HD15: see docs/decisions/0030. An internal panel is always connected, because Windows was seen to give none a path otherwise.
pub(crate) fn query_relations(children: &mut [DXGK_CHILD_DESCRIPTOR], connector: Connector) {
    let (awareness, technology) = described(connector);
    for (uid, child) in (0..OUTPUTS).zip(children) {
        child.ChildDeviceType = TypeVideoOutput;
        child.ChildCapabilities.HpdAwareness = awareness;
        child.ChildCapabilities.Type.VideoOutput = DXGK_VIDEO_OUTPUT_CAPABILITIES {
            InterfaceTechnology: technology,
            MonitorOrientationAwareness: D3DKMDT_MOA_NONE,
            SupportsSdtvModes: FALSE,
        };
        child.AcpiUid = 0;
        child.ChildUid = uid;
    }
}

/// How a child is noticed to come and go, and what it is connected to.
const fn described(
    connector: Connector,
) -> (
    DXGK_CHILD_DEVICE_HPD_AWARENESS,
    D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY,
) {
    match connector {
        Connector::Analogue => (HpdAwarenessInterruptible, D3DKMDT_VOT_HD15),
        Connector::Internal => (HpdAwarenessAlwaysConnected, D3DKMDT_VOT_INTERNAL),
    }
}

/// DxgkDdiQueryChildStatus, StatusConnection: there is always a monitor.
///
/// A scanout that the host has not enabled, for example because nobody looks at it just now, comes back with an event that
/// this driver does not follow yet; a monitor that is missing at the start would be missing for ever.
pub(crate) fn query_connection(child: u32) -> Result<bool, Status> {
    if child >= OUTPUTS {
        return Err(Status::INVALID_PARAMETER);
    }
    Ok(true)
}

/// DxgkDdiQueryDeviceDescriptor: as much of the EDID from `offset` on as there is and fits in `to`.
pub(crate) fn query_descriptor(
    output: &Output,
    child: u32,
    offset: usize,
    to: &mut [u8],
) -> Result<(), Status> {
    if child >= OUTPUTS {
        return Err(Status::GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED);
    }
    let edid = output.edid.as_deref();
    let bytes = edid.ok_or(Status::MONITOR_NO_DESCRIPTOR)?.as_bytes();
    copy_window(bytes, offset, to)
}

/// DxgkDdiRecommendMonitorModes: the output's mode is added, as adapter and monitor have to have one in common. Also where the
/// EDID has one of that size: its timing is another than that of a target mode without VSync control, which has none.
///
/// # Errors
///
/// STATUS_NO_MEMORY. A mode that is refused for another reason is left out, since the page lists no other status: dxgkrnl drops
/// every candidate VidPN of a driver that returns one.
pub(crate) fn recommend_modes<P: Platform>(
    output: &Output,
    target: u32,
    modes: &MonitorModes<'_>,
    irql: &Passive<'_>,
) -> Result<(), Status> {
    if target >= OUTPUTS {
        return Ok(());
    }
    let Mode { width, height } = output.preferred;
    match modes.add(width, height, true, irql) {
        Err(Status::NO_MEMORY) => Err(Status::NO_MEMORY),
        Err(status) => {
            P::trace(&TraceEvent::MonitorModeRefused(
                Fault::new("mode refused", status)
                    .with("width", width)
                    .with("height", height),
            ));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn copy_window(bytes: &[u8], offset: usize, to: &mut [u8]) -> Result<(), Status> {
    let rest = bytes.get(offset..).unwrap_or(&[]);
    if rest.is_empty() {
        return Err(Status::MONITOR_NO_MORE_DESCRIPTOR_DATA);
    }
    for (to, from) in to.iter_mut().zip(rest) {
        *to = *from;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_output_is_described_as_the_only_child() {
        let mut children = [DXGK_CHILD_DESCRIPTOR::default(); 2];
        query_relations(&mut children, Connector::Analogue);
        assert_eq!(children[0].ChildDeviceType, TypeVideoOutput);
        assert_eq!(children[0].ChildUid, 0);
        assert_eq!(
            children[1].ChildDeviceType, 0,
            "what is not a child stays zero"
        );
    }

    #[test]
    fn an_output_is_as_drivers_that_ran_on_windows_have_it() {
        let analogue = (HpdAwarenessInterruptible, D3DKMDT_VOT_HD15);
        assert_eq!(described(Connector::Analogue), analogue);
        let internal = (HpdAwarenessAlwaysConnected, D3DKMDT_VOT_INTERNAL);
        assert_eq!(described(Connector::Internal), internal);
    }

    #[test]
    fn any_window_of_the_edid_can_be_read() {
        let edid: Vec<u8> = (0..=255).collect();
        let mut block = [0xEE; 128];
        assert_eq!(copy_window(&edid, 128, &mut block), Ok(()));
        assert_eq!(block, edid[128..]);
        let mut long = [0xEE; 200];
        assert_eq!(copy_window(&edid, 200, &mut long), Ok(()));
        assert_eq!(long[..56], edid[200..]);
        assert!(long[56..].iter().all(|byte| *byte == 0xEE));
        assert_eq!(copy_window(&edid, 3, &mut []), Ok(()));
    }

    #[test]
    fn behind_the_end_there_is_no_more() {
        let no_more = Err(Status::MONITOR_NO_MORE_DESCRIPTOR_DATA);
        for offset in [128, 129, 4096, usize::MAX] {
            assert_eq!(copy_window(&[0; 128], offset, &mut [0; 128]), no_more);
        }
    }
}
