//! The DDIs of `d3dkmddi.h` in `KMDDOD_INITIALIZATION_DATA`: abilities, modes, pointer, present.

use crate::*;

/// Answers questions about the adapter, most of all [`DXGK_DRIVERCAPS`].
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_queryadapterinfo).
pub type DXGKDDI_QUERYADAPTERINFO = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pQueryAdapterInfo: *const DXGKARG_QUERYADAPTERINFO,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_QUERYADAPTERINFO`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_QUERYADAPTERINFO = DXGKDDI_QUERYADAPTERINFO;

/// Sets the palette of an 8-bit mode.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setpalette).
pub type DXGKDDI_SETPALETTE = Option<
    unsafe extern "system" fn(hAdapter: HANDLE, pSetPalette: *const DXGKARG_SETPALETTE) -> NTSTATUS,
>;

/// [`DXGKDDI_SETPALETTE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_SETPALETTE = DXGKDDI_SETPALETTE;

/// Moves or hides the mouse pointer.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setpointerposition).
pub type DXGKDDI_SETPOINTERPOSITION = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pSetPointerPosition: *const DXGKARG_SETPOINTERPOSITION,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_SETPOINTERPOSITION`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_SETPOINTERPOSITION = DXGKDDI_SETPOINTERPOSITION;

/// Sets the mouse pointer's image.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setpointershape).
pub type DXGKDDI_SETPOINTERSHAPE = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pSetPointerShape: *const DXGKARG_SETPOINTERSHAPE,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_SETPOINTERSHAPE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_SETPOINTERSHAPE = DXGKDDI_SETPOINTERSHAPE;

/// Exchanges private data with a user-mode program.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_escape).
pub type DXGKDDI_ESCAPE =
    Option<unsafe extern "system" fn(hAdapter: HANDLE, pEscape: *const DXGKARG_ESCAPE) -> NTSTATUS>;

/// [`DXGKDDI_ESCAPE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_ESCAPE = DXGKDDI_ESCAPE;

/// Collects data for an error report.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_collectdbginfo).
pub type DXGKDDI_COLLECTDBGINFO = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pCollectDbgInfo: *const DXGKARG_COLLECTDBGINFO,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_COLLECTDBGINFO`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_COLLECTDBGINFO = DXGKDDI_COLLECTDBGINFO;

/// Says whether a VidPN could ever be shown. "No" is a success with FALSE inside.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_issupportedvidpn).
pub type DXGKDDI_ISSUPPORTEDVIDPN = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pIsSupportedVidPn: *mut DXGKARG_ISSUPPORTEDVIDPN,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_ISSUPPORTEDVIDPN`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_ISSUPPORTEDVIDPN = DXGKDDI_ISSUPPORTEDVIDPN;

/// Builds a VidPN that can be shown now.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_recommendfunctionalvidpn).
pub type DXGKDDI_RECOMMENDFUNCTIONALVIDPN = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pRecommendFunctionalVidPn: *const DXGKARG_RECOMMENDFUNCTIONALVIDPN,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_RECOMMENDFUNCTIONALVIDPN`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_RECOMMENDFUNCTIONALVIDPN = DXGKDDI_RECOMMENDFUNCTIONALVIDPN;

/// Fills in the modes that go with what a VidPN has pinned already.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_enumvidpncofuncmodality).
pub type DXGKDDI_ENUMVIDPNCOFUNCMODALITY = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pEnumCofuncModality: *const DXGKARG_ENUMVIDPNCOFUNCMODALITY,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_ENUMVIDPNCOFUNCMODALITY`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_ENUMVIDPNCOFUNCMODALITY = DXGKDDI_ENUMVIDPNCOFUNCMODALITY;

/// Starts or stops scanning out a source.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setvidpnsourcevisibility).
pub type DXGKDDI_SETVIDPNSOURCEVISIBILITY = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pSetVidPnSourceVisibility: *const DXGKARG_SETVIDPNSOURCEVISIBILITY,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_SETVIDPNSOURCEVISIBILITY`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_SETVIDPNSOURCEVISIBILITY = DXGKDDI_SETVIDPNSOURCEVISIBILITY;

/// Makes a VidPN the one that is shown.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_commitvidpn).
pub type DXGKDDI_COMMITVIDPN = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pCommitVidPn: *const DXGKARG_COMMITVIDPN,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_COMMITVIDPN`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_COMMITVIDPN = DXGKDDI_COMMITVIDPN;

