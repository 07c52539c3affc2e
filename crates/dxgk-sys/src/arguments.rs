//! Arguments of the display-only DDIs (`DXGKARG_*`, `d3dkmddi.h`).
#![allow(missing_docs)]
use crate::*;

abi! {
    pub bits(UINT) DXGK_SETPOINTERPOSITIONFLAGS {
        Visible: 0,
        Procedural: 1,
        Reserved: 2..=31,
    }

    pub struct DXGKARG_SETPOINTERPOSITION {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub X: INT,
        pub Y: INT,
        pub Flags: DXGK_SETPOINTERPOSITIONFLAGS,
    }

    pub bits(UINT) DXGK_POINTERFLAGS {
        Monochrome: 0,
        Color: 1,
        MaskedColor: 2,
        Reserved: 3..=31,
    }

    pub struct DXGKARG_SETPOINTERSHAPE {
        pub Flags: DXGK_POINTERFLAGS,
        pub Width: UINT,
        pub Height: UINT,
        pub Pitch: UINT,
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub pPixels: *const c_void,
        pub XHot: UINT,
        pub YHot: UINT,
    }

    pub struct DXGKARG_ESCAPE {
        pub hDevice: HANDLE,
        pub Flags: D3DDDI_ESCAPEFLAGS,
        pub pPrivateDriverData: *mut c_void,
        pub PrivateDriverDataSize: UINT,
        pub hContext: HANDLE,
    }

    pub struct DXGKARG_COLLECTDBGINFO_EXT {
        pub BucketingKey: UINT,
        pub CurrentDmaBufferOffset: UINT,
        pub Reserved2: UINT,
        pub Reserved3: UINT,
        pub Reserved4: UINT,
        pub Reserved5: UINT,
        pub Reserved6: UINT,
        pub Reserved7: UINT,
    }

    pub struct DXGKARG_COLLECTDBGINFO {
        pub Reason: UINT,
        pub pBuffer: *mut c_void,
        pub BufferSize: SIZE_T,
        pub pExtension: *mut DXGKARG_COLLECTDBGINFO_EXT,
    }

    pub struct DXGKARG_ISSUPPORTEDVIDPN {
        pub hDesiredVidPn: D3DKMDT_HVIDPN,
        pub IsVidPnSupported: BOOLEAN,
    }

    pub struct DXGKARG_RECOMMENDFUNCTIONALVIDPN {
        pub NumberOfVidPnTargets: UINT,
        pub pVidPnTargetPrioritizationVector: *const D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub hRecommendedFunctionalVidPn: D3DKMDT_HVIDPN,
        pub RequestReason: DXGK_RECOMMENDFUNCTIONALVIDPN_REASON,
        pub pPrivateDriverData: *mut c_void,
        pub PrivateDriverDataSize: UINT,
    }

    pub struct DXGK_ENUM_PIVOT {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    }

    pub struct DXGKARG_ENUMVIDPNCOFUNCMODALITY {
        pub hConstrainingVidPn: D3DKMDT_HVIDPN,
        pub EnumPivotType: D3DKMDT_ENUMCOFUNCMODALITY_PIVOT_TYPE,
        pub EnumPivot: DXGK_ENUM_PIVOT,
    }

    pub struct DXGKARG_SETVIDPNSOURCEVISIBILITY {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub Visible: BOOLEAN,
    }

    pub bits(UINT) DXGKARG_COMMITVIDPN_FLAGS {
        PathPowerTransition: 0,
        PathPoweredOff: 1,
        Reserved: 2..=31,
    }

    pub struct DXGKARG_COMMITVIDPN {
        pub hFunctionalVidPn: D3DKMDT_HVIDPN,
        pub AffectedVidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub MonitorConnectivityChecks: D3DKMDT_MONITOR_CONNECTIVITY_CHECKS,
        pub hPrimaryAllocation: HANDLE,
        pub Flags: DXGKARG_COMMITVIDPN_FLAGS,
    }

    pub struct DXGKARG_UPDATEACTIVEVIDPNPRESENTPATH {
        pub VidPnPresentPathInfo: D3DKMDT_VIDPN_PRESENT_PATH,
    }

    pub struct DXGKARG_RECOMMENDMONITORMODES {
        pub VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pub pMonitorSourceModeSetInterface: *const DXGK_MONITORSOURCEMODESET_INTERFACE,
    }

    pub struct DXGKARG_GETSCANLINE {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub InVerticalBlank: BOOLEAN,
        pub ScanLine: UINT,
    }

    pub struct DXGKARG_QUERYVIDPNHWCAPABILITY {
        pub hFunctionalVidPn: D3DKMDT_HVIDPN,
        pub SourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub TargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub VidPnHWCaps: D3DKMDT_VIDPN_HW_CAPABILITY,
    }

    pub bits(UINT) D3DKMT_PRESENT_DISPLAY_ONLY_FLAGS {
        Rotate: 0,
        Reserved: 1..=31,
    }

    pub struct DXGKARG_PRESENT_DISPLAYONLY {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub pSource: *mut c_void,
        pub BytesPerPixel: ULONG,
        pub Pitch: LONG,
        pub Flags: D3DKMT_PRESENT_DISPLAY_ONLY_FLAGS,
        pub NumMoves: ULONG,
        pub pMoves: *mut D3DKMT_MOVE_RECT,
        pub NumDirtyRects: ULONG,
        pub pDirtyRect: *mut RECT,
        pub pfnPresentDisplayOnlyProgress: DXGKCB_PRESENT_DISPLAYONLY_PROGRESS,
    }
}

constants! {
    pub enum DXGK_RECOMMENDFUNCTIONALVIDPN_REASON: i32 {
        DXGK_RFVR_UNINITIALIZED = 0,
        DXGK_RFVR_HOTKEY = 1,
        DXGK_RFVR_USERMODE = 2,
        DXGK_RFVR_FIRMWARE = 3,
    }

    pub enum DXGK_ACTIVE_VIDPN_INVALIDATION_REASON: i32 {
        DXGK_AVIR_UNINITIALIZED = 0,
        DXGK_AVIR_HOTKEY = 1,
        DXGK_AVIR_USERMODE = 2,
    }
}
