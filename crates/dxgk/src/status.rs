//! NTSTATUS as a value that can't be mistaken for a number.

use dxgk_sys::NTSTATUS;

/// An NTSTATUS.
///
/// Not every status that passes NT_SUCCESS brings what was asked for: the informational STATUS_GRAPHICS_* codes of the
/// VidPN interfaces (0x401Exxxx) pass and bring no object. So this is compared, not tested.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(NTSTATUS);

impl Status {
    /// A status by its number (ntstatus.h).
    #[must_use]
    pub const fn from_raw(status: NTSTATUS) -> Self {
        Self(status)
    }

    /// The number.
    #[must_use]
    pub const fn raw(self) -> NTSTATUS {
        self.0
    }

    /// NT_SUCCESS: severity success or informational.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 >= 0
    }

    /// `Ok` for exactly STATUS_SUCCESS, the status itself otherwise.
    ///
    /// # Errors
    ///
    /// Any other status, informational ones included.
    pub const fn success(self) -> Result<(), Self> {
        if self.0 == 0 { Ok(()) } else { Err(self) }
    }
}

impl core::fmt::Debug for Status {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:#010X}", self.0)
    }
}

impl core::fmt::Display for Status {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self, f)
    }
}

macro_rules! statuses {
    ($($name:ident = $constant:ident;)*) => {
        impl Status {
            $(
                #[doc = stringify!($constant)]
                pub const $name: Self = Self(dxgk_sys::$constant);
            )*
        }
    };
}

statuses! {
    SUCCESS = STATUS_SUCCESS;
    PENDING = STATUS_PENDING;
    UNSUCCESSFUL = STATUS_UNSUCCESSFUL;
    NOT_IMPLEMENTED = STATUS_NOT_IMPLEMENTED;
    INVALID_PARAMETER = STATUS_INVALID_PARAMETER;
    NO_MEMORY = STATUS_NO_MEMORY;
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
    MONITOR_NO_DESCRIPTOR = STATUS_MONITOR_NO_DESCRIPTOR;
    MONITOR_NO_MORE_DESCRIPTOR_DATA = STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA;
    GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED = STATUS_GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED;
    GRAPHICS_DATASET_IS_EMPTY = STATUS_GRAPHICS_DATASET_IS_EMPTY;
    GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET = STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET;
    GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN = STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN;
    GRAPHICS_MODE_NOT_PINNED = STATUS_GRAPHICS_MODE_NOT_PINNED;
    GRAPHICS_MODE_ALREADY_IN_MODESET = STATUS_GRAPHICS_MODE_ALREADY_IN_MODESET;
    GRAPHICS_INVALID_VIDPN = STATUS_GRAPHICS_INVALID_VIDPN;
    GRAPHICS_INVALID_VIDPN_TOPOLOGY = STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY;
    GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE;
    GRAPHICS_INVALID_VIDEO_PRESENT_TARGET = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET;
    GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE;
    GRAPHICS_VIDPN_MODALITY_NOT_SUPPORTED = STATUS_GRAPHICS_VIDPN_MODALITY_NOT_SUPPORTED;
    GRAPHICS_SOURCE_NOT_IN_TOPOLOGY = STATUS_GRAPHICS_SOURCE_NOT_IN_TOPOLOGY;
    GRAPHICS_DRIVER_MISMATCH = STATUS_GRAPHICS_DRIVER_MISMATCH;
}
