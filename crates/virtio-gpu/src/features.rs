//! Feature bits: those this driver understands, by the names of VIRTIO 1.2 (2.2, 5.7.3 and 6).
//!
//! The bits common to all devices come from `virtio-spec`; it has no GPU device, so that one's bits are given here.

use bitflags::bitflags;
use virtio::F;

/// The 64 feature bits a PCI device shows through `device_feature`, of a device-independent flag in `virtio-spec`'s 128.
const fn low(flag: F) -> u64 {
    let bits = flag.bits().to_ne();
    assert!(bits >> 64 == 0);
    bits as u64
}

bitflags! {
    /// Feature bits of a virtio GPU. Bits without a name are kept, so that traces show what a device really offered.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Features: u64 {
        /// `VIRTIO_GPU_F_VIRGL`: 3D. Named for traces, never accepted.
        const VIRGL = 1 << 0;
        /// `VIRTIO_GPU_F_EDID`: GET_EDID is understood.
        const EDID = 1 << 1;
        /// `VIRTIO_GPU_F_RESOURCE_UUID`. Named for traces, never accepted.
        const RESOURCE_UUID = 1 << 2;
        /// `VIRTIO_GPU_F_RESOURCE_BLOB`. Named for traces, not accepted yet.
        const RESOURCE_BLOB = 1 << 3;
        /// `VIRTIO_GPU_F_CONTEXT_INIT`. Named for traces, never accepted.
        const CONTEXT_INIT = 1 << 4;
        /// `VIRTIO_F_INDIRECT_DESC`: a descriptor may point to a table of descriptors.
        const INDIRECT_DESC = low(F::INDIRECT_DESC);
        /// `VIRTIO_F_EVENT_IDX`: kicks and interrupts are asked for by ring index.
        const EVENT_IDX = low(F::EVENT_IDX);
        /// `VIRTIO_F_VERSION_1`: the device is a modern one; required.
        const VERSION_1 = low(F::VERSION_1);
        /// `VIRTIO_F_ACCESS_PLATFORM`: bus addresses go through what the platform has (an IOMMU); accepted when offered.
        const ACCESS_PLATFORM = low(F::ACCESS_PLATFORM);
        /// `VIRTIO_F_RING_PACKED`: the other ring format. Named for traces, never accepted.
        const RING_PACKED = low(F::RING_PACKED);
        /// `VIRTIO_F_ORDER_PLATFORM`: memory barriers must be those for real hardware. Rust's fences are that on x86-64,
        /// not on ARM64 (inner-shareable only), so it is accepted on x86-64 alone.
        const ORDER_PLATFORM = low(F::ORDER_PLATFORM);
        const _ = !0;
    }
}

impl Features {
    /// What the driver can use. VIRTIO 1.2 (6.1): a driver should accept ACCESS_PLATFORM and ORDER_PLATFORM if offered.
    pub const SUPPORTED: Self = Self::EDID
        .union(Self::INDIRECT_DESC)
        .union(Self::EVENT_IDX)
        .union(Self::VERSION_1)
        .union(Self::ACCESS_PLATFORM)
        .union(if cfg!(target_arch = "x86_64") {
            Self::ORDER_PLATFORM
        } else {
            Self::empty()
        });

    /// What the driver cannot do without.
    pub const REQUIRED: Self = Self::VERSION_1;
}
