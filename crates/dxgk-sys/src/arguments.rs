//! Arguments of the display-only DDIs (`DXGKARG_*`, `d3dkmddi.h`).

use crate::*;

abi! {
    /// A palette entry.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_palettedata).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_PALETTEDATA {
        pub Red: BYTE,
        pub Green: BYTE,
        pub Blue: BYTE,
        pub Unused: BYTE,
    }

    /// Argument of `DxgkDdiSetPalette`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_dxgkarg_setpalette).
    pub struct DXGKARG_SETPALETTE {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub FirstEntry: UINT,
        pub NumEntries: UINT,
        pub pLookupTable: *mut D3DKMDT_PALETTEDATA,
    }

    /// Flags of [`DXGKARG_SETPOINTERPOSITION`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_setpointerpositionflags).
    pub bits(UINT) DXGK_SETPOINTERPOSITIONFLAGS {
        Visible: 0,
        Procedural: 1,
        Reserved: 2..=31,
    }

    /// Argument of `DxgkDdiSetPointerPosition`; X and Y are where the image's top left goes, in pixels.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_setpointerposition).
    #[derive(PartialEq, Eq)]
    pub struct DXGKARG_SETPOINTERPOSITION {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub X: INT,
        pub Y: INT,
        pub Flags: DXGK_SETPOINTERPOSITIONFLAGS,
    }

    /// Kinds of pointer images.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_pointerflags).
    pub bits(UINT) DXGK_POINTERFLAGS {
        Monochrome: 0,
        Color: 1,
        MaskedColor: 2,
        Reserved: 3..=31,
    }

    /// Argument of `DxgkDdiSetPointerShape`; sizes in pixels, pitch in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_setpointershape).
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

    /// Argument of `DxgkDdiEscape`; the size is in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_escape).
    pub struct DXGKARG_ESCAPE {
        pub hDevice: HANDLE,
        pub Flags: D3DDDI_ESCAPEFLAGS,
        pub pPrivateDriverData: *mut c_void,
        pub PrivateDriverDataSize: UINT,
        pub hContext: HANDLE,
    }

    /// Extension of [`DXGKARG_COLLECTDBGINFO`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_collectdbginfo_ext).
    #[derive(PartialEq, Eq)]
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

    /// Argument of `DxgkDdiCollectDbgInfo`; the size is in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_collectdbginfo).
    pub struct DXGKARG_COLLECTDBGINFO {
        pub Reason: UINT,
        pub pBuffer: *mut c_void,
        pub BufferSize: SIZE_T,
        pub pExtension: *mut DXGKARG_COLLECTDBGINFO_EXT,
    }

    /// Argument of `DxgkDdiIsSupportedVidPn`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_issupportedvidpn).
    pub struct DXGKARG_ISSUPPORTEDVIDPN {
        pub hDesiredVidPn: D3DKMDT_HVIDPN,
        pub IsVidPnSupported: BOOLEAN,
    }

    /// Argument of `DxgkDdiRecommendFunctionalVidPn`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_recommendfunctionalvidpn).
    pub struct DXGKARG_RECOMMENDFUNCTIONALVIDPN {
        pub NumberOfVidPnTargets: UINT,
        pub pVidPnTargetPrioritizationVector: *const D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub hRecommendedFunctionalVidPn: D3DKMDT_HVIDPN,
        pub RequestReason: DXGK_RECOMMENDFUNCTIONALVIDPN_REASON,
        pub pPrivateDriverData: *mut c_void,
        pub PrivateDriverDataSize: UINT,
    }

    /// The source and target whose modes must stay.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_enum_pivot).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_ENUM_PIVOT {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    }

    /// Argument of `DxgkDdiEnumVidPnCofuncModality`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_enumvidpncofuncmodality).
    pub struct DXGKARG_ENUMVIDPNCOFUNCMODALITY {
        pub hConstrainingVidPn: D3DKMDT_HVIDPN,
        pub EnumPivotType: D3DKMDT_ENUMCOFUNCMODALITY_PIVOT_TYPE,
        pub EnumPivot: DXGK_ENUM_PIVOT,
    }

    /// Argument of `DxgkDdiSetVidPnSourceVisibility`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_setvidpnsourcevisibility).
    #[derive(PartialEq, Eq)]
    pub struct DXGKARG_SETVIDPNSOURCEVISIBILITY {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub Visible: BOOLEAN,
    }

    /// Flags of [`DXGKARG_COMMITVIDPN`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_commitvidpn_flags).
    pub bits(UINT) DXGKARG_COMMITVIDPN_FLAGS {
        PathPowerTransition: 0,
        PathPoweredOff: 1,
        Reserved: 2..=31,
    }

    /// Argument of `DxgkDdiCommitVidPn`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_commitvidpn).
    pub struct DXGKARG_COMMITVIDPN {
        pub hFunctionalVidPn: D3DKMDT_HVIDPN,
        pub AffectedVidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub MonitorConnectivityChecks: D3DKMDT_MONITOR_CONNECTIVITY_CHECKS,
        pub hPrimaryAllocation: HANDLE,
        pub Flags: DXGKARG_COMMITVIDPN_FLAGS,
    }

    /// Argument of `DxgkDdiUpdateActiveVidPnPresentPath`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_updateactivevidpnpresentpath).
    pub struct DXGKARG_UPDATEACTIVEVIDPNPRESENTPATH {
        pub VidPnPresentPathInfo: D3DKMDT_VIDPN_PRESENT_PATH,
    }

    /// Argument of `DxgkDdiRecommendMonitorModes`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_recommendmonitormodes).
    pub struct DXGKARG_RECOMMENDMONITORMODES {
        pub VideoPresentTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub hMonitorSourceModeSet: D3DKMDT_HMONITORSOURCEMODESET,
        pub pMonitorSourceModeSetInterface: *const DXGK_MONITORSOURCEMODESET_INTERFACE,
    }

    /// Argument of `DxgkDdiGetScanLine`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_getscanline).
    #[derive(PartialEq, Eq)]
    pub struct DXGKARG_GETSCANLINE {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub InVerticalBlank: BOOLEAN,
        pub ScanLine: UINT,
    }

    /// Argument of `DxgkDdiQueryVidPnHWCapability`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_queryvidpnhwcapability).
    pub struct DXGKARG_QUERYVIDPNHWCAPABILITY {
        pub hFunctionalVidPn: D3DKMDT_HVIDPN,
        pub SourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub TargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub VidPnHWCaps: D3DKMDT_VIDPN_HW_CAPABILITY,
    }

    /// Flags of [`DXGKARG_PRESENT_DISPLAYONLY`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_d3dkmt_present_display_only_flags).
    pub bits(UINT) D3DKMT_PRESENT_DISPLAY_ONLY_FLAGS {
        Rotate: 0,
        Reserved: 1..=31,
    }

    /// A part of the screen that moves before the dirty rectangles are drawn.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmt_move_rect).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMT_MOVE_RECT {
        pub SourcePoint: POINT,
        pub DestRect: RECT,
    }

    /// Argument of `DxgkDdiPresentDisplayOnly`; the pitch is in bytes, and the lists are valid during the call only.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_present_displayonly).
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
    /// Why a functional VidPN is wanted.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_recommendfunctionalvidpn_reason).
    pub enum DXGK_RECOMMENDFUNCTIONALVIDPN_REASON: i32 {
        DXGK_RFVR_UNINITIALIZED = 0,
        DXGK_RFVR_HOTKEY = 1,
        DXGK_RFVR_USERMODE = 2,
        DXGK_RFVR_FIRMWARE = 3,
    }

    /// What `DxgkDdiEnumVidPnCofuncModality` must leave as it is.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_enumcofuncmodality_pivot_type).
    pub enum D3DKMDT_ENUMCOFUNCMODALITY_PIVOT_TYPE: i32 {
        D3DKMDT_EPT_UNINITIALIZED = 0,
        D3DKMDT_EPT_VIDPNSOURCE = 1,
        D3DKMDT_EPT_VIDPNTARGET = 2,
        D3DKMDT_EPT_SCALING = 3,
        D3DKMDT_EPT_ROTATION = 4,
        D3DKMDT_EPT_NOPIVOT = 5,
    }

    /// Why the VidPN that is shown may no longer do.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_active_vidpn_invalidation_reason).
    pub enum DXGK_ACTIVE_VIDPN_INVALIDATION_REASON: i32 {
        DXGK_AVIR_UNINITIALIZED = 0,
        DXGK_AVIR_HOTKEY = 1,
        DXGK_AVIR_USERMODE = 2,
    }
}
