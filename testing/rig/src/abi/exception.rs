//! What structured exception handling passes around: `wdm.h`'s and `winnt.h`'s layouts on x64.
#![allow(non_snake_case, non_camel_case_types)]

use core::mem::{offset_of, size_of};

use super::PVOID;

/// An exception's description.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct EXCEPTION_RECORD {
    /// Its NTSTATUS.
    pub ExceptionCode: i32,
    /// `EXCEPTION_...`.
    pub ExceptionFlags: u32,
    /// The one that this one happened in.
    pub ExceptionRecord: *mut EXCEPTION_RECORD,
    /// The instruction.
    pub ExceptionAddress: PVOID,
    /// Parameters in use.
    pub NumberParameters: u32,
    /// Parameters.
    pub ExceptionInformation: [u64; 15],
}

/// EXCEPTION_NONCONTINUABLE: execution can't go on where it happened.
pub const EXCEPTION_NONCONTINUABLE: u32 = 0x01;
/// EXCEPTION_UNWINDING: frames are being unwound.
pub const EXCEPTION_UNWINDING: u32 = 0x02;
/// EXCEPTION_TARGET_UNWIND: this frame is where unwinding ends.
pub const EXCEPTION_TARGET_UNWIND: u32 = 0x20;
/// All flags that mean unwinding.
pub const EXCEPTION_UNWIND: u32 = 0x66;

/// What a language's handler answers.
pub mod disposition {
    /// Go on where the exception happened.
    pub const CONTINUE_EXECUTION: i32 = 0;
    /// Ask the next frame.
    pub const CONTINUE_SEARCH: i32 = 1;
}

/// A thread's registers.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub struct CONTEXT {
    /// Home places.
    pub Home: [u64; 6],
    /// `CONTEXT_...`.
    pub ContextFlags: u32,
    /// MXCSR.
    pub MxCsr: u32,
    /// CS, DS, ES, FS, GS, SS.
    pub Segments: [u16; 6],
    /// Flags.
    pub EFlags: u32,
    /// Debug registers.
    pub Debug: [u64; 6],
    /// RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15.
    pub Registers: [u64; 16],
    /// RIP.
    pub Rip: u64,
    /// The legacy part of the floating-point state, which FXSAVE writes.
    pub FltSave: [u64; 20],
    /// XMM0 to XMM15, inside that state.
    pub Xmm: [u128; 16],
    /// The rest of it.
    pub FltRest: [u64; 12],
    /// Vector registers and control.
    pub Vector: [u128; 26],
    /// Control and last branches.
    pub Control: [u64; 6],
}

/// CONTEXT_FULL for x64: control, integer and floating point.
pub const CONTEXT_FULL: u32 = 0x0010_000B;

/// What a filter gets.
#[derive(Debug)]
#[repr(C)]
pub struct EXCEPTION_POINTERS {
    /// The exception.
    pub ExceptionRecord: *mut EXCEPTION_RECORD,
    /// The registers where it happened.
    pub ContextRecord: *mut CONTEXT,
}

/// An entry of the table of functions.
#[derive(Debug)]
#[repr(C)]
pub struct RUNTIME_FUNCTION {
    /// Offset of its first byte.
    pub BeginAddress: u32,
    /// Offset behind its last.
    pub EndAddress: u32,
    /// Offset of its unwind information.
    pub UnwindData: u32,
}

/// What a language's handler gets.
#[derive(Debug)]
#[repr(C)]
pub struct DISPATCHER_CONTEXT {
    /// Where the frame's function is.
    pub ControlPc: u64,
    /// First byte of its image.
    pub ImageBase: u64,
    /// Its entry in the table of functions.
    pub FunctionEntry: *const RUNTIME_FUNCTION,
    /// Its frame.
    pub EstablisherFrame: u64,
    /// Where unwinding ends.
    pub TargetIp: u64,
    /// Registers in the frame.
    pub ContextRecord: *mut CONTEXT,
    /// The handler itself.
    pub LanguageHandler: PVOID,
    /// What the function's unwind information has for it.
    pub HandlerData: *const SCOPE_TABLE,
    /// Not used.
    pub HistoryTable: PVOID,
    /// The scope that an interrupted unwinding goes on with.
    pub ScopeIndex: u32,
    /// Not used.
    pub Fill0: u32,
}

/// What a function's unwind information has for `__C_specific_handler`: the number of its scopes; they follow.
#[derive(Debug)]
#[repr(C)]
pub struct SCOPE_TABLE {
    /// How many.
    pub Count: u32,
}

/// One `__try`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct SCOPE_RECORD {
    /// Offset of the first byte it guards.
    pub BeginAddress: u32,
    /// Offset behind the last.
    pub EndAddress: u32,
    /// The filter, 1 for EXCEPTION_EXECUTE_HANDLER; the termination handler if `JumpTarget` is 0.
    pub HandlerAddress: u32,
    /// Where `__except`'s block begins; 0 of a `__finally`.
    pub JumpTarget: u32,
}

const _: () = {
    assert!(size_of::<EXCEPTION_RECORD>() == 0x98);
    assert!(size_of::<CONTEXT>() == 0x4D0);
    assert!(offset_of!(CONTEXT, Registers) == 0x78 && offset_of!(CONTEXT, Rip) == 0xF8);
    assert!(offset_of!(CONTEXT, Xmm) == 0x1A0 && offset_of!(CONTEXT, Vector) == 0x300);
    assert!(size_of::<DISPATCHER_CONTEXT>() == 0x50);
    assert!(offset_of!(DISPATCHER_CONTEXT, ScopeIndex) == 0x48);
};
