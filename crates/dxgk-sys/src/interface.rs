//! `DXGKRNL_INTERFACE`: the callbacks the port driver hands to `DxgkDdiStartDevice`.

use crate::*;

/// Evaluates an ACPI method of the adapter or of a child.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_eval_acpi_method).
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

/// Fills in a [`DXGK_DEVICE_INFO`].
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_get_device_information).
pub type DXGKCB_GET_DEVICE_INFORMATION = Option<
    unsafe extern "system" fn(DeviceHandle: HANDLE, DeviceInfo: *mut DXGK_DEVICE_INFO) -> NTSTATUS,
>;

/// Reports that a child was connected, disconnected or rotated.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_indicate_child_status).
pub type DXGKCB_INDICATE_CHILD_STATUS = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        ChildStatus: *mut DXGK_CHILD_STATUS,
    ) -> NTSTATUS,
>;

/// Maps a memory or port range of the device.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_map_memory).
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

/// Queues `DxgkDdiDpcRoutine`. FALSE says that it was queued already.
///
/// IRQL: any, from the ISR and at DIRQL.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_queue_dpc).
pub type DXGKCB_QUEUE_DPC = Option<unsafe extern "system" fn(DeviceHandle: HANDLE) -> BOOLEAN>;

/// Returns an interface of the port driver.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_query_services).
pub type DXGKCB_QUERY_SERVICES = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        ServicesType: DXGK_SERVICES,
        Interface: *mut INTERFACE,
    ) -> NTSTATUS,
>;

/// Reads configuration space or ROM; `DataType` is a `DXGK_WHICHSPACE_*`.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_read_device_space).
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

/// Runs a routine synchronized with `DxgkDdiInterruptRoutine` for one message (0 for a line). The returned status says
/// whether it ran; `ReturnValue` is the routine's own answer, written only when it ran.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_synchronize_execution).
pub type DXGKCB_SYNCHRONIZE_EXECUTION = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        SynchronizeRoutine: PKSYNCHRONIZE_ROUTINE,
        Context: PVOID,
        MessageNumber: ULONG,
        ReturnValue: *mut BOOLEAN,
    ) -> NTSTATUS,
>;

/// Undoes `DxgkCbMapMemory`.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_unmap_memory).
pub type DXGKCB_UNMAP_MEMORY =
    Option<unsafe extern "system" fn(DeviceHandle: HANDLE, VirtualAddress: PVOID) -> NTSTATUS>;

/// Writes configuration space; `DataType` is a `DXGK_WHICHSPACE_*`.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_write_device_space).
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

/// Says whether a PCI device is there.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_is_device_present).
pub type DXGKCB_IS_DEVICE_PRESENT = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        DevicePresenceParameters: *mut PCI_DEVICE_PRESENCE_PARAMETERS,
        DevicePresent: *mut BOOLEAN,
    ) -> NTSTATUS,
>;

/// Returns the driver's data behind a handle. For full drivers.
///
/// IRQL: at most `APC_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_gethandledata).
pub type DXGKCB_GETHANDLEDATA = Option<
    unsafe extern "system" fn(pGetHandleData: *const DXGKARGCB_GETHANDLEDATA) -> *mut c_void,
>;

/// Returns the resource an allocation belongs to. For full drivers.
///
/// IRQL: at most `APC_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_gethandleparent).
pub type DXGKCB_GETHANDLEPARENT =
    Option<unsafe extern "system" fn(hAllocation: D3DKMT_HANDLE) -> D3DKMT_HANDLE>;

/// Returns one allocation of a resource. For full drivers.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_enumhandlechildren).
pub type DXGKCB_ENUMHANDLECHILDREN = Option<
    unsafe extern "system" fn(
        pEnumHandleChildren: *const DXGKARGCB_ENUMHANDLECHILDREN,
    ) -> D3DKMT_HANDLE,
>;

/// Returns the [`DXGK_VIDPN_INTERFACE`] for a VidPN.
///
/// IRQL: at most `APC_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_queryvidpninterface).
pub type DXGKCB_QUERYVIDPNINTERFACE = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnInterfaceVersion: DXGK_VIDPN_INTERFACE_VERSION,
        ppVidPnInterface: *mut *const DXGK_VIDPN_INTERFACE,
    ) -> NTSTATUS,
>;

/// Returns the [`DXGK_MONITOR_INTERFACE`] of an adapter.
///
/// IRQL: at most `APC_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_querymonitorinterface).
pub type DXGKCB_QUERYMONITORINTERFACE = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        MonitorInterfaceVersion: DXGK_MONITOR_INTERFACE_VERSION,
        ppMonitorInterface: *mut *const DXGK_MONITOR_INTERFACE,
    ) -> NTSTATUS,
>;

/// Returns where a capture buffer lies. For full drivers.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_getcaptureaddress).
pub type DXGKCB_GETCAPTUREADDRESS = Option<
    unsafe extern "system" fn(pGetCaptureAddress: *mut DXGKARGCB_GETCAPTUREADDRESS) -> NTSTATUS,
>;

