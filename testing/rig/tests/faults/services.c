/*
 * The kernel's services that drivers other than this project's use: threads, timers, locks, lists, memory, strings. DriverEntry says
 * WRONG for what is not as documented; with LEAK it gives nothing back instead. It registers with no port driver.
 */
#include "kernel.h"

typedef void ROUTINE(void *context);
typedef void DEFERRED(void *dpc, void *context, void *one, void *two);

IMPORT void *ExAllocatePoolWithTag(int pool, ULONG64 bytes, ULONG tag);
IMPORT void ExFreePoolWithTag(void *block, ULONG tag);
IMPORT void KeInitializeEvent(void *event, int type, UCHAR state);
IMPORT int KeSetEvent(void *event, int increment, UCHAR wait);
IMPORT NTSTATUS KeWaitForSingleObject(void *object, int reason, char mode, UCHAR alertable, LONG64 *timeout);
IMPORT NTSTATUS KeWaitForMultipleObjects(ULONG count, void **objects, int type, int reason, char mode, UCHAR alertable, LONG64 *timeout, void *blocks);
IMPORT NTSTATUS KeDelayExecutionThread(char mode, UCHAR alertable, LONG64 *interval);
IMPORT NTSTATUS PsCreateSystemThread(void **handle, ULONG access, void *attributes, void *process, void *client, ROUTINE *routine, void *context);
IMPORT NTSTATUS PsTerminateSystemThread(NTSTATUS status);
IMPORT NTSTATUS ObReferenceObjectByHandle(void *handle, ULONG access, void *type, char mode, void **object, void *information);
IMPORT LONG64 ObfDereferenceObject(void *object);
IMPORT NTSTATUS ZwClose(void *handle);
IMPORT int KeSetPriorityThread(void *thread, int priority);
IMPORT void KeInitializeMutex(void *mutex, ULONG level);
IMPORT int KeReleaseMutex(void *mutex, UCHAR wait);
IMPORT void KeInitializeSemaphore(void *semaphore, int count, int limit);
IMPORT int KeReleaseSemaphore(void *semaphore, int increment, int adjustment, UCHAR wait);
IMPORT void ExInitializeFastMutex(void *mutex);
IMPORT void ExAcquireFastMutex(void *mutex);
IMPORT void ExReleaseFastMutex(void *mutex);
IMPORT UCHAR KeGetCurrentIrql(void);
IMPORT void KeInitializeTimerEx(void *timer, int type);
IMPORT UCHAR KeSetTimerEx(void *timer, LONG64 due, int period, void *dpc);
IMPORT UCHAR KeCancelTimer(void *timer);
IMPORT void KeInitializeDpc(void *dpc, DEFERRED *routine, void *context);
IMPORT UCHAR KeInsertQueueDpc(void *dpc, void *one, void *two);
IMPORT void KeFlushQueuedDpcs(void);
IMPORT void KeInitializeSpinLock(ULONG64 *lock);
IMPORT UCHAR KeAcquireSpinLockRaiseToDpc(ULONG64 *lock);
IMPORT void KeReleaseSpinLock(ULONG64 *lock, UCHAR level);
IMPORT LIST *ExInterlockedInsertTailList(LIST *head, LIST *entry, ULONG64 *lock);
IMPORT LIST *ExInterlockedRemoveHeadList(LIST *head, ULONG64 *lock);
IMPORT void *MmAllocateContiguousMemory(ULONG64 bytes, ULONG64 highest);
IMPORT void MmFreeContiguousMemory(void *base);
IMPORT ULONG64 MmGetPhysicalAddress(const void *address);
IMPORT void *IoAllocateMdl(void *address, ULONG bytes, UCHAR secondary, UCHAR charge, void *irp);
IMPORT void IoFreeMdl(void *mdl);
IMPORT void MmProbeAndLockPages(void *mdl, char mode, int operation);
IMPORT void MmUnlockPages(void *mdl);
IMPORT void *MmMapLockedPagesSpecifyCache(void *mdl, char mode, int cache, void *base, ULONG bugcheck, ULONG priority);
IMPORT void *IoCreateNotificationEvent(UNICODE_STRING *name, void **handle);
IMPORT void RtlInitUnicodeString(UNICODE_STRING *string, const USHORT *source);
IMPORT NTSTATUS RtlIntegerToUnicodeString(ULONG value, ULONG base, UNICODE_STRING *string);
IMPORT int _snwprintf(USHORT *to, ULONG64 size, const USHORT *format, ...);
IMPORT int _snprintf(char *to, ULONG64 size, const char *format, ...);
IMPORT int wcscmp(const USHORT *one, const USHORT *other);
IMPORT void *MmGetSystemRoutineAddress(UNICODE_STRING *name);
IMPORT ULONG64 MmUserProbeAddress;

