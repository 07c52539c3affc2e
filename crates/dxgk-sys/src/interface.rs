//! `DXGKRNL_INTERFACE`: the callbacks the port driver hands to `DxgkDdiStartDevice`.
#![allow(missing_docs)]
use crate::*;
pub type DXGKCB_EVAL_ACPI_METHOD = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        DeviceUid: ULONG,
        AcpiInputBuffer: *mut ACPI_EVAL_INPUT_BUFFER_COMPLEX_V1,
        AcpiInputSize: ULONG,
        AcpiOutputBuffer: *mut ACPI_EVAL_OUTPUT_BUFFER_V1,
        AcpiOutputSize: ULONG,
    ) -> NTSTATUS,
>;
pub type DXGKCB_GET_DEVICE_INFORMATION = Option<
    unsafe extern "system" fn(DeviceHandle: HANDLE, DeviceInfo: *mut DXGK_DEVICE_INFO) -> NTSTATUS,
>;
pub type DXGKCB_INDICATE_CHILD_STATUS = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        ChildStatus: *mut DXGK_CHILD_STATUS,
    ) -> NTSTATUS,
>;
pub type DXGKCB_MAP_MEMORY = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        TranslatedAddress: PHYSICAL_ADDRESS,
        Length: ULONG,
        InIoSpace: BOOLEAN,
        MapToUserMode: BOOLEAN,
        CacheType: MEMORY_CACHING_TYPE,
        VirtualAddress: *mut PVOID,
    ) -> NTSTATUS,
>;
pub type DXGKCB_QUEUE_DPC = Option<unsafe extern "system" fn(DeviceHandle: HANDLE) -> BOOLEAN>;
pub type DXGKCB_QUERY_SERVICES = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        ServicesType: DXGK_SERVICES,
        Interface: *mut INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKCB_READ_DEVICE_SPACE = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        DataType: ULONG,
        Buffer: PVOID,
        Offset: ULONG,
        Length: ULONG,
        BytesRead: *mut ULONG,
    ) -> NTSTATUS,
>;
pub type DXGKCB_SYNCHRONIZE_EXECUTION = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        SynchronizeRoutine: PKSYNCHRONIZE_ROUTINE,
        Context: PVOID,
        MessageNumber: ULONG,
        ReturnValue: *mut BOOLEAN,
    ) -> NTSTATUS,
>;
pub type DXGKCB_UNMAP_MEMORY =
    Option<unsafe extern "system" fn(DeviceHandle: HANDLE, VirtualAddress: PVOID) -> NTSTATUS>;
pub type DXGKCB_WRITE_DEVICE_SPACE = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        DataType: ULONG,
        Buffer: PVOID,
        Offset: ULONG,
        Length: ULONG,
        BytesWritten: *mut ULONG,
    ) -> NTSTATUS,
>;
pub type DXGKCB_IS_DEVICE_PRESENT = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        DevicePresenceParameters: *mut PCI_DEVICE_PRESENCE_PARAMETERS,
        DevicePresent: *mut BOOLEAN,
    ) -> NTSTATUS,
>;
pub type DXGKCB_GETHANDLEDATA = Option<
    unsafe extern "system" fn(pGetHandleData: *const DXGKARGCB_GETHANDLEDATA) -> *mut c_void,
>;
pub type DXGKCB_GETHANDLEPARENT =
    Option<unsafe extern "system" fn(hAllocation: D3DKMT_HANDLE) -> D3DKMT_HANDLE>;
pub type DXGKCB_ENUMHANDLECHILDREN = Option<
    unsafe extern "system" fn(
        pEnumHandleChildren: *const DXGKARGCB_ENUMHANDLECHILDREN,
    ) -> D3DKMT_HANDLE,
>;
pub type DXGKCB_QUERYVIDPNINTERFACE = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnInterfaceVersion: DXGK_VIDPN_INTERFACE_VERSION,
        ppVidPnInterface: *mut *const DXGK_VIDPN_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKCB_QUERYMONITORINTERFACE = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        MonitorInterfaceVersion: DXGK_MONITOR_INTERFACE_VERSION,
        ppMonitorInterface: *mut *const DXGK_MONITOR_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKCB_GETCAPTUREADDRESS = Option<
    unsafe extern "system" fn(pGetCaptureAddress: *mut DXGKARGCB_GETCAPTUREADDRESS) -> NTSTATUS,
