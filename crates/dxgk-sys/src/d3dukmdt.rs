//! Types shared between user and kernel mode (`d3dukmdt.h`): formats, rationals, gamma ramps, identifiers.

use crate::*;

/// A handle of the graphics kernel that user mode knows too.
pub type D3DKMT_HANDLE = UINT;

/// Identifies a target: the child's `ChildUid`, or a `D3DDDI_ID_*`.
pub type D3DDDI_VIDEO_PRESENT_TARGET_ID = UINT;

/// Identifies a source: 0 to the number of sources less one, or a `D3DDDI_ID_*`.
pub type D3DDDI_VIDEO_PRESENT_SOURCE_ID = UINT;

abi! {
    /// A gamma ramp of 256 steps for each colour.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ns-d3dukmdt-_d3dddi_gamma_ramp_rgb256x3x16).
    #[derive(PartialEq, Eq)]
    pub struct D3DDDI_GAMMA_RAMP_RGB256x3x16 {
        pub Red: [USHORT; 256],
        pub Green: [USHORT; 256],
        pub Blue: [USHORT; 256],
    }

    /// A colour of three floats.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ns-d3dukmdt-d3dddi_dxgi_rgb).
    pub struct D3DDDI_DXGI_RGB {
        pub Red: FLOAT,
        pub Green: FLOAT,
        pub Blue: FLOAT,
    }

    /// A gamma ramp of 1025 floats for each colour.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ns-d3dukmdt-_d3dddi_gamma_ramp_dxgi_1).
    pub struct D3DDDI_GAMMA_RAMP_DXGI_1 {
        pub Scale: D3DDDI_DXGI_RGB,
        pub Offset: D3DDDI_DXGI_RGB,
        pub GammaCurve: [D3DDDI_DXGI_RGB; 1025],
    }

    /// A way of multisampling.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ns-d3dukmdt-_d3dddi_multisamplingmethod).
    #[derive(PartialEq, Eq)]
    pub struct D3DDDI_MULTISAMPLINGMETHOD {
        pub NumSamples: UINT,
        pub NumQualityLevels: UINT,
    }

    /// A fraction.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ns-d3dukmdt-_d3dddi_rational).
    #[derive(PartialEq, Eq)]
    pub struct D3DDDI_RATIONAL {
        pub Numerator: UINT,
        pub Denominator: UINT,
    }

    /// Which memory segments an allocation would like, best first.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ns-d3dukmdt-_d3dddi_segmentpreference).
    pub bits(UINT) D3DDDI_SEGMENTPREFERENCE {
        SegmentId0: 0..=4,
        Direction0: 5,
        SegmentId1: 6..=10,
        Direction1: 11,
        SegmentId2: 12..=16,
        Direction2: 17,
        SegmentId3: 18..=22,
        Direction3: 23,
        SegmentId4: 24..=28,
        Direction4: 29,
        Reserved: 30..=31,
    }

    /// Flags of [`DXGKARG_ESCAPE`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ns-d3dukmdt-_d3dddi_escapeflags).
    pub bits(UINT) D3DDDI_ESCAPEFLAGS {
        HardwareAccess: 0,
        DeviceStatusQuery: 1,
        ChangeFrameLatency: 2,
        Reserved: 3..=31,
    }
}

