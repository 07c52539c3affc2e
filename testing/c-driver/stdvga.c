/*
 * A display-only miniport in plain C, for QEMU's VGA and bochs-display: a linear frame buffer and
 * the Bochs registers that set its mode.
 *
 * One output, one mode, no interrupt; a present copies its rectangles into the frame buffer and is
 * over when the call returns. It is another driver than the one that this project is about, for
 * `cargo xtask run --image`, and leaves out what shipped drivers leave out.
 */
#include "vidpn.h"

/* Registers of the second memory range, 16 bits each, from 0x500 on ("QEMU Standard VGA" in QEMU's
 * documents). */
enum { XRES = 1, YRES = 2, BPP = 3, ENABLE = 4, VIRT_WIDTH = 6, X_OFFSET = 8, Y_OFFSET = 9 };
#define REGISTERS 0x500
#define ENABLED_LINEAR 0x41

typedef struct {
    DXGKRNL_INTERFACE Dxgkrnl;
    /* In the translated resources: the frame buffer, then the registers. */
    PHYSICAL_ADDRESS Address[2];
    PVOID Mapped[2];
} ADAPTER;

static VOID Set(ADAPTER *Adapter, ULONG Index, USHORT Value)
{
    ((volatile USHORT *)((PUCHAR)Adapter->Mapped[1] + REGISTERS))[Index] = Value;
}

static VOID SetMode(ADAPTER *Adapter)
{
    Set(Adapter, ENABLE, 0);
    Set(Adapter, XRES, WIDTH);
    Set(Adapter, YRES, HEIGHT);
    Set(Adapter, BPP, 32);
    Set(Adapter, VIRT_WIDTH, WIDTH);
    Set(Adapter, X_OFFSET, 0);
    Set(Adapter, Y_OFFSET, 0);
    Set(Adapter, ENABLE, ENABLED_LINEAR);
}

static VOID Blacken(ADAPTER *Adapter)
{
    volatile ULONG *pixel = Adapter->Mapped[0];
    ULONG count;

    for (count = 0; count < WIDTH * HEIGHT; count++) {
        pixel[count] = 0;
    }
}

