//! Paths of a VidPN: which source goes to which target, and how its picture is transformed on the way.
//!
//! A path comes out of dxgkrnl as a copy with checked numbers. What may be changed of one is what
//! DXGK_VIDPNTOPOLOGY_INTERFACE::pfnUpdatePathSupportInfo takes: its support flags.

use dxgk_sys::{
    D3DDDI_GAMMARAMP_DEFAULT, D3DDDI_GAMMARAMP_DXGI_1, D3DDDI_GAMMARAMP_RGB256x3x16,
    D3DDDI_GAMMARAMP_UNINITIALIZED, D3DKMDT_VIDPN_PRESENT_PATH, D3DKMDT_VPPR_IDENTITY,
    D3DKMDT_VPPR_NOTSPECIFIED, D3DKMDT_VPPR_ROTATE90, D3DKMDT_VPPR_ROTATE180,
    D3DKMDT_VPPR_ROTATE270, D3DKMDT_VPPR_UNINITIALIZED, D3DKMDT_VPPR_UNPINNED,
    D3DKMDT_VPPS_ASPECTRATIOCENTEREDMAX, D3DKMDT_VPPS_CENTERED, D3DKMDT_VPPS_CUSTOM,
    D3DKMDT_VPPS_IDENTITY, D3DKMDT_VPPS_NOTSPECIFIED, D3DKMDT_VPPS_STRETCHED,
    D3DKMDT_VPPS_UNINITIALIZED, D3DKMDT_VPPS_UNPINNED,
};

use crate::id::{Counts, VidPnSourceId, VidPnTargetId};
use crate::status::Status;

/// How a source's picture is fitted to a target of another size (D3DKMDT_VIDPN_PRESENT_PATH_SCALING).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scaling {
    /// Not decided: uninitialized, unpinned or not specified.
    Open,
    /// Not scaled.
    Identity,
    /// Not scaled, and in the middle.
    Centered,
    /// Scaled to the whole target.
    Stretched,
    /// Scaled as far as the aspect ratio allows, and in the middle.
    AspectRatioCenteredMax,
    /// Scaled as the driver likes.
    Custom,
    /// A value unknown here.
    Other,
}

/// How a source's picture is turned (D3DKMDT_VIDPN_PRESENT_PATH_ROTATION).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// Not decided: uninitialized, unpinned or not specified.
    Open,
    /// Not turned.
    Identity,
    /// By 90 degrees, counterclockwise.
    Rotate90,
    /// By 180 degrees.
    Rotate180,
    /// By 270 degrees, counterclockwise.
    Rotate270,
    /// A value unknown here.
    Other,
}

impl Scaling {
    const fn read(scaling: i32) -> Self {
        match scaling {
            D3DKMDT_VPPS_UNINITIALIZED | D3DKMDT_VPPS_UNPINNED | D3DKMDT_VPPS_NOTSPECIFIED => {
                Self::Open
            }
            D3DKMDT_VPPS_IDENTITY => Self::Identity,
            D3DKMDT_VPPS_CENTERED => Self::Centered,
            D3DKMDT_VPPS_STRETCHED => Self::Stretched,
            D3DKMDT_VPPS_ASPECTRATIOCENTEREDMAX => Self::AspectRatioCenteredMax,
            D3DKMDT_VPPS_CUSTOM => Self::Custom,
            _ => Self::Other,
        }
    }

    /// Whether it is decided.
    #[must_use]
    pub const fn is_pinned(self) -> bool {
        !matches!(self, Self::Open | Self::Other)
    }

    const fn bit(self) -> u32 {
        match self {
            Self::Identity => 1,
            Self::Centered => 1 << 1,
            Self::Stretched => 1 << 2,
            Self::AspectRatioCenteredMax => 1 << 3,
            Self::Custom => 1 << 4,
            Self::Open | Self::Other => 0,
        }
    }
}

impl Rotation {
    const fn read(rotation: i32) -> Self {
        match rotation {
            D3DKMDT_VPPR_UNINITIALIZED | D3DKMDT_VPPR_UNPINNED | D3DKMDT_VPPR_NOTSPECIFIED => {
                Self::Open
            }
            D3DKMDT_VPPR_IDENTITY => Self::Identity,
            D3DKMDT_VPPR_ROTATE90 => Self::Rotate90,
            D3DKMDT_VPPR_ROTATE180 => Self::Rotate180,
            D3DKMDT_VPPR_ROTATE270 => Self::Rotate270,
            _ => Self::Other,
        }
    }

