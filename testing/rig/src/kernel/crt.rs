//! The C run-time routines that compilers call and ntoskrnl.exe exports.

use core::ffi::c_void;

/// memcpy.
pub extern "system" fn memcpy(to: *mut c_void, from: *const c_void, bytes: usize) -> *mut c_void {
    // SAFETY: memcpy's own contract.
    unsafe { core::ptr::copy_nonoverlapping(from.cast::<u8>(), to.cast::<u8>(), bytes) };
    to
}

/// memmove.
pub extern "system" fn memmove(to: *mut c_void, from: *const c_void, bytes: usize) -> *mut c_void {
    // SAFETY: memmove's own contract.
    unsafe { core::ptr::copy(from.cast::<u8>(), to.cast::<u8>(), bytes) };
    to
}

/// memset.
pub extern "system" fn memset(to: *mut c_void, value: i32, bytes: usize) -> *mut c_void {
    // SAFETY: memset's own contract.
    unsafe { core::ptr::write_bytes(to.cast::<u8>(), value as u8, bytes) };
    to
}

/// memcmp.
pub extern "system" fn memcmp(one: *const u8, other: *const u8, bytes: usize) -> i32 {
    for index in 0..bytes {
        // SAFETY: memcmp's own contract.
        let (a, b) = unsafe { (one.add(index).read(), other.add(index).read()) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
    }
    0
}

/// `__chkstk`: touches each page of a large frame before it is used. The size comes in RAX, and every register stays.
#[unsafe(naked)]
pub extern "system" fn chkstk() {
    core::arch::naked_asm!(
        "push rcx",
        "push rax",
        "lea rcx, [rsp + 24]",
        "2:",
        "cmp rax, 4096",
        "jb 3f",
        "sub rcx, 4096",
        "test byte ptr [rcx], 0",
        "sub rax, 4096",
        "jmp 2b",
        "3:",
        "sub rcx, rax",
        "test byte ptr [rcx], 0",
        "pop rax",
        "pop rcx",
        "ret",
    )
}

/// `__C_specific_handler`: the rig raises no structured exceptions, so it is never called.
pub extern "system" fn c_specific_handler() -> i32 {
    crate::bugcheck::bugcheck(
        crate::bugcheck::MANUALLY_INITIATED_CRASH,
        [0; 4],
        format_args!("__C_specific_handler was called"),
    )
}
