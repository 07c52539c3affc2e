//! Processors: their state, IRQL, interrupt entry, deferred calls, jobs, stacks.

pub mod capture;
pub mod count;
pub mod deferred;
pub mod entry;
pub mod idle;
pub mod interrupts;
pub mod irql;
pub mod jobs;
pub mod percpu;
pub mod raise;
pub mod stack;
pub mod start;
pub mod tables;
pub mod threads;
pub mod watchdog;

pub use percpu::{least_unmappings_seen, try_index};
