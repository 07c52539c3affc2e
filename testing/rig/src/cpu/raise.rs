//! From an exception of the processor, or a status that an export raises, to `kernel::seh` on the stack where it happened.
//!
//! The processor's handler runs on a stack of its own for page faults, which the next fault would overwrite, while filters and
//! handlers may fault again. So the handler moves the machine frame to the interrupted stack, with the exception's description
//! below it, and returns into [`rig_raise`]; and `rig_raise` has unwind information, so that a search beyond it finds its way.

use core::arch::global_asm;

use super::capture::{self, PUSHED, pop_registers};
use super::entry::ExceptionFrame;
use super::stack::{self, PATTERN};
use crate::memory::paging;
use crate::unwind::State;

/// An exception, on its way.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Exception {
    /// Its NTSTATUS.
    pub code: i32,
    /// Parameters in use.
    pub count: u32,
    /// Parameters.
    pub parameters: [u64; 2],
    /// The processor's number of it; [`SOFTWARE`] for a raised status.
    pub vector: u64,
    /// The processor's error code.
    pub error: u64,
    /// The lowest address of the stack that was used before: what the search and the unwinding use below it is not the driver's.
    pub used: u64,
}

/// [`Exception::vector`] of what software raised.
pub const SOFTWARE: u64 = 0x100;
/// Bytes of [`Exception`].
const DESCRIPTION: u64 = size_of::<Exception>() as u64;
/// Bytes of a machine frame.
const MACHINE_FRAME: u64 = 40;
/// Least bytes of stack that must be left below: the registers, and the search with its copies of them.
const ROOM: u64 = 4096;

/// What `rig_raise` leaves on the stack, lowest address first. Restored from here when execution goes on.
#[derive(Debug)]
#[repr(C)]
pub struct Raised {
    home: [u64; 4],
    /// As FXSAVE lays them out; XMM0 at its byte 160.
    vectors: [u128; 32],
    /// r15 down to rax.
    registers: [u64; 15],
    /// What happened.
    pub exception: Exception,
    /// Where.
    pub rip: u64,
    cs: u64,
    /// Flags.
    pub rflags: u64,
    rsp: u64,
    ss: u64,
}

/// XMM0 in [`Raised::vectors`].
const FIRST_VECTOR: usize = 10;

impl Raised {
    /// The registers where it happened.
    pub fn state(&self) -> State {
        let mut state = State {
            registers: capture::registers(&self.registers, self.rsp),
            ..State::default()
        };
        state
            .vectors
            .copy_from_slice(&self.vectors[FIRST_VECTOR..FIRST_VECTOR + 16]);
        state
    }

    /// Sets the registers with which execution goes on.
    pub fn set_state(&mut self, state: &State) {
        for (&value, place) in state.registers.iter().zip(PUSHED) {
            match place {
                Some(place) => self.registers[place] = value,
                None => self.rsp = value,
            }
        }
        self.vectors[FIRST_VECTOR..FIRST_VECTOR + 16].copy_from_slice(&state.vectors);
    }
}

unsafe extern "C" {
    fn rig_raise();
}

/// The lowest address of the stack that was used when the exception happened that `raised` describes.
///
/// # Safety
/// It is the address of what `rig_raise` left, on a stack that is still in use.
pub unsafe fn used_before(raised: u64) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { (*(raised as *const Raised)).exception.used }
}

/// Makes the processor's handler return into the search for a handler, on the interrupted stack; false if that has no room.
pub fn divert(frame: &mut ExceptionFrame, mut exception: Exception) -> bool {
    let top = frame.rsp & !15;
    let place = top.wrapping_sub(MACHINE_FRAME + DESCRIPTION);
    let is_there = |address: u64| {
        x86_64::VirtAddr::try_new(address)
            .ok()
            .and_then(paging::translate)
            .is_some_and(|(_, writable)| writable)
    };
    if !is_there(place) || !is_there(place.wrapping_sub(ROOM)) {
        return false;
    }
    exception.used = stack::lowest_used(top);
    // SAFETY: below the interrupted stack pointer, and mapped: the convention leaves nothing there.
    unsafe {
        (place as *mut Exception).write(exception);
        let machine = [frame.rip, frame.cs, frame.rflags, frame.rsp, frame.ss];
        ((place + DESCRIPTION) as *mut [u64; 5]).write(machine);
    }
    frame.rip = rig_raise as *const () as u64;
    frame.rsp = place;
    true
}

