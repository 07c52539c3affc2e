//! Structured exception handling: the search for a handler up the stack, unwinding to it, and `__C_specific_handler`.
//!
//! What of it a driver can see is as on Windows: filters run on top of the frame that faulted; then termination handlers run
//! from there up to the frame with the chosen `__except`; then that goes on. Frames of the rig's own are passed: no export
//! that lets an exception through holds a lock. Source: "x64 exception handling" in Microsoft's C++ documentation.

use core::sync::atomic::Ordering;

use x86_64::VirtAddr;

use crate::abi::exception::*;
use crate::abi::{NTSTATUS, PVOID};
use crate::bugcheck::{self, Origin};
use crate::cpu::capture;
use crate::cpu::raise::{self, Raised, SOFTWARE};
use crate::cpu::{interrupts, percpu, stack};
use crate::image;
use crate::memory::paging;
use crate::unwind::{self, Function, RSP, State, Step, Tables};

/// STATUS_UNWIND: the record of an unwinding that has none.
const STATUS_UNWIND: NTSTATUS = 0xC000_0027_u32 as i32;
/// A filter's answer: this `__except` takes it.
const EXECUTE_HANDLER: u32 = 1;

/// `PEXCEPTION_ROUTINE`.
type Routine = unsafe extern "system" fn(
    *mut EXCEPTION_RECORD,
    u64,
    *mut CONTEXT,
    *mut DISPATCHER_CONTEXT,
) -> i32;

/// A frame on the way up: its registers, where it is, and what a handler of it has done already.
#[derive(Clone, Copy, Debug)]
struct Frame {
    state: State,
    rip: u64,
    /// The scope that an interrupted unwinding was to go on with.
    scope: u32,
}

/// An unwinding that is under way: it lies on the stack, where a search from inside a termination handler passes it, and goes on
/// from the frame that it has come to, instead of frames that are unwound already.
struct Unwinding {
    frame: Frame,
    /// The handler counts its scopes here.
    scope: u32,
    outer: *mut Unwinding,
}

/// Reads a word if it is mapped.
fn read(address: u64) -> Option<u64> {
    let address = VirtAddr::try_new(address).ok()?;
    let last = VirtAddr::try_new(address.as_u64().checked_add(7)?).ok()?;
    paging::translate(address)?;
    paging::translate(last)?;
    // SAFETY: both ends are mapped, and a word has no more than two pages.
    Some(unsafe { address.as_ptr::<u64>().read_unaligned() })
}

/// Changes `frame` to its caller's; what was left, with the base of its image.
fn leave(frame: &mut Frame) -> Option<(Step, u64)> {
    let loaded = image::find(frame.rip)?;
    let tables = Tables {
        image: loaded.memory,
        // Without a table every function is a leaf.
        functions: loaded.function_table().unwrap_or((0, 0)),
    };
    let rva = (frame.rip - loaded.base) as u32;
    let below = frame.state.registers[RSP];
    let step = unwind::unwind(&tables, rva, &mut frame.state, &read)?;
    // Stacks grow down: what comes back to a frame below has no unwind information, as the routine that changes stacks.
    if !step.machine_frame && frame.state.registers[RSP] <= below {
        return None;
    }
    frame.rip = step.rip;
    frame.scope = 0;
    Some((step, loaded.base))
}

/// If the step from `below` has passed an unwinding that is under way, goes on from the frame that this has come to.
fn collide(frame: &mut Frame, below: u64, step: &Step, unwindings: &mut *mut Unwinding) {
    // SAFETY: the list's members lie on stacks that are still in use.
    while let Some(unwinding) = unsafe { unwindings.as_ref() } {
        let place = core::ptr::from_ref(unwinding) as u64;
        if step.machine_frame || !(below..frame.state.registers[RSP]).contains(&place) {
            return;
        }
        *unwindings = unwinding.outer;
        *frame = Frame {
            scope: unwinding.scope,
            ..unwinding.frame
        };
    }
}

fn to_context(state: &State, rip: u64) -> CONTEXT {
    // SAFETY: integers only, for which all zeroes is a value.
    let mut context: CONTEXT = unsafe { core::mem::zeroed() };
    context.ContextFlags = CONTEXT_FULL;
    context.Registers = state.registers;
    context.Xmm = state.vectors;
    context.Rip = rip;
    context
}

