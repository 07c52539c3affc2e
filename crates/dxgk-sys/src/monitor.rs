//! What is known about monitors: descriptors, frequency ranges, modes (`d3dkmdt.h`).

use crate::*;

/// The modes of a monitor.
pub type D3DKMDT_HMONITORSOURCEMODESET = *mut D3DKMDT_HMONITORSOURCEMODESET__;

/// Identifies a mode in its monitor source mode set.
pub type D3DKMDT_MONITOR_SOURCE_MODE_ID = UINT;

/// The frequency ranges of a monitor.
pub type D3DKMDT_HMONITORFREQUENCYRANGESET = *mut D3DKMDT_HMONITORFREQUENCYRANGESET__;

/// The descriptors of a monitor.
pub type D3DKMDT_HMONITORDESCRIPTORSET = *mut D3DKMDT_HMONITORDESCRIPTORSET__;

/// Identifies a descriptor in its set.
pub type D3DKMDT_MONITOR_DESCRIPTOR_ID = UINT;

abi! {
    /// What a [`D3DKMDT_HMONITORSOURCEMODESET`] points to, known to the port driver alone.
    pub opaque D3DKMDT_HMONITORSOURCEMODESET__ {}

    /// A mode of a monitor.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_monitor_source_mode).
    pub struct D3DKMDT_MONITOR_SOURCE_MODE {
        pub Id: D3DKMDT_MONITOR_SOURCE_MODE_ID,
        pub VideoSignalInfo: D3DKMDT_VIDEO_SIGNAL_INFO,
        pub ColorBasis: D3DKMDT_COLOR_BASIS,
        pub ColorCoeffDynamicRanges: D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES,
        pub Origin: D3DKMDT_MONITOR_CAPABILITIES_ORIGIN,
        pub Preference: D3DKMDT_MODE_PREFERENCE,
    }

    /// What a [`D3DKMDT_HMONITORFREQUENCYRANGESET`] points to, known to the port driver alone.
    pub opaque D3DKMDT_HMONITORFREQUENCYRANGESET__ {}

    /// The member `Constraint` of [`D3DKMDT_MONITOR_FREQUENCY_RANGE`].
    pub union D3DKMDT_MONITOR_FREQUENCY_RANGE_Constraint {
        pub ActiveSize: D3DKMDT_2DREGION,
        pub MaxPixelRate: SIZE_T,
    }

    /// A frequency range of a monitor; `ConstraintType` says which member of `Constraint` holds.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_monitor_frequency_range).
    pub struct D3DKMDT_MONITOR_FREQUENCY_RANGE {
        pub Origin: D3DKMDT_MONITOR_CAPABILITIES_ORIGIN,
        pub RangeLimits: D3DKMDT_FREQUENCY_RANGE,
        pub ConstraintType: D3DKMDT_MONITOR_FREQUENCY_RANGE_CONSTRAINT,
        pub Constraint: D3DKMDT_MONITOR_FREQUENCY_RANGE_Constraint,
    }

    /// What a [`D3DKMDT_HMONITORDESCRIPTORSET`] points to, known to the port driver alone.
    pub opaque D3DKMDT_HMONITORDESCRIPTORSET__ {}

    /// A descriptor of a monitor, such as its EDID; the size is in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_monitor_descriptor).
    pub struct D3DKMDT_MONITOR_DESCRIPTOR {
        pub Id: D3DKMDT_MONITOR_DESCRIPTOR_ID,
        pub Type: D3DKMDT_MONITOR_DESCRIPTOR_TYPE,
        pub DataSize: SIZE_T,
        pub pData: *mut c_void,
        pub Origin: D3DKMDT_MONITOR_CAPABILITIES_ORIGIN,
    }

    /// The unnamed bit-fields of [`DISPLAYID_DETAILED_TIMING_TYPE_I`].
    pub bits(UINT) DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous {
        PixelClock: 0..=23,
        AspectRatio: 24..=26,
        Reserved: 27,
        ScanningType: 28,
        StereoMode: 29..=30,
        PreferredTiming: 31,
    }

    /// The unnamed bit-fields of [`DISPLAYID_DETAILED_TIMING_TYPE_I`].
    pub bits(USHORT) DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous1 {
        HorizontalFrontPorch: 0..=14,
        HorizontalSyncPolarity: 15,
    }

    /// The unnamed bit-fields of [`DISPLAYID_DETAILED_TIMING_TYPE_I`].
    pub bits(USHORT) DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous2 {
        VerticalFrontPorch: 0..=14,
        VerticalSyncPolarity: 15,
    }

    /// A detailed timing of VESA's DisplayID, type I. All values are one less than meant.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_displayid_detailed_timing_type_i).
    #[derive(PartialEq, Eq)]
    #[repr(packed(1))]
    pub struct DISPLAYID_DETAILED_TIMING_TYPE_I {
        pub Anonymous: DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous,
        pub HorizontalActivePixels: USHORT,
        pub HorizontalBlankPixels: USHORT,
        pub Anonymous1: DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous1,
        pub HorizontalSyncWidth: USHORT,
        pub VerticalActiveLines: USHORT,
        pub VerticalBlankLines: USHORT,
        pub Anonymous2: DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous2,
        pub VerticalSyncWidth: USHORT,
    }

    /// A mode the port driver adds to those of a monitor.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_dxgk_targetmode_detail_timing).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_TARGETMODE_DETAIL_TIMING {
        pub VideoStandard: D3DKMDT_VIDEO_SIGNAL_STANDARD,
        pub TimingId: UINT,
        pub DetailTiming: DISPLAYID_DETAILED_TIMING_TYPE_I,
    }
}

