/*
 * wdmsec.lib: IoCreateDeviceSecure, which makes a named device that only those on a list may open.
 *
 * The list is SDDL of the form that the reference asks for, "D:P" and entries "(A;;RIGHTS;;;SID)"; anything else is refused. It is
 * applied before the device can be opened (the I/O manager refuses opens while DO_DEVICE_INITIALIZING is set). What the WDK's library
 * does beyond this is left out: settings in the registry under the device's class GUID do not override the list.
 */
#include "wdk_lite.h"

#define MAX_ENTRIES 8
#define MAX_SUBAUTHORITIES 2

typedef struct _ALLOWED {
    ACCESS_MASK Mask;
    UCHAR SubAuthorityCount;
    UCHAR Authority;
    ULONG SubAuthorities[MAX_SUBAUTHORITIES];
} ALLOWED;

/* A self-relative security descriptor with a protected DACL and nothing else. */
typedef struct _DESCRIPTOR {
    UCHAR Revision;
    UCHAR Reserved;
    USHORT Control;
    ULONG Owner;
    ULONG Group;
    ULONG Sacl;
    ULONG Dacl;
    struct {
        UCHAR Revision;
        UCHAR Reserved1;
        USHORT Size;
        USHORT Count;
        USHORT Reserved2;
        UCHAR Entries[MAX_ENTRIES * (16 + 4 * MAX_SUBAUTHORITIES)];
    } Acl;
} DESCRIPTOR;

typedef struct _CURSOR {
    PCWCH At;
    PCWCH End;
} CURSOR;

static BOOLEAN Take(CURSOR *cursor, const char *text)
{
    PCWCH at = cursor->At;

    for (; *text != '\0'; text++, at++) {
        if (at == cursor->End || *at != (WCHAR)(UCHAR)*text) {
            return FALSE;
        }
    }
    cursor->At = at;
    return TRUE;
}

/* Generic rights as the I/O manager's file objects map them: a descriptor in force holds no generic bits. */
static BOOLEAN TakeRight(CURSOR *cursor, ACCESS_MASK *mask)
{
    if (Take(cursor, "GA")) {
        *mask |= FILE_ALL_ACCESS;
    } else if (Take(cursor, "GR")) {
        *mask |= FILE_GENERIC_READ;
    } else if (Take(cursor, "GW")) {
        *mask |= FILE_GENERIC_WRITE;
    } else if (Take(cursor, "GX")) {
        *mask |= FILE_GENERIC_EXECUTE;
    } else {
        return FALSE;
    }
    return TRUE;
}

static BOOLEAN TakeSid(CURSOR *cursor, ALLOWED *entry)
{
    static const struct {
        char Name[3];
        UCHAR Authority;
        UCHAR Count;
        ULONG SubAuthorities[MAX_SUBAUTHORITIES];
    } known[] = {
        {"SY", 5, 1, {18, 0}},   /* the system */
        {"BA", 5, 2, {32, 544}}, /* administrators */
        {"LS", 5, 1, {19, 0}},   /* local service */
        {"NS", 5, 1, {20, 0}},   /* network service */
        {"BU", 5, 2, {32, 545}}, /* users */
        {"AU", 5, 1, {11, 0}},   /* whoever has logged on */
        {"WD", 1, 1, {0, 0}},    /* everyone */
    };
    ULONG i;

    for (i = 0; i < ARRAYSIZE(known); i++) {
        if (Take(cursor, known[i].Name)) {
            entry->Authority = known[i].Authority;
            entry->SubAuthorityCount = known[i].Count;
            entry->SubAuthorities[0] = known[i].SubAuthorities[0];
            entry->SubAuthorities[1] = known[i].SubAuthorities[1];
            return TRUE;
        }
    }
    return FALSE;
}