/// Changes one path of the VidPN that is shown.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_updateactivevidpnpresentpath).
pub type DXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pUpdateActiveVidPnPresentPath: *const DXGKARG_UPDATEACTIVEVIDPNPRESENTPATH,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH = DXGKDDI_UPDATEACTIVEVIDPNPRESENTPATH;

/// May add modes to those of a monitor.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_recommendmonitormodes).
pub type DXGKDDI_RECOMMENDMONITORMODES = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pRecommendMonitorModes: *const DXGKARG_RECOMMENDMONITORMODES,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_RECOMMENDMONITORMODES`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_RECOMMENDMONITORMODES = DXGKDDI_RECOMMENDMONITORMODES;

/// Says which line is being scanned out.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_getscanline).
pub type DXGKDDI_GETSCANLINE = Option<
    unsafe extern "system" fn(hAdapter: HANDLE, pGetScanLine: *mut DXGKARG_GETSCANLINE) -> NTSTATUS,
>;

/// [`DXGKDDI_GETSCANLINE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_GETSCANLINE = DXGKDDI_GETSCANLINE;

/// Says what the hardware can do on a path of a VidPN.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_queryvidpnhwcapability).
pub type DXGKDDI_QUERYVIDPNHWCAPABILITY = Option<
    unsafe extern "system" fn(
        i_hAdapter: HANDLE,
        io_pVidPnHWCaps: *mut DXGKARG_QUERYVIDPNHWCAPABILITY,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_QUERYVIDPNHWCAPABILITY`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_QUERYVIDPNHWCAPABILITY = DXGKDDI_QUERYVIDPNHWCAPABILITY;

/// Draws: moves first, then dirty rectangles, in order. STATUS_PENDING promises a report by interrupt.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_presentdisplayonly).
pub type DXGKDDI_PRESENTDISPLAYONLY = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pPresentDisplayOnly: *const DXGKARG_PRESENT_DISPLAYONLY,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_PRESENTDISPLAYONLY`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_PRESENTDISPLAYONLY = DXGKDDI_PRESENTDISPLAYONLY;

/// Turns an interrupt type, such as vertical sync, on or off.
///
/// IRQL: `PASSIVE_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_controlinterrupt).
pub type DXGKDDI_CONTROLINTERRUPT = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        InterruptType: DXGK_INTERRUPT_TYPE,
        EnableInterrupt: BOOLEAN,
    ) -> NTSTATUS,
>;

/// [`DXGKDDI_CONTROLINTERRUPT`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDI_CONTROLINTERRUPT = DXGKDDI_CONTROLINTERRUPT;

/// Moves a power component into another F-state.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddisetpowercomponentfstate).
pub type DXGKDDISETPOWERCOMPONENTFSTATE = Option<
    unsafe extern "system" fn(
        DriverContext: HANDLE,
        ComponentIndex: UINT,
        FState: UINT,
    ) -> NTSTATUS,
>;

/// [`DXGKDDISETPOWERCOMPONENTFSTATE`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDISETPOWERCOMPONENTFSTATE = DXGKDDISETPOWERCOMPONENTFSTATE;

/// Exchanges private data with the platform's power plug-in.
///
/// IRQL: at most `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddipowerruntimecontrolrequest).
pub type DXGKDDIPOWERRUNTIMECONTROLREQUEST = Option<
    unsafe extern "system" fn(
        DriverContext: HANDLE,
        PowerControlCode: *const GUID,
        InBuffer: PVOID,
        InBufferSize: SIZE_T,
        OutBuffer: PVOID,
        OutBufferSize: SIZE_T,
        BytesReturned: *mut ULONG_PTR,
    ) -> NTSTATUS,
>;

/// [`DXGKDDIPOWERRUNTIMECONTROLREQUEST`] under the name that [`KMDDOD_INITIALIZATION_DATA`] uses.
pub type PDXGKDDIPOWERRUNTIMECONTROLREQUEST = DXGKDDIPOWERRUNTIMECONTROLREQUEST;
