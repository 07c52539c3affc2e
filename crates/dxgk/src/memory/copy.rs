//! A copy of a rectangle of a presented picture, as the kernel gets it.

use core::ptr::NonNull;

use super::racing;
use crate::status::Status;

/// Bytes of a pixel: a display-only driver is presented 32 bits per pixel (D3DDDIFMT_A8R8G8B8).
pub const PIXEL: usize = 4;

/// By how much a copy turns the picture, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Turn {
    /// Pixel (x, y) of the source goes to (x, y).
    #[default]
    None,
    /// Pixel (x, y) of a source of height h goes to (h - 1 - y, x).
    Quarter,
    /// Pixel (x, y) of a source of width w and height h goes to (w - 1 - x, h - 1 - y).
    Half,
    /// Pixel (x, y) of a source of width w goes to (y, w - 1 - x).
    ThreeQuarters,
}

impl Turn {
    /// Width and height of a picture of this width and height when it has been turned.
    #[must_use]
    pub const fn size(self, width: usize, height: usize) -> (usize, usize) {
        match self {
            Self::None | Self::Half => (width, height),
            Self::Quarter | Self::ThreeQuarters => (height, width),
        }
    }
}

/// One copy: where from, where to, how much, and how it is turned.
///
/// Only [`Kernel::copy`](crate::kernel::Kernel::copy) gets one. Everything that it says about the
/// destination has been checked; the source may fault when it is read.
#[derive(Debug, Clone, Copy)]
pub struct RectCopy {
    /// The first pixel of the source.
    pub from: *const u8,
    /// Bytes from one line of the source to the next; negative if the picture lies upside down.
    pub from_pitch: isize,
    /// The first pixel of the destination.
    pub to: NonNull<u8>,
    /// Bytes from one line of the destination to the next.
    pub to_pitch: usize,
    /// Pixels in a line of the source.
    pub width: usize,
    /// Lines of the source.
    pub height: usize,
    /// How the picture is turned on its way.
    pub turn: Turn,
}

/// How many pixels [`RectCopy::run`] reads at once.
const CHUNK: usize = 256;

impl RectCopy {
    /// Makes the copy with `read`, which reads from the picture: for a kernel that has nothing
    /// faster. Pixels are read in pieces of at most 1 KiB.
    ///
    /// # Errors
    ///
    /// The first one of `read`; what was read before it has been copied.
    ///
    /// # Safety
    ///
    /// The rectangle at `to` lies in memory of [`SharedPages`](super::SharedPages), as it does in a
    /// copy that [`Kernel::copy`](crate::kernel::Kernel::copy) gets.
    pub unsafe fn run(
        &self,
        mut read: impl FnMut(*const u8, &mut [u8]) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let mut pixels = [0u8; CHUNK * PIXEL];
        for y in 0..self.height {
            let line = self
                .from
                .wrapping_offset(self.from_pitch.wrapping_mul(y.cast_signed()));
            let mut x = 0;
            while x < self.width {
                let count = self.width.saturating_sub(x).min(CHUNK);
                let Some(pixels) = pixels.get_mut(..count.saturating_mul(PIXEL)) else {
                    break;
                };
                read(line.wrapping_add(x.wrapping_mul(PIXEL)), pixels)?;
                if self.turn == Turn::None {
                    // SAFETY: pixels of a line of the destination, next to each other.
                    unsafe { racing::write(self.place(x, y), pixels.as_ptr(), pixels.len()) };
                } else {
                    for (index, pixel) in pixels.as_chunks::<PIXEL>().0.iter().enumerate() {
                        let place = self.place(x.saturating_add(index), y);
                        // SAFETY: one pixel of the destination.
                        unsafe { racing::write(place, pixel.as_ptr(), PIXEL) };
                    }
                }
                x = x.saturating_add(count);
            }
        }
        Ok(())
    }

