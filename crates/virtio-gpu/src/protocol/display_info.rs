//! GET_DISPLAY_INFO: which scanouts are enabled, where, and in which size the host would like them.

use super::{CommandType, CtrlHdr, Request, WireRect};
use crate::MAX_SCANOUTS;
use crate::memory::{AccessError, Memory};
use crate::rect::Rect;
use core::fmt;
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

/// The largest width or height that is believed, in pixels. Windows' own limit for a display surface is 16384 as well
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

/// The checked answer: for each scanout its rectangle, or `None` where it is disabled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisplayInfo {
    /// By scanout; those from `num_scanouts` on are `None`.
    pub scanouts: [Option<Rect>; MAX_SCANOUTS],
}

/// Why an answer to GET_DISPLAY_INFO is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDisplayInfo {
    /// The place it should be in is not there.
    Access(AccessError),
    /// An enabled scanout has no size, one above [`MAX_EXTENT`], or a position that runs off the number line.
    Rect {
        /// Which scanout.
        scanout: u8,
        /// What the device said.
        rect: Rect,
    },
}

impl fmt::Display for BadDisplayInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Access(error) => error.fmt(f),
            Self::Rect { scanout, rect } => write!(
                f,
                "scanout {scanout}: expected a size between 1 and {MAX_EXTENT}, the device says {rect}"
            ),
        }
    }
}

impl core::error::Error for BadDisplayInfo {}

impl DisplayInfo {
    /// Reads and checks the response that lies at `offset`. A disabled scanout's rectangle is not looked at.
    ///
    /// # Errors
    ///
    /// The response is not inside `memory`, or an enabled scanout below `num_scanouts` has an impossible rectangle.
    pub fn read<M: Memory + ?Sized>(
        memory: &M,
        offset: usize,
        num_scanouts: u32,
    ) -> Result<Self, BadDisplayInfo> {
        let mut response = RespDisplayInfo::new_zeroed();
        memory
            .read_bytes(offset, response.as_mut_bytes())
            .map_err(BadDisplayInfo::Access)?;
        let mut info = DisplayInfo::default();
        for ((scanout, one), slot) in (0u8..).zip(&response.pmodes).zip(&mut info.scanouts) {
            if u32::from(scanout) >= num_scanouts || one.enabled.get() == 0 {
                continue;
            }
            let rect = Rect::from(one.r);
            let sane = |extent: u32| (1..=MAX_EXTENT).contains(&extent);
            if !sane(rect.width) || !sane(rect.height) || rect.right_bottom().is_none() {
                return Err(BadDisplayInfo::Rect { scanout, rect });
            }
            *slot = Some(rect);
        }
        Ok(info)
    }
}
