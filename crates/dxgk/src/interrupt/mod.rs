//! Interrupt sources of a display adapter, from the crate `dirql`, over DxgkCbSynchronizeExecution.
//!
//! A driver declares its sources as unit types. What a source's interrupt routine and the rest of the driver share is
//! the source's [`State`](Source::State); it is reachable in [`Source::interrupt`] and in a synchronized closure
//! ([`Interrupts::synchronize`]), both times through an [`AtDirql`], and nowhere else. What both merely read, such as mapped
//! registers, is the [`Device`](Source::Device). [`Notify`] and [`Report`] add what a display adapter has to tell dxgkrnl.

mod dxgkrnl;
mod report;
#[cfg(all(test, not(loom)))]
mod tests;

pub use dirql::{
    AtDirql, Cause, Contains, HandOver, Has, InterruptDevice, Interrupts, MAX_SOURCES, MapError,
    Message, MessageMap, Notifying, Place, PrepareError, Prepared, Refusal, Refused, Role, Silent,
    Source, SourceSet,
};
pub use dxgkrnl::Dxgkrnl;
pub use report::{Notify, Report};

/// The set of an adapter whose device `D` does not interrupt: `type Sources = NoSources<Device>`.
pub type NoSources<D> = dirql::NoSources<D, Dxgkrnl>;
