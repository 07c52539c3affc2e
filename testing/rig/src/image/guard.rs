//! The checks of Control Flow Guard, as a system with memory integrity makes them: a call through a
//! pointer into the driver's image has to be to a function of the image's table.

use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use crate::guard::Targets;

/// FAST_FAIL_GUARD_ICALL_CHECK_FAILURE of wdm.h.
const FAST_FAIL: u32 = 10;

static BASE: AtomicU64 = AtomicU64::new(0);
/// Bytes of the image; 0 while there is no guard.
static SIZE: AtomicU64 = AtomicU64::new(0);
static TARGETS: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());
/// Calls that were checked.
pub static CALLS: AtomicU64 = AtomicU64::new(0);

/// Checks calls into the image at `base` from now on.
pub fn watch(base: u64, targets: Targets) {
    let targets: &'static mut [u8] = targets.leak();
    BASE.store(base, Ordering::Relaxed);
    TARGETS.store(targets.as_mut_ptr(), Ordering::Relaxed);
    SIZE.store(targets.len() as u64, Ordering::Release);
}

/// Whether the kernel may call `address`: it is outside the image, or one of the image's functions,
/// or nothing is checked.
pub fn allows(address: u64) -> bool {
    let offset = address.wrapping_sub(BASE.load(Ordering::Relaxed));
    if offset >= SIZE.load(Ordering::Acquire) {
        return true;
    }
    // SAFETY: the targets are as many as the image has bytes, and are never freed.
    unsafe { TARGETS.load(Ordering::Relaxed).add(offset as usize).read() != 0 }
}

/// `__guard_dispatch_icall_fptr`: goes on at the address in RAX if that may be called. May use R10
/// and R11.
#[unsafe(naked)]
pub extern "C" fn dispatch() {
    core::arch::naked_asm!(
        "lock inc qword ptr [rip + {calls}]",
        "mov r10, rax",
        "sub r10, [rip + {base}]",
        "cmp r10, [rip + {size}]",
        "jae 2f",
        "mov r11, [rip + {targets}]",
        "cmp byte ptr [r11 + r10], 0",
        "je 3f",
        "2:",
        "jmp rax",
        "3:",
        "mov ecx, {code}",
        "int 0x29",
        "ud2",
        base = sym BASE,
        size = sym SIZE,
        targets = sym TARGETS,
        calls = sym CALLS,
        code = const FAST_FAIL,
    )
}

/// `__guard_check_icall_fptr`: returns if the address in RCX may be called. May use R10 and R11.
#[unsafe(naked)]
pub extern "C" fn check() {
    core::arch::naked_asm!(
        "lock inc qword ptr [rip + {calls}]",
        "mov r10, rcx",
        "sub r10, [rip + {base}]",
        "cmp r10, [rip + {size}]",
        "jae 2f",
        "mov r11, [rip + {targets}]",
        "cmp byte ptr [r11 + r10], 0",
        "je 3f",
        "2:",
        "ret",
        "3:",
        "mov ecx, {code}",
        "int 0x29",
        "ud2",
        base = sym BASE,
        size = sym SIZE,
        targets = sym TARGETS,
        calls = sym CALLS,
        code = const FAST_FAIL,
    )
}
