//! The VidPN interface and the source and target mode sets (`d3dkmddi.h`).

use crate::*;

/// Returns a VidPN's topology and its interface. It needs no release.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_gettopology).
pub type DXGKDDI_VIDPN_GETTOPOLOGY = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        phVidPnTopology: *mut D3DKMDT_HVIDPNTOPOLOGY,
        ppVidPnTopologyInterface: *mut *const DXGK_VIDPNTOPOLOGY_INTERFACE,
    ) -> NTSTATUS,
>;

/// Counts the modes.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_getnummodes).
pub type DXGKDDI_VIDPNSOURCEMODESET_GETNUMMODES = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pNumSourceModes: *mut SIZE_T,
    ) -> NTSTATUS,
>;

/// Acquires the first mode. STATUS_GRAPHICS_DATASET_IS_EMPTY is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_acquirefirstmodeinfo).
pub type DXGKDDI_VIDPNSOURCEMODESET_ACQUIREFIRSTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        ppFirstVidPnSourceModeInfo: *mut *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Acquires the mode after another. STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_acquirenextmodeinfo).
pub type DXGKDDI_VIDPNSOURCEMODESET_ACQUIRENEXTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pVidPnSourceModeInfo: *const D3DKMDT_VIDPN_SOURCE_MODE,
        ppNextVidPnSourceModeInfo: *mut *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Acquires the pinned mode. STATUS_GRAPHICS_MODE_NOT_PINNED is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_acquirepinnedmodeinfo).
pub type DXGKDDI_VIDPNSOURCEMODESET_ACQUIREPINNEDMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        ppPinnedVidPnSourceModeInfo: *mut *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Releases a mode that was acquired or created and not added.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_releasemodeinfo).
pub type DXGKDDI_VIDPNSOURCEMODESET_RELEASEMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pVidPnSourceModeInfo: *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Creates a mode. Add or release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_createnewmodeinfo).
pub type DXGKDDI_VIDPNSOURCEMODESET_CREATENEWMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        ppNewVidPnSourceModeInfo: *mut *mut D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Adds a created mode; success takes it over.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_addmode).
pub type DXGKDDI_VIDPNSOURCEMODESET_ADDMODE = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pVidPnSourceModeInfo: *mut D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;

/// Pins a mode of the set.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_pinmode).
pub type DXGKDDI_VIDPNSOURCEMODESET_PINMODE = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        VidPnSourceModeId: D3DKMDT_VIDEO_PRESENT_SOURCE_MODE_ID,
    ) -> NTSTATUS,
>;

/// Acquires a source's mode set. Release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_acquiresourcemodeset).
pub type DXGKDDI_VIDPN_ACQUIRESOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        phVidPnSourceModeSet: *mut D3DKMDT_HVIDPNSOURCEMODESET,
        ppVidPnSourceModeSetInterface: *mut *const DXGK_VIDPNSOURCEMODESET_INTERFACE,
    ) -> NTSTATUS,
>;

/// Releases a mode set that was acquired or created and not assigned.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_releasesourcemodeset).
pub type DXGKDDI_VIDPN_RELEASESOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
    ) -> NTSTATUS,
>;

/// Creates a mode set for a source. Assign or release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_createnewsourcemodeset).
pub type DXGKDDI_VIDPN_CREATENEWSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        phNewVidPnSourceModeSet: *mut D3DKMDT_HVIDPNSOURCEMODESET,
        ppVidPnSourceModeSetInterface: *mut *const DXGK_VIDPNSOURCEMODESET_INTERFACE,
    ) -> NTSTATUS,
>;

/// Assigns a created mode set to a source and takes it over.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_assignsourcemodeset).
pub type DXGKDDI_VIDPN_ASSIGNSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
    ) -> NTSTATUS,
>;

