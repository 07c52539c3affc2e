//! The hosted machine: the port model with threads as processors, and a fake virtio GPU that can lie.
//!
//! It links `display` directly and gives it a [kernel](kernel::SimKernel) of its own, so the whole of the driver but
//! `src/` runs as an ordinary program, under a debugger or a sanitizer. It shows logic, ordering and locking; it does not
//! show the image, real interrupts or real IRQLs: those are the rig's.
//!
//! - [`run()`]: the main job, from start to unload, and its figures.
//! - [`gpu`]: the device, and what it can do wrong ([`gpu::Lie`]).
//! - [`memory`], [`mapping`]: guest memory as the device reaches it, and registers as the driver does.
//! - [`machine`]: processors, IRQL, interrupts and DPCs as threads.
//! - [`kernel`], [`platform`], [`heap`], [`fault`]: the operating system's services, with their rules checked.

pub mod device;
pub mod exempt;
pub mod fault;
pub mod gpu;
pub mod heap;
pub mod kernel;
pub mod machine;
pub mod mapping;
pub mod memory;
pub mod platform;
pub mod run;
pub mod sync;

pub use run::{Driver, Observer, Options, Outcome, Scene, observe, patient, run, run_and_ask};

#[global_allocator]
static HEAP: heap::Watched = heap::Watched;
