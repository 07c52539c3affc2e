//! The child: an output circuit with, perhaps, a monitor on it.

use dxgk::irql::Passive;
use dxgk::miniport::{ChildDescriptor, HotPlug, OutputTechnology};
use dxgk::status::Status;
use dxgk::vidpn::MonitorModes;

use crate::device::{Connector, Output};
use crate::fault::Fault;
use crate::modes::Mode;
use crate::{Platform, TraceEvent};

/// DxgkDdiQueryChildRelations.
///
/// The output is interruptible, since the device reports with an interrupt that a monitor has come or gone, and its technology is
/// HD15: see docs/decisions/0030. An internal panel is always connected, because Windows was seen to give none a path otherwise.
pub(crate) const fn descriptor(connector: Connector) -> ChildDescriptor {
    match connector {
        Connector::Analogue => ChildDescriptor {
            hot_plug: HotPlug::Interruptible,
            technology: OutputTechnology::Hd15,
        },
        Connector::Internal => ChildDescriptor {
            hot_plug: HotPlug::AlwaysConnected,
            technology: OutputTechnology::Internal,
        },
    }
}

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
///
/// # Errors
///
/// STATUS_NO_MEMORY. A mode that is refused for another reason is left out, since the page lists no other status: dxgkrnl drops
/// every candidate VidPN of a driver that returns one.
pub(crate) fn recommend_modes<P: Platform>(
    output: &Output,
    modes: &MonitorModes<'_>,
    irql: &Passive<'_>,
) -> Result<(), Status> {
    let Mode { width, height } = output.preferred;
    match modes.add(width, height, true, irql) {
        Ok(()) => Ok(()),
        Err(status) => {
            P::trace(&TraceEvent::MonitorModeRefused(
                Fault::new("mode refused", status)
                    .with("width", width)
                    .with("height", height),
            ));
            answer_to_refusal(status)
        }
    }
}

/// What DxgkDdiRecommendMonitorModes returns if the mode is refused with `status`.
fn answer_to_refusal(status: Status) -> Result<(), Status> {
    match status {
        Status::NO_MEMORY => Err(Status::NO_MEMORY),
        _ => Ok(()),
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
    fn an_output_is_as_drivers_that_ran_on_windows_have_it() {
        let analogue = descriptor(Connector::Analogue);
        assert_eq!(analogue.hot_plug, HotPlug::Interruptible);
        assert_eq!(analogue.technology, OutputTechnology::Hd15);
        let internal = descriptor(Connector::Internal);
        assert_eq!(internal.hot_plug, HotPlug::AlwaysConnected);
        assert_eq!(internal.technology, OutputTechnology::Internal);
    }

    #[test]
    fn a_refused_monitor_mode_is_left_out_and_only_lack_of_memory_fails() {
        assert_eq!(answer_to_refusal(Status::NO_MEMORY), Err(Status::NO_MEMORY));
        for status in [
            Status::INVALID_PARAMETER,
            Status::INSUFFICIENT_RESOURCES,
            Status::UNSUCCESSFUL,
        ] {
            assert_eq!(answer_to_refusal(status), Ok(()));
        }
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
