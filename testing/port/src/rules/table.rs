//! The table of rules that the model checks.
//!
//! Ids `AREA/name` are those of the project's list of documented rules; each entry says the rule in short and names the
//! Microsoft page (by file name) or the header it is from. Ids `F001` are facts of the field, and FIELD.md beside this crate
//! says where each was seen. RULES.md lists the documented rules that are not here, each with the reason.

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A page or a header of Microsoft's.
    Documented,
    /// A driver that ran on Windows shows it.
    Field,
    /// This project expects it of its own drivers; Windows was never seen to.
    Own,
}

impl Class {
    /// "documented", "field" or "own".
    pub const fn name(self) -> &'static str {
        match self {
            Class::Documented => "documented",
            Class::Field => "field",
            Class::Own => "own",
        }
    }
}

macro_rules! rules {
    ($($name:ident $class:ident $id:literal $text:literal $source:literal;)*) => {
        /// A rule, named after its id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Rule {
            $(#[doc = $id] #[doc = ""] #[doc = $text] $name,)*
        }

        impl Rule {
            /// Every rule in the table.
            pub const ALL: &'static [Rule] = &[$(Rule::$name,)*];

            /// `AREA/name`.
            pub const fn id(self) -> &'static str {
                match self { $(Rule::$name => $id,)* }
            }

            /// Who says so.
            pub const fn class(self) -> Class {
                match self { $(Rule::$name => Class::$class,)* }
            }

            /// The rule in short.
            pub const fn text(self) -> &'static str {
                match self { $(Rule::$name => $text,)* }
            }

            /// The page or header that states it.
            pub const fn source(self) -> &'static str {
                match self { $(Rule::$name => $source,)* }
            }
        }
    };
}

