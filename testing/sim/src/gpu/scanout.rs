//! A scanout: what its monitor shows. Stricter than QEMU: only a flush changes the picture, so that a flush that is
//! missing, or too small, shows.

use super::resource::{Rect, Resource};

/// What a pixel is that has not been flushed since the scanout was set: no colour.
pub const UNFLUSHED: u32 = 0xFFFF_00FF;

/// The pointer of a scanout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Where its hot spot is, in pixels of the scanout.
    pub position: (u32, u32),
    /// The hot spot in the picture.
    pub hot_spot: (u32, u32),
    /// 64 by 64 pixels; none if it is hidden.
    pub pixels: Option<Vec<u32>>,
}

/// The picture that a monitor shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Line by line, each pixel as 0x00RRGGBB, or [`UNFLUSHED`].
    pub pixels: Vec<u32>,
}

/// A scanout.
#[derive(Debug)]
pub(super) struct Scanout {
    /// Whether a monitor is plugged in.
    pub connected: bool,
    /// What GET_DISPLAY_INFO says.
    pub preferred: (u32, u32),
    /// The resource that is shown; 0 for none.
    pub resource: u32,
    pub rect: Rect,
    pub picture: Picture,
    pub cursor: Cursor,
    /// How often the resource was freed while it was shown.
    pub torn: u64,
}

impl Scanout {
    pub fn new(width: u32, height: u32) -> Self {
        Self {
            connected: true,
            preferred: (width, height),
            resource: 0,
            rect: Rect::default(),
            picture: Picture::default(),
            cursor: Cursor::default(),
            torn: 0,
        }
    }

    /// Shows nothing.
    pub fn disable(&mut self) {
        self.resource = 0;
        self.picture = Picture::default();
    }

    /// Shows a part of a resource, once it is flushed.
    pub fn show(&mut self, resource: u32, rect: Rect) {
        self.resource = resource;
        self.rect = rect;
        // A flip between resources of one size keeps the old picture until the flush.
        if (self.picture.width, self.picture.height) != (rect.width, rect.height) {
            let pixels = vec![UNFLUSHED; rect.width as usize * rect.height as usize];
            self.picture = Picture {
                width: rect.width,
                height: rect.height,
                pixels,
            };
        }
    }

    /// Shows the part of `rect` that the scanout covers.
    pub fn flush(&mut self, resource: &Resource, rect: Rect) {
        let shown = self.rect;
        let left = rect.x.max(shown.x);
        let right = (rect.x + rect.width).min(shown.x + shown.width);
        let top = rect.y.max(shown.y);
        let bottom = (rect.y + rect.height).min(shown.y + shown.height);
        if left >= right {
            return;
        }
        let length = (right - left) as usize;
        for y in top..bottom {
            let from = y as usize * resource.width as usize + left as usize;
            let to = (y - shown.y) as usize * shown.width as usize + (left - shown.x) as usize;
            let shown = &mut self.picture.pixels[to..to + length];
            for (shown, pixel) in shown.iter_mut().zip(&resource.pixels[from..from + length]) {
                *shown = resource.colour(*pixel);
            }
        }
    }
}
