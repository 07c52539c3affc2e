//! Types of the VidPN model (`d3dkmdt.h`): modes, signals, present paths.
#![allow(missing_docs)]
use crate::*;
pub type PHYSICAL_ADDRESS = LARGE_INTEGER;
pub type D3DKMDT_HVIDPN = *mut D3DKMDT_HVIDPN__;
pub type D3DKMDT_HVIDPNTOPOLOGY = *mut D3DKMDT_HVIDPNTOPOLOGY__;
pub type D3DKMDT_VIDPN_PRESENT_PATH_INDEX = SIZE_T;
pub type D3DKMDT_2DOFFSET = D3DKMDT_2DREGION;
pub type D3DKMDT_HVIDPNSOURCEMODESET = *mut D3DKMDT_HVIDPNSOURCEMODESET__;
pub type D3DKMDT_VIDEO_PRESENT_SOURCE_MODE_ID = UINT;
pub type D3DKMDT_HVIDPNTARGETMODESET = *mut D3DKMDT_HVIDPNTARGETMODESET__;
pub type D3DKMDT_VIDEO_PRESENT_TARGET_MODE_ID = UINT;
pub type D3DKMDT_ADAPTER = *mut c_void;

abi! {
    pub opaque D3DKMDT_HVIDPN__ {}

    pub opaque D3DKMDT_HVIDPNTOPOLOGY__ {}

    pub bits(UINT) D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT {
        Identity: 0,
        Centered: 1,
        Stretched: 2,
        AspectRatioCenteredMax: 3,
        Custom: 4,
    }

    pub bits(UINT) D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT {
        Identity: 0,
        Rotate90: 1,
        Rotate180: 2,
        Rotate270: 3,
    }

    pub struct D3DKMDT_VIDPN_PRESENT_PATH_TRANSFORMATION {
        pub Scaling: D3DKMDT_VIDPN_PRESENT_PATH_SCALING,
        pub ScalingSupport: D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT,
        pub Rotation: D3DKMDT_VIDPN_PRESENT_PATH_ROTATION,
        pub RotationSupport: D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT,
    }

    pub struct D3DKMDT_2DREGION {
        pub cx: UINT,
        pub cy: UINT,
    }

    pub struct D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES {
        pub FirstChannel: UINT,
        pub SecondChannel: UINT,
        pub ThirdChannel: UINT,
        pub FourthChannel: UINT,
    }

    pub bits(UINT) D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_SUPPORT {
        NoProtection: 0,
        MacroVisionApsTrigger: 1,
        MacroVisionFull: 2,
        Reserved: 3..=31,
    }

    pub struct D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION {
        pub CopyProtectionType: D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_TYPE,
        pub APSTriggerBits: UINT,
        pub OEMCopyProtection: [BYTE; 256],
        pub CopyProtectionSupport: D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_SUPPORT,
    }

    pub union D3DKMDT_GAMMA_RAMP_Data {
        pub pRgb256x3x16: *mut D3DDDI_GAMMA_RAMP_RGB256x3x16,
        pub pDxgi1: *mut D3DDDI_GAMMA_RAMP_DXGI_1,
        pub pRaw: *mut c_void,
    }

    pub struct D3DKMDT_GAMMA_RAMP {
        pub Type: D3DDDI_GAMMARAMP_TYPE,
        pub DataSize: SIZE_T,
        pub Data: D3DKMDT_GAMMA_RAMP_Data,
    }

    pub struct D3DKMDT_VIDPN_PRESENT_PATH {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub ImportanceOrdinal: D3DKMDT_VIDPN_PRESENT_PATH_IMPORTANCE,
        pub ContentTransformation: D3DKMDT_VIDPN_PRESENT_PATH_TRANSFORMATION,
        pub VisibleFromActiveTLOffset: D3DKMDT_2DOFFSET,
        pub VisibleFromActiveBROffset: D3DKMDT_2DOFFSET,
        pub VidPnTargetColorBasis: D3DKMDT_COLOR_BASIS,
        pub VidPnTargetColorCoeffDynamicRanges: D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES,
        pub Content: D3DKMDT_VIDPN_PRESENT_PATH_CONTENT,
        pub CopyProtection: D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION,
        pub GammaRamp: D3DKMDT_GAMMA_RAMP,
    }

    pub opaque D3DKMDT_HVIDPNSOURCEMODESET__ {}

    pub struct D3DKMDT_GRAPHICS_RENDERING_FORMAT {
        pub PrimSurfSize: D3DKMDT_2DREGION,
        pub VisibleRegionSize: D3DKMDT_2DREGION,
        pub Stride: DWORD,
        pub PixelFormat: D3DDDIFORMAT,
        pub ColorBasis: D3DKMDT_COLOR_BASIS,
        pub PixelValueAccessMode: D3DKMDT_PIXEL_VALUE_ACCESS_MODE,
    }

    pub union D3DKMDT_VIDPN_SOURCE_MODE_Format {
        pub Graphics: D3DKMDT_GRAPHICS_RENDERING_FORMAT,
        pub Text: D3DKMDT_TEXT_RENDERING_FORMAT,
    }

    pub struct D3DKMDT_VIDPN_SOURCE_MODE {
        pub Id: D3DKMDT_VIDEO_PRESENT_SOURCE_MODE_ID,
        pub Type: D3DKMDT_VIDPN_SOURCE_MODE_TYPE,
        pub Format: D3DKMDT_VIDPN_SOURCE_MODE_Format,
    }

    pub opaque D3DKMDT_HVIDPNTARGETMODESET__ {}

    pub bits(UINT) D3DKMDT_VIDEO_SIGNAL_INFO_AdditionalSignalInfo {
        ScanLineOrdering: 0..=2,
        VSyncFreqDivider: 3..=8,
        Reserved: 9..=31,
    }

    pub union D3DKMDT_VIDEO_SIGNAL_INFO_Anonymous {
        pub AdditionalSignalInfo: D3DKMDT_VIDEO_SIGNAL_INFO_AdditionalSignalInfo,
        pub ScanLineOrdering: D3DDDI_VIDEO_SIGNAL_SCANLINE_ORDERING,
    }

    pub struct D3DKMDT_VIDEO_SIGNAL_INFO {
        pub VideoStandard: D3DKMDT_VIDEO_SIGNAL_STANDARD,
        pub TotalSize: D3DKMDT_2DREGION,
        pub ActiveSize: D3DKMDT_2DREGION,
        pub VSyncFreq: D3DDDI_RATIONAL,
        pub HSyncFreq: D3DDDI_RATIONAL,
        pub PixelRate: SIZE_T,
        pub Anonymous: D3DKMDT_VIDEO_SIGNAL_INFO_Anonymous,
    }

    pub struct D3DKMDT_VIDPN_TARGET_MODE {
        pub Id: D3DKMDT_VIDEO_PRESENT_TARGET_MODE_ID,
        pub VideoSignalInfo: D3DKMDT_VIDEO_SIGNAL_INFO,
        pub Preference: D3DKMDT_MODE_PREFERENCE,
    }

    pub struct D3DKMDT_FREQUENCY_RANGE {
        pub MinVSyncFreq: D3DDDI_RATIONAL,
        pub MaxVSyncFreq: D3DDDI_RATIONAL,
        pub MinHSyncFreq: D3DDDI_RATIONAL,
        pub MaxHSyncFreq: D3DDDI_RATIONAL,
    }

    pub struct DXGK_DISPLAY_INFORMATION {
        pub Width: UINT,
        pub Height: UINT,
        pub Pitch: UINT,
        pub ColorFormat: D3DDDIFORMAT,
        pub PhysicAddress: PHYSICAL_ADDRESS,
        pub TargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub AcpiId: ULONG,
    }

    pub struct D3DKMDT_PALETTEDATA {
        pub Red: BYTE,
        pub Green: BYTE,
        pub Blue: BYTE,
        pub Unused: BYTE,
    }

    pub struct DXGKARG_SETPALETTE {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub FirstEntry: UINT,
        pub NumEntries: UINT,
        pub pLookupTable: *mut D3DKMDT_PALETTEDATA,
    }

    pub bits(UINT) D3DKMDT_VIDPN_HW_CAPABILITY {
        DriverRotation: 0,
        DriverScaling: 1,
        DriverCloning: 2,
        DriverColorConvert: 3,
        DriverLinkedAdapaterOutput: 4,
        DriverRemoteDisplay: 5,
        Reserved: 6..=31,
    }

    pub struct D3DKMT_MOVE_RECT {
        pub SourcePoint: POINT,
        pub DestRect: RECT,
    }

    pub struct D3DKMDT_PREEMPTION_CAPS {
        pub GraphicsPreemptionGranularity: D3DKMDT_GRAPHICS_PREEMPTION_GRANULARITY,
        pub ComputePreemptionGranularity: D3DKMDT_COMPUTE_PREEMPTION_GRANULARITY,
    }
}

