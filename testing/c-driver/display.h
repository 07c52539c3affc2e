/*
 * What the driver in this folder takes of dispmprt.h and d3dkmddi.h, at
 * DXGKDDI_INTERFACE_VERSION_WIN8.
 *
 * mingw-w64 has no such headers. Names are Microsoft's; each structure, member and value that is
 * declared here is held against the tables in crates/dxgk-sys/tests/data when the driver is built.
 * What the driver never touches is left out of the large structures.
 */
#include <ntddk.h>

typedef unsigned int UINT;

typedef struct tagPOINT {
    LONG x;
    LONG y;
} POINT;

typedef struct tagRECT {
    LONG left;
    LONG top;
    LONG right;
    LONG bottom;
} RECT;

typedef enum _DXGK_CHILD_DEVICE_TYPE {
    TypeVideoOutput = 1,
} DXGK_CHILD_DEVICE_TYPE;

typedef enum _DXGK_CHILD_DEVICE_HPD_AWARENESS {
    HpdAwarenessAlwaysConnected = 1,
} DXGK_CHILD_DEVICE_HPD_AWARENESS;

typedef enum _DXGK_QUERYADAPTERINFOTYPE {
    DXGKQAITYPE_DRIVERCAPS = 1,
} DXGK_QUERYADAPTERINFOTYPE;

typedef enum _D3DKMDT_ENUMCOFUNCMODALITY_PIVOT_TYPE {
    D3DKMDT_EPT_VIDPNSOURCE = 1,
    D3DKMDT_EPT_VIDPNTARGET = 2,
} D3DKMDT_ENUMCOFUNCMODALITY_PIVOT_TYPE;

#define D3DKMDT_VOT_INTERNAL ((int)0x80000000)
#define DXGKDDI_INTERFACE_VERSION_WIN8 0x300E
#define DXGKDDI_WDDMv1_2 0x1200
#define DXGK_VIDPN_INTERFACE_VERSION_V1 1
#define D3DDDIFMT_A8R8G8B8 21
#define D3DDDIFMT_X8R8G8B8 22
#define D3DKMDT_CB_SRGB 2
#define D3DKMDT_PVAM_DIRECT 1
#define D3DKMDT_RMT_GRAPHICS 1
#define D3DKMDT_VSS_OTHER 255
#define D3DDDI_VSSLO_PROGRESSIVE 1
#define D3DKMDT_MP_PREFERRED 1
#define D3DKMDT_FREQUENCY_NOTSPECIFIED 0xFFFFFFFEu
#ifndef STATUS_MONITOR_NO_DESCRIPTOR
#define STATUS_MONITOR_NO_DESCRIPTOR ((NTSTATUS)0xC01D0001)
#endif
#ifndef STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN
#define STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN ((NTSTATUS)0xC01E0323)
#endif

typedef struct _DXGK_DEVICE_INFO {
    PVOID MiniportDeviceContext;
    PDEVICE_OBJECT PhysicalDeviceObject;
    UNICODE_STRING DeviceRegistryPath;
    PCM_RESOURCE_LIST TranslatedResourceList;
    LARGE_INTEGER SystemMemorySize;
    PHYSICAL_ADDRESS HighestPhysicalAddress;
    PHYSICAL_ADDRESS AgpApertureBase;
    SIZE_T AgpApertureSize;
    int DockingState;
} DXGK_DEVICE_INFO;

typedef struct _DXGK_DISPLAY_INFORMATION {
    UINT Width;
    UINT Height;
    UINT Pitch;
    int ColorFormat;
    PHYSICAL_ADDRESS PhysicAddress;
    UINT TargetId;
    ULONG AcpiId;
} DXGK_DISPLAY_INFORMATION;

typedef struct _DXGK_CHILD_CAPABILITIES {
    union {
        struct {
            int InterfaceTechnology;
            int MonitorOrientationAwareness;
            BOOLEAN SupportsSdtvModes;
        } VideoOutput;
    } Type;
    DXGK_CHILD_DEVICE_HPD_AWARENESS HpdAwareness;
} DXGK_CHILD_CAPABILITIES;

typedef struct _DXGK_CHILD_DESCRIPTOR {
    DXGK_CHILD_DEVICE_TYPE ChildDeviceType;
    DXGK_CHILD_CAPABILITIES ChildCapabilities;
    ULONG AcpiUid;
    ULONG ChildUid;
} DXGK_CHILD_DESCRIPTOR;