constants! {
    /// How a picture is turned.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ne-d3dukmdt-_d3dddi_rotation).
    pub enum D3DDDI_ROTATION: i32 {
        D3DDDI_ROTATION_IDENTITY = 1,
        D3DDDI_ROTATION_90 = 2,
        D3DDDI_ROTATION_180 = 3,
        D3DDDI_ROTATION_270 = 4,
    }

    /// The kind of a gamma ramp.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ne-d3dukmdt-_d3dddi_gammaramp_type).
    pub enum D3DDDI_GAMMARAMP_TYPE: i32 {
        D3DDDI_GAMMARAMP_UNINITIALIZED = 0,
        D3DDDI_GAMMARAMP_DEFAULT = 1,
        D3DDDI_GAMMARAMP_RGB256x3x16 = 2,
        D3DDDI_GAMMARAMP_DXGI_1 = 3,
    }

    /// The format of a pixel.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ne-d3dukmdt-_d3dddiformat).
    pub enum D3DDDIFORMAT: i32 {
        D3DDDIFMT_UNKNOWN = 0,
        D3DDDIFMT_R8G8B8 = 20,
        D3DDDIFMT_A8R8G8B8 = 21,
        D3DDDIFMT_X8R8G8B8 = 22,
        D3DDDIFMT_R5G6B5 = 23,
        D3DDDIFMT_X1R5G5B5 = 24,
        D3DDDIFMT_A1R5G5B5 = 25,
        D3DDDIFMT_A4R4G4B4 = 26,
        D3DDDIFMT_R3G3B2 = 27,
        D3DDDIFMT_A8 = 28,
        D3DDDIFMT_A8R3G3B2 = 29,
        D3DDDIFMT_X4R4G4B4 = 30,
        D3DDDIFMT_A2B10G10R10 = 31,
        D3DDDIFMT_A8B8G8R8 = 32,
        D3DDDIFMT_X8B8G8R8 = 33,
        D3DDDIFMT_G16R16 = 34,
        D3DDDIFMT_A2R10G10B10 = 35,
        D3DDDIFMT_A16B16G16R16 = 36,
        D3DDDIFMT_A8P8 = 40,
        D3DDDIFMT_P8 = 41,
        D3DDDIFMT_L8 = 50,
        D3DDDIFMT_A8L8 = 51,
        D3DDDIFMT_A4L4 = 52,
        D3DDDIFMT_V8U8 = 60,
        D3DDDIFMT_L6V5U5 = 61,
        D3DDDIFMT_X8L8V8U8 = 62,
        D3DDDIFMT_Q8W8V8U8 = 63,
        D3DDDIFMT_V16U16 = 64,
        D3DDDIFMT_W11V11U10 = 65,
        D3DDDIFMT_A2W10V10U10 = 67,
        D3DDDIFMT_UYVY = 1498831189,
        D3DDDIFMT_R8G8_B8G8 = 1195525970,
        D3DDDIFMT_YUY2 = 844715353,
        D3DDDIFMT_G8R8_G8B8 = 1111970375,
        D3DDDIFMT_DXT1 = 827611204,
        D3DDDIFMT_DXT2 = 844388420,
        D3DDDIFMT_DXT3 = 861165636,
        D3DDDIFMT_DXT4 = 877942852,
        D3DDDIFMT_DXT5 = 894720068,
        D3DDDIFMT_D16_LOCKABLE = 70,
        D3DDDIFMT_D32 = 71,
        D3DDDIFMT_D15S1 = 73,
        D3DDDIFMT_D24S8 = 75,
        D3DDDIFMT_D24X8 = 77,
        D3DDDIFMT_D24X4S4 = 79,
        D3DDDIFMT_D16 = 80,
        D3DDDIFMT_D32F_LOCKABLE = 82,
        D3DDDIFMT_D24FS8 = 83,
        D3DDDIFMT_D32_LOCKABLE = 84,
        D3DDDIFMT_S8_LOCKABLE = 85,
        D3DDDIFMT_S1D15 = 72,
        D3DDDIFMT_S8D24 = 74,
        D3DDDIFMT_X8D24 = 76,
        D3DDDIFMT_X4S4D24 = 78,
        D3DDDIFMT_L16 = 81,
        D3DDDIFMT_G8R8 = 91,
        D3DDDIFMT_R8 = 92,
        D3DDDIFMT_VERTEXDATA = 100,
        D3DDDIFMT_INDEX16 = 101,
        D3DDDIFMT_INDEX32 = 102,
        D3DDDIFMT_Q16W16V16U16 = 110,
        D3DDDIFMT_MULTI2_ARGB8 = 827606349,
        D3DDDIFMT_R16F = 111,
        D3DDDIFMT_G16R16F = 112,
        D3DDDIFMT_A16B16G16R16F = 113,
        D3DDDIFMT_R32F = 114,
        D3DDDIFMT_G32R32F = 115,
        D3DDDIFMT_A32B32G32R32F = 116,
        D3DDDIFMT_CxV8U8 = 117,
        D3DDDIFMT_A1 = 118,
        D3DDDIFMT_A2B10G10R10_XR_BIAS = 119,
        D3DDDIFMT_DXVACOMPBUFFER_BASE = 150,
        D3DDDIFMT_PICTUREPARAMSDATA = 150,
        D3DDDIFMT_MACROBLOCKDATA = 151,
        D3DDDIFMT_RESIDUALDIFFERENCEDATA = 152,
        D3DDDIFMT_DEBLOCKINGDATA = 153,
        D3DDDIFMT_INVERSEQUANTIZATIONDATA = 154,
        D3DDDIFMT_SLICECONTROLDATA = 155,
        D3DDDIFMT_BITSTREAMDATA = 156,
        D3DDDIFMT_MOTIONVECTORBUFFER = 157,
        D3DDDIFMT_FILMGRAINBUFFER = 158,
        D3DDDIFMT_DXVA_RESERVED9 = 159,
        D3DDDIFMT_DXVA_RESERVED10 = 160,
        D3DDDIFMT_DXVA_RESERVED11 = 161,
        D3DDDIFMT_DXVA_RESERVED12 = 162,
        D3DDDIFMT_DXVA_RESERVED13 = 163,
        D3DDDIFMT_DXVA_RESERVED14 = 164,
        D3DDDIFMT_DXVA_RESERVED15 = 165,
        D3DDDIFMT_DXVA_RESERVED16 = 166,
        D3DDDIFMT_DXVA_RESERVED17 = 167,
        D3DDDIFMT_DXVA_RESERVED18 = 168,
        D3DDDIFMT_DXVA_RESERVED19 = 169,
        D3DDDIFMT_DXVA_RESERVED20 = 170,
        D3DDDIFMT_DXVA_RESERVED21 = 171,
        D3DDDIFMT_DXVA_RESERVED22 = 172,
        D3DDDIFMT_DXVA_RESERVED23 = 173,
        D3DDDIFMT_DXVA_RESERVED24 = 174,
        D3DDDIFMT_DXVA_RESERVED25 = 175,
        D3DDDIFMT_DXVA_RESERVED26 = 176,
        D3DDDIFMT_DXVA_RESERVED27 = 177,
        D3DDDIFMT_DXVA_RESERVED28 = 178,
        D3DDDIFMT_DXVA_RESERVED29 = 179,
        D3DDDIFMT_DXVA_RESERVED30 = 180,
        D3DDDIFMT_DXVA_RESERVED31 = 181,
        D3DDDIFMT_DXVACOMPBUFFER_MAX = 181,
        D3DDDIFMT_BINARYBUFFER = 199,
        D3DDDIFMT_FORCE_UINT = 2147483647,
    }

    /// Whether a signal is progressive or interlaced.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dukmdt/ne-d3dukmdt-_d3dddi_video_signal_scanline_ordering).
    pub enum D3DDDI_VIDEO_SIGNAL_SCANLINE_ORDERING: i32 {
        D3DDDI_VSSLO_UNINITIALIZED = 0,
        D3DDDI_VSSLO_PROGRESSIVE = 1,
        D3DDDI_VSSLO_INTERLACED_UPPERFIELDFIRST = 2,
        D3DDDI_VSSLO_INTERLACED_LOWERFIELDFIRST = 3,
        D3DDDI_VSSLO_OTHER = 255,
    }

    /// Identifiers of sources and targets that name none in particular.
    pub define u32 {
        D3DDDI_ID_NOTAPPLICABLE = 0x0,
        D3DDDI_ID_ALL = 0xfffffffd,
        D3DDDI_ID_ANY = 0xfffffffe,
        D3DDDI_ID_UNINITIALIZED = 0xffffffff,
    }

    /// The most sources an adapter may have, and the bits that takes.
    pub define u32 {
        D3DKMDT_MAX_VIDPN_SOURCES_BITCOUNT = 4,
        D3DKMDT_MAX_VIDPN_SOURCES = 16,
    }
}
