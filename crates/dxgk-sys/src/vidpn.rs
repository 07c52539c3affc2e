//! The VidPN interfaces: topology, source and target mode sets (`d3dkmddi.h`).
#![allow(missing_docs)]
use crate::*;
pub type DXGKDDI_VIDPNTOPOLOGY_GETNUMPATHS = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pNumPaths: *mut SIZE_T,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_GETNUMPATHSFROMSOURCE = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pNumPathsFromSource: *mut SIZE_T,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_ENUMPATHTARGETSFROMSOURCE = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        VidPnPresentPathIndex: D3DKMDT_VIDPN_PRESENT_PATH_INDEX,
        pVidPnTargetId: *mut D3DDDI_VIDEO_PRESENT_TARGET_ID,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_GETPATHSOURCEFROMTARGET = Option<
    unsafe extern "system" fn(
        hVidTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pVidPnSourceId: *mut D3DDDI_VIDEO_PRESENT_SOURCE_ID,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_ACQUIREPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        ppVidPnPresentPathInfo: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_ACQUIREFIRSTPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        ppFirstVidPnPresentPathInfo: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_ACQUIRENEXTPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pVidPnPresentPathInfo: *const D3DKMDT_VIDPN_PRESENT_PATH,
        ppNextVidPnPresentPathInfo: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_UPDATEPATHSUPPORTINFO = Option<
    unsafe extern "system" fn(
        i_hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        i_pVidPnPresentPathInfo: *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_RELEASEPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pVidPnPresentPathInfo: *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_CREATENEWPATHINFO = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        ppNewVidPnPresentPathInfo: *mut *mut D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_ADDPATH = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        pVidPnPresentPath: *mut D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTOPOLOGY_REMOVEPATH = Option<
    unsafe extern "system" fn(
        hVidPnTopology: D3DKMDT_HVIDPNTOPOLOGY,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_GETTOPOLOGY = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        phVidPnTopology: *mut D3DKMDT_HVIDPNTOPOLOGY,
        ppVidPnTopologyInterface: *mut *const DXGK_VIDPNTOPOLOGY_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_GETNUMMODES = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pNumSourceModes: *mut SIZE_T,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_ACQUIREFIRSTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        ppFirstVidPnSourceModeInfo: *mut *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_ACQUIRENEXTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pVidPnSourceModeInfo: *const D3DKMDT_VIDPN_SOURCE_MODE,
        ppNextVidPnSourceModeInfo: *mut *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_ACQUIREPINNEDMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        ppPinnedVidPnSourceModeInfo: *mut *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_RELEASEMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pVidPnSourceModeInfo: *const D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_CREATENEWMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        ppNewVidPnSourceModeInfo: *mut *mut D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_ADDMODE = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        pVidPnSourceModeInfo: *mut D3DKMDT_VIDPN_SOURCE_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNSOURCEMODESET_PINMODE = Option<
    unsafe extern "system" fn(
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
        VidPnSourceModeId: D3DKMDT_VIDEO_PRESENT_SOURCE_MODE_ID,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_ACQUIRESOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        phVidPnSourceModeSet: *mut D3DKMDT_HVIDPNSOURCEMODESET,
        ppVidPnSourceModeSetInterface: *mut *const DXGK_VIDPNSOURCEMODESET_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_RELEASESOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_CREATENEWSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        phNewVidPnSourceModeSet: *mut D3DKMDT_HVIDPNSOURCEMODESET,
        ppVidPnSourceModeSetInterface: *mut *const DXGK_VIDPNSOURCEMODESET_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_ASSIGNSOURCEMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        hVidPnSourceModeSet: D3DKMDT_HVIDPNSOURCEMODESET,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_ASSIGNMULTISAMPLINGMETHODSET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        NumMethods: SIZE_T,
        pSupportedMethodSet: *const D3DDDI_MULTISAMPLINGMETHOD,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_GETNUMMODES = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pNumTargetModes: *mut SIZE_T,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_ACQUIREFIRSTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        ppFirstVidPnTargetModeInfo: *mut *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_ACQUIRENEXTMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pVidPnTargetModeInfo: *const D3DKMDT_VIDPN_TARGET_MODE,
        ppNextVidPnTargetModeInfo: *mut *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_ACQUIREPINNEDMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        ppPinnedVidPnTargetModeInfo: *mut *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_RELEASEMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pVidPnTargetModeInfo: *const D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_CREATENEWMODEINFO = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        ppNewVidPnTargetModeInfo: *mut *mut D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_ADDMODE = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        pVidPnTargetModeInfo: *mut D3DKMDT_VIDPN_TARGET_MODE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPNTARGETMODESET_PINMODE = Option<
    unsafe extern "system" fn(
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
        VidPnTargetModeId: D3DKMDT_VIDEO_PRESENT_TARGET_MODE_ID,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_ACQUIRETARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phVidPnTargetModeSet: *mut D3DKMDT_HVIDPNTARGETMODESET,
        ppVidPnTargetModeSetInterface: *mut *const DXGK_VIDPNTARGETMODESET_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_RELEASETARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_CREATENEWTARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        phNewVidPnTargetModeSet: *mut D3DKMDT_HVIDPNTARGETMODESET,
        ppVidPnTargetModeSetInterace: *mut *const DXGK_VIDPNTARGETMODESET_INTERFACE,
    ) -> NTSTATUS,
>;
pub type DXGKDDI_VIDPN_ASSIGNTARGETMODESET = Option<
    unsafe extern "system" fn(
        hVidPn: D3DKMDT_HVIDPN,
        VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        hVidPnTargetModeSet: D3DKMDT_HVIDPNTARGETMODESET,
    ) -> NTSTATUS,
>;

abi! {
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
    pub enum DXGK_VIDPN_INTERFACE_VERSION: i32 {
        DXGK_VIDPN_INTERFACE_VERSION_UNINITIALIZED = 0,
        DXGK_VIDPN_INTERFACE_VERSION_V1 = 1,
    }
}
