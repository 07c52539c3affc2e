//! The contract between the driver and user mode: which requests there are, and how they and their answers lie in memory.
//!
//! The same requests come in two ways: as IRP_MJ_DEVICE_CONTROL to the control device, with METHOD_BUFFERED, and through
//! D3DKMTEscape. Both begin with a [`Header`]. This crate says what a request is and whether it is a good one
//! ([`Request::parse`]); it never says who may ask: that is the control device's security descriptor and the access bits
//! in the codes.
//!
//! Structures only ever grow at their end, and each such change raises [`VERSION`]. A request names the version its sender
//! knows, and the answer says which it was given in: the lower of the two sides'.
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

mod code;
mod exercise;
pub mod frame;
mod header;
mod identity;
mod request;
mod statistics;

pub use code::{DEVICE_TYPE, Operation};
pub use exercise::{Exercise, ExerciseRequest, MAX_ROUNDS};
pub use header::{Header, VERSION};
pub use identity::{Architecture, MAX_SOURCES, Source, VersionAndIdentity};
pub use request::{AnswerError, Error, MAX_BUFFER, Request, Response};
pub use statistics::Statistics;

/// The name of the control device for user mode.
pub const USER_MODE_NAME: &str = r"\\.\VgpuDod";
