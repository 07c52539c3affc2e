//! Registers as unwinding wants them: those of the running function, and those that an exception's
//! entry has pushed.

use crate::unwind::State;

/// Where the entry code keeps each register, in the order of the instruction set: it pushes RAX
/// first and R15 last. RSP is not among them.
pub const PUSHED: [Option<usize>; 16] = {
    let mut places = [None; 16];
    let order = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 2, 1, 3, 0];
    let mut place = 0;
    while place < order.len() {
        places[order[place]] = Some(place);
        place += 1;
    }
    places
};

/// The registers in the order of the instruction set, from those that the entry code has pushed.
pub fn registers(pushed: &[u64; 15], rsp: u64) -> [u64; 16] {
    PUSHED.map(|place| place.map_or(rsp, |place| pushed[place]))
}

/// Takes back what the entry code has pushed.
macro_rules! pop_registers {
    () => {
        "pop r15; pop r14; pop r13; pop r12; pop r11; pop r10; pop r9; pop r8; pop rdi; pop rsi; pop rbp; pop rdx; pop rcx; \
         pop rbx; pop rax"
    };
}
pub(super) use pop_registers;

/// The running function's registers, as far as callers expect them back, and a place in it: where
/// unwinding starts.
///
/// Inlined, since a frame of its own would be gone when unwinding reads it.
#[inline(always)]
pub fn here() -> (State, u64) {
    let mut state = State::default();
    let rip: u64;
    // SAFETY: copies registers into the state, which is large enough.
    unsafe {
        core::arch::asm!(
            "mov [{to} + 24], rbx",
            "mov [{to} + 32], rsp",
            "mov [{to} + 40], rbp",
            "mov [{to} + 48], rsi",
            "mov [{to} + 56], rdi",
            "mov [{to} + 96], r12",
            "mov [{to} + 104], r13",
            "mov [{to} + 112], r14",
            "mov [{to} + 120], r15",
            "movups [{to} + 128 + 96], xmm6",
            "movups [{to} + 128 + 112], xmm7",
            "movups [{to} + 128 + 128], xmm8",
            "movups [{to} + 128 + 144], xmm9",
            "movups [{to} + 128 + 160], xmm10",
            "movups [{to} + 128 + 176], xmm11",
            "movups [{to} + 128 + 192], xmm12",
            "movups [{to} + 128 + 208], xmm13",
            "movups [{to} + 128 + 224], xmm14",
            "movups [{to} + 128 + 240], xmm15",
            "lea {rip}, [rip]",
            to = in(reg) &raw mut state,
            rip = out(reg) rip,
            options(nostack, preserves_flags),
        );
    }
    (state, rip)
}

const _: () = assert!(core::mem::offset_of!(State, vectors) == 128);

// RAX, RBX, RSP, R15.
const _: () = assert!(matches!(
    (PUSHED[0], PUSHED[3], PUSHED[4], PUSHED[15]),
    (Some(14), Some(13), None, Some(0))
));
