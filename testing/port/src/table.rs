//! What dxgkrnl expects of KMDDOD_INITIALIZATION_DATA before it loads a display-only driver.

use crate::machine::NtStatus;
use crate::port::{Port, check};
use crate::rules::{Fact, Rule};
use crate::version::Sizes;
use dxgk_sys::*;

const AT: &str = "DxgkInitializeDisplayOnlyDriver";

/// Whether the table claims VSync control.
pub(crate) fn has_vsync(data: &KMDDOD_INITIALIZATION_DATA) -> bool {
    data.DxgkDdiControlInterrupt.is_some() && data.DxgkDdiGetScanLine.is_some()
}

macro_rules! missing {
    ($data:expr; $($name:ident)*) => { [$((stringify!($name), $data.$name.is_none()),)*] };
}

fn first(members: &[(&'static str, bool)]) -> Option<&'static str> {
    members
        .iter()
        .find(|(_, absent)| *absent)
        .map(|(name, _)| *name)
}

/// The name of a DDI that no display-only driver of the field leaves out, and this one does.
fn missing_everywhere(data: &KMDDOD_INITIALIZATION_DATA) -> Option<&'static str> {
    first(&missing!(data;
        DxgkDdiAddDevice DxgkDdiStartDevice DxgkDdiStopDevice DxgkDdiRemoveDevice DxgkDdiDispatchIoRequest
        DxgkDdiQueryChildRelations DxgkDdiQueryChildStatus DxgkDdiQueryDeviceDescriptor DxgkDdiSetPowerState
        DxgkDdiResetDevice DxgkDdiUnload DxgkDdiQueryAdapterInfo DxgkDdiSetPointerPosition DxgkDdiSetPointerShape
        DxgkDdiIsSupportedVidPn DxgkDdiRecommendFunctionalVidPn DxgkDdiEnumVidPnCofuncModality
        DxgkDdiSetVidPnSourceVisibility DxgkDdiCommitVidPn DxgkDdiUpdateActiveVidPnPresentPath DxgkDdiPresentDisplayOnly
        DxgkDdiStopDeviceAndReleasePostDisplayOwnership DxgkDdiSystemDisplayEnable DxgkDdiSystemDisplayWrite
    ))
}

/// The name of a DDI that this driver leaves out, as some do, without a fact of what Windows makes of it.
fn missing_rarely(data: &KMDDOD_INITIALIZATION_DATA) -> Option<&'static str> {
    first(&missing!(data; DxgkDdiRecommendMonitorModes DxgkDdiQueryVidPnHWCapability))
}

/// The name of a DDI that drivers of the field do leave out (Microsoft's sample and others), and this one does too; and the fact.
///
/// The page says "all members"; left out here are the pairs that go with a capability (VSync, runtime power,
/// surprise removal), whose presence is checked with it, and NotifyAcpiEvent, whose own page calls it optional.
fn missing_at_times(data: &KMDDOD_INITIALIZATION_DATA) -> Option<(&'static str, Fact)> {
    let interrupts = first(&missing!(data; DxgkDdiInterruptRoutine DxgkDdiDpcRoutine));
    let optional = || {
        first(&missing!(data;
            DxgkDdiQueryInterface DxgkDdiControlEtwLogging DxgkDdiSetPalette DxgkDdiEscape DxgkDdiCollectDbgInfo
            DxgkDdiGetChildContainerId
        ))
    };
    interrupts
        .map(|name| (name, Fact(7)))
        .or_else(|| optional().map(|name| (name, Fact(8))))
}

/// Whether the version is one that a display-only driver may declare and the model knows.
pub(crate) fn version(port: &Port, version: ULONG) -> bool {
    let known = Sizes::at(version).is_some();
    check!(port, InitVersion, AT, known, "a version from {:#x} to {:#x}", DXGKDDI_INTERFACE_VERSION_WIN8,
        DXGKDDI_INTERFACE_VERSION_WDDM2_3; "{version:#x}")
}

/// Checks the table; the status is what DxgkInitializeDisplayOnlyDriver returns.
pub(crate) fn check(port: &Port, data: &KMDDOD_INITIALIZATION_DATA) -> NtStatus {
    let vital = missing_everywhere(data);
    let missing = vital.or(missing_rarely(data)).map(|name| (name, None));
    let missing = missing.or(missing_at_times(data).map(|(name, fact)| (name, Some(fact))));
    let (name, known) = missing.unwrap_or(("gap", None));
    port.check_unless_known(
        Rule::InitDisplayDdis,
        AT,
        missing.is_none(),
        known,
        format_args!("every display DDI"),
        format_args!("no {name}"),
    );
    // The one member whose absence Windows was seen to refuse.
    let reset = data.DxgkDdiResetDevice.is_some();
    check!(port, FieldResetDevice, AT, reset, "DxgkDdiResetDevice"; "NULL");
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
    if reset && (!port.refuses() || (vital.is_none() && vsync)) {
        STATUS_SUCCESS
    } else {
        STATUS_INVALID_PARAMETER
    }
}
