//! The DDIs of `dispmprt.h` in `KMDDOD_INITIALIZATION_DATA`: life cycle, children, interrupts, power.

use crate::*;

/// Creates the driver's context for one adapter.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_add_device).
pub type DXGKDDI_ADD_DEVICE = Option<
    unsafe extern "system" fn(
        PhysicalDeviceObject: *mut DEVICE_OBJECT,
        MiniportDeviceContext: *mut PVOID,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_ADD_DEVICE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_ADD_DEVICE = DXGKDDI_ADD_DEVICE;

/// Runs while nothing else uses the adapter; see `DxgkCbExcludeAdapterAccess`.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_protected_callback).
pub type DXGKDDI_PROTECTED_CALLBACK = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ProtectedCallbackContext: PVOID,
        ProtectionStatus: NTSTATUS,
    ),
>;

/// Starts the adapter: hands over the callbacks, asks for the numbers of sources and children.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_start_device).
pub type DXGKDDI_START_DEVICE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        DxgkStartInfo: *mut DXGK_START_INFO,
        DxgkInterface: *mut DXGKRNL_INTERFACE,
        NumberOfVideoPresentSources: *mut ULONG,
        NumberOfChildren: *mut ULONG,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_START_DEVICE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_START_DEVICE = DXGKDDI_START_DEVICE;

/// Stops the adapter and frees what starting it took.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_stop_device).
pub type DXGKDDI_STOP_DEVICE =
    Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID) -> NTSTATUS>;

/// [`DXGKDDI_STOP_DEVICE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_STOP_DEVICE = DXGKDDI_STOP_DEVICE;

/// Frees the driver's context for one adapter.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_remove_device).
pub type DXGKDDI_REMOVE_DEVICE =
    Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID) -> NTSTATUS>;

/// [`DXGKDDI_REMOVE_DEVICE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_REMOVE_DEVICE = DXGKDDI_REMOVE_DEVICE;

/// Handles an I/O control request for a video present source.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_dispatch_io_request).
pub type DXGKDDI_DISPATCH_IO_REQUEST = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        VidPnSourceId: ULONG,
        VideoRequestPacket: *mut VIDEO_REQUEST_PACKET,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_DISPATCH_IO_REQUEST`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_DISPATCH_IO_REQUEST = DXGKDDI_DISPATCH_IO_REQUEST;

/// The interrupt service routine. TRUE claims the interrupt; with a shared line, FALSE passes it on. `MessageNumber` is
/// zero for a line.
///
/// IRQL: DIRQL.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_interrupt_routine).
pub type DXGKDDI_INTERRUPT_ROUTINE = Option<
    unsafe extern "system" fn(MiniportDeviceContext: PVOID, MessageNumber: ULONG) -> BOOLEAN,
>;

/// [`DXGKDDI_INTERRUPT_ROUTINE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_INTERRUPT_ROUTINE = DXGKDDI_INTERRUPT_ROUTINE;

/// The deferred procedure call that `DxgkCbQueueDpc` queues.
///
/// IRQL: `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_dpc_routine).
pub type DXGKDDI_DPC_ROUTINE = Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID)>;

/// [`DXGKDDI_DPC_ROUTINE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_DPC_ROUTINE = DXGKDDI_DPC_ROUTINE;

/// Describes the children. The array has one element more than there are children, and the last stays zero.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_child_relations).
pub type DXGKDDI_QUERY_CHILD_RELATIONS = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildRelations: *mut DXGK_CHILD_DESCRIPTOR,
        ChildRelationsSize: ULONG,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_QUERY_CHILD_RELATIONS`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_QUERY_CHILD_RELATIONS = DXGKDDI_QUERY_CHILD_RELATIONS;

/// Says whether something is connected to a child, or how it is rotated.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_child_status).
pub type DXGKDDI_QUERY_CHILD_STATUS = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildStatus: *mut DXGK_CHILD_STATUS,
        NonDestructiveOnly: BOOLEAN,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_QUERY_CHILD_STATUS`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_QUERY_CHILD_STATUS = DXGKDDI_QUERY_CHILD_STATUS;