    /// Whether it is decided.
    #[must_use]
    pub const fn is_pinned(self) -> bool {
        !matches!(self, Self::Open | Self::Other)
    }

    const fn bit(self) -> u32 {
        match self {
            Self::Identity => 1,
            Self::Rotate90 => 1 << 1,
            Self::Rotate180 => 1 << 2,
            Self::Rotate270 => 1 << 3,
            Self::Open | Self::Other => 0,
        }
    }
}

macro_rules! support {
    ($(#[$doc:meta])* $Set:ident of $One:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $Set(u32);

        impl $Set {
            /// None of them.
            pub const NONE: Self = Self(0);
            /// Identity alone.
            pub const IDENTITY: Self = Self::NONE.with($One::Identity);

            /// These and one more.
            #[must_use]
            pub const fn with(self, one: $One) -> Self {
                Self(self.0 | one.bit())
            }

            /// Whether this one is among them.
            #[must_use]
            pub const fn has(self, one: $One) -> bool {
                one.bit() != 0 && self.0 & one.bit() != 0
            }
        }
    };
}

support! {
    /// The scalings that a path supports.
    Scalings of Scaling
}

support! {
    /// The rotations that a path supports.
    Rotations of Rotation
}

/// What colours go through on the way to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GammaRamp {
    /// Not said.
    Unspecified,
    /// The default one.
    Default,
    /// A table of 256 values for each colour.
    Rgb256x3x16,
    /// A table of 1025 values and a linear part.
    Dxgi1,
    /// A kind unknown here.
    Other,
}

impl GammaRamp {
    #[expect(non_upper_case_globals, reason = "the header's names")]
    const fn read(kind: i32) -> Self {
        match kind {
            D3DDDI_GAMMARAMP_UNINITIALIZED => Self::Unspecified,
            D3DDDI_GAMMARAMP_DEFAULT => Self::Default,
            D3DDDI_GAMMARAMP_RGB256x3x16 => Self::Rgb256x3x16,
            D3DDDI_GAMMARAMP_DXGI_1 => Self::Dxgi1,
            _ => Self::Other,
        }
    }
}

/// A path from a source to a target, as it was when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Path {
    /// Where the picture is from.
    pub source: VidPnSourceId,
    /// Where it goes.
    pub target: VidPnTargetId,
    /// How it is fitted.
    pub scaling: Scaling,
    /// How it is turned.
    pub rotation: Rotation,
    /// What the path supports.
    pub support: PathSupport,
    /// What its colours go through.
    pub gamma: GammaRamp,
}

impl Path {
    /// A path that leaves everything open and supports nothing yet.
    #[must_use]
    pub const fn open(source: VidPnSourceId, target: VidPnTargetId) -> Self {
        Self {
            source,
            target,
            scaling: Scaling::Open,
            rotation: Rotation::Open,
            support: PathSupport {
                scaling: Scalings::NONE,
                rotation: Rotations::NONE,
            },
            gamma: GammaRamp::Default,
        }
    }

    /// Reads a path of dxgkrnl's.
    ///
    /// # Errors
    ///
    /// STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE or _TARGET for one that the adapter has not announced.
    pub(crate) fn read(path: &D3DKMDT_VIDPN_PRESENT_PATH, counts: Counts) -> Result<Self, Status> {
        let transformation = &path.ContentTransformation;
        Ok(Self {
            source: VidPnSourceId::below(path.VidPnSourceId, counts.sources)
                .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE)?,
            target: VidPnTargetId::below(path.VidPnTargetId, counts.children)
                .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_TARGET)?,
            scaling: Scaling::read(transformation.Scaling),
            rotation: Rotation::read(transformation.Rotation),
            support: PathSupport {
                scaling: Scalings(transformation.ScalingSupport.Value & 0x1F),
                rotation: Rotations(transformation.RotationSupport.Value & 0xF),
            },
            gamma: GammaRamp::read(path.GammaRamp.Type),
        })
    }
}

/// What a path supports: the part of it that a driver may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathSupport {
    /// The scalings.
    pub scaling: Scalings,
    /// The rotations.
    pub rotation: Rotations,
}

impl PathSupport {
    /// Writes it to a copy of dxgkrnl's own path, of which everything else stays.
    pub(super) const fn write(self, path: &mut D3DKMDT_VIDPN_PRESENT_PATH) {
        path.ContentTransformation.ScalingSupport.Value = self.scaling.0;
        path.ContentTransformation.RotationSupport.Value = self.rotation.0;
    }
}