#define WIDE(text) ((const USHORT *)L##text)
#define ANY 1

static OBJECT event, gate, mutex, semaphore, timer, dpc, fast;
static volatile int turns, calls;
static ULONG64 lock;

static void worker(void *context)
{
    LONG64 soon = -10000;

    /* Recursive: the second wait of the owner does not block. */
    CHECK(KeWaitForSingleObject(&mutex, 0, 0, 0, 0) == 0);
    CHECK(KeWaitForSingleObject(&mutex, 0, 0, 0, 0) == 0);
    turns += *(int *)context;
    CHECK(KeReleaseMutex(&mutex, 0) == -1);
    CHECK(KeReleaseMutex(&mutex, 0) == 0);
    ExAcquireFastMutex(&fast);
    CHECK(KeGetCurrentIrql() == 1);
    ExReleaseFastMutex(&fast);
    KeDelayExecutionThread(0, 0, &soon);
    CHECK(KeWaitForSingleObject(&gate, 0, 0, 0, 0) == 0);
    KeSetEvent(&event, 0, 0);
    PsTerminateSystemThread(0);
    CHECK(0);
}

static void called(void *object, void *context, void *one, void *two)
{
    CHECK(object == &dpc && context == &calls && KeGetCurrentIrql() == 2);
    calls += 1;
}

static void *start(int *turn)
{
    void *handle = 0;
    void *thread = 0;

    CHECK(PsCreateSystemThread(&handle, 0x1FFFFF, 0, 0, 0, worker, turn) == 0);
    CHECK(ObReferenceObjectByHandle(handle, 0x1FFFFF, 0, 0, &thread, 0) == 0);
    CHECK(ZwClose(handle) == 0);
    CHECK(KeSetPriorityThread(thread, 16) == 8 && KeSetPriorityThread(thread, 8) == 16);
    return thread;
}

static void threads(void)
{
    static int turn[2] = {1, 10};
    LONG64 soon = -100000;
    void *thread[2];

    KeInitializeEvent(&event, 1, 0);
    KeInitializeEvent(&gate, 0, 0);
    KeInitializeMutex(&mutex, 0);
    ExInitializeFastMutex(&fast);
    CHECK(KeWaitForSingleObject(&mutex, 0, 0, 0, 0) == 0);
    thread[0] = start(&turn[0]);
    thread[1] = start(&turn[1]);
    KeDelayExecutionThread(0, 0, &soon);
    /* Both wait for the mutex. */
    CHECK(turns == 0);
    CHECK(KeWaitForMultipleObjects(2, thread, ANY, 0, 0, 0, &soon, 0) == 0x102);
    KeReleaseMutex(&mutex, 0);
    KeSetEvent(&gate, 0, 0);
    CHECK(KeWaitForMultipleObjects(2, thread, 0, 0, 0, 0, 0, 0) == 0);
    CHECK(turns == 11);
    CHECK(KeWaitForSingleObject(&event, 0, 0, 0, &soon) == 0);
    ObfDereferenceObject(thread[0]);
    ObfDereferenceObject(thread[1]);

    __try {
        KeReleaseMutex(&mutex, 0);
        CHECK(0);
    } __except (_exception_code() == 0xC0000046) {
        turns = 0;
    }
    CHECK(turns == 0);
    KeInitializeSemaphore(&semaphore, 1, 2);
    CHECK(KeReleaseSemaphore(&semaphore, 0, 1, 0) == 1);
    CHECK(KeWaitForSingleObject(&semaphore, 0, 0, 0, &soon) == 0);
    CHECK(KeWaitForSingleObject(&semaphore, 0, 0, 0, &soon) == 0);
    CHECK(KeWaitForSingleObject(&semaphore, 0, 0, 0, &soon) == 0x102);
}

static void timers(void)
{
    LONG64 long_ago = -10000000;

    KeInitializeDpc(&dpc, called, (void *)&calls);
    CHECK(KeInsertQueueDpc(&dpc, 0, 0) == 1);
    KeFlushQueuedDpcs();
    CHECK(calls == 1);
    KeInitializeTimerEx(&timer, 0);
    CHECK(KeSetTimerEx(&timer, -20000, 0, &dpc) == 0);
    CHECK(KeWaitForSingleObject(&timer, 0, 0, 0, &long_ago) == 0);
    KeFlushQueuedDpcs();
    CHECK(calls == 2 && KeCancelTimer(&timer) == 0);
    CHECK(KeSetTimerEx(&timer, long_ago, 0, &dpc) == 0 && KeCancelTimer(&timer) == 1);
    /* A periodic one comes again. */
    CHECK(KeSetTimerEx(&timer, -10000, 2, &dpc) == 0);
    while (calls < 5) {
        KeDelayExecutionThread(0, 0, &(LONG64){-10000});
    }
    CHECK(KeCancelTimer(&timer) == 1);
    KeFlushQueuedDpcs();
}

