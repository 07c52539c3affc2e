//! What can go wrong, and what to do then.

use std::fmt;
use std::path::PathBuf;

use ioctl::{AnswerError, USER_MODE_NAME};

/// Why there is no answer.
#[derive(Debug)]
pub enum Error {
    /// The rig's socket can't be opened.
    #[cfg_attr(not(unix), allow(dead_code, reason = "sockets are Unix'"))]
    NoRig {
        /// Its path.
        socket: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The rig was there, and then not any more, or it is silent.
    #[cfg_attr(not(unix), allow(dead_code, reason = "sockets are Unix'"))]
    RigLost {
        /// What was being done.
        doing: &'static str,
        /// What the system says.
        error: std::io::Error,
    },
    /// This system has no such way to the driver.
    #[cfg_attr(
        unix,
        allow(dead_code, reason = "every way but the device exists on Unix")
    )]
    NoSuchWay(&'static str),
    /// The control device can't be opened.
    #[cfg_attr(not(windows), allow(dead_code, reason = "only Windows has the device"))]
    NoDevice(std::io::Error),
    /// The request was refused, by the system or by the driver.
    Refused(Refusal),
    /// The simulation did not get so far that it could be asked.
    Simulation(String),
    /// The answer is not one.
    Answer(AnswerError),
}

/// The status of a refused request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The driver's NTSTATUS.
    Status(i32),
    /// Windows' error code, which it made of the driver's NTSTATUS.
    #[cfg_attr(not(windows), allow(dead_code, reason = "only Windows has such codes"))]
    Win32(u32),
}

/// NTSTATUS values that the driver gives, and the Win32 errors that Windows makes of them.
mod code {
    pub const INVALID_PARAMETER: (u32, u32) = (0xC000_000D, 87);
    pub const NO_SUCH_DEVICE: (u32, u32) = (0xC000_000E, 433);
    pub const INVALID_DEVICE_REQUEST: (u32, u32) = (0xC000_0010, 1);
    pub const BUFFER_TOO_SMALL: (u32, u32) = (0xC000_0023, 122);
    pub const DEVICE_NOT_READY: (u32, u32) = (0xC000_00A3, 21);
}

impl Refusal {
    fn is(self, code: (u32, u32)) -> bool {
        match self {
            Self::Status(status) => status.cast_unsigned() == code.0,
            Self::Win32(error) => error == code.1,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "status {:#010x}", status.cast_unsigned()),
            Self::Win32(error) => write!(f, "error {error}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRig { socket, error } => write!(f, "no rig at {}: {error}", socket.display()),
            Self::RigLost { doing, error } => {
                write!(f, "the rig did not answer while {doing}: {error}")
            }
            Self::NoSuchWay(way) => write!(f, "{way} is not possible on this system"),
            Self::NoDevice(error) => write!(
                f,
                "the driver's control device {USER_MODE_NAME} can't be opened: {error}"
            ),
            Self::Refused(refusal) => write!(f, "the driver refused the request: {refusal}"),
            Self::Simulation(why) => write!(f, "the simulation failed: {why}"),
            Self::Answer(error) => write!(f, "the answer is not of this contract: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// The next step for whoever sees it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NoRig { .. } => {
                "start the rig with `cargo xtask run` and give the socket that it names, while it serves requests"
            }
            Self::RigLost { .. } => {
                "look at the rig's log: it may have ended, or serve requests only after its presents"
            }
            Self::NoSuchWay(_) => "`vgpuctl --sim` works everywhere",
            Self::NoDevice(error) => match error.kind() {
                std::io::ErrorKind::PermissionDenied => {
                    "run this as administrator: nobody else may open the device"
                }
                _ => {
                    "see in Device Manager whether the driver is installed and its adapter started, or use --sim"
                }
            },
            Self::Refused(refusal)
                if refusal.is(code::NO_SUCH_DEVICE) || refusal.is(code::DEVICE_NOT_READY) =>
            {
                "another number for --adapter: `vgpuctl info` says how many are started"
            }
            Self::Refused(refusal) if refusal.is(code::INVALID_DEVICE_REQUEST) => {
                "the driver is older than this program: update it, or use the vgpuctl that came with it"
            }
            Self::Refused(refusal)
                if refusal.is(code::INVALID_PARAMETER) || refusal.is(code::BUFFER_TOO_SMALL) =>
            {
                "the vgpuctl that came with the driver: the two disagree on how requests look"
            }
            Self::Refused(_) => "the driver's trace (provider VgpuDod) for the reason",
            Self::Simulation(_) => {
                "`cargo xtask run --sim`, which shows each step and every rule that was broken"
            }
            Self::Answer(_) => "the vgpuctl that came with the driver",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_refusal_gets_the_same_advice_on_every_way() {
        let status = Error::Refused(Refusal::Status(0xC000_000E_u32.cast_signed()));
        let win32 = Error::Refused(Refusal::Win32(433));
        assert!(status.advice().contains("--adapter"));
        assert_eq!(status.advice(), win32.advice());
        assert_eq!(
            status.to_string(),
            "the driver refused the request: status 0xc000000e"
        );
    }
}
