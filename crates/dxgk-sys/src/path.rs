//! Present paths of a VidPN and what they do to the picture (`d3dkmdt.h`).

use crate::*;

/// Counts the paths that start at one source.
pub type D3DKMDT_VIDPN_PRESENT_PATH_INDEX = SIZE_T;

/// A distance in pixels.
pub type D3DKMDT_2DOFFSET = D3DKMDT_2DREGION;

abi! {
    /// The kinds of scaling a path supports.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_present_path_scaling_support).
    pub bits(UINT) D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT {
        Identity: 0,
        Centered: 1,
        Stretched: 2,
        AspectRatioCenteredMax: 3,
        Custom: 4,
    }

    /// The kinds of rotation a path supports.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_present_path_rotation_support).
    pub bits(UINT) D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT {
        Identity: 0,
        Rotate90: 1,
        Rotate180: 2,
        Rotate270: 3,
    }

    /// Scaling and rotation of a path: what is set, and what is supported.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_present_path_transformation).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_VIDPN_PRESENT_PATH_TRANSFORMATION {
        pub Scaling: D3DKMDT_VIDPN_PRESENT_PATH_SCALING,
        pub ScalingSupport: D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT,
        pub Rotation: D3DKMDT_VIDPN_PRESENT_PATH_ROTATION,
        pub RotationSupport: D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT,
    }

    /// Bits of each colour component.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_color_coeff_dynamic_ranges).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES {
        pub FirstChannel: UINT,
        pub SecondChannel: UINT,
        pub ThirdChannel: UINT,
        pub FourthChannel: UINT,
    }

    /// The kinds of copy protection a path supports.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_present_path_copyprotection_support).
    pub bits(UINT) D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_SUPPORT {
        NoProtection: 0,
        MacroVisionApsTrigger: 1,
        MacroVisionFull: 2,
        Reserved: 3..=31,
    }

    /// Copy protection of a path.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_present_path_copyprotection).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION {
        pub CopyProtectionType: D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_TYPE,
        pub APSTriggerBits: UINT,
        pub OEMCopyProtection: [BYTE; 256],
        pub CopyProtectionSupport: D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_SUPPORT,
    }

    /// The member `Data` of [`D3DKMDT_GAMMA_RAMP`].
    pub union D3DKMDT_GAMMA_RAMP_Data {
        pub pRgb256x3x16: *mut D3DDDI_GAMMA_RAMP_RGB256x3x16,
        pub pDxgi1: *mut D3DDDI_GAMMA_RAMP_DXGI_1,
        pub pRaw: *mut c_void,
    }

    /// A gamma ramp; `Type` says which pointer holds.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_gamma_ramp).
    pub struct D3DKMDT_GAMMA_RAMP {
        pub Type: D3DDDI_GAMMARAMP_TYPE,
        pub DataSize: SIZE_T,
        pub Data: D3DKMDT_GAMMA_RAMP_Data,
    }

    /// A path from a source to a target.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_vidpn_present_path).
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
}

constants! {
    /// How important a path is beside the others of its VidPN.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_vidpn_present_path_importance).
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

    /// How the source's picture is fitted to the target.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_vidpn_present_path_scaling).
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

    /// How the source's picture is turned for the target.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_vidpn_present_path_rotation).
    pub enum D3DKMDT_VIDPN_PRESENT_PATH_ROTATION: i32 {
        D3DKMDT_VPPR_UNINITIALIZED = 0,
        D3DKMDT_VPPR_IDENTITY = 1,
        D3DKMDT_VPPR_ROTATE90 = 2,
        D3DKMDT_VPPR_ROTATE180 = 3,
        D3DKMDT_VPPR_ROTATE270 = 4,
        D3DKMDT_VPPR_UNPINNED = 254,
        D3DKMDT_VPPR_NOTSPECIFIED = 255,
    }

    /// What a path mostly shows.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_vidpn_present_path_content).
    pub enum D3DKMDT_VIDPN_PRESENT_PATH_CONTENT: i32 {
        D3DKMDT_VPPC_UNINITIALIZED = 0,
        D3DKMDT_VPPC_GRAPHICS = 1,
        D3DKMDT_VPPC_VIDEO = 2,
        D3DKMDT_VPPC_NOTSPECIFIED = 255,
    }

    /// How a path's picture is protected from copying.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_vidpn_present_path_copyprotection_type).
    pub enum D3DKMDT_VIDPN_PRESENT_PATH_COPYPROTECTION_TYPE: i32 {
        D3DKMDT_VPPMT_UNINITIALIZED = 0,
        D3DKMDT_VPPMT_NOPROTECTION = 1,
        D3DKMDT_VPPMT_MACROVISION_APSTRIGGER = 2,
        D3DKMDT_VPPMT_MACROVISION_FULLSUPPORT = 3,
    }

    /// The size of the manufacturer's copy protection data in bytes.
    pub define u32 {
        D3DKMDT_MACROVISION_OEMCOPYPROTECTION_SIZE = 0x100,
    }
}