static NTSTATUS NTAPI AddDevice(PDEVICE_OBJECT Device, PVOID *Context)
{
    (void)Device;
    *Context = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(ADAPTER), 'CVdS');
    return *Context ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS NTAPI StopDevice(PVOID Context)
{
    ADAPTER *adapter = Context;
    ULONG index;

    for (index = 0; index < 2; index++) {
        if (adapter->Mapped[index]) {
            adapter->Dxgkrnl.DxgkCbUnmapMemory(adapter->Dxgkrnl.DeviceHandle,
                                               adapter->Mapped[index]);
            adapter->Mapped[index] = NULL;
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI StartDevice(PVOID Context, PVOID StartInfo, DXGKRNL_INTERFACE *Dxgkrnl,
                                  PULONG Sources, PULONG Children)
{
    ADAPTER *adapter = Context;
    DXGK_DEVICE_INFO device;
    DXGK_DISPLAY_INFORMATION display;
    PCM_PARTIAL_RESOURCE_LIST list;
    ULONG index, found = 0;
    NTSTATUS status;

    (void)StartInfo;
    /* An older Windows has a shorter one, and then what this driver calls is there all the same. */
    RtlCopyMemory(&adapter->Dxgkrnl, Dxgkrnl, min(Dxgkrnl->Size, sizeof(*Dxgkrnl)));
    Dxgkrnl = &adapter->Dxgkrnl;
    status = Dxgkrnl->DxgkCbGetDeviceInformation(Dxgkrnl->DeviceHandle, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    list = &device.TranslatedResourceList->List[0].PartialResourceList;
    for (index = 0; index < list->Count && found < 2; index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR one = &list->PartialDescriptors[index];
        if (one->Type != CmResourceTypeMemory) {
            continue;
        }
        adapter->Address[found] = one->u.Memory.Start;
        status = Dxgkrnl->DxgkCbMapMemory(
            Dxgkrnl->DeviceHandle, one->u.Memory.Start, one->u.Memory.Length, FALSE, FALSE,
            found ? MmNonCached : MmWriteCombined, &adapter->Mapped[found]);
        if (!NT_SUCCESS(status)) {
            StopDevice(adapter);
            return status;
        }
        found++;
    }
    if (found != 2) {
        StopDevice(adapter);
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    if (Dxgkrnl->DxgkCbAcquirePostDisplayOwnership) {
        RtlZeroMemory(&display, sizeof(display));
        Dxgkrnl->DxgkCbAcquirePostDisplayOwnership(Dxgkrnl->DeviceHandle, &display);
    }
    *Sources = *Children = 1;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI RemoveDevice(PVOID Context)
{
    ExFreePoolWithTag(Context, 'CVdS');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI DispatchIoRequest(PVOID Context, ULONG Source, PVOID Packet)
{
    (void)Context, (void)Source, (void)Packet;
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS NTAPI QueryChildRelations(PVOID Context, DXGK_CHILD_DESCRIPTOR *Children,
                                          ULONG Size)
{
    (void)Context;
    if (Size < 2 * sizeof(*Children)) {
        return STATUS_INVALID_PARAMETER;
    }
    Children[0].ChildDeviceType = TypeVideoOutput;
    Children[0].ChildCapabilities.Type.VideoOutput.InterfaceTechnology = D3DKMDT_VOT_INTERNAL;
    Children[0].ChildCapabilities.HpdAwareness = HpdAwarenessAlwaysConnected;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI QueryChildStatus(PVOID Context, DXGK_CHILD_STATUS *Status,
                                       BOOLEAN NonDestructiveOnly)
{
    (void)Context, (void)Status, (void)NonDestructiveOnly;
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS NTAPI QueryDeviceDescriptor(PVOID Context, ULONG ChildUid,
                                            DXGK_DEVICE_DESCRIPTOR *Descriptor)
{
    (void)Context, (void)ChildUid, (void)Descriptor;
    return STATUS_MONITOR_NO_DESCRIPTOR;
}

static NTSTATUS NTAPI SetPowerState(PVOID Context, ULONG Uid, DEVICE_POWER_STATE State,
                                    POWER_ACTION Action)
{
    ADAPTER *adapter = Context;
    DXGK_DISPLAY_INFORMATION display = {0};

    (void)Action;
    if (Uid == (ULONG)-1 && State == PowerDeviceD0 && adapter->Mapped[1]) {
        if (adapter->Dxgkrnl.DxgkCbAcquirePostDisplayOwnership) {
            adapter->Dxgkrnl.DxgkCbAcquirePostDisplayOwnership(adapter->Dxgkrnl.DeviceHandle,
                                                               &display);
        }
        SetMode(adapter);
    }
    return STATUS_SUCCESS;
}

static VOID NTAPI ResetDevice(PVOID Context)
{
    (void)Context;
}

static VOID NTAPI Unload(VOID)
{
}

static NTSTATUS NTAPI QueryAdapterInfo(PVOID Context, const DXGKARG_QUERYADAPTERINFO *Query)
{
    DXGK_DRIVERCAPS *caps = Query->pOutputData;

    (void)Context;
    if (Query->Type != DXGKQAITYPE_DRIVERCAPS) {
        return STATUS_NOT_SUPPORTED;
    }
    if (Query->OutputDataSize < sizeof(*caps)) {
        return STATUS_INVALID_PARAMETER;
    }
    RtlZeroMemory(caps, sizeof(*caps));
    caps->HighestAcceptableAddress.QuadPart = -1;
    caps->WDDMVersion = DXGKDDI_WDDMv1_2;
    caps->SupportNonVGA = TRUE;
    caps->SupportSmoothRotation = TRUE;
    return STATUS_SUCCESS;
}

/* What there is nothing to do for. */
static NTSTATUS NTAPI Succeed(PVOID Context, const VOID *Argument)
{
    (void)Context, (void)Argument;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetPointerShape(PVOID Context, const VOID *Shape)
{
    (void)Context, (void)Shape;
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS NTAPI RecommendFunctionalVidPn(PVOID Context, const VOID *Argument)
{
    (void)Context, (void)Argument;
    return STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN;
}

static NTSTATUS NTAPI QueryVidPnHWCapability(PVOID Context, DXGKARG_QUERYVIDPNHWCAPABILITY *Query)
{
    (void)Context;
    Query->VidPnHWCaps = 0;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI IsSupportedVidPn(PVOID Context, DXGKARG_ISSUPPORTEDVIDPN *Argument)
{
    BOOLEAN lit, ours = TRUE;
    NTSTATUS status = Argument->hDesiredVidPn ? Look(&((ADAPTER *)Context)->Dxgkrnl,
                                                     Argument->hDesiredVidPn, NULL, &lit, &ours)
                                              : STATUS_SUCCESS;

    Argument->IsVidPnSupported = NT_SUCCESS(status) && ours;
    return status;
}

static NTSTATUS NTAPI EnumVidPnCofuncModality(PVOID Context,
                                              const DXGKARG_ENUMVIDPNCOFUNCMODALITY *Enum)
{
    BOOLEAN lit, ours;

    return Look(&((ADAPTER *)Context)->Dxgkrnl, Enum->hConstrainingVidPn, Enum, &lit, &ours);
}

static NTSTATUS NTAPI SetVidPnSourceVisibility(PVOID Context,
                                               const DXGKARG_SETVIDPNSOURCEVISIBILITY *Visibility)
{
    ADAPTER *adapter = Context;

    if (!Visibility->Visible && adapter->Mapped[0]) {
        Blacken(adapter);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI CommitVidPn(PVOID Context, const DXGKARG_COMMITVIDPN *Commit)
{
    BOOLEAN lit, ours;
    NTSTATUS status =
        Look(&((ADAPTER *)Context)->Dxgkrnl, Commit->hFunctionalVidPn, NULL, &lit, &ours);

    if (NT_SUCCESS(status) && lit) {
        SetMode(Context);
    }
    return status;
}

/* Lines of a rectangle, from a source that may be gone. Never inlined: clang's __try has the faults
 * of functions that it calls, not its own. */
static __attribute__((noinline)) VOID Copy(ADAPTER *Adapter,
                                           const DXGKARG_PRESENT_DISPLAYONLY *Present,
                                           const RECT *Rect)
{
    LONG x, y;

    for (y = Rect->top; y < Rect->bottom; y++) {
        const ULONG *from = (const ULONG *)((PUCHAR)Present->pSource + (SSIZE_T)y * Present->Pitch);
        volatile ULONG *to = (volatile ULONG *)((PUCHAR)Adapter->Mapped[0] + (SSIZE_T)y * PITCH);
        for (x = Rect->left; x < Rect->right; x++) {
            to[x] = from[x];
        }
    }
}

static NTSTATUS NTAPI PresentDisplayOnly(PVOID Context, const DXGKARG_PRESENT_DISPLAYONLY *Present)
{
    ADAPTER *adapter = Context;
    ULONG index;

    if (!adapter->Mapped[0]) {
        return STATUS_SUCCESS;
    }
    __try {
        for (index = 0; index < Present->NumMoves; index++) {
            Copy(adapter, Present, &Present->pMoves[index].DestRect);
        }
        for (index = 0; index < Present->NumDirtyRects; index++) {
            Copy(adapter, Present, &Present->pDirtyRect[index]);
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI StopDeviceAndRelease(PVOID Context, UINT TargetId,
                                           DXGK_DISPLAY_INFORMATION *Display)
{
    ADAPTER *adapter = Context;

    SetMode(adapter);
    Blacken(adapter);
    *Display = (DXGK_DISPLAY_INFORMATION){
        WIDTH, HEIGHT, PITCH, D3DDDIFMT_X8R8G8B8, adapter->Address[0], TargetId, 0};
    return StopDevice(adapter);
}

static NTSTATUS NTAPI SystemDisplayEnable(PVOID Context, UINT TargetId, PVOID Flags, UINT *Width,
                                          UINT *Height, int *ColorFormat)
{
    (void)TargetId, (void)Flags;
    SetMode(Context);
    *Width = WIDTH;
    *Height = HEIGHT;
    *ColorFormat = D3DDDIFMT_X8R8G8B8;
    return STATUS_SUCCESS;
}

static VOID NTAPI SystemDisplayWrite(PVOID Context, PVOID Pixels, UINT Width, UINT Height,
                                     UINT Stride, UINT X, UINT Y)
{
    DXGKARG_PRESENT_DISPLAYONLY present = {0};
    RECT rect = {0, 0, Width, Height};
    ADAPTER moved = *(ADAPTER *)Context;

    present.pSource = Pixels;
    present.Pitch = Stride;
    moved.Mapped[0] = (PUCHAR)moved.Mapped[0] + (SIZE_T)Y * PITCH + X * 4;
    Copy(&moved, &present, &rect);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath)
{
    KMDDOD_INITIALIZATION_DATA table = {0};

    table.Version = DXGKDDI_INTERFACE_VERSION_WIN8;
    table.DxgkDdiAddDevice = AddDevice;
    table.DxgkDdiStartDevice = StartDevice;
    table.DxgkDdiStopDevice = StopDevice;
    table.DxgkDdiRemoveDevice = RemoveDevice;
    table.DxgkDdiDispatchIoRequest = DispatchIoRequest;
    table.DxgkDdiQueryChildRelations = QueryChildRelations;
    table.DxgkDdiQueryChildStatus = QueryChildStatus;
    table.DxgkDdiQueryDeviceDescriptor = QueryDeviceDescriptor;
    table.DxgkDdiSetPowerState = SetPowerState;
    table.DxgkDdiResetDevice = ResetDevice;
    table.DxgkDdiUnload = Unload;
    table.DxgkDdiQueryAdapterInfo = QueryAdapterInfo;
    table.DxgkDdiSetPointerPosition = Succeed;
    table.DxgkDdiSetPointerShape = SetPointerShape;
    table.DxgkDdiIsSupportedVidPn = IsSupportedVidPn;
    table.DxgkDdiRecommendFunctionalVidPn = RecommendFunctionalVidPn;
    table.DxgkDdiEnumVidPnCofuncModality = EnumVidPnCofuncModality;
    table.DxgkDdiSetVidPnSourceVisibility = SetVidPnSourceVisibility;
    table.DxgkDdiCommitVidPn = CommitVidPn;
    table.DxgkDdiUpdateActiveVidPnPresentPath = Succeed;
    table.DxgkDdiRecommendMonitorModes = Succeed;
    table.DxgkDdiQueryVidPnHWCapability = QueryVidPnHWCapability;
    table.DxgkDdiPresentDisplayOnly = PresentDisplayOnly;
    table.DxgkDdiStopDeviceAndReleasePostDisplayOwnership = StopDeviceAndRelease;
    table.DxgkDdiSystemDisplayEnable = SystemDisplayEnable;
    table.DxgkDdiSystemDisplayWrite = SystemDisplayWrite;
    return DxgkInitializeDisplayOnlyDriver(Driver, RegistryPath, &table);
}
