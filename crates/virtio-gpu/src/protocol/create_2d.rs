//! RESOURCE_CREATE_2D: a host resource of a format and size, without guest memory yet.

use super::{CommandType, CtrlHdr, Request};
use zerocopy::little_endian::U32;
use zerocopy::{Immutable, IntoBytes, KnownLayout};

/// Pixel formats (`VIRTIO_GPU_FORMAT_*_UNORM`), named by the order of the bytes in memory. Four bytes a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Format {
    /// Blue, green, red, alpha: D3DDDIFMT_A8R8G8B8; for cursors.
    B8G8R8A8 = 1,
    /// Blue, green, red, unused: D3DDDIFMT_X8R8G8B8; for scanouts.
    B8G8R8X8 = 2,
    /// Alpha first.
    A8R8G8B8 = 3,
    /// Unused byte first.
    X8R8G8B8 = 4,
    /// Red first, alpha last.
    R8G8B8A8 = 67,
    /// Unused byte first, blue next.
    X8B8G8R8 = 68,
    /// Alpha first, blue next.
    A8B8G8R8 = 121,
    /// Red first, unused byte last.
    R8G8B8X8 = 134,
}

/// `virtio_gpu_resource_create_2d`.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct ResourceCreate2d {
    hdr: CtrlHdr,
    resource_id: U32,
    format: U32,
    width: U32,
    height: U32,
}

impl ResourceCreate2d {
    /// A resource of `width` by `height` pixels; `resource_id` is the driver's choice, not zero and not in use.
    pub const fn new(resource_id: u32, format: Format, width: u32, height: u32) -> Self {
        ResourceCreate2d {
            hdr: CtrlHdr::command(CommandType::ResourceCreate2d),
            resource_id: U32::new(resource_id),
            format: U32::new(format as u32),
            width: U32::new(width),
            height: U32::new(height),
        }
    }
}

impl Request for ResourceCreate2d {
    const COMMAND: CommandType = CommandType::ResourceCreate2d;
}
