/*
 * BufferOverflowFastFailK.lib: the run time of the compiler's buffer checks (/GS), and the image's load configuration, which tells
 * the loader where the security cookie is. The loader replaces the cookie's default by a random value.
 *
 * Neither rustc nor the libraries of this folder use /GS, so the checks are taken from here only by an object that asks for them.
 * The load configuration is asked for by build.rs, as link.exe does by itself. It says nothing of Control Flow Guard
 * (docs/decisions/0023).
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

/* IMAGE_LOAD_CONFIG_DIRECTORY64 (PE format, "The Load Configuration Structure"), as far as GuardFlags. */
struct load_configuration {
    uint32_t size;
    uint8_t unused[84];
    const void *security_cookie;
    uint8_t handlers_and_guard[48];
    uint32_t guard_flags;
};

_Static_assert(offsetof(struct load_configuration, security_cookie) == 0x58, "SecurityCookie");
_Static_assert(offsetof(struct load_configuration, guard_flags) == 0x90, "GuardFlags");

const struct load_configuration _load_config_used = {
    .size = 0x94,
    .security_cookie = &__security_cookie,
};
