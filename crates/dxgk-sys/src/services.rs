//! Optional service interfaces: I2C, brightness, debug reports, timed operations, firmware tables.
#![allow(missing_docs)]
use crate::*;
pub type DXGKDDI_I2C_TRANSMIT_DATA_TO_DISPLAY = Option<
    unsafe extern "system" fn(
        MiniportDeviceContext: PVOID,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        SevenBitI2CAddress: ULONG,
        DataLength: ULONG,
        Data: PVOID,
    ) -> NTSTATUS,
>;
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
pub type DXGK_DEBUG_REPORT_HANDLE = *mut DXGK_DEBUG_REPORT_HANDLE__;
pub type DXGK_BRIGHTNESS_GET_POSSIBLE = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        BufferSize: ULONG,
        LevelCount: *mut UCHAR,
        BrightnessLevels: *mut UCHAR,
    ) -> NTSTATUS,
>;
pub type DXGK_BRIGHTNESS_SET =
    Option<unsafe extern "system" fn(Context: PVOID, Brightness: UCHAR) -> NTSTATUS>;
pub type DXGK_BRIGHTNESS_GET =
    Option<unsafe extern "system" fn(Context: PVOID, Brightness: *mut UCHAR) -> NTSTATUS>;
pub type DXGK_BRIGHTNESS_GET_CAPS = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        BrightnessCaps: *mut DXGK_BRIGHTNESS_CAPS,
    ) -> NTSTATUS,
>;
pub type DXGK_BRIGHTNESS_SET_STATE = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        BrightnessState: *mut DXGK_BRIGHTNESS_STATE,
    ) -> NTSTATUS,
>;
pub type DXGK_BRIGHTNESS_SET_BACKLIGHT_OPTIMIZATION = Option<
    unsafe extern "system" fn(
        Context: PVOID,
        OptimizationLevel: DXGK_BACKLIGHT_OPTIMIZATION_LEVEL,
    ) -> NTSTATUS,
>;
pub type DXGK_BRIGHTNESS_GET_BACKLIGHT_REDUCTION = Option<
    unsafe extern "system" fn(Context: PVOID, BacklightInfo: *mut DXGK_BACKLIGHT_INFO) -> NTSTATUS,
>;

abi! {
    pub struct DXGK_I2C_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub DxgkDdiI2CTransmitDataToDisplay: DXGKDDI_I2C_TRANSMIT_DATA_TO_DISPLAY,
        pub DxgkDdiI2CReceiveDataFromDisplay: DXGKDDI_I2C_RECEIVE_DATA_FROM_DISPLAY,
    }

    pub opaque DXGK_DEBUG_REPORT_HANDLE__ {}

    pub struct DXGK_DEBUG_REPORT_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub DbgReportCreate: Option<unsafe extern "system" fn(DeviceHandle: HANDLE, ulCode: ULONG, ulpArg1: ULONG_PTR, ulpArg2: ULONG_PTR, ulpArg3: ULONG_PTR, ulpArg4: ULONG_PTR) -> DXGK_DEBUG_REPORT_HANDLE>,
        pub DbgReportSecondaryData: Option<unsafe extern "system" fn(hReport: DXGK_DEBUG_REPORT_HANDLE, pvData: PVOID, ulDataSize: ULONG) -> BOOLEAN>,
        pub DbgReportComplete: Option<unsafe extern "system" fn(hReport: DXGK_DEBUG_REPORT_HANDLE)>,
    }

    pub struct DXGK_TIMED_OPERATION {
        pub Size: USHORT,
        pub OwnerTag: ULONG_PTR,
        pub OsHandled: BOOLEAN,
        pub TimeoutTriggered: BOOLEAN,
        pub Timeout: LARGE_INTEGER,
        pub StartTick: LARGE_INTEGER,
    }

    pub struct DXGK_TIMED_OPERATION_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub TimedOperationStart: Option<unsafe extern "system" fn(Op: *mut DXGK_TIMED_OPERATION, Timeout: *const LARGE_INTEGER, OsHandled: BOOLEAN) -> NTSTATUS>,
        pub TimedOperationDelay: Option<unsafe extern "system" fn(Op: *mut DXGK_TIMED_OPERATION, WaitMode: KPROCESSOR_MODE, Alertable: BOOLEAN, Interval: *const LARGE_INTEGER) -> NTSTATUS>,
        pub TimedOperationWaitForSingleObject: Option<unsafe extern "system" fn(Op: *mut DXGK_TIMED_OPERATION, Object: PVOID, WaitReason: KWAIT_REASON, WaitMode: KPROCESSOR_MODE, Alertable: BOOLEAN, Timeout: *const LARGE_INTEGER) -> NTSTATUS>,
    }

    pub struct DXGK_FIRMWARE_TABLE_INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
        pub EnumSystemFirmwareTables: Option<unsafe extern "system" fn(Context: *mut c_void, ProviderSignature: ULONG, BufferSize: ULONG, Buffer: *mut c_void, RequiredSize: *mut ULONG) -> NTSTATUS>,
        pub ReadSystemFirmwareTable: Option<unsafe extern "system" fn(Context: *mut c_void, ProviderSignature: ULONG, TableId: ULONG, BufferSize: ULONG, Buffer: *mut c_void, RequiredSize: *mut ULONG) -> NTSTATUS>,
    }

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

    pub bits(UINT) DXGK_BRIGHTNESS_CAPS {
        SmoothBrightness: 0,
        AdaptiveBrightness: 1,
        Reserved: 2..=31,
    }

    pub bits(UINT) DXGK_BRIGHTNESS_STATE {
        SmoothBrightness: 0,
        Reserved: 1..=31,
    }

    #[repr(packed(1))]
    pub struct DXGK_BACKLIGHT_INFO {
        pub BacklightUsersetting: USHORT,
        pub BacklightEffective: USHORT,
        pub GammaRamp: D3DDDI_GAMMA_RAMP_RGB256x3x16,
    }

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
    pub enum DXGK_BACKLIGHT_OPTIMIZATION_LEVEL: i32 {
        DxgkBacklightOptimizationDisable = 0,
        DxgkBacklightOptimizationDesktop = 1,
        DxgkBacklightOptimizationDynamic = 2,
        DxgkBacklightOptimizationDimmed = 3,
    }

    pub define u32 {
        DXGKMDT_I2C_DEVICE_TRANSMITS_DATA_LENGTH = 1,
        DXGKMDT_I2C_NO_FLAGS = 0,
        DXGK_BRIGHTNESS_INTERFACE_VERSION_1 = 1,
        DXGK_BRIGHTNESS_INTERFACE_VERSION_2 = 2,
        DXGK_DEBUG_REPORT_INTERFACE_VERSION_1 = 1,
        DXGK_DEBUG_REPORT_MAX_SIZE = 0xf800,
        DXGK_FIRMWARE_TABLE_INTERFACE_VERSION_1 = 1,
        DXGK_I2C_INTERFACE_VERSION_1 = 1,
        DXGK_TIMED_OPERATION_INTERFACE_VERSION_1 = 1,
        DXGK_TIMED_OPERATION_TIMEOUT_MAX_SECONDS = 5,
    }
}