fn from_context(context: &CONTEXT) -> State {
    State {
        registers: context.Registers,
        vectors: context.Xmm,
    }
}

/// The table entry of a function.
fn entry(base: u64, function: &Function) -> *const RUNTIME_FUNCTION {
    (base + u64::from(function.entry)) as *const RUNTIME_FUNCTION
}

/// Called by the entry code with the registers where an exception happened: returns if execution goes on there.
///
/// If it returns, what the search used counts as the driver's stack, as far as the driver did not go as deep by itself.
pub extern "C" fn raised(raised: &mut Raised) {
    let exception = raised.exception;
    let mut record = EXCEPTION_RECORD {
        ExceptionCode: exception.code,
        ExceptionFlags: if exception.vector == SOFTWARE {
            EXCEPTION_NONCONTINUABLE
        } else {
            0
        },
        ExceptionRecord: core::ptr::null_mut(),
        ExceptionAddress: raised.rip as PVOID,
        NumberParameters: exception.count,
        ExceptionInformation: [0; 15],
    };
    record.ExceptionInformation[..2].copy_from_slice(&exception.parameters);
    let state = raised.state();
    let mut context = to_context(&state, raised.rip);
    context.EFlags = raised.rflags as u32;
    if search(&mut record, &mut context) {
        raised.set_state(&from_context(&context));
        raised.rip = context.Rip;
        return;
    }
    let origin = Origin::new(raised.rip, state.registers);
    interrupts::unhandled(&origin, &exception)
}

/// Asks the handlers from the frame of `context` up; true if one says that execution goes on with `context`, false if none takes
/// the exception. If one takes it, this does not return.
fn search(record: &mut EXCEPTION_RECORD, context: &mut CONTEXT) -> bool {
    let mut frame = Frame {
        state: from_context(context),
        rip: context.Rip,
        scope: 0,
    };
    let mut unwindings = percpu::current().unwinding.load(Ordering::Relaxed).cast();
    loop {
        let (here, below) = (frame, frame.state.registers[RSP]);
        let Some((step, base)) = leave(&mut frame) else {
            return false;
        };
        if let Some(function) = &step.function
            && let Some(handler) = function.handler.filter(|one| one.for_exceptions)
        {
            let mut of_frame = to_context(&here.state, here.rip);
            let mut dispatcher = DISPATCHER_CONTEXT {
                ControlPc: here.rip,
                ImageBase: base,
                FunctionEntry: entry(base, function),
                EstablisherFrame: function.establisher,
                TargetIp: 0,
                ContextRecord: &raw mut of_frame,
                LanguageHandler: (base + u64::from(handler.routine)) as PVOID,
                HandlerData: (base + u64::from(handler.data)) as *const SCOPE_TABLE,
                HistoryTable: core::ptr::null_mut(),
                ScopeIndex: here.scope,
                Fill0: 0,
            };
            // SAFETY: the image says that there is a handler; the structures live until it returns.
            let answer = unsafe { call(&mut dispatcher, record, context) };
            if answer == disposition::CONTINUE_EXECUTION {
                if record.ExceptionFlags & EXCEPTION_NONCONTINUABLE != 0 {
                    bugcheck::bugcheck(
                        bugcheck::KMODE_EXCEPTION_NOT_HANDLED,
                        [0xC000_0025, here.rip, 0, 0],
                        format_args!(
                            "a filter continues where {:#x} was raised, which can't be",
                            record.ExceptionCode
                        ),
                    );
                }
                return true;
            }
        }
        collide(&mut frame, below, &step, &mut unwindings);
    }
}

/// Calls the language's handler.
///
/// # Safety
/// `dispatcher` describes a frame whose image names the handler.
unsafe fn call(
    dispatcher: &mut DISPATCHER_CONTEXT,
    record: *mut EXCEPTION_RECORD,
    context: *mut CONTEXT,
) -> i32 {
    // SAFETY: handlers named by unwind information have this type.
    unsafe {
        let routine = core::mem::transmute::<PVOID, Routine>(dispatcher.LanguageHandler);
        routine(record, dispatcher.EstablisherFrame, context, dispatcher)
    }
}

