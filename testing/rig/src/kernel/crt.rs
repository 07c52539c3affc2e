//! The C run-time routines that compilers call and ntoskrnl.exe exports.

use core::ffi::c_void;

// The first three are written by hand with volatile registers only, and change no stack: a fault in them is unwound as in any
// leaf, while a compiled one need not have unwind information.

/// memcpy.
#[unsafe(naked)]
pub extern "system" fn memcpy(to: *mut c_void, from: *const c_void, bytes: usize) -> *mut c_void {
    core::arch::naked_asm!(
        "mov rax, rcx",
        "mov r9, r8",
        "shr r9, 5",
        "jz 3f",
        "2:",
        "movups xmm4, [rdx]",
        "movups xmm5, [rdx + 16]",
        "movups [rcx], xmm4",
        "movups [rcx + 16], xmm5",
        "add rdx, 32",
        "add rcx, 32",
        "dec r9",
        "jnz 2b",
        "3:",
        "and r8, 31",
        "jz 5f",
        "4:",
        "mov r10b, [rdx]",
        "mov [rcx], r10b",
        "inc rdx",
        "inc rcx",
        "dec r8",
        "jnz 4b",
        "5:",
        "ret",
    )
}

/// memmove.
#[unsafe(naked)]
pub extern "system" fn memmove(to: *mut c_void, from: *const c_void, bytes: usize) -> *mut c_void {
    core::arch::naked_asm!(
        // Forwards unless the target begins inside the source.
        "mov r9, rcx",
        "sub r9, rdx",
        "cmp r9, r8",
        "jae {memcpy}",
        "mov rax, rcx",
        "add rcx, r8",
        "add rdx, r8",
        "mov r9, r8",
        "shr r9, 3",
        "jz 3f",
        "2:",
        "sub rdx, 8",
        "sub rcx, 8",
        "mov r10, [rdx]",
        "mov [rcx], r10",
        "dec r9",
        "jnz 2b",
        "3:",
        "and r8, 7",
        "jz 5f",
        "4:",
        "dec rdx",
        "dec rcx",
        "mov r10b, [rdx]",
        "mov [rcx], r10b",
        "dec r8",
        "jnz 4b",
        "5:",
        "ret",
        memcpy = sym memcpy,
    )
}

/// memset.
#[unsafe(naked)]
pub extern "system" fn memset(to: *mut c_void, value: i32, bytes: usize) -> *mut c_void {
    core::arch::naked_asm!(
        "mov rax, rcx",
        "movzx edx, dl",
        "mov r10, 0x0101010101010101",
        "imul rdx, r10",
        "mov r9, r8",
        "shr r9, 4",
        "jz 3f",
        "2:",
        "mov [rcx], rdx",
        "mov [rcx + 8], rdx",
        "add rcx, 16",
        "dec r9",
        "jnz 2b",
        "3:",
        "and r8, 15",
        "jz 5f",
        "4:",
        "mov [rcx], dl",
        "inc rcx",
        "dec r8",
        "jnz 4b",
        "5:",
        "ret",
    )
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
