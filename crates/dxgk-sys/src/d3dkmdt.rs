//! Types of the VidPN model (`d3dkmdt.h`): handles, modes, signals.

use crate::*;

/// An address on the bus, in bytes.
pub type PHYSICAL_ADDRESS = LARGE_INTEGER;

/// A VidPN: which sources are shown on which targets, and how.
pub type D3DKMDT_HVIDPN = *mut D3DKMDT_HVIDPN__;

/// The paths of a VidPN.
pub type D3DKMDT_HVIDPNTOPOLOGY = *mut D3DKMDT_HVIDPNTOPOLOGY__;

/// The modes of a source in a VidPN; one may be pinned.
pub type D3DKMDT_HVIDPNSOURCEMODESET = *mut D3DKMDT_HVIDPNSOURCEMODESET__;

/// Identifies a mode in its source mode set.
pub type D3DKMDT_VIDEO_PRESENT_SOURCE_MODE_ID = UINT;

/// The modes of a target in a VidPN; one may be pinned.
pub type D3DKMDT_HVIDPNTARGETMODESET = *mut D3DKMDT_HVIDPNTARGETMODESET__;

/// Identifies a mode in its target mode set.
pub type D3DKMDT_VIDEO_PRESENT_TARGET_MODE_ID = UINT;

/// The port driver's handle of an adapter, as the monitor interface wants it.
pub type D3DKMDT_ADAPTER = *mut c_void;

abi! {
    /// What a [`D3DKMDT_HVIDPN`] points to, known to the port driver alone.
    pub opaque D3DKMDT_HVIDPN__ {}

    /// What a [`D3DKMDT_HVIDPNTOPOLOGY`] points to, known to the port driver alone.
    pub opaque D3DKMDT_HVIDPNTOPOLOGY__ {}

    /// A width and a height in pixels.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_2dregion).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_2DREGION {
        pub cx: UINT,
        pub cy: UINT,
    }

    /// What a [`D3DKMDT_HVIDPNSOURCEMODESET`] points to, known to the port driver alone.
    pub opaque D3DKMDT_HVIDPNSOURCEMODESET__ {}

    /// A graphics mode's surface: sizes in pixels, stride in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_graphics_rendering_format).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_GRAPHICS_RENDERING_FORMAT {
        pub PrimSurfSize: D3DKMDT_2DREGION,
        pub VisibleRegionSize: D3DKMDT_2DREGION,
        pub Stride: DWORD,
        pub PixelFormat: D3DDDIFORMAT,
        pub ColorBasis: D3DKMDT_COLOR_BASIS,
        pub PixelValueAccessMode: D3DKMDT_PIXEL_VALUE_ACCESS_MODE,
    }

    /// The member `Format` of [`D3DKMDT_VIDPN_SOURCE_MODE`].
    pub union D3DKMDT_VIDPN_SOURCE_MODE_Format {
        pub Graphics: D3DKMDT_GRAPHICS_RENDERING_FORMAT,
        pub Text: D3DKMDT_TEXT_RENDERING_FORMAT,
    }

    /// A mode of a source.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_source_mode).
    pub struct D3DKMDT_VIDPN_SOURCE_MODE {
        pub Id: D3DKMDT_VIDEO_PRESENT_SOURCE_MODE_ID,
        pub Type: D3DKMDT_VIDPN_SOURCE_MODE_TYPE,
        pub Format: D3DKMDT_VIDPN_SOURCE_MODE_Format,
    }

    /// What a [`D3DKMDT_HVIDPNTARGETMODESET`] points to, known to the port driver alone.
    pub opaque D3DKMDT_HVIDPNTARGETMODESET__ {}

    /// The member `AdditionalSignalInfo` of [`D3DKMDT_VIDEO_SIGNAL_INFO`].
    pub bits(UINT) D3DKMDT_VIDEO_SIGNAL_INFO_AdditionalSignalInfo {
        ScanLineOrdering: 0..=2,
        VSyncFreqDivider: 3..=8,
        Reserved: 9..=31,
    }

    /// The unnamed union in [`D3DKMDT_VIDEO_SIGNAL_INFO`].
    pub union D3DKMDT_VIDEO_SIGNAL_INFO_Anonymous {
        pub AdditionalSignalInfo: D3DKMDT_VIDEO_SIGNAL_INFO_AdditionalSignalInfo,
        pub ScanLineOrdering: D3DDDI_VIDEO_SIGNAL_SCANLINE_ORDERING,
    }

    /// A video signal: sizes in pixels, frequencies in hertz.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_video_signal_info).
    pub struct D3DKMDT_VIDEO_SIGNAL_INFO {
        pub VideoStandard: D3DKMDT_VIDEO_SIGNAL_STANDARD,
        pub TotalSize: D3DKMDT_2DREGION,
        pub ActiveSize: D3DKMDT_2DREGION,
        pub VSyncFreq: D3DDDI_RATIONAL,
        pub HSyncFreq: D3DDDI_RATIONAL,
        pub PixelRate: SIZE_T,
        pub Anonymous: D3DKMDT_VIDEO_SIGNAL_INFO_Anonymous,
    }

    /// A mode of a target.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_target_mode).
    pub struct D3DKMDT_VIDPN_TARGET_MODE {
        pub Id: D3DKMDT_VIDEO_PRESENT_TARGET_MODE_ID,
        pub VideoSignalInfo: D3DKMDT_VIDEO_SIGNAL_INFO,
        pub Preference: D3DKMDT_MODE_PREFERENCE,
    }

    /// The least and greatest frequencies a monitor takes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_frequency_range).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_FREQUENCY_RANGE {
        pub MinVSyncFreq: D3DDDI_RATIONAL,
        pub MaxVSyncFreq: D3DDDI_RATIONAL,
        pub MinHSyncFreq: D3DDDI_RATIONAL,
        pub MaxHSyncFreq: D3DDDI_RATIONAL,
    }

    /// What the driver does without the operating system's help on a path.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_hw_capability).
    pub bits(UINT) D3DKMDT_VIDPN_HW_CAPABILITY {
        DriverRotation: 0,
        DriverScaling: 1,
        DriverCloning: 2,
        DriverColorConvert: 3,
        DriverLinkedAdapaterOutput: 4,
        DriverRemoteDisplay: 5,
        Reserved: 6..=31,
    }
}

