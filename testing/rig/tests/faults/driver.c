/*
 * A driver that does one wrong thing, chosen by FAULT, so that the tests can see the rig notice it. FAULT 0 does nothing wrong
 * and checks what the rig's services answer. It registers with no port driver: DriverEntry always fails in the end.
 */
typedef unsigned char UCHAR;
typedef unsigned short USHORT;
typedef unsigned int ULONG;
typedef unsigned long long ULONG64;
typedef int NTSTATUS;

#define IMPORT __declspec(dllimport)

IMPORT ULONG DbgPrint(const char *format, ...);
IMPORT void *ExAllocatePool2(ULONG64 flags, ULONG64 bytes, ULONG tag);
IMPORT void ExFreePoolWithTag(void *block, ULONG tag);
IMPORT void KeInitializeEvent(void *event, int type, UCHAR state);
IMPORT int KeSetEvent(void *event, int increment, UCHAR wait);
IMPORT NTSTATUS KeWaitForSingleObject(void *object, int reason, char mode, UCHAR alertable, long long *timeout);
IMPORT long long KeQueryPerformanceCounter(long long *frequency);
IMPORT UCHAR KeGetCurrentIrql(void);
IMPORT void *MmAllocatePagesForMdlEx(ULONG64 low, ULONG64 high, ULONG64 skip, ULONG64 bytes, int cache, ULONG flags);
IMPORT void *MmMapLockedPagesSpecifyCache(void *mdl, char mode, int cache, void *base, ULONG bugcheck, ULONG priority);
IMPORT void MmUnmapLockedPages(void *base, void *mdl);
IMPORT void MmFreePagesFromMdl(void *mdl);
IMPORT NTSTATUS MmCopyMemory(void *target, const void *source, ULONG64 bytes, ULONG flags, ULONG64 *copied);
IMPORT NTSTATUS ZwClose(void *handle);
#if FAULT == 9 || FAULT == 0
IMPORT void KeNoSuchRoutine(void);
#endif
#if FAULT == 20
IMPORT ULONG KeNoSuchVariable;
#endif
#if FAULT == 12
IMPORT NTSTATUS WdfVersionBind(void *driver, void *path, void *info, void **globals);
#endif

#define NON_PAGED 0x40
#define TAG 0x74736554
#define FAILED ((NTSTATUS)0xC0000001)

int _fltused;
static volatile ULONG data = 1;
static const volatile ULONG constant = 2;
volatile ULONG *volatile pointer = &data;

