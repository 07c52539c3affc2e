//! What dxgkrnl expects of KMDDOD_INITIALIZATION_DATA before it loads a display-only driver.

use crate::machine::NtStatus;
use crate::port::{Port, check};
use crate::rules::Rule;
use dxgk_sys::*;

const AT: &str = "DxgkInitializeDisplayOnlyDriver";

/// Whether the table claims VSync control.
pub(crate) fn has_vsync(data: &KMDDOD_INITIALIZATION_DATA) -> bool {
    data.DxgkDdiControlInterrupt.is_some() && data.DxgkDdiGetScanLine.is_some()
}

/// The name of a DDI that every display-only driver gives and this one does not.
///
/// The page says "all members"; left out here are the pairs that go with a capability (VSync, runtime power,
/// surprise removal), whose presence is checked with it, and NotifyAcpiEvent, whose own page calls it optional.
fn missing(data: &KMDDOD_INITIALIZATION_DATA) -> Option<&'static str> {
    macro_rules! first_missing {
        ($($name:ident)*) => { [$((stringify!($name), data.$name.is_none()),)*] };
    }
    let members = first_missing!(
        DxgkDdiAddDevice DxgkDdiStartDevice DxgkDdiStopDevice DxgkDdiRemoveDevice DxgkDdiDispatchIoRequest
        DxgkDdiInterruptRoutine DxgkDdiDpcRoutine DxgkDdiQueryChildRelations DxgkDdiQueryChildStatus
        DxgkDdiQueryDeviceDescriptor DxgkDdiSetPowerState DxgkDdiResetDevice DxgkDdiUnload DxgkDdiQueryInterface
        DxgkDdiControlEtwLogging DxgkDdiQueryAdapterInfo DxgkDdiSetPalette DxgkDdiSetPointerPosition
        DxgkDdiSetPointerShape DxgkDdiEscape DxgkDdiCollectDbgInfo DxgkDdiIsSupportedVidPn
        DxgkDdiRecommendFunctionalVidPn DxgkDdiEnumVidPnCofuncModality DxgkDdiSetVidPnSourceVisibility
        DxgkDdiCommitVidPn DxgkDdiUpdateActiveVidPnPresentPath DxgkDdiRecommendMonitorModes
        DxgkDdiQueryVidPnHWCapability DxgkDdiPresentDisplayOnly DxgkDdiStopDeviceAndReleasePostDisplayOwnership
        DxgkDdiSystemDisplayEnable DxgkDdiSystemDisplayWrite DxgkDdiGetChildContainerId
    );
    members
        .into_iter()
        .find(|(_, absent)| *absent)
        .map(|(name, _)| name)
}

/// Checks the table; the status is what DxgkInitializeDisplayOnlyDriver returns.
pub(crate) fn check(port: &Port, data: &KMDDOD_INITIALIZATION_DATA) -> NtStatus {
    let version = data.Version;
    if !check!(port, InitVersion, AT, version == DXGKDDI_INTERFACE_VERSION_WIN8,
        "version {:#x}", DXGKDDI_INTERFACE_VERSION_WIN8; "{version:#x}")
    {
        return STATUS_REVISION_MISMATCH;
    }
    let missing = missing(data);
    let complete = check!(port, InitDisplayDdis, AT, missing.is_none(),
        "every display DDI"; "no {}", missing.unwrap_or("gap"));
    let control = data.DxgkDdiControlInterrupt.is_some();
    let scan = data.DxgkDdiGetScanLine.is_some();
    let isr = data.DxgkDdiInterruptRoutine.is_some();
    let dpc = data.DxgkDdiDpcRoutine.is_some();
    let vsync = control == scan && (!control || (isr && dpc));
    for rule in [Rule::InitVsync, Rule::PresentVsync, Rule::ScanVsync] {
        port.violations().check(
            rule,
            AT,
            vsync,
            format_args!("all four VSync DDIs, or neither ControlInterrupt nor GetScanLine"),
            format_args!("ControlInterrupt {control}, GetScanLine {scan}, ISR {isr}, DPC {dpc}"),
        );
    }
    if complete && vsync {
        STATUS_SUCCESS
    } else {
        STATUS_INVALID_PARAMETER
    }
}
