//! The argument of DxgkDdiPresentDisplayOnly and the report of its progress.
//!
//! No coordinate of a miniport's reaches memory: a present hands out the port's own rectangles, clipped to the mode that
//! was committed, and a copy takes one of them. That a present ends later is a value too: a token, of which there is one for
//! each present, and which a report uses up.

use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::NonNull;

use dxgk_sys::{
    DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS, DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE,
    DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED, DXGKARG_PRESENT_DISPLAYONLY,
    DXGKARGCB_NOTIFY_INTERRUPT_DATA, DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS, RECT,
};

use crate::id::VidPnSourceId;
use crate::lifetime::Life;
use crate::memory::{PIXEL, RectCopy, Turn};
use crate::status::Status;

/// The most bytes that a pixel of a presented picture can have.
const MAX_BYTES_PER_PIXEL: u32 = 8;

/// One present: where the picture is and which parts of it changed.
///
/// Source and lists are the port's again when the DDI returns.
#[derive(Debug)]
pub struct PresentDisplayOnly<'a> {
    argument: &'a DXGKARG_PRESENT_DISPLAYONLY,
    source: VidPnSourceId,
    /// Of the committed mode, in pixels. Nothing where none is.
    extent: (u32, u32),
    life: Life,
    pended: Cell<bool>,
}

impl<'a> PresentDisplayOnly<'a> {
    /// Checks what dxgkrnl passed. `extent` is the size of the mode that is committed for the source.
    ///
    /// # Errors
    ///
    /// STATUS_INVALID_PARAMETER for pixels without bytes, and for lines that overlap in a mode of this width.
    pub(crate) fn read(
        argument: &'a DXGKARG_PRESENT_DISPLAYONLY,
        source: VidPnSourceId,
        extent: (u32, u32),
        life: Life,
    ) -> Result<Self, Status> {
        let bytes = argument.BytesPerPixel;
        if bytes == 0 || bytes > MAX_BYTES_PER_PIXEL {
            return Err(Status::INVALID_PARAMETER);
        }
        let line = u64::from(bytes).saturating_mul(u64::from(extent.0));
        if extent.1 > 1 && u64::from(argument.Pitch.unsigned_abs()) < line {
            return Err(Status::INVALID_PARAMETER);
        }
        Ok(Self {
            argument,
            source,
            extent,
            life,
            pended: Cell::new(false),
        })
    }

    /// The source presented to.
    #[must_use]
    pub const fn source(&self) -> VidPnSourceId {
        self.source
    }

    /// Bytes per pixel of the picture.
    #[must_use]
    pub const fn bytes_per_pixel(&self) -> u32 {
        self.argument.BytesPerPixel
    }

    /// Bytes from one line of the picture to the next.
    #[must_use]
    pub const fn pitch(&self) -> i32 {
        self.argument.Pitch
    }

    /// Whether the pixels have to be rotated to the path's rotation. If not, they must not be, whatever the path says.
    #[must_use]
    pub fn rotate(&self) -> bool {
        self.argument.Flags.Value & 1 != 0
    }

    /// Width and height in pixels of the source's committed mode; zero where none is.
    #[must_use]
    pub const fn extent(&self) -> (u32, u32) {
        self.extent
    }