/// Returns a piece of a child's descriptor, for a monitor its EDID.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_device_descriptor).
pub type DXGKDDI_QUERY_DEVICE_DESCRIPTOR = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildUid: ULONG,
        DeviceDescriptor: *mut DXGK_DEVICE_DESCRIPTOR,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_QUERY_DEVICE_DESCRIPTOR`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_QUERY_DEVICE_DESCRIPTOR = DXGKDDI_QUERY_DEVICE_DESCRIPTOR;

/// Sets the power state of the adapter or of a child. Never fails.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_set_power_state).
pub type DXGKDDI_SET_POWER_STATE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        DeviceUid: ULONG,
        DevicePowerState: DEVICE_POWER_STATE,
        ActionType: POWER_ACTION,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_SET_POWER_STATE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_SET_POWER_STATE = DXGKDDI_SET_POWER_STATE;

/// Tells of an ACPI or power event.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_notify_acpi_event).
pub type DXGKDDI_NOTIFY_ACPI_EVENT = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        EventType: DXGK_EVENT_TYPE,
        Event: ULONG,
        Argument: PVOID,
        AcpiFlags: *mut ULONG,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_NOTIFY_ACPI_EVENT`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_NOTIFY_ACPI_EVENT = DXGKDDI_NOTIFY_ACPI_EVENT;

/// Puts the display into a plain frame buffer mode for a bugcheck's screen. Must be resident and touch nothing that may
/// wait.
///
/// IRQL: any, up to `HIGH_LEVEL` (bugcheck time).
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_reset_device).
pub type DXGKDDI_RESET_DEVICE = Option<unsafe extern "system" fn(MiniportDeviceContext: PVOID)>;

/// [`DXGKDDI_RESET_DEVICE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_RESET_DEVICE = DXGKDDI_RESET_DEVICE;

/// Frees what `DriverEntry` took, before the driver is unloaded.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_unload).
pub type DXGKDDI_UNLOAD = Option<unsafe extern "system" fn()>;

/// [`DXGKDDI_UNLOAD`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_UNLOAD = DXGKDDI_UNLOAD;

/// Returns an interface that the driver offers.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_interface).
pub type DXGKDDI_QUERY_INTERFACE = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        QueryInterface: *mut QUERY_INTERFACE,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_QUERY_INTERFACE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_QUERY_INTERFACE = DXGKDDI_QUERY_INTERFACE;

/// Turns event tracing on and off. It has no adapter.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_control_etw_logging).
pub type DXGKDDI_CONTROL_ETW_LOGGING =
    Option<unsafe extern "system" fn(Enable: BOOLEAN, Flags: ULONG, Level: UCHAR)>;

/// [`DXGKDDI_CONTROL_ETW_LOGGING`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_CONTROL_ETW_LOGGING = DXGKDDI_CONTROL_ETW_LOGGING;

/// Stops the adapter and leaves a lit frame buffer for the next driver. When it succeeds, `DxgkDdiStopDevice` is not
/// called.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_stop_device_and_release_post_display_ownership).
pub type DXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        TargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        DisplayInfo: *mut DXGK_DISPLAY_INFORMATION,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP =
    DXGKDDI_STOP_DEVICE_AND_RELEASE_POST_DISPLAY_OWNERSHIP;

/// Switches to a mode for a bugcheck's screen and says its size. Called with the machine stopped.
///
/// IRQL: any, up to `HIGH_LEVEL` (bugcheck time).
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_system_display_enable).
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

/// [`DXGKDDI_SYSTEM_DISPLAY_ENABLE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_SYSTEM_DISPLAY_ENABLE = DXGKDDI_SYSTEM_DISPLAY_ENABLE;

/// Draws a block of a bugcheck's screen. Called with the machine stopped.
///
/// IRQL: any, up to `HIGH_LEVEL` (bugcheck time).
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_system_display_write).
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

/// [`DXGKDDI_SYSTEM_DISPLAY_WRITE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_SYSTEM_DISPLAY_WRITE = DXGKDDI_SYSTEM_DISPLAY_WRITE;

/// May give a child a container of its own.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_get_child_container_id).
pub type DXGKDDI_GET_CHILD_CONTAINER_ID = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        ChildUid: ULONG,
        ContainerId: *mut DXGK_CHILD_CONTAINER_ID,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_GET_CHILD_CONTAINER_ID`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_GET_CHILD_CONTAINER_ID = DXGKDDI_GET_CHILD_CONTAINER_ID;

/// Tells that the device is already gone.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_notify_surprise_removal).
pub type DXGKDDI_NOTIFY_SURPRISE_REMOVAL = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        RemovalType: DXGK_SURPRISE_REMOVAL_TYPE,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_NOTIFY_SURPRISE_REMOVAL`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_NOTIFY_SURPRISE_REMOVAL = DXGKDDI_NOTIFY_SURPRISE_REMOVAL;
