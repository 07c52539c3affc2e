/*
 * A driver with Control Flow Guard. It calls one of its functions through a pointer, which is right; with BESIDE it then calls an
 * address that is no function's.
 */
#include "kernel.h"

#include "../../../wdk-lite/lib/buffer_overflow_fast_fail_k.c"

IMPORT ULONG DbgPrint(const char *format, ...);

typedef int (*ROUTINE)(int);

__declspec(noinline) static int twice(int value)
{
    return 2 * value;
}

static ROUTINE volatile routine = twice;

NTSTATUS DriverEntry(void *driver, void *path)
{
    CHECK(routine(21) == 42);
    DbgPrint("guard checked\n");
#ifdef BESIDE
    routine = (ROUTINE)((char *)routine + 1);
    routine(21);
#endif
    return FAILED;
}
