//! Copies from memory that may fault when it is read (docs/decisions/0032).
//!
//! The copy runs under a structured exception handler. That is a scope in the unwind information of
//! one routine, which is written in assembly since Rust has no `__try`: what the compiler of C
//! makes of `__try { copy(); } __except (filter()) {}`. Between the faulting instruction and that
//! routine lie only frames of [`blit`], which have no destructors to run.

use core::arch::global_asm;
use core::ffi::c_void;

use blit::Blit;
use dxgk::memory::{RectCopy, Turn};
use dxgk::status::Status;
use wdk_sys::{
    NTSTATUS, STATUS_ACCESS_VIOLATION, STATUS_GUARD_PAGE_VIOLATION, STATUS_IN_PAGE_ERROR,
};

global_asm!(
    ".pushsection .text, \"xr\"",
    ".def vgpudod_guarded; .scl 2; .type 32; .endef",
    ".globl vgpudod_guarded",
    ".p2align 4",
    "vgpudod_guarded:",
    ".seh_proc vgpudod_guarded",
    ".seh_handler __C_specific_handler, @except",
    "sub rsp, 40",
    ".seh_stackalloc 40",
    ".seh_endprologue",
    ".Lvgpudod_guarded_begin:",
    "call {run}",
    // So that the address to which the call returns lies inside the scope.
    "nop",
    ".Lvgpudod_guarded_end:",
    "xor eax, eax",
    // Where execution goes on after a fault, with its status in EAX.
    ".Lvgpudod_guarded_out:",
    "add rsp, 40",
    "ret",
    ".seh_handlerdata",
    ".long 1",
    ".long .Lvgpudod_guarded_begin@IMGREL",
    ".long .Lvgpudod_guarded_end@IMGREL",
    ".long {filter}@IMGREL",
    ".long .Lvgpudod_guarded_out@IMGREL",
    ".text",
    ".seh_endproc",
    ".popsection",
    run = sym run,
    filter = sym filter,
);

unsafe extern "C" {
    /// Runs a copy. Returns zero, or the status of the fault that ended it.
    fn vgpudod_guarded(copy: *const c_void) -> NTSTATUS;
}

/// What the guarded routine calls.
///
/// # Safety
///
/// `copy` points to a [`Blit`], which is as [`Blit::run`] asks for it.
unsafe extern "C" fn run(copy: *const c_void) {
    // SAFETY: the caller's promise.
    unsafe { (*copy.cast::<Blit>()).run() };
}

/// EXCEPTION_EXECUTE_HANDLER (excpt.h).
const EXECUTE_HANDLER: i32 = 1;
/// EXCEPTION_CONTINUE_SEARCH (excpt.h).
const CONTINUE_SEARCH: i32 = 0;

/// Takes what reading memory can raise. Anything else is a defect of the driver, and stays a bug
/// check.
///
/// # Safety
///
/// `pointers` is an EXCEPTION_POINTERS: its first field points to an EXCEPTION_RECORD, whose first
/// field is the code.
unsafe extern "C" fn filter(pointers: *const *const NTSTATUS, _frame: *const c_void) -> i32 {
    // SAFETY: the caller's promise.
    match unsafe { **pointers } {
        STATUS_ACCESS_VIOLATION | STATUS_GUARD_PAGE_VIOLATION | STATUS_IN_PAGE_ERROR => {
            EXECUTE_HANDLER
        }
        _ => CONTINUE_SEARCH,
    }
}

/// Makes a copy. A fault becomes its status.
///
/// # Safety
///
/// As [`Kernel::copy`](dxgk::kernel::Kernel::copy).
pub(super) unsafe fn copy(copy: &RectCopy) -> Result<(), Status> {
    let blit = Blit {
        from: copy.from,
        // A negative pitch goes back by wrapping around, as addresses do.
        from_pitch: copy.from_pitch.cast_unsigned(),
        to: copy.to.as_ptr(),
        to_pitch: copy.to_pitch,
        width: copy.width,
        height: copy.height,
        turn: match copy.turn {
            Turn::None => blit::Turn::None,
            Turn::Quarter => blit::Turn::Quarter,
            Turn::Half => blit::Turn::Half,
            Turn::ThreeQuarters => blit::Turn::ThreeQuarters,
        },
    };
    // SAFETY: the caller's promise; what cannot be read ends the copy.
    Status::check(unsafe { vgpudod_guarded((&raw const blit).cast()) })
}
