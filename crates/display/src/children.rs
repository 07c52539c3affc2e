//! The child: an output circuit with, perhaps, a monitor on it.

use dxgk::irql::Passive;
use dxgk::miniport::{ChildDescriptor, HotPlug, OutputTechnology};
use dxgk::status::Status;
use dxgk::vidpn::MonitorModes;

use crate::device::Output;
use crate::modes::Mode;

/// DxgkDdiQueryChildRelations.
///
/// The output is interruptible, since the device reports with an interrupt that a monitor has come or gone. Its technology is
/// "other": there is no connector, and a digital one by name (HDMI, DisplayPort) would promise audio, infoframes and link
/// training, while an analogue one would let Windows force a picture onto an output without monitor (CHILD/forceable-analog).
pub(crate) const OUTPUT: ChildDescriptor = ChildDescriptor {
    hot_plug: HotPlug::Interruptible,
    technology: OutputTechnology::Other,
};

/// DxgkDdiQueryChildStatus, StatusConnection: there is always a monitor.
///
/// A scanout that the host has not enabled, for example because nobody looks at it just now, comes back with an event that
/// this driver does not follow yet; a monitor that is missing at the start would be missing for ever.
pub(crate) const CONNECTED: bool = true;

/// DxgkDdiQueryDeviceDescriptor: as much of the EDID from `offset` on as there is and fits in `to`.
pub(crate) fn query_descriptor(
    output: &Output,
    offset: usize,
    to: &mut [u8],
) -> Result<(), Status> {
    let edid = output.edid.as_deref();
    let bytes = edid.ok_or(Status::MONITOR_NO_DESCRIPTOR)?.as_bytes();
    copy_window(bytes, offset, to)
}

/// DxgkDdiRecommendMonitorModes: the output's mode is added, as adapter and monitor have to have one in common. Also where the
/// EDID has one of that size: its timing is another than that of a target mode without VSync control, which has none.
pub(crate) fn recommend_modes(
    output: &Output,
    modes: &MonitorModes<'_>,
    irql: &Passive<'_>,
) -> Result<(), Status> {
    let Mode { width, height } = output.preferred;
    modes.add(width, height, true, irql)
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
