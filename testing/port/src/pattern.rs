//! What desktops are seen to draw, as frames: each pattern is a plan of its own, by name.
//!
//! [`Frames`](crate::picture::Frames) draws rectangles by chance. A driver's cost depends on how
//! they lie: close together or far apart, few or many, moved or drawn again. These are the cases,
//! in the places and sizes that they have on a screen.

use alloc::vec::Vec;
use dxgk_sys::{D3DKMT_MOVE_RECT, POINT, RECT};

use crate::picture::{Frame, Picture};

/// A pattern of frames.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Its name on command lines.
    pub name: &'static str,
    /// What it draws in the frame of this number.
    draw: fn(&mut Drawing, u32),
}

/// All of them.
pub const ALL: [Pattern; 12] = [
    // A character of a line of text, and the caret behind it.
    pattern("typing", |to, number| {
        let column = number % 60;
        to.dirty(100 + column * 9, 200, 9, 18);
        to.dirty(109 + column * 9, 200, 2, 18);
    }),
    // A caret, and nothing else.
    pattern("caret", |to, _| to.dirty(300, 200, 2, 18)),
    // A window's text goes up by three lines, and three lines appear.
    pattern("scrolling", |to, _| {
        to.moved((80, 128), 80, 80, 640, 432);
        to.dirty(80, 512, 640, 48);
    }),
    // A film in a window.
    pattern("video", |to, _| to.dirty(160, 120, 640, 360)),
    // The start menu's corner and the notification in the other.
    pattern("corners", |to, _| {
        to.dirty(0, 0, 96, 64);
        let (right, bottom) = (to.width.saturating_sub(96), to.height.saturating_sub(64));
        to.dirty(right, bottom, 96, 64);
    }),
    // 200 icons, on the whole screen.
    pattern("icons", |to, _| {
        let (across, down) = (to.width / 20, to.height / 10);
        for icon in 0..200 {
            to.dirty(icon % 20 * across, icon / 20 * down, 8, 8);
        }
    }),
    // A window follows the pointer: it moves, and what it leaves is drawn.
    pattern("drag", |to, number| {
        let (x, y) = (40 + number % 50 * 8, 40 + number % 50 * 5);
        to.moved((x, y), x + 8, y + 5, 400, 300);
        to.dirty(x, y, 400, 5);
        to.dirty(x, y + 5, 8, 300);
    }),
    // A rubber band: the four edges of a growing frame.
    pattern("rubber-band", |to, number| {
        let (width, height) = (100 + number % 40 * 8, 80 + number % 40 * 6);
        to.dirty(200, 150, width, 1);
        to.dirty(200, 150 + height, width, 1);
        to.dirty(200, 150, 1, height);
        to.dirty(200 + width, 150, 1, height);
    }),
    // The line of a menu under the pointer, and the one that was.
    pattern("menu", |to, number| {
        let line = number % 12;
        to.dirty(60, 60 + line * 24, 220, 24);
        to.dirty(60, 84 + line * 24, 220, 24);
    }),
    // The clock in the corner, and a character of a text.
    pattern("clock", |to, number| {
        to.dirty(100 + number % 60 * 9, 200, 9, 18);
        let (right, bottom) = (to.width.saturating_sub(80), to.height.saturating_sub(30));
        to.dirty(right, bottom, 80, 30);
    }),
    // The lines of a page, with the space between them.
    pattern("page", |to, _| {
        for line in 0..24 {
            to.dirty(120, 60 + line * 22, 480, 16);
        }
    }),
    // Everything.
    pattern("full", |to, _| to.dirty(0, 0, to.width, to.height)),
];

const fn pattern(name: &'static str, draw: fn(&mut Drawing, u32)) -> Pattern {
    Pattern { name, draw }
}

impl Pattern {
    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|pattern| pattern.name == name).copied()
    }

    /// The frame of this number. With `moves` unset, what moves is drawn again.
    pub fn frame(&self, picture: &Picture, number: u32, moves: bool) -> Frame {
        let mut drawing = Drawing {
            width: picture.width(),
            height: picture.height(),
            moves: Vec::new(),
            dirty: Vec::new(),
        };
        (self.draw)(&mut drawing, number);
        if !moves {
            let moved = drawing.moves.drain(..).map(|step| step.DestRect);
            drawing.dirty.extend(moved);
        }
        Frame::new(drawing.moves, drawing.dirty, number)
    }
}

/// A frame while it is drawn. What lies outside the picture is cut off.
struct Drawing {
    width: u32,
    height: u32,
    moves: Vec<D3DKMT_MOVE_RECT>,
    dirty: Vec<RECT>,
}

impl Drawing {
    fn dirty(&mut self, x: u32, y: u32, width: u32, height: u32) {
        self.dirty.extend(self.cut((x, y), width, height));
    }

    /// A rectangle that comes from `from`; what comes from outside is drawn.
    fn moved(&mut self, from: (u32, u32), x: u32, y: u32, width: u32, height: u32) {
        let source = self.cut(from, width, height);
        let Some(to) = self.cut((x, y), width, height) else {
            return;
        };
        let size = |rect: RECT| (rect.right - rect.left, rect.bottom - rect.top);
        match source {
            Some(source) if size(source) == size(to) => self.moves.push(D3DKMT_MOVE_RECT {
                SourcePoint: POINT {
                    x: source.left,
                    y: source.top,
                },
                DestRect: to,
            }),
            _ => self.dirty.push(to),
        }
    }

    fn cut(&self, (x, y): (u32, u32), width: u32, height: u32) -> Option<RECT> {
        let right = (x + width).min(self.width);
        let bottom = (y + height).min(self.height);
        (x < right && y < bottom).then_some(RECT {
            left: x as i32,
            top: y as i32,
            right: right as i32,
            bottom: bottom as i32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_lies_inside_the_picture_and_changes_it() {
        for (width, height) in [(640, 480), (1280, 800), (64, 64)] {
            let mut picture = Picture::default();
            picture.resize(width, height);
            for pattern in ALL {
                for number in [0, 1, 39, 59] {
                    let frame = pattern.frame(&picture, number, true);
                    for rect in frame.touched() {
                        let inside = rect.left >= 0 && rect.top >= 0;
                        let cut = rect.right <= width as i32 && rect.bottom <= height as i32;
                        let some = rect.left < rect.right && rect.top < rect.bottom;
                        assert!(inside && cut && some, "{}: {rect:?}", pattern.name);
                    }
                    let drawn = pattern.frame(&picture, number, false);
                    assert!(drawn.moves.is_empty());
                    assert_eq!(drawn.bytes(), frame.bytes(), "{}", pattern.name);
                    assert!(width < 640 || frame.bytes() > 0, "{}", pattern.name);
                }
            }
        }
    }

    #[test]
    fn a_name_is_one_pattern() {
        for pattern in ALL {
            let found = Pattern::named(pattern.name).map(|found| found.name);
            assert_eq!(found, Some(pattern.name));
        }
        assert!(Pattern::named("typing ").is_none());
    }
}
