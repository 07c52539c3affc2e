//! `KMDDOD_INITIALIZATION_DATA`: the DDI table a display-only driver registers, and each function's type.
#![allow(missing_docs)]
use crate::*;
pub type DXGKDDI_ADD_DEVICE = Option<
    unsafe extern "system" fn(
        PhysicalDeviceObject: *mut DEVICE_OBJECT,
        MiniportDeviceContext: *mut PVOID,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_ADD_DEVICE = DXGKDDI_ADD_DEVICE;
pub type DXGKDDI_PROTECTED_CALLBACK = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ProtectedCallbackContext: PVOID,
        ProtectionStatus: NTSTATUS,
    ),
>;
pub type DXGKDDI_START_DEVICE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        DxgkStartInfo: *mut DXGK_START_INFO,
        DxgkInterface: *mut DXGKRNL_INTERFACE,
        NumberOfVideoPresentSources: *mut ULONG,
        NumberOfChildren: *mut ULONG,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_START_DEVICE = DXGKDDI_START_DEVICE;
pub type DXGKDDI_STOP_DEVICE =
    Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID) -> NTSTATUS>;
pub type PDXGKDDI_STOP_DEVICE = DXGKDDI_STOP_DEVICE;
pub type DXGKDDI_REMOVE_DEVICE =
    Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID) -> NTSTATUS>;
pub type PDXGKDDI_REMOVE_DEVICE = DXGKDDI_REMOVE_DEVICE;
pub type DXGKDDI_DISPATCH_IO_REQUEST = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        VidPnSourceId: ULONG,
        VideoRequestPacket: *mut VIDEO_REQUEST_PACKET,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_DISPATCH_IO_REQUEST = DXGKDDI_DISPATCH_IO_REQUEST;
pub type DXGKDDI_INTERRUPT_ROUTINE = Option<
    unsafe extern "system" fn(MiniportDeviceContext: PVOID, MessageNumber: ULONG) -> BOOLEAN,
>;
pub type PDXGKDDI_INTERRUPT_ROUTINE = DXGKDDI_INTERRUPT_ROUTINE;
pub type DXGKDDI_DPC_ROUTINE = Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID)>;
pub type PDXGKDDI_DPC_ROUTINE = DXGKDDI_DPC_ROUTINE;
pub type DXGKDDI_QUERY_CHILD_RELATIONS = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildRelations: *mut DXGK_CHILD_DESCRIPTOR,
        ChildRelationsSize: ULONG,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_QUERY_CHILD_RELATIONS = DXGKDDI_QUERY_CHILD_RELATIONS;
pub type DXGKDDI_QUERY_CHILD_STATUS = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildStatus: *mut DXGK_CHILD_STATUS,
        NonDestructiveOnly: BOOLEAN,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_QUERY_CHILD_STATUS = DXGKDDI_QUERY_CHILD_STATUS;
pub type DXGKDDI_QUERY_DEVICE_DESCRIPTOR = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildUid: ULONG,
        DeviceDescriptor: *mut DXGK_DEVICE_DESCRIPTOR,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_QUERY_DEVICE_DESCRIPTOR = DXGKDDI_QUERY_DEVICE_DESCRIPTOR;
pub type DXGKDDI_SET_POWER_STATE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        DeviceUid: ULONG,
        DevicePowerState: DEVICE_POWER_STATE,
        ActionType: POWER_ACTION,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_SET_POWER_STATE = DXGKDDI_SET_POWER_STATE;
pub type DXGKDDI_NOTIFY_ACPI_EVENT = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        EventType: DXGK_EVENT_TYPE,
        Event: ULONG,
        Argument: PVOID,
        AcpiFlags: *mut ULONG,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_NOTIFY_ACPI_EVENT = DXGKDDI_NOTIFY_ACPI_EVENT;
pub type DXGKDDI_RESET_DEVICE = Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID)>;
pub type PDXGKDDI_RESET_DEVICE = DXGKDDI_RESET_DEVICE;
pub type DXGKDDI_UNLOAD = Option<unsafe extern "system" fn()>;
pub type PDXGKDDI_UNLOAD = DXGKDDI_UNLOAD;
pub type DXGKDDI_QUERY_INTERFACE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        QueryInterface: *mut QUERY_INTERFACE,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_QUERY_INTERFACE = DXGKDDI_QUERY_INTERFACE;
pub type DXGKDDI_CONTROL_ETW_LOGGING =
    Option<unsafe extern "system" fn(Enable: BOOLEAN, Flags: ULONG, Level: UCHAR)>;
