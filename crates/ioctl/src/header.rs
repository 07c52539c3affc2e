//! What every request and every answer begins with.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The newest version of the structures that this crate knows.
pub const VERSION: u32 = 1;

/// The beginning of a request, and of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Header {
    /// The length of the structure in bytes, this header included.
    pub size: u32,
    /// In a request the newest version that its sender knows, in an answer the one it is given in.
    pub version: u32,
    /// The operation's control code, by which D3DKMTEscape tells requests apart.
    pub code: u32,
    /// Which adapter: those that are started have numbers from zero to fifteen, not always without gaps. D3DKMTEscape
    /// names the adapter itself, so there it is not looked at.
    pub adapter: u32,
}
