//! The system display: what the operating system shows while it stops for a bug check.

use core::marker::PhantomData;

use super::Miniport;
use crate::adapter::Started;
use crate::id::VidPnTargetId;
use crate::irql::High;
use crate::status::Status;
use crate::vidpn::PixelFormat;

/// What DxgkDdiSystemDisplayEnable leaves on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemMode {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The format of the pixels that are written then.
    pub format: PixelFormat,
}

/// A picture of the operating system's, with 32 bits for each pixel, and where it goes. It is the system's again when the DDI
/// returns.
#[derive(Debug, Clone, Copy)]
pub struct SystemPicture<'a> {
    first: *const u8,
    width: u32,
    height: u32,
    stride: u32,
    /// The column that its left edge goes to.
    pub x: u32,
    /// The line that its upper edge goes to.
    pub y: u32,
    picture: PhantomData<&'a [u8]>,
}

impl<'a> SystemPicture<'a> {
    /// Checks what the operating system passed; none if there is no pixel, or lines overlap.
    ///
    /// # Safety
    ///
    /// `first` is NULL or the first pixel of a picture of `height` lines, which lives for `'a`.
    pub(crate) unsafe fn read(
        first: *const u8,
        (width, height): (u32, u32),
        stride: u32,
        (x, y): (u32, u32),
    ) -> Option<Self> {
        let whole = !first.is_null()
            && width != 0
            && height != 0
            && width.checked_mul(4)? <= stride
            && isize::try_from(u64::from(stride).checked_mul(u64::from(height))?).is_ok();
        whole.then_some(Self {
            first,
            width,
            height,
            stride,
            x,
            y,
            picture: PhantomData,
        })
    }

    /// Width in pixels; at least one.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in lines; at least one.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The bytes of each line, from the top.
    pub fn lines(&self) -> impl Iterator<Item = &'a [u8]> {
        let (first, stride) = (self.first, self.stride as usize);
        let length = (self.width as usize).saturating_mul(4);
        (0..self.height as usize).map(move |line| {
            let place = first.wrapping_add(stride.wrapping_mul(line));
            // SAFETY: a line of the picture, which is as long as `read` was promised.
            unsafe { core::slice::from_raw_parts(place, length) }
        })
    }
}

/// The DDIs about the system display. They come at any IRQL up to HIGH_LEVEL, while everything else stands still where it was:
/// no lock may be taken, and no interrupt comes.
pub trait SystemDisplay: Miniport {
    /// DxgkDdiSystemDisplayEnable: stops everything else on the device, and shows a picture on `target` alone, or on any one
    /// target if there is none of that number.
    ///
    /// IRQL: up to HIGH_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_system_display_enable).
    ///
    /// # Errors
    ///
    /// STATUS_NOT_SUPPORTED if no target can be kept on; the system calls DxgkDdiResetDevice then.
    fn system_display_enable(
        &self,
        adapter: &Started<Self>,
        target: Option<VidPnTargetId>,
        irql: &mut High<'_>,
    ) -> Result<SystemMode, Status> {
        let _ = (adapter, target, irql);
        Err(Status::NOT_SUPPORTED)
    }

    /// DxgkDdiSystemDisplayWrite: draws a picture on what [`system_display_enable`](Self::system_display_enable) shows.
    ///
    /// IRQL: up to HIGH_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_system_display_write).
    fn system_display_write(
        &self,
        adapter: &Started<Self>,
        picture: &SystemPicture<'_>,
        irql: &mut High<'_>,
    ) {
        let _ = (adapter, picture, irql);
    }
}
