//! Signals and modes that the model makes itself: what Monitor.sys would derive from an EDID or take by default.

use dxgk_sys::*;

/// Sizes that a monitor without EDID is taken to support, the preferred one first.
pub(crate) const DEFAULTS: [(u32, u32); 3] = [(1024, 768), (800, 600), (640, 480)];

/// A progressive 60 Hz signal with reduced blanking for this size.
pub(crate) fn signal(width: u32, height: u32) -> D3DKMDT_VIDEO_SIGNAL_INFO {
    let total = D3DKMDT_2DREGION {
        cx: width + 160,
        cy: height + 30,
    };
    D3DKMDT_VIDEO_SIGNAL_INFO {
        VideoStandard: D3DKMDT_VSS_OTHER,
        TotalSize: total,
        ActiveSize: D3DKMDT_2DREGION {
            cx: width,
            cy: height,
        },
        VSyncFreq: D3DDDI_RATIONAL {
            Numerator: 60,
            Denominator: 1,
        },
        HSyncFreq: D3DDDI_RATIONAL {
            Numerator: 60 * total.cy,
            Denominator: 1,
        },
        PixelRate: 60 * total.cx as usize * total.cy as usize,
        Anonymous: D3DKMDT_VIDEO_SIGNAL_INFO_Anonymous {
            ScanLineOrdering: D3DDDI_VSSLO_PROGRESSIVE,
        },
    }
}

/// A source's mode of this size, in the format that display-only sources have.
pub(crate) fn source_mode(id: u32, size: (u32, u32)) -> D3DKMDT_VIDPN_SOURCE_MODE {
    let region = D3DKMDT_2DREGION {
        cx: size.0,
        cy: size.1,
    };
    let mut mode = D3DKMDT_VIDPN_SOURCE_MODE::zeroed();
    mode.Id = id;
    mode.Type = D3DKMDT_RMT_GRAPHICS;
    mode.Format.Graphics = D3DKMDT_GRAPHICS_RENDERING_FORMAT {
        PrimSurfSize: region,
        VisibleRegionSize: region,
        Stride: size.0 * 4,
        PixelFormat: D3DDDIFMT_A8R8G8B8,
        ColorBasis: D3DKMDT_CB_SRGB,
        PixelValueAccessMode: D3DKMDT_PVAM_DIRECT,
    };
    mode
}

/// A monitor's mode of this size.
pub(crate) fn monitor_mode(
    id: u32,
    size: (u32, u32),
    preferred: bool,
    from_edid: bool,
) -> D3DKMDT_MONITOR_SOURCE_MODE {
    let mut mode = D3DKMDT_MONITOR_SOURCE_MODE::zeroed();
    mode.Id = id;
    mode.VideoSignalInfo = signal(size.0, size.1);
    mode.ColorBasis = D3DKMDT_CB_SRGB;
    mode.ColorCoeffDynamicRanges = D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES {
        FirstChannel: 8,
        SecondChannel: 8,
        ThirdChannel: 8,
        FourthChannel: 8,
    };
    mode.Origin = if from_edid {
        D3DKMDT_MCO_MONITORDESCRIPTOR
    } else {
        D3DKMDT_MCO_DEFAULTMONITORPROFILE
    };
    mode.Preference = if preferred {
        D3DKMDT_MP_PREFERRED
    } else {
        D3DKMDT_MP_NOTPREFERRED
    };
    mode
}

/// A present path as the VidPN manager makes it: nothing pinned, everything else at its default.
pub(crate) fn path(
    source: u32,
    target: u32,
    basis: D3DKMDT_COLOR_BASIS,
) -> D3DKMDT_VIDPN_PRESENT_PATH {
    let mut path = D3DKMDT_VIDPN_PRESENT_PATH::zeroed();
    path.VidPnSourceId = source;
    path.VidPnTargetId = target;
    path.ImportanceOrdinal = D3DKMDT_VPPI_PRIMARY;
    path.ContentTransformation.Scaling = D3DKMDT_VPPS_UNPINNED;
    path.ContentTransformation.Rotation = D3DKMDT_VPPR_UNPINNED;
    path.VidPnTargetColorBasis = basis;
    path.VidPnTargetColorCoeffDynamicRanges = D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES {
        FirstChannel: 8,
        SecondChannel: 8,
        ThirdChannel: 8,
        FourthChannel: 8,
    };
    path.Content = D3DKMDT_VPPC_GRAPHICS;
    path.CopyProtection.CopyProtectionType = D3DKMDT_VPPMT_NOPROTECTION;
    path.GammaRamp.Type = D3DDDI_GAMMARAMP_DEFAULT;
    path
}
