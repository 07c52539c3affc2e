//! The answer to [`Operation::VersionAndIdentity`](crate::Operation::VersionAndIdentity).

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::Header;

/// The most interrupt sources that the answers have room for.
pub const MAX_SOURCES: usize = 8;

/// The interrupt sources, by their places in the arrays of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Source {
    /// The device's configuration has changed.
    Config = 0,
    /// Commands have completed.
    Control = 1,
    /// Cursor commands have completed.
    Cursor = 2,
}

impl Source {
    /// All of them, in the order of their places.
    pub const ALL: [Self; 3] = [Self::Config, Self::Control, Self::Cursor];

    /// A short name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Control => "control",
            Self::Cursor => "cursor",
        }
    }
}

/// For which processors the driver was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Architecture {
    /// Any other.
    Other = 0,
    /// x64.
    X64 = 1,
    /// ARM64.
    Arm64 = 2,
}

/// Which interface, driver and device this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct VersionAndIdentity {
    /// The header.
    pub header: Header,
    /// The version of the driver's package: major, minor, patch, zero.
    pub driver_version: [u16; 4],
    /// An [`Architecture`].
    pub architecture: u32,
    /// One if the driver was built with its own checks (debug assertions), else zero.
    pub checked_build: u32,
    /// The feature bits negotiated with the device (VIRTIO 1.2, sections 6 and 5.7.3).
    pub features: u64,
    /// PCI vendor id.
    pub vendor_id: u16,
    /// PCI device id.
    pub device_id: u16,
    /// PCI subsystem vendor id.
    pub subsystem_vendor_id: u16,
    /// PCI subsystem id.
    pub subsystem_id: u16,
    /// PCI revision id.
    pub revision: u8,
    /// PCI class code: programming interface, subclass, class.
    pub class_code: [u8; 3],
    /// How many adapters are started.
    pub adapters: u32,
    /// How many interrupt messages this one has; zero for a line-based interrupt.
    pub messages: u32,
    /// How many interrupt sources there are.
    pub sources: u32,
    /// On which message each source comes in, by [`Source`]; zero for a line and for places without a source.
    pub source_messages: [u32; MAX_SOURCES],
    /// How many scanouts the device has.
    pub scanouts: u32,
    /// How many descriptors the control queue has.
    pub control_queue_size: u32,
    /// Width of the preferred mode in pixels.
    pub preferred_width: u32,
    /// Height of the preferred mode in pixels.
    pub preferred_height: u32,
}