/// RtlUnwindEx: runs the termination handlers from here up to the frame `target`, and goes on there at `target_ip` with
/// `value` in RAX.
pub extern "system" fn rtl_unwind_ex(
    target: u64,
    target_ip: u64,
    record: *mut EXCEPTION_RECORD,
    value: u64,
    _context: *mut CONTEXT,
    _history: PVOID,
) {
    let mut own_record = EXCEPTION_RECORD {
        ExceptionCode: STATUS_UNWIND,
        ExceptionFlags: 0,
        ExceptionRecord: core::ptr::null_mut(),
        ExceptionAddress: target_ip as PVOID,
        NumberParameters: 0,
        ExceptionInformation: [0; 15],
    };
    // SAFETY: NULL or the caller's record, which lives until the unwinding is over.
    let record = unsafe { record.as_mut() }.unwrap_or(&mut own_record);
    record.ExceptionFlags |= EXCEPTION_UNWINDING;
    let processor = || percpu::current();
    let first = processor().unwinding.load(Ordering::Relaxed).cast();
    let mut passed: *mut Unwinding = first;
    let (state, rip) = capture::here();
    let mut frame = Frame {
        state,
        rip,
        scope: 0,
    };
    // A jump out of a `__try` without an exception leaves nothing on the stack that is not the driver's.
    let mut clean = (0, 0);
    loop {
        let (here, below) = (frame, frame.state.registers[RSP]);
        let Some((step, base)) = leave(&mut frame) else {
            lost(target, here.rip);
        };
        if step.machine_frame
            && let Some(bottom) = stack::bottom(below)
        {
            // SAFETY: `rig_raise` alone has a machine frame, and keeps its description at the bottom of its frame.
            clean = (bottom, unsafe { raise::used_before(below) });
        }
        let establisher = step.function.map(|function| function.establisher);
        let is_target = establisher == Some(target);
        if let Some(function) = &step.function
            && let Some(handler) = function.handler.filter(|one| one.for_unwinding)
        {
            if is_target {
                record.ExceptionFlags |= EXCEPTION_TARGET_UNWIND;
            }
            let mut of_frame = to_context(&here.state, here.rip);
            let mut unwinding = Unwinding {
                frame: here,
                scope: here.scope,
                outer: passed,
            };
            let mut dispatcher = DISPATCHER_CONTEXT {
                ControlPc: here.rip,
                ImageBase: base,
                FunctionEntry: entry(base, function),
                EstablisherFrame: function.establisher,
                TargetIp: target_ip,
                ContextRecord: &raw mut of_frame,
                LanguageHandler: (base + u64::from(handler.routine)) as PVOID,
                HandlerData: (base + u64::from(handler.data)) as *const SCOPE_TABLE,
                HistoryTable: (&raw mut unwinding.scope).cast(),
                ScopeIndex: here.scope,
                Fill0: 0,
            };
            processor()
                .unwinding
                .store((&raw mut unwinding).cast(), Ordering::Relaxed);
            let context = &raw mut of_frame;
            // SAFETY: as in `search`.
            unsafe { call(&mut dispatcher, record, context) };
            processor()
                .unwinding
                .store(passed.cast(), Ordering::Relaxed);
        }
        if is_target {
            let mut state = here.state;
            state.registers[0] = value;
            processor()
                .unwinding
                .store(passed.cast(), Ordering::Relaxed);
            // SAFETY: the target frame is up this stack, and everything below it has been unwound.
            unsafe { raise::go_on(&state, target_ip, clean.0, clean.1) };
        }
        collide(&mut frame, below, &step, &mut passed);
    }
}

/// RtlUnwind, and `_local_unwind`: as [`rtl_unwind_ex`] without what only it has.
pub extern "system" fn rtl_unwind(
    target: u64,
    target_ip: u64,
    record: *mut EXCEPTION_RECORD,
    value: u64,
) {
    rtl_unwind_ex(
        target,
        target_ip,
        record,
        value,
        core::ptr::null_mut(),
        core::ptr::null_mut(),
    );
}

/// `_local_unwind`: leaves a `__try` with a jump.
pub extern "system" fn local_unwind(target: u64, target_ip: u64) {
    rtl_unwind(target, target_ip, core::ptr::null_mut(), 0);
}