    /// The parts that changed, in the order in which they have to be copied: where rectangles were moved to, where the
    /// picture has their pixels already, then the dirty ones. Each is clipped to the committed mode; empty ones are left out.
    pub fn rects(&self) -> impl Iterator<Item = PresentedRect<'a>> {
        let argument = self.argument;
        let (moves, dirty) = if argument.pSource.is_null() {
            (&[][..], &[][..])
        } else {
            // SAFETY: the port's lists, valid until the DDI returns.
            unsafe {
                (
                    list(argument.pMoves, argument.NumMoves),
                    list(argument.pDirtyRect, argument.NumDirtyRects),
                )
            }
        };
        let (extent, life) = (self.extent, self.life);
        let moved = moves.iter().map(|step| &step.DestRect);
        moved
            .chain(dirty)
            .filter_map(move |rect| PresentedRect::clipped(argument, rect, extent, life))
    }

    /// Says that this present ends later: the DDI returns STATUS_PENDING, and progress has to be reported once, with the
    /// token. None the second time. Any IRQL, so that a closure can call it when the device has taken the work.
    ///
    /// If the token is lost, dxgkrnl waits for its progress until it resets the adapter (TdrDodPresentDelay).
    #[must_use]
    pub fn pend(&self) -> Option<PendingPresent> {
        if self.pended.replace(true) {
            return None;
        }
        Some(PendingPresent {
            source: self.source,
            life: Some(self.life),
        })
    }

    /// Whether there is a token of it.
    pub(crate) fn is_pended(&self) -> bool {
        self.pended.get()
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

/// A part of a presented picture, not yet read. Reading it may fault, so only fault-tolerant copies take it:
/// [`SharedPages::copy_rect`](crate::memory::SharedPages::copy_rect).
#[derive(Debug, Clone, Copy)]
pub struct PresentedRect<'a> {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    first: *const u8,
    pitch: isize,
    bytes_per_pixel: u32,
    life: Life,
    surface: PhantomData<&'a DXGKARG_PRESENT_DISPLAYONLY>,
}