typedef struct _DXGK_CHILD_STATUS DXGK_CHILD_STATUS;
typedef struct _DXGK_DEVICE_DESCRIPTOR DXGK_DEVICE_DESCRIPTOR;

typedef struct _DXGKARG_QUERYADAPTERINFO {
    DXGK_QUERYADAPTERINFOTYPE Type;
    PVOID pInputData;
    UINT InputDataSize;
    PVOID pOutputData;
    UINT OutputDataSize;
} DXGKARG_QUERYADAPTERINFO;

typedef struct _DXGK_DRIVERCAPS {
    PHYSICAL_ADDRESS HighestAcceptableAddress;
    UCHAR Rendering[328];
    int WDDMVersion;
    UCHAR More[196];
    BOOLEAN SupportNonVGA;
    BOOLEAN SupportSmoothRotation;
} DXGK_DRIVERCAPS;

typedef struct D3DKMDT_HVIDPN__ *D3DKMDT_HVIDPN;
typedef struct D3DKMDT_HVIDPNTOPOLOGY__ *D3DKMDT_HVIDPNTOPOLOGY;
typedef struct D3DKMDT_HVIDPNSOURCEMODESET__ *D3DKMDT_HVIDPNSOURCEMODESET;
typedef struct D3DKMDT_HVIDPNTARGETMODESET__ *D3DKMDT_HVIDPNTARGETMODESET;

typedef struct _D3DKMDT_2DREGION {
    UINT cx;
    UINT cy;
} D3DKMDT_2DREGION;

typedef struct _D3DDDI_RATIONAL {
    UINT Numerator;
    UINT Denominator;
} D3DDDI_RATIONAL;

typedef struct _D3DKMDT_VIDPN_SOURCE_MODE {
    UINT Id;
    int Type;
    union {
        struct {
            D3DKMDT_2DREGION PrimSurfSize;
            D3DKMDT_2DREGION VisibleRegionSize;
            ULONG Stride;
            int PixelFormat;
            int ColorBasis;
            int PixelValueAccessMode;
        } Graphics;
    } Format;
} D3DKMDT_VIDPN_SOURCE_MODE;

typedef struct _D3DKMDT_VIDEO_SIGNAL_INFO {
    int VideoStandard;
    D3DKMDT_2DREGION TotalSize;
    D3DKMDT_2DREGION ActiveSize;
    D3DDDI_RATIONAL VSyncFreq;
    D3DDDI_RATIONAL HSyncFreq;
    SIZE_T PixelRate;
    int ScanLineOrdering;
} D3DKMDT_VIDEO_SIGNAL_INFO;

typedef struct _D3DKMDT_VIDPN_TARGET_MODE {
    UINT Id;
    D3DKMDT_VIDEO_SIGNAL_INFO VideoSignalInfo;
    int Preference;
} D3DKMDT_VIDPN_TARGET_MODE;

typedef struct _D3DKMDT_VIDPN_PRESENT_PATH_TRANSFORMATION {
    int Scaling;
    struct {
        UINT Identity : 1;
    } ScalingSupport;
    int Rotation;
    struct {
        UINT Identity : 1;
    } RotationSupport;
} D3DKMDT_VIDPN_PRESENT_PATH_TRANSFORMATION;

typedef struct _D3DKMDT_VIDPN_PRESENT_PATH {
    UINT VidPnSourceId;
    UINT VidPnTargetId;
    int ImportanceOrdinal;
    D3DKMDT_VIDPN_PRESENT_PATH_TRANSFORMATION ContentTransformation;
    UCHAR Rest[324];
    PVOID Last;
} D3DKMDT_VIDPN_PRESENT_PATH;

typedef struct _DXGK_VIDPNTOPOLOGY_INTERFACE {
    NTSTATUS(NTAPI *pfnGetNumPaths)(D3DKMDT_HVIDPNTOPOLOGY, SIZE_T *);
    PVOID pfnGetNumPathsFromSource;
    PVOID pfnEnumPathTargetsFromSource;
    PVOID pfnGetPathSourceFromTarget;
    PVOID pfnAcquirePathInfo;
    NTSTATUS(NTAPI *pfnAcquireFirstPathInfo)(D3DKMDT_HVIDPNTOPOLOGY,
                                             const D3DKMDT_VIDPN_PRESENT_PATH **);
    PVOID pfnAcquireNextPathInfo;
    NTSTATUS(NTAPI *pfnUpdatePathSupportInfo)(D3DKMDT_HVIDPNTOPOLOGY,
                                              const D3DKMDT_VIDPN_PRESENT_PATH *);
    NTSTATUS(NTAPI *pfnReleasePathInfo)(D3DKMDT_HVIDPNTOPOLOGY, const D3DKMDT_VIDPN_PRESENT_PATH *);
    PVOID pfnCreateNewPathInfo;
    PVOID pfnAddPath;
    PVOID pfnRemovePath;
} DXGK_VIDPNTOPOLOGY_INTERFACE;