/// Writes an event into the trace.
///
/// IRQL: any for up to 256 bytes, `PASSIVE_LEVEL` for more.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_log_etw_event).
pub type DXGKCB_LOG_ETW_EVENT = Option<
    unsafe extern "system" fn(
        EventGuid: *const GUID,
        Type: UCHAR,
        EventBufferSize: USHORT,
        EventBuffer: PVOID,
    ),
>;

/// Runs a callback while nothing else uses the adapter.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_exclude_adapter_access).
pub type DXGKCB_EXCLUDE_ADAPTER_ACCESS = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        Attributes: ULONG,
        DxgkProtectedCallback: DXGKDDI_PROTECTED_CALLBACK,
        ProtectedCallbackContext: PVOID,
    ) -> NTSTATUS,
>;

/// Where an allocation would like to lie.
pub type DXGK_SEGMENTPREFERENCE = D3DDDI_SEGMENTPREFERENCE;

/// Allocates memory for a context. For full drivers.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_createcontextallocation).
pub type DXGKCB_CREATECONTEXTALLOCATION = Option<
    unsafe extern "system" fn(
        pCreateContextAllocation: *mut DXGKARGCB_CREATECONTEXTALLOCATION,
    ) -> NTSTATUS,
>;

/// Frees what `DxgkCbCreateContextAllocation` allocated.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_destroycontextallocation).
pub type DXGKCB_DESTROYCONTEXTALLOCATION =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, hAllocation: HANDLE) -> NTSTATUS>;

/// Asks for a power component to be active.
///
/// IRQL: at most `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_setpowercomponentactive).
pub type DXGKCB_SETPOWERCOMPONENTACTIVE =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT)>;

/// Lets a power component go idle.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_setpowercomponentidle).
pub type DXGKCB_SETPOWERCOMPONENTIDLE =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT)>;

/// Takes over the frame buffer the firmware or the last driver left, and says what it is.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_acquire_post_display_ownership).
pub type DXGKCB_ACQUIRE_POST_DISPLAY_OWNERSHIP = Option<
    unsafe extern "system" fn(
        DeviceHandle: HANDLE,
        DisplayInfo: *mut DXGK_DISPLAY_INFORMATION,
    ) -> NTSTATUS,
>;

/// Exchanges private data with the platform's power plug-in.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_powerruntimecontrolrequest).
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

/// Says how long a power component may take to wake, in units of 100 ns.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_setpowercomponentlatency).
pub type DXGKCB_SETPOWERCOMPONENTLATENCY =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT, Latency: ULONGLONG)>;

/// Says how long a power component will stay idle, in units of 100 ns.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_setpowercomponentresidency).
pub type DXGKCB_SETPOWERCOMPONENTRESIDENCY =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT, Residency: ULONGLONG)>;

/// Reports that a power component has reached its F-state.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_completefstatetransition).
pub type DXGKCB_COMPLETEFSTATETRANSITION =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, ComponentIndex: UINT)>;

abi! {
    /// Flags of [`DXGKARGCB_GETHANDLEDATA`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkcb_gethandledataflags).
    pub bits(UINT) DXGKCB_GETHANDLEDATAFLAGS {
        DeviceSpecific: 0,
        Reserved: 1..=31,
    }

    /// Argument of `DxgkCbGetHandleData`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkargcb_gethandledata).
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_GETHANDLEDATA {
        pub hObject: D3DKMT_HANDLE,
        pub Type: DXGK_HANDLE_TYPE,
        pub Flags: DXGKCB_GETHANDLEDATAFLAGS,
    }

    /// Argument of `DxgkCbEnumHandleChildren`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkargcb_enumhandlechildren).
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_ENUMHANDLECHILDREN {
        pub hObject: D3DKMT_HANDLE,
        pub Index: UINT,
    }

    /// Argument of `DxgkCbGetCaptureAddress`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkargcb_getcaptureaddress).
    pub struct DXGKARGCB_GETCAPTUREADDRESS {
        pub hAllocation: D3DKMT_HANDLE,
        pub SegmentId: UINT,
        pub PhysicalAddress: PHYSICAL_ADDRESS,
    }

    /// Flags of [`DXGKARGCB_CREATECONTEXTALLOCATION`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_createcontextallocationflags).
    pub bits(UINT) DXGK_CREATECONTEXTALLOCATIONFLAGS {
        SharedAcrossContexts: 0,
        Reserved: 1..=31,
    }

    /// Which bank of a segment an allocation would like.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_segmentbankpreference).
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

    /// Properties of an allocation.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_allocationinfoflags).
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

    /// Argument of `DxgkCbCreateContextAllocation`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkargcb_createcontextallocation).
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

    /// The port driver's callbacks, up to the last one of interface version WIN8. What `DxgkDdiStartDevice` gets may be
    /// larger: copy the known prefix, never more than `Size`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgkrnl_interface).
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
    /// What a handle given to `DxgkCbGetHandleData` stands for.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-dxgk_handle_type).
    pub enum DXGK_HANDLE_TYPE: i32 {
        DXGK_HANDLE_ALLOCATION = 1,
        DXGK_HANDLE_RESOURCE = 2,
    }
}
