//! Copies with a quarter turn, in blocks, so that each cache line is read once and written whole.

use crate::vector::{V4, load_pixel, store_pixel, transpose, write_line};
use crate::{Blit, PIXEL};

/// Pixels along each side of a block: what a cache line holds.
const BLOCK: usize = 16;

/// Turns the picture clockwise.
///
/// # Safety
///
/// As [`Blit::run`].
pub(crate) unsafe fn clockwise(blit: &Blit, streams: bool) {
    // A column, read from its bottom, is a line of the destination; the first column is the first
    // line.
    let last = blit.height.wrapping_sub(1).wrapping_mul(blit.from_pitch);
    let walk = Walk {
        from: blit.from.wrapping_add(last),
        along: blit.from_pitch.wrapping_neg(),
        across: PIXEL,
        mirrored: false,
        ..Walk::of(blit, streams)
    };
    // SAFETY: the caller's promise, said in the destination's order.
    unsafe { walk.run() };
}

/// Turns the picture counterclockwise.
///
/// # Safety
///
/// As [`Blit::run`].
pub(crate) unsafe fn counterclockwise(blit: &Blit, streams: bool) {
    // A column, read from its top, is a line of the destination; the last column is the first line.
    let last = blit.width.wrapping_sub(1).wrapping_mul(PIXEL);
    let walk = Walk {
        from: blit.from.wrapping_add(last),
        along: blit.from_pitch,
        across: PIXEL.wrapping_neg(),
        mirrored: true,
        ..Walk::of(blit, streams)
    };
    // SAFETY: the caller's promise, said in the destination's order.
    unsafe { walk.run() };
}

/// A copy as the destination sees it: along its lines, the source is read along its columns.
struct Walk {
    /// The source of the destination's first pixel.
    from: *const u8,
    /// What is added to the source for the next pixel of a destination's line.
    along: usize,
    /// What is added to the source for the next line of the destination: one pixel, forwards or
    /// backwards.
    across: usize,
    /// Whether `across` is backwards.
    mirrored: bool,
    to: *mut u8,
    to_pitch: usize,
    /// Pixels in a line of the destination.
    width: usize,
    /// Lines of the destination.
    height: usize,
    streams: bool,
}

impl Walk {
    fn of(blit: &Blit, streams: bool) -> Self {
        Self {
            from: blit.from,
            along: 0,
            across: 0,
            mirrored: false,
            to: blit.to,
            to_pitch: blit.to_pitch,
            width: blit.height,
            height: blit.width,
            streams,
        }
    }

    fn source(&self, x: usize, y: usize) -> *const u8 {
        self.from
            .wrapping_add(x.wrapping_mul(self.along))
            .wrapping_add(y.wrapping_mul(self.across))
    }

    fn destination(&self, x: usize, y: usize) -> *mut u8 {
        self.to
            .wrapping_add(y.wrapping_mul(self.to_pitch))
            .wrapping_add(x.wrapping_mul(PIXEL))
    }

    /// # Safety
    ///
    /// Each pixel of the destination may be written, and its source be read.
    unsafe fn run(&self) {
        // Blocks begin where the destination's cache lines do.
        let bytes = self.to.addr().wrapping_neg() % 64;
        let aligned = bytes.is_multiple_of(PIXEL) && self.to_pitch.is_multiple_of(64);
        let head = if aligned {
            (bytes / PIXEL).min(self.width)
        } else {
            0
        };
        let streams = self.streams && aligned;
        let blocks_x = self.width.wrapping_sub(head) / BLOCK;
        let blocks_y = self.height / BLOCK;
        let right = head.wrapping_add(blocks_x.wrapping_mul(BLOCK));
        let bottom = blocks_y.wrapping_mul(BLOCK);
        // SAFETY: the blocks and the four borders around them are the destination, each pixel once.
        unsafe {
            // Sixteen whole lines of the source at a time: the processor fetches ahead along lines,
            // not across them.
            let mut x = head;
            while x < right {
                let mut y = 0;
                while y < bottom {
                    self.block(x, y, streams);
                    y = y.wrapping_add(BLOCK);
                }
                x = x.wrapping_add(BLOCK);
            }
            self.singles(0, head, 0, bottom);
            self.singles(right, self.width, 0, bottom);
            self.singles(0, self.width, bottom, self.height);
        }
    }

    /// Copies the block at (x, y) of the destination.
    ///
    /// # Safety
    ///
    /// As [`run`](Self::run); the whole block lies in the destination. If it `streams`, (x, y) is
    /// at a cache line.
    #[inline(always)]
    unsafe fn block(&self, x: usize, y: usize, streams: bool) {
        let mut line = 0;
        while line < BLOCK {
            // The source of 4 lines is 4 pixels wide. Mirrored, the last line has the leftmost of
            // them.
            let leftmost = if self.mirrored {
                line.wrapping_add(3)
            } else {
                line
            };
            let from = self.source(x, y.wrapping_add(leftmost));
            let to = self.destination(x, y.wrapping_add(line));
            let quads = [0usize, 4, 8, 12].map(|column| {
                let from = from.wrapping_add(column.wrapping_mul(self.along));
                // SAFETY: four times four pixels of the block.
                let columns = unsafe {
                    [
                        V4::load(from),
                        V4::load(from.wrapping_add(self.along)),
                        V4::load(from.wrapping_add(self.along.wrapping_mul(2))),
                        V4::load(from.wrapping_add(self.along.wrapping_mul(3))),
                    ]
                };
                let mut lines = transpose(columns);
                if self.mirrored {
                    lines.reverse();
                }
                lines
            });
            let [
                [a0, a1, a2, a3],
                [b0, b1, b2, b3],
                [c0, c1, c2, c3],
                [d0, d1, d2, d3],
            ] = quads;
            let mut to = to;
            for pixels in [
                [a0, b0, c0, d0],
                [a1, b1, c1, d1],
                [a2, b2, c2, d2],
                [a3, b3, c3, d3],
            ] {
                // SAFETY: sixteen pixels of the block.
                unsafe {
                    if streams {
                        write_line::<true>(pixels, to);
                    } else {
                        write_line::<false>(pixels, to);
                    }
                }
                to = to.wrapping_add(self.to_pitch);
            }
            line = line.wrapping_add(4);
        }
    }

    /// Copies a part of the destination pixel by pixel.
    ///
    /// # Safety
    ///
    /// As [`run`](Self::run); the part lies in the destination.
    unsafe fn singles(&self, left: usize, right: usize, top: usize, bottom: usize) {
        for y in top..bottom {
            for x in left..right {
                // SAFETY: the caller's promise.
                unsafe { store_pixel(self.destination(x, y), load_pixel(self.source(x, y))) };
            }
        }
    }
}
