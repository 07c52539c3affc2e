//! What a source shows: its frame buffer and whether anybody sees it.

use dxgk::kernel::Kernel;

use crate::device::DmaMemory;
use crate::frame::{Rects, Target};
use crate::modes::Mode;

/// Memory with a picture, which the device copies from.
pub(crate) struct FrameBuffer<K: Kernel> {
    pub(crate) memory: DmaMemory<K>,
    pub(crate) target: Target,
}

impl<K: Kernel> FrameBuffer<K> {
    pub(crate) const fn mode(&self) -> Mode {
        Mode {
            width: self.target.width,
            height: self.target.height,
        }
    }
}

/// A source's screen. Behind a mutex, since presents come beside every other DDI and each other.
pub(crate) struct Screen<K: Kernel> {
    /// The active mode's, or none without one.
    pub(crate) frame_buffer: Option<FrameBuffer<K>>,
    /// DxgkDdiSetVidPnSourceVisibility's word. Until it says TRUE the output is black, whatever was presented.
    pub(crate) visible: bool,
    /// The path is powered.
    pub(crate) lit: bool,
    /// What was presented and is not on its way to the device.
    pub(crate) behind: Rects,
}

impl<K: Kernel> Screen<K> {
    /// Nothing is shown.
    pub(crate) const fn new() -> Self {
        Self {
            frame_buffer: None,
            visible: false,
            lit: true,
            behind: Rects::new(),
        }
    }

    /// What the output has to show.
    pub(crate) fn wanted(&self) -> Wanted {
        match &self.frame_buffer {
            Some(buffer) if self.lit && self.visible => Wanted::Picture(buffer.target),
            Some(buffer) if self.lit => Wanted::Black(buffer.target),
            _ => Wanted::Dark,
        }
    }
}

/// What an output has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// No signal.
    Dark,
    /// A signal, and black pixels.
    Black(Target),
    /// The frame buffer.
    Picture(Target),
}
