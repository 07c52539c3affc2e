//! TRANSFER_TO_HOST_2D: copies a rectangle from guest memory to the host resource.

use super::{CommandType, CtrlHdr, Request, WireRect};
use crate::rect::Rect;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{Immutable, IntoBytes, KnownLayout};

/// `virtio_gpu_transfer_to_host_2d`.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct TransferToHost2d {
    hdr: CtrlHdr,
    rect: WireRect,
    offset: U64,
    resource_id: U32,
    padding: U32,
}

impl TransferToHost2d {
    /// Copies `rect`. `offset` is where its first pixel lies in the backing, in bytes ([`Rect::byte_offset`]); the rows
    /// are as far apart as the resource is wide.
    pub fn new(resource_id: u32, rect: Rect, offset: u64) -> Self {
        TransferToHost2d {
            hdr: CtrlHdr::command(CommandType::TransferToHost2d),
            rect: rect.into(),
            offset: U64::new(offset),
            resource_id: U32::new(resource_id),
            padding: U32::ZERO,
        }
    }
}

impl Request for TransferToHost2d {
    const COMMAND: CommandType = CommandType::TransferToHost2d;
}
