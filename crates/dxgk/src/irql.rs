//! IRQL as capabilities, from the crate `dirql`.
//!
//! A capability is a zero-sized value that a trampoline lends to a callback for as long as the callback runs. It can be
//! neither sent to another thread nor kept, so holding one is the proof of the IRQL it names. Services ask for the one
//! they need; DIRQL has none of these, only [`AtDirql`](crate::interrupt::AtDirql), so what needs a capability can't be
//! called from an interrupt routine or a synchronized closure.

pub use dirql::{AtMostDispatch, Dispatch, High, Passive};
