/*
 * displib.lib: DxgkInitializeDisplayOnlyDriver, which brings a display-only miniport to the port driver.
 *
 * Run-time protocol (since Windows 8): load the service DXGKrnl, open \Device\DxgKrnl, ask it with an internal device control for
 * the address of its registration function, and call that with the caller's arguments. Only the display-only code is here.
 */
#include "wdk_lite.h"

/* METHOD_NEITHER; the output is one pointer. */
#define IOCTL_INTERNAL_GET_DISPLAY_ONLY_INITIALIZER 0x230043

typedef NTSTATUS(NTAPI *INITIALIZE_DISPLAY_ONLY)(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath, PVOID InitializationData);

NTSTATUS NTAPI DxgkInitializeDisplayOnlyDriver(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath, PVOID InitializationData)
{
    UNICODE_STRING name;
    PFILE_OBJECT file;
    PDEVICE_OBJECT device;
    KEVENT event;
    IO_STATUS_BLOCK io;
    PIRP irp;
    INITIALIZE_DISPLAY_ONLY initialize = NULL;
    NTSTATUS status;

    if (DriverObject == NULL || RegistryPath == NULL || InitializationData == NULL) {
        return STATUS_INVALID_PARAMETER;
    }

    RtlInitUnicodeString(&name, L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\DXGKrnl");
    status = ZwLoadDriver(&name);
    if (!NT_SUCCESS(status) && status != STATUS_IMAGE_ALREADY_LOADED) {
        return status;
    }

    RtlInitUnicodeString(&name, L"\\Device\\DxgKrnl");
    status = IoGetDeviceObjectPointer(&name, FILE_ALL_ACCESS, &file, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(IOCTL_INTERNAL_GET_DISPLAY_ONLY_INITIALIZER, device, NULL, 0, &initialize,
                                        sizeof(initialize), TRUE, &event, &io);
    if (irp == NULL) {
        ObfDereferenceObject(file);
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    status = IofCallDriver(device, irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
        status = io.Status;
    }
    if (NT_SUCCESS(status)) {
        status = initialize != NULL ? initialize(DriverObject, RegistryPath, InitializationData) : STATUS_PROCEDURE_NOT_FOUND;
    }

    ObfDereferenceObject(file);
    return status;
}
