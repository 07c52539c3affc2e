//! What the device counts, to be compared with what the driver says it did.

use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many vectors are counted one by one.
pub const VECTORS: usize = 16;

/// A reading of all counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Notifications of each queue.
    pub kicks: [u64; 2],
    /// Messages sent, by vector.
    pub messages: [u64; VECTORS],
    /// Times that the ISR status went from zero to something.
    pub line_interrupts: u64,
    /// Commands carried out, by type.
    pub commands: BTreeMap<u32, u64>,
    /// Bytes that TRANSFER_TO_HOST_2D copied.
    pub bytes_transferred: u64,
    /// Commands answered with an error.
    pub errors: u64,
    /// Times that a resource was freed while a scanout showed it.
    pub torn: u64,
}

/// The counters.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub kicks: [AtomicU64; 2],
    pub messages: [AtomicU64; VECTORS],
    pub line_interrupts: AtomicU64,
    bytes: AtomicU64,
    errors: AtomicU64,
    commands: Mutex<BTreeMap<u32, u64>>,
}

impl Counters {
    pub fn command(&self, kind: u32) {
        *self.commands.lock().entry(kind).or_default() += 1;
    }

    pub fn transferred(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub fn figures(&self) -> Figures {
        let all = |counters: &[AtomicU64], index: usize| counters[index].load(Ordering::Relaxed);
        Figures {
            kicks: std::array::from_fn(|index| all(&self.kicks, index)),
            messages: std::array::from_fn(|index| all(&self.messages, index)),
            line_interrupts: self.line_interrupts.load(Ordering::Relaxed),
            commands: self.commands.lock().clone(),
            bytes_transferred: self.bytes.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            torn: 0,
        }
    }
}
