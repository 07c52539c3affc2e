//! Monitors: descriptors, frequency ranges, source modes and the interfaces that list them.
#![allow(missing_docs)]
use crate::*;
pub type D3DKMDT_HMONITORSOURCEMODESET = *mut D3DKMDT_HMONITORSOURCEMODESET__;
pub type DXGKDDI_MONITORSOURCEMODESET_GETNUMMODES = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pNumMonitorSourceModes: *mut SIZE_T,
    ) -> NTSTATUS,
>;
pub type D3DKMDT_MONITOR_SOURCE_MODE_ID = UINT;
pub type DXGKDDI_MONITORSOURCEMODESET_ACQUIREPREFERREDMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        ppFirstMonitorSourceModeInfo: *mut *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORSOURCEMODESET_ACQUIREFIRSTMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        ppFirstMonitorSourceModeInfo: *mut *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORSOURCEMODESET_ACQUIRENEXTMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pMonitorSourceModeInfo: *const D3DKMDT_MONITOR_SOURCE_MODE,
        ppNextMonitorSourceModeInfo: *mut *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORSOURCEMODESET_CREATENEWMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        ppNewMonitorSourceModeInfo: *mut *mut D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORSOURCEMODESET_ADDMODE = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pMonitorSourceModeInfo: *mut D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORSOURCEMODESET_RELEASEMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pMonitorSourceModeInfo: *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITOR_ACQUIREMONITORSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phMonitorSourceModeSet: *mut D3DKMDT_HMONITORSOURCEMODESET,
        ppMonitorSourceModeSetInterface: *mut *const DXGK_MONITORSOURCEMODESET_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITOR_RELEASEMONITORSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
    ) -> NTSTATUS,
>;
pub type D3DKMDT_HMONITORFREQUENCYRANGESET = *mut D3DKMDT_HMONITORFREQUENCYRANGESET__;
pub type DXGKDDI_MONITORFREQUENCYRANGESET_GETNUMFREQUENCYRANGES = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        pNumMonitorFrequencyRanges: *mut SIZE_T,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIREFIRSTFREQUENCYRANGEINFO = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        ppFirstMonitorFrequencyRangeInfo: *mut *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIRENEXTFREQUENCYRANGEINFO = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        pMonitorFrequencyRangeInfo: *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
        ppNextMonitorFrequencyRangeInfo: *mut *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORFREQUENCYRANGESET_RELEASEFREQUENCYRANGEINFO = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        pMonitorFrequencyRangeInfo: *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITOR_GETMONITORFREQUENCYRANGESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phMonitorFrequencyRangeSet: *mut D3DKMDT_HMONITORFREQUENCYRANGESET,
        ppMonitorFrequencyRangeSetInterface: *mut *const DXGK_MONITORFREQUENCYRANGESET_INTERFACE,
    ) -> NTSTATUS,
>;
pub type D3DKMDT_HMONITORDESCRIPTORSET = *mut D3DKMDT_HMONITORDESCRIPTORSET__;
pub type DXGKDDI_MONITORDESCRIPTORSET_GETNUMDESCRIPTORS = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        pNumMonitorDescriptors: *mut SIZE_T,
    ) -> NTSTATUS,
>;
pub type D3DKMDT_MONITOR_DESCRIPTOR_ID = UINT;
pub type DXGKDDI_MONITORDESCRIPTORSET_ACQUIREFIRSTDESCRIPTORINFO = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        ppFirstMonitorDescriptorInfo: *mut *const D3DKMDT_MONITOR_DESCRIPTOR,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORDESCRIPTORSET_ACQUIRENEXTDESCRIPTORINFO = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        pMonitorDescriptorInfo: *const D3DKMDT_MONITOR_DESCRIPTOR,
        ppNextMonitorDescriptorInfo: *mut *const D3DKMDT_MONITOR_DESCRIPTOR,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITORDESCRIPTORSET_RELEASEDESCRIPTORINFO = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        pMonitorDescriptorInfo: *const D3DKMDT_MONITOR_DESCRIPTOR,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITOR_GETMONITORDESCRIPTORSET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phMonitorDescriptorSet: *mut D3DKMDT_HMONITORDESCRIPTORSET,
        ppMonitorDescriptorSetInterface: *mut *const DXGK_MONITORDESCRIPTORSET_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITOR_GETADDITIONALMONITORMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pNumberModes: *mut UINT,
        ppAdditionalModesSet: *mut *mut DXGK_TARGETMODE_DETAIL_TIMING,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_MONITOR_RELEASEADDITIONALMONITORMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pAdditionalModesSet: *const DXGK_TARGETMODE_DETAIL_TIMING,
    ) -> NTSTATUS,
>;

