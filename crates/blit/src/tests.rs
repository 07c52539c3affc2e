//! Every small size, alignment and turn against the definition of [`Turn`], on memory that ends
//! where the picture ends.

use std::vec;
use std::vec::Vec;

use crate::{Blit, PIXEL, STREAM_FROM, Turn};

const TURNS: [Turn; 4] = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];

/// What no source pixel is.
const UNTOUCHED: u8 = 0xee;

struct Case {
    width: usize,
    height: usize,
    turn: Turn,
    /// Bytes between the lines of the source and of the destination.
    gaps: (usize, usize),
    /// Bytes before the first pixel of each.
    offsets: (usize, usize),
}

/// Where [`Turn`] says that a pixel goes.
fn goes_to(case: &Case, x: usize, y: usize) -> (usize, usize) {
    match case.turn {
        Turn::None => (x, y),
        Turn::Quarter => (case.height - 1 - y, x),
        Turn::Half => (case.width - 1 - x, case.height - 1 - y),
        Turn::ThreeQuarters => (y, case.width - 1 - x),
    }
}

fn check(case: &Case) {
    let (to_width, to_height) = match case.turn {
        Turn::None | Turn::Half => (case.width, case.height),
        Turn::Quarter | Turn::ThreeQuarters => (case.height, case.width),
    };
    let from_pitch = case.width * PIXEL + case.gaps.0;
    let to_pitch = to_width * PIXEL + case.gaps.1;
    // The gap after the last line is not there: to read or write it is an error that Miri sees.
    let length = |pitch: usize, lines: usize, gap: usize| (pitch * lines).saturating_sub(gap);
    let from_length = case.offsets.0 + length(from_pitch, case.height, case.gaps.0);
    let to_length = case.offsets.1 + length(to_pitch, to_height, case.gaps.1);
    let from: Vec<u8> = (0..from_length).map(|at| (at % 0xed) as u8).collect();
    let mut to = vec![UNTOUCHED; to_length];
    let mut expected = to.clone();
    for y in 0..case.height {
        for x in 0..case.width {
            let (to_x, to_y) = goes_to(case, x, y);
            let source = case.offsets.0 + y * from_pitch + x * PIXEL;
            let destination = case.offsets.1 + to_y * to_pitch + to_x * PIXEL;
            expected[destination..destination + PIXEL]
                .copy_from_slice(&from[source..source + PIXEL]);
        }
    }
    let blit = Blit {
        from: from.as_ptr().wrapping_add(case.offsets.0),
        from_pitch,
        to: to.as_mut_ptr().wrapping_add(case.offsets.1),
        to_pitch,
        width: case.width,
        height: case.height,
        turn: case.turn,
    };
    // SAFETY: both vectors were made for this size.
    unsafe { blit.run() };
    let wrong = to
        .iter()
        .zip(&expected)
        .position(|(seen, wanted)| seen != wanted);
    assert_eq!(
        wrong, None,
        "{:?} of {} x {}",
        case.turn, case.width, case.height
    );
}

#[test]
fn each_small_size_arrives_whole_and_nothing_else_is_written() {
    // Around the sizes at which another loop takes over: 4, 16 and their multiples.
    let sizes: &[usize] = if cfg!(miri) {
        &[0, 1, 3, 4, 17, 33]
    } else {
        &[0, 1, 2, 3, 4, 5, 15, 16, 17, 18, 31, 32, 33, 47, 48, 49, 65]
    };
    for turn in TURNS {
        for &width in sizes {
            for &height in sizes {
                check(&Case {
                    width,
                    height,
                    turn,
                    gaps: (0, 0),
                    offsets: (0, 0),
                });
                check(&Case {
                    width,
                    height,
                    turn,
                    gaps: (12, 52),
                    offsets: (4, 8),
                });
            }
        }
    }
}

#[test]
fn addresses_and_pitches_may_have_any_alignment() {
    for turn in TURNS {
        for offset in 0..if cfg!(miri) { 5 } else { 65 } {
            let case = Case {
                width: 35,
                height: 21,
                turn,
                gaps: (offset, 3),
                offsets: (offset, 65 - offset),
            };
            check(&case);
            check(&Case {
                gaps: (3, offset),
                ..case
            });
        }
    }
}

#[test]
#[cfg_attr(
    miri,
    ignore = "half a megabyte is too much for Miri; small copies use the same accesses"
)]
fn copies_that_go_past_the_caches_arrive_whole_too() {
    let width = 700;
    let height = STREAM_FROM / PIXEL / width + 5;
    for turn in TURNS {
        for offsets in [(0, 0), (4, 4), (0, 60), (2, 2), (1, 3)] {
            for gaps in [(0, 0), (20, 36), (7, 9)] {
                check(&Case {
                    width,
                    height,
                    turn,
                    gaps,
                    offsets,
                });
            }
        }
    }
}