fn lost(target: u64, rip: u64) -> ! {
    bugcheck::bugcheck(
        bugcheck::KMODE_EXCEPTION_NOT_HANDLED,
        [0xC000_0029, target, rip, 0],
        format_args!("unwinding does not come to its target frame {target:#x}"),
    )
}

/// `__C_specific_handler`: the scopes of C's `__try`.
pub extern "system" fn c_specific_handler(
    record: *mut EXCEPTION_RECORD,
    frame: u64,
    context: *mut CONTEXT,
    dispatcher: *mut DISPATCHER_CONTEXT,
) -> i32 {
    // SAFETY: called by `call`, perhaps through the image's own handler, with structures that live until it returns.
    let (record, dispatcher) = unsafe { (&mut *record, &mut *dispatcher) };
    let pc = (dispatcher.ControlPc - dispatcher.ImageBase) as u32;
    // SAFETY: the image's table of scopes.
    let count = unsafe { (*dispatcher.HandlerData).Count };
    for index in dispatcher.ScopeIndex..count {
        // SAFETY: as above.
        let scope = unsafe {
            let first = dispatcher.HandlerData.add(1).cast::<SCOPE_RECORD>();
            first.add(index as usize).read()
        };
        if !(scope.BeginAddress..scope.EndAddress).contains(&pc) {
            continue;
        }
        if record.ExceptionFlags & EXCEPTION_UNWIND == 0 {
            if scope.JumpTarget != 0
                && let Some(answer) = ask(&scope, record, frame, context, dispatcher)
            {
                return answer;
            }
            continue;
        }
        if record.ExceptionFlags & EXCEPTION_TARGET_UNWIND != 0 {
            let target = (dispatcher.TargetIp - dispatcher.ImageBase) as u32;
            let inside = (scope.BeginAddress..scope.EndAddress).contains(&target);
            if scope.JumpTarget == target || (scope.JumpTarget == 0 && inside) {
                break;
            }
        }
        if scope.JumpTarget == 0 {
            // If it faults, the search goes on behind it.
            dispatcher.ScopeIndex = index + 1;
            // SAFETY: while unwinding this is the place in `Unwinding`.
            if let Some(place) = unsafe { dispatcher.HistoryTable.cast::<u32>().as_mut() } {
                *place = index + 1;
            }
            let handler = dispatcher.ImageBase + u64::from(scope.HandlerAddress);
            // SAFETY: termination handlers have this type: whether they were entered by unwinding, and the frame.
            unsafe {
                let handler =
                    core::mem::transmute::<u64, unsafe extern "system" fn(u8, u64)>(handler);
                handler(1, frame);
            }
        }
    }
    disposition::CONTINUE_SEARCH
}

/// Asks the filter of an `__except`; its answer, if it is not to look further. Does not return if it takes the exception.
fn ask(
    scope: &SCOPE_RECORD,
    record: &mut EXCEPTION_RECORD,
    frame: u64,
    context: *mut CONTEXT,
    dispatcher: &mut DISPATCHER_CONTEXT,
) -> Option<i32> {
    let answer = if scope.HandlerAddress == EXECUTE_HANDLER {
        1
    } else {
        let mut pointers = EXCEPTION_POINTERS {
            ExceptionRecord: record,
            ContextRecord: context,
        };
        let filter = dispatcher.ImageBase + u64::from(scope.HandlerAddress);
        // SAFETY: filters have this type: the exception, and the frame.
        unsafe {
            let filter = core::mem::transmute::<
                u64,
                unsafe extern "system" fn(*mut EXCEPTION_POINTERS, u64) -> i32,
            >(filter);
            filter(&raw mut pointers, frame)
        }
    };
    if answer < 0 {
        return Some(disposition::CONTINUE_EXECUTION);
    }
    if answer > 0 {
        let target = dispatcher.ImageBase + u64::from(scope.JumpTarget);
        let code = record.ExceptionCode as u32;
        rtl_unwind(frame, target, record, u64::from(code));
    }
    None
}

/// ExRaiseAccessViolation.
pub extern "system" fn ex_raise_access_violation() -> ! {
    raise::raise_status(crate::abi::STATUS_ACCESS_VIOLATION)
}

/// ExRaiseDatatypeMisalignment.
pub extern "system" fn ex_raise_datatype_misalignment() -> ! {
    raise::raise_status(0x8000_0002_u32 as i32)
}
