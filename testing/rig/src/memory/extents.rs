//! Contiguous page frames, kept apart when the rig starts: the other frames are handed out scattered.

use alloc::vec::Vec;
use core::ops::Range;
use core::sync::atomic::Ordering;

use x86_64::PhysAddr;

use super::PAGE;
use super::frames::UNMAPPINGS;
use crate::cpu;
use crate::sync::Lock;

#[derive(Debug)]
struct Extents {
    /// Free frames, by first and end.
    free: Vec<Range<u64>>,
    /// Freed ones, with the count of unmappings that every processor must have seen before they are safe.
    waiting: Vec<(u64, Range<u64>)>,
}

static EXTENTS: Lock<Extents> = Lock::new(Extents {
    free: Vec::new(),
    waiting: Vec::new(),
});

/// Takes over `frames`. Once.
pub fn initialize(frames: Range<u64>) {
    EXTENTS.lock().free.push(frames);
}

/// `count` neighbouring frames that lie in no two blocks of `boundary` bytes, if that is not 0. Their content is unspecified. At
/// most DISPATCH_LEVEL.
pub fn allocate(count: usize, boundary: u64) -> Option<PhysAddr> {
    let seen = cpu::least_unmappings_seen();
    let mut extents = EXTENTS.lock();
    let Extents { free, waiting } = &mut *extents;
    waiting.retain(|(stamp, range)| {
        let safe = *stamp <= seen;
        if safe {
            free.push(range.clone());
        }
        !safe
    });
    merge(free);
    let count = count as u64;
    let block = (boundary / PAGE as u64).max(u64::from(boundary != 0));
    let place = |range: &Range<u64>| {
        let mut first = range.start;
        if block != 0 && first / block != (first + count - 1) / block {
            first = first.next_multiple_of(block);
        }
        (first + count <= range.end).then_some(first)
    };
    let index = free.iter().position(|range| place(range).is_some())?;
    let range = free.swap_remove(index);
    let first = place(&range)?;
    for rest in [range.start..first, first + count..range.end] {
        if !rest.is_empty() {
            free.push(rest);
        }
    }
    Some(PhysAddr::new(first * PAGE as u64))
}

/// Joins neighbours.
fn merge(free: &mut Vec<Range<u64>>) {
    free.sort_unstable_by_key(|range| range.start);
    free.dedup_by(|next, last| {
        let joined = last.end == next.start;
        if joined {
            last.end = next.end;
        }
        joined
    });
}

/// Gives frames back after their mapping was removed. At most DISPATCH_LEVEL.
pub fn free(first: PhysAddr, count: usize) {
    let stamp = UNMAPPINGS.fetch_add(1, Ordering::AcqRel) + 1;
    let number = first.as_u64() / PAGE as u64;
    EXTENTS
        .lock()
        .waiting
        .push((stamp, number..number + count as u64));
}
