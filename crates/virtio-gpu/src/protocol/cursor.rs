//! UPDATE_CURSOR and MOVE_CURSOR, the two commands of the cursor queue. The device writes nothing back.

use super::{CommandType, CtrlHdr, Request};
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Width and height of a cursor resource in pixels; VIRTIO allows no other.
pub const CURSOR_SIZE: u32 = 64;

/// `virtio_gpu_cursor_pos`.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct CursorPosition {
    /// The scanout the cursor is on.
    pub scanout_id: U32,
    /// Left edge in the scanout's pixels; the hot spot is not subtracted by the driver. A negative position is sent as
    /// its two's complement.
    pub x: U32,
    /// Top edge, likewise.
    pub y: U32,
    /// Zero.
    pub padding: U32,
}

impl CursorPosition {
    /// A position on a scanout.
    pub const fn new(scanout_id: u32, x: i32, y: i32) -> Self {
        CursorPosition {
            scanout_id: U32::new(scanout_id),
            x: U32::new(x.cast_unsigned()),
            y: U32::new(y.cast_unsigned()),
            padding: U32::ZERO,
        }
    }
}

/// `virtio_gpu_update_cursor` as UPDATE_CURSOR.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct UpdateCursor {
    hdr: CtrlHdr,
    pos: CursorPosition,
    resource_id: U32,
    hot_x: U32,
    hot_y: U32,
    padding: U32,
}

impl UpdateCursor {
    /// Sets picture, hot spot (pixels) and position. Resource zero hides the cursor. The picture's transfer must have
    /// completed, fenced, before.
    pub const fn new(resource_id: u32, hot_x: u32, hot_y: u32, pos: CursorPosition) -> Self {
        UpdateCursor {
            hdr: CtrlHdr::command(CommandType::UpdateCursor),
            pos,
            resource_id: U32::new(resource_id),
            hot_x: U32::new(hot_x),
            hot_y: U32::new(hot_y),
            padding: U32::ZERO,
        }
    }
}

impl Request for UpdateCursor {
    const COMMAND: CommandType = CommandType::UpdateCursor;
}

/// `virtio_gpu_update_cursor` as MOVE_CURSOR.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct MoveCursor {
    inner: UpdateCursor,
}

impl MoveCursor {
    /// Sets the position. `resource_id` is the cursor shown: QEMU hides the cursor if a move names resource zero.
    pub const fn new(resource_id: u32, pos: CursorPosition) -> Self {
        let mut inner = UpdateCursor::new(resource_id, 0, 0, pos);
        inner.hdr = CtrlHdr::command(CommandType::MoveCursor);
        MoveCursor { inner }
    }
}

impl Request for MoveCursor {
    const COMMAND: CommandType = CommandType::MoveCursor;
}
