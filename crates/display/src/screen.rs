//! What a source shows: its frame buffer and whether anybody sees it.

use dxgk::kernel::{Kernel, PAGE_SIZE};
use dxgk::status::Status;
use virtio_gpu::Memory;

use crate::device::DmaMemory;
use crate::frame::{Rects, Target};
use crate::modes::Mode;

/// A page of black pixels. Not on the stack, which is short.
static BLACK: [u8; PAGE_SIZE] = [0; PAGE_SIZE];

/// Memory with a picture, which the device copies from.
pub(crate) struct FrameBuffer<K: Kernel> {
    pub(crate) memory: DmaMemory<K>,
    pub(crate) target: Target,
    /// Nothing was copied to it since it was made or blackened.
    pub(crate) black: bool,
}

impl<K: Kernel> FrameBuffer<K> {
    /// A new one. Its memory is black, since pages are zeroed.
    pub(crate) const fn new(memory: DmaMemory<K>, target: Target) -> Self {
        Self {
            memory,
            target,
            black: true,
        }
    }

    /// Makes the picture black. The device must not show it meanwhile.
    pub(crate) fn blacken(&mut self) {
        for offset in (0..self.memory.len()).step_by(PAGE_SIZE) {
            // Memory is whole pages, so that there is no rest.
            let _ = self.memory.write_bytes(offset, &BLACK);
        }
        self.black = true;
    }

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
    /// Why a presented picture could not be copied, the last time that it was for another reason than before.
    pub(crate) copy_failed: Option<Status>,
}

impl<K: Kernel> Screen<K> {
    /// Nothing is shown.
    pub(crate) const fn new() -> Self {
        Self {
            frame_buffer: None,
            visible: false,
            lit: true,
            behind: Rects::new(),
            copy_failed: None,
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
