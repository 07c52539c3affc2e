//! `KMDDOD_INITIALIZATION_DATA`: the DDI table a display-only driver registers, and what registers it.

use crate::*;

unsafe extern "system" {
    /// Registers a display-only driver with the port driver, which then owns the driver object's dispatch table. Found in
    /// `displib.lib`. A refusal leaves nothing registered.
    ///
    /// IRQL: `PASSIVE_LEVEL`. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nf-dispmprt-dxgkinitializedisplayonlydriver).
    ///
    /// # Safety
    ///
    /// Called from `DriverEntry` with what it was given, and with a table whose functions stay loaded as long as the driver.
    pub fn DxgkInitializeDisplayOnlyDriver(
        DriverObject: *mut DRIVER_OBJECT,
        RegistryPath: *mut UNICODE_STRING,
        KmdDodInitializationData: *mut KMDDOD_INITIALIZATION_DATA,
    ) -> NTSTATUS;
}

abi! {
    /// The table of DDIs a display-only driver gives to `DxgkInitializeDisplayOnlyDriver`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_kmddod_initialization_data).
    pub struct KMDDOD_INITIALIZATION_DATA {
        pub Version: ULONG,
        pub DxgkDdiAddDevice: PDXGKDDI_ADD_DEVICE,
        pub DxgkDdiStartDevice: PDXGKDDI_START_DEVICE,
        pub DxgkDdiStopDevice: PDXGKDDI_STOP_DEVICE,
        pub DxgkDdiRemoveDevice: PDXGKDDI_REMOVE_DEVICE,
        pub DxgkDdiDispatchIoRequest: PDXGKDDI_DISPATCH_IO_REQUEST,
        pub DxgkDdiInterruptRoutine: PDXGKDDI_INTERRUPT_ROUTINE,
        pub DxgkDdiDpcRoutine: PDXGKDDI_DPC_ROUTINE,
        pub DxgkDdiQueryChildRelations: PDXGKDDI_QUERY_CHILD_RELATIONS,
        pub DxgkDdiQueryChildStatus: PDXGKDDI_QUERY_CHILD_STATUS,
        pub DxgkDdiQueryDeviceDescriptor: PDXGKDDI_QUERY_DEVICE_DESCRIPTOR,
        pub DxgkDdiSetPowerState: PDXGKDDI_SET_POWER_STATE,
        pub DxgkDdiNotifyAcpiEvent: PDXGKDDI_NOTIFY_ACPI_EVENT,
        pub DxgkDdiResetDevice: PDXGKDDI_RESET_DEVICE,
        pub DxgkDdiUnload: PDXGKDDI_UNLOAD,
        pub DxgkDdiQueryInterface: PDXGKDDI_QUERY_INTERFACE,
        pub DxgkDdiControlEtwLogging: PDXGKDDI_CONTROL_ETW_LOGGING,
        pub DxgkDdiQueryAdapterInfo: PDXGKDDI_QUERYADAPTERINFO,
        pub DxgkDdiSetPalette: PDXGKDDI_SETPALETTE,
        pub DxgkDdiSetPointerPosition: PDXGKDDI_SETPOINTERPOSITION,
        pub DxgkDdiSetPointerShape: PDXGKDDI_SETPOINTERSHAPE,
        pub DxgkDdiEscape: PDXGKDDI_ESCAPE,
        pub DxgkDdiCollectDbgInfo: PDXGKDDI_COLLECTDBGINFO,
        pub DxgkDdiIsSupportedVidPn: PDXGKDDI_ISSUPPORTEDVIDPN,
        pub DxgkDdiRecommendFunctionalVidPn: PDXGKDDI_RECOMMENDFUNCTIONALVIDPN,
        pub DxgkDdiEnumVidPnCofuncModality: PDXGKDDI_ENUMVIDPNCOFUNCMODALITY,
        pub DxgkDdiSetVidPnSourceVisibility: PDXGKDDI_SETVIDPNSOURCEVISIBILITY,
        pub DxgkDdiCommitVidPn: PDXGKDDI_COMMITVIDPN,
        pub DxgkDdiUpdateActiveVidPnPresentPath: PDXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH,
        pub DxgkDdiRecommendMonitorModes: PDXGKDDI_RECOMMENDMONITORMODES,
        pub DxgkDdiGetScanLine: PDXGKDDI_GETSCANLINE,
        pub DxgkDdiQueryVidPnHWCapability: PDXGKDDI_QUERYVIDPNHWCAPABILITY,
        pub DxgkDdiPresentDisplayOnly: PDXGKDDI_PRESENTDISPLAYONLY,
        pub DxgkDdiStopDeviceAndReleasePostDisplayOwnership: PDXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP,
        pub DxgkDdiSystemDisplayEnable: PDXGKDDI_SYSTEM_DISPLAY_ENABLE,
        pub DxgkDdiSystemDisplayWrite: PDXGKDDI_SYSTEM_DISPLAY_WRITE,
        pub DxgkDdiGetChildContainerId: PDXGKDDI_GET_CHILD_CONTAINER_ID,
        pub DxgkDdiControlInterrupt: PDXGKDDI_CONTROLINTERRUPT,
        pub DxgkDdiSetPowerComponentFState: PDXGKDDISETPOWERCOMPONENTFSTATE,
        pub DxgkDdiPowerRuntimeControlRequest: PDXGKDDIPOWERRUNTIMECONTROLREQUEST,
        pub DxgkDdiNotifySurpriseRemoval: PDXGKDDI_NOTIFY_SURPRISE_REMOVAL,
    }
}

constants! {
    /// Versions of the port driver's interface, for [`KMDDOD_INITIALIZATION_DATA::Version`]. Everything this crate
    /// declares is at WIN8.
    pub define u32 {
        DXGKDDI_INTERFACE_VERSION_VISTA = 0x1052,
        DXGKDDI_INTERFACE_VERSION_VISTA_SP1 = 0x1053,
        DXGKDDI_INTERFACE_VERSION_WIN7 = 0x2005,
        DXGKDDI_INTERFACE_VERSION_WIN8 = 0x300e,
        DXGKDDI_INTERFACE_VERSION = 0x300e,
        DXGKDDI_INTERFACE_VERSION_WDDM1_3 = 0x4002,
        DXGKDDI_INTERFACE_VERSION_WDDM2_0 = 0x5023,
        DXGKDDI_INTERFACE_VERSION_WDDM2_1 = 0x6003,
        DXGKDDI_INTERFACE_VERSION_WDDM2_2 = 0x700a,
        DXGKDDI_INTERFACE_VERSION_WDDM2_3 = 0x8001,
    }
}
