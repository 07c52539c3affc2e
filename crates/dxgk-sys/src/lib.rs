//! The port driver's ABI for WDDM display-only miniports.
#![no_std]
#![allow(non_snake_case, non_camel_case_types, non_upper_case_globals)]

#[macro_use]
mod macros;

mod arguments;
mod base;
mod bits;
mod caps;
mod child;
mod d3dkmdt;
mod d3dukmdt;
mod ddi_device;
mod ddi_display;
mod device;
mod initialization;
mod interface;
mod interrupt;
pub mod irql;
pub mod layout;
mod monitor;
mod monitor_interface;
mod path;
mod resources;
mod services;
mod status;
mod topology;
mod vidpn;
mod wdm;

pub use arguments::*;
pub use base::*;
pub use bits::*;
pub use caps::*;
pub use child::*;
pub use d3dkmdt::*;
pub use d3dukmdt::*;
pub use ddi_device::*;
pub use ddi_display::*;
pub use device::*;
pub use initialization::*;
pub use interface::*;
pub use interrupt::*;
pub use monitor::*;
pub use monitor_interface::*;
pub use path::*;
pub use resources::*;
pub use services::*;
pub use status::*;
pub use topology::*;
pub use vidpn::*;
pub use wdm::*;

/// Whether a status reports success or information: `NT_SUCCESS` of `ntdef.h`.
pub const fn NT_SUCCESS(status: NTSTATUS) -> bool {
    status >= 0
}