/// Assigns ways of multisampling to a source.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_assignmultisamplingmethodset).
pub type DXGKDDI_VIDPN_ASSIGNMULTISAMPLINGMETHODSET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        NumMethods: SIZE_T,
        pSupportedMethodSet: *const D3DDDI_MULTISAMPLINGMETHOD,
    ) -> NTSTATUS,
>;

/// Counts the modes.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_getnummodes).
pub type DXGKDDI_VIDPNTARGETMODESET_GETNUMMODES = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pNumTargetModes: *mut SIZE_T,
    ) -> NTSTATUS,
>;

/// Acquires the first mode. STATUS_GRAPHICS_DATASET_IS_EMPTY is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_acquirefirstmodeinfo).
pub type DXGKDDI_VIDPNTARGETMODESET_ACQUIREFIRSTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        ppFirstVidPnTargetModeInfo: *mut *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;

/// Acquires the mode after another. STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_acquirenextmodeinfo).
pub type DXGKDDI_VIDPNTARGETMODESET_ACQUIRENEXTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pVidPnTargetModeInfo: *const D3DKMDT_VIDPN_TARGET_MODE,
        ppNextVidPnTargetModeInfo: *mut *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;

/// Acquires the pinned mode. STATUS_GRAPHICS_MODE_NOT_PINNED is a success without a mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_acquirepinnedmodeinfo).
pub type DXGKDDI_VIDPNTARGETMODESET_ACQUIREPINNEDMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        ppPinnedVidPnTargetModeInfo: *mut *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;

/// Releases a mode that was acquired or created and not added.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_releasemodeinfo).
pub type DXGKDDI_VIDPNTARGETMODESET_RELEASEMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pVidPnTargetModeInfo: *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;

/// Creates a mode. Add or release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_createnewmodeinfo).
pub type DXGKDDI_VIDPNTARGETMODESET_CREATENEWMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        ppNewVidPnTargetModeInfo: *mut *mut D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;

/// Adds a created mode; success takes it over.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_addmode).
pub type DXGKDDI_VIDPNTARGETMODESET_ADDMODE = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pVidPnTargetModeInfo: *mut D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;

/// Pins a mode of the set.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_pinmode).
pub type DXGKDDI_VIDPNTARGETMODESET_PINMODE = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        VidPnTargetModeId: D3DKMDT_VIDEO_PRESENT_TARGET_MODE_ID,
    ) -> NTSTATUS,
>;

/// Acquires a target's mode set. Release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_acquiretargetmodeset).
pub type DXGKDDI_VIDPN_ACQUIRETARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phVidPnTargetModeSet: *mut D3DKMDT_HVIDPNTARGETMODESET,
        ppVidPnTargetModeSetInterface: *mut *const DXGK_VIDPNTARGETMODESET_INTERFACE,
    ) -> NTSTATUS,
>;

/// Releases a mode set that was acquired or created and not assigned.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_releasetargetmodeset).
pub type DXGKDDI_VIDPN_RELEASETARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
    ) -> NTSTATUS,
>;

/// Creates a mode set for a target. Assign or release it.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_createnewtargetmodeset).
pub type DXGKDDI_VIDPN_CREATENEWTARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phNewVidPnTargetModeSet: *mut D3DKMDT_HVIDPNTARGETMODESET,
        ppVidPnTargetModeSetInterace: *mut *const DXGK_VIDPNTARGETMODESET_INTERFACE,
    ) -> NTSTATUS,
>;

/// Assigns a created mode set to a target and takes it over.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_assigntargetmodeset).
pub type DXGKDDI_VIDPN_ASSIGNTARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
    ) -> NTSTATUS,
>;

