//! The ways to the driver: each carries a control code with its input there, and the output back.

#[cfg(windows)]
mod device;
mod rig;
mod simulation;

use std::fmt;
use std::path::PathBuf;

use ioctl::{MAX_BUFFER, Request, Response};
use zerocopy::IntoBytes;

use crate::error::Error;

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The driver on this computer.
    Device,
    /// The driver in the rig behind this socket.
    Rig(PathBuf),
    /// The driver in the simulation.
    Simulation,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device => f.write_str("this computer"),
            Self::Rig(socket) => write!(f, "the rig at {}", socket.display()),
            Self::Simulation => f.write_str("the simulation"),
        }
    }
}

/// A control code with its input and the room for its output, on its way.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The control code.
    pub code: u32,
    /// The input.
    pub input: &'a [u8],
    /// The most bytes of output.
    pub output: usize,
}

/// Asks `target` for the answer `R` about an adapter.
///
/// # Errors
///
/// [`Error`] says what failed and what to do.
pub fn ask<R: Response>(target: &Target, adapter: u32) -> Result<R, Error> {
    let header = Request::new(R::OPERATION, adapter).header();
    // A newer driver's answer is longer than this program knows: there is room for the longest.
    let call = Call {
        code: R::OPERATION.code(),
        input: header.as_bytes(),
        output: MAX_BUFFER,
    };
    let output = match target {
        Target::Rig(socket) => rig::exchange(socket, &call),
        Target::Simulation => simulation::exchange(&call),
        #[cfg(windows)]
        Target::Device => device::exchange(&call),
        #[cfg(not(windows))]
        Target::Device => Err(Error::NoSuchWay("asking the driver on this computer")),
    }?;
    R::read(&output).map_err(Error::Answer)
}
