//! The virtio GPU as VIRTIO 1.2 describes it: PCI capabilities, registers, split virtqueues, the 2D protocol, EDID.
//!
//! The crate reaches the machine through three safe traits and nothing else: [`Memory`] (shared with the device),
//! [`Registers`] (the device's mapped BARs) and [`ConfigSpace`] (PCI configuration space). It has no unsafe code, does not
//! allocate, does not wait except where the caller supplies the clock, and does not panic. The device is not trusted:
//! whatever it returns is checked against what the driver itself remembers, and a lie becomes an error value.
//!
//! # From configuration space to a frame
//!
//! ```text
//! pci::Layout::find(&config, bar_length)                  where the registers are                    PASSIVE_LEVEL
//! Transport::new(registers, layout)
//!     .reset(keep_waiting)  .negotiate(Features::SUPPORTED)                                           PASSIVE_LEVEL
//!     .queue_size(CONTROL_QUEUE, max)
//! control.configure(&memory, &Place { .. }, size, features)   rings and command slots in shared memory
//!     .enable_queue(CONTROL_QUEUE, &addresses, vector)  .driver_ok()
//!
//! control.reserve(n, &mut batch)                          under the interrupt lock
//! batch.push(&memory, &TransferToHost2d::new(..))         outside the lock: only the reserver touches its slots
//! batch.push(&memory, &ResourceFlush::new(..))
//! control.submit(&memory, &mut batch, tag)                under the lock; says whether to kick
//! transport.notify(&control_notify)                       one kick for the whole batch
//!
//! while let Some(done) = control.poll(&memory)? { .. }    in the ISR, or in a loop while starting up
//! ```
//!
//! [`commands::CommandQueue`] and [`queue::VirtQueue`] are plain data: no pointers, no drop glue, nothing borrowed. They
//! can live in state that an interrupt service routine shares, and the memory they describe is passed to every call.
//!
//! # Who may call what
//!
//! Nothing here knows about IRQL. Functions that take `&mut CommandQueue` or `&mut VirtQueue` do a bounded amount of work
//! (bounded by the queue's size), touch only non-paged data if the [`Memory`] does, and may run at DIRQL. [`Transport`]'s
//! set-up functions write selector registers first: one caller at a time, which the owner of the device ensures.
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

pub mod backing;
pub mod commands;
pub mod edid;
pub mod features;
pub mod memory;
pub mod pci;
pub mod protocol;
pub mod queue;
pub mod rect;
pub mod transport;

pub use features::Features;
pub use memory::{AccessError, Memory, Registers, Segment};
pub use pci::ConfigSpace;
pub use transport::Transport;

/// Index of the queue that takes all commands but the cursor's.
pub const CONTROL_QUEUE: u16 = 0;
/// Index of the queue for UPDATE_CURSOR and MOVE_CURSOR.
pub const CURSOR_QUEUE: u16 = 1;
/// How many scanouts VIRTIO 1.2 allows (`VIRTIO_GPU_MAX_SCANOUTS`).
pub const MAX_SCANOUTS: usize = 16;
