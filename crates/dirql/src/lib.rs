//! State that a Windows driver shares with its interrupt routine, reachable only under the interrupt's lock:
//! DxgkCbSynchronizeExecution, or another synchronize call such as KeSynchronizeExecution, as a closure,
//! [`Interrupts::synchronize`].
//!
//! # The problem
//!
//! A driver shares memory with its interrupt routine. The only way to touch it from elsewhere is the operating system's
//! synchronize call, which takes a function, a `PVOID` and, where messages have locks of their own, a message number. The
//! function may not have run at all. It runs at DIRQL, where nearly nothing may be called, least of all the synchronize
//! call. And when the device is stopped, something has to know that none of it runs any more. A C compiler sees none of
//! this.
//!
//! # Ten lines
//!
//! ```
//! # use dirql::doc::*;
//! # let hosted = hosted();
//! # let interrupts = hosted.interrupts();
//! # dirql::hosted::passive(|irql| {
//! // `irql` was lent by the callback that runs: at most DISPATCH_LEVEL.
//! let seen = interrupts.synchronize(Control, irql, |at| {
//!     at.completed += 1; // ControlState, exclusively
//!     at.device().interrupt_enable.write(1);
//!     at.queue_dpc(); // before the lock is released
//!     at.completed // any type comes back
//! });
//! match seen {
//!     Ok(completed) => assert_eq!(completed, 1),
//!     Err(refused) => drop((refused.reason, refused.given)), // unrun, with all it captured
//! }
//! # });
//! ```
//!
//! The interrupt routine of the same source gets the same thing, because it runs under the same lock:
//!
//! ```
//! # use dirql::doc::{AtDirql, Cause, Gpu, Silent, Source};
//! # #[derive(Clone, Copy)]
//! # struct Control;
//! # struct ControlState { completed: u64 }
//! impl Source for Control {
//!     type Device = Gpu; // what both merely read, such as mapped registers
//!     type State = ControlState; // what they share
//!     type Role = Silent;
//!     const INITIAL: ControlState = ControlState { completed: 0 };
//!
//!     fn interrupt(at: &mut AtDirql<'_, Self>, device: &Gpu, _: Cause) {
//!         at.completed += u64::from(device.frames.read());
//!         at.queue_dpc();
//!     }
//! }
//! ```
//!
//! # What is what
//!
//! | take | when |
//! | --- | --- |
//! | [`Source`] | for each reason to interrupt that has a state of its own |
//! | [`InterruptDevice`] | for what interrupt routines only read: registers |
//! | [`Prepared`] | while the device is being started; [`Interrupts`] from then on |
//! | [`synchronize`](Interrupts::synchronize) | to change a state; [`snapshot`](Interrupts::snapshot) to read one |
//! | [`HandOver`] | to pass on each of what the interrupt routine found |
//! | [`Published`] | to let interrupt routines find the device, and to take it from them |
//! | [`Connection`] | to bring another synchronize call |
//! | [`NoSources`] | for a device that does not interrupt |
//!
//! # What the compiler says when a rule is broken
//!
//! | mistake | what it says |
//! | --- | --- |
//! | synchronize inside a closure | E0500, E0501: closure requires unique access to `*irql` |
//! | synchronize in an interrupt routine | E0277: it does not show an IRQL of at most DISPATCH_LEVEL |
//! | wait, or anything else that asks for a capability, in a closure | E0502: cannot borrow `*irql` as mutable because it is also borrowed |
//! | keep a capability or the state | E0521: borrowed data escapes outside of closure |
//! | send a capability to another thread | E0277: `*mut ()` can't be sent between threads |
//! | move what was captured out of a closure | E0507: cannot move out of a captured variable in an `FnMut` closure |
//! | a state with drop glue | E0080: "the state of an interrupt source must not have drop glue: nothing is freed at DIRQL" |
//! | two notifying sources | E0080: "only one source may notify" |
//! | a source of another device's set | E0277: it is not one of the interrupt sources |
//! | a message number of one's own | E0423, E0451: private fields |
//!
//! # What it does not do
//!
//! - It does not connect the interrupt. That is the operating system's call, and a [`Connection`] keeps the handle.
//! - What a closure takes out of an `Option` and drops is dropped at DIRQL; types can't see that. Neither can they see an
//!   allocation or, on a host, a wait for another thread.
//! - State with drop glue can't be shared with an interrupt routine at all.
//!
//! # Features
//!
//! `std` is for a host: it carries panics past the operating system's frames, has each thread know its IRQL, and adds
//! `hosted`, an operating system of a few lines to test a driver's interrupt handling on. A driver leaves it off. There is no
//! dependency on a WDK, nor any other.
#![cfg_attr(all(feature = "std", doctest), doc = include_str!("../README.md"))]
#![no_std]

extern crate alloc;
#[cfg(loom)]
extern crate std;

mod connection;
#[cfg(all(feature = "std", not(loom)))]
#[doc(hidden)]
pub mod doc;
mod hand_over;
#[cfg(all(feature = "std", not(loom)))]
pub mod hosted;
mod interrupts;
mod irql;
mod level;
mod map;
mod panic;
mod published;
mod set;
mod source;
mod sync;
mod synchronize;

pub use connection::{Connection, Routine};
pub use hand_over::HandOver;
pub use interrupts::{Interrupts, PrepareError, Prepared};
pub use irql::{AtMostDispatch, Dispatch, High, Passive};
pub use map::{InterruptResource, MAX_SOURCES, MapError, Message, MessageMap};
pub use published::{Hidden, Published};
pub use set::{Contains, Has, NoSources, Place, SourceSet};
pub use source::{AtDirql, Cause, ConnectionOf, InterruptDevice, Notifying, Role, Silent, Source};
pub use synchronize::{Refusal, Refused};
