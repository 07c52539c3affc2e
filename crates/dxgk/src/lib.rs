//! A safe layer for WDDM display-only miniports, and in its heart DxgkCbSynchronizeExecution as a closure:
//! [`Interrupts::synchronize`](interrupt::Interrupts::synchronize).
//!
//! # The problem
//!
//! A display miniport shares memory with its interrupt routine. The only way to touch it from elsewhere is
//! DxgkCbSynchronizeExecution, which takes a function, a `PVOID` and a message number, and gives back two results that
//! callers mix up: an NTSTATUS, for the function may not have run at all, and the function's own BOOLEAN, which means
//! something only if it has. The message number has to be that of the lock which the interrupt routine holds. The function
//! runs at DIRQL, where nearly nothing may be called, least of all DxgkCbSynchronizeExecution. And when the device is
//! stopped, somebody has to know that none of it runs any more. None of this can be seen by a C compiler.
//!
//! # Ten lines
//!
//! ```
//! # use dxgk::doc::*;
//! # let hosted = hosted();
//! # let interrupts = hosted.interrupts();
//! # dxgk::hosted::passive(|irql| {
//! // `irql` was lent by the DDI that runs: at most DISPATCH_LEVEL.
//! let seen = interrupts.synchronize(Control, irql, |at| {
//!     at.completed += 1; // &mut ControlState, exclusively
//!     at.notify(pending().ended(Presented::Complete)); // a DPC follows by itself
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
//! # use dxgk::doc::{AtDirql, Cause, Gpu, Notifying, Source};
//! # #[derive(Clone, Copy)]
//! # struct Control;
//! # struct ControlState { completed: u64 }
//! impl Source for Control {
//!     type Device = Gpu; // what both merely read, such as mapped registers
//!     type State = ControlState; // what they share
//!     type Role = Notifying; // the one source that reports to the operating system
//!     const INITIAL: ControlState = ControlState { completed: 0 };
//!
//!     fn interrupt(at: &mut AtDirql<'_, Self>, device: &Gpu, _: Cause) {
//!         at.completed += u64::from(device.frames.read());
//!         at.queue_dpc();
//!     }
//! }
//! ```
//!
//! A miniport is a type that implements [`Miniport`](miniport::Miniport); [`ddi::initialization_data`] makes the table for
//! DxgkInitializeDisplayOnlyDriver of it. `examples/minimal` is a whole one.
//!
//! # The rules
//!
//! 1. What an interrupt routine shares goes into the [`State`](interrupt::Source::State) of a source. What it only reads
//!    goes into the [`Device`](miniport::Miniport::Device). The state owns nothing that would have to be freed.
//! 2. There are as many sources as there are reasons to interrupt. Which messages they get is not their affair: the
//!    [`MessageMap`](interrupt::MessageMap) makes do with fewer messages than sources, down to one line.
//! 3. One source notifies. Its message is 0, always. A device that does not interrupt has
//!    [`NoSources`](interrupt::NoSources): its presents end in their calls.
//! 4. Pass the IRQL capability on; who has none can't call what needs one.
//! 5. A refused closure has not run. Take it from the error and decide.
//! 6. For the common jobs there are methods: [`report`](interrupt::Report::report),
//!    [`snapshot`](interrupt::Interrupts::snapshot), [`HandOver`](interrupt::HandOver).
//! 7. What no interrupt routine shares needs no DIRQL: a [`SpinLock`](lock::SpinLock) for what a DPC shares, a
//!    [`PassiveMutex`](lock::PassiveMutex) for what only threads do.
//!
//! # What the compiler says when you break one
//!
//! | mistake | what it says |
//! | --- | --- |
//! | synchronize inside a closure | E0500, E0501: closure requires unique access to `*irql` |
//! | synchronize in an interrupt routine | E0277: it "does not show an IRQL of at most DISPATCH_LEVEL" |
//! | wait, map, set an event, ask a VidPN in a closure | E0502: cannot borrow `*irql` as mutable because it is also borrowed |
//! | keep a capability or the state | E0521: borrowed data escapes outside of closure |
//! | send a capability to another thread | E0277: `*mut ()` can't be sent between threads |
//! | move what was captured out of a closure | E0507: cannot move out of a captured variable in an `FnMut` closure |
//! | a state with drop glue | E0080: "the state of an interrupt source must not have drop glue: nothing is freed at DIRQL" |
//! | notify on a silent source | E0599: `notify` exists, but its trait bounds are not satisfied |
//! | two notifying sources | E0080: "reports to the operating system have one fixed message: only one source may notify" |
//! | a source of another adapter's set | E0277: it "is not one of the interrupt sources" |
//! | a source's place or message chosen by hand | E0277: `sealed::Holds` is not implemented |
//! | a notification made up | E0277: it is no `Notification` |
//! | a message number of one's own | E0423, E0451: private fields |
//! | use after the stop | E0505: cannot move out of it because it is borrowed |
//!
//! The programs and the compiler's full words are in `tests/ui/fail`.
//!
//! # What happens when the operating system refuses
//!
//! | what | where it shows |
//! | --- | --- |
//! | the interrupt is not connected, as it may be in DxgkDdiStartDevice | [`Refusal::NotConnected`](interrupt::Refusal::NotConnected) |
//! | STATUS_INVALID_PARAMETER | [`Refusal::InvalidParameter`](interrupt::Refusal::InvalidParameter) |
//! | a status that says success, and nothing ran | [`Refusal::NotRun`](interrupt::Refusal::NotRun) |
//! | any other status | [`Refusal::Other`](interrupt::Refusal::Other) |
//! | a callback that is needed is NULL, the interface of an older version, no interrupt | [`StartRefusal`](miniport::StartRefusal), when the adapter starts and never later |
//! | the port does not synchronize while the adapter is stopped | nowhere: a stop asks the port nothing |
//! | a callback comes at another IRQL than its page says | [`Violation::Irql`](check::Violation::Irql), in a debug build |
//!
//! # The guarantees
//!
//! | | guarantee |
//! | --- | --- |
//! | [G1](guarantees::g1_exclusive_state) | the state is reachable in the interrupt routine and in closures only, never twice at once |
//! | [G2](guarantees::g2_right_lock) | a closure holds the right message's lock |
//! | [G3](guarantees::g3_no_nesting) | no nesting |
//! | [G4](guarantees::g4_at_most_dispatch) | no call above DISPATCH_LEVEL |
//! | [G5](guarantees::g5_refusal_is_a_value) | refusal is a value, with the closure in it |
//! | [G6](guarantees::g6_any_result) | any result |
//! | [G7](guarantees::g7_nothing_freed_at_dirql) | nothing is freed at DIRQL |
//! | [G8](guarantees::g8_no_service_at_dirql) | no service of a lower IRQL at DIRQL |
//! | [G9](guarantees::g9_notify_then_dpc) | notifications on one message, and a DPC after each |
//! | [G10](guarantees::g10_stop_is_a_barrier) | stopping is a barrier |
//! | [G11](guarantees::g11_zero_cost) | zero cost |
//! | [G12](guarantees::g12_one_adapter) | one adapter's state, one adapter's lock |
//! | [G13](guarantees::g13_no_unwinding) | no unwinding across the port |
//! | [G14](guarantees::g14_nothing_made_up) | safe code makes nothing up: no success, no pointer, no number out of range |
//!
//! # Features
//!
//! `std` is for a host: it carries panics past the port and adds `hosted`, a port of a few lines to test a driver's
//! interrupt handling on. A driver leaves it off. There is no dependency on a WDK.
#![no_std]

extern crate alloc;
#[cfg(loom)]
extern crate std;

pub mod adapter;
mod announced;
pub mod check;
pub mod ddi;
#[cfg(all(feature = "std", not(loom)))]
#[doc(hidden)]
pub mod doc;
pub mod event;
#[cfg(all(test, feature = "std", not(loom)))]
mod exploits;
pub mod guarantees;
pub mod heap;
#[cfg(all(feature = "std", not(loom)))]
pub mod hosted;
pub mod id;
pub mod interface;
pub mod interrupt;
pub mod irql;
pub mod kernel;
mod lifetime;
pub mod lock;
pub mod memory;
pub mod miniport;
pub mod post_display;
pub mod present;
pub mod resources;
mod rundown;
pub mod status;
mod sync;
pub mod vidpn;
mod worker;

/// The README's programs run.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[doc(hidden)]
pub use dxgk_sys as sys;
