//! The control codes, made as CTL_CODE (wdm.h) makes them.
//!
//! Source: "Defining I/O Control Codes": device types below 0x8000 and functions below 0x800 are Microsoft's, and
//! RequiredAccess is what the I/O manager checks the handle for before the driver sees the request. No code here uses
//! FILE_ANY_ACCESS.

use crate::{Exercise, ExerciseRequest, Header, Statistics, VersionAndIdentity};

/// The type of the control device, for IoCreateDevice and in every code.
pub const DEVICE_TYPE: u32 = 0x8A67;

/// METHOD_BUFFERED: one system buffer for what goes in and what comes out.
const METHOD_BUFFERED: u32 = 0;

/// What a handle has to be open for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
enum Access {
    /// FILE_READ_DATA.
    Read = 1,
    /// FILE_READ_DATA and FILE_WRITE_DATA: for what makes the driver do something.
    ReadWrite = 3,
}

const fn ctl_code(function: u32, access: Access) -> u32 {
    const { assert!(DEVICE_TYPE >= 0x8000 && DEVICE_TYPE <= 0xFFFF) };
    assert!(function >= 0x800 && function <= 0xFFF);
    DEVICE_TYPE << 16 | (access as u32) << 14 | function << 2 | METHOD_BUFFERED
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Operation {
    /// Which interface, driver and device this is: [`VersionAndIdentity`].
    VersionAndIdentity = ctl_code(0x800, Access::Read),
    /// What the adapter has done since it was started: [`Statistics`].
    Statistics = ctl_code(0x801, Access::Read),
    /// Runs synchronized closures on every interrupt source, and tells what became of them: [`Exercise`].
    Exercise = ctl_code(0x802, Access::ReadWrite),
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::VersionAndIdentity, Self::Statistics, Self::Exercise];

    /// The control code.
    #[must_use]
    pub const fn code(self) -> u32 {
        self as u32
    }

    /// The operation with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.code() == code)
    }

    /// Whether it makes the driver do something, and not only tell. Such a request is the control device's alone, whose
    /// security descriptor says who may ask; D3DKMTEscape is open to every program.
    #[must_use]
    pub const fn acts(self) -> bool {
        self as u32 >> 14 & 3 == Access::ReadWrite as u32
    }

    /// The length of the request in bytes, header included.
    #[must_use]
    pub const fn request_len(self) -> usize {
        match self {
            Self::VersionAndIdentity | Self::Statistics => size_of::<Header>(),
            Self::Exercise => size_of::<ExerciseRequest>(),
        }
    }

    /// The length of the answer in bytes, header included.
    #[must_use]
    pub const fn response_len(self) -> usize {
        match self {
            Self::VersionAndIdentity => size_of::<VersionAndIdentity>(),
            Self::Statistics => size_of::<Statistics>(),
            Self::Exercise => size_of::<Exercise>(),
        }
    }
}
