//! The functions that list what is known about monitors (`d3dkmddi.h`).

use crate::*;

/// Counts the modes.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorsourcemodeset_getnummodes).
pub type DXGKDDI_MONITORSOURCEMODESET_GETNUMMODES = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pNumMonitorSourceModes: *mut SIZE_T,
    ) -> NTSTATUS,
>;

/// Acquires the preferred mode. STATUS_GRAPHICS_NO_PREFERRED_MODE is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorsourcemodeset_acquirepreferredmodeinfo).
pub type DXGKDDI_MONITORSOURCEMODESET_ACQUIREPREFERREDMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        ppFirstMonitorSourceModeInfo: *mut *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Acquires the first mode. STATUS_GRAPHICS_DATASET_IS_EMPTY is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorsourcemodeset_acquirefirstmodeinfo).
pub type DXGKDDI_MONITORSOURCEMODESET_ACQUIREFIRSTMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        ppFirstMonitorSourceModeInfo: *mut *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Acquires the mode after another. STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorsourcemodeset_acquirenextmodeinfo).
pub type DXGKDDI_MONITORSOURCEMODESET_ACQUIRENEXTMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pMonitorSourceModeInfo: *const D3DKMDT_MONITOR_SOURCE_MODE,
        ppNextMonitorSourceModeInfo: *mut *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Creates a mode. Add or release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorsourcemodeset_createnewmodeinfo).
pub type DXGKDDI_MONITORSOURCEMODESET_CREATENEWMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        ppNewMonitorSourceModeInfo: *mut *mut D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Adds a created mode; success takes it over.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorsourcemodeset_addmode).
pub type DXGKDDI_MONITORSOURCEMODESET_ADDMODE = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pMonitorSourceModeInfo: *mut D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Releases a mode that was acquired or created and not added.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorsourcemodeset_releasemodeinfo).
pub type DXGKDDI_MONITORSOURCEMODESET_RELEASEMODEINFO = Option<
    unsafe extern "system" fn(
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pMonitorSourceModeInfo: *const D3DKMDT_MONITOR_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Acquires the mode set of the monitor at a target. Release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitor_acquiremonitorsourcemodeset).
pub type DXGKDDI_MONITOR_ACQUIREMONITORSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phMonitorSourceModeSet: *mut D3DKMDT_HMONITORSOURCEMODESET,
        ppMonitorSourceModeSetInterface: *mut *const DXGK_MONITORSOURCEMODESET_INTERFACE,
    ) -> NTSTATUS,
>;

/// Releases a monitor's mode set.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitor_releasemonitorsourcemodeset).
pub type DXGKDDI_MONITOR_RELEASEMONITORSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
    ) -> NTSTATUS,
>;

/// Counts the ranges.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorfrequencyrangeset_getnumfrequencyranges).
pub type DXGKDDI_MONITORFREQUENCYRANGESET_GETNUMFREQUENCYRANGES = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        pNumMonitorFrequencyRanges: *mut SIZE_T,
    ) -> NTSTATUS,
>;

/// Acquires the first range. STATUS_GRAPHICS_DATASET_IS_EMPTY is a success without a range.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorfrequencyrangeset_acquirefirstfrequencyrangeinfo).
pub type DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIREFIRSTFREQUENCYRANGEINFO = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        ppFirstMonitorFrequencyRangeInfo: *mut *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
    ) -> NTSTATUS,
>;

/// Acquires the range after another. STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET is a success without a range.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorfrequencyrangeset_acquirenextfrequencyrangeinfo).
pub type DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIRENEXTFREQUENCYRANGEINFO = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        pMonitorFrequencyRangeInfo: *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
        ppNextMonitorFrequencyRangeInfo: *mut *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
    ) -> NTSTATUS,
>;

