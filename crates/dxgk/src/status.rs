//! A failed NTSTATUS as the error type of this layer.
//!
//! NT_SUCCESS takes half of all codes, and dxgkrnl reads a DDI's outputs after each of them. So the error that a DDI returns
//! is a type that holds none of them: a method that wrote nothing can't say that it did.

use core::num::NonZeroI32;

use crate::interrupt::{Refusal, Refused};

/// An NTSTATUS that NT_SUCCESS does not take: a warning or an error.
///
/// It is the error of every DDI method and of every service. `?` makes it of a [`Refusal`] and of a [`Refused`] closure.
/// STATUS_PENDING is not one: a present that ends later has a token for it,
/// [`PendingPresent`](crate::present::PendingPresent).
///
/// Source: "Using NTSTATUS Values" (NT_SUCCESS: success or informational).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(NonZeroI32);

impl Status {
    /// A failure by its number (ntstatus.h); none for a code that NT_SUCCESS takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use dxgk::status::Status;
    ///
    /// assert_eq!(Status::new(0xC000_000D_u32.cast_signed()), Some(Status::INVALID_PARAMETER));
    /// assert_eq!(Status::new(0x103), None); // STATUS_PENDING
    /// assert_eq!(Status::new(0x401E_0307), None); // STATUS_GRAPHICS_MODE_NOT_PINNED
    /// ```
    #[must_use]
    pub const fn new(status: i32) -> Option<Self> {
        match NonZeroI32::new(status) {
            Some(status) if status.is_negative() => Some(Self(status)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0.get()
    }

    /// Turns a service's status into a result: `Ok` for exactly STATUS_SUCCESS.
    ///
    /// Other codes that NT_SUCCESS takes say that something else happened than was asked for, for example that a set is
    /// empty. A caller that knows such a code looks for it first.
    ///
    /// # Errors
    ///
    /// The failure. STATUS_UNSUCCESSFUL for any other code that NT_SUCCESS takes.
    pub const fn check(status: i32) -> Result<(), Self> {
        match Self::new(status) {
            Some(failure) => Err(failure),
            None if status == 0 => Ok(()),
            None => Err(Self::UNSUCCESSFUL),
        }
    }

    /// A constant of this type; a code that NT_SUCCESS takes does not compile.
    const fn constant(status: i32) -> Self {
        match Self::new(status) {
            Some(failure) => failure,
            None => panic!("NT_SUCCESS takes this status: it is no failure"),
        }
    }
}

impl core::fmt::Debug for Status {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:#010X}", self.raw())
    }
}

impl core::fmt::Display for Status {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self, f)
    }
}

impl core::error::Error for Status {}

/// The status for a closure that was not run. A warning of the port's becomes STATUS_UNSUCCESSFUL: the pages of the DDIs let a
/// driver return errors alone.
impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotConnected | Refusal::NotRun | Refusal::Poisoned => Self::UNSUCCESSFUL,
            Refusal::InvalidParameter => Self::INVALID_PARAMETER,
            Refusal::Other(status) if status.cast_unsigned() >> 30 == 3 => {
                Self::new(status).unwrap_or(Self::UNSUCCESSFUL)
            }
            Refusal::Other(_) => Self::UNSUCCESSFUL,
        }
    }
}

/// The status for a closure that was not run. The closure is dropped.
impl<F> From<Refused<F>> for Status {
    fn from(refused: Refused<F>) -> Self {
        refused.reason.into()
    }
}

macro_rules! statuses {
    ($($name:ident = $constant:ident;)*) => {
        impl Status {
            $(
                #[doc = stringify!($constant)]
                pub const $name: Self = Self::constant(dxgk_sys::$constant);
            )*
        }
    };
}

