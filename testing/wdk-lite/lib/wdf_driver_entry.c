/*
 * WdfDriverEntry.lib: a KMDF image's entry point.
 *
 * FxDriverEntry binds the image to the framework (WDFLDR.SYS), calls the driver's DriverEntry, and sees to it that the image is
 * unbound again: when DriverEntry fails; when the framework displaces the driver object's Unload; and in miniport mode, where the
 * driver calls WdfDriverMiniportUnload through the variable defined here. Framework class extensions are not supported: the
 * driver binds to none.
 */
#include "wdk_lite.h"

#define REGISTRY_PATH_CHARACTERS 260

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);

NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath, PWDF_BIND_INFO BindInfo,
                              PWDF_DRIVER_GLOBALS *Globals);
NTSTATUS NTAPI WdfVersionUnbind(PUNICODE_STRING RegistryPath, PWDF_BIND_INFO BindInfo, PWDF_DRIVER_GLOBALS Globals);

PWDF_DRIVER_GLOBALS WdfDriverGlobals;
const WDFFUNC *WdfFunctions_01031;
ULONG WdfFunctionCount = WdfFunctionTableNumEntries;
WDFFUNC WdfDriverMiniportUnloadOverride;

static WCHAR RegistryPathBuffer[REGISTRY_PATH_CHARACTERS];
static UNICODE_STRING SavedRegistryPath = {0, sizeof(RegistryPathBuffer), RegistryPathBuffer};
static PDRIVER_UNLOAD DisplacedDriverUnload;

static WDF_BIND_INFO BindInfo = {
    sizeof(WDF_BIND_INFO), (PWCHAR)L"KmdfLibrary", {1, 31, 0}, WdfFunctionTableNumEntries, &WdfFunctions_01031, NULL,
};

static VOID Unbind(VOID)
{
    WdfVersionUnbind(&SavedRegistryPath, &BindInfo, WdfDriverGlobals);
}

/* In place of the driver object's Unload, when the framework asks for it (a driver that is no miniport). */
static VOID NTAPI DriverUnload(PDRIVER_OBJECT DriverObject)
{
    if (DisplacedDriverUnload != NULL && DisplacedDriverUnload != DriverUnload) {
        DisplacedDriverUnload(DriverObject);
    }
    Unbind();
}

/* wdfminiport.h's type of that function. wdk-sys does not read this header, so it is not among those of this folder. */
typedef VOID(NTAPI *PFN_WDFDRIVERMINIPORTUNLOAD)(PWDF_DRIVER_GLOBALS Globals, WDFDRIVER Driver);

/* In place of the framework's WdfDriverMiniportUnload: that first, then the unbinding which the framework cannot do itself. */
static VOID NTAPI DriverMiniportUnload(PWDF_DRIVER_GLOBALS Globals, WDFDRIVER Driver)
{
    ((PFN_WDFDRIVERMINIPORTUNLOAD)WdfFunctions_01031[WdfDriverMiniportUnloadTableIndex])(Globals, Driver);
    Unbind();
}

NTSTATUS NTAPI FxDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;
    USHORT bytes;
    USHORT i;

    /* Loaded as a library by another driver: there is no driver object to bind for. */
    if (DriverObject == NULL) {
        return DriverEntry(DriverObject, RegistryPath);
    }

    /* The caller's string does not outlive this call, and unbinding needs it. Cut, as RtlCopyUnicodeString would. */
    bytes = RegistryPath->Length < sizeof(RegistryPathBuffer) ? RegistryPath->Length : sizeof(RegistryPathBuffer);
    for (i = 0; i < bytes / sizeof(WCHAR); i++) {
        RegistryPathBuffer[i] = RegistryPath->Buffer[i];
    }
    SavedRegistryPath.Length = bytes;

    status = WdfVersionBind(DriverObject, &SavedRegistryPath, &BindInfo, &WdfDriverGlobals);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    /* Until DriverEntry has succeeded, the framework's own: a failing DriverEntry is unbound below. */
    WdfDriverMiniportUnloadOverride = WdfFunctions_01031[WdfDriverMiniportUnloadTableIndex];

    status = DriverEntry(DriverObject, RegistryPath);
    if (!NT_SUCCESS(status)) {
        Unbind();
        return status;
    }

    if (WdfDriverGlobals->DisplaceDriverUnload) {
        DisplacedDriverUnload = DriverObject->DriverUnload;
        DriverObject->DriverUnload = DriverUnload;
    } else if ((WdfDriverGlobals->DriverFlags & WdfDriverInitNoDispatchOverride) != 0) {
        WdfDriverMiniportUnloadOverride = (WDFFUNC)DriverMiniportUnload;
    }
    return status;
}