constants! {
    pub enum D3DKMDT_VIDPN_PRESENT_PATH_IMPORTANCE: i32 {
        D3DKMDT_VPPI_UNINITIALIZED = 0,
        D3DKMDT_VPPI_PRIMARY = 1,
        D3DKMDT_VPPI_SECONDARY = 2,
        D3DKMDT_VPPI_TERTIARY = 3,
        D3DKMDT_VPPI_QUATERNARY = 4,
        D3DKMDT_VPPI_QUINARY = 5,
        D3DKMDT_VPPI_SENARY = 6,
        D3DKMDT_VPPI_SEPTENARY = 7,
        D3DKMDT_VPPI_OCTONARY = 8,
        D3DKMDT_VPPI_NONARY = 9,
        D3DKMDT_VPPI_DENARY = 10,
    }

    pub enum D3DKMDT_VIDPN_PRESENT_PATH_SCALING: i32 {
        D3DKMDT_VPPS_UNINITIALIZED = 0,
        D3DKMDT_VPPS_IDENTITY = 1,
        D3DKMDT_VPPS_CENTERED = 2,
        D3DKMDT_VPPS_STRETCHED = 3,
        D3DKMDT_VPPS_ASPECTRATIOCENTEREDMAX = 4,
        D3DKMDT_VPPS_CUSTOM = 5,
        D3DKMDT_VPPS_RESERVED1 = 253,
        D3DKMDT_VPPS_UNPINNED = 254,
        D3DKMDT_VPPS_NOTSPECIFIED = 255,
    }

    pub enum D3DKMDT_VIDPN_PRESENT_PATH_ROTATION: i32 {
        D3DKMDT_VPPR_UNINITIALIZED = 0,
        D3DKMDT_VPPR_IDENTITY = 1,
        D3DKMDT_VPPR_ROTATE90 = 2,
        D3DKMDT_VPPR_ROTATE180 = 3,
        D3DKMDT_VPPR_ROTATE270 = 4,
        D3DKMDT_VPPR_UNPINNED = 254,
        D3DKMDT_VPPR_NOTSPECIFIED = 255,
    }

    pub enum D3DKMDT_COLOR_BASIS: i32 {
        D3DKMDT_CB_UNINITIALIZED = 0,
        D3DKMDT_CB_INTENSITY = 1,
        D3DKMDT_CB_SRGB = 2,
        D3DKMDT_CB_SCRGB = 3,
        D3DKMDT_CB_YCBCR = 4,
        D3DKMDT_CB_YPBPR = 5,
    }

    pub enum D3DKMDT_VIDPN_PRESENT_PATH_CONTENT: i32 {
        D3DKMDT_VPPC_UNINITIALIZED = 0,
        D3DKMDT_VPPC_GRAPHICS = 1,
        D3DKMDT_VPPC_VIDEO = 2,
        D3DKMDT_VPPC_NOTSPECIFIED = 255,
    }

    pub enum D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_TYPE: i32 {
        D3DKMDT_VPPMT_UNINITIALIZED = 0,
        D3DKMDT_VPPMT_NOPROTECTION = 1,
        D3DKMDT_VPPMT_MACROVISION_APSTRIGGER = 2,
        D3DKMDT_VPPMT_MACROVISION_FULLSUPPORT = 3,
    }

    pub enum D3DKMDT_VIDPN_SOURCE_MODE_TYPE: i32 {
        D3DKMDT_RMT_UNINITIALIZED = 0,
        D3DKMDT_RMT_GRAPHICS = 1,
        D3DKMDT_RMT_TEXT = 2,
        D3DKMDT_RMT_GRAPHICS_STEREO = 3,
        D3DKMDT_RMT_GRAPHICS_STEREO_ADVANCED_SCAN = 4,
    }

    pub enum D3DKMDT_PIXEL_VALUE_ACCESS_MODE: i32 {
        D3DKMDT_PVAM_UNINITIALIZED = 0,
        D3DKMDT_PVAM_DIRECT = 1,
        D3DKMDT_PVAM_PRESETPALETTE = 2,
        D3DKMDT_PVAM_SETTABLEPALETTE = 3,
    }

    pub enum D3DKMDT_TEXT_RENDERING_FORMAT: i32 {
        D3DKMDT_TRF_UNINITIALIZED = 0,
    }

    pub enum D3DKMDT_VIDEO_SIGNAL_STANDARD: i32 {
        D3DKMDT_VSS_UNINITIALIZED = 0,
        D3DKMDT_VSS_VESA_DMT = 1,
        D3DKMDT_VSS_VESA_GTF = 2,
        D3DKMDT_VSS_VESA_CVT = 3,
        D3DKMDT_VSS_IBM = 4,
        D3DKMDT_VSS_APPLE = 5,
        D3DKMDT_VSS_NTSC_M = 6,
        D3DKMDT_VSS_NTSC_J = 7,
        D3DKMDT_VSS_NTSC_443 = 8,
        D3DKMDT_VSS_PAL_B = 9,
        D3DKMDT_VSS_PAL_B1 = 10,
        D3DKMDT_VSS_PAL_G = 11,
        D3DKMDT_VSS_PAL_H = 12,
        D3DKMDT_VSS_PAL_I = 13,
        D3DKMDT_VSS_PAL_D = 14,
        D3DKMDT_VSS_PAL_N = 15,
        D3DKMDT_VSS_PAL_NC = 16,
        D3DKMDT_VSS_SECAM_B = 17,
        D3DKMDT_VSS_SECAM_D = 18,
        D3DKMDT_VSS_SECAM_G = 19,
        D3DKMDT_VSS_SECAM_H = 20,
        D3DKMDT_VSS_SECAM_K = 21,
        D3DKMDT_VSS_SECAM_K1 = 22,
        D3DKMDT_VSS_SECAM_L = 23,
        D3DKMDT_VSS_SECAM_L1 = 24,
        D3DKMDT_VSS_EIA_861 = 25,
        D3DKMDT_VSS_EIA_861A = 26,
        D3DKMDT_VSS_EIA_861B = 27,
        D3DKMDT_VSS_PAL_K = 28,
        D3DKMDT_VSS_PAL_K1 = 29,
        D3DKMDT_VSS_PAL_L = 30,
        D3DKMDT_VSS_PAL_M = 31,
        D3DKMDT_VSS_OTHER = 255,
    }

    pub enum D3DKMDT_MODE_PREFERENCE: i32 {
        D3DKMDT_MP_UNINITIALIZED = 0,
        D3DKMDT_MP_PREFERRED = 1,
        D3DKMDT_MP_NOTPREFERRED = 2,
    }

    pub enum D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY: i32 {
        D3DKMDT_VOT_UNINITIALIZED = -2,
        D3DKMDT_VOT_OTHER = -1,
        D3DKMDT_VOT_HD15 = 0,
        D3DKMDT_VOT_SVIDEO = 1,
        D3DKMDT_VOT_COMPOSITE_VIDEO = 2,
        D3DKMDT_VOT_COMPONENT_VIDEO = 3,
        D3DKMDT_VOT_DVI = 4,
        D3DKMDT_VOT_HDMI = 5,
        D3DKMDT_VOT_LVDS = 6,
        D3DKMDT_VOT_D_JPN = 8,
        D3DKMDT_VOT_SDI = 9,
        D3DKMDT_VOT_DISPLAYPORT_EXTERNAL = 10,
        D3DKMDT_VOT_DISPLAYPORT_EMBEDDED = 11,
        D3DKMDT_VOT_UDI_EXTERNAL = 12,
        D3DKMDT_VOT_UDI_EMBEDDED = 13,
        D3DKMDT_VOT_SDTVDONGLE = 14,
        D3DKMDT_VOT_MIRACAST = 15,
        D3DKMDT_VOT_INTERNAL = -2147483648,
        D3DKMDT_VOT_SVIDEO_4PIN = 1,
        D3DKMDT_VOT_SVIDEO_7PIN = 1,
        D3DKMDT_VOT_RF = 2,
        D3DKMDT_VOT_RCA_3COMPONENT = 3,
        D3DKMDT_VOT_BNC = 3,
    }

    pub enum D3DKMDT_MONITOR_ORIENTATION_AWARENESS: i32 {
        D3DKMDT_MOA_UNINITIALIZED = 0,
        D3DKMDT_MOA_NONE = 1,
        D3DKMDT_MOA_POLLED = 2,
        D3DKMDT_MOA_INTERRUPTIBLE = 3,
    }

    pub enum DXGK_CHILD_DEVICE_HPD_AWARENESS: i32 {
        HpdAwarenessUninitialized = 0,
        HpdAwarenessAlwaysConnected = 1,
        HpdAwarenessNone = 2,
        HpdAwarenessPolled = 3,
        HpdAwarenessInterruptible = 4,
    }

    pub enum D3DKMDT_ENUMCOFUNCMODALITY_PIVOT_TYPE: i32 {
        D3DKMDT_EPT_UNINITIALIZED = 0,
        D3DKMDT_EPT_VIDPNSOURCE = 1,
        D3DKMDT_EPT_VIDPNTARGET = 2,
        D3DKMDT_EPT_SCALING = 3,
        D3DKMDT_EPT_ROTATION = 4,
        D3DKMDT_EPT_NOPIVOT = 5,
    }

    pub enum D3DKMDT_GRAPHICS_PREEMPTION_GRANULARITY: i32 {
        D3DKMDT_GRAPHICS_PREEMPTION_NONE = 0,
        D3DKMDT_GRAPHICS_PREEMPTION_DMA_BUFFER_BOUNDARY = 100,
        D3DKMDT_GRAPHICS_PREEMPTION_PRIMITIVE_BOUNDARY = 200,
        D3DKMDT_GRAPHICS_PREEMPTION_TRIANGLE_BOUNDARY = 300,
        D3DKMDT_GRAPHICS_PREEMPTION_PIXEL_BOUNDARY = 400,
        D3DKMDT_GRAPHICS_PREEMPTION_SHADER_BOUNDARY = 500,
    }

    pub enum D3DKMDT_COMPUTE_PREEMPTION_GRANULARITY: i32 {
        D3DKMDT_COMPUTE_PREEMPTION_NONE = 0,
        D3DKMDT_COMPUTE_PREEMPTION_DMA_BUFFER_BOUNDARY = 100,
        D3DKMDT_COMPUTE_PREEMPTION_DISPATCH_BOUNDARY = 200,
        D3DKMDT_COMPUTE_PREEMPTION_THREAD_GROUP_BOUNDARY = 300,
        D3DKMDT_COMPUTE_PREEMPTION_THREAD_BOUNDARY = 400,
        D3DKMDT_COMPUTE_PREEMPTION_SHADER_BOUNDARY = 500,
    }

    pub enum D3DKMDT_GTFCOMPLIANCE: i32 {
        D3DKMDT_GTF_UNINITIALIZED = 0,
        D3DKMDT_GTF_COMPLIANT = 1,
        D3DKMDT_GTF_NOTCOMPLIANT = 2,
    }

    pub define u32 {
        D3DKMDT_DIMENSION_UNINITIALIZED = 0xffffffff,
        D3DKMDT_FREQUENCY_UNINITIALIZED = 0xffffffff,
        D3DKMDT_DIMENSION_NOTSPECIFIED = 0xfffffffe,
        D3DKMDT_FREQUENCY_NOTSPECIFIED = 0xfffffffe,
        D3DKMDT_MAX_OVERLAYS_BITCOUNT = 2,
        D3DKMDT_MAX_OVERLAYS = 4,
        D3DKMDT_MACROVISION_OEMCOPYPROTECTION_SIZE = 0x100,
    }
}