constants! {
    /// How a monitor's ability came to be known.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_monitor_capabilities_origin).
    pub enum D3DKMDT_MONITOR_CAPABILITIES_ORIGIN: i32 {
        D3DKMDT_MCO_UNINITIALIZED = 0,
        D3DKMDT_MCO_DEFAULTMONITORPROFILE = 1,
        D3DKMDT_MCO_MONITORDESCRIPTOR = 2,
        D3DKMDT_MCO_MONITORDESCRIPTOR_REGISTRYOVERRIDE = 3,
        D3DKMDT_MCO_SPECIFICCAP_REGISTRYOVERRIDE = 4,
        D3DKMDT_MCO_DRIVER = 5,
    }

    /// What else limits a frequency range.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_monitor_frequency_range_constraint).
    pub enum D3DKMDT_MONITOR_FREQUENCY_RANGE_CONSTRAINT: i32 {
        D3DKMDT_MFRC_UNINITIALIZED = 0,
        D3DKMDT_MFRC_ACTIVESIZE = 1,
        D3DKMDT_MFRC_MAXPIXELRATE = 2,
    }

    /// The kind of a monitor descriptor.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_monitor_descriptor_type).
    pub enum D3DKMDT_MONITOR_DESCRIPTOR_TYPE: i32 {
        D3DKMDT_MDT_UNINITIALIZED = 0,
        D3DKMDT_MDT_VESA_EDID_V1_BASEBLOCK = 1,
        D3DKMDT_MDT_VESA_EDID_V1_BLOCKMAP = 2,
        D3DKMDT_MDT_OTHER = 255,
    }

    /// Whether a VidPN may be committed to a target without a monitor.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_monitor_connectivity_checks).
    pub enum D3DKMDT_MONITOR_CONNECTIVITY_CHECKS: i32 {
        D3DKMDT_MCC_UNINITIALIZED = 0,
        D3DKMDT_MCC_IGNORE = 1,
        D3DKMDT_MCC_ENFORCE = 2,
    }

    /// How a monitor is turned.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_monitor_orientation).
    pub enum D3DKMDT_MONITOR_ORIENTATION: i32 {
        D3DKMDT_MO_UNINITIALIZED = 0,
        D3DKMDT_MO_0DEG = 1,
        D3DKMDT_MO_90DEG = 2,
        D3DKMDT_MO_180DEG = 3,
        D3DKMDT_MO_270DEG = 4,
    }

    /// Where a monitor's mode stood in its descriptor.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_monitor_timing_type).
    pub enum D3DKMDT_MONITOR_TIMING_TYPE: i32 {
        D3DKMDT_MTT_UNINITIALIZED = 0,
        D3DKMDT_MTT_ESTABLISHED = 1,
        D3DKMDT_MTT_STANDARD = 2,
        D3DKMDT_MTT_EXTRASTANDARD = 3,
        D3DKMDT_MTT_DETAILED = 4,
        D3DKMDT_MTT_DEFAULTMONITORPROFILE = 5,
        D3DKMDT_MTT_DRIVER = 6,
    }

    /// The size of [`DISPLAYID_DETAILED_TIMING_TYPE_I`] in bytes.
    pub define u32 {
        DISPLAYID_DETAILED_TIMING_TYPE_I_SIZE = 20,
    }
}
