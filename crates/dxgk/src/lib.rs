//! A safe layer for WDDM display-only miniports.
//!
//! Its heart is [`Interrupts::synchronize`](interrupt::Interrupts::synchronize): DxgkCbSynchronizeExecution as a closure.
#![no_std]

extern crate alloc;
#[cfg(loom)]
extern crate std;

pub mod adapter;
pub mod check;
pub mod ddi;
#[cfg(all(feature = "std", not(loom)))]
#[doc(hidden)]
pub mod doc;
pub mod heap;
#[cfg(all(feature = "std", not(loom)))]
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