abi! {
    pub opaque D3DKMDT_HMONITORSOURCEMODESET__ {}

    pub struct D3DKMDT_MONITOR_SOURCE_MODE {
        pub Id: D3DKMDT_MONITOR_SOURCE_MODE_ID,
        pub VideoSignalInfo: D3DKMDT_VIDEO_SIGNAL_INFO,
        pub ColorBasis: D3DKMDT_COLOR_BASIS,
        pub ColorCoeffDynamicRanges: D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES,
        pub Origin: D3DKMDT_MONITOR_CAPABILITIES_ORIGIN,
        pub Preference: D3DKMDT_MODE_PREFERENCE,
    }

    pub struct DXGK_MONITORSOURCEMODESET_INTERFACE {
        pub pfnGetNumModes: DXGKDDI_MONITORSOURCEMODESET_GETNUMMODES,
        pub pfnAcquirePreferredModeInfo: DXGKDDI_MONITORSOURCEMODESET_ACQUIREPREFERREDMODEINFO,
        pub pfnAcquireFirstModeInfo: DXGKDDI_MONITORSOURCEMODESET_ACQUIREFIRSTMODEINFO,
        pub pfnAcquireNextModeInfo: DXGKDDI_MONITORSOURCEMODESET_ACQUIRENEXTMODEINFO,
        pub pfnCreateNewModeInfo: DXGKDDI_MONITORSOURCEMODESET_CREATENEWMODEINFO,
        pub pfnAddMode: DXGKDDI_MONITORSOURCEMODESET_ADDMODE,
        pub pfnReleaseModeInfo: DXGKDDI_MONITORSOURCEMODESET_RELEASEMODEINFO,
    }

    pub opaque D3DKMDT_HMONITORFREQUENCYRANGESET__ {}

    pub union D3DKMDT_MONITOR_FREQUENCY_RANGE_Constraint {
        pub ActiveSize: D3DKMDT_2DREGION,
        pub MaxPixelRate: SIZE_T,
    }

    pub struct D3DKMDT_MONITOR_FREQUENCY_RANGE {
        pub Origin: D3DKMDT_MONITOR_CAPABILITIES_ORIGIN,
        pub RangeLimits: D3DKMDT_FREQUENCY_RANGE,
        pub ConstraintType: D3DKMDT_MONITOR_FREQUENCY_RANGE_CONSTRAINT,
        pub Constraint: D3DKMDT_MONITOR_FREQUENCY_RANGE_Constraint,
    }

    pub struct DXGK_MONITORFREQUENCYRANGESET_INTERFACE {
        pub pfnGetNumFrequencyRanges: DXGKDDI_MONITORFREQUENCYRANGESET_GETNUMFREQUENCYRANGES,
        pub pfnAcquireFirstFrequencyRangeInfo: DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIREFIRSTFREQUENCYRANGEINFO,
        pub pfnAcquireNextFrequencyRangeInfo: DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIRENEXTFREQUENCYRANGEINFO,
        pub pfnReleaseFrequencyRangeInfo: DXGKDDI_MONITORFREQUENCYRANGESET_RELEASEFREQUENCYRANGEINFO,
    }

    pub opaque D3DKMDT_HMONITORDESCRIPTORSET__ {}

    pub struct D3DKMDT_MONITOR_DESCRIPTOR {
        pub Id: D3DKMDT_MONITOR_DESCRIPTOR_ID,
        pub Type: D3DKMDT_MONITOR_DESCRIPTOR_TYPE,
        pub DataSize: SIZE_T,
        pub pData: *mut c_void,
        pub Origin: D3DKMDT_MONITOR_CAPABILITIES_ORIGIN,
    }

    pub struct DXGK_MONITORDESCRIPTORSET_INTERFACE {
        pub pfnGetNumDescriptors: DXGKDDI_MONITORDESCRIPTORSET_GETNUMDESCRIPTORS,
        pub pfnAcquireFirstDescriptorInfo: DXGKDDI_MONITORDESCRIPTORSET_ACQUIREFIRSTDESCRIPTORINFO,
        pub pfnAcquireNextDescriptorInfo: DXGKDDI_MONITORDESCRIPTORSET_ACQUIRENEXTDESCRIPTORINFO,
        pub pfnReleaseDescriptorInfo: DXGKDDI_MONITORDESCRIPTORSET_RELEASEDESCRIPTORINFO,
    }

    pub struct DXGK_MONITOR_INTERFACE {
        pub Version: DXGK_MONITOR_INTERFACE_VERSION,
        pub pfnAcquireMonitorSourceModeSet: DXGKDDI_MONITOR_ACQUIREMONITORSOURCEMODESET,
        pub pfnReleaseMonitorSourceModeSet: DXGKDDI_MONITOR_RELEASEMONITORSOURCEMODESET,
        pub pfnGetMonitorFrequencyRangeSet: DXGKDDI_MONITOR_GETMONITORFREQUENCYRANGESET,
        pub pfnGetMonitorDescriptorSet: DXGKDDI_MONITOR_GETMONITORDESCRIPTORSET,
    }

    pub bits(UINT) DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous {
        PixelClock: 0..=23,
        AspectRatio: 24..=26,
        Reserved: 27,
        ScanningType: 28,
        StereoMode: 29..=30,
        PreferredTiming: 31,
    }

    pub bits(USHORT) DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous1 {
        HorizontalFrontPorch: 0..=14,
        HorizontalSyncPolarity: 15,
    }

    pub bits(USHORT) DISPLAYID_DETAILED_TIMING_TYPE_I_Anonymous2 {
        VerticalFrontPorch: 0..=14,
        VerticalSyncPolarity: 15,
    }

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

    pub struct DXGK_TARGETMODE_DETAIL_TIMING {
        pub VideoStandard: D3DKMDT_VIDEO_SIGNAL_STANDARD,
        pub TimingId: UINT,
        pub DetailTiming: DISPLAYID_DETAILED_TIMING_TYPE_I,
    }

    pub struct DXGK_MONITOR_INTERFACE_V2 {
        pub Version: DXGK_MONITOR_INTERFACE_VERSION,
        pub pfnAcquireMonitorSourceModeSet: DXGKDDI_MONITOR_ACQUIREMONITORSOURCEMODESET,
        pub pfnReleaseMonitorSourceModeSet: DXGKDDI_MONITOR_RELEASEMONITORSOURCEMODESET,
        pub pfnGetMonitorFrequencyRangeSet: DXGKDDI_MONITOR_GETMONITORFREQUENCYRANGESET,
        pub pfnGetMonitorDescriptorSet: DXGKDDI_MONITOR_GETMONITORDESCRIPTORSET,
        pub pfnGetAdditionalMonitorModeSet: DXGKDDI_MONITOR_GETADDITIONALMONITORMODESET,
        pub pfnReleaseAdditionalMonitorModeSet: DXGKDDI_MONITOR_RELEASEADDITIONALMONITORMODESET,
    }
}

