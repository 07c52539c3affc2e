//! The pointer, for a driver that draws it itself.

use dxgk_sys::{
    DXGK_POINTERFLAGS, DXGK_SETPOINTERPOSITIONFLAGS, DXGKARG_SETPOINTERPOSITION,
    DXGKARG_SETPOINTERSHAPE,
};

use super::Miniport;
use crate::adapter::Started;
use crate::id::VidPnSourceId;
use crate::irql::Passive;
use crate::status::Status;

/// Where a pointer goes (DXGKARG_SETPOINTERPOSITION).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PointerPosition {
    /// The source that it is on.
    pub source: VidPnSourceId,
    /// The column of its image's left edge, in pixels of the source; may be negative.
    pub x: i32,
    /// The line of its image's upper edge.
    pub y: i32,
    /// Whether it is shown.
    pub visible: bool,
}

impl PointerPosition {
    pub(crate) fn read(argument: &DXGKARG_SETPOINTERPOSITION, source: VidPnSourceId) -> Self {
        Self {
            source,
            x: argument.X,
            y: argument.Y,
            visible: argument.Flags.has(DXGK_SETPOINTERPOSITIONFLAGS::Visible),
        }
    }
}

/// How a pointer's image is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointerKind {
    /// A mask of one bit for each pixel to AND with, and after its lines another to XOR with.
    Monochrome,
    /// A8R8G8B8 with alpha.
    Color,
    /// A8R8G8B8 whose highest byte says to replace (0) or to XOR (0xFF).
    MaskedColor,
}

/// A pointer's image (DXGKARG_SETPOINTERSHAPE), the port's again when the DDI returns.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct PointerShape<'a> {
    /// The source that it is for.
    pub source: VidPnSourceId,
    /// How it is made.
    pub kind: PointerKind,
    /// Width in pixels; at least one.
    pub width: u32,
    /// Height in lines, of each mask; at least one.
    pub height: u32,
    /// Bytes from line to line; at least those of a line.
    pub pitch: u32,
    /// The column of the hot spot.
    pub hot_x: u32,
    /// The line of the hot spot.
    pub hot_y: u32,
    /// All its lines.
    pub pixels: &'a [u8],
}

impl<'a> PointerShape<'a> {
    /// Checks what dxgkrnl passed.
    ///
    /// # Errors
    ///
    /// STATUS_INVALID_PARAMETER for an image without pixels, of no kind or of two, or whose lines overlap.
    ///
    /// # Safety
    ///
    /// `argument` is dxgkrnl's, whose pixels live for `'a`.
    pub(crate) unsafe fn read(
        argument: &DXGKARG_SETPOINTERSHAPE,
        source: VidPnSourceId,
    ) -> Result<Self, Status> {
        let invalid = Status::INVALID_PARAMETER;
        let flags = [
            (DXGK_POINTERFLAGS::Monochrome, PointerKind::Monochrome),
            (DXGK_POINTERFLAGS::Color, PointerKind::Color),
            (DXGK_POINTERFLAGS::MaskedColor, PointerKind::MaskedColor),
        ];
        let mut kinds = flags
            .into_iter()
            .filter(|(flag, _)| argument.Flags.has(*flag));
        let (Some((_, kind)), None) = (kinds.next(), kinds.next()) else {
            return Err(invalid);
        };
        let (line, masks) = match kind {
            PointerKind::Monochrome => (argument.Width.div_ceil(8), 2),
            PointerKind::Color | PointerKind::MaskedColor => (argument.Width.saturating_mul(4), 1),
        };
        if argument.Width == 0
            || argument.Height == 0
            || argument.pPixels.is_null()
            || argument.Pitch < line
        {
            return Err(invalid);
        }
        let lines = (argument.Height as usize)
            .checked_mul(masks)
            .ok_or(invalid)?;
        // The last line need not have the whole pitch.
        let length = lines
            .saturating_sub(1)
            .checked_mul(argument.Pitch as usize)
            .and_then(|before| before.checked_add(line as usize))
            .filter(|length| isize::try_from(*length).is_ok())
            .ok_or(invalid)?;
        Ok(Self {
            source,
            kind,
            width: argument.Width,
            height: argument.Height,
            pitch: argument.Pitch,
            hot_x: argument.XHot,
            hot_y: argument.YHot,
            // SAFETY: the image has so many lines of that pitch.
            pixels: unsafe { core::slice::from_raw_parts(argument.pPixels.cast::<u8>(), length) },
        })
    }
}

/// The DDIs about the pointer.
pub trait Pointer: Miniport {
    /// DxgkDdiSetPointerPosition. Comes also for disabled sources and without pointer capabilities.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setpointerposition).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn set_pointer_position(
        &self,
        adapter: &Started<Self>,
        position: PointerPosition,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, position, irql);
        Ok(())
    }

    /// DxgkDdiSetPointerShape.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setpointershape).
    ///
    /// # Errors
    ///
    /// STATUS_NOT_SUPPORTED has the operating system draw the pointer itself.
    fn set_pointer_shape(
        &self,
        adapter: &Started<Self>,
        shape: &PointerShape<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, shape, irql);
        Err(Status::NOT_SUPPORTED)
    }
}
