//! The display that one driver leaves to the next: what firmware or another driver had lit, and what this one leaves lit.

use dxgk_sys::{D3DDDI_ID_UNINITIALIZED, DXGK_DISPLAY_INFORMATION};

use crate::id::{MAX_CHILDREN, VidPnTargetId};
use crate::resources::MemoryRange;
use crate::vidpn::PixelFormat;

/// A display that was lit when it was taken over (DXGK_DISPLAY_INFORMATION).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostDisplay {
    /// Width in pixels; not zero.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from line to line.
    pub pitch: u32,
    /// The pixel format, if it is known here.
    pub format: Option<PixelFormat>,
    /// The physical address of the first pixel. A number: only the adapter's own ranges can be mapped.
    pub address: u64,
    /// The target that it is on, if that is known.
    pub target: Option<VidPnTargetId>,
}

impl PostDisplay {
    /// Reads what dxgkrnl has written; none if it says that no display was lit.
    pub(crate) fn read(information: &DXGK_DISPLAY_INFORMATION) -> Option<Self> {
        if information.Width == 0 {
            return None;
        }
        Some(Self {
            width: information.Width,
            height: information.Height,
            pitch: information.Pitch,
            format: PixelFormat::read(information.ColorFormat),
            address: information.PhysicAddress.get().cast_unsigned(),
            target: VidPnTargetId::below(information.TargetId, MAX_CHILDREN),
        })
    }

    /// What dxgkrnl fills in.
    pub(crate) fn unknown() -> DXGK_DISPLAY_INFORMATION {
        DXGK_DISPLAY_INFORMATION {
            TargetId: D3DDDI_ID_UNINITIALIZED,
            ..Default::default()
        }
    }
}

/// A linear frame buffer in the adapter's own memory, which is left lit and black.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LitDisplay {
    memory: MemoryRange,
    width: u32,
    height: u32,
    pitch: u32,
    format: PixelFormat,
    target: VidPnTargetId,
}

impl LitDisplay {
    /// The frame buffer that begins with `memory`. None if it does not fit there, has no pixels, lines that overlap, or not
    /// 32 bits for each pixel, which the basic display driver needs.
    #[must_use]
    pub fn new(
        memory: MemoryRange,
        (width, height): (u32, u32),
        pitch: u32,
        format: PixelFormat,
        target: VidPnTargetId,
    ) -> Option<Self> {
        let fits = width != 0
            && height != 0
            && format.bytes() == 4
            && width.checked_mul(format.bytes())? <= pitch
            && u64::from(pitch).checked_mul(u64::from(height))? <= memory.length();
        fits.then_some(Self {
            memory,
            width,
            height,
            pitch,
            format,
            target,
        })
    }

    /// The memory that it is in.
    pub(crate) const fn memory(&self) -> &MemoryRange {
        &self.memory
    }

    /// The target that it is on.
    pub(crate) const fn target(&self) -> VidPnTargetId {
        self.target
    }

    /// What the next driver is told.
    pub(crate) fn information(&self) -> DXGK_DISPLAY_INFORMATION {
        let mut information = DXGK_DISPLAY_INFORMATION {
            Width: self.width,
            Height: self.height,
            Pitch: self.pitch,
            ColorFormat: self.format.raw(),
            TargetId: self.target.number(),
            AcpiId: 0,
            ..Default::default()
        };
        information.PhysicAddress.QuadPart = self.memory.start().cast_signed();
        information
    }
}
