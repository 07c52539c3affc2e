//! The 2D part of the virtio GPU protocol (VIRTIO 1.2, 5.7.6), one message a file.
//!
//! These are layouts and constructors; nothing here talks to a device. All numbers are little-endian. What a command
//! expects back is said by its number ([`CommandType::expected`]), so that a response is checked against what was asked.

mod backing;
mod create_2d;
mod cursor;
mod display_info;
mod flush;
mod get_edid;
mod header;
mod set_scanout;
mod transfer;
mod unref;

pub use backing::{MemEntry, ResourceAttachBacking, ResourceDetachBacking};
pub use create_2d::{Format, ResourceCreate2d};
pub use cursor::{CURSOR_SIZE, CursorPosition, MoveCursor, UpdateCursor};
pub use display_info::{DisplayInfo, DisplayOne, GetDisplayInfo, MAX_EXTENT, RespDisplayInfo};
pub use flush::ResourceFlush;
pub use get_edid::{EDID_CAPACITY, GetEdid, RespEdid};
pub use header::{CommandType, CtrlHdr, Expected, FLAG_FENCE, Request, ResponseType, WireRect};
pub use set_scanout::SetScanout;
pub use transfer::TransferToHost2d;
pub use unref::ResourceUnref;