/* Appends an ACCESS_ALLOWED_ACE: type, flags, size, mask, SID. */
static VOID Append(DESCRIPTOR *descriptor, const ALLOWED *entry)
{
    UCHAR *at = descriptor->Acl.Entries + (descriptor->Acl.Size - FIELD_OFFSET(DESCRIPTOR, Acl.Entries) +
                                           FIELD_OFFSET(DESCRIPTOR, Acl));
    USHORT size = (USHORT)(16 + 4 * entry->SubAuthorityCount);
    ULONG i;

    at[0] = ACCESS_ALLOWED_ACE_TYPE;
    at[1] = 0;
    *(USHORT *)(at + 2) = size;
    *(ULONG *)(at + 4) = entry->Mask;
    at[8] = SID_REVISION;
    at[9] = entry->SubAuthorityCount;
    for (i = 10; i < 15; i++) {
        at[i] = 0;
    }
    at[15] = entry->Authority;
    for (i = 0; i < entry->SubAuthorityCount; i++) {
        *(ULONG *)(at + 16 + 4 * i) = entry->SubAuthorities[i];
    }
    descriptor->Acl.Size = (USHORT)(descriptor->Acl.Size + size);
    descriptor->Acl.Count++;
}

static NTSTATUS Parse(PCUNICODE_STRING sddl, DESCRIPTOR *descriptor)
{
    CURSOR cursor = {sddl->Buffer, sddl->Buffer + sddl->Length / sizeof(WCHAR)};

    descriptor->Revision = SECURITY_DESCRIPTOR_REVISION;
    descriptor->Reserved = 0;
    descriptor->Control = SE_SELF_RELATIVE | SE_DACL_PRESENT | SE_DACL_PROTECTED;
    descriptor->Owner = 0;
    descriptor->Group = 0;
    descriptor->Sacl = 0;
    descriptor->Dacl = FIELD_OFFSET(DESCRIPTOR, Acl);
    descriptor->Acl.Revision = ACL_REVISION;
    descriptor->Acl.Reserved1 = 0;
    descriptor->Acl.Size = FIELD_OFFSET(DESCRIPTOR, Acl.Entries) - FIELD_OFFSET(DESCRIPTOR, Acl);
    descriptor->Acl.Count = 0;
    descriptor->Acl.Reserved2 = 0;

    if (!Take(&cursor, "D:P")) {
        return STATUS_INVALID_PARAMETER;
    }
    while (cursor.At != cursor.End) {
        ALLOWED entry = {0};

        if (descriptor->Acl.Count == MAX_ENTRIES || !Take(&cursor, "(A;;") || !TakeRight(&cursor, &entry.Mask)) {
            return STATUS_INVALID_PARAMETER;
        }
        while (TakeRight(&cursor, &entry.Mask)) {
        }
        if (!Take(&cursor, ";;;") || !TakeSid(&cursor, &entry) || !Take(&cursor, ")")) {
            return STATUS_INVALID_PARAMETER;
        }
        Append(descriptor, &entry);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdmlibIoCreateDeviceSecure(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize, PUNICODE_STRING DeviceName,
                                          DEVICE_TYPE DeviceType, ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                                          PCUNICODE_STRING DefaultSDDLString, LPCGUID DeviceClassGuid,
                                          PDEVICE_OBJECT *DeviceObject)
{
    DESCRIPTOR descriptor;
    PDEVICE_OBJECT device;
    HANDLE handle;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DeviceClassGuid);

    status = Parse(DefaultSDDLString, &descriptor);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateDevice(DriverObject, DeviceExtensionSize, DeviceName, DeviceType, DeviceCharacteristics, Exclusive, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    status = ObOpenObjectByPointer(device, OBJ_KERNEL_HANDLE, NULL, WRITE_DAC, NULL, KernelMode, &handle);
    if (NT_SUCCESS(status)) {
        status = ZwSetSecurityObject(handle, DACL_SECURITY_INFORMATION, (PSECURITY_DESCRIPTOR)&descriptor);
        ZwClose(handle);
    }
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }

    *DeviceObject = device;
    return STATUS_SUCCESS;
}
