//! The display-only miniport for the virtio GPU.
//!
//! [`Vgpu`] implements the DDIs on top of `dxgk`, for any [`Platform`]. A frame goes this way: [`present`] copies the
//! rectangles that changed into the frame buffer and, in one synchronized closure, hands the device one batch of commands;
//! the device interrupts when it has done them; the control source's interrupt routine ([`interrupts`]) tells dxgkrnl of
//! the progress. Everything that needs an answer of the device ([`commands`]) is done at PASSIVE_LEVEL, by one thread at a
//! time.
//!
//! | state | who may touch it |
//! | --- | --- |
//! | a source's state: command queue, frames under way, counters | its interrupt routine and synchronized closures |
//! | [`device::Device`]: registers, queue memory, identity | everybody, read-only or through volatile accesses |
//! | the screen: frame buffer, visibility | PASSIVE_LEVEL, behind a mutex that is held for a copy, never for an answer |
//! | mode setting: resources, what is scanned out | PASSIVE_LEVEL, behind a mutex that is held for answers too |
//!
//! Mutexes are taken in that order: mode setting before the screen.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

extern crate alloc;

mod bring_up;
mod children;
mod commands;
mod commit;
mod device;
mod exercise;
mod fault;
mod frame;
mod interrupts;
mod modes;
mod modeset;
mod platform;
mod power;
mod present;
pub mod requests;
mod screen;
mod settings;
mod start;
mod stop;
mod trace;
mod vgpu;
mod vidpn;
mod visibility;

pub use fault::Fault;
pub use platform::{HardwareInformation, Platform};
pub use settings::Setting;
pub use trace::{Level, TraceEvent, Value};
pub use vgpu::Vgpu;
