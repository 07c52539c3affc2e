//! The machine code that every interrupt and exception enters: one small stub a vector, then one of two common parts.
//!
//! An exception is looked at on a stack of its own: it ends the run, or goes on to a handler of the driver's on the interrupted
//! stack (see [`super::raise`]). An interrupt moves to the processor's interrupt stack
//! (a deferred-call interrupt to that stack), so that it costs the interrupted kernel stack little, saves what
//! the Microsoft x64 calling convention lets a callee change, with all SSE registers, and returns.

use core::arch::global_asm;

use super::capture::pop_registers;
use super::percpu::{DEFERRED_STACK, DEPTH, INTERRUPT_STACK};

/// Vector of the interrupt that starts deferred calls: class 2, DISPATCH_LEVEL.
pub const DEFERRED_VECTOR: u8 = 0x2F;

/// Bytes from one stub to the next.
const STUB: usize = 16;

unsafe extern "C" {
    static rig_stubs: u8;
}

/// Address of the stub of `vector`.
pub fn stub(vector: usize) -> u64 {
    core::ptr::addr_of!(rig_stubs) as u64 + (vector * STUB) as u64
}

/// What an exception's stub leaves on the stack, lowest address first, and takes back from there when it goes on.
#[derive(Debug)]
#[repr(C)]
pub struct ExceptionFrame {
    /// R15 down to RAX, in the order r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rdx, rcx, rbx, rax.
    pub registers: [u64; 15],
    /// The exception's number.
    pub vector: u64,
    /// Its error code, or 0.
    pub error: u64,
    /// Where it happened.
    pub rip: u64,
    /// Code segment.
    pub cs: u64,
    /// Flags.
    pub rflags: u64,
    /// Stack pointer.
    pub rsp: u64,
    /// Stack segment.
    pub ss: u64,
}

global_asm!(
    ".balign 16",
    ".global rig_stubs",
    "rig_stubs:",
    // Exceptions: 8, 10 to 14, 17, 21, 29 and 30 push an error code, the others get a 0.
    ".set vector, 0",
    ".rept 32",
    ".balign 16",
    ".if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)",
    "pushq $vector",
    ".else",
    "pushq $0",
    "pushq $vector",
    ".endif",
    "jmp rig_exception",
    ".set vector, vector + 1",
    ".endr",
    // Interrupts.
    ".rept 224",
    ".balign 16",
    // `int 29h` and `int 2Ch` are instructions of the driver's: __fastfail and NT_ASSERT.
    ".if (vector == 0x29) || (vector == 0x2C)",
    "pushq $0",
    "pushq $vector",
    "jmp rig_exception",
    ".else",
    "pushq %rcx",
    "movl $vector, %ecx",
    "jmp rig_interrupt",
    ".endif",
    ".set vector, vector + 1",
    ".endr",
    options(att_syntax),
);

global_asm!(
    ".global rig_exception",
    ".global rig_interrupt",
    "rig_exception:",
    "push rax",
    "push rbx",
    "push rcx",
    "push rdx",
    "push rbp",
    "push rsi",
    "push rdi",
    "push r8",
    "push r9",
    "push r10",
    "push r11",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "cld",
    "mov rcx, rsp",
    "mov rbp, rsp",
    "and rsp, -16",
    "sub rsp, 32",
    "call {exception}",
    "mov rsp, rbp",
    pop_registers!(),
    "add rsp, 16",
    "iretq",

    "rig_interrupt:",
    "push rax",
    "push rdx",
    "push r8",
    "push r9",
    "push r10",
    "push r11",
    "push rbx",
    "mov rbx, rsp",
    "cld",
    "cmp ecx, {deferred_vector}",
    "je 3f",
    // A device interrupt: to the interrupt stack, unless already on it.
    "inc dword ptr gs:[{depth}]",
    "cmp dword ptr gs:[{depth}], 1",
    "jne 2f",
    "mov rsp, gs:[{interrupt_stack}]",
    "2:",
    "and rsp, -16",
    "sub rsp, 544",
    "fxsave64 [rsp + 32]",
    "mov rdx, [rbx + 64]",
    "call {interrupt}",
    "fxrstor64 [rsp + 32]",
    "dec dword ptr gs:[{depth}]",
    "4:",
    "mov rsp, rbx",
    "pop rbx",
    "pop r11",
    "pop r10",
    "pop r9",
    "pop r8",
    "pop rdx",
    "pop rax",
    "pop rcx",
    "iretq",
    // Deferred calls: they never nest, since their vector is masked at DISPATCH_LEVEL.
    "3:",
    "mov rsp, gs:[{deferred_stack}]",
    "sub rsp, 544",
    "fxsave64 [rsp + 32]",
    "call {deferred}",
    "fxrstor64 [rsp + 32]",
    "jmp 4b",
    exception = sym super::interrupts::exception,
    interrupt = sym super::interrupts::interrupt,
    deferred = sym super::deferred::interrupt,
    deferred_vector = const DEFERRED_VECTOR as u32,
    depth = const DEPTH,
    interrupt_stack = const INTERRUPT_STACK,
    deferred_stack = const DEFERRED_STACK,
);
