//! The request [`Operation::Exercise`](crate::Operation::Exercise) and its answer: the driver's synchronization put to the test
//! while the device interrupts and others do the same.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::{Header, MAX_SOURCES};

/// The most rounds that one request may ask for.
pub const MAX_ROUNDS: u32 = 10_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct ExerciseRequest {
    /// The header.
    pub header: Header,
    /// How many closures to run on each source, one source after the other; at most [`MAX_ROUNDS`]. With none the answer
    /// has the totals alone.
    pub rounds: u32,
    /// Zero.
    pub reserved: u32,
}

/// What became of it, by [`Source`](crate::Source).
///
/// All closures and interrupt routines of a source count in the state that its lock protects, by plain additions. So when
/// nothing is under way, what a source's callers have seen run in all, by the port's or their own count, is what
/// `total_closures` and `total_interrupts` have grown by; less says that an update was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Exercise {
    /// The header.
    pub header: Header,
    /// Closures of this request that ran.
    pub ran: [u64; MAX_SOURCES],
    /// Closures of this request that the port did not run.
    pub refused: [u64; MAX_SOURCES],
    /// Closures of any kind that have run since the adapter was started, this request's included.
    pub total_closures: [u64; MAX_SOURCES],
    /// Interrupt routines that have run since then.
    pub total_interrupts: [u64; MAX_SOURCES],
    /// How often a closure or an interrupt routine has found the source's counters at odds with one another since then, as
    /// they are when two change them at once. Zero.
    pub total_torn: [u64; MAX_SOURCES],
}
