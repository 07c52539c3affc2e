//! GET_EDID: the EDID of a scanout; only with `VIRTIO_GPU_F_EDID`.

use super::{CommandType, CtrlHdr, Request};
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

/// How many bytes of EDID a response has room for: eight blocks.
pub const EDID_CAPACITY: usize = 1024;

/// `virtio_gpu_get_edid`.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct GetEdid {
    hdr: CtrlHdr,
    scanout: U32,
    padding: U32,
}

impl GetEdid {
    /// Asks for the EDID of one scanout.
    pub const fn new(scanout: u32) -> Self {
        GetEdid {
            hdr: CtrlHdr::command(CommandType::GetEdid),
            scanout: U32::new(scanout),
            padding: U32::ZERO,
        }
    }
}

impl Request for GetEdid {
    const COMMAND: CommandType = CommandType::GetEdid;
}

/// `virtio_gpu_resp_edid`.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct RespEdid {
    /// The response's header.
    pub hdr: CtrlHdr,
    /// How many bytes of `edid` the device says are meant. Not trusted; see [`RespEdid::bytes`].
    pub size: U32,
    /// Zero.
    pub padding: U32,
    /// The EDID.
    pub edid: [u8; EDID_CAPACITY],
}

impl RespEdid {
    /// An empty response to read one into.
    pub fn zeroed() -> Self {
        RespEdid::new_zeroed()
    }

    /// The bytes that are meant; `None` if the device claims more than there are.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.edid.get(..usize::try_from(self.size.get()).ok()?)
    }
}
