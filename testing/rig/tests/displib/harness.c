/*
 * The stand-in for displib on this machine: its source as it is, with a kernel that writes down what it is asked for, and does what
 * the words on the command line say.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In place of wdk_lite.h, whose guard is set here. */
#define WDK_LITE_H
#define NTAPI
#define FALSE 0
#define TRUE 1
#define GENERIC_READ 0x80000000u
#define GENERIC_WRITE 0x40000000u
#define NT_SUCCESS(status) ((status) >= 0)
#define STATUS_PENDING 0x103
#define STATUS_INVALID_PARAMETER ((NTSTATUS)0xC000000D)
#define STATUS_NO_SUCH_DEVICE ((NTSTATUS)0xC000000E)
#define STATUS_REVISION_MISMATCH ((NTSTATUS)0xC0000059)
#define STATUS_PROCEDURE_NOT_FOUND ((NTSTATUS)0xC000007A)
#define STATUS_INSUFFICIENT_RESOURCES ((NTSTATUS)0xC000009A)
#define STATUS_IMAGE_ALREADY_LOADED ((NTSTATUS)0xC000010E)
#define KernelMode 0
#define Executive 0
#define NotificationEvent 0

typedef int32_t NTSTATUS;
typedef uint32_t ULONG, *PULONG;
typedef unsigned char BOOLEAN;
typedef void VOID, *PVOID;
typedef void *PDRIVER_OBJECT, *PDEVICE_OBJECT, *PFILE_OBJECT, *PIRP;
typedef struct { const unsigned short *Buffer; } UNICODE_STRING, *PUNICODE_STRING;
typedef struct { long long QuadPart; } LARGE_INTEGER;
typedef struct { int unused; } KEVENT;
typedef struct { NTSTATUS Status; } IO_STATUS_BLOCK;

static int loaded_before, open_failures, ask_fails;

static void RtlInitUnicodeString(PUNICODE_STRING string, const void *buffer)
{
    string->Buffer = buffer;
}

static NTSTATUS ZwLoadDriver(PUNICODE_STRING name)
{
    puts("load");
    return loaded_before ? STATUS_IMAGE_ALREADY_LOADED : 0;
}

static NTSTATUS ZwUnloadDriver(PUNICODE_STRING name)
{
    puts("unload");
    return 0;
}

static NTSTATUS IoGetDeviceObjectPointer(PUNICODE_STRING name, ULONG access, PFILE_OBJECT *file, PDEVICE_OBJECT *device)
{
    printf("open %#x\n", access);
    if (open_failures != 0) {
        open_failures--;
        return STATUS_NO_SUCH_DEVICE;
    }
    *file = *device = (void *)"device";
    return 0;
}

static void KeDelayExecutionThread(int mode, int alertable, LARGE_INTEGER *interval)
{
    printf("wait %lld\n", -interval->QuadPart);
}

static void KeInitializeEvent(KEVENT *event, int kind, int state)
{
}

static void KeWaitForSingleObject(KEVENT *event, int reason, int mode, int alertable, void *timeout)
{
}

static NTSTATUS initialize(PDRIVER_OBJECT driver, PUNICODE_STRING path, PVOID table)
{
    puts("initialize");
    return 0;
}

static void *answer;

static PIRP IoBuildDeviceIoControlRequest(ULONG code, PDEVICE_OBJECT device, void *input, ULONG length, void *output, ULONG size,
                                          BOOLEAN internal, KEVENT *event, IO_STATUS_BLOCK *io)
{
    printf("ask %#x internal %d\n", code, internal);
    answer = output;
    return answer;
}

static NTSTATUS IofCallDriver(PDEVICE_OBJECT device, PIRP irp)
{
    void *routine = (void *)initialize;

    if (ask_fails) {
        return STATUS_INVALID_PARAMETER;
    }
    memcpy(answer, &routine, sizeof(routine));
    return 0;
}

static void ObfDereferenceObject(PFILE_OBJECT file)
{
    puts("dereference");
}

#include "../../../wdk-lite/lib/displib.c"

static NTSTATUS own_start(PVOID context, PVOID info, PVOID interface, PULONG sources, PULONG children)
{
    puts("the driver's start");
    return 7;
}

/* VERSION LOADED_BEFORE OPEN_FAILURES ASK_FAILS */
int main(int count, char **words)
{
    TABLE table = { 0, NULL, own_start };
    PVOID interface[16];
    UNICODE_STRING path = { NULL };
    NTSTATUS status;
    size_t index;
    int kept = 1;

    if (count != 5) {
        return 1;
    }
    table.Version = strtoul(words[1], NULL, 16);
    loaded_before = atoi(words[2]);
    open_failures = atoi(words[3]);
    ask_fails = atoi(words[4]);
    status = DxgkInitializeDisplayOnlyDriver((PDRIVER_OBJECT) "driver", &path, &table);
    printf("status %#x\n", (unsigned)status);
    printf("start is %s\n", table.StartDevice == own_start ? "the driver's" : "the library's");
    for (index = 0; index < 16; index++) {
        interface[index] = &interface[index];
    }
    if (table.StartDevice(NULL, NULL, interface, NULL, NULL) != 7) {
        puts("its status is lost");
    }
    for (index = 0; index < CALLBACKS; index++) {
        kept &= Callbacks[index] == &interface[0x10 / sizeof(PVOID) + index];
    }
    printf("callbacks at 0x10 to 0x58 are %s\n", kept ? "kept" : "not kept");
    return 0;
}