statuses! {
    UNSUCCESSFUL = STATUS_UNSUCCESSFUL;
    NOT_IMPLEMENTED = STATUS_NOT_IMPLEMENTED;
    ACCESS_DENIED = STATUS_ACCESS_DENIED;
    ACCESS_VIOLATION = STATUS_ACCESS_VIOLATION;
    INVALID_PARAMETER = STATUS_INVALID_PARAMETER;
    NO_MEMORY = STATUS_NO_MEMORY;
    BUFFER_OVERFLOW = STATUS_BUFFER_OVERFLOW;
    BUFFER_TOO_SMALL = STATUS_BUFFER_TOO_SMALL;
    NOT_SUPPORTED = STATUS_NOT_SUPPORTED;
    INSUFFICIENT_RESOURCES = STATUS_INSUFFICIENT_RESOURCES;
    INVALID_DEVICE_REQUEST = STATUS_INVALID_DEVICE_REQUEST;
    INVALID_DEVICE_STATE = STATUS_INVALID_DEVICE_STATE;
    DEVICE_NOT_READY = STATUS_DEVICE_NOT_READY;
    DEVICE_CONFIGURATION_ERROR = STATUS_DEVICE_CONFIGURATION_ERROR;
    DEVICE_PROTOCOL_ERROR = STATUS_DEVICE_PROTOCOL_ERROR;
    DEVICE_REMOVED = STATUS_DEVICE_REMOVED;
    IO_TIMEOUT = STATUS_IO_TIMEOUT;
    IO_DEVICE_ERROR = STATUS_IO_DEVICE_ERROR;
    REVISION_MISMATCH = STATUS_REVISION_MISMATCH;
    OBJECT_NAME_NOT_FOUND = STATUS_OBJECT_NAME_NOT_FOUND;
    OBJECT_TYPE_MISMATCH = STATUS_OBJECT_TYPE_MISMATCH;
    MONITOR_NO_DESCRIPTOR = STATUS_MONITOR_NO_DESCRIPTOR;
    MONITOR_NO_MORE_DESCRIPTOR_DATA = STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA;
    GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED = STATUS_GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED;
    GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN = STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN;
    GRAPHICS_MODE_ALREADY_IN_MODESET = STATUS_GRAPHICS_MODE_ALREADY_IN_MODESET;
    GRAPHICS_INVALID_VIDPN = STATUS_GRAPHICS_INVALID_VIDPN;
    GRAPHICS_INVALID_VIDPN_TOPOLOGY = STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY;
    GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE;
    GRAPHICS_INVALID_VIDEO_PRESENT_TARGET = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET;
    GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE;
    GRAPHICS_INVALID_VIDEO_PRESENT_TARGET_MODE = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET_MODE;
    GRAPHICS_VIDPN_MODALITY_NOT_SUPPORTED = STATUS_GRAPHICS_VIDPN_MODALITY_NOT_SUPPORTED;
    GRAPHICS_SOURCE_NOT_IN_TOPOLOGY = STATUS_GRAPHICS_SOURCE_NOT_IN_TOPOLOGY;
    GRAPHICS_PATH_NOT_IN_TOPOLOGY = STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY;
    GRAPHICS_PATH_CONTENT_GEOMETRY_TRANSFORMATION_NOT_SUPPORTED =
        STATUS_GRAPHICS_PATH_CONTENT_GEOMETRY_TRANSFORMATION_NOT_SUPPORTED;
    GRAPHICS_GAMMA_RAMP_NOT_SUPPORTED = STATUS_GRAPHICS_GAMMA_RAMP_NOT_SUPPORTED;
    GRAPHICS_DRIVER_MISMATCH = STATUS_GRAPHICS_DRIVER_MISMATCH;
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn g14_no_code_that_nt_success_takes_becomes_a_failure() {
        for status in [0, 1, 0x103, 0x4000_0000, 0x401E_0307, 0x401E_034C, i32::MAX] {
            assert_eq!(Status::new(status), None, "{status:#x}");
        }
        for status in [
            i32::MIN,
            -1,
            dxgk_sys::STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA,
        ] {
            assert_eq!(Status::new(status).map(Status::raw), Some(status));
        }
    }

    #[test]
    fn only_success_itself_is_ok_and_what_else_passes_is_unsuccessful() {
        assert_eq!(Status::check(0), Ok(()));
        assert_eq!(Status::check(0x401E_0307), Err(Status::UNSUCCESSFUL));
        assert_eq!(
            Status::check(Status::NO_MEMORY.raw()),
            Err(Status::NO_MEMORY)
        );
        assert_eq!(size_of::<Result<(), Status>>(), size_of::<i32>());
    }
}
