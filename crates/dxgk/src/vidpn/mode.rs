//! Modes: what a source's picture looks like in memory, and what goes to a target's monitor.
//!
//! What dxgkrnl has pinned is read once and comes out as values. What goes into a mode set is checked before it is written.

use dxgk_sys::{
    D3DDDI_RATIONAL, D3DDDI_VSSLO_PROGRESSIVE, D3DDDIFMT_A8R8G8B8, D3DDDIFMT_R5G6B5,
    D3DDDIFMT_R8G8B8, D3DDDIFMT_X8R8G8B8, D3DDDIFORMAT, D3DKMDT_2DREGION, D3DKMDT_CB_SCRGB,
    D3DKMDT_FREQUENCY_NOTSPECIFIED, D3DKMDT_GRAPHICS_RENDERING_FORMAT, D3DKMDT_MP_NOTPREFERRED,
    D3DKMDT_MP_PREFERRED, D3DKMDT_PVAM_DIRECT, D3DKMDT_RMT_GRAPHICS, D3DKMDT_VIDEO_SIGNAL_INFO,
    D3DKMDT_VIDPN_SOURCE_MODE, D3DKMDT_VIDPN_TARGET_MODE, D3DKMDT_VSS_OTHER,
};

use crate::status::Status;

/// How a pixel lies in memory (D3DDDIFORMAT).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PixelFormat {
    /// 32 bits: blue in the lowest byte, green, red, alpha.
    A8R8G8B8,
    /// 32 bits: as A8R8G8B8, and the highest byte means nothing.
    X8R8G8B8,
    /// 24 bits: blue in the lowest byte, green, red.
    R8G8B8,
    /// 16 bits: five of blue in the lowest, six of green, five of red.
    R5G6B5,
}

impl PixelFormat {
    pub(crate) const fn read(format: D3DDDIFORMAT) -> Option<Self> {
        match format {
            D3DDDIFMT_A8R8G8B8 => Some(Self::A8R8G8B8),
            D3DDDIFMT_X8R8G8B8 => Some(Self::X8R8G8B8),
            D3DDDIFMT_R8G8B8 => Some(Self::R8G8B8),
            D3DDDIFMT_R5G6B5 => Some(Self::R5G6B5),
            _ => None,
        }
    }

    pub(crate) const fn raw(self) -> D3DDDIFORMAT {
        match self {
            Self::A8R8G8B8 => D3DDDIFMT_A8R8G8B8,
            Self::X8R8G8B8 => D3DDDIFMT_X8R8G8B8,
            Self::R8G8B8 => D3DDDIFMT_R8G8B8,
            Self::R5G6B5 => D3DDDIFMT_R5G6B5,
        }
    }

    /// Bytes of a pixel.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        match self {
            Self::A8R8G8B8 | Self::X8R8G8B8 => 4,
            Self::R8G8B8 => 3,
            Self::R5G6B5 => 2,
        }
    }
}

/// A linear source mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphicsMode {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from line to line.
    pub stride: u32,
    /// The pixel format.
    pub format: PixelFormat,
}

/// A source mode that is pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceMode {
    /// Linear pixels.
    Graphics(GraphicsMode),
    /// A mode that no display-only driver offers: text, palettes, or a format unknown here.
    Other,
}

impl SourceMode {
    /// Reads a mode of dxgkrnl's.
    pub(crate) fn read(mode: &D3DKMDT_VIDPN_SOURCE_MODE) -> Self {
        if mode.Type != D3DKMDT_RMT_GRAPHICS {
            return Self::Other;
        }
        // SAFETY: the type says that this arm is valid, and dxgkrnl has written the mode.
        let graphics = unsafe { mode.Format.Graphics };
        match PixelFormat::read(graphics.PixelFormat) {
            Some(format) if graphics.PixelValueAccessMode == D3DKMDT_PVAM_DIRECT => {
                Self::Graphics(GraphicsMode {
                    width: graphics.PrimSurfSize.cx,
                    height: graphics.PrimSurfSize.cy,
                    stride: graphics.Stride,
                    format,
                })
            }
            _ => Self::Other,
        }
    }

