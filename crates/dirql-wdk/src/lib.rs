//! [`dirql`] over the interrupt objects of WDM and of KMDF, for drivers on [`wdk_sys`].
//!
//! It connects a device's interrupts, runs their routines, and is what
//! [`dirql::Interrupts::synchronize`] calls: KeSynchronizeExecution in `wdm`,
//! WdfInterruptSynchronize in `kmdf` (feature `kmdf`). The sources, their states and the closures
//! are dirql's, and the same with both.
//!
//! | | `wdm` | `kmdf` |
//! | --- | --- | --- |
//! | the connection | `KeInterrupt` | `WdfInterrupt` |
//! | is made | in IRP_MN_START_DEVICE: `Connected::connect` | in EvtDevicePrepareHardware: `Created::create` |
//! | the interrupt is connected | then | by the framework, after EvtDeviceD0Entry |
//! | ends | `Connected::disconnect` | `Created::delete`, in EvtDeviceReleaseHardware |
//!
//! It allocates with the global allocator, in nonpaged memory that it never moves.
#![cfg(windows)]
#![no_std]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

extern crate alloc;

#[cfg(feature = "kmdf")]
pub mod kmdf;
mod place;
mod resources;
pub mod wdm;

pub use place::Deferred;
pub use resources::{descriptors, interrupt};
