/*
 * BufferOverflowFastFailK.lib: the run time of the compiler's buffer checks (/GS) and of Control Flow Guard, and the image's load
 * configuration, which tells the loader where the security cookie, the guard's pointers and its tables are. The loader replaces
 * the cookie's default by a random value, and the pointers by its checks if it makes any (docs/decisions/0023).
 *
 * Neither rustc nor the libraries of this folder use /GS, so its checks are taken from here only by an object that asks for them.
 * The load configuration is asked for by build.rs, as link.exe does by itself.
 */
#include <stddef.h>
#include <stdint.h>

#define FAST_FAIL_STACK_COOKIE_CHECK_FAILURE 2

uintptr_t __security_cookie = 0x00002B992DDFA232ULL;

void __security_check_cookie(uintptr_t cookie)
{
    if (cookie != __security_cookie) {
        __asm__ volatile("int $0x29" : : "c"(FAST_FAIL_STACK_COOKIE_CHECK_FAILURE));
    }
}

/* What a call through a pointer does where nothing is checked. */
__attribute__((naked)) static void guard_check_nothing(void)
{
    __asm__ volatile("ret");
}

__attribute__((naked)) static void guard_dispatch_unchecked(void)
{
    __asm__ volatile("jmp *%rax");
}

/* The compiler's calls go through these, and the loader writes them. */
void (*const volatile __guard_check_icall_fptr)(void) = guard_check_nothing;
void (*const volatile __guard_dispatch_icall_fptr)(void) = guard_dispatch_unchecked;

/* The linker's: addresses of tables, and numbers that stand as addresses. */
extern const uint8_t __guard_fids_table[], __guard_fids_count[], __guard_flags[];
extern const uint8_t __guard_iat_table[], __guard_iat_count[];
extern const uint8_t __guard_longjmp_table[], __guard_longjmp_count[];

/* IMAGE_LOAD_CONFIG_DIRECTORY64 (PE format, "The Load Configuration Structure"), as far as GuardLongJumpTargetCount. */
struct load_configuration {
    uint32_t size;
    uint8_t unused[84];
    const void *security_cookie;
    uint8_t handlers[16];
    const volatile void *guard_check_pointer;
    const volatile void *guard_dispatch_pointer;
    const void *guard_functions;
    const void *guard_function_count;
    /* GuardFlags, and the first half of CodeIntegrity, which is 0. */
    const void *guard_flags;
    uint8_t code_integrity[8];
    const void *guard_imports;
    const void *guard_import_count;
    const void *guard_long_jumps;
    const void *guard_long_jump_count;
};

_Static_assert(offsetof(struct load_configuration, security_cookie) == 0x58, "SecurityCookie");
_Static_assert(offsetof(struct load_configuration, guard_check_pointer) == 0x70, "GuardCFCheckFunctionPointer");
_Static_assert(offsetof(struct load_configuration, guard_flags) == 0x90, "GuardFlags");
_Static_assert(offsetof(struct load_configuration, guard_imports) == 0xa0, "GuardAddressTakenIatEntryTable");
_Static_assert(sizeof(struct load_configuration) == 0xc0, "GuardLongJumpTargetCount");

const struct load_configuration _load_config_used = {
    .size = sizeof(struct load_configuration),
    .security_cookie = &__security_cookie,
    .guard_check_pointer = &__guard_check_icall_fptr,
    .guard_dispatch_pointer = &__guard_dispatch_icall_fptr,
    .guard_functions = __guard_fids_table,
    .guard_function_count = __guard_fids_count,
    .guard_flags = __guard_flags,
    .guard_imports = __guard_iat_table,
    .guard_import_count = __guard_iat_count,
    .guard_long_jumps = __guard_longjmp_table,
    .guard_long_jump_count = __guard_longjmp_count,
};
