//! The picture that must be on the screen, and how it changes from frame to frame.
//!
//! The model keeps the desktop as it is to look after every present; the machine compares it with what the (emulated)
//! screen shows. Frames are made from a seed, so a failure can be repeated.

use alloc::vec::Vec;
use dxgk_sys::{D3DKMT_MOVE_RECT, POINT, RECT};

/// X8R8G8B8 pixels, and whether the source is visible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u32>,
    /// SetVidPnSourceVisibility(TRUE) was the last word.
    pub visible: bool,
}

impl Picture {
    /// A black picture of this size, invisible.
    pub fn resize(&mut self, width: u32, height: u32) {
        *self = Picture {
            width,
            height,
            pixels: alloc::vec![0; width as usize * height as usize],
            visible: false,
        };
    }

    /// Pixels a line.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Lines.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels, line by line, top left first; the highest byte of each means nothing.
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    fn line(&self, y: i32, left: i32, right: i32) -> core::ops::Range<usize> {
        let start = y as usize * self.width as usize;
        start + left as usize..start + right as usize
    }

    /// Makes a move: the pixels at the source point replace those of the destination. The rectangles are inside.
    pub fn move_pixels(&mut self, step: &D3DKMT_MOVE_RECT) {
        let (to, from) = (step.DestRect, step.SourcePoint);
        let (width, height) = (to.right - to.left, to.bottom - to.top);
        let down = from.y < to.top;
        for row in 0..height {
            let row = if down { height - 1 - row } else { row };
            let source = self.line(from.y + row, from.x, from.x + width);
            let target = self.line(to.top + row, to.left, to.right).start;
            self.pixels.copy_within(source, target);
        }
    }

    /// Fills a rectangle with the pattern of `seed`. The rectangle is inside.
    ///
    /// The seed's color makes rectangles tell apart, two ramps say where in the picture a pixel belongs, and the lowest bits
    /// change from pixel to pixel, so that one that is misplaced by one shows.
    pub fn paint(&mut self, rectangle: &RECT, seed: u32) {
        let seed = seed.wrapping_mul(0x9E37_79B1);
        let (width, height) = (self.width.max(1), self.height.max(1));
        for y in rectangle.top..rectangle.bottom {
            let range = self.line(y, rectangle.left, rectangle.right);
            let y = y as u32;
            let down = y * 112 / height;
            for (pixel, x) in self.pixels[range].iter_mut().zip(rectangle.left as u32..) {
                let across = x * 112 / width;
                let red = (seed >> 25) + across;
                let green = (seed >> 17 & 0x7F) + down;
                let blue = (seed >> 9 & 0x70) + (across + down) / 2 + ((x ^ (y << 1)) & 0x0F);
                *pixel = red << 16 | green << 8 | blue;
            }
        }
    }

    /// Copies a rectangle to `target`, lines `pitch` bytes apart.
    pub(crate) fn copy_to(&self, rectangle: &RECT, target: &mut [u8], pitch: usize) {
        for y in rectangle.top..rectangle.bottom {
            let range = self.line(y, rectangle.left, rectangle.right);
            let start = y as usize * pitch + rectangle.left as usize * 4;
            let bytes = target[start..].as_chunks_mut().0;
            for (bytes, pixel) in bytes.iter_mut().zip(&self.pixels[range]) {
                *bytes = pixel.to_le_bytes();
            }
        }
    }

    /// The first pixel that differs from a screen of `width` pixels a line, as (x, y, expected, seen); `None` if all are
    /// equal in their lower 24 bits.
    pub fn first_difference(&self, screen: &[u32], width: u32) -> Option<(u32, u32, u32, u32)> {
        for y in 0..self.height {
            for x in 0..self.width {
                let expected = self.pixels[(y * self.width + x) as usize] & 0x00FF_FFFF;
                let seen = screen
                    .get((y * width + x) as usize)
                    .map_or(u32::MAX, |pixel| pixel & 0x00FF_FFFF);
                if width != self.width || expected != seen {
                    return Some((x, y, expected, seen));
                }
            }
        }
        None
    }
}

/// One frame: what changes.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Moves, made first and in order.
    pub moves: Vec<D3DKMT_MOVE_RECT>,
    /// Dirty rectangles.
    pub dirty: Vec<RECT>,
    seed: u32,
}

impl Frame {
    /// These moves and dirty rectangles, painted with the pattern of `seed`.
    pub fn new(moves: Vec<D3DKMT_MOVE_RECT>, dirty: Vec<RECT>, seed: u32) -> Self {
        Self { moves, dirty, seed }
    }

    /// The frame that a new source starts with: everything dirty.
    pub fn whole(picture: &Picture, seed: u32) -> Self {
        let all = RECT {
            left: 0,
            top: 0,
            right: picture.width as i32,
            bottom: picture.height as i32,
        };
        Self {
            moves: Vec::new(),
            dirty: alloc::vec![all],
            seed,
        }
    }