static void lists(void)
{
    LIST head = {&head, &head}, one, two;
    UCHAR level;

    KeInitializeSpinLock(&lock);
    CHECK(ExInterlockedRemoveHeadList(&head, &lock) == 0);
    CHECK(ExInterlockedInsertTailList(&head, &one, &lock) == 0);
    CHECK(ExInterlockedInsertTailList(&head, &two, &lock) == &one);
    CHECK(ExInterlockedRemoveHeadList(&head, &lock) == &one);
    CHECK(head.next == &two && head.last == &two && lock == 0);
    level = KeAcquireSpinLockRaiseToDpc(&lock);
    CHECK(level == 0 && KeGetCurrentIrql() == 2 && lock != 0);
    KeReleaseSpinLock(&lock, level);
    CHECK(KeGetCurrentIrql() == 0 && lock == 0);
}

static void memory(void)
{
    char *block = MmAllocateContiguousMemory(5 * 4096, ~0ULL);
    char *pool;
    char *mapped;
    void *mdl;

    CHECK(block != 0 && ((ULONG64)block & 4095) == 0);
    CHECK(MmGetPhysicalAddress(block + 4 * 4096 + 5) == MmGetPhysicalAddress(block) + 4 * 4096 + 5);
    MmFreeContiguousMemory(block);
    CHECK(MmGetPhysicalAddress(block) == 0);

    pool = ExAllocatePoolWithTag(512, 9000, TAG);
    CHECK(pool != 0);
    mdl = IoAllocateMdl(pool + 100, 8500, 0, 0, 0);
    MmProbeAndLockPages(mdl, 0, 1);
    mapped = MmMapLockedPagesSpecifyCache(mdl, 0, 1, 0, 0, 16);
    mapped[8499] = 'q';
    CHECK(mapped != pool + 100 && ((ULONG64)mapped & 4095) == ((ULONG64)(pool + 100) & 4095) && pool[8599] == 'q');
    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(pool, TAG);

    mdl = IoAllocateMdl((void *)0x10000, 4096, 0, 0, 0);
    __try {
        MmProbeAndLockPages(mdl, 1, 0);
        CHECK(0);
    } __except (_exception_code() == 0xC0000005) {
        turns = 1;
    }
    CHECK(turns == 1);
    IoFreeMdl(mdl);
    CHECK(MmUserProbeAddress == 0x7FFFFFFF0000ULL);
}

static void strings(void)
{
    USHORT wide[32];
    char narrow[32];
    UNICODE_STRING string = {0, sizeof wide, wide};

    CHECK(_snwprintf(wide, 32, WIDE("%ws-%S-%s-%05d"), L"a", "b", L"c", 42) == 11 && wcscmp(wide, WIDE("a-b-c-00042")) == 0);
    CHECK(_snprintf(narrow, 4, "%x", 0x12345) == -1 && narrow[3] == '4');
    CHECK(_snprintf(narrow, 32, "%s %#x", "n", 255) == 6 && strcmp(narrow, "n 0xff") == 0);
    CHECK(RtlIntegerToUnicodeString(4711, 10, &string) == 0 && string.length == 8 && wcscmp(wide, WIDE("4711")) == 0);
    RtlInitUnicodeString(&string, WIDE("KeSetEvent"));
    CHECK(MmGetSystemRoutineAddress(&string) == (void *)KeSetEvent);
    RtlInitUnicodeString(&string, WIDE("KeNoSuchRoutine"));
    CHECK(MmGetSystemRoutineAddress(&string) == 0);
}

static void leak(void)
{
    static char page[4096];
    UNICODE_STRING name = {0, 0, 0};
    void *handle;

    MmAllocateContiguousMemory(4096, ~0ULL);
    IoCreateNotificationEvent(&name, &handle);
    KeInitializeTimerEx(&timer, 0);
    KeSetTimerEx(&timer, -1000000000, 0, 0);
    KeInitializeEvent(&gate, 0, 0);
    KeInitializeMutex(&mutex, 0);
    ExInitializeFastMutex(&fast);
    PsCreateSystemThread(&handle, 0x1FFFFF, 0, 0, 0, worker, (void *)&turns);
    MmProbeAndLockPages(IoAllocateMdl(page, 4096, 0, 0, 0), 0, 0);
}

NTSTATUS DriverEntry(void *driver, void *path)
{
#ifdef LEAK
    leak();
#else
    threads();
    timers();
    lists();
    memory();
    strings();
    DbgPrint("kernel services checked");
#endif
    return FAILED;
}
