//! RESOURCE_ATTACH_BACKING with its entries, and RESOURCE_DETACH_BACKING: the guest memory of a resource.
//!
//! The entries do not fit beside the command; [`crate::backing`] writes them to a place of their own.

use super::{CommandType, CtrlHdr, Request};
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// `virtio_gpu_resource_attach_backing`, followed on the wire by `nr_entries` of [`MemEntry`].
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct ResourceAttachBacking {
    hdr: CtrlHdr,
    resource_id: U32,
    nr_entries: U32,
}

impl ResourceAttachBacking {
    /// Backs `resource_id` with the `nr_entries` entries that follow.
    pub const fn new(resource_id: u32, nr_entries: u32) -> Self {
        ResourceAttachBacking {
            hdr: CtrlHdr::command(CommandType::ResourceAttachBacking),
            resource_id: U32::new(resource_id),
            nr_entries: U32::new(nr_entries),
        }
    }
}

impl Request for ResourceAttachBacking {
    const COMMAND: CommandType = CommandType::ResourceAttachBacking;
}

/// `virtio_gpu_mem_entry`: a run of guest memory.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct MemEntry {
    /// Bus address.
    pub addr: U64,
    /// Length in bytes.
    pub length: U32,
    /// Zero.
    pub padding: U32,
}

/// `virtio_gpu_resource_detach_backing`.
#[derive(Clone, Copy, Debug, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct ResourceDetachBacking {
    hdr: CtrlHdr,
    resource_id: U32,
    padding: U32,
}

impl ResourceDetachBacking {
    /// Takes the backing of `resource_id` away; the pages may be freed once this has completed.
    pub const fn new(resource_id: u32) -> Self {
        ResourceDetachBacking {
            hdr: CtrlHdr::command(CommandType::ResourceDetachBacking),
            resource_id: U32::new(resource_id),
            padding: U32::ZERO,
        }
    }
}

impl Request for ResourceDetachBacking {
    const COMMAND: CommandType = CommandType::ResourceDetachBacking;
}
