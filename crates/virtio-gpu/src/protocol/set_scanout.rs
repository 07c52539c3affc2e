//! SET_SCANOUT: which part of which resource a scanout shows.

use super::{CommandType, CtrlHdr, Request, WireRect};
use crate::rect::Rect;
use zerocopy::little_endian::U32;
use zerocopy::{Immutable, IntoBytes, KnownLayout};

/// `virtio_gpu_set_scanout`.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct SetScanout {
    hdr: CtrlHdr,
    rect: WireRect,
    scanout_id: U32,
    resource_id: U32,
}

impl SetScanout {
    /// Shows `rect` of the resource, inside which it must lie.
    pub fn new(scanout_id: u32, resource_id: u32, rect: Rect) -> Self {
        SetScanout {
            hdr: CtrlHdr::command(CommandType::SetScanout),
            rect: rect.into(),
            scanout_id: U32::new(scanout_id),
            resource_id: U32::new(resource_id),
        }
    }

    /// Switches the scanout off: resource zero.
    pub fn disable(scanout_id: u32) -> Self {
        Self::new(scanout_id, 0, Rect::default())
    }
}

impl Request for SetScanout {
    const COMMAND: CommandType = CommandType::SetScanout;
}
