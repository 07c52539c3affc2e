//! GET_DISPLAY_INFO: which scanouts are enabled, where, and in which size the host would like them.

use super::{CommandType, CtrlHdr, Request, WireRect};
use crate::MAX_SCANOUTS;
use crate::memory::{AccessError, Memory};
use crate::rect::Rect;
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

/// The largest width or height that makes sense, in pixels. Windows' own limit for a display surface is 16384 as well
/// (D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION), and with it four bytes a pixel stay within 32 bits.
pub const MAX_EXTENT: u32 = 16384;

/// The command: a header alone.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct GetDisplayInfo {
    hdr: CtrlHdr,
}

impl GetDisplayInfo {
    /// Asks for all scanouts at once.
    pub const fn new() -> Self {
        GetDisplayInfo {
            hdr: CtrlHdr::command(CommandType::GetDisplayInfo),
        }
    }
}

impl Default for GetDisplayInfo {
    fn default() -> Self {
        Self::new()
    }
}

impl Request for GetDisplayInfo {
    const COMMAND: CommandType = CommandType::GetDisplayInfo;
}

/// `virtio_gpu_display_one`: one scanout on the wire.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct DisplayOne {
    /// Position among the scanouts and preferred size.
    pub r: WireRect,
    /// Not zero if the scanout is enabled.
    pub enabled: U32,
    /// Zero.
    pub flags: U32,
}

/// `virtio_gpu_resp_display_info`.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct RespDisplayInfo {
    /// The response's header.
    pub hdr: CtrlHdr,
    /// One for each scanout there can be.
    pub pmodes: [DisplayOne; MAX_SCANOUTS],
}

/// The answer: for each scanout its rectangle as the host has it, or `None` where it is disabled.
///
/// A rectangle is a hint and may say anything, sizes of zero and of four billion included: who uses one judges it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisplayInfo {
    /// By scanout; those from `num_scanouts` on are `None`.
    pub scanouts: [Option<Rect>; MAX_SCANOUTS],
}

impl DisplayInfo {
    /// Reads the response that lies at `offset`.
    ///
    /// # Errors
    ///
    /// The response is not inside `memory`.
    pub fn read<M: Memory + ?Sized>(
        memory: &M,
        offset: usize,
        num_scanouts: u32,
    ) -> Result<Self, AccessError> {
        let mut response = RespDisplayInfo::new_zeroed();
        memory.read_bytes(offset, response.as_mut_bytes())?;
        let mut info = DisplayInfo::default();
        for ((scanout, one), slot) in (0u8..).zip(&response.pmodes).zip(&mut info.scanouts) {
            if u32::from(scanout) < num_scanouts && one.enabled.get() != 0 {
                *slot = Some(Rect::from(one.r));
            }
        }
        Ok(info)
    }
}
