/*
 * The driver's one mode in VidPNs: what it offers, and whether a VidPN asks for it alone.
 */
#include "vidpn.h"

/* Offers the mode to a source that has none pinned, and says whether a pinned one is ours. */
static NTSTATUS Source(const DXGK_VIDPN_INTERFACE *VidPn, D3DKMDT_HVIDPN Handle, UINT Id,
                       BOOLEAN Offer, BOOLEAN *Ours)
{
    D3DKMDT_HVIDPNSOURCEMODESET set;
    const DXGK_VIDPNSOURCEMODESET_INTERFACE *modes;
    const D3DKMDT_VIDPN_SOURCE_MODE *pinned = NULL;
    D3DKMDT_VIDPN_SOURCE_MODE *mode;
    NTSTATUS status = VidPn->pfnAcquireSourceModeSet(Handle, Id, &set, &modes);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = modes->pfnAcquirePinnedModeInfo(set, &pinned);
    if (NT_SUCCESS(status) && pinned) {
        *Ours = pinned->Format.Graphics.PrimSurfSize.cx == WIDTH &&
                pinned->Format.Graphics.PrimSurfSize.cy == HEIGHT;
        modes->pfnReleaseModeInfo(set, pinned);
        Offer = FALSE;
    }
    VidPn->pfnReleaseSourceModeSet(Handle, set);
    if (!NT_SUCCESS(status) || !Offer) {
        return status;
    }
    status = VidPn->pfnCreateNewSourceModeSet(Handle, Id, &set, &modes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = modes->pfnCreateNewModeInfo(set, &mode);
    if (NT_SUCCESS(status)) {
        mode->Type = D3DKMDT_RMT_GRAPHICS;
        mode->Format.Graphics.PrimSurfSize = (D3DKMDT_2DREGION){WIDTH, HEIGHT};
        mode->Format.Graphics.VisibleRegionSize = mode->Format.Graphics.PrimSurfSize;
        mode->Format.Graphics.Stride = PITCH;
        mode->Format.Graphics.PixelFormat = D3DDDIFMT_A8R8G8B8;
        mode->Format.Graphics.ColorBasis = D3DKMDT_CB_SRGB;
        mode->Format.Graphics.PixelValueAccessMode = D3DKMDT_PVAM_DIRECT;
        status = modes->pfnAddMode(set, mode);
        if (!NT_SUCCESS(status)) {
            modes->pfnReleaseModeInfo(set, mode);
        } else if (NT_SUCCESS(status = VidPn->pfnAssignSourceModeSet(Handle, Id, set))) {
            return status;
        }
    }
    VidPn->pfnReleaseSourceModeSet(Handle, set);
    return status;
}

static NTSTATUS Target(const DXGK_VIDPN_INTERFACE *VidPn, D3DKMDT_HVIDPN Handle, UINT Id)
{
    D3DKMDT_HVIDPNTARGETMODESET set;
    const DXGK_VIDPNTARGETMODESET_INTERFACE *modes;
    const D3DKMDT_VIDPN_TARGET_MODE *pinned = NULL;
    D3DKMDT_VIDPN_TARGET_MODE *mode;
    D3DDDI_RATIONAL none = {D3DKMDT_FREQUENCY_NOTSPECIFIED, D3DKMDT_FREQUENCY_NOTSPECIFIED};
    NTSTATUS status = VidPn->pfnAcquireTargetModeSet(Handle, Id, &set, &modes);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = modes->pfnAcquirePinnedModeInfo(set, &pinned);
    if (NT_SUCCESS(status) && pinned) {
        modes->pfnReleaseModeInfo(set, pinned);
    }
    VidPn->pfnReleaseTargetModeSet(Handle, set);
    if (!NT_SUCCESS(status) || pinned) {
        return status;
    }
    status = VidPn->pfnCreateNewTargetModeSet(Handle, Id, &set, &modes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = modes->pfnCreateNewModeInfo(set, &mode);
    if (NT_SUCCESS(status)) {
        mode->VideoSignalInfo.VideoStandard = D3DKMDT_VSS_OTHER;
        mode->VideoSignalInfo.TotalSize = (D3DKMDT_2DREGION){WIDTH, HEIGHT};
        mode->VideoSignalInfo.ActiveSize = mode->VideoSignalInfo.TotalSize;
        mode->VideoSignalInfo.VSyncFreq = mode->VideoSignalInfo.HSyncFreq = none;
        mode->VideoSignalInfo.PixelRate = D3DKMDT_FREQUENCY_NOTSPECIFIED;
        mode->VideoSignalInfo.ScanLineOrdering = D3DDDI_VSSLO_PROGRESSIVE;
        mode->Preference = D3DKMDT_MP_PREFERRED;
        status = modes->pfnAddMode(set, mode);
        if (!NT_SUCCESS(status)) {
            modes->pfnReleaseModeInfo(set, mode);
        } else if (NT_SUCCESS(status = VidPn->pfnAssignTargetModeSet(Handle, Id, set))) {
            return status;
        }
    }
    VidPn->pfnReleaseTargetModeSet(Handle, set);
    return status;
}

NTSTATUS Look(const DXGKRNL_INTERFACE *Dxgkrnl, D3DKMDT_HVIDPN Handle,
              const DXGKARG_ENUMVIDPNCOFUNCMODALITY *Enum, BOOLEAN *Lit, BOOLEAN *Ours)
{
    const DXGK_VIDPN_INTERFACE *vidpn;
    const DXGK_VIDPNTOPOLOGY_INTERFACE *paths;
    const D3DKMDT_VIDPN_PRESENT_PATH *path;
    D3DKMDT_HVIDPNTOPOLOGY topology;
    D3DKMDT_VIDPN_PRESENT_PATH changed;
    SIZE_T count = 0;
    NTSTATUS status =
        Dxgkrnl->DxgkCbQueryVidPnInterface(Handle, DXGK_VIDPN_INTERFACE_VERSION_V1, &vidpn);

    *Lit = FALSE;
    *Ours = TRUE;
    if (NT_SUCCESS(status)) {
        status = vidpn->pfnGetTopology(Handle, &topology, &paths);
    }
    if (NT_SUCCESS(status)) {
        status = paths->pfnGetNumPaths(topology, &count);
    }
    if (!NT_SUCCESS(status) || count == 0) {
        return status;
    }
    status = paths->pfnAcquireFirstPathInfo(topology, &path);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    *Lit = TRUE;
    changed = *path;
    paths->pfnReleasePathInfo(topology, path);
    status = Source(vidpn, Handle, changed.VidPnSourceId,
                    Enum && Enum->EnumPivotType != D3DKMDT_EPT_VIDPNSOURCE, Ours);
    if (!NT_SUCCESS(status) || !Enum) {
        return status;
    }
    if (Enum->EnumPivotType != D3DKMDT_EPT_VIDPNTARGET) {
        status = Target(vidpn, Handle, changed.VidPnTargetId);
    }
    if (NT_SUCCESS(status)) {
        changed.ContentTransformation.ScalingSupport.Identity = 1;
        changed.ContentTransformation.RotationSupport.Identity = 1;
        status = paths->pfnUpdatePathSupportInfo(topology, &changed);
    }
    return status;
}
