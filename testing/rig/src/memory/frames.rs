//! Page frames: every free frame of the machine, handed out in a shuffled order.
//!
//! Shuffled, because a driver that takes neighbouring pages for contiguous memory must fail here and not on some other
//! machine. A freed frame is used again only when every processor has flushed its translations since. A few contiguous pieces are
//! kept apart for those who ask for them.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};

use x86_64::PhysAddr;
use x86_64::structures::paging::{FrameAllocator, PhysFrame, Size4KiB};

use super::{PAGE, extents};
use crate::cpu;
use crate::sync::Lock;

/// Counts unmappings. A processor that has flushed its translations at count `n` holds none older than `n`.
pub static UNMAPPINGS: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct Frames {
    free: Vec<u32>,
    /// Freed frames and the count of [`UNMAPPINGS`] that a processor must have seen before they are safe.
    waiting: VecDeque<(u64, u32)>,
    /// First frames of the pieces that are kept apart.
    pieces: Vec<u32>,
}

/// Frames in a piece, which is aligned to its size.
pub const PIECE: usize = 16;
/// How many pieces there are in the beginning: enough for two frame buffers of a common mode. Freed, they are single frames.
const PIECES: usize = 160;
/// Frames of a machine for common modes. Of what there is beyond them, half is pieces, for the frame buffers of a large mode.
const COMMON: usize = (512 << 20) / PAGE;

static FRAMES: Lock<Frames> = Lock::new(Frames {
    free: Vec::new(),
    waiting: VecDeque::new(),
    pieces: Vec::new(),
});

/// Bytes of contiguous memory that are kept apart, see [`extents`]: a driver's rings and its system frame buffer of a common mode.
const CONTIGUOUS: usize = 16 << 20;

/// Takes over the free ranges `(first frame number, count)` and shuffles them. Once, before any allocation.
pub fn initialize(ranges: impl Iterator<Item = (u32, u32)>) -> usize {
    let ranges: Vec<(u32, u32)> = ranges.collect();
    let all: usize = ranges.iter().map(|(_, count)| *count as usize).sum();
    let most = PIECES + all.saturating_sub(COMMON) / 2 / PIECE;
    let mut pieces = Vec::with_capacity(most);
    let mut contiguous = (CONTIGUOUS / PAGE) as u32;
    let ranges = ranges.into_iter().map(|(first, count)| {
        // From the first range that has room for it twice.
        if contiguous == 0 || count < 2 * contiguous {
            return (first, count);
        }
        let kept = core::mem::take(&mut contiguous);
        extents::initialize(u64::from(first)..u64::from(first + kept));
        (first + kept, count - kept)
    });
    let mut free: Vec<u32> = ranges
        .flat_map(|(first, count)| apart(first..first + count, most, &mut pieces))
        .collect();
    // xorshift64: any fixed, bad but scattered order will do, and the same one in each run.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for last in (1..free.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        free.swap(last, (state % (last as u64 + 1)) as usize);
    }
    let count = free.len();
    let kept = pieces.len() * PIECE;
    free.reserve(kept);
    let waiting = VecDeque::with_capacity(count + kept);
    *FRAMES.lock() = Frames {
        free,
        waiting,
        pieces,
    };
    count + kept
}

/// Takes pieces out of a range, until there are `most`; the rest of it.
fn apart(
    range: Range<u32>,
    most: usize,
    pieces: &mut Vec<u32>,
) -> impl Iterator<Item = u32> + use<> {
    let size = PIECE as u32;
    let first = range.start.next_multiple_of(size).min(range.end);
    let wanted = (most - pieces.len()) as u32;
    let end = first + wanted.min((range.end - first) / size) * size;
    pieces.extend((first..end).step_by(PIECE));
    (range.start..first).chain(end..range.end)
}

/// The frames of a piece, its content unspecified; `None` when they are used up. Any IRQL.
pub fn allocate_piece() -> Option<PhysAddr> {
    let piece = FRAMES.lock().pieces.pop()?;
    Some(PhysAddr::new(u64::from(piece) * PAGE as u64))
}

/// No more pieces: their frames are single ones from here on. Allocates nothing.
pub fn scatter() {
    let mut frames = FRAMES.lock();
    while let Some(piece) = frames.pieces.pop() {
        frames.free.extend(piece..piece + PIECE as u32);
    }
}

/// A free frame's physical address, its content unspecified; `None` when memory is used up. Any IRQL.
pub fn allocate() -> Option<PhysAddr> {
    let seen = cpu::least_unmappings_seen();
    let mut frames = FRAMES.lock();
    // A few at each call keep the waiting list short without a long stay in the lock.
    for _ in 0..4 {
        match frames.waiting.front() {
            Some(&(stamp, _)) if stamp <= seen => {
                if let Some((_, frame)) = frames.waiting.pop_front() {
                    frames.free.push(frame);
                    // Put it somewhere in the middle, so that the next allocation is not the same frame.
                    let last = frames.free.len() - 1;
                    let other = (frame as usize).wrapping_mul(2_654_435_761) % (last + 1);
                    frames.free.swap(last, other);
                }
            }
            _ => break,
        }
    }
    frames
        .free
        .pop()
        .map(|frame| PhysAddr::new(u64::from(frame) * PAGE as u64))
}

/// A free frame below 4 GiB, where a processor that starts can name it; `None` when there is none. Only before memory is used.
pub fn allocate_low() -> Option<PhysAddr> {
    const END: u32 = ((4 << 30) / PAGE as u64) as u32;
    let mut frames = FRAMES.lock();
    let low = frames.free.iter().rposition(|frame| *frame < END)?;
    let frame = frames.free.swap_remove(low);
    Some(PhysAddr::new(u64::from(frame) * PAGE as u64))
}

/// Gives a frame back after its mapping was removed. Any IRQL; allocates nothing.
pub fn free(frame: PhysAddr) {
    let stamp = UNMAPPINGS.fetch_add(1, Ordering::AcqRel) + 1;
    let number = (frame.as_u64() / PAGE as u64) as u32;
    FRAMES.lock().waiting.push_back((stamp, number));
}

/// Frames for page tables.
#[derive(Debug)]
pub struct ForTables;

// SAFETY: every frame comes off the free list, so it is unused.
unsafe impl FrameAllocator<Size4KiB> for ForTables {
    fn allocate_frame(&mut self) -> Option<PhysFrame> {
        allocate().map(PhysFrame::containing_address)
    }
}