/* Both kinds of mode sets have the same functions in the same order; SET and MODE are of the one
 * kind or the other. */
#define MODESET_INTERFACE(NAME, SET, MODE)                                                         \
    typedef struct NAME {                                                                          \
        PVOID pfnGetNumModes;                                                                      \
        PVOID pfnAcquireFirstModeInfo;                                                             \
        PVOID pfnAcquireNextModeInfo;                                                              \
        NTSTATUS(NTAPI *pfnAcquirePinnedModeInfo)(SET, const MODE **);                             \
        NTSTATUS(NTAPI *pfnReleaseModeInfo)(SET, const MODE *);                                    \
        NTSTATUS(NTAPI *pfnCreateNewModeInfo)(SET, MODE **);                                       \
        NTSTATUS(NTAPI *pfnAddMode)(SET, MODE *);                                                  \
        PVOID pfnPinMode;                                                                          \
    }
MODESET_INTERFACE(_DXGK_VIDPNSOURCEMODESET_INTERFACE, D3DKMDT_HVIDPNSOURCEMODESET,
                  D3DKMDT_VIDPN_SOURCE_MODE)
DXGK_VIDPNSOURCEMODESET_INTERFACE;
MODESET_INTERFACE(_DXGK_VIDPNTARGETMODESET_INTERFACE, D3DKMDT_HVIDPNTARGETMODESET,
                  D3DKMDT_VIDPN_TARGET_MODE)
DXGK_VIDPNTARGETMODESET_INTERFACE;

typedef struct _DXGK_VIDPN_INTERFACE {
    ULONG Version;
    NTSTATUS(NTAPI *pfnGetTopology)(D3DKMDT_HVIDPN, D3DKMDT_HVIDPNTOPOLOGY *,
                                    const DXGK_VIDPNTOPOLOGY_INTERFACE **);
    NTSTATUS(NTAPI *pfnAcquireSourceModeSet)(D3DKMDT_HVIDPN, UINT, D3DKMDT_HVIDPNSOURCEMODESET *,
                                             const DXGK_VIDPNSOURCEMODESET_INTERFACE **);
    NTSTATUS(NTAPI *pfnReleaseSourceModeSet)(D3DKMDT_HVIDPN, D3DKMDT_HVIDPNSOURCEMODESET);
    NTSTATUS(NTAPI *pfnCreateNewSourceModeSet)(D3DKMDT_HVIDPN, UINT, D3DKMDT_HVIDPNSOURCEMODESET *,
                                               const DXGK_VIDPNSOURCEMODESET_INTERFACE **);
    NTSTATUS(NTAPI *pfnAssignSourceModeSet)(D3DKMDT_HVIDPN, UINT, D3DKMDT_HVIDPNSOURCEMODESET);
    PVOID pfnAssignMultisamplingMethodSet;
    NTSTATUS(NTAPI *pfnAcquireTargetModeSet)(D3DKMDT_HVIDPN, UINT, D3DKMDT_HVIDPNTARGETMODESET *,
                                             const DXGK_VIDPNTARGETMODESET_INTERFACE **);
    NTSTATUS(NTAPI *pfnReleaseTargetModeSet)(D3DKMDT_HVIDPN, D3DKMDT_HVIDPNTARGETMODESET);
    NTSTATUS(NTAPI *pfnCreateNewTargetModeSet)(D3DKMDT_HVIDPN, UINT, D3DKMDT_HVIDPNTARGETMODESET *,
                                               const DXGK_VIDPNTARGETMODESET_INTERFACE **);
    NTSTATUS(NTAPI *pfnAssignTargetModeSet)(D3DKMDT_HVIDPN, UINT, D3DKMDT_HVIDPNTARGETMODESET);
} DXGK_VIDPN_INTERFACE;