>;
pub type DXGKCB_LOG_ETW_EVENT = Option<
    unsafe extern "system" fn(
        EventGuid: *const GUID,
        Type: UCHAR,
        EventBufferSize: USHORT,
        EventBuffer: PVOID,
    ),
>;
pub type DXGKCB_EXCLUDE_ADAPTER_ACCESS = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        Attributes: ULONG,
        DxgkProtectedCallback: DXGKDDI_PROTECTED_CALLBACK,
        ProtectedCallbackContext: PVOID,
    ) -> NTSTATUS,
>;
pub type DXGK_SEGMENTPREFERENCE = D3DDDI_SEGMENTPREFERENCE;
pub type DXGKCB_CREATECONTEXTALLOCATION = Option<
    unsafe extern "system" fn(
        pCreateContextAllocation: *mut DXGKARGCB_CREATECONTEXTALLOCATION,
    ) -> NTSTATUS,
>;
pub type DXGKCB_DESTROYCONTEXTALLOCATION =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, hAllocation: HANDLE) -> NTSTATUS>;
pub type DXGKCB_SETPOWERCOMPONENTACTIVE =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT)>;
pub type DXGKCB_SETPOWERCOMPONENTIDLE =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT)>;
pub type DXGKCB_ACQUIRE_POST_DISPLAY_OWNERSHIP = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        DisplayInfo: *mut DXGK_DISPLAY_INFORMATION,
    ) -> NTSTATUS,
>;
pub type DXGKCB_POWERRUNTIMECONTROLREQUEST = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        PowerControlCode: *const GUID,
        InBuffer: PVOID,
        InBufferSize: SIZE_T,
        OutBuffer: PVOID,
        OutBufferSize: SIZE_T,
        BytesReturned: *mut ULONG_PTR,
    ) -> NTSTATUS,
>;
pub type DXGKCB_SETPOWERCOMPONENTLATENCY =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT, Latency: ULONGLONG)>;
pub type DXGKCB_SETPOWERCOMPONENTRESIDENCY =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT, Residency: ULONGLONG)>;
pub type DXGKCB_COMPLETEFSTATETRANSITION =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT)>;

