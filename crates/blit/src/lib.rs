//! Copies rectangles of 32-bit pixels at memory speed, turned if need be.
//!
//! A present copies what changed from a picture that another program may write at the same time,
//! and that may even vanish. So each access here is an instruction that the compiler cannot see
//! into: it neither repeats a read, nor relies on what it read before, nor is a race with another
//! writer undefined. Nothing here panics, and no value in use has a destructor: a structured
//! exception handler may leave [`Blit::run`] at any instruction.
//!
//! It never allocates, and it knows nothing of presents, modes or devices. Any IRQL, as far as the
//! memory allows it.
#![no_std]

#[cfg(test)]
extern crate std;

mod rows;
#[cfg(test)]
mod tests;
mod turn;
mod vector;

/// How many bytes a pixel has.
pub const PIXEL: usize = 4;

/// From how many bytes on a copy goes past the caches.
///
/// A written line that is evicted before it is read costs a read of the line first. Below this size
/// the written lines may still be in a cache when they are read. Half of a common second-level
/// cache.
const STREAM_FROM: usize = 512 * 1024;

/// By how much a copy turns the picture, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Turn {
    /// Pixel (x, y) of the source goes to (x, y).
    None,
    /// Pixel (x, y) of a source of height h goes to (h - 1 - y, x).
    Quarter,
    /// Pixel (x, y) of a source of width w and height h goes to (w - 1 - x, h - 1 - y).
    Half,
    /// Pixel (x, y) of a source of width w goes to (y, w - 1 - x).
    ThreeQuarters,
}

/// One copy: where from, where to, how much, and how it is turned.
///
/// Addresses and pitches may have any alignment. A width or height of zero copies nothing.
#[derive(Debug, Clone, Copy)]
pub struct Blit {
    /// The first pixel of the source rectangle.
    pub from: *const u8,
    /// Bytes from one line of the source to the next.
    pub from_pitch: usize,
    /// The first pixel of the destination rectangle.
    pub to: *mut u8,
    /// Bytes from one line of the destination to the next.
    pub to_pitch: usize,
    /// Pixels in a line of the source.
    pub width: usize,
    /// Lines of the source.
    pub height: usize,
    /// How the picture is turned on its way.
    pub turn: Turn,
}

impl Blit {
    /// Makes the copy.
    ///
    /// # Safety
    ///
    /// - `height` lines of `width` pixels, `from_pitch` bytes apart, may be read at `from`. Other
    ///   programs may write them meanwhile. If the memory may vanish, a structured exception
    ///   handler is in place around the call.
    /// - The same number of lines (of columns, for a quarter turn) may be written at `to`,
    ///   `to_pitch` bytes apart. Nothing else reads or writes the pixels of the rectangle
    ///   meanwhile.
    /// - Neither rectangle wraps around the end of the address space, and they do not overlap.
    pub unsafe fn run(&self) {
        let bytes = self.width.wrapping_mul(self.height).wrapping_mul(PIXEL);
        let streams = bytes >= STREAM_FROM;
        // SAFETY: the caller's promises are exactly those of these functions.
        unsafe {
            match self.turn {
                Turn::None => rows::copy(self, streams),
                Turn::Half => rows::reverse(self, streams),
                Turn::Quarter => turn::clockwise(self, streams),
                Turn::ThreeQuarters => turn::counterclockwise(self, streams),
            }
        }
        if streams {
            vector::finish_streams();
        }
    }
}
