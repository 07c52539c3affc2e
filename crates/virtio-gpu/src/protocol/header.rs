//! `virtio_gpu_ctrl_hdr`, the numbers of commands and responses, and `virtio_gpu_rect` (VIRTIO 1.2, 5.7.6.7 and 5.7.6.8).

use super::{RespDisplayInfo, RespEdid};
use crate::rect::Rect;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// `VIRTIO_GPU_FLAG_FENCE`: respond only when processing has finished, and repeat `fence_id` in the response.
pub const FLAG_FENCE: u32 = 1;

/// `virtio_gpu_ctrl_hdr`: in front of every command and every response.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct CtrlHdr {
    /// A [`CommandType`] or a [`ResponseType`].
    pub kind: U32,
    /// [`FLAG_FENCE`] or nothing.
    pub flags: U32,
    /// The driver's own number for this command, meaningful with [`FLAG_FENCE`].
    pub fence_id: U64,
    /// Rendering context; 3D only, zero here.
    pub ctx_id: U32,
    /// Context-specific timeline; 3D only, zero here.
    pub ring_idx: u8,
    /// Zero.
    pub padding: [u8; 3],
}

impl CtrlHdr {
    /// The header of a command without a fence.
    pub const fn command(kind: CommandType) -> Self {
        CtrlHdr {
            kind: U32::new(kind as u32),
            flags: U32::ZERO,
            fence_id: U64::ZERO,
            ctx_id: U32::ZERO,
            ring_idx: 0,
            padding: [0; 3],
        }
    }
}

/// The commands this driver sends (`VIRTIO_GPU_CMD_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum CommandType {
    /// Which scanouts there are and how large.
    GetDisplayInfo = 0x0100,
    /// Create a host resource.
    ResourceCreate2d = 0x0101,
    /// Free a host resource.
    ResourceUnref = 0x0102,
    /// Show a resource on a scanout.
    SetScanout = 0x0103,
    /// Make what was transferred visible.
    ResourceFlush = 0x0104,
    /// Copy from guest memory to the host resource.
    TransferToHost2d = 0x0105,
    /// Give a resource guest memory.
    ResourceAttachBacking = 0x0106,
    /// Take a resource's guest memory away.
    ResourceDetachBacking = 0x0107,
    /// The EDID of a scanout.
    GetEdid = 0x010a,
    /// Set the cursor's picture and position.
    UpdateCursor = 0x0300,
    /// Set the cursor's position.
    MoveCursor = 0x0301,
}

impl CommandType {
    /// What a successful response to this command looks like.
    pub const fn expected(self) -> Expected {
        match self {
            Self::UpdateCursor | Self::MoveCursor => Expected::Nothing,
            Self::GetDisplayInfo => Expected::Response {
                kind: ResponseType::OkDisplayInfo,
                min_len: size_of::<RespDisplayInfo>() as u32,
            },
            Self::GetEdid => Expected::Response {
                kind: ResponseType::OkEdid,
                min_len: size_of::<RespEdid>() as u32,
            },
            Self::ResourceCreate2d
            | Self::ResourceUnref
            | Self::SetScanout
            | Self::ResourceFlush
            | Self::TransferToHost2d
            | Self::ResourceAttachBacking
            | Self::ResourceDetachBacking => Expected::Response {
                kind: ResponseType::OkNodata,
                min_len: size_of::<CtrlHdr>() as u32,
            },
        }
    }
}

/// What a device may answer (`VIRTIO_GPU_RESP_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum ResponseType {
    /// Success, nothing but the header.
    OkNodata = 0x1100,
    /// Success, [`super::RespDisplayInfo`].
    OkDisplayInfo = 0x1101,
    /// Success, of GET_CAPSET_INFO, which this driver never sends.
    OkCapsetInfo = 0x1102,
    /// Success, of GET_CAPSET, which this driver never sends.
    OkCapset = 0x1103,
    /// Success, [`super::RespEdid`].
    OkEdid = 0x1104,
    /// Success, of RESOURCE_ASSIGN_UUID, which this driver never sends.
    OkResourceUuid = 0x1105,
    /// Success, of RESOURCE_MAP_BLOB, which this driver never sends.
    OkMapInfo = 0x1106,
    /// Unspecified error.
    ErrUnspec = 0x1200,
    /// The host has no memory left for this.
    ErrOutOfMemory = 0x1201,
    /// No such scanout.
    ErrInvalidScanoutId = 0x1202,
    /// No such resource, or it exists already.
    ErrInvalidResourceId = 0x1203,
    /// No such context.
    ErrInvalidContextId = 0x1204,
    /// A parameter is invalid.
    ErrInvalidParameter = 0x1205,
}

impl ResponseType {
    /// All of them.
    pub const ALL: [ResponseType; 13] = [
        Self::OkNodata,
        Self::OkDisplayInfo,
        Self::OkCapsetInfo,
        Self::OkCapset,
        Self::OkEdid,
        Self::OkResourceUuid,
        Self::OkMapInfo,
        Self::ErrUnspec,
        Self::ErrOutOfMemory,
        Self::ErrInvalidScanoutId,
        Self::ErrInvalidResourceId,
        Self::ErrInvalidContextId,
        Self::ErrInvalidParameter,
    ];

    /// The response with this number, if VIRTIO 1.2 knows one.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|response| *response as u32 == number)
    }

    /// Whether it is one of the `VIRTIO_GPU_RESP_ERR_*`.
    pub const fn is_error(self) -> bool {
        self as u32 >= Self::ErrUnspec as u32
    }
}

/// What a successful response must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing is written back: the cursor queue.
    Nothing,
    /// A response of this type with at least so many bytes.
    Response {
        /// Its type.
        kind: ResponseType,
        /// The least number of bytes the device must have written.
        min_len: u32,
    },
}

/// A command: its bytes as the device reads them, starting with a [`CtrlHdr`].
pub trait Request: IntoBytes + Immutable {
    /// The command's number, by which it is also reported when it fails.
    const COMMAND: CommandType;
}

/// `virtio_gpu_rect`: a [`Rect`] on the wire.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct WireRect {
    /// Left edge in pixels.
    pub x: U32,
    /// Top edge in pixels.
    pub y: U32,
    /// Width in pixels.
    pub width: U32,
    /// Height in pixels.
    pub height: U32,
}

impl From<Rect> for WireRect {
    fn from(rect: Rect) -> Self {
        WireRect {
            x: U32::new(rect.x),
            y: U32::new(rect.y),
            width: U32::new(rect.width),
            height: U32::new(rect.height),
        }
    }
}

impl From<WireRect> for Rect {
    fn from(rect: WireRect) -> Self {
        Rect {
            x: rect.x.get(),
            y: rect.y.get(),
            width: rect.width.get(),
            height: rect.height.get(),
        }
    }
}
