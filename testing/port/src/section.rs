//! What each processor is doing: which DDI it runs, and whether it is inside an ISR or a synchronized routine.
//!
//! Each field is written by its own processor only; other processors may read it.

use crate::ddi::Ddi;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

/// Processors (hosted: threads) that the model tells apart.
pub(crate) const PROCESSORS: usize = 256;

/// Code that runs under an interrupt message's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// None.
    Outside,
    /// The driver's interrupt routine, for this message.
    Isr(u32),
    /// A routine of DxgkCbSynchronizeExecution, for this message.
    Synchronized(u32),
}

impl Section {
    fn pack(self) -> u32 {
        match self {
            Section::Outside => 0,
            Section::Isr(message) => (message << 2) | 1,
            Section::Synchronized(message) => (message << 2) | 2,
        }
    }

    fn unpack(value: u32) -> Self {
        match value & 3 {
            1 => Section::Isr(value >> 2),
            2 => Section::Synchronized(value >> 2),
            _ => Section::Outside,
        }
    }

    /// The message whose lock the section holds.
    pub fn message(self) -> Option<u32> {
        match self {
            Section::Outside => None,
            Section::Isr(message) | Section::Synchronized(message) => Some(message),
        }
    }
}

/// One processor's state.
#[derive(Debug)]
pub(crate) struct Cpu {
    section: AtomicU32,
    /// A notification was made in the present section and no DPC queued since.
    pub unqueued: AtomicBool,
    /// The DDI that runs at PASSIVE_LEVEL plus one; 0 for none.
    ddi: AtomicU8,
    /// Inside DxgkDdiDpcRoutine.
    pub in_dpc: AtomicBool,
}

/// All processors' states.
#[derive(Debug)]
pub(crate) struct Cpus([Cpu; PROCESSORS]);

impl Default for Cpus {
    fn default() -> Self {
        Self(
            [const {
                Cpu {
                    section: AtomicU32::new(0),
                    unqueued: AtomicBool::new(false),
                    ddi: AtomicU8::new(0),
                    in_dpc: AtomicBool::new(false),
                }
            }; PROCESSORS],
        )
    }
}

impl Cpus {
    /// The state of processor `index`.
    pub fn at(&self, index: u32) -> &Cpu {
        &self.0[index as usize % PROCESSORS]
    }
}

impl Cpu {
    /// The section that this processor is in.
    pub fn section(&self) -> Section {
        Section::unpack(self.section.load(Ordering::Relaxed))
    }

    /// Enters a section; returns the one that it interrupted.
    pub fn enter(&self, section: Section) -> (Section, bool) {
        let outer = Section::unpack(self.section.swap(section.pack(), Ordering::Relaxed));
        (outer, self.unqueued.swap(false, Ordering::Relaxed))
    }

    /// Leaves it again, for `outer`; returns whether a notification was left without a DPC.
    pub fn leave(&self, outer: (Section, bool)) -> bool {
        let unqueued = self.unqueued.swap(outer.1, Ordering::Relaxed);
        self.section.store(outer.0.pack(), Ordering::Relaxed);
        unqueued
    }

    /// The DDI that runs here at PASSIVE_LEVEL.
    pub fn ddi(&self) -> Option<Ddi> {
        match self.ddi.load(Ordering::Relaxed) {
            0 => None,
            index => Ddi::ALL.get(usize::from(index) - 1).copied(),
        }
    }

    /// Sets it; returns the outer one.
    pub fn set_ddi(&self, ddi: Option<Ddi>) -> Option<Ddi> {
        let outer = self.ddi();
        self.ddi
            .store(ddi.map_or(0, |ddi| ddi as u8 + 1), Ordering::Relaxed);
        outer
    }
}
