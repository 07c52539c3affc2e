//! The device as `dispmprt.h` shows it: start information, device information, ACPI events, configuration space.

use crate::*;

abi! {
    /// What `DxgkDdiStartDevice` learns about the adapter; `RequiredDmaQueueEntry` is for full drivers.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_start_info).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_START_INFO {
        pub RequiredDmaQueueEntry: ULONG,
        pub AdapterGuid: GUID,
        pub AdapterLuid: LUID,
    }

    /// What `DxgkCbGetDeviceInformation` returns: the resources, the registry path, the memory.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_device_info).
    pub struct DXGK_DEVICE_INFO {
        pub MiniportDeviceContext: PVOID,
        pub PhysicalDeviceObject: *mut DEVICE_OBJECT,
        pub DeviceRegistryPath: UNICODE_STRING,
        pub TranslatedResourceList: *mut CM_RESOURCE_LIST,
        pub SystemMemorySize: LARGE_INTEGER,
        pub HighestPhysicalAddress: PHYSICAL_ADDRESS,
        pub AgpApertureBase: PHYSICAL_ADDRESS,
        pub AgpApertureSize: SIZE_T,
        pub DockingState: DOCKING_STATE,
    }

    /// The frame buffer that one display driver leaves to the next; `Pitch` is in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_dxgk_display_information).
    pub struct DXGK_DISPLAY_INFORMATION {
        pub Width: UINT,
        pub Height: UINT,
        pub Pitch: UINT,
        pub ColorFormat: D3DDDIFORMAT,
        pub PhysicAddress: PHYSICAL_ADDRESS,
        pub TargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub AcpiId: ULONG,
    }

    /// Flags of `DxgkDdiSystemDisplayEnable`; none is defined yet.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-dxgkarg_system_display_enable_flags).
    pub bits(UINT) DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS {
        Reserved: 0..=31,
    }
}

constants! {
    /// Whether the machine is in a docking station.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ne-dispmprt-docking_state).
    pub enum DOCKING_STATE: i32 {
        DockStateUnsupported = 0,
        DockStateUnDocked = 1,
        DockStateDocked = 2,
        DockStateUnknown = 3,
    }

    /// Interfaces that `DxgkCbQueryServices` can give.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ne-dispmprt-dxgk_services).
    pub enum DXGK_SERVICES: i32 {
        DxgkServicesAgp = 0,
        DxgkServicesDebugReport = 1,
        DxgkServicesTimedOperation = 2,
        DxgkServicesSPB = 3,
        DxgkServicesBDD = 4,
        DxgkServicesFirmwareTable = 5,
        DxgkServicesIDD = 6,
    }

    /// Kinds of events for `DxgkDdiNotifyAcpiEvent`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ne-dispmprt-_dxgk_event_type).
    pub enum DXGK_EVENT_TYPE: i32 {
        DxgkUndefinedEvent = 0,
        DxgkAcpiEvent = 1,
        DxgkPowerStateEvent = 2,
        DxgkDockingEvent = 3,
        DxgkChainedAcpiEvent = 4,
    }

    /// How the device went away.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ne-dispmprt-_dxgk_surprise_removal_type).
    pub enum DXGK_SURPRISE_REMOVAL_TYPE: i32 {
        DxgkRemovalHibernation = 0,
        DxgkRemovalPnPNotify = 1,
    }

    /// What [`DXGKCB_READ_DEVICE_SPACE`] and [`DXGKCB_WRITE_DEVICE_SPACE`] access.
    pub define u32 {
        DXGK_WHICHSPACE_CONFIG = 0x0,
        DXGK_WHICHSPACE_ROM = 0x52696350,
        DXGK_WHICHSPACE_MCH = 0x80000000,
        DXGK_WHICHSPACE_BRIDGE = 0x80000001,
    }

    /// Events of [`DXGKDDI_NOTIFY_ACPI_EVENT`] of the type [`DxgkAcpiEvent`].
    pub define u32 {
        ACPI_NOTIFY_DOCK_EVENT = 0x77,
        ACPI_NOTIFY_PANEL_SWITCH = 0x80,
        ACPI_NOTIFY_DEVICE_HOTPLUG = 0x81,
        ACPI_NOTIFY_CYCLE_DISPLAY_HOTKEY = 0x82,
        ACPI_NOTIFY_NEXT_DISPLAY_HOTKEY = 0x83,
        ACPI_NOTIFY_PREV_DISPLAY_HOTKEY = 0x84,
        ACPI_NOTIFY_CYCLE_BRIGHTNESS_HOTKEY = 0x85,
        ACPI_NOTIFY_INC_BRIGHTNESS_HOTKEY = 0x86,
        ACPI_NOTIFY_DEC_BRIGHTNESS_HOTKEY = 0x87,
        ACPI_NOTIFY_ZERO_BRIGHTNESS_HOTKEY = 0x88,
        ACPI_NOTIFY_VIDEO_WAKEUP = 0x90,
    }

    /// Arguments of the ACPI method `_DOS`.
    pub define u32 {
        ACPI_ARG_ENABLE_AUTO_LCD_BRIGHTNESS = 0,
        ACPI_ARG_ENABLE_SWITCH_EVENT = 0,
        ACPI_ARG_ENABLE_AUTO_SWITCH = 1,
        ACPI_ARG_DISABLE_SWITCH_EVENT = 2,
        ACPI_ARG_DISABLE_AUTO_LCD_BRIGHTNESS = 4,
    }

    /// What [`DXGKDDI_NOTIFY_ACPI_EVENT`] asks the port driver to do, or how [`DXGKCB_EVAL_ACPI_METHOD`] finds the
    /// device.
    pub define u32 {
        DXGK_ACPI_POLL_DISPLAY_CHILDREN = 0x1,
        DXGK_ACPI_CHANGE_DISPLAY_MODE = 0x2,
        DXGK_ACPI_CHANGE_DISPLAY_TOPOLOGY = 0x4,
        DXGK_ACPI_CHAIN_NOT_HANDLED = 0x8,
        DXGK_ACPI_USE_ACPI_UID = 0x20646955,
        DXGK_ACPI_PASS_ARGS_TO_CHILDREN = 0x61726150,
    }

    /// Attributes of [`DXGKCB_EXCLUDE_ADAPTER_ACCESS`].
    pub define u32 {
        DXGK_EXCLUDE_EVICT_ALL = 0x1,
        DXGK_EXCLUDE_CALL_SYNCHRONOUS = 0x2,
        DXGK_EXCLUDE_BRIDGE_ACCESS = 0x4,
        DXGK_EXCLUDE_EVICT_STANDBY = 0x8,
        DXGK_EXCLUDE_EVICT_HIBERNATE = 0x10,
        DXGK_EXCLUDE_EVICT_SHUTDOWN = 0x20,
        DXGK_EXCLUDE_D3_STATE_TRANSITION = 0x40,
    }

    /// Lengths of the strings in [`DXGK_GENERIC_DESCRIPTOR`], in UTF-16 units.
    pub define u32 {
        DXGK_MAX_STRING_LEN = 50,
        DXGK_MAX_REG_SZ_LEN = 51,
    }
}
