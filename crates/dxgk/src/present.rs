//! The argument of DxgkDdiPresentDisplayOnly and the report of its progress.

use core::marker::PhantomData;

use dxgk_sys::{
    D3DKMT_MOVE_RECT, DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS,
    DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE, DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED,
    DXGKARG_PRESENT_DISPLAYONLY, DXGKARGCB_NOTIFY_INTERRUPT_DATA,
    DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS, RECT,
};

/// One present: where the picture is and which parts of it changed. Moves come before dirty rectangles.
///
/// Source and lists are the port's again when the DDI returns.
#[derive(Debug, Clone, Copy)]
pub struct PresentDisplayOnly<'a>(&'a DXGKARG_PRESENT_DISPLAYONLY);

impl<'a> PresentDisplayOnly<'a> {
    pub(crate) const fn new(argument: &'a DXGKARG_PRESENT_DISPLAYONLY) -> Self {
        Self(argument)
    }

    /// The source presented to.
    #[must_use]
    pub const fn source(&self) -> u32 {
        self.0.VidPnSourceId
    }

    /// Bytes per pixel of the picture.
    #[must_use]
    pub const fn bytes_per_pixel(&self) -> u32 {
        self.0.BytesPerPixel
    }

    /// Bytes from one line of the picture to the next.
    #[must_use]
    pub const fn pitch(&self) -> i32 {
        self.0.Pitch
    }

    /// Whether the pixels have to be rotated to the path's rotation. If not, they must not be, whatever the path says.
    #[must_use]
    pub fn rotate(&self) -> bool {
        self.0.Flags.Value & 1 != 0
    }

    /// The screen-to-screen moves. Where a moved rectangle goes the picture already has its pixels.
    #[must_use]
    pub fn moves(&self) -> &'a [D3DKMT_MOVE_RECT] {
        // SAFETY: the port's list, valid until the DDI returns.
        unsafe { list(self.0.pMoves, self.0.NumMoves) }
    }

    /// The rectangles that changed, in pixels of the source mode.
    #[must_use]
    pub fn dirty_rects(&self) -> &'a [RECT] {
        // SAFETY: the port's list, valid until the DDI returns.
        unsafe { list(self.0.pDirtyRect, self.0.NumDirtyRects) }
    }

    /// Part of one line of the picture: `width` pixels from (`x`, `y`). None where the numbers overflow. Reading it may
    /// fault, so only fault-tolerant copies take it.
    #[must_use]
    pub fn line(&self, x: u32, y: u32, width: u32) -> Option<SourceLine<'a>> {
        let line = i64::from(self.0.Pitch).checked_mul(i64::from(y))?;
        let column = i64::from(self.0.BytesPerPixel).checked_mul(i64::from(x))?;
        let offset = isize::try_from(line.checked_add(column)?).ok()?;
        let length = usize::try_from(self.0.BytesPerPixel.checked_mul(width)?).ok()?;
        Some(SourceLine {
            start: self
                .0
                .pSource
                .cast::<u8>()
                .cast_const()
                .wrapping_offset(offset),
            length,
            surface: PhantomData,
        })
    }
}

/// # Safety
///
/// `first` is NULL or points to `count` elements that live for `'a`.
unsafe fn list<'a, T>(first: *const T, count: u32) -> &'a [T] {
    if first.is_null() || count == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(first, count as usize) }
}

/// Bytes of a line of a presented picture, not yet read.
#[derive(Debug, Clone, Copy)]
pub struct SourceLine<'a> {
    start: *const u8,
    length: usize,
    surface: PhantomData<&'a DXGKARG_PRESENT_DISPLAYONLY>,
}

impl SourceLine<'_> {
    pub(crate) const fn start(&self) -> *const u8 {
        self.start
    }

    /// The length in bytes.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }
}

/// How a present ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// The picture is on the screen.
    Complete,
    /// It could not be brought there.
    Failed,
}

/// The report that a present which returned STATUS_PENDING has ended (DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresentProgress {
    /// The source presented to.
    pub source: u32,
    /// How it ended.
    pub outcome: Presented,
}

/// What DxgkCbNotifyInterrupt can be told. Only what this layer makes, since the structure behind it can hold pointers.
pub trait Notification: Copy + sealed::Sealed {
    #[doc(hidden)]
    fn data(self) -> DXGKARGCB_NOTIFY_INTERRUPT_DATA;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::PresentProgress {}
}

impl Notification for PresentProgress {
    fn data(self) -> DXGKARGCB_NOTIFY_INTERRUPT_DATA {
        let mut data = DXGKARGCB_NOTIFY_INTERRUPT_DATA {
            InterruptType: DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS,
            ..Default::default()
        };
        data.Anonymous.DisplayOnlyPresentProgress = DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS {
            VidPnSourceId: self.source,
            ProgressId: match self.outcome {
                Presented::Complete => DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE,
                Presented::Failed => DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED,
            },
        };
        data
    }
}
