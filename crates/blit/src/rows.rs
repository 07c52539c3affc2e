//! Copies line by line: as they are, and by half a turn.

use crate::vector::{V4, load_pixel, store_pixel, write_line};
use crate::{Blit, PIXEL};

/// Copies each line to where it was.
///
/// # Safety
///
/// As [`Blit::run`].
pub(crate) unsafe fn copy(blit: &Blit, streams: bool) {
    let mut from = blit.from;
    let mut to = blit.to;
    for _ in 0..blit.height {
        // SAFETY: one line of each rectangle.
        unsafe { line::<false>(from, to, blit.width, streams) };
        from = from.wrapping_add(blit.from_pitch);
        to = to.wrapping_add(blit.to_pitch);
    }
}

/// Copies each line to where it is after half a turn, its last pixel first.
///
/// # Safety
///
/// As [`Blit::run`].
pub(crate) unsafe fn reverse(blit: &Blit, streams: bool) {
    let mut end = blit.from.wrapping_add(blit.width.wrapping_mul(PIXEL));
    let mut to = blit
        .to
        .wrapping_add(blit.height.wrapping_sub(1).wrapping_mul(blit.to_pitch));
    for _ in 0..blit.height {
        // SAFETY: one line of each rectangle.
        unsafe { line::<true>(end, to, blit.width, streams) };
        end = end.wrapping_add(blit.from_pitch);
        to = to.wrapping_sub(blit.to_pitch);
    }
}

/// Copies one line. `BACKWARDS` reads it from its end, which is then what `from` points to.
///
/// # Safety
///
/// `width` pixels may be read at (before) `from` and written at `to`.
#[inline(always)]
unsafe fn line<const BACKWARDS: bool>(from: *const u8, to: *mut u8, width: usize, streams: bool) {
    let (mut from, mut to, mut left) = (from, to, width);
    if streams {
        let head = to_cache_line(to).min(left);
        // SAFETY: not more than the line has.
        unsafe { singles::<BACKWARDS>(&mut from, &mut to, head) };
        left = left.wrapping_sub(head);
    }
    // SAFETY: not more than the line has. Where it streams, `to` is at a cache line.
    unsafe {
        if streams && to.addr().is_multiple_of(64) {
            cache_lines::<BACKWARDS, true>(&mut from, &mut to, &mut left);
        } else {
            cache_lines::<BACKWARDS, false>(&mut from, &mut to, &mut left);
        }
    }
    while left >= 4 {
        // SAFETY: the line has 4 more pixels.
        unsafe {
            let pixels = V4::load(take::<BACKWARDS>(&mut from, 16));
            let pixels = if BACKWARDS { pixels.reversed() } else { pixels };
            pixels.store(to);
        }
        to = to.wrapping_add(16);
        left = left.wrapping_sub(4);
    }
    // SAFETY: what the line has left.
    unsafe { singles::<BACKWARDS>(&mut from, &mut to, left) };
}

/// Copies 16 pixels as often as the line has so many, two times in a row while it can.
///
/// # Safety
///
/// The line has `left` more pixels. If it `STREAMS`, `to` is aligned to 16 bytes.
#[inline(always)]
unsafe fn cache_lines<const BACKWARDS: bool, const STREAMS: bool>(
    from: &mut *const u8,
    to: &mut *mut u8,
    left: &mut usize,
) {
    while *left >= 32 {
        // SAFETY: the line has 32 more pixels.
        unsafe {
            write_line::<STREAMS>(cache_line::<BACKWARDS>(from), *to);
            write_line::<STREAMS>(cache_line::<BACKWARDS>(from), to.wrapping_add(64));
        }
        *to = to.wrapping_add(128);
        *left = left.wrapping_sub(32);
    }
    if *left >= 16 {
        // SAFETY: the line has 16 more pixels.
        unsafe { write_line::<STREAMS>(cache_line::<BACKWARDS>(from), *to) };
        *to = to.wrapping_add(64);
        *left = left.wrapping_sub(16);
    }
}

/// Pixels from `to` to the next cache line; none if no pixel begins there.
fn to_cache_line(to: *mut u8) -> usize {
    let bytes = to.addr().wrapping_neg() % 64;
    if bytes.is_multiple_of(PIXEL) {
        bytes / PIXEL
    } else {
        0
    }
}

/// Moves `from` over `bytes`; the address of those bytes.
#[inline(always)]
fn take<const BACKWARDS: bool>(from: &mut *const u8, bytes: usize) -> *const u8 {
    if BACKWARDS {
        *from = from.wrapping_sub(bytes);
        *from
    } else {
        let taken = *from;
        *from = from.wrapping_add(bytes);
        taken
    }
}

/// The next 16 pixels, in the order in which they are written.
///
/// # Safety
///
/// The line has 16 more pixels.
#[inline(always)]
unsafe fn cache_line<const BACKWARDS: bool>(from: &mut *const u8) -> [V4; 4] {
    // SAFETY: the caller's promise.
    let [a, b, c, d] = unsafe { V4::load_line(take::<BACKWARDS>(from, 64)) };
    if BACKWARDS {
        [d.reversed(), c.reversed(), b.reversed(), a.reversed()]
    } else {
        [a, b, c, d]
    }
}

/// Copies pixel by pixel.
///
/// # Safety
///
/// The line has `count` more pixels.
#[inline(always)]
unsafe fn singles<const BACKWARDS: bool>(from: &mut *const u8, to: &mut *mut u8, count: usize) {
    for _ in 0..count {
        // SAFETY: the caller's promise.
        unsafe { store_pixel(*to, load_pixel(take::<BACKWARDS>(from, PIXEL))) };
        *to = to.wrapping_add(PIXEL);
    }
}
