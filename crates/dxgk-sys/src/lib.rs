//! The interface between `dxgkrnl`, the Windows display port driver, and a WDDM display-only miniport driver, as plain
//! `#[repr(C)]` declarations at interface version WIN8 ([`DXGKDDI_INTERFACE_VERSION`] is 0x300E) for 64-bit Windows.
//!
//! Begin at [`KMDDOD_INITIALIZATION_DATA`], the table of functions a driver registers, and [`DXGKRNL_INTERFACE`], the table of
//! callbacks it gets when its device starts. Everything is exported at the crate's root, under Microsoft's names.
//!
//! # How C is written here
//!
//! - An enumeration is an `i32` with constants, never a Rust `enum`: its values come from outside and may be any.
//! - A function type, `DXGKDDI_*` or `DXGKCB_*`, is an `Option`, whose `None` is C's NULL. `PDXGKDDI_*` is the same type.
//! - A structure of bit-fields is one integer, `Value`, with a constant for where each bit-field lies: see [`Bits`].
//! - A member without a name in C is called `Anonymous`. Its type, and that of a member whose type has no name, is called
//!   after the structure it stands in.
//! - An array of one element at the end of a structure, as in [`CM_RESOURCE_LIST`], really has as many as a count says.
//! - Every structure has `zeroed()`, what `RtlZeroMemory` leaves.
//! - What the driver never looks into, such as [`DEVICE_OBJECT`], has no size and is only pointed to.
//!
//! # What is documented
//!
//! Types and functions say what they are for and link to Microsoft's page, and functions give their IRQL. Members of
//! structures are documented there and not here, and so are the values of enumerations.
//!
//! # What is tested
//!
//! All declarations describe themselves, see [`layout`], and the crate's tests compare the descriptions with what a C compiler
//! measured. Nothing here does anything: there is no code to run but for [`Bits`] and [`NT_SUCCESS`].

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
pub mod ddi_status;
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

/// The README's example, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