pub type PDXGKDDI_CONTROL_ETW_LOGGING = DXGKDDI_CONTROL_ETW_LOGGING;
pub type DXGKDDI_QUERYADAPTERINFO = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pQueryAdapterInfo: *const DXGKARG_QUERYADAPTERINFO,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_QUERYADAPTERINFO = DXGKDDI_QUERYADAPTERINFO;
pub type DXGKDDI_SETPALETTE = Option<
    unsafe extern "system" fn(hAdapter: HANDLE, pSetPalette: *const DXGKARG_SETPALETTE) -> NTSTATUS,
>;
pub type PDXGKDDI_SETPALETTE = DXGKDDI_SETPALETTE;
pub type DXGKDDI_SETPOINTERPOSITION = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pSetPointerPosition: *const DXGKARG_SETPOINTERPOSITION,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_SETPOINTERPOSITION = DXGKDDI_SETPOINTERPOSITION;
pub type DXGKDDI_SETPOINTERSHAPE = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pSetPointerShape: *const DXGKARG_SETPOINTERSHAPE,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_SETPOINTERSHAPE = DXGKDDI_SETPOINTERSHAPE;
pub type DXGKDDI_ESCAPE =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, pEscape: *const DXGKARG_ESCAPE) -> NTSTATUS>;
pub type PDXGKDDI_ESCAPE = DXGKDDI_ESCAPE;
pub type DXGKDDI_COLLECTDBGINFO = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pCollectDbgInfo: *const DXGKARG_COLLECTDBGINFO,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_COLLECTDBGINFO = DXGKDDI_COLLECTDBGINFO;
pub type DXGKDDI_ISSUPPORTEDVIDPN = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pIsSupportedVidPn: *mut DXGKARG_ISSUPPORTEDVIDPN,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_ISSUPPORTEDVIDPN = DXGKDDI_ISSUPPORTEDVIDPN;
pub type DXGKDDI_RECOMMENDFUNCTIONALVIDPN = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pRecommendFunctionalVidPn: *const DXGKARG_RECOMMENDFUNCTIONALVIDPN,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_RECOMMENDFUNCTIONALVIDPN = DXGKDDI_RECOMMENDFUNCTIONALVIDPN;
pub type DXGKDDI_ENUMVIDPNCOFUNCMODALITY = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pEnumCofuncModality: *const DXGKARG_ENUMVIDPNCOFUNCMODALITY,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_ENUMVIDPNCOFUNCMODALITY = DXGKDDI_ENUMVIDPNCOFUNCMODALITY;
pub type DXGKDDI_SETVIDPNSOURCEVISIBILITY = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pSetVidPnSourceVisibility: *const DXGKARG_SETVIDPNSOURCEVISIBILITY,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_SETVIDPNSOURCEVISIBILITY = DXGKDDI_SETVIDPNSOURCEVISIBILITY;
pub type DXGKDDI_COMMITVIDPN = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pCommitVidPn: *const DXGKARG_COMMITVIDPN,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_COMMITVIDPN = DXGKDDI_COMMITVIDPN;
pub type DXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pUpdateActiveVidPnPresentPath: *const DXGKARG_UPDATEACTIVEVIDPNPRESENTPATH,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH = DXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH;
pub type DXGKDDI_RECOMMENDMONITORMODES = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pRecommendMonitorModes: *const DXGKARG_RECOMMENDMONITORMODES,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_RECOMMENDMONITORMODES = DXGKDDI_RECOMMENDMONITORMODES;
pub type DXGKDDI_GETSCANLINE = Option<
    unsafe extern "system" fn(hAdapter: HANDLE, pGetScanLine: *mut DXGKARG_GETSCANLINE) -> NTSTATUS,
