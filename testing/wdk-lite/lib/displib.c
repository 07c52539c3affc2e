/*
 * displib.lib: DxgkInitializeDisplayOnlyDriver, which brings a display-only miniport to the port driver.
 *
 * What the library was seen to do in the image of a shipped driver: it looks at the interface version before anything else; puts a
 * DxgkDdiStartDevice of its own into the caller's table; loads the service DXGKrnl, opens \Device\DxgKrnl, asks it with an internal
 * device control for the address of its registration function, gives the device back, and calls that with the caller's arguments.
 * Only the display-only code is here.
 */
#include "wdk_lite.h"

/* METHOD_NEITHER; the output is one pointer. */
#define IOCTL_INTERNAL_GET_DISPLAY_ONLY_INITIALIZER 0x230043

/* How often the device is tried if dxgkrnl was loaded already, and how long it waits in between: 5 ms, in 100 ns. */
#define OPEN_TRIES 10
#define OPEN_INTERVAL 50000

/* The callbacks at 0x10 to 0x58 of DXGKRNL_INTERFACE: EvalAcpiMethod to WriteDeviceSpace. */
#define FIRST_CALLBACK 2
#define CALLBACKS 10

typedef NTSTATUS(NTAPI *INITIALIZE_DISPLAY_ONLY)(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath, PVOID InitializationData);
typedef NTSTATUS(NTAPI *START_DEVICE)(PVOID Context, PVOID StartInfo, PVOID Interface, PULONG Sources, PULONG Children);

/* The first members of KMDDOD_INITIALIZATION_DATA. */
typedef struct _TABLE {
    ULONG Version;
    PVOID AddDevice;
    START_DEVICE StartDevice;
} TABLE;

static const ULONG KnownVersions[] = {
    0x1052, 0x1053, 0x2005, 0x300E, 0x4002, 0x4003, 0x5023, 0x6003, 0x6010, 0x6011,
    0x700A, 0x8001, 0x9006, 0xA00B, 0xB004, 0xC004, 0xD001, 0xE003, 0xF003, 0x10004,
};

/* From here on every version is taken. */
#define ANY_VERSION_FROM 0x11007

static START_DEVICE DriverStartDevice;
static PVOID Callbacks[CALLBACKS];

static BOOLEAN IsKnown(ULONG Version)
{
    ULONG index;

    if (Version >= ANY_VERSION_FROM) {
        return TRUE;
    }
    for (index = 0; index < sizeof(KnownVersions) / sizeof(KnownVersions[0]); index++) {
        if (KnownVersions[index] == Version) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Keeps the callbacks, through which the library's other functions call, and goes on to the driver's. */
static NTSTATUS NTAPI StartDevice(PVOID Context, PVOID StartInfo, PVOID Interface, PULONG Sources, PULONG Children)
{
    volatile PVOID *kept = Callbacks;
    ULONG index;

    for (index = 0; index < CALLBACKS; index++) {
        kept[index] = ((PVOID *)Interface)[FIRST_CALLBACK + index];
    }
    return DriverStartDevice(Context, StartInfo, Interface, Sources, Children);
}

static NTSTATUS Open(BOOLEAN WasLoaded, PFILE_OBJECT *File, PDEVICE_OBJECT *Device)
{
    LARGE_INTEGER interval;
    UNICODE_STRING name;
    ULONG tries = WasLoaded ? OPEN_TRIES : 1;
    NTSTATUS status;

    RtlInitUnicodeString(&name, L"\\Device\\DxgKrnl");
    for (;;) {
        status = IoGetDeviceObjectPointer(&name, GENERIC_READ | GENERIC_WRITE, File, Device);
        if (NT_SUCCESS(status) || --tries == 0) {
            return status;
        }
        interval.QuadPart = -OPEN_INTERVAL;
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
    }
}

static NTSTATUS Ask(PDEVICE_OBJECT Device, INITIALIZE_DISPLAY_ONLY *Initialize)
{
    KEVENT event;
    IO_STATUS_BLOCK io;
    PIRP irp;
    NTSTATUS status;

    *Initialize = NULL;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(IOCTL_INTERNAL_GET_DISPLAY_ONLY_INITIALIZER, Device, NULL, 0, Initialize,
                                        sizeof(*Initialize), TRUE, &event, &io);
    if (irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IofCallDriver(Device, irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
        status = io.Status;
    }
    if (NT_SUCCESS(status) && *Initialize == NULL) {
        status = STATUS_PROCEDURE_NOT_FOUND;
    }
    return status;
}

NTSTATUS NTAPI DxgkInitializeDisplayOnlyDriver(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath, PVOID InitializationData)
{
    TABLE *table = InitializationData;
    UNICODE_STRING service;
    PFILE_OBJECT file;
    PDEVICE_OBJECT device;
    INITIALIZE_DISPLAY_ONLY initialize;
    BOOLEAN loaded;
    NTSTATUS status;

    if (DriverObject == NULL || RegistryPath == NULL || table == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!IsKnown(table->Version)) {
        return STATUS_REVISION_MISMATCH;
    }
    DriverStartDevice = table->StartDevice;
    table->StartDevice = StartDevice;

    RtlInitUnicodeString(&service, L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\DXGKrnl");
    status = ZwLoadDriver(&service);
    loaded = NT_SUCCESS(status);
    if (!loaded && status != STATUS_IMAGE_ALREADY_LOADED) {
        return status;
    }
    status = Open(!loaded, &file, &device);
    if (NT_SUCCESS(status)) {
        status = Ask(device, &initialize);
        ObfDereferenceObject(file);
    }
    if (!NT_SUCCESS(status)) {
        if (loaded) {
            ZwUnloadDriver(&service);
        }
        return status;
    }
    return initialize(DriverObject, RegistryPath, InitializationData);
}
