//! A safe layer for WDDM display-only miniports.
//!
//! Its heart is [`Interrupts::synchronize`](interrupt::Interrupts::synchronize): DxgkCbSynchronizeExecution as a closure.
#![no_std]

extern crate alloc;

pub mod adapter;
pub mod check;
pub mod ddi;
#[cfg(feature = "std")]
#[doc(hidden)]
pub mod doc;
pub mod heap;
#[cfg(feature = "std")]
pub mod hosted;
pub mod interface;
pub mod interrupt;
pub mod irql;
pub mod kernel;
mod lifetime;
pub mod lock;
pub mod memory;
pub mod miniport;
pub mod present;
pub mod resources;
mod rundown;
pub mod status;
mod sync;
pub mod vidpn;

pub use dxgk_sys as sys;