constants! {
    /// What a pixel's colour components mean.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_color_basis).
    pub enum D3DKMDT_COLOR_BASIS: i32 {
        D3DKMDT_CB_UNINITIALIZED = 0,
        D3DKMDT_CB_INTENSITY = 1,
        D3DKMDT_CB_SRGB = 2,
        D3DKMDT_CB_SCRGB = 3,
        D3DKMDT_CB_YCBCR = 4,
        D3DKMDT_CB_YPBPR = 5,
    }

    /// Whether a source mode shows graphics or text.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_vidpn_source_mode_type).
    pub enum D3DKMDT_VIDPN_SOURCE_MODE_TYPE: i32 {
        D3DKMDT_RMT_UNINITIALIZED = 0,
        D3DKMDT_RMT_GRAPHICS = 1,
        D3DKMDT_RMT_TEXT = 2,
        D3DKMDT_RMT_GRAPHICS_STEREO = 3,
        D3DKMDT_RMT_GRAPHICS_STEREO_ADVANCED_SCAN = 4,
    }

    /// Whether pixels hold colours or palette indices.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_pixel_value_access_mode).
    pub enum D3DKMDT_PIXEL_VALUE_ACCESS_MODE: i32 {
        D3DKMDT_PVAM_UNINITIALIZED = 0,
        D3DKMDT_PVAM_DIRECT = 1,
        D3DKMDT_PVAM_PRESETPALETTE = 2,
        D3DKMDT_PVAM_SETTABLEPALETTE = 3,
    }

    /// A text mode's format.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_text_rendering_format).
    pub enum D3DKMDT_TEXT_RENDERING_FORMAT: i32 {
        D3DKMDT_TRF_UNINITIALIZED = 0,
    }

    /// The standard a video signal follows.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_video_signal_standard).
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

    /// Whether a mode is a preferred one.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_mode_preference).
    pub enum D3DKMDT_MODE_PREFERENCE: i32 {
        D3DKMDT_MP_UNINITIALIZED = 0,
        D3DKMDT_MP_PREFERRED = 1,
        D3DKMDT_MP_NOTPREFERRED = 2,
    }

    /// Whether a monitor takes the timings of VESA's GTF.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_gtfcompliance).
    pub enum D3DKMDT_GTFCOMPLIANCE: i32 {
        D3DKMDT_GTF_UNINITIALIZED = 0,
        D3DKMDT_GTF_COMPLIANT = 1,
        D3DKMDT_GTF_NOTCOMPLIANT = 2,
    }

    /// A size or frequency that is not known, or that does not matter.
    pub define u32 {
        D3DKMDT_DIMENSION_NOTSPECIFIED = 0xfffffffe,
        D3DKMDT_FREQUENCY_NOTSPECIFIED = 0xfffffffe,
        D3DKMDT_DIMENSION_UNINITIALIZED = 0xffffffff,
        D3DKMDT_FREQUENCY_UNINITIALIZED = 0xffffffff,
    }
}