#define CHECK(what) \
    do { \
        if (!(what)) { \
            DbgPrint("WRONG: %s\n", #what); \
        } \
    } while (0)

static void set_irql(ULONG64 level)
{
    __asm__ volatile("mov %0, %%cr8" : : "r"(level));
}

#if FAULT == 0
static void services(void)
{
    ULONG64 event[3];
    ULONG64 copied = 0;
    long long timeout = -200000;
    long long before;
    char *block;
    char *mapped;
    char copy[16];
    void *mdl;
    ULONG64 *frames;

    CHECK(*pointer == 1 && constant == 2);
    /* An import that the rig lacks does no harm until it is called. */
    CHECK(KeNoSuchRoutine != 0);
    DbgPrint("text %s, %d, %08x, %llu", "narrow", -5, 0xBEEF, 1ULL << 40);

    block = ExAllocatePool2(NON_PAGED, 100, TAG);
    CHECK(block != 0 && ((ULONG64)block & 15) == 0 && block[0] == 0 && block[99] == 0);
    block[99] = 7;
    ExFreePoolWithTag(block, TAG);
    block = ExAllocatePool2(NON_PAGED, 5000, TAG);
    CHECK(block != 0 && ((ULONG64)block & 4095) == 0);
    ExFreePoolWithTag(block, TAG);
    CHECK(ExAllocatePool2(NON_PAGED, 16, 0) == 0);
    CHECK(ExAllocatePool2(0, 16, TAG) == 0);

    KeInitializeEvent(event, 1, 0);
    before = KeQueryPerformanceCounter(0);
    CHECK(KeWaitForSingleObject(event, 0, 0, 0, &timeout) == 0x102);
    CHECK(KeQueryPerformanceCounter(0) - before >= 200000);
    CHECK(KeSetEvent(event, 0, 0) == 0);
    CHECK(KeWaitForSingleObject(event, 0, 0, 0, &timeout) == 0);
    CHECK(KeWaitForSingleObject(event, 0, 0, 0, &timeout) == 0x102);

    set_irql(2);
    CHECK(KeGetCurrentIrql() == 2);
    set_irql(0);

    mdl = MmAllocatePagesForMdlEx(0, ~0ULL, 0, 8 * 4096, 1, 4);
    CHECK(mdl != 0);
    mapped = MmMapLockedPagesSpecifyCache(mdl, 0, 1, 0, 0, 0x40000010);
    CHECK(mapped != 0 && mapped[8 * 4096 - 1] == 0);
    frames = (ULONG64 *)mdl + 6;
    CHECK(frames[1] != frames[0] + 1 || frames[2] != frames[1] + 1 || frames[3] != frames[2] + 1);
    mapped[4095] = 'a';
    mapped[4096] = 'b';
    CHECK(MmCopyMemory(copy, mapped + 4095, 2, 2, &copied) == 0 && copied == 2 && copy[0] == 'a' && copy[1] == 'b');
    CHECK(MmCopyMemory(copy, mapped + 8 * 4096 - 4, 16, 2, &copied) < 0 && copied == 4);
    CHECK(MmCopyMemory(copy, 0, 16, 2, &copied) < 0 && copied == 0);
    MmUnmapLockedPages(mapped, mdl);
    MmFreePagesFromMdl(mdl);
    ExFreePoolWithTag(mdl, 0);
    CHECK(ZwClose((void *)4) < 0);
    DbgPrint("services checked");
}
#endif

#if FAULT == 2
static int deeper(volatile char *above, int depth)
{
    volatile char here[512];

    here[0] = above[0];
    return deeper(here, depth + 1) + here[depth & 511];
}
#endif

NTSTATUS DriverEntry(void *driver, void *path)
{
#if FAULT == 0
    services();
#elif FAULT == 1
    data = *(volatile ULONG *)(ULONG64)(data - 1);
#elif FAULT == 2
    volatile char here[16];
    here[0] = 1;
    data = deeper(here, 0);
#elif FAULT == 3
    volatile char *block = ExAllocatePool2(NON_PAGED, 32, TAG);
    block[32] = 1;
#elif FAULT == 4
    volatile char *block = ExAllocatePool2(NON_PAGED, 30, TAG);
    block[30] = 1;
    ExFreePoolWithTag((void *)block, TAG);
#elif FAULT == 5
    void *block = ExAllocatePool2(NON_PAGED, 32, TAG);
    ExFreePoolWithTag(block, TAG);
    ExFreePoolWithTag(block, TAG);
#elif FAULT == 6
    volatile char *block = ExAllocatePool2(NON_PAGED, 32, TAG);
    ExFreePoolWithTag((void *)block, TAG);
    data = block[0];
#elif FAULT == 7
    *(volatile char *)DriverEntry = 0;
#elif FAULT == 8
    ((void (*)(void))pointer)();
#elif FAULT == 9
    KeNoSuchRoutine();
#elif FAULT == 10
    set_irql(2);
    ZwClose((void *)4);
    set_irql(0);
#elif FAULT == 11
    ExAllocatePool2(NON_PAGED, 48, TAG);
#elif FAULT == 12
    ULONG64 *table = 0;
    void *globals = 0;
    struct {
        ULONG size;
        const USHORT *component;
        ULONG version[3];
        ULONG count;
        ULONG64 **table;
        void *module;
    } info = {sizeof(info), (const USHORT *)L"KmdfLibrary", {1, 31, 0}, 458, &table, 0};
    WdfVersionBind(driver, path, &info, &globals);
    ((void (*)(void *))table[75])(globals);
#elif FAULT == 13
    *(volatile ULONG *)0x400000 = 1;
#elif FAULT == 14
    void *mdl = MmAllocatePagesForMdlEx(0, ~0ULL, 0, 4096, 1, 4);
    MmMapLockedPagesSpecifyCache(mdl, 0, 1, 0, 0, 0x40000010);
    MmFreePagesFromMdl(mdl);
#elif FAULT == 15
    __asm__ volatile("int3");
#elif FAULT == 16
    while (*pointer != 0) {
    }
#elif FAULT == 18
    __asm__ volatile("int $0x2c");
#elif FAULT == 19
    __asm__ volatile("int $0x29" : : "c"(5ULL));
#elif FAULT == 20
    data = KeNoSuchVariable;
#elif FAULT == 21
    ULONG64 turns = 1000000;
    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(turns));
#endif
    return FAILED;
}