/// ExRaiseStatus: raises an exception at its caller. At most APC_LEVEL's rules are the caller's.
#[unsafe(naked)]
pub extern "system" fn raise_status(status: i32) -> ! {
    core::arch::naked_asm!(
        "push rcx",
        "sub rsp, 32",
        "lea rcx, [rsp + 40]",
        "call {lowest_used}",
        "mov r10, rax",
        "add rsp, 32",
        "pop rcx",
        "mov rax, [rsp]",
        "lea rdx, [rsp + 8]",
        "and rsp, -16",
        "mov r8d, ss",
        "push r8",
        "push rdx",
        "pushfq",
        "mov r8d, cs",
        "push r8",
        "push rax",
        "xor eax, eax",
        "push r10",
        "push rax",
        "mov r8d, {software}",
        "push r8",
        "push rax",
        "push rax",
        "mov ecx, ecx",
        "push rcx",
        "jmp rig_raise",
        software = const SOFTWARE,
        lowest_used = sym stack::lowest_used,
    )
}

/// Goes on with these registers at `rip`, on their stack: what is below it is given up, and the words from `from` up to `to` are as
/// if they had never been used.
///
/// # Safety
/// They must be those of a frame on the running stack, above everything that is still needed, and above `to`.
#[unsafe(naked)]
pub unsafe extern "C" fn go_on(state: *const State, rip: u64, from: u64, to: u64) -> ! {
    core::arch::naked_asm!(
        "movups xmm6, [rcx + 128 + 96]",
        "movups xmm7, [rcx + 128 + 112]",
        "movups xmm8, [rcx + 128 + 128]",
        "movups xmm9, [rcx + 128 + 144]",
        "movups xmm10, [rcx + 128 + 160]",
        "movups xmm11, [rcx + 128 + 176]",
        "movups xmm12, [rcx + 128 + 192]",
        "movups xmm13, [rcx + 128 + 208]",
        "movups xmm14, [rcx + 128 + 224]",
        "movups xmm15, [rcx + 128 + 240]",
        "mov rax, [rcx]",
        "mov rbx, [rcx + 24]",
        "mov rbp, [rcx + 40]",
        "mov rsi, [rcx + 48]",
        "mov rdi, [rcx + 56]",
        "mov r12, [rcx + 96]",
        "mov r13, [rcx + 104]",
        "mov r14, [rcx + 112]",
        "mov r15, [rcx + 120]",
        "mov rsp, [rcx + 32]",
        // The state is not needed any more: it may lie among these words.
        "movabs r10, {pattern}",
        "2:",
        "cmp r8, r9",
        "jae 3f",
        "mov [r8], r10",
        "add r8, 8",
        "jmp 2b",
        "3:",
        "jmp rdx",
        pattern = const PATTERN,
    )
}

const _: () = {
    assert!(DESCRIPTION == 48);
    assert!(core::mem::offset_of!(Raised, registers) == 544);
};

global_asm!(
    ".def rig_raise",
    ".scl 2",
    ".type 32",
    ".endef",
    ".global rig_raise",
    ".seh_proc rig_raise",
    "rig_raise:",
    ".seh_pushframe",
    ".seh_stackalloc 48",
    "push rax",
    ".seh_pushreg rax",
    "push rbx",
    ".seh_pushreg rbx",
    "push rcx",
    ".seh_pushreg rcx",
    "push rdx",
    ".seh_pushreg rdx",
    "push rbp",
    ".seh_pushreg rbp",
    "push rsi",
    ".seh_pushreg rsi",
    "push rdi",
    ".seh_pushreg rdi",
    "push r8",
    ".seh_pushreg r8",
    "push r9",
    ".seh_pushreg r9",
    "push r10",
    ".seh_pushreg r10",
    "push r11",
    ".seh_pushreg r11",
    "push r12",
    ".seh_pushreg r12",
    "push r13",
    ".seh_pushreg r13",
    "push r14",
    ".seh_pushreg r14",
    "push r15",
    ".seh_pushreg r15",
    "sub rsp, 544",
    ".seh_stackalloc 544",
    "fxsave64 [rsp + 32]",
    ".seh_savexmm xmm6, 288",
    ".seh_savexmm xmm7, 304",
    ".seh_savexmm xmm8, 320",
    ".seh_savexmm xmm9, 336",
    ".seh_savexmm xmm10, 352",
    ".seh_savexmm xmm11, 368",
    ".seh_savexmm xmm12, 384",
    ".seh_savexmm xmm13, 400",
    ".seh_savexmm xmm14, 416",
    ".seh_savexmm xmm15, 432",
    ".seh_endprologue",
    "cld",
    "mov rcx, rsp",
    "call {raised}",
    "fxrstor64 [rsp + 32]",
    "add rsp, 544",
    pop_registers!(),
    "add rsp, 48",
    "iretq",
    ".seh_endproc",
    raised = sym crate::kernel::seh::raised,
);