    /// A frame of the top left corner, `side` pixels and lines at most.
    pub fn corner(picture: &Picture, side: u32) -> Self {
        let corner = RECT {
            left: 0,
            top: 0,
            right: picture.width.min(side) as i32,
            bottom: picture.height.min(side) as i32,
        };
        Self {
            dirty: alloc::vec![corner],
            ..Self::default()
        }
    }

    /// Bytes of the dirty rectangles and of the moves' destinations.
    pub fn bytes(&self) -> u64 {
        let area = |r: &RECT| {
            u64::from((r.right - r.left).unsigned_abs())
                * u64::from((r.bottom - r.top).unsigned_abs())
        };
        let dirty: u64 = self.dirty.iter().map(area).sum();
        let moved: u64 = self.moves.iter().map(|step| area(&step.DestRect)).sum();
        (dirty + moved) * 4
    }

    /// Applies the frame to the picture.
    pub fn apply(&self, picture: &mut Picture) {
        for step in &self.moves {
            picture.move_pixels(step);
        }
        for (index, rectangle) in self.dirty.iter().enumerate() {
            picture.paint(
                rectangle,
                self.seed.wrapping_add(index as u32 * 0x0033_5577),
            );
        }
    }

    /// Everything that a driver may read for it: dirty rectangles and destinations of moves.
    pub fn touched(&self) -> impl Iterator<Item = &RECT> {
        self.dirty
            .iter()
            .chain(self.moves.iter().map(|step| &step.DestRect))
    }
}

/// Makes frames from a seed.
#[derive(Clone, Copy, Debug)]
pub struct Frames {
    state: u32,
    moves: bool,
}

impl Frames {
    /// The same seed gives the same frames. `moves`: every fourth frame also moves a rectangle.
    pub fn new(seed: u32, moves: bool) -> Self {
        Self {
            state: seed | 1,
            moves,
        }
    }

    fn next(&mut self) -> u32 {
        // xorshift32
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        self.state
    }

    fn below(&mut self, limit: u32) -> i32 {
        (self.next() % limit.max(1)) as i32
    }

    fn rectangle(&mut self, picture: &Picture) -> RECT {
        let (width, height) = (picture.width, picture.height);
        let (left, top) = (self.below(width), self.below(height));
        let right = left + 1 + self.below((width - left as u32).min(width / 4 + 1));
        let bottom = top + 1 + self.below((height - top as u32).min(height / 4 + 1));
        RECT {
            left,
            top,
            right: right.min(width as i32),
            bottom: bottom.min(height as i32),
        }
    }

    /// The next frame for a picture.
    pub fn frame(&mut self, picture: &Picture) -> Frame {
        let seed = self.next();
        let count = 1 + self.below(4);
        let dirty = (0..count).map(|_| self.rectangle(picture)).collect();
        let mut moves = Vec::new();
        if self.moves && seed.is_multiple_of(4) {
            let to = self.rectangle(picture);
            let (width, height) = ((to.right - to.left) as u32, (to.bottom - to.top) as u32);
            let x = self.below(picture.width - width + 1);
            let y = self.below(picture.height - height + 1);
            moves.push(D3DKMT_MOVE_RECT {
                SourcePoint: POINT { x, y },
                DestRect: to,
            });
        }
        Frame { moves, dirty, seed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many frames are made. Miri runs a few hundred times slower than the processor.
    const FRAMES: usize = if cfg!(miri) { 10 } else { 500 };

    #[test]
    fn frames_stay_inside_and_repeat_from_their_seed() {
        let mut picture = Picture::default();
        picture.resize(37, 23);
        let (mut one, mut two) = (Frames::new(7, true), Frames::new(7, true));
        let mut moved = 0;
        for _ in 0..FRAMES {
            let (frame, same) = (one.frame(&picture), two.frame(&picture));
            for r in frame.touched() {
                assert!(
                    r.left >= 0 && r.top >= 0 && r.left < r.right && r.top < r.bottom,
                    "{r:?}"
                );
                assert!(r.right <= 37 && r.bottom <= 23, "{r:?}");
            }
            moved += frame.moves.len();
            let mut other = picture.clone();
            frame.apply(&mut picture);
            same.apply(&mut other);
            assert_eq!(picture.first_difference(other.pixels(), 37), None);
        }
        assert!(moved > FRAMES / 25, "{moved}");
    }

    #[test]
    fn a_move_that_overlaps_itself_keeps_the_old_pixels() {
        let mut picture = Picture::default();
        picture.resize(1, 4);
        for y in 0..4 {
            picture.paint(
                &RECT {
                    left: 0,
                    top: y,
                    right: 1,
                    bottom: y + 1,
                },
                y as u32 * 1000,
            );
        }
        let before = picture.pixels().to_vec();
        let to = RECT {
            left: 0,
            top: 1,
            right: 1,
            bottom: 4,
        };
        picture.move_pixels(&D3DKMT_MOVE_RECT {
            SourcePoint: POINT { x: 0, y: 0 },
            DestRect: to,
        });
        assert_eq!(
            picture.pixels(),
            [before[0], before[0], before[1], before[2]]
        );
        assert_eq!(
            picture.first_difference(&before, 1),
            Some((0, 1, before[0], before[1]))
        );
    }
}