constants! {
    pub enum DXGK_MONITOR_INTERFACE_VERSION: i32 {
        DXGK_MONITOR_INTERFACE_VERSION_UNINITIALIZED = 0,
        DXGK_MONITOR_INTERFACE_VERSION_V1 = 1,
        DXGK_MONITOR_INTERFACE_VERSION_V2 = 2,
    }

    pub enum D3DKMDT_MONITOR_CAPABILITIES_ORIGIN: i32 {
        D3DKMDT_MCO_UNINITIALIZED = 0,
        D3DKMDT_MCO_DEFAULTMONITORPROFILE = 1,
        D3DKMDT_MCO_MONITORDESCRIPTOR = 2,
        D3DKMDT_MCO_MONITORDESCRIPTOR_REGISTRYOVERRIDE = 3,
        D3DKMDT_MCO_SPECIFICCAP_REGISTRYOVERRIDE = 4,
        D3DKMDT_MCO_DRIVER = 5,
    }

    pub enum D3DKMDT_MONITOR_FREQUENCY_RANGE_CONSTRAINT: i32 {
        D3DKMDT_MFRC_UNINITIALIZED = 0,
        D3DKMDT_MFRC_ACTIVESIZE = 1,
        D3DKMDT_MFRC_MAXPIXELRATE = 2,
    }

    pub enum D3DKMDT_MONITOR_DESCRIPTOR_TYPE: i32 {
        D3DKMDT_MDT_UNINITIALIZED = 0,
        D3DKMDT_MDT_VESA_EDID_V1_BASEBLOCK = 1,
        D3DKMDT_MDT_VESA_EDID_V1_BLOCKMAP = 2,
        D3DKMDT_MDT_OTHER = 255,
    }

    pub enum D3DKMDT_MONITOR_CONNECTIVITY_CHECKS: i32 {
        D3DKMDT_MCC_UNINITIALIZED = 0,
        D3DKMDT_MCC_IGNORE = 1,
        D3DKMDT_MCC_ENFORCE = 2,
    }

    pub enum D3DKMDT_MONITOR_ORIENTATION: i32 {
        D3DKMDT_MO_UNINITIALIZED = 0,
        D3DKMDT_MO_0DEG = 1,
        D3DKMDT_MO_90DEG = 2,
        D3DKMDT_MO_180DEG = 3,
        D3DKMDT_MO_270DEG = 4,
    }

    pub define u32 {
        DISPLAYID_DETAILED_TIMING_TYPE_I_SIZE = 20,
    }
}