    /// Where pixel (x, y) of the source goes.
    fn place(&self, x: usize, y: usize) -> NonNull<u8> {
        let (right, bottom) = (
            self.width.saturating_sub(1).saturating_sub(x),
            self.height.saturating_sub(1).saturating_sub(y),
        );
        let (x, y) = match self.turn {
            Turn::None => (x, y),
            Turn::Quarter => (bottom, x),
            Turn::Half => (right, bottom),
            Turn::ThreeQuarters => (y, right),
        };
        let offset = y
            .saturating_mul(self.to_pitch)
            .saturating_add(x.saturating_mul(PIXEL));
        self.to.map_addr(|place| place.saturating_add(offset))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use core::ptr::NonNull;
    use std::vec;
    use std::vec::Vec;

    use super::{PIXEL, RectCopy, Turn};
    use crate::status::Status;

    /// The first `count` pixels of memory.
    fn pixels(words: &[u64], count: usize) -> Vec<u32> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let pixels = bytes.as_chunks::<PIXEL>().0.iter();
        pixels.map(|p| u32::from_ne_bytes(*p)).take(count).collect()
    }

    /// Copies a picture of `width` times `height` numbered pixels, turned; what is then where, line
    /// by line.
    fn copied(width: usize, height: usize, turn: Turn, upside_down: bool) -> Vec<u32> {
        let source: Vec<u32> = (1..).take(width * height).collect();
        let (columns, lines) = turn.size(width, height);
        let stride = columns + 1;
        // Whole words, as shared pages are.
        let mut words = vec![0_u64; (stride * lines).div_ceil(2)];
        let pitch = (width * PIXEL).cast_signed();
        let last = (height - 1) * width;
        let copy = RectCopy {
            from: source[if upside_down { last } else { 0 }..].as_ptr().cast(),
            from_pitch: if upside_down { -pitch } else { pitch },
            to: NonNull::from(words.as_mut_slice()).cast(),
            to_pitch: stride * PIXEL,
            width,
            height,
            turn,
        };
        let read = |from: *const u8, to: &mut [u8]| {
            let first = from.addr() - source.as_ptr().addr();
            let bytes: Vec<u8> = source.iter().flat_map(|p| p.to_ne_bytes()).collect();
            to.copy_from_slice(&bytes[first..first + to.len()]);
            Ok(())
        };
        // SAFETY: the destination is as large as that.
        unsafe { copy.run(read) }.expect("nothing fails");
        let target = pixels(&words, stride * lines);
        assert!(
            target.chunks(stride).all(|line| line[columns] == 0),
            "nothing behind a line is touched"
        );
        let lines = target.chunks(stride);
        lines.flat_map(|line| line[..columns].to_vec()).collect()
    }

    #[test]
    fn each_turn_puts_each_pixel_where_its_words_say() {
        // 1 2 3
        // 4 5 6
        assert_eq!(copied(3, 2, Turn::None, false), [1, 2, 3, 4, 5, 6]);
        assert_eq!(copied(3, 2, Turn::Quarter, false), [4, 1, 5, 2, 6, 3]);
        assert_eq!(copied(3, 2, Turn::Half, false), [6, 5, 4, 3, 2, 1]);
        assert_eq!(copied(3, 2, Turn::ThreeQuarters, false), [3, 6, 2, 5, 1, 4]);
        assert_eq!(copied(3, 2, Turn::None, true), [4, 5, 6, 1, 2, 3]);
    }

    #[test]
    fn lines_longer_than_one_read_are_whole() {
        let numbers: Vec<u32> = (1..=3 * 600).collect();
        assert_eq!(copied(600, 3, Turn::None, false), numbers);
        let backwards: Vec<u32> = numbers.into_iter().rev().collect();
        assert_eq!(copied(600, 3, Turn::Half, false), backwards);
    }

    #[test]
    fn the_first_failure_ends_the_copy() {
        let mut words = [0_u64; 3];
        let copy = RectCopy {
            from: core::ptr::null(),
            from_pitch: 0,
            to: NonNull::from(&mut words[..]).cast(),
            to_pitch: 12,
            width: 3,
            height: 2,
            turn: Turn::None,
        };
        let mut reads = 0;
        let read = |_: *const u8, to: &mut [u8]| {
            reads += 1;
            to.fill(7);
            (reads == 1).then_some(()).ok_or(Status::ACCESS_VIOLATION)
        };
        // SAFETY: the destination is as large as that.
        let ended = unsafe { copy.run(read) };
        assert_eq!((ended, reads), (Err(Status::ACCESS_VIOLATION), 2));
        assert_eq!(pixels(&words, 6)[3..], [0; 3]);
    }
}
