//! Rectangles in pixels, and a short list of them that stays short by merging the cheapest pairs.
//!
//! A frame's dirty rectangles become one transfer each; when there are more than the command queue has room for, some are
//! united. Nothing here knows what a pixel looks like.

use core::fmt;

/// A rectangle in pixels. Empty if its width or height is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl fmt::Display for Rect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}x{} at ({}, {})",
            self.width, self.height, self.x, self.y
        )
    }
}

impl Rect {
    /// The rectangle of a surface: `width` by `height` at the origin.
    pub const fn of_size(width: u32, height: u32) -> Self {
        Rect {
            x: 0,
            y: 0,
            width,
            height,
        }
    }

    /// From edges as Windows' RECT has them, right and bottom exclusive; what lies left of or above zero is cut off.
    /// Edges in the wrong order make an empty rectangle.
    pub fn from_edges(left: i32, top: i32, right: i32, bottom: i32) -> Self {
        let edge = |value: i32| u32::try_from(value).unwrap_or(0);
        let (x, y) = (edge(left), edge(top));
        Rect {
            x,
            y,
            width: edge(right).saturating_sub(x),
            height: edge(bottom).saturating_sub(y),
        }
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// Right and bottom edge, exclusive; `None` if they cannot be told in 32 bits.
    pub fn right_bottom(self) -> Option<(u32, u32)> {
        Some((
            self.x.checked_add(self.width)?,
            self.y.checked_add(self.height)?,
        ))
    }

    fn right(self) -> u32 {
        self.x.saturating_add(self.width)
    }

    fn bottom(self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// How many pixels it covers.
    pub const fn area(self) -> u64 {
        (self.width as u64).saturating_mul(self.height as u64)
    }

    /// The part inside `bounds`; empty (and at the origin) if there is none.
    pub fn clip(self, bounds: Rect) -> Rect {
        let (x, y) = (self.x.max(bounds.x), self.y.max(bounds.y));
        let clipped = Rect {
            x,
            y,
            width: self.right().min(bounds.right()).saturating_sub(x),
            height: self.bottom().min(bounds.bottom()).saturating_sub(y),
        };
        if clipped.is_empty() {
            Rect::default()
        } else {
            clipped
        }
    }

    /// The smallest rectangle around both; an empty one adds nothing.
    pub fn union(self, other: Rect) -> Rect {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Rect {
            x,
            y,
            width: self.right().max(other.right()).saturating_sub(x),
            height: self.bottom().max(other.bottom()).saturating_sub(y),
        }
    }

    /// Whether every pixel of `other` is in this one. An empty rectangle is inside any.
    pub fn contains(self, other: Rect) -> bool {
        other.is_empty()
            || (self.x <= other.x
                && self.y <= other.y
                && self.right() >= other.right()
                && self.bottom() >= other.bottom())
    }

    /// Where its first pixel lies in a surface whose rows are `stride` bytes apart, in bytes; `None` if that is beyond
    /// 64 bits.
    pub fn byte_offset(self, stride: u32, bytes_per_pixel: u32) -> Option<u64> {
        let row = u64::from(self.y).checked_mul(u64::from(stride))?;
        let column = u64::from(self.x).checked_mul(u64::from(bytes_per_pixel))?;
        row.checked_add(column)
    }
}

/// What one more rectangle costs, expressed in pixels: a command is worth copying so many pixels needlessly.
///
/// A transfer with its flush is some microseconds of the host's time, in which it copies a few thousand pixels.
pub const COMMAND_COST: u64 = 4096;

/// At most `N` rectangles that together cover all that were added.
///
/// A rectangle is merged into another when that costs less than a command of its own, and the cheapest pair is merged when
/// the list is full. It never fails and never loses a pixel.
#[derive(Clone, Copy, Debug)]
pub struct RectList<const N: usize> {
    rects: [Rect; N],
    len: usize,
}

impl<const N: usize> Default for RectList<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> RectList<N> {
    const HAS_ROOM: () = assert!(N > 0, "a list of rectangles needs room for one");

    /// An empty list.
    pub const fn new() -> Self {
        let () = Self::HAS_ROOM;
        RectList {
            rects: [Rect {
                x: 0,
                y: 0,
                width: 0,
                height: 0,
            }; N],
            len: 0,
        }
    }

    /// The rectangles, in no particular order; none is empty.
    pub fn as_slice(&self) -> &[Rect] {
        self.rects.get(..self.len).unwrap_or(&[])
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Pixels that will be copied, plus [`COMMAND_COST`] for each rectangle.
    pub fn cost(&self) -> u64 {
        self.as_slice().iter().fold(0u64, |sum, rect| {
            sum.saturating_add(rect.area()).saturating_add(COMMAND_COST)
        })
    }

    /// The smallest rectangle around all.
    pub fn bounding_box(&self) -> Rect {
        self.as_slice()
            .iter()
            .fold(Rect::default(), |all, rect| all.union(*rect))
    }

    /// Adds a rectangle, cut to `bounds`.
    pub fn add(&mut self, rect: Rect, bounds: Rect) {
        let mut rect = rect.clip(bounds);
        // Every round either ends or takes one rectangle out of the list.
        loop {
            if rect.is_empty() || self.as_slice().iter().any(|have| have.contains(rect)) {
                return;
            }
            match self.worth_merging(rect) {
                Some(index) => rect = rect.union(self.take(index)),
                None => break,
            }
        }
        if let Some(slot) = self.rects.get_mut(self.len) {
            *slot = rect;
            self.len = self.len.saturating_add(1);
            return;
        }
        self.merge_into_full(rect);
    }

    /// The first rectangle whose union with `rect` costs no more than the two apart.
    fn worth_merging(&self, rect: Rect) -> Option<usize> {
        self.as_slice()
            .iter()
            .position(|have| waste(*have, rect) <= COMMAND_COST)
    }

    /// Takes the rectangle at `index` out; the last one takes its place.
    fn take(&mut self, index: usize) -> Rect {
        let last = self.len.saturating_sub(1);
        let moved = self.rects.get(last).copied().unwrap_or_default();
        match self.rects.get_mut(index) {
            Some(slot) if index <= last && self.len != 0 => {
                self.len = last;
                core::mem::replace(slot, moved)
            }
            _ => Rect::default(),
        }
    }

    /// The list is full and `rect` is worth none of its rectangles: whichever pair wastes the fewest pixels is united.
    fn merge_into_full(&mut self, rect: Rect) {
        // `None` stands for the new rectangle.
        let mut best = (u64::MAX, 0, None);
        for (index, have) in self.as_slice().iter().enumerate() {
            let with_new = waste(*have, rect);
            if with_new < best.0 {
                best = (with_new, index, None);
            }
            for (other, second) in self
                .as_slice()
                .iter()
                .enumerate()
                .skip(index.wrapping_add(1))
            {
                let pair = waste(*have, *second);
                if pair < best.0 {
                    best = (pair, index, Some(other));
                }
            }
        }
        let (_, index, other) = best;
        let merged = match other {
            // The higher index first: taking moves the last one into the gap.
            Some(other) => {
                let second = self.take(other);
                second.union(self.take(index))
            }
            None => rect.union(self.take(index)),
        };
        if other.is_some() {
            self.push(rect);
        }
        self.push(merged);
    }

    fn push(&mut self, rect: Rect) {
        if let Some(slot) = self.rects.get_mut(self.len) {
            *slot = rect;
            self.len = self.len.saturating_add(1);
        }
    }
}

/// Pixels of the union that are in neither. Overlap counts in favour of merging.
fn waste(a: Rect, b: Rect) -> u64 {
    a.union(b)
        .area()
        .saturating_sub(a.area())
        .saturating_sub(b.area())
}
