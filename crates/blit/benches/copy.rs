//! Times copies of rectangles, and for comparison the platform's memcpy and the plain loops of
//! other display-only drivers.
//!
//! Each round times all three ways after each other, and the least time of all rounds counts: what
//! else runs on the machine only ever adds to a time. Prints one line for each size and turn;
//! `cargo xtask bench copy` makes the table of them.

use std::hint::black_box;
use std::ptr;

use blit::{Blit, PIXEL, Turn};
use cpu_time::ThreadTime;

/// Full pictures, and the smaller rectangles that change on a desktop, in pixels.
const SIZES: [(usize, usize); 9] = [
    (8, 8),
    (16, 16),
    (32, 32),
    (64, 64),
    (128, 128),
    (256, 256),
    (1920, 1080),
    (3840, 2160),
    (7680, 4320),
];

const TURNS: [(&str, Turn); 4] = [
    ("none", Turn::None),
    ("quarter", Turn::Quarter),
    ("half", Turn::Half),
    ("three-quarters", Turn::ThreeQuarters),
];

/// Up to this side a rectangle lies in a desktop of [`DESKTOP`]; a larger one is a picture of its
/// own.
const SMALL: usize = 256;

/// Pixels along the sides of the desktop that small rectangles lie in.
const DESKTOP: (usize, usize) = (3840, 2160);

/// How many bytes a sample copies at least, so that the clock's resolution does not count.
const SAMPLE: usize = 4 << 20;

/// The pictures, as words so that they are aligned.
struct Pictures {
    from: Vec<[u64; 8]>,
    to: Vec<[u64; 8]>,
}

/// A rectangle at one place, as all three ways get it.
struct Place {
    from: *const u8,
    from_pitch: usize,
    to: *mut u8,
    to_pitch: usize,
    width: usize,
    height: usize,
    turn: Turn,
}

impl Place {
    /// The crate's copy.
    fn blit(&self) {
        let blit = Blit {
            from: self.from,
            from_pitch: self.from_pitch,
            to: self.to,
            to_pitch: self.to_pitch,
            width: self.width,
            height: self.height,
            turn: self.turn,
        };
        // SAFETY: the pictures have room for the rectangle, and only this thread uses them.
        unsafe { blit.run() };
    }

    /// As many bytes in one memcpy: what memory allows.
    fn memcpy(&self) {
        // SAFETY: the pictures have at least as many bytes behind each place as the rectangle has.
        unsafe { ptr::copy_nonoverlapping(self.from, self.to, self.width * self.height * PIXEL) };
    }

    /// The plain loops: a memcpy for each line, or pixel by pixel in the source's order for a turn.
    fn loops(&self) {
        let line = self.width * PIXEL;
        for y in 0..self.height {
            let from = self.from.wrapping_add(y * self.from_pitch);
            if self.turn == Turn::None {
                let to = self.to.wrapping_add(y * self.to_pitch);
                // SAFETY: a line of both rectangles.
                unsafe { ptr::copy_nonoverlapping(from, to, line) };
                continue;
            }
            for x in 0..self.width {
                let (to_x, to_y) = match self.turn {
                    Turn::None => (x, y),
                    Turn::Quarter => (self.height - 1 - y, x),
                    Turn::Half => (self.width - 1 - x, self.height - 1 - y),
                    Turn::ThreeQuarters => (y, self.width - 1 - x),
                };
                let to = self.to.wrapping_add(to_y * self.to_pitch + to_x * PIXEL);
                // SAFETY: a pixel of both rectangles; both pictures and all pitches are aligned to
                // pixels.
                unsafe { to.cast::<u32>().write(from.cast::<u32>().add(x).read()) };
            }
        }
    }
}

impl Pictures {
    fn new() -> Self {
        let (width, height) = SIZES[SIZES.len() - 1];
        let lines = width * height * PIXEL / 64;
        Self {
            from: vec![[0x0102_0304_0506_0708; 8]; lines],
            to: vec![[1; 8]; lines],
        }
    }

    /// Where rectangle number `index` of that size lies.
    fn place(&mut self, (width, height): (usize, usize), turn: Turn, index: usize) -> Place {
        let turned = matches!(turn, Turn::Quarter | Turn::ThreeQuarters);
        let (to_width, picture) = match (width <= SMALL, turned) {
            (true, _) => (DESKTOP.0, DESKTOP.0),
            (false, false) => (width, width),
            (false, true) => (height, width),
        };
        let offset = if width <= SMALL {
            // Over the whole desktop, in an order without a pattern that a processor could foresee.
            let (columns, rows) = (DESKTOP.0 / width, (DESKTOP.1 - height) / height);
            let place = index.wrapping_mul(0x9e37_79b1) % (columns * rows);
            (place / columns * height * DESKTOP.0 + place % columns * width) * PIXEL
        } else {
            0
        };
        Place {
            from: self.from.as_ptr().cast::<u8>().wrapping_add(offset),
            from_pitch: picture * PIXEL,
            to: self.to.as_mut_ptr().cast::<u8>().wrapping_add(offset),
            to_pitch: to_width * PIXEL,
            width,
            height,
            turn,
        }
    }
}

/// Seconds of processor time that one way takes for all places.
fn time(places: &[Place], way: fn(&Place)) -> f64 {
    let start = ThreadTime::now();
    for place in black_box(places) {
        way(place);
    }
    start.elapsed().as_secs_f64()
}

fn main() {
    let rounds: usize = std::env::var("ROUNDS")
        .ok()
        .and_then(|word| word.parse().ok())
        .unwrap_or(15);
    let mut pictures = Pictures::new();
    for size in SIZES {
        for (name, turn) in TURNS {
            let bytes = size.0 * size.1 * PIXEL;
            let count = SAMPLE.div_ceil(bytes);
            let places: Vec<Place> = (0..count)
                .map(|index| pictures.place(size, turn, index))
                .collect();
            let mut least = [f64::INFINITY; 3];
            for _ in 0..rounds {
                for (least, way) in least
                    .iter_mut()
                    .zip([Place::blit, Place::memcpy, Place::loops])
                {
                    *least = least.min(time(&places, way));
                }
            }
            let [blit, memcpy, loops] = least.map(|seconds| seconds / count as f64 * 1e9);
            println!(
                "copy {} {} {name} {blit:.0} {memcpy:.0} {loops:.0}",
                size.0, size.1
            );
        }
    }
}