abi! {
    pub bits(UINT) DXGKCB_GETHANDLEDATAFLAGS {
        DeviceSpecific: 0,
        Reserved: 1..=31,
    }

    pub struct DXGKARGCB_GETHANDLEDATA {
        pub hObject: D3DKMT_HANDLE,
        pub Type: DXGK_HANDLE_TYPE,
        pub Flags: DXGKCB_GETHANDLEDATAFLAGS,
    }

    pub struct DXGKARGCB_ENUMHANDLECHILDREN {
        pub hObject: D3DKMT_HANDLE,
        pub Index: UINT,
    }

    pub struct DXGKARGCB_GETCAPTUREADDRESS {
        pub hAllocation: D3DKMT_HANDLE,
        pub SegmentId: UINT,
        pub PhysicalAddress: PHYSICAL_ADDRESS,
    }

    pub bits(UINT) DXGK_CREATECONTEXTALLOCATIONFLAGS {
        SharedAcrossContexts: 0,
        Reserved: 1..=31,
    }

    pub bits(UINT) DXGK_SEGMENTBANKPREFERENCE {
        Bank0: 0..=6,
        Direction0: 7,
        Bank1: 8..=14,
        Direction1: 15,
        Bank2: 16..=22,
        Direction2: 23,
        Bank3: 24..=30,
        Direction3: 31,
    }

    pub bits(UINT) DXGK_ALLOCATIONINFOFLAGS {
        CpuVisible: 0,
        PermanentSysMem: 1,
        Cached: 2,
        Protected: 3,
        ExistingSysMem: 4,
        ExistingKernelSysMem: 5,
        FromEndOfSegment: 6,
        Swizzled: 7,
        Overlay: 8,
        Capture: 9,
        UseAlternateVA: 10,
        SynchronousPaging: 11,
        LinkMirrored: 12,
        LinkInstanced: 13,
        HistoryBuffer: 14,
        Reserved: 15..=18,
        DXGK_ALLOC_RESERVED16: 19,
        Reserved15: 20,
        Reserved14: 21,
        Reserved13: 22,
        Reserved12: 23,
        Reserved11: 24,
        Reserved10: 25,
        Reserved9: 26,
        Reserved4: 27,
        Reserved3: 28,
        Reserved2: 29,
        Reserved1: 30,
        Reserved0: 31,
    }

    pub struct DXGKARGCB_CREATECONTEXTALLOCATION {
        pub ContextAllocationFlags: DXGK_CREATECONTEXTALLOCATIONFLAGS,
        pub hAdapter: HANDLE,
        pub hDevice: HANDLE,
        pub hContext: HANDLE,
        pub hDriverAllocation: HANDLE,
        pub Size: SIZE_T,
        pub Alignment: UINT,
        pub SupportedSegmentSet: UINT,
        pub EvictionSegmentSet: UINT,
        pub PreferredSegment: DXGK_SEGMENTPREFERENCE,
        pub HintedBank: DXGK_SEGMENTBANKPREFERENCE,
        pub Flags: DXGK_ALLOCATIONINFOFLAGS,
        pub hAllocation: HANDLE,
    }

    pub struct DXGKRNL_INTERFACE {
        pub Size: ULONG,
        pub Version: ULONG,
        pub DeviceHandle: HANDLE,
        pub DxgkCbEvalAcpiMethod: DXGKCB_EVAL_ACPI_METHOD,
        pub DxgkCbGetDeviceInformation: DXGKCB_GET_DEVICE_INFORMATION,
        pub DxgkCbIndicateChildStatus: DXGKCB_INDICATE_CHILD_STATUS,
        pub DxgkCbMapMemory: DXGKCB_MAP_MEMORY,
        pub DxgkCbQueueDpc: DXGKCB_QUEUE_DPC,
        pub DxgkCbQueryServices: DXGKCB_QUERY_SERVICES,
        pub DxgkCbReadDeviceSpace: DXGKCB_READ_DEVICE_SPACE,
        pub DxgkCbSynchronizeExecution: DXGKCB_SYNCHRONIZE_EXECUTION,
        pub DxgkCbUnmapMemory: DXGKCB_UNMAP_MEMORY,
        pub DxgkCbWriteDeviceSpace: DXGKCB_WRITE_DEVICE_SPACE,
        pub DxgkCbIsDevicePresent: DXGKCB_IS_DEVICE_PRESENT,
        pub DxgkCbGetHandleData: DXGKCB_GETHANDLEDATA,
        pub DxgkCbGetHandleParent: DXGKCB_GETHANDLEPARENT,
        pub DxgkCbEnumHandleChildren: DXGKCB_ENUMHANDLECHILDREN,
        pub DxgkCbNotifyInterrupt: DXGKCB_NOTIFY_INTERRUPT,
        pub DxgkCbNotifyDpc: DXGKCB_NOTIFY_DPC,
        pub DxgkCbQueryVidPnInterface: DXGKCB_QUERYVIDPNINTERFACE,
        pub DxgkCbQueryMonitorInterface: DXGKCB_QUERYMONITORINTERFACE,
        pub DxgkCbGetCaptureAddress: DXGKCB_GETCAPTUREADDRESS,
        pub DxgkCbLogEtwEvent: DXGKCB_LOG_ETW_EVENT,
        pub DxgkCbExcludeAdapterAccess: DXGKCB_EXCLUDE_ADAPTER_ACCESS,
        pub DxgkCbCreateContextAllocation: DXGKCB_CREATECONTEXTALLOCATION,
        pub DxgkCbDestroyContextAllocation: DXGKCB_DESTROYCONTEXTALLOCATION,
        pub DxgkCbSetPowerComponentActive: DXGKCB_SETPOWERCOMPONENTACTIVE,
        pub DxgkCbSetPowerComponentIdle: DXGKCB_SETPOWERCOMPONENTIDLE,
        pub DxgkCbAcquirePostDisplayOwnership: DXGKCB_ACQUIRE_POST_DISPLAY_OWNERSHIP,
        pub DxgkCbPowerRuntimeControlRequest: DXGKCB_POWERRUNTIMECONTROLREQUEST,
        pub DxgkCbSetPowerComponentLatency: DXGKCB_SETPOWERCOMPONENTLATENCY,
        pub DxgkCbSetPowerComponentResidency: DXGKCB_SETPOWERCOMPONENTRESIDENCY,
        pub DxgkCbCompleteFStateTransition: DXGKCB_COMPLETEFSTATETRANSITION,
    }
}

constants! {
    pub enum DXGK_HANDLE_TYPE: i32 {
        DXGK_HANDLE_ALLOCATION = 1,
        DXGK_HANDLE_RESOURCE = 2,
    }
}