>;
pub type PDXGKDDI_GETSCANLINE = DXGKDDI_GETSCANLINE;
pub type DXGKDDI_QUERYVIDPNHWCAPABILITY = Option<
    unsafe extern "system" fn(
        i_hAdapter: HANDLE,
        io_pVidPnHWCaps: *mut DXGKARG_QUERYVIDPNHWCAPABILITY,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_QUERYVIDPNHWCAPABILITY = DXGKDDI_QUERYVIDPNHWCAPABILITY;
pub type DXGKDDI_PRESENTDISPLAYONLY = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pPresentDisplayOnly: *const DXGKARG_PRESENT_DISPLAYONLY,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_PRESENTDISPLAYONLY = DXGKDDI_PRESENTDISPLAYONLY;
pub type DXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        TargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        DisplayInfo: *mut DXGK_DISPLAY_INFORMATION,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP =
    DXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP;
pub type DXGKDDI_SYSTEM_DISPLAY_ENABLE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        TargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        Flags: *mut DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS,
        Width: *mut UINT,
        Height: *mut UINT,
        ColorFormat: *mut D3DDDIFORMAT,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_SYSTEM_DISPLAY_ENABLE = DXGKDDI_SYSTEM_DISPLAY_ENABLE;
pub type DXGKDDI_SYSTEM_DISPLAY_WRITE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        Source: PVOID,
        SourceWidth: UINT,
        SourceHeight: UINT,
        SourceStride: UINT,
        PositionX: UINT,
        PositionY: UINT,
    ),
>;
pub type PDXGKDDI_SYSTEM_DISPLAY_WRITE = DXGKDDI_SYSTEM_DISPLAY_WRITE;
pub type DXGKDDI_GET_CHILD_CONTAINER_ID = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildUid: ULONG,
        ContainerId: *mut DXGK_CHILD_CONTAINER_ID,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_GET_CHILD_CONTAINER_ID = DXGKDDI_GET_CHILD_CONTAINER_ID;
pub type DXGKDDI_CONTROLINTERRUPT = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        InterruptType: DXGK_INTERRUPT_TYPE,
        EnableInterrupt: BOOLEAN,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_CONTROLINTERRUPT = DXGKDDI_CONTROLINTERRUPT;
pub type DXGKDDISETPOWERCOMPONENTFSTATE = Option<
    unsafe extern "system" fn(
        DriverContext: HANDLE,
        ComponentIndex: UINT,
        FState: UINT,
    ) -> NTSTATUS,
>;
pub type PDXGKDDISETPOWERCOMPONENTFSTATE = DXGKDDISETPOWERCOMPONENTFSTATE;
pub type DXGKDDIPOWERRUNTIMECONTROLREQUEST = Option<
    unsafe extern "system" fn(
        DriverContext: HANDLE,
        PowerControlCode: *const GUID,
        InBuffer: PVOID,
        InBufferSize: SIZE_T,
        OutBuffer: PVOID,
        OutBufferSize: SIZE_T,
        BytesReturned: *mut ULONG_PTR,
    ) -> NTSTATUS,
>;
pub type PDXGKDDIPOWERRUNTIMECONTROLREQUEST = DXGKDDIPOWERRUNTIMECONTROLREQUEST;
pub type DXGKDDI_NOTIFY_SURPRISE_REMOVAL = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        RemovalType: DXGK_SURPRISE_REMOVAL_TYPE,
    ) -> NTSTATUS,
>;
pub type PDXGKDDI_NOTIFY_SURPRISE_REMOVAL = DXGKDDI_NOTIFY_SURPRISE_REMOVAL;

abi! {
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
    pub define u32 {
        DXGKDDI_INTERFACE_VERSION_VISTA = 0x1052,
        DXGKDDI_INTERFACE_VERSION_VISTA_SP1 = 0x1053,
        DXGKDDI_INTERFACE_VERSION_WIN7 = 0x2005,
        DXGKDDI_INTERFACE_VERSION_WIN8 = 0x300e,
        DXGKDDI_INTERFACE_VERSION_WDDM1_3 = 0x4002,
        DXGKDDI_INTERFACE_VERSION_WDDM2_0 = 0x5023,
        DXGKDDI_INTERFACE_VERSION_WDDM2_1 = 0x6003,
        DXGKDDI_INTERFACE_VERSION_WDDM2_2 = 0x700a,
        DXGKDDI_INTERFACE_VERSION_WDDM2_3 = 0x8001,
        DXGKDDI_INTERFACE_VERSION = 0x300e,
    }
}
