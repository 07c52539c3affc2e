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

/// A driver that can be asked, from several threads if need be.
pub trait Carrier: Sync {
    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    ///
    /// [`Error`] says what failed and what to do.
    fn exchange(&self, call: &Call<'_>) -> Result<Vec<u8>, Error>;
}

/// Runs `body` with the way to `target`.
///
/// # Errors
///
/// Those of `body`, and [`Error`] if the way is not there.
pub fn with<T>(
    target: &Target,
    body: impl FnOnce(&dyn Carrier) -> Result<T, Error>,
) -> Result<T, Error> {
    match target {
        Target::Rig(socket) => body(&rig::Rig::new(socket)),
        Target::Simulation => simulation::run(body),
        #[cfg(windows)]
        Target::Device => body(&device::Device::open()?),
        #[cfg(not(windows))]
        Target::Device => Err(Error::NoSuchWay("asking the driver on this computer")),
    }
}

/// Asks for the answer `R`.
///
/// # Errors
///
/// [`Error`] says what failed and what to do.
pub fn ask<R: Response>(carrier: &dyn Carrier, request: Request) -> Result<R, Error> {
    let message = request.message();
    let length = request.operation.request_len();
    // A newer driver's answer is longer than this program knows: there is room for the longest.
    let output = carrier.exchange(&Call {
        code: request.operation.code(),
        input: &message.as_bytes()[..length],
        output: MAX_BUFFER,
    })?;
    R::read(&output).map_err(Error::Answer)
}
