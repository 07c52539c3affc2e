//! RESOURCE_FLUSH: makes a rectangle of a resource visible on the scanouts that show it.

use super::{CommandType, CtrlHdr, Request, WireRect};
use crate::rect::Rect;
use zerocopy::little_endian::U32;
use zerocopy::{Immutable, IntoBytes, KnownLayout};

/// `virtio_gpu_resource_flush`.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct ResourceFlush {
    hdr: CtrlHdr,
    rect: WireRect,
    resource_id: U32,
    padding: U32,
}

impl ResourceFlush {
    /// Flushes `rect`, in the resource's pixels.
    pub fn new(resource_id: u32, rect: Rect) -> Self {
        ResourceFlush {
            hdr: CtrlHdr::command(CommandType::ResourceFlush),
            rect: rect.into(),
            resource_id: U32::new(resource_id),
            padding: U32::ZERO,
        }
    }
}

impl Request for ResourceFlush {
    const COMMAND: CommandType = CommandType::ResourceFlush;
}