/// Releases a range.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitorfrequencyrangeset_releasefrequencyrangeinfo).
pub type DXGKDDI_MONITORFREQUENCYRANGESET_RELEASEFREQUENCYRANGEINFO = Option<
    unsafe extern "system" fn(
        hMonitorFrequencyRangeSet: D3DKMDT_HMONITORFREQUENCYRANGESET,
        pMonitorFrequencyRangeInfo: *const D3DKMDT_MONITOR_FREQUENCY_RANGE,
    ) -> NTSTATUS,
>;

/// Returns the frequency ranges of the monitor at a target. There is nothing to release them with.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitor_getmonitorfrequencyrangeset).
pub type DXGKDDI_MONITOR_GETMONITORFREQUENCYRANGESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phMonitorFrequencyRangeSet: *mut D3DKMDT_HMONITORFREQUENCYRANGESET,
        ppMonitorFrequencyRangeSetInterface: *mut *const DXGK_MONITORFREQUENCYRANGESET_INTERFACE,
    ) -> NTSTATUS,
>;

/// Counts the descriptors.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitordescriptorset_getnumdescriptors).
pub type DXGKDDI_MONITORDESCRIPTORSET_GETNUMDESCRIPTORS = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        pNumMonitorDescriptors: *mut SIZE_T,
    ) -> NTSTATUS,
>;

/// Acquires the first descriptor. STATUS_GRAPHICS_DATASET_IS_EMPTY is a success without a descriptor.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitordescriptorset_acquirefirstdescriptorinfo).
pub type DXGKDDI_MONITORDESCRIPTORSET_ACQUIREFIRSTDESCRIPTORINFO = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        ppFirstMonitorDescriptorInfo: *mut *const D3DKMDT_MONITOR_DESCRIPTOR,
    ) -> NTSTATUS,
>;

/// Acquires the descriptor after another. STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET is a success without a descriptor.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitordescriptorset_acquirenextdescriptorinfo).
pub type DXGKDDI_MONITORDESCRIPTORSET_ACQUIRENEXTDESCRIPTORINFO = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        pMonitorDescriptorInfo: *const D3DKMDT_MONITOR_DESCRIPTOR,
        ppNextMonitorDescriptorInfo: *mut *const D3DKMDT_MONITOR_DESCRIPTOR,
    ) -> NTSTATUS,
>;

/// Releases a descriptor.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitordescriptorset_releasedescriptorinfo).
pub type DXGKDDI_MONITORDESCRIPTORSET_RELEASEDESCRIPTORINFO = Option<
    unsafe extern "system" fn(
        hMonitorDescriptorSet: D3DKMDT_HMONITORDESCRIPTORSET,
        pMonitorDescriptorInfo: *const D3DKMDT_MONITOR_DESCRIPTOR,
    ) -> NTSTATUS,
>;

/// Returns the descriptors of the monitor at a target. There is nothing to release them with.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitor_getmonitordescriptorset).
pub type DXGKDDI_MONITOR_GETMONITORDESCRIPTORSET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phMonitorDescriptorSet: *mut D3DKMDT_HMONITORDESCRIPTORSET,
        ppMonitorDescriptorSetInterface: *mut *const DXGK_MONITORDESCRIPTORSET_INTERFACE,
    ) -> NTSTATUS,
>;

/// Returns modes to add to those of the monitor at a target. Release them.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitor_getadditionalmonitormodeset).
pub type DXGKDDI_MONITOR_GETADDITIONALMONITORMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pNumberModes: *mut UINT,
        ppAdditionalModesSet: *mut *mut DXGK_TARGETMODE_DETAIL_TIMING,
    ) -> NTSTATUS,
>;

/// Releases the added modes.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_monitor_releaseadditionalmonitormodeset).
pub type DXGKDDI_MONITOR_RELEASEADDITIONALMONITORMODESET = Option<
    unsafe extern "system" fn(
        hAdapter: D3DKMDT_ADAPTER,
        VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pAdditionalModesSet: *const DXGK_TARGETMODE_DETAIL_TIMING,
    ) -> NTSTATUS,
>;

