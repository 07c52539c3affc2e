//! Versions of the port driver's interface that a display-only driver may declare, and the sizes that change with them.
//!
//! Measured with a C compiler on Microsoft's headers of WDK 10.0.16299, x64, with DXGKDDI_INTERFACE_VERSION defined as each.
//! All other structures that the model hands to a display-only driver have one size and one layout from WIN8 to WDDM 2.3, and
//! these four only grow at their end. Versions above WDDM 2.3 are not known here.

use dxgk_sys::*;

/// DXGKDDI_INTERFACE_VERSION_WDDM1_3_PATH_INDEPENDENT_ROTATION: rotation support has offsets from here on.
const PATH_INDEPENDENT_ROTATION: u32 = 0x4003;
/// Bytes of DXGKRNL_INTERFACE at version WIN7.
pub(crate) const WIN7_INTERFACE: usize = 184;

/// The sizes at one version, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// DXGKDDI_INTERFACE_VERSION.
    pub version: u32,
    /// KMDDOD_INITIALIZATION_DATA.
    pub table: usize,
    /// DXGKRNL_INTERFACE.
    pub interface: usize,
    /// DXGK_DRIVERCAPS.
    pub caps: usize,
    /// DXGK_CHILD_STATUS.
    pub child_status: usize,
}

const fn sizes(
    version: u32,
    table: usize,
    interface: usize,
    caps: usize,
    child_status: usize,
) -> Sizes {
    Sizes {
        version,
        table,
        interface,
        caps,
        child_status,
    }
}

/// Every version that a display-only driver may declare, oldest first: WIN8, WDDM 1.3 to 2.3.
pub const KNOWN: [Sizes; 9] = [
    sizes(DXGKDDI_INTERFACE_VERSION_WIN8, 328, 256, 544, 12),
    sizes(DXGKDDI_INTERFACE_VERSION_WDDM1_3, 328, 264, 552, 16),
    sizes(PATH_INDEPENDENT_ROTATION, 328, 264, 552, 16),
    sizes(DXGKDDI_INTERFACE_VERSION_WDDM2_0, 336, 312, 576, 16),
    sizes(DXGKDDI_INTERFACE_VERSION_WDDM2_1, 336, 328, 576, 16),
    sizes(0x6010, 336, 328, 576, 16),
    sizes(0x6011, 336, 328, 576, 16),
    sizes(DXGKDDI_INTERFACE_VERSION_WDDM2_2, 336, 360, 576, 16),
    sizes(DXGKDDI_INTERFACE_VERSION_WDDM2_3, 336, 368, 576, 16),
];

impl Sizes {
    /// Those at WIN8, at which `dxgk-sys` has its declarations.
    pub const WIN8: Self = KNOWN[0];

    /// Those at `version`, if that is known.
    pub fn at(version: u32) -> Option<Self> {
        KNOWN.into_iter().find(|sizes| sizes.version == version)
    }

    /// A path's rotation support has bits for offsets.
    pub(crate) fn has_rotation_offsets(&self) -> bool {
        self.version >= PATH_INDEPENDENT_ROTATION
    }

    /// The preference of a target mode, which shares its word with wire formats from WDDM 2.2 on.
    pub(crate) fn preference(&self, word: D3DKMDT_MODE_PREFERENCE) -> D3DKMDT_MODE_PREFERENCE {
        if self.version >= DXGKDDI_INTERFACE_VERSION_WDDM2_2 {
            word & 3
        } else {
            word
        }
    }

    /// The scan line ordering of a signal, which shares its word with a divider from WDDM 1.3 on.
    pub(crate) fn scan_order(&self, word: i32) -> i32 {
        if self.version >= DXGKDDI_INTERFACE_VERSION_WDDM1_3 {
            word & 7
        } else {
            word
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declarations_are_those_of_the_oldest_version_and_nothing_shrinks() {
        let declared = [
            size_of::<KMDDOD_INITIALIZATION_DATA>(),
            size_of::<DXGKRNL_INTERFACE>(),
            size_of::<DXGK_DRIVERCAPS>(),
            size_of::<DXGK_CHILD_STATUS>(),
        ];
        let list = |sizes: &Sizes| [sizes.table, sizes.interface, sizes.caps, sizes.child_status];
        assert_eq!(list(&Sizes::WIN8), declared);
        for pair in KNOWN.windows(2) {
            let (old, new) = (list(&pair[0]), list(&pair[1]));
            assert!(pair[0].version < pair[1].version);
            assert!(old.iter().zip(new).all(|(old, new)| *old <= new));
        }
        assert_eq!(Sizes::at(0x2005), None);
        assert_eq!(Sizes::at(0x9006), None);
        assert!(core::mem::offset_of!(DXGKRNL_INTERFACE, DxgkCbGetCaptureAddress) < WIN7_INTERFACE);
    }
}
