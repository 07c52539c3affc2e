//! Optional service interfaces: I2C, brightness, debug reports, timed operations, firmware tables.

use crate::*;

/// Sends bytes to a monitor over I2C.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_i2c_transmit_data_to_display).
pub type DXGKDDI_I2C_TRANSMIT_DATA_TO_DISPLAY = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        SevenBitI2CAddress: ULONG,
        DataLength: ULONG,
        Data: PVOID,
    ) -> NTSTATUS,
>;

/// Receives bytes from a monitor over I2C.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_i2c_receive_data_from_display).
pub type DXGKDDI_I2C_RECEIVE_DATA_FROM_DISPLAY = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        SevenBitI2CAddress: ULONG,
        Flags: ULONG,
        DataLength: ULONG,
        Data: PVOID,
    ) -> NTSTATUS,
>;

/// An error report that is being written.
pub type DXGK_DEBUG_REPORT_HANDLE = *mut DXGK_DEBUG_REPORT_HANDLE__;

/// Lists the brightness levels of a panel, in percent.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgk_brightness_get_possible).
pub type DXGK_BRIGHTNESS_GET_POSSIBLE = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        BufferSize: ULONG,
        LevelCount: *mut UCHAR,
        BrightnessLevels: *mut UCHAR,
    ) -> NTSTATUS,
>;

/// Sets a panel's brightness, in percent.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgk_brightness_set).
pub type DXGK_BRIGHTNESS_SET =
    Option<unsafe extern "system" fn(Context: PVOID, Brightness: UCHAR) -> NTSTATUS>;

/// Returns a panel's brightness, in percent.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgk_brightness_get).
pub type DXGK_BRIGHTNESS_GET =
    Option<unsafe extern "system" fn(Context: PVOID, Brightness: *mut UCHAR) -> NTSTATUS>;

/// Returns what a panel's brightness control can do.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgk_brightness_get_caps).
pub type DXGK_BRIGHTNESS_GET_CAPS = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        BrightnessCaps: *mut DXGK_BRIGHTNESS_CAPS,
    ) -> NTSTATUS,
>;

/// Sets how a panel's brightness is controlled.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgk_brightness_set_state).
pub type DXGK_BRIGHTNESS_SET_STATE = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        BrightnessState: *mut DXGK_BRIGHTNESS_STATE,
    ) -> NTSTATUS,
>;

/// Sets how much a backlight may be dimmed to save power.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgk_brightness_set_backlight_optimization).
pub type DXGK_BRIGHTNESS_SET_BACKLIGHT_OPTIMIZATION = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        OptimizationLevel: DXGK_BACKLIGHT_OPTIMIZATION_LEVEL,
    ) -> NTSTATUS,
>;

/// Returns how far a backlight is dimmed now.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgk_brightness_get_backlight_reduction).
pub type DXGK_BRIGHTNESS_GET_BACKLIGHT_REDUCTION = Option<
    unsafe extern "system" fn(Context: PVOID, BacklightInfo: *mut DXGK_BACKLIGHT_INFO) -> NTSTATUS,
>;