impl PresentedRect<'_> {
    pub(crate) fn clipped(
        argument: &DXGKARG_PRESENT_DISPLAYONLY,
        rect: &RECT,
        (width, height): (u32, u32),
        life: Life,
    ) -> Option<Self> {
        let within = |edge: i32, limit: u32| u32::try_from(edge).unwrap_or(0).min(limit);
        let (left, right) = (within(rect.left, width), within(rect.right, width));
        let (top, bottom) = (within(rect.top, height), within(rect.bottom, height));
        let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        if width == 0 || height == 0 {
            return None;
        }
        let line = i64::from(argument.Pitch).checked_mul(i64::from(top))?;
        let column = i64::from(argument.BytesPerPixel).checked_mul(i64::from(left))?;
        let offset = isize::try_from(line.checked_add(column)?).ok()?;
        Some(Self {
            left,
            top,
            width,
            height,
            first: argument
                .pSource
                .cast::<u8>()
                .cast_const()
                .wrapping_offset(offset),
            pitch: argument.Pitch as isize,
            bytes_per_pixel: argument.BytesPerPixel,
            life,
            surface: PhantomData,
        })
    }

    /// The first column, in pixels of the mode.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.left
    }

    /// The first line.
    #[must_use]
    pub const fn top(&self) -> u32 {
        self.top
    }

    /// How many pixels are in a line of it; at least one.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// How many lines it has; at least one.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Whether it is of a present to this start of this adapter.
    pub(crate) fn is_of(&self, life: Life) -> bool {
        self.life == life
    }

    /// The copy of it to `to`.
    ///
    /// # Errors
    ///
    /// STATUS_INVALID_PARAMETER for pixels that do not have [`PIXEL`] bytes.
    pub(crate) fn copy(
        &self,
        to: NonNull<u8>,
        to_pitch: usize,
        turn: Turn,
    ) -> Result<RectCopy, Status> {
        if self.bytes_per_pixel as usize != PIXEL {
            return Err(Status::INVALID_PARAMETER);
        }
        Ok(RectCopy {
            from: self.first,
            from_pitch: self.pitch,
            to,
            to_pitch,
            width: self.width as usize,
            height: self.height as usize,
            turn,
        })
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

/// A present that returned, or will return, STATUS_PENDING and whose progress is not reported yet.
///
/// There is one for each such present, from [`PresentDisplayOnly::pend`], and it can't be copied, so that progress is
/// reported once. It is nothing but a value, which an interrupt source's state may hold.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "dxgkrnl waits until its progress is reported"]
pub struct PendingPresent {
    source: VidPnSourceId,
    /// None of one that is assumed.
    life: Option<Life>,
}

impl PendingPresent {
    /// Claims that a present to `source` is pending.
    ///
    /// # Safety
    ///
    /// It is, on the adapter that reports it, and nothing else reports it.
    pub const unsafe fn assume(source: VidPnSourceId) -> Self {
        Self { source, life: None }
    }

    /// A present of a hosted port's, which takes any of them.
    #[cfg(all(feature = "std", not(loom)))]
    pub(crate) const fn hosted(life: Life) -> Self {
        Self {
            source: VidPnSourceId::FIRST,
            life: Some(life),
        }
    }

    /// The source presented to.
    #[must_use]
    pub const fn source(&self) -> VidPnSourceId {
        self.source
    }

    /// What is reported when it has ended.
    pub const fn ended(self, outcome: Presented) -> PresentProgress {
        PresentProgress {
            present: self,
            outcome,
        }
    }
}

/// Pending presents of one source that end together, such as those that one command of the device shows.
///
/// Lives in an interrupt source's state; holds any number in constant space.
#[derive(Debug, PartialEq, Eq)]
pub struct PendingPresents {
    one: Option<PendingPresent>,
    /// How many there are besides.
    more: u32,
}

impl PendingPresents {
    /// None.
    pub const NONE: Self = Self { one: None, more: 0 };

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        match self.one {
            Some(_) => self.more.saturating_add(1),
            None => 0,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.one.is_none()
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// The present, if it is of another source or another start of an adapter than those that are here.
    pub fn add(&mut self, present: PendingPresent) -> Result<(), PendingPresent> {
        match &self.one {
            None => self.one = Some(present),
            Some(one) if *one == present && self.more < u32::MAX => {
                self.more = self.more.saturating_add(1);
            }
            Some(_) => return Err(present),
        }
        Ok(())
    }

    /// Adds one, if there is one that fits: a present of another source, or of another start of an adapter, is lost.
    pub fn extend(&mut self, present: Option<PendingPresent>) {
        if let Some(present) = present {
            let _ = self.add(present);
        }
    }

    /// Takes one out.
    #[must_use]
    pub fn take_one(&mut self) -> Option<PendingPresent> {
        let one = self.one.take()?;
        if let Some(left) = self.more.checked_sub(1) {
            self.more = left;
            self.one = Some(PendingPresent {
                source: one.source,
                life: one.life,
            });
        }
        Some(one)
    }

    /// Takes all out.
    #[must_use]
    pub fn take(&mut self) -> Self {
        core::mem::replace(self, Self::NONE)
    }
}

impl Default for PendingPresents {
    fn default() -> Self {
        Self::NONE
    }
}

/// The report that a pending present has ended (DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS).
#[derive(Debug, PartialEq, Eq)]
#[must_use = "dxgkrnl waits until it is notified"]
pub struct PresentProgress {
    present: PendingPresent,
    outcome: Presented,
}

/// What DxgkCbNotifyInterrupt can be told. Only what this layer makes, since the structure behind it can hold pointers.
#[diagnostic::on_unimplemented(
    message = "dxgkrnl can't be notified of `{Self}`",
    label = "not a notification of this layer",
    note = "a present that pended has a token: `PendingPresent::ended` makes a notification of it, once"
)]
pub trait Notification: sealed::Sealed {
    /// Whether it is of this start of this adapter.
    #[doc(hidden)]
    fn is_of(&self, of: sealed::Of) -> bool;

    /// What dxgkrnl is told.
    #[doc(hidden)]
    fn data(self) -> sealed::Data;
}

pub(crate) mod sealed {
    use crate::lifetime::Life;

    pub trait Sealed {}
    impl Sealed for super::PresentProgress {}

    /// The start of an adapter that is notified.
    #[derive(Debug, Clone, Copy)]
    pub struct Of(pub(crate) Life);

    /// What dxgkrnl is told.
    #[derive(Debug)]
    pub struct Data(pub(crate) super::DXGKARGCB_NOTIFY_INTERRUPT_DATA);
}

impl Notification for PresentProgress {
    fn is_of(&self, of: sealed::Of) -> bool {
        self.present.life.is_none_or(|life| life == of.0)
    }

    fn data(self) -> sealed::Data {
        let mut data = DXGKARGCB_NOTIFY_INTERRUPT_DATA {
            InterruptType: DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS,
            ..Default::default()
        };
        data.Anonymous.DisplayOnlyPresentProgress = DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS {
            VidPnSourceId: self.present.source.number(),
            ProgressId: match self.outcome {
                Presented::Complete => DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE,
                Presented::Failed => DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED,
            },
        };
        sealed::Data(data)
    }
}
