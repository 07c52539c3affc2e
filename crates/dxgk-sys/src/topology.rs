//! The topology of a VidPN: its paths, and the functions on them (`d3dkmddi.h`).

use crate::*;

/// Counts the paths.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_getnumpaths).
pub type DXGKDDI_VIDPNTOPOLOGY_GETNUMPATHS = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pNumPaths: *mut SIZE_T,
    ) -> NTSTATUS,
>;

/// Counts the paths that start at a source.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_getnumpathsfromsource).
pub type DXGKDDI_VIDPNTOPOLOGY_GETNUMPATHSFROMSOURCE = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pNumPathsFromSource: *mut SIZE_T,
    ) -> NTSTATUS,
>;

/// Names the target of a source's path, by index.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_enumpathtargetsfromsource).
pub type DXGKDDI_VIDPNTOPOLOGY_ENUMPATHTARGETSFROMSOURCE = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        VidPnPresentPathIndex: D3DKMDT_VIDPN_PRESENT_PATH_INDEX,
        pVidPnTargetId: *mut D3DDDI_VIDEO_PRESENT_TARGET_ID,
    ) -> NTSTATUS,
>;

/// Names the source of a target's path.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_getpathsourcefromtarget).
pub type DXGKDDI_VIDPNTOPOLOGY_GETPATHSOURCEFROMTARGET = Option<
    unsafe extern "system" fn(
        hVidTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pVidPnSourceId: *mut D3DDDI_VIDEO_PRESENT_SOURCE_ID,
    ) -> NTSTATUS,
>;

/// Acquires the path from a source to a target. Release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_acquirepathinfo).
pub type DXGKDDI_VIDPNTOPOLOGY_ACQUIREPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        ppVidPnPresentPathInfo: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;

/// Acquires the first path. STATUS_GRAPHICS_DATASET_IS_EMPTY is a success without a path.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_acquirefirstpathinfo).
pub type DXGKDDI_VIDPNTOPOLOGY_ACQUIREFIRSTPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        ppFirstVidPnPresentPathInfo: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;

/// Acquires the path after another. STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET is a success without a path.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_acquirenextpathinfo).
pub type DXGKDDI_VIDPNTOPOLOGY_ACQUIRENEXTPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pVidPnPresentPathInfo: *const D3DKMDT_VIDPN_PRESENT_PATH,
        ppNextVidPnPresentPathInfo: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;

/// Says what a path supports.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_updatepathsupportinfo).
pub type DXGKDDI_VIDPNTOPOLOGY_UPDATEPATHSUPPORTINFO = Option<
    unsafe extern "system" fn(
        i_hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        i_pVidPnPresentPathInfo: *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;

/// Releases a path that was acquired or created and not added.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_releasepathinfo).
pub type DXGKDDI_VIDPNTOPOLOGY_RELEASEPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pVidPnPresentPathInfo: *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;

/// Creates a path. Add or release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_createnewpathinfo).
pub type DXGKDDI_VIDPNTOPOLOGY_CREATENEWPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        ppNewVidPnPresentPathInfo: *mut *mut D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;

/// Adds a created path; success takes it over.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_addpath).
pub type DXGKDDI_VIDPNTOPOLOGY_ADDPATH = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pVidPnPresentPath: *mut D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;

/// Removes the path from a source to a target.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_removepath).
pub type DXGKDDI_VIDPNTOPOLOGY_REMOVEPATH = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    ) -> NTSTATUS,
>;

abi! {
    /// Functions on a VidPN's topology.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_vidpntopology_interface).
    pub struct DXGK_VIDPNTOPOLOGY_INTERFACE {
        pub pfnGetNumPaths: DXGKDDI_VIDPNTOPOLOGY_GETNUMPATHS,
        pub pfnGetNumPathsFromSource: DXGKDDI_VIDPNTOPOLOGY_GETNUMPATHSFROMSOURCE,
        pub pfnEnumPathTargetsFromSource: DXGKDDI_VIDPNTOPOLOGY_ENUMPATHTARGETSFROMSOURCE,
        pub pfnGetPathSourceFromTarget: DXGKDDI_VIDPNTOPOLOGY_GETPATHSOURCEFROMTARGET,
        pub pfnAcquirePathInfo: DXGKDDI_VIDPNTOPOLOGY_ACQUIREPATHINFO,
        pub pfnAcquireFirstPathInfo: DXGKDDI_VIDPNTOPOLOGY_ACQUIREFIRSTPATHINFO,
        pub pfnAcquireNextPathInfo: DXGKDDI_VIDPNTOPOLOGY_ACQUIRENEXTPATHINFO,
        pub pfnUpdatePathSupportInfo: DXGKDDI_VIDPNTOPOLOGY_UPDATEPATHSUPPORTINFO,
        pub pfnReleasePathInfo: DXGKDDI_VIDPNTOPOLOGY_RELEASEPATHINFO,
        pub pfnCreateNewPathInfo: DXGKDDI_VIDPNTOPOLOGY_CREATENEWPATHINFO,
        pub pfnAddPath: DXGKDDI_VIDPNTOPOLOGY_ADDPATH,
        pub pfnRemovePath: DXGKDDI_VIDPNTOPOLOGY_REMOVEPATH,
    }
}