abi! {
    /// I2C to monitors, offered by the driver.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_i2c_interface).
    pub struct DXGK_I2C_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub DxgkDdiI2CTransmitDataToDisplay: DXGKDDI_I2C_TRANSMIT_DATA_TO_DISPLAY,
        pub DxgkDdiI2CReceiveDataFromDisplay: DXGKDDI_I2C_RECEIVE_DATA_FROM_DISPLAY,
    }

    /// What a [`DXGK_DEBUG_REPORT_HANDLE`] points to, known to the port driver alone.
    pub opaque DXGK_DEBUG_REPORT_HANDLE__ {}

    /// Error reports, offered by the port driver.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_debug_report_interface).
    pub struct DXGK_DEBUG_REPORT_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub DbgReportCreate: Option<
            unsafe extern "system" fn(
                DeviceHandle: HANDLE,
                ulCode: ULONG,
                ulpArg1: ULONG_PTR,
                ulpArg2: ULONG_PTR,
                ulpArg3: ULONG_PTR,
                ulpArg4: ULONG_PTR,
            ) -> DXGK_DEBUG_REPORT_HANDLE,
        >,
        pub DbgReportSecondaryData: Option<
            unsafe extern "system" fn(
                hReport: DXGK_DEBUG_REPORT_HANDLE,
                pvData: PVOID,
                ulDataSize: ULONG,
            ) -> BOOLEAN,
        >,
        pub DbgReportComplete: Option<unsafe extern "system" fn(hReport: DXGK_DEBUG_REPORT_HANDLE)>,
    }

    /// The state of an operation that must end in time.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_timed_operation).
    pub struct DXGK_TIMED_OPERATION {
        pub Size: USHORT,
        pub OwnerTag: ULONG_PTR,
        pub OsHandled: BOOLEAN,
        pub TimeoutTriggered: BOOLEAN,
        pub Timeout: LARGE_INTEGER,
        pub StartTick: LARGE_INTEGER,
    }

    /// Waits that end in time, offered by the port driver.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_timed_operation_interface).
    pub struct DXGK_TIMED_OPERATION_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub TimedOperationStart: Option<
            unsafe extern "system" fn(
                Op: *mut DXGK_TIMED_OPERATION,
                Timeout: *const LARGE_INTEGER,
                OsHandled: BOOLEAN,
            ) -> NTSTATUS,
        >,
        pub TimedOperationDelay: Option<
            unsafe extern "system" fn(
                Op: *mut DXGK_TIMED_OPERATION,
                WaitMode: KPROCESSOR_MODE,
                Alertable: BOOLEAN,
                Interval: *const LARGE_INTEGER,
            ) -> NTSTATUS,
        >,
        pub TimedOperationWaitForSingleObject: Option<
            unsafe extern "system" fn(
                Op: *mut DXGK_TIMED_OPERATION,
                Object: PVOID,
                WaitReason: KWAIT_REASON,
                WaitMode: KPROCESSOR_MODE,
                Alertable: BOOLEAN,
                Timeout: *const LARGE_INTEGER,
            ) -> NTSTATUS,
        >,
    }

    /// Reading firmware tables, offered by the port driver.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_firmware_table_interface).
    pub struct DXGK_FIRMWARE_TABLE_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub EnumSystemFirmwareTables: Option<
            unsafe extern "system" fn(
                Context: *mut c_void,
                ProviderSignature: ULONG,
                BufferSize: ULONG,
                Buffer: *mut c_void,
                RequiredSize: *mut ULONG,
            ) -> NTSTATUS,
        >,
        pub ReadSystemFirmwareTable: Option<
            unsafe extern "system" fn(
                Context: *mut c_void,
                ProviderSignature: ULONG,
                TableId: ULONG,
                BufferSize: ULONG,
                Buffer: *mut c_void,
                RequiredSize: *mut ULONG,
            ) -> NTSTATUS,
        >,
    }

    /// Brightness of a built-in panel, offered by the driver.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-dxgk_brightness_interface).
    pub struct DXGK_BRIGHTNESS_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub GetPossibleBrightness: DXGK_BRIGHTNESS_GET_POSSIBLE,
        pub SetBrightness: DXGK_BRIGHTNESS_SET,
        pub GetBrightness: DXGK_BRIGHTNESS_GET,
    }

    /// What a panel's brightness control can do.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_dxgk_brightness_caps).
    #[repr(packed(1))]
    pub bits(UINT) DXGK_BRIGHTNESS_CAPS {
        SmoothBrightness: 0,
        AdaptiveBrightness: 1,
        Reserved: 2..=31,
    }

    /// How a panel's brightness is controlled.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_dxgk_brightness_state).
    #[repr(packed(1))]
    pub bits(UINT) DXGK_BRIGHTNESS_STATE {
        SmoothBrightness: 0,
        Reserved: 1..=31,
    }

    /// How far a backlight is dimmed now.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_dxgk_backlight_info).
    #[derive(PartialEq, Eq)]
    #[repr(packed(1))]
    pub struct DXGK_BACKLIGHT_INFO {
        pub BacklightUsersetting: USHORT,
        pub BacklightEffective: USHORT,
        pub GammaRamp: D3DDDI_GAMMA_RAMP_RGB256x3x16,
    }

    /// [`DXGK_BRIGHTNESS_INTERFACE`] with smooth and adaptive control.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-dxgk_brightness_interface_2).
    pub struct DXGK_BRIGHTNESS_INTERFACE_2 {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub GetPossibleBrightness: DXGK_BRIGHTNESS_GET_POSSIBLE,
        pub SetBrightness: DXGK_BRIGHTNESS_SET,
        pub GetBrightness: DXGK_BRIGHTNESS_GET,
        pub GetBrightnessCaps: DXGK_BRIGHTNESS_GET_CAPS,
        pub SetBrightnessState: DXGK_BRIGHTNESS_SET_STATE,
        pub SetBacklightOptimization: DXGK_BRIGHTNESS_SET_BACKLIGHT_OPTIMIZATION,
        pub GetBacklightReduction: DXGK_BRIGHTNESS_GET_BACKLIGHT_REDUCTION,
    }
}

constants! {
    /// How much a backlight may be dimmed to save power.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-dxgk_backlight_optimization_level).
    pub enum DXGK_BACKLIGHT_OPTIMIZATION_LEVEL: i32 {
        DxgkBacklightOptimizationDisable = 0,
        DxgkBacklightOptimizationDesktop = 1,
        DxgkBacklightOptimizationDynamic = 2,
        DxgkBacklightOptimizationDimmed = 3,
    }

    /// Flags of [`DXGKDDI_I2C_RECEIVE_DATA_FROM_DISPLAY`].
    pub define u32 {
        DXGKMDT_I2C_NO_FLAGS = 0,
        DXGKMDT_I2C_DEVICE_TRANSMITS_DATA_LENGTH = 1,
    }

    /// Versions of the service interfaces.
    pub define u32 {
        DXGK_I2C_INTERFACE_VERSION_1 = 1,
        DXGK_BRIGHTNESS_INTERFACE_VERSION_1 = 1,
        DXGK_DEBUG_REPORT_INTERFACE_VERSION_1 = 1,
        DXGK_TIMED_OPERATION_INTERFACE_VERSION_1 = 1,
        DXGK_FIRMWARE_TABLE_INTERFACE_VERSION_1 = 1,
        DXGK_BRIGHTNESS_INTERFACE_VERSION_2 = 2,
    }

    /// The largest secondary data of a debug report, in bytes.
    pub define u32 {
        DXGK_DEBUG_REPORT_MAX_SIZE = 0xf800,
    }

    /// The longest timeout of a timed operation, in seconds.
    pub define u32 {
        DXGK_TIMED_OPERATION_TIMEOUT_MAX_SECONDS = 5,
    }
}
