//! What a synchronized closure costs, beside the callback one would write by hand.
//!
//! Each pair does the same work under the same port: once through `Interrupts::synchronize`, once through an
//! `extern "system"` callback with a `*mut c_void` context that checks the status and the BOOLEAN. The functions of a pair
//! are not inlined and keep their names, so that their instructions can be counted and their assembly read.
//!
//! Two programs run the pairs: the one beside this library under callgrind, and `image`, a kernel image that the rig loads,
//! under QEMU's instruction counter. `cargo xtask bench sync` starts both.
#![no_std]

/// How long an instruction of the image takes on the rig: two to this power, in ticks of the time-stamp counter (QEMU's `-icount
/// shift`). Not zero, since the firmware's waits last as many instructions as there are such times in them.
pub const ICOUNT_SHIFT: u32 = 3;

pub mod adapter;
pub mod pairs;
pub mod port;