typedef struct _DXGKARG_ISSUPPORTEDVIDPN {
    D3DKMDT_HVIDPN hDesiredVidPn;
    BOOLEAN IsVidPnSupported;
} DXGKARG_ISSUPPORTEDVIDPN;

typedef struct _DXGK_ENUM_PIVOT {
    UINT VidPnSourceId;
    UINT VidPnTargetId;
} DXGK_ENUM_PIVOT;

typedef struct _DXGKARG_ENUMVIDPNCOFUNCMODALITY {
    D3DKMDT_HVIDPN hConstrainingVidPn;
    D3DKMDT_ENUMCOFUNCMODALITY_PIVOT_TYPE EnumPivotType;
    DXGK_ENUM_PIVOT EnumPivot;
} DXGKARG_ENUMVIDPNCOFUNCMODALITY;

typedef struct _DXGKARG_SETVIDPNSOURCEVISIBILITY {
    UINT VidPnSourceId;
    BOOLEAN Visible;
} DXGKARG_SETVIDPNSOURCEVISIBILITY;

typedef struct _DXGKARG_COMMITVIDPN {
    D3DKMDT_HVIDPN hFunctionalVidPn;
    UINT AffectedVidPnSourceId;
    int MonitorConnectivityChecks;
    HANDLE hPrimaryAllocation;
    ULONG Flags;
} DXGKARG_COMMITVIDPN;

typedef struct _DXGKARG_QUERYVIDPNHWCAPABILITY {
    D3DKMDT_HVIDPN hFunctionalVidPn;
    UINT SourceId;
    UINT TargetId;
    ULONG VidPnHWCaps;
} DXGKARG_QUERYVIDPNHWCAPABILITY;

typedef struct _D3DKMT_MOVE_RECT {
    POINT SourcePoint;
    RECT DestRect;
} D3DKMT_MOVE_RECT;

typedef struct _DXGKARG_PRESENT_DISPLAYONLY {
    UINT VidPnSourceId;
    PVOID pSource;
    ULONG BytesPerPixel;
    LONG Pitch;
    ULONG Flags;
    ULONG NumMoves;
    D3DKMT_MOVE_RECT *pMoves;
    ULONG NumDirtyRects;
    RECT *pDirtyRect;
    PVOID pfnPresentDisplayOnlyProgress;
} DXGKARG_PRESENT_DISPLAYONLY;

typedef struct _DXGKRNL_INTERFACE {
    ULONG Size;
    ULONG Version;
    HANDLE DeviceHandle;
    PVOID DxgkCbEvalAcpiMethod;
    NTSTATUS(NTAPI *DxgkCbGetDeviceInformation)(HANDLE, DXGK_DEVICE_INFO *);
    PVOID DxgkCbIndicateChildStatus;
    NTSTATUS(NTAPI *DxgkCbMapMemory)(HANDLE, PHYSICAL_ADDRESS, ULONG, BOOLEAN InIoSpace,
                                     BOOLEAN MapToUserMode, MEMORY_CACHING_TYPE, PVOID *);
    PVOID DxgkCbQueueDpc;
    PVOID DxgkCbQueryServices;
    PVOID DxgkCbReadDeviceSpace;
    PVOID DxgkCbSynchronizeExecution;
    NTSTATUS(NTAPI *DxgkCbUnmapMemory)(HANDLE, PVOID);
    PVOID Unused[7];
    NTSTATUS(NTAPI *DxgkCbQueryVidPnInterface)(D3DKMDT_HVIDPN, ULONG,
                                               const DXGK_VIDPN_INTERFACE **);
    PVOID More[8];
    NTSTATUS(NTAPI *DxgkCbAcquirePostDisplayOwnership)(HANDLE, DXGK_DISPLAY_INFORMATION *);
    PVOID Last[4];
} DXGKRNL_INTERFACE;

