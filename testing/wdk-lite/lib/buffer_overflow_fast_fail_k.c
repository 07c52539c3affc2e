/*
 * BufferOverflowFastFailK.lib: the run time of the compiler's buffer checks (/GS), for objects that were compiled with them.
 *
 * Neither rustc nor the libraries of this folder use /GS, so the linker takes nothing from here unless an object asks for it.
 */
#include <stdint.h>

#define FAST_FAIL_STACK_COOKIE_CHECK_FAILURE 2

uintptr_t __security_cookie = 0x00002B992DDFA232ULL;

void __security_check_cookie(uintptr_t cookie)
{
    if (cookie != __security_cookie) {
        __asm__ volatile("int $0x29" : : "c"(FAST_FAIL_STACK_COOKIE_CHECK_FAILURE));
    }
}