rules! {
    AcpiFlags Documented "ACPI/notify-optional-flags" "NotifyAcpiEvent answers with the two documented flags only" "nc-dispmprt-dxgkddi_notify_acpi_event.md";
    AcpiEvalTarget Documented "ACPI/eval-target" "EvalAcpiMethod names the adapter or one of its ACPI children" "nc-dispmprt-dxgkcb_eval_acpi_method.md";
    AddNullContext Documented "ADD/null-context-refuses" "a supported adapter gets a context that is not NULL" "nc-dispmprt-dxgkddi_add_device.md";
    AddTwoHandles Documented "ADD/two-handles" "callbacks take DXGKRNL_INTERFACE.DeviceHandle, not the driver's own context" "ns-dispmprt-_dxgkrnl_interface.md";
    BugcheckEnable Documented "BUGCHECK/sysdisp-enable" "SystemDisplayEnable gives at least 640x480 in a known format, or fails" "nc-dispmprt-dxgkddi_system_display_enable.md";
    CapsAnswer Documented "CAPS/driver-caps-answer" "QueryAdapterInfo(DRIVERCAPS) has four documented results and stays in its buffer" "nc-d3dkmddi-dxgkddi_queryadapterinfo.md";
    CapsMandatory Documented "CAPS/dod-mandatory" "WDDMVersion, SupportNonVGA and SupportSmoothRotation are set" "wddm-v1-2-driver-enforcement.md";
    CapsNotApplicable Documented "CAPS/dod-not-applicable" "caps of rendering drivers are clear" "wddm-driver-and-feature-caps.md";
    CapsScheduling Documented "CAPS/scheduling-caps" "PreemptionAware, CancelCommandAware and NoDmaPatching need what they build on" "ns-d3dkmddi-_dxgk_vidschcaps.md";
    CapsReservedBits Documented "CAPS/pointer-gamma-bits" "only the WIN8 bits of PointerCaps and GammaRampCaps are set" "ns-d3dkmddi-_dxgk_pointerflags.md";
    CbMapMemory Documented "CB/map-memory" "only assigned ranges are mapped, and unmapped by their start address" "nc-dispmprt-dxgkcb_map_memory.md";
    CbDeviceSpace Documented "CB/device-space" "Read/WriteDeviceSpace names a documented space and a buffer" "nc-dispmprt-dxgkcb_read_device_space.md";
    CbPostOwnership Documented "CB/post-ownership-context" "AcquirePostDisplayOwnership is called within StartDevice or SetPowerState" "nc-dispmprt-dxgkcb_acquire_post_display_ownership.md";
    CbQueryServices Documented "CB/query-services" "QueryServices presets Size and Version and leaves the reserved services alone" "nc-dispmprt-dxgkcb_query_services.md";
    CbExclude Documented "CB/exclude-attributes" "ExcludeAdapterAccess evicts or calls synchronously, not both, and the latter within a level two or three DDI" "nc-dispmprt-dxgkcb_exclude_adapter_access.md";
    ChildArray Documented "CHILD/relations-array" "QueryChildRelations leaves the last, terminating element zero" "nc-dispmprt-dxgkddi_query_child_relations.md";
    ChildType Documented "CHILD/monitors-are-not-children" "children are video outputs or others with MustBeZero 0" "ne-dispmprt-_dxgk_child_device_type.md";
    ChildHpd Documented "CHILD/hpd-values" "HpdAwareness is AlwaysConnected, Polled or Interruptible" "ne-d3dkmdt-_dxgk_child_device_hpd_awareness.md";
    ChildUid Documented "CHILD/childuid-is-target-id" "ChildUid is unique among the children" "ns-dispmprt-_dxgk_child_descriptor.md";
    ChildStatusAnswer Documented "CHILD/status-answer" "QueryChildStatus fills the union only" "nc-dispmprt-dxgkddi_query_child_status.md";
    ChildQueryScope Documented "CHILD/status-query-scope" "only Polled and Interruptible children are asked for their status (the model's own duty)" "nc-dispmprt-dxgkddi_query_child_status.md";
    ChildHotPlug Documented "CHILD/hotplug-must-be-reported" "plugging and unplugging an Interruptible output is indicated" "nc-dispmprt-dxgkcb_indicate_child_status.md";
    CofuncAsked Documented "COFUNC/supported-was-asked-first" "the constraining VidPN was confirmed by IsSupportedVidPn (the model's own duty)" "enumerating-cofunctional-vidpn-source-and-target-modes.md";
    CofuncFreeSets Documented "COFUNC/adjust-every-free-set" "after the enumeration every source and target has modes" "nc-d3dkmddi-dxgkddi_enumvidpncofuncmodality.md";
    CofuncMonitor Documented "COFUNC/target-modes-need-monitor" "a target mode has a size that the connected monitor supports" "enumerating-cofunctional-vidpn-source-and-target-modes.md";
    CofuncSupport Documented "COFUNC/update-support-flags" "scaling and rotation that are not pinned have support flags" "nc-d3dkmddi-dxgkddi_enumvidpncofuncmodality.md";
    CofuncPivot Documented "COFUNC/pivot-untouched" "the mode set of the pivot is not replaced" "nc-d3dkmddi-dxgkddi_enumvidpncofuncmodality.md";
    DbgCollect Documented "DBG/collect-limits" "CollectDbgInfo stays in its buffer and has three documented results" "nc-d3dkmddi-dxgkddi_collectdbginfo.md";
    DescriptorOverrun Documented "DESCRIPTOR/never-overrun" "QueryDeviceDescriptor writes at most DescriptorLength bytes" "ns-dispmprt-_dxgk_device_descriptor.md";
    DescriptorWindow Documented "DESCRIPTOR/edid-window" "any window of the EDID is answered, the same each time" "nc-dispmprt-dxgkddi_query_device_descriptor.md";
    DescriptorStatus Documented "DESCRIPTOR/status-codes" "QueryDeviceDescriptor has the documented results" "nc-dispmprt-dxgkddi_query_device_descriptor.md";
    DescriptorContainer Documented "DESCRIPTOR/container-id" "GetChildContainerId writes an id and succeeds, or leaves it and says no descriptor" "nc-dispmprt-dxgkddi_get_child_container_id.md";
    DpcNotifyThenQueue Documented "DPC/notify-then-queue" "NotifyInterrupt is followed by QueueDpc before the lock is left, and by NotifyDpc in the DPC" "nc-d3dkmddi-dxgkcb_notify_interrupt.md";
    DpcFixedLevel Documented "DPC/notify-fixed-level" "NotifyInterrupt runs under the lock of InterruptMessageNumber and is not reentered" "nc-d3dkmddi-dxgkcb_notify_interrupt.md";
    FieldsSource Documented "FIELDS/source-field-errors" "modes that are added have sizes, strides, formats and frequencies that fit" "ntstatus.h";
    FieldsCounts Documented "FIELDS/source-target-counts" "1 to 16 sources, and at least as many targets" "d3dukmdt.h";
    HwcapReserved Documented "HWCAP/reserved-and-cloning" "the reserved bits of VidPnHWCaps are zero" "ns-d3dkmdt-_d3dkmdt_vidpn_hw_capability.md";
    IfaceNotSupported Documented "IFACE/query-not-supported" "QueryInterface says STATUS_NOT_SUPPORTED to an unknown interface" "nc-dispmprt-dxgkddi_query_interface.md";
    InitVersion Documented "INIT/version-field" "KMDDOD_INITIALIZATION_DATA.Version is 0x300E" "ns-dispmprt-_kmddod_initialization_data.md";
    InitDisplayDdis Documented "INIT/display-ddis-only" "every display DDI is there" "driverentry-of-display-miniport-driver.md";
    InitVsync Documented "INIT/vsync-all-or-none" "ControlInterrupt and GetScanLine come both, with InterruptRoutine and DpcRoutine, or not at all" "ns-dispmprt-_kmddod_initialization_data.md";
    IntfVersion Documented "INTF/query-vidpn-if-V1" "DXGK_VIDPN_INTERFACE_VERSION_V1 is asked for, with a VidPN and somewhere to put it" "nc-d3dkmddi-dxgkcb_queryvidpninterface.md";
    IntfRefcount Documented "INTF/acquired-modeset-refcount" "each acquired mode set is released once, through its own VidPN" "nc-d3dkmddi-dxgkddi_vidpn_acquiresourcemodeset.md";
    IntfAssignXorRelease Documented "INTF/created-modeset-assign-xor-release" "a new mode set is assigned or released" "nc-d3dkmddi-dxgkddi_vidpn_createnewsourcemodeset.md";
    IntfAssignFailure Documented "INTF/assign-failure-ownership" "a set that assigning has taken is not released again" "nc-d3dkmddi-dxgkddi_vidpn_assignsourcemodeset.md";
    IntfAssignWhere Documented "INTF/assign-where-allowed" "sets are assigned in EnumVidPnCofuncModality and RecommendFunctionalVidPn only" "nc-d3dkmddi-dxgkddi_vidpn_assignsourcemodeset.md";
    IntfAssignContent Documented "INTF/assign-nonempty-and-pinned-kept" "an assigned set has modes, is for that id and keeps the pinned mode" "nc-d3dkmddi-dxgkddi_vidpn_assignsourcemodeset.md";
    IntfOneUnassigned Documented "INTF/one-unassigned-set" "one unassigned set at a time for a source or target" "ntstatus.h";
    IntfReplace Documented "INTF/replace-never-edit" "modes are added to new sets only, never to one that the VidPN has" "vidpn-objects-and-interfaces.md";
    IntfHandles Documented "INTF/vidpn-handle-origin" "VidPN, topology and mode set handles are those that were given" "vidpn-objects-and-interfaces.md";
    IsrLineNotOurs Documented "ISR/line-not-ours" "a foreign interrupt on the line gets FALSE" "nc-dispmprt-dxgkddi_interrupt_routine.md";
    IsrDismiss Documented "ISR/dismiss-before-true" "a claimed interrupt is dismissed on the adapter before TRUE is returned" "nc-dispmprt-dxgkddi_interrupt_routine.md";
    IsrStorm Documented "ISR/wrong-claim-storms" "the adapter's own interrupt is claimed, so that the line falls" "bug-check-0xf2--hardware-interrupt-storm.md";
    IsrOnlyTwo Documented "ISR/only-two-callbacks" "the ISR calls QueueDpc and NotifyInterrupt only" "nc-dispmprt-dxgkddi_interrupt_routine.md";
    IsrSynchronize Documented "ISR/sync-execution" "SynchronizeExecution gets a routine, a result and a message that exists" "nc-dispmprt-dxgkcb_synchronize_execution.md";
    IsrSelfDeadlock Documented "ISR/no-fault-under-lock" "nobody takes the lock of a message that his processor holds already" "nf-wdm-kesynchronizeexecution.md";
    IssupAnswer Documented "ISSUP/success-means-answered" "IsSupportedVidPn says no by success and FALSE; errors are for invalid VidPNs and lack of memory" "nc-d3dkmddi-dxgkddi_issupportedvidpn.md";
    IssupEmpty Documented "ISSUP/null-or-empty-supported" "an empty topology is supported" "nc-d3dkmddi-dxgkddi_issupportedvidpn.md";
    IrqlCallback Documented "IRQL/callback" "each callback at the IRQL of its annotation" "dispmprt.h, d3dkmddi.h";
    IrqlKept Own "IRQL/ddi-keeps-level" "a DDI returns at the IRQL it was called at" "dispmprt.h, d3dkmddi.h";
    KmdfUnload Documented "KMDF/miniport-unload" "the framework is unbound when the driver is unloaded" "nf-wdfminiport-wdfdriverminiportunload.md";
    LogoCaps Documented "LOGO/caps-enforced" "an adapter without the mandatory caps is not created" "wddm-v1-2-driver-enforcement.md";
    ModeIdInSet Documented "MODESET/pin-id-in-set" "a mode that is pinned is in the set" "nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_pinmode.md";
    ModeAddXorRelease Documented "MODESET/mode-info-add-xor-release" "a new mode info is added or released" "nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_createnewmodeinfo.md";
    ModeAddConsumes Documented "MODESET/addmode-consumes-on-success" "an added mode info is not used again" "nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_addmode.md";
    ModeIds Documented "MODESET/mode-id-and-duplicates" "mode ids are unique in their set" "nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_addmode.md";
    ModeType Documented "MODESET/type-starts-uninitialized" "the type of a new source mode is set before it is added" "nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_createnewmodeinfo.md";
    ModeReleased Documented "MODESET/release-acquired-infos" "each lent mode info is given back, once, to its own set" "nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_releasemodeinfo.md";
    MonPreferred Documented "MONMODES/preferred-last-wins" "one preferred monitor mode is added at most" "nc-d3dkmddi-dxgkddi_monitorsourcemodeset_addmode.md";
    MonValid Documented "MONMODES/addmode-validation" "monitor modes have frequency, active and total size" "nc-d3dkmddi-dxgkddi_monitorsourcemodeset_addmode.md";
    MonOrigin Documented "MONMODES/origin-driver" "the origin of an added monitor mode is the driver" "ne-d3dkmdt-_d3dkmdt_monitor_capabilities_origin.md";
    MonOwnership Documented "MONMODES/mode-info-ownership" "a new monitor mode info is added or released" "nc-d3dkmddi-dxgkddi_monitorsourcemodeset_createnewmodeinfo.md";
    MonResult Documented "MONMODES/optional-add" "RecommendMonitorModes succeeds, says no memory or passes on what the set said" "nc-d3dkmddi-dxgkddi_recommendmonitormodes.md";
    PointerClass Documented "POINTER/pointer-class-lock" "pointer position and shape one at a time (the model's own duty)" "threading-and-synchronization-first-level.md";
    PointerResults Documented "POINTER/position-on-disabled-source" "SetPointerPosition succeeds on a source without a path" "nc-d3dkmddi-dxgkddi_setpointerposition.md";
    PowerNeverFail Documented "POWER/never-fail" "SetPowerState passes NT_SUCCESS, also for a child that is gone" "nc-dispmprt-dxgkddi_set_power_state.md";
    PowerD0Reacquire Documented "POWER/d0-reacquire" "return to D0 acquires POST display ownership" "nc-dispmprt-dxgkddi_set_power_state.md";
    PowerRuntimeGate Documented "POWER/runtime-pm-gate" "runtime power management is announced with both of its DDIs" "ns-d3dkmddi-_dxgk_drivercaps.md";
    PowerRuntimeWindow Documented "POWER/runtime-pm-window" "no power component callback outside runtime power management" "nc-d3dkmddi-dxgkddipowerruntimecontrolrequest.md";
    PresentResult Own "PRESENT/success-vs-pending" "a present that succeeded at once reports no progress" "nc-d3dkmddi-dxgkddi_presentdisplayonly.md";
    PresentMustReport Documented "PRESENT/async-must-report" "a pending present reports progress, by interrupt and DPC" "nc-d3dkmddi-dxgkddi_presentdisplayonly.md";
    PresentProgress Documented "PRESENT/progress-interrupt-data" "progress names a source that has a pending present, once, and COMPLETE or FAILED" "ns-d3dkmddi-_dxgkargcb_notify_interrupt_data.md";
    PresentWatchdog Documented "PRESENT/dod-watchdogs-2s" "a pending present reports within two seconds" "tdr-registry-keys.md";
    PresentDdiLimit Documented "PRESENT/tdr-limits-and-simulation" "a thread leaves the driver within five seconds" "tdr-registry-keys.md";
    PresentVsync Documented "PRESENT/vsync-all-or-none" "VSync DDIs and mode frequencies come together or not at all" "saving-energy-with-vsync-control.md";
    RfvFunctional Documented "RFV/fill-a-functional-vidpn" "a recommended VidPN has a path and a pinned mode at both ends, else the call declines" "nc-d3dkmddi-dxgkddi_recommendfunctionalvidpn.md";
    ScanVsync Documented "SCAN/all-or-nothing-vsync" "all four VSync DDIs, or neither ControlInterrupt nor GetScanLine" "saving-energy-with-vsync-control.md";
    ScanFrequencies Documented "SCAN/frequencies-follow-vsync" "without VSync control frequencies are NOTSPECIFIED, with it they are not" "saving-energy-with-vsync-control.md";
    StartQuery Documented "START/save-and-query" "StartDevice calls GetDeviceInformation" "nc-dispmprt-dxgkddi_start_device.md";
    StartMap Documented "START/map-and-enable" "StartDevice maps its memory resources" "nc-dispmprt-dxgkddi_start_device.md";
    StartSourceIds Documented "START/source-count" "the driver names sources 0..N-1 only" "nc-dispmprt-dxgkddi_start_device.md";
    StartChildren Documented "START/child-count" "NumberOfChildren descriptors are filled" "nc-dispmprt-dxgkddi_query_child_relations.md";
    StartUndo Documented "START/undo-failed-start" "a failed start gives back its mappings" "mapping-bus-relative-addresses-to-virtual-addresses.md";
    StopFrees Documented "STOP/stopdevice-frees-start" "after the stop nothing is mapped, pending or notified" "nc-dispmprt-dxgkddi_stop_device.md";
    StopOneOfTwo Documented "STOP/stop-one-of-two" "StopDevice follows a release that failed, never one that succeeded (the model's own duty)" "nc-dispmprt-dxgkddi_stop_device_and_release_post_display_ownership.md";
    StopRelease Documented "STOP/release-displayinfo" "the mode left behind is described in full" "nc-dispmprt-dxgkddi_stop_device_and_release_post_display_ownership.md";
    StopWhen Documented "STOP/release-called-when" "the release is called for a POST device whose driver announced it (the model's own duty)" "nc-dispmprt-dxgkddi_stop_device_and_release_post_display_ownership.md";
    StopBlack Documented "STOP/release-linear-black" "the frame buffer left behind is black" "plug-and-play--pnp--start-and-stop-cases.md";
    StopTarget Documented "STOP/release-keeps-target-lit" "a release for a target without a display says STATUS_NOT_SUPPORTED" "nc-dispmprt-dxgkddi_stop_device_and_release_post_display_ownership.md";
    SurpriseGate Documented "SURPRISE/gate" "surprise removal in hibernation is announced with its DDI" "nc-dispmprt-dxgkddi_notify_surprise_removal.md";
    SurpriseResult Documented "SURPRISE/pnp-notify-type" "NotifySurpriseRemoval(PnP) succeeds" "nc-dispmprt-dxgkddi_notify_surprise_removal.md";
    SurpriseHibernation Documented "SURPRISE/hibernation-type" "NotifySurpriseRemoval(hibernation) succeeds" "nc-dispmprt-dxgkddi_notify_surprise_removal.md";
    SyncLevels Documented "SYNC/reentrancy-levels" "each DDI keeps to its level (the model's own duty)" "threading-and-synchronization-second-level.md";
    SyncThree Documented "SYNC/level-three" "a level three DDI has the driver to itself (the model's own duty)" "threading-and-synchronization-third-level.md";
    SyncTwo Documented "SYNC/level-two" "one thread in level two DDIs (the model's own duty)" "threading-and-synchronization-second-level.md";
    SyncOne Documented "SYNC/level-one-child" "one call for a child at a time (the model's own duty)" "threading-and-synchronization-first-level.md";
    SysdispWrite Documented "SYSDISPLAY/write-needs-enable" "SystemDisplayWrite comes after SystemDisplayEnable (the model's own duty)" "nc-dispmprt-dxgkddi_system_display_write.md";
    StackLimit Own "STACK/limit" "a DDI uses at most a third of a 24 KiB kernel stack" "the project's own limit";
    StatusVidPn Documented "STATUS/vidpn-ddi-legal-returns" "VidPN DDIs return success, no memory or a STATUS_GRAPHICS_*" "d3dkmddi.h:4278-4287";
    TopoDenied Documented "TOPO/topology-change-may-be-denied" "paths are added, removed and updated only in the DDIs that ask for it" "nc-d3dkmddi-dxgkddi_vidpntopology_addpath.md";
    TopoOnePath Documented "TOPO/target-in-one-path" "a target belongs to one path" "nc-d3dkmddi-dxgkddi_vidpntopology_getpathsourcefromtarget.md";
    TopoIds Documented "TOPO/source-and-target-ids" "paths name sources and targets that exist" "nc-d3dkmddi-dxgkddi_vidpntopology_acquirepathinfo.md";
    TopoAddXorRelease Documented "TOPO/path-add-xor-release" "a new path info is added or released" "nc-d3dkmddi-dxgkddi_vidpntopology_addpath.md";
    TopoReleased Documented "TOPO/release-path-infos" "each lent path info is given back once" "nc-d3dkmddi-dxgkddi_vidpntopology_releasepathinfo.md";
    TopoConst Documented "TOPO/path-info-is-const" "lent path and mode infos are not written to" "nc-d3dkmddi-dxgkddi_vidpntopology_updatepathsupportinfo.md";
    TopoEnum Documented "TOPO/enum-targets-index" "the index runs over the paths of that source" "nc-d3dkmddi-dxgkddi_vidpntopology_enumpathtargetsfromsource.md";
    UnloadBalance Documented "UNLOAD/verifier-at-unload" "nothing the driver allocated is left after unload" "pool-tracking.md";
    VisibilityResult Documented "VIS/visible-true-false" "SetVidPnSourceVisibility succeeds for a source of the active VidPN" "ns-d3dkmddi-_dxgkarg_setvidpnsourcevisibility.md";
    VsyncControl Documented "VSYNC/controlinterrupt-type" "ControlInterrupt knows DXGK_INTERRUPT_CRTC_VSYNC and no other" "nc-d3dkmddi-dxgkddi_controlinterrupt.md";
    VsyncEnabled Documented "VSYNC/enable-means-report" "an enabled VSync is reported" "nc-d3dkmddi-dxgkddi_controlinterrupt.md";
    VsyncTypes Documented "VSYNC/displayonly-types" "notifications are display-only ones with reserved flags clear" "ne-d3dkmddi-_dxgk_interrupt_type.md";
    VsyncFrequencies Documented "VSYNC/frequency-fields" "mode frequencies follow VSync control" "saving-energy-with-vsync-control.md";
    VsyncWatchdog Documented "VSYNC/cadence-and-watchdog" "a pending present reports within two seconds, by interrupt and DPC" "tdr-registry-keys.md";
    VsyncScanLine Documented "VSYNC/scanline-output" "GetScanLine fills both InVerticalBlank and ScanLine" "ns-d3dkmddi-_dxgkarg_getscanline.md";
    XformOffset0 Documented "XFORM/offset0-from-8.1" "from interface version 0x4003 on rotation support has Offset0" "supporting-rotation-in-a-display-miniport-driver.md";
    FieldResetDevice Field "F009" "the table has ResetDevice, or registration fails" "FIELD.md";
    FieldQueryTypes Field "F031" "query types that a driver does not know end in STATUS_NOT_SUPPORTED" "FIELD.md";
    FieldEarlyIndication Field "F046" "IndicateChildStatus is not called within StartDevice" "FIELD.md";
    FieldSteady Field "F058" "the same VidPN question gets the same answer, round after round" "FIELD.md";
    FieldUnclaimed Field "F108" "an asserted line is claimed before 10,000 calls, or the adapter is lost" "FIELD.md";
    FieldUnstartedPower Field "F121" "SetPowerState succeeds on an adapter that is not started" "FIELD.md";
    FieldBugcheck Field "F145" "after SystemDisplayEnable and SystemDisplayWrite the screen shows what was written" "FIELD.md";
    FieldUnstartedEscape Field "F177" "an escape to an adapter that is not started is refused" "FIELD.md";
    OwnPicture Own "PRESENT/picture-after-each-step" "the picture is right after each thing that Windows does, not only at the end" "the project's own expectation";
    OwnUnreadable Own "PRESENT/unreadable-source" "a present whose source faults ends as an error" "the project's own expectation";
}
