//! Each rule that the model checks is broken once, by a driver that is otherwise well-behaved.
//!
//! The driver is [`stub::Stub`], C style on the bare declarations. A few rules are duties of the model itself (who may be
//! in the driver at the same time, what must be asked first): there the test misuses the model.
#![allow(
    unsafe_op_in_unsafe_fn,
    non_upper_case_globals,
    clippy::undocumented_unsafe_blocks,
    clippy::missing_safety_doc,
    reason = "the stub is a driver in C style: every pointer is the port's, and every block has the same reason"
)]

mod ddis;
mod heard;
mod interrupts;
mod job;
mod machine;
mod outputs;
mod scenario;
mod status;
mod stub;
mod variants;
mod vidpn;

use port::rules::Rule;

#[test]
fn a_well_behaved_driver_breaks_nothing_and_has_almost_every_rule_checked() {
    let port = job::run(None);
    let violations = port.violations();
    assert_eq!(violations.count(), 0, "{violations:?}");
    // What a driver need not do, what needs a line, VSync control, a newer version or a screen, and what is checked on failure
    // only.
    let unchecked: Vec<_> = Rule::ALL
        .iter()
        .filter(|rule| violations.checked(**rule) == 0)
        .map(|rule| rule.id())
        .collect();
    let optional = [
        "ACPI/eval-target",
        "CB/query-services",
        "CB/exclude-attributes",
        "ISR/line-not-ours",
        "ISR/dismiss-before-true",
        "ISR/wrong-claim-storms",
        "MODESET/pin-id-in-set",
        "MONMODES/preferred-last-wins",
        "POWER/runtime-pm-window",
        "START/undo-failed-start",
        "STOP/release-linear-black",
        "TOPO/target-in-one-path",
        "TOPO/source-and-target-ids",
        "TOPO/enum-targets-index",
        "VSYNC/controlinterrupt-type",
        "VSYNC/enable-means-report",
        "VSYNC/scanline-output",
        "XFORM/offset0-from-8.1",
        "F108",
        "F145",
        "PRESENT/picture-after-each-step",
        "PRESENT/unreadable-source",
    ];
    assert_eq!(unchecked, optional);
    assert_eq!(
        violations.rules_checked(),
        Rule::ALL.len() - unchecked.len()
    );
}

#[test]
fn so_does_one_with_a_line_and_one_with_vsync_control() {
    for (line, vsync) in [(true, false), (false, true), (true, true)] {
        let port = job::run_stub(stub::Stub::with(None, line, vsync));
        let violations = port.violations();
        assert_eq!(
            violations.count(),
            0,
            "line {line}, VSync {vsync}: {violations:?}"
        );
        assert_eq!(violations.checked(Rule::VsyncEnabled) != 0, vsync);
        assert_eq!(violations.checked(Rule::IsrLineNotOurs) != 0, line);
    }
}

/// Makes a test for each rule that breaks it, and the list of them.
macro_rules! broken {
    ($($name:ident)*) => {
        const BROKEN: &[Rule] = &[$(Rule::$name,)*];

        #[allow(non_snake_case)]
        mod breaking {
            use super::{Rule, job};
            $(
                #[test]
                fn $name() {
                    job::must_break(Rule::$name);
                }
            )*
        }
    };
}

broken! {
    AcpiFlags AcpiEvalTarget AddNullContext AddTwoHandles BugcheckEnable
    CapsAnswer CapsMandatory CapsNotApplicable CapsScheduling CapsReservedBits
    CbExclude CbMapMemory CbDeviceSpace CbPostOwnership CbQueryServices
    ChildArray ChildType ChildHpd ChildUid ChildStatusAnswer ChildQueryScope ChildHotPlug
    CofuncAsked CofuncFreeSets CofuncMonitor CofuncSupport CofuncPivot DbgCollect
    DescriptorOverrun DescriptorWindow DescriptorStatus DescriptorContainer
    DpcNotifyThenQueue DpcFixedLevel FieldsSource FieldsCounts HwcapReserved IfaceNotSupported
    InitVersion InitDisplayDdis InitVsync
    IntfVersion IntfRefcount IntfAssignXorRelease IntfAssignFailure IntfAssignWhere IntfAssignContent
    IntfOneUnassigned IntfReplace IntfHandles
    IsrLineNotOurs IsrDismiss IsrStorm IsrOnlyTwo IsrSynchronize IsrSelfDeadlock
    IssupAnswer IssupEmpty IrqlCallback IrqlKept KmdfUnload LogoCaps
    ModeIdInSet ModeAddXorRelease ModeAddConsumes ModeIds ModeType ModeReleased
    MonPreferred MonValid MonOrigin MonOwnership MonResult
    PointerClass PointerResults PowerNeverFail PowerD0Reacquire PowerRuntimeGate PowerRuntimeWindow
    PresentResult PresentMustReport PresentProgress PresentWatchdog PresentDdiLimit PresentVsync
    RfvFunctional ScanVsync ScanFrequencies
    StartQuery StartMap StartSourceIds StartChildren StartUndo StopFrees StopOneOfTwo StopRelease StopWhen StopBlack StopTarget
    SurpriseGate SurpriseResult SurpriseHibernation SyncLevels SyncThree SyncTwo SyncOne SysdispWrite StackLimit
    StatusVidPn XformOffset0 FieldResetDevice FieldQueryTypes FieldEarlyIndication FieldSteady FieldUnclaimed FieldUnstartedPower
    FieldUnstartedEscape FieldBugcheck OwnPicture OwnUnreadable
    TopoDenied TopoOnePath TopoIds TopoAddXorRelease TopoReleased TopoConst TopoEnum
    UnloadBalance VisibilityResult VsyncControl VsyncEnabled VsyncTypes VsyncFrequencies VsyncWatchdog VsyncScanLine
}

#[test]
fn every_rule_in_the_table_is_broken_by_a_test() {
    let (mut broken, mut table) = (BROKEN.to_vec(), Rule::ALL.to_vec());
    broken.sort();
    table.sort();
    assert_eq!(broken, table);
}
