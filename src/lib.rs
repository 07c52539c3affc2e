//! vgpudod: a WDDM display-only miniport for the virtio GPU, as a kernel-mode driver.
//!
//! What a display miniport does is in the crate `display`, safely. This package is its ground: DriverEntry, the framework, the
//! kernel's services, the control device, tracing. Nothing else of the project names wdk-sys.
#![cfg(windows)]
#![no_std]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    unsafe_op_in_unsafe_fn,
    clippy::undocumented_unsafe_blocks
)]

extern crate alloc;
extern crate wdk_panic;

mod control;
mod driver;
mod framework;
mod kernel;
mod platform;
mod trace;
mod unicode;

/// The global allocator: nonpaged pool, at most DISPATCH_LEVEL, 16 bytes of alignment below a page and a page from a page up.
#[global_allocator]
static ALLOCATOR: wdk_alloc::WdkAllocator = wdk_alloc::WdkAllocator;