    /// The linear mode, if it is one.
    #[must_use]
    pub const fn graphics(self) -> Option<GraphicsMode> {
        match self {
            Self::Graphics(mode) => Some(mode),
            Self::Other => None,
        }
    }
}

impl GraphicsMode {
    /// Writes a mode info that dxgkrnl has made, except for its id.
    ///
    /// # Errors
    ///
    /// STATUS_INVALID_PARAMETER for a mode without pixels, or with lines longer than the stride.
    pub(super) fn write(self, mode: &mut D3DKMDT_VIDPN_SOURCE_MODE) -> Result<(), Status> {
        let line = self.width.checked_mul(self.format.bytes());
        if self.width == 0 || self.height == 0 || line.is_none_or(|line| line > self.stride) {
            return Err(Status::INVALID_PARAMETER);
        }
        let size = D3DKMDT_2DREGION {
            cx: self.width,
            cy: self.height,
        };
        mode.Type = D3DKMDT_RMT_GRAPHICS;
        mode.Format.Graphics = D3DKMDT_GRAPHICS_RENDERING_FORMAT {
            PrimSurfSize: size,
            VisibleRegionSize: size,
            Stride: self.stride,
            PixelFormat: self.format.raw(),
            ColorBasis: D3DKMDT_CB_SCRGB,
            PixelValueAccessMode: D3DKMDT_PVAM_DIRECT,
        };
        Ok(())
    }
}

/// A target mode that is pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TargetMode {
    /// Width in pixels of what is shown (ActiveSize).
    pub width: u32,
    /// Height in pixels of what is shown.
    pub height: u32,
}

impl TargetMode {
    /// A mode that shows so many pixels.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    pub(crate) const fn read(mode: &D3DKMDT_VIDPN_TARGET_MODE) -> Self {
        Self {
            width: mode.VideoSignalInfo.ActiveSize.cx,
            height: mode.VideoSignalInfo.ActiveSize.cy,
        }
    }
}

/// A progressive target mode without timing: what a display without VSync control reports, for which dxgkrnl then
/// simulates VSync (VSYNC pages: every frequency is D3DKMDT_FREQUENCY_NOTSPECIFIED).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalMode {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether the adapter prefers it for the source mode that is pinned.
    pub preferred: bool,
}

impl SignalMode {
    /// As [`GraphicsMode::write`].
    pub(super) fn write(self, mode: &mut D3DKMDT_VIDPN_TARGET_MODE) -> Result<(), Status> {
        if self.width == 0 || self.height == 0 {
            return Err(Status::INVALID_PARAMETER);
        }
        mode.VideoSignalInfo = self.signal();
        mode.Preference = if self.preferred {
            D3DKMDT_MP_PREFERRED
        } else {
            D3DKMDT_MP_NOTPREFERRED
        };
        Ok(())
    }

    fn signal(self) -> D3DKMDT_VIDEO_SIGNAL_INFO {
        const UNSPECIFIED: D3DDDI_RATIONAL = D3DDDI_RATIONAL {
            Numerator: D3DKMDT_FREQUENCY_NOTSPECIFIED,
            Denominator: D3DKMDT_FREQUENCY_NOTSPECIFIED,
        };
        let size = D3DKMDT_2DREGION {
            cx: self.width,
            cy: self.height,
        };
        let mut signal = D3DKMDT_VIDEO_SIGNAL_INFO {
            VideoStandard: D3DKMDT_VSS_OTHER,
            TotalSize: size,
            ActiveSize: size,
            VSyncFreq: UNSPECIFIED,
            HSyncFreq: UNSPECIFIED,
            PixelRate: D3DKMDT_FREQUENCY_NOTSPECIFIED as usize,
            ..Default::default()
        };
        signal.Anonymous.ScanLineOrdering = D3DDDI_VSSLO_PROGRESSIVE;
        signal
    }
}
