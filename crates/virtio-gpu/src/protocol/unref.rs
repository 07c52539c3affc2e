//! RESOURCE_UNREF: frees a host resource. A resource that is still shown turns its scanout dark, so show another one first.

use super::{CommandType, CtrlHdr, Request};
use zerocopy::little_endian::U32;
use zerocopy::{Immutable, IntoBytes, KnownLayout};

/// `virtio_gpu_resource_unref`.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct ResourceUnref {
    hdr: CtrlHdr,
    resource_id: U32,
    padding: U32,
}

impl ResourceUnref {
    /// Frees `resource_id`; its backing, if any, is no longer used once this has completed.
    pub const fn new(resource_id: u32) -> Self {
        ResourceUnref {
            hdr: CtrlHdr::command(CommandType::ResourceUnref),
            resource_id: U32::new(resource_id),
            padding: U32::ZERO,
        }
    }
}

impl Request for ResourceUnref {
    const COMMAND: CommandType = CommandType::ResourceUnref;
}