abi! {
    /// Functions on a source mode set.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_vidpnsourcemodeset_interface).
    pub struct DXGK_VIDPNSOURCEMODESET_INTERFACE {
        pub pfnGetNumModes: DXGKDDI_VIDPNSOURCEMODESET_GETNUMMODES,
        pub pfnAcquireFirstModeInfo: DXGKDDI_VIDPNSOURCEMODESET_ACQUIREFIRSTMODEINFO,
        pub pfnAcquireNextModeInfo: DXGKDDI_VIDPNSOURCEMODESET_ACQUIRENEXTMODEINFO,
        pub pfnAcquirePinnedModeInfo: DXGKDDI_VIDPNSOURCEMODESET_ACQUIREPINNEDMODEINFO,
        pub pfnReleaseModeInfo: DXGKDDI_VIDPNSOURCEMODESET_RELEASEMODEINFO,
        pub pfnCreateNewModeInfo: DXGKDDI_VIDPNSOURCEMODESET_CREATENEWMODEINFO,
        pub pfnAddMode: DXGKDDI_VIDPNSOURCEMODESET_ADDMODE,
        pub pfnPinMode: DXGKDDI_VIDPNSOURCEMODESET_PINMODE,
    }

    /// Functions on a target mode set.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_vidpntargetmodeset_interface).
    pub struct DXGK_VIDPNTARGETMODESET_INTERFACE {
        pub pfnGetNumModes: DXGKDDI_VIDPNTARGETMODESET_GETNUMMODES,
        pub pfnAcquireFirstModeInfo: DXGKDDI_VIDPNTARGETMODESET_ACQUIREFIRSTMODEINFO,
        pub pfnAcquireNextModeInfo: DXGKDDI_VIDPNTARGETMODESET_ACQUIRENEXTMODEINFO,
        pub pfnAcquirePinnedModeInfo: DXGKDDI_VIDPNTARGETMODESET_ACQUIREPINNEDMODEINFO,
        pub pfnReleaseModeInfo: DXGKDDI_VIDPNTARGETMODESET_RELEASEMODEINFO,
        pub pfnCreateNewModeInfo: DXGKDDI_VIDPNTARGETMODESET_CREATENEWMODEINFO,
        pub pfnAddMode: DXGKDDI_VIDPNTARGETMODESET_ADDMODE,
        pub pfnPinMode: DXGKDDI_VIDPNTARGETMODESET_PINMODE,
    }

    /// Functions on a VidPN.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_vidpn_interface).
    pub struct DXGK_VIDPN_INTERFACE {
        pub Version: DXGK_VIDPN_INTERFACE_VERSION,
        pub pfnGetTopology: DXGKDDI_VIDPN_GETTOPOLOGY,
        pub pfnAcquireSourceModeSet: DXGKDDI_VIDPN_ACQUIRESOURCEMODESET,
        pub pfnReleaseSourceModeSet: DXGKDDI_VIDPN_RELEASESOURCEMODESET,
        pub pfnCreateNewSourceModeSet: DXGKDDI_VIDPN_CREATENEWSOURCEMODESET,
        pub pfnAssignSourceModeSet: DXGKDDI_VIDPN_ASSIGNSOURCEMODESET,
        pub pfnAssignMultisamplingMethodSet: DXGKDDI_VIDPN_ASSIGNMULTISAMPLINGMETHODSET,
        pub pfnAcquireTargetModeSet: DXGKDDI_VIDPN_ACQUIRETARGETMODESET,
        pub pfnReleaseTargetModeSet: DXGKDDI_VIDPN_RELEASETARGETMODESET,
        pub pfnCreateNewTargetModeSet: DXGKDDI_VIDPN_CREATENEWTARGETMODESET,
        pub pfnAssignTargetModeSet: DXGKDDI_VIDPN_ASSIGNTARGETMODESET,
    }
}

constants! {
    /// Versions of [`DXGK_VIDPN_INTERFACE`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_vidpn_interface_version).
    pub enum DXGK_VIDPN_INTERFACE_VERSION: i32 {
        DXGK_VIDPN_INTERFACE_VERSION_UNINITIALIZED = 0,
        DXGK_VIDPN_INTERFACE_VERSION_V1 = 1,
    }
}
