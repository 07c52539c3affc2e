//! The device as `dispmprt.h` shows it: start information, device information, ACPI events, configuration space.
#![allow(missing_docs)]
use crate::*;

abi! {
    pub struct DXGK_START_INFO {
        pub RequiredDmaQueueEntry: ULONG,
        pub AdapterGuid: GUID,
        pub AdapterLuid: LUID,
    }

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

    pub bits(UINT) DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS {
        Reserved: 0..=31,
    }
}

constants! {
    pub enum DOCKING_STATE: i32 {
        DockStateUnsupported = 0,
        DockStateUnDocked = 1,
        DockStateDocked = 2,
        DockStateUnknown = 3,
    }

    pub enum DXGK_SERVICES: i32 {
        DxgkServicesAgp = 0,
        DxgkServicesDebugReport = 1,
        DxgkServicesTimedOperation = 2,
        DxgkServicesSPB = 3,
        DxgkServicesBDD = 4,
        DxgkServicesFirmwareTable = 5,
        DxgkServicesIDD = 6,
    }

    pub enum DXGK_EVENT_TYPE: i32 {
        DxgkUndefinedEvent = 0,
        DxgkAcpiEvent = 1,
        DxgkPowerStateEvent = 2,
        DxgkDockingEvent = 3,
        DxgkChainedAcpiEvent = 4,
    }

    pub enum DXGK_SURPRISE_REMOVAL_TYPE: i32 {
        DxgkRemovalHibernation = 0,
        DxgkRemovalPnPNotify = 1,
    }

    pub define u32 {
        ACPI_ARG_DISABLE_AUTO_LCD_BRIGHTNESS = 4,
        ACPI_ARG_DISABLE_SWITCH_EVENT = 2,
        ACPI_ARG_ENABLE_AUTO_LCD_BRIGHTNESS = 0,
        ACPI_ARG_ENABLE_AUTO_SWITCH = 1,
        ACPI_ARG_ENABLE_SWITCH_EVENT = 0,
        ACPI_NOTIFY_CYCLE_BRIGHTNESS_HOTKEY = 133,
        ACPI_NOTIFY_CYCLE_DISPLAY_HOTKEY = 130,
        ACPI_NOTIFY_DEC_BRIGHTNESS_HOTKEY = 135,
        ACPI_NOTIFY_DEVICE_HOTPLUG = 129,
        ACPI_NOTIFY_DOCK_EVENT = 119,
        ACPI_NOTIFY_INC_BRIGHTNESS_HOTKEY = 134,
        ACPI_NOTIFY_NEXT_DISPLAY_HOTKEY = 131,
        ACPI_NOTIFY_PANEL_SWITCH = 128,
        ACPI_NOTIFY_PREV_DISPLAY_HOTKEY = 132,
        ACPI_NOTIFY_VIDEO_WAKEUP = 144,
        ACPI_NOTIFY_ZERO_BRIGHTNESS_HOTKEY = 136,
        DXGK_ACPI_CHAIN_NOT_HANDLED = 8,
        DXGK_ACPI_CHANGE_DISPLAY_MODE = 2,
        DXGK_ACPI_CHANGE_DISPLAY_TOPOLOGY = 4,
        DXGK_ACPI_PASS_ARGS_TO_CHILDREN = 0x61726150,
        DXGK_ACPI_POLL_DISPLAY_CHILDREN = 1,
        DXGK_ACPI_USE_ACPI_UID = 0x20646955,
        DXGK_EXCLUDE_BRIDGE_ACCESS = 4,
        DXGK_EXCLUDE_CALL_SYNCHRONOUS = 2,
        DXGK_EXCLUDE_D3_STATE_TRANSITION = 64,
        DXGK_EXCLUDE_EVICT_ALL = 1,
        DXGK_EXCLUDE_EVICT_HIBERNATE = 16,
        DXGK_EXCLUDE_EVICT_SHUTDOWN = 32,
        DXGK_EXCLUDE_EVICT_STANDBY = 8,
        DXGK_MAX_REG_SZ_LEN = 51,
        DXGK_MAX_STRING_LEN = 50,
        DXGK_WHICHSPACE_BRIDGE = 0x80000001,
        DXGK_WHICHSPACE_CONFIG = 0,
        DXGK_WHICHSPACE_MCH = 0x80000000,
        DXGK_WHICHSPACE_ROM = 0x52696350,
    }
}