/* Members that this driver leaves out are pointers without a type. */
typedef struct _KMDDOD_INITIALIZATION_DATA {
    ULONG Version;
    NTSTATUS(NTAPI *DxgkDdiAddDevice)(PDEVICE_OBJECT, PVOID *);
    NTSTATUS(NTAPI *DxgkDdiStartDevice)(PVOID, PVOID, DXGKRNL_INTERFACE *, PULONG, PULONG);
    NTSTATUS(NTAPI *DxgkDdiStopDevice)(PVOID);
    NTSTATUS(NTAPI *DxgkDdiRemoveDevice)(PVOID);
    NTSTATUS(NTAPI *DxgkDdiDispatchIoRequest)(PVOID, ULONG, PVOID);
    PVOID DxgkDdiInterruptRoutine;
    PVOID DxgkDdiDpcRoutine;
    NTSTATUS(NTAPI *DxgkDdiQueryChildRelations)(PVOID, DXGK_CHILD_DESCRIPTOR *, ULONG);
    NTSTATUS(NTAPI *DxgkDdiQueryChildStatus)(PVOID, DXGK_CHILD_STATUS *, BOOLEAN);
    NTSTATUS(NTAPI *DxgkDdiQueryDeviceDescriptor)(PVOID, ULONG, DXGK_DEVICE_DESCRIPTOR *);
    NTSTATUS(NTAPI *DxgkDdiSetPowerState)(PVOID, ULONG, DEVICE_POWER_STATE, POWER_ACTION);
    PVOID DxgkDdiNotifyAcpiEvent;
    VOID(NTAPI *DxgkDdiResetDevice)(PVOID);
    VOID(NTAPI *DxgkDdiUnload)(VOID);
    PVOID DxgkDdiQueryInterface;
    PVOID DxgkDdiControlEtwLogging;
    NTSTATUS(NTAPI *DxgkDdiQueryAdapterInfo)(PVOID, const DXGKARG_QUERYADAPTERINFO *);
    PVOID DxgkDdiSetPalette;
    NTSTATUS(NTAPI *DxgkDdiSetPointerPosition)(PVOID, const VOID *);
    NTSTATUS(NTAPI *DxgkDdiSetPointerShape)(PVOID, const VOID *);
    PVOID DxgkDdiEscape;
    PVOID DxgkDdiCollectDbgInfo;
    NTSTATUS(NTAPI *DxgkDdiIsSupportedVidPn)(PVOID, DXGKARG_ISSUPPORTEDVIDPN *);
    NTSTATUS(NTAPI *DxgkDdiRecommendFunctionalVidPn)(PVOID, const VOID *);
    NTSTATUS(NTAPI *DxgkDdiEnumVidPnCofuncModality)(PVOID, const DXGKARG_ENUMVIDPNCOFUNCMODALITY *);
    NTSTATUS(NTAPI *DxgkDdiSetVidPnSourceVisibility)(PVOID,
                                                     const DXGKARG_SETVIDPNSOURCEVISIBILITY *);
    NTSTATUS(NTAPI *DxgkDdiCommitVidPn)(PVOID, const DXGKARG_COMMITVIDPN *);
    NTSTATUS(NTAPI *DxgkDdiUpdateActiveVidPnPresentPath)(PVOID, const VOID *);
    NTSTATUS(NTAPI *DxgkDdiRecommendMonitorModes)(PVOID, const VOID *);
    PVOID DxgkDdiGetScanLine;
    NTSTATUS(NTAPI *DxgkDdiQueryVidPnHWCapability)(PVOID, DXGKARG_QUERYVIDPNHWCAPABILITY *);
    NTSTATUS(NTAPI *DxgkDdiPresentDisplayOnly)(PVOID, const DXGKARG_PRESENT_DISPLAYONLY *);
    NTSTATUS(NTAPI *DxgkDdiStopDeviceAndReleasePostDisplayOwnership)(PVOID, UINT,
                                                                     DXGK_DISPLAY_INFORMATION *);
    NTSTATUS(NTAPI *DxgkDdiSystemDisplayEnable)(PVOID, UINT, PVOID Flags, UINT *Width, UINT *Height,
                                                int *ColorFormat);
    VOID(NTAPI *DxgkDdiSystemDisplayWrite)(PVOID, PVOID Source, UINT Width, UINT Height,
                                           UINT Stride, UINT X, UINT Y);
    PVOID DxgkDdiGetChildContainerId;
    PVOID DxgkDdiControlInterrupt;
    PVOID DxgkDdiSetPowerComponentFState;
    PVOID DxgkDdiPowerRuntimeControlRequest;
    PVOID DxgkDdiNotifySurpriseRemoval;
} KMDDOD_INITIALIZATION_DATA;

NTSTATUS NTAPI DxgkInitializeDisplayOnlyDriver(PDRIVER_OBJECT, PUNICODE_STRING, PVOID);
