//! What a started adapter has announced to dxgkrnl and what dxgkrnl has committed since: the bounds of every number that
//! comes in or goes out.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::id::{Counts, MAX_SOURCES, Sources, VidPnSourceId};

/// Of one start. Nothing is announced, and no mode committed, at first.
#[derive(Debug)]
pub(crate) struct Announced {
    sources: AtomicU32,
    children: AtomicU32,
    /// Width and height of each source's committed mode, in the high and in the low half.
    extents: [AtomicU64; MAX_SOURCES as usize],
}

impl Announced {
    pub(crate) const fn nothing() -> Self {
        Self {
            sources: AtomicU32::new(0),
            children: AtomicU32::new(0),
            extents: [const { AtomicU64::new(0) }; MAX_SOURCES as usize],
        }
    }

    /// The start has succeeded with these.
    pub(crate) fn announce(&self, counts: Counts) {
        self.sources.store(counts.sources, Ordering::Relaxed);
        self.children.store(counts.children, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            sources: self.sources.load(Ordering::Relaxed),
            children: self.children.load(Ordering::Relaxed),
        }
    }

    /// Width and height in pixels of the mode that is committed for a source; zero where none is.
    pub(crate) fn extent(&self, source: VidPnSourceId) -> (u32, u32) {
        let extent = self.extents.get(source.index());
        let extent = extent.map_or(0, |extent| extent.load(Ordering::Acquire));
        ((extent >> u32::BITS) as u32, extent as u32)
    }

    /// A VidPN was committed for these sources; one that has no mode in `extents` shows nothing.
    pub(crate) fn commit(&self, sources: Sources, extents: &Extents) {
        for (index, (place, (width, height))) in (0..).zip(self.extents.iter().zip(extents.0)) {
            if VidPnSourceId::new(index).is_some_and(|source| sources.contain(source)) {
                let extent = u64::from(width) << u32::BITS | u64::from(height);
                place.store(extent, Ordering::Release);
            }
        }
    }
}

/// The size of each source's mode in a VidPN.
#[derive(Debug, Default)]
pub(crate) struct Extents([(u32, u32); MAX_SOURCES as usize]);

impl Extents {
    pub(crate) fn set(&mut self, source: VidPnSourceId, width: u32, height: u32) {
        if let Some(place) = self.0.get_mut(source.index()) {
            *place = (width, height);
        }
    }
}