abi! {
    /// Functions on a monitor source mode set.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_monitorsourcemodeset_interface).
    pub struct DXGK_MONITORSOURCEMODESET_INTERFACE {
        pub pfnGetNumModes: DXGKDDI_MONITORSOURCEMODESET_GETNUMMODES,
        pub pfnAcquirePreferredModeInfo: DXGKDDI_MONITORSOURCEMODESET_ACQUIREPREFERREDMODEINFO,
        pub pfnAcquireFirstModeInfo: DXGKDDI_MONITORSOURCEMODESET_ACQUIREFIRSTMODEINFO,
        pub pfnAcquireNextModeInfo: DXGKDDI_MONITORSOURCEMODESET_ACQUIRENEXTMODEINFO,
        pub pfnCreateNewModeInfo: DXGKDDI_MONITORSOURCEMODESET_CREATENEWMODEINFO,
        pub pfnAddMode: DXGKDDI_MONITORSOURCEMODESET_ADDMODE,
        pub pfnReleaseModeInfo: DXGKDDI_MONITORSOURCEMODESET_RELEASEMODEINFO,
    }

    /// Functions on a monitor's frequency ranges.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_monitorfrequencyrangeset_interface).
    pub struct DXGK_MONITORFREQUENCYRANGESET_INTERFACE {
        pub pfnGetNumFrequencyRanges: DXGKDDI_MONITORFREQUENCYRANGESET_GETNUMFREQUENCYRANGES,
        pub pfnAcquireFirstFrequencyRangeInfo: DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIREFIRSTFREQUENCYRANGEINFO,
        pub pfnAcquireNextFrequencyRangeInfo: DXGKDDI_MONITORFREQUENCYRANGESET_ACQUIRENEXTFREQUENCYRANGEINFO,
        pub pfnReleaseFrequencyRangeInfo: DXGKDDI_MONITORFREQUENCYRANGESET_RELEASEFREQUENCYRANGEINFO,
    }

    /// Functions on a monitor's descriptors.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_monitordescriptorset_interface).
    pub struct DXGK_MONITORDESCRIPTORSET_INTERFACE {
        pub pfnGetNumDescriptors: DXGKDDI_MONITORDESCRIPTORSET_GETNUMDESCRIPTORS,
        pub pfnAcquireFirstDescriptorInfo: DXGKDDI_MONITORDESCRIPTORSET_ACQUIREFIRSTDESCRIPTORINFO,
        pub pfnAcquireNextDescriptorInfo: DXGKDDI_MONITORDESCRIPTORSET_ACQUIRENEXTDESCRIPTORINFO,
        pub pfnReleaseDescriptorInfo: DXGKDDI_MONITORDESCRIPTORSET_RELEASEDESCRIPTORINFO,
    }

    /// Functions on the monitors of an adapter.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_monitor_interface).
    pub struct DXGK_MONITOR_INTERFACE {
        pub Version: DXGK_MONITOR_INTERFACE_VERSION,
        pub pfnAcquireMonitorSourceModeSet: DXGKDDI_MONITOR_ACQUIREMONITORSOURCEMODESET,
        pub pfnReleaseMonitorSourceModeSet: DXGKDDI_MONITOR_RELEASEMONITORSOURCEMODESET,
        pub pfnGetMonitorFrequencyRangeSet: DXGKDDI_MONITOR_GETMONITORFREQUENCYRANGESET,
        pub pfnGetMonitorDescriptorSet: DXGKDDI_MONITOR_GETMONITORDESCRIPTORSET,
    }

    /// [`DXGK_MONITOR_INTERFACE`] with the modes that the port driver adds.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_monitor_interface_v2).
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
    /// Versions of [`DXGK_MONITOR_INTERFACE`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_monitor_interface_version).
    pub enum DXGK_MONITOR_INTERFACE_VERSION: i32 {
        DXGK_MONITOR_INTERFACE_VERSION_UNINITIALIZED = 0,
        DXGK_MONITOR_INTERFACE_VERSION_V1 = 1,
        DXGK_MONITOR_INTERFACE_VERSION_V2 = 2,
    }
}
