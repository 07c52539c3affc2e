/*
 * Structured exception handling on the rig: a driver whose DriverEntry raises exceptions of each kind and says WRONG for what is not
 * as on Windows. UNHANDLED chooses one that nothing takes instead. It registers with no port driver: DriverEntry fails in the end.
 */
#include "kernel.h"

/* What a filter or a handler has seen, in order. */
static char trace[32];
static int steps;

static void step(char what)
{
    if (steps < 31) {
        trace[steps++] = what;
        trace[steps] = 0;
    }
}

static void begin(void)
{
    steps = 0;
    trace[0] = 0;
}

static int is(const char *expected)
{
    int same = strcmp(trace, expected) == 0;

    if (!same) {
        DbgPrint("expected %s, came %s\n", expected, trace);
    }
    return same;
}

static volatile ULONG *volatile user = (volatile ULONG *)0x10000;
static volatile int zero;

/* clang guards calls only, so whatever raises is a function of its own. */
#define APART static __attribute__((noinline))

APART void read_user(void)
{
    (void)*user;
}

APART void write_user(void)
{
    *user = 1;
}

APART void write_kernel(void)
{
    *(volatile int *)0xFFFFA00000000010ULL = 1;
}

APART int divide(void)
{
    return (steps + 7) / zero;
}

APART void assertion(void)
{
    __asm__ volatile("int $0x2c");
}

APART void breakpoint(void)
{
    __asm__ volatile("int3");
}

APART ULONG64 repaired(void)
{
    ULONG64 value = 0;

    __asm__ volatile("ud2" : "=a"(value) : : "memory");
    return value;
}

static int filter(EXCEPTION_POINTERS *pointers, int answer)
{
    step('f');
    CHECK(pointers->record->address != 0);
    return answer;
}

static void access_violation(void)
{
    EXCEPTION_RECORD record = {0};

    begin();
    __try {
        step('a');
        read_user();
        step('b');
    } __except (record = *((EXCEPTION_POINTERS *)_exception_info())->record, filter(_exception_info(), 1)) {
        step('h');
        CHECK(_exception_code() == 0xC0000005);
    }
    step('z');
    CHECK(is("afhz"));
    CHECK(record.code == 0xC0000005 && record.parameters == 2);
    CHECK(record.information[0] == 0 && record.information[1] == 0x10000);

    begin();
    __try {
        write_user();
    } __except (record = *((EXCEPTION_POINTERS *)_exception_info())->record, 1) {
        step('h');
    }
    CHECK(is("h") && record.information[0] == 1);
}

/* Registers and vectors that a callee must keep come back to the handler's frame. */
APART int kept_values(int one, int two, double real)
{
    volatile int result = 0;

    __try {
        read_user();
    } __except (1) {
        result = one * 100 + two + (int)real;
    }
    return result;
}

APART void inner_finally(void)
{
    __try {
        step('1');
        read_user();
    } __finally {
        step(_abnormal_termination() ? '2' : '!');
    }
    step('!');
}

static void termination(void)
{
    begin();
    __try {
        __try {
            inner_finally();
        } __finally {
            step('3');
        }
        step('!');
    } __except (step('f'), 1) {
        step('4');
    }
    CHECK(is("1f234"));

    begin();
    __try {
        step('1');
    } __finally {
        step(_abnormal_termination() ? '!' : '2');
    }
    CHECK(is("12"));
}

static void search(void)
{
    begin();
    __try {
        __try {
            read_user();
        } __except (step('n'), 0) {
            step('!');
        }
    } __except (step('y'), 1) {
        step('h');
    }
    CHECK(is("nyh"));

    begin();
    __try {
        ExRaiseStatus(0xC0001234);
    } __except (_exception_code() == 0xC0001234) {
        step('h');
    }
    CHECK(is("h"));
}

static int repair(EXCEPTION_POINTERS *pointers)
{
    step('r');
    /* The two bytes of `ud2` are skipped. */
    pointers->context->rip += 2;
    pointers->context->registers[0] = 77;
    return -1;
}

static void continued(void)
{
    ULONG64 value = 0;

    begin();
    __try {
        value = repaired();
        step('b');
    } __except (repair(_exception_info())) {
        step('!');
    }
    CHECK(is("rb") && value == 77);
}

/* An exception in a filter, in a termination handler, and in a handler. */
APART int bad_filter(void)
{
    __try {
        step('1');
        read_user();
    } __except (1) {
        step('2');
    }
    return 1;
}

APART void bad_finally(void)
{
    __try {
        read_user();
    } __finally {
        step('3');
        read_user();
    }
}

static void nested(void)
{
    begin();
    __try {
        read_user();
    } __except (bad_filter()) {
        step('h');
    }
    CHECK(is("12h"));

    begin();
    __try {
        __try {
            bad_finally();
        } __except (step('f'), _exception_code() == 0xC0000005) {
            step('4');
        }
    } __except (step('!'), 1) {
        step('!');
    }
    /* The filter is asked for the first exception, then for the one in the termination handler. */
    CHECK(is("f3f4"));

    begin();
    __try {
        __try {
            read_user();
        } __except (1) {
            step('1');
            read_user();
        }
    } __except (1) {
        step('2');
    }
    CHECK(is("12"));
}

static void other_kinds(void)
{
    begin();
    __try {
        CHECK(divide() == 0);
    } __except (_exception_code() == 0xC0000094) {
        step('d');
    }
    __try {
        assertion();
    } __except (_exception_code() == 0xC0000420) {
        step('a');
    }
    __try {
        breakpoint();
    } __except (_exception_code() == 0x80000003) {
        step('b');
    }
    __try {
        ProbeForRead((void *)0xFFFF800000000000ULL, 4, 1);
    } __except (_exception_code() == 0xC0000005) {
        step('p');
    }
    __try {
        ProbeForRead((void *)0x1001, 4, 4);
    } __except (_exception_code() == 0x80000002) {
        step('m');
    }
    CHECK(is("dabpm"));
}

/* A fault inside an export that is called with a bad pointer. */
static void in_an_export(void)
{
    char copy[16];

    begin();
    __try {
        memcpy(copy, (void *)0x20000, sizeof copy);
    } __except (1) {
        step('h');
    }
    CHECK(is("h"));
}

NTSTATUS DriverEntry(void *driver, void *path)
{
#if UNHANDLED == 1
    ExRaiseStatus(0xC0001234);
#elif UNHANDLED == 2
    __try {
        /* An address of the kernel's: no handler is asked. */
        write_kernel();
    } __except (1) {
        DbgPrint("WRONG: handled");
    }
#elif UNHANDLED == 3
    __try {
        read_user();
    } __except (0) {
    }
#else
    access_violation();
    CHECK(kept_values(7, 8, 90.0) == 798);
    termination();
    search();
    continued();
    nested();
    other_kinds();
    in_an_export();
    DbgPrint("exceptions checked");
#endif
    return FAILED;
}
