//! What the entry code calls: exceptions go to the driver's handlers or end the run, interrupts go to the clock, to a waiting loop or to the adapter.

use core::sync::atomic::{AtomicBool, Ordering};

use x86_64::instructions::interrupts;
use x86_64::registers::control::Cr2;

use super::entry::ExceptionFrame;
use super::raise::{self, Exception, SOFTWARE};
use super::{count, idle, irql, percpu, watchdog};
use crate::bugcheck::{self, Origin};
use crate::devices::apic::{self, CLOCK_VECTOR, FLUSH_VECTOR, SPURIOUS_VECTOR, WAKE_VECTOR};
use crate::devices::msix;
use crate::kernel::{time, timers};
use crate::memory::blocks::{self, Kind};
use crate::memory::{paging, process};

/// Set by a bugcheck before it stops the other processors.
pub static STOPPING: AtomicBool = AtomicBool::new(false);

const DIVIDE: u64 = 0;
const NMI: u64 = 2;
const BREAKPOINT: u64 = 3;
const OVERFLOW: u64 = 4;
const INVALID_OPCODE: u64 = 6;
const DOUBLE_FAULT: u64 = 8;
const GENERAL_PROTECTION: u64 = 13;
const PAGE_FAULT: u64 = 14;
/// `__fastfail`: `int 29h`, its code in RCX.
const FAST_FAIL: u64 = 0x29;
/// NT_ASSERT: `int 2Ch`.
const ASSERTION: u64 = 0x2C;

/// RFLAGS.IF: off only while the rig holds a lock, or something else that no exception may cut short.
const INTERRUPTS_ON: u64 = 1 << 9;
/// Bytes of `int3` and of `int n`.
const ONE_BYTE: u64 = 1;
const TWO_BYTES: u64 = 2;
/// The lower half of the address space, which user mode has.
const USER_END: u64 = 0x0000_8000_0000_0000;

/// An exception: it goes on to a handler of the driver's if it is one that Windows dispatches; else the run ends, or this processor
/// if another one has ended the run.
pub extern "C" fn exception(frame: &mut ExceptionFrame) {
    if frame.vector == NMI && STOPPING.load(Ordering::SeqCst) {
        loop {
            x86_64::instructions::hlt();
        }
    }
    // The saved address is behind these two instructions, and Windows shows the instruction.
    match frame.vector {
        BREAKPOINT => frame.rip -= ONE_BYTE,
        ASSERTION => frame.rip -= TWO_BYTES,
        _ => {}
    }
    if frame.rflags & INTERRUPTS_ON != 0
        && let Some(exception) = dispatched(frame)
        && raise::divert(frame, exception)
    {
        return;
    }
    let origin = Origin::from_exception(frame);
    match frame.vector {
        PAGE_FAULT => page_fault(&origin, frame.error, Cr2::read_raw()),
        DOUBLE_FAULT => bugcheck::at(
            &origin,
            bugcheck::UNEXPECTED_KERNEL_MODE_TRAP,
            [DOUBLE_FAULT, frame.rsp, frame.rip, 0],
            format_args!("double fault"),
        ),
        FAST_FAIL => bugcheck::at(
            &origin,
            bugcheck::KERNEL_SECURITY_CHECK_FAILURE,
            [frame.registers[FRAME_RCX], 0, 0, 0],
            format_args!("__fastfail({})", frame.registers[FRAME_RCX]),
        ),
        vector => bugcheck::at(
            &origin,
            bugcheck::UNEXPECTED_KERNEL_MODE_TRAP,
            [vector, frame.error, frame.rip, 0],
            format_args!("exception {vector}, error code {:#x}", frame.error),
        ),
    }
}

/// RCX in [`ExceptionFrame::registers`].
const FRAME_RCX: usize = 12;

/// The exception that Windows makes of it, if it asks the handlers on the stack about it.
fn dispatched(frame: &ExceptionFrame) -> Option<Exception> {
    let address = Cr2::read_raw();
    let (code, parameters): (u32, &[u64]) = match frame.vector {
        DIVIDE => (0xC000_0094, &[]),
        BREAKPOINT => (0x8000_0003, &[0]),
        OVERFLOW => (0xC000_0095, &[]),
        INVALID_OPCODE => (0xC000_001D, &[]),
        GENERAL_PROTECTION => (0xC000_0005, &[0, u64::MAX]),
        ASSERTION => (0xC000_0420, &[]),
        PAGE_FAULT if is_dispatched(address) => {
            let how = match frame.error & 0b1_0010 {
                0 => 0,
                0b1_0000 => 8,
                _ => 1,
            };
            (0xC000_0005, &[how, address])
        }
        _ => return None,
    };
    let mut exception = Exception {
        code: code as i32,
        count: parameters.len() as u32,
        parameters: [0; 2],
        vector: frame.vector,
        error: frame.error,
        used: 0,
    };
    exception.parameters[..parameters.len()].copy_from_slice(parameters);
    Some(exception)
}

/// Whether a page fault at `address` is an exception: below DISPATCH_LEVEL, at an address of user mode, or in a present's source,
/// which stands for memory of a program's. Any other is a bugcheck whatever handlers there are, as on Windows.
fn is_dispatched(address: u64) -> bool {
    irql::current() < irql::DISPATCH_LEVEL
        && (address < USER_END || blocks::kind_of(address) == Some(Kind::Source))
}

/// Ends the run with an exception that no handler takes.
pub fn unhandled(origin: &Origin, exception: &Exception) -> ! {
    let [one, two] = exception.parameters;
    let code = exception.code as u32;
    match exception.vector {
        PAGE_FAULT => page_fault(origin, exception.error, two),
        ASSERTION => bugcheck::at(
            origin,
            bugcheck::KMODE_EXCEPTION_NOT_HANDLED,
            [u64::from(code), origin.rip(), one, two],
            format_args!("NT_ASSERT failed (int 2Ch, STATUS_ASSERTION_FAILURE {code:#x})"),
        ),
        SOFTWARE => bugcheck::at(
            origin,
            bugcheck::KMODE_EXCEPTION_NOT_HANDLED,
            [u64::from(code), origin.rip(), one, two],
            format_args!("{code:#x} was raised, and no handler takes it"),
        ),
        vector => bugcheck::at(
            origin,
            bugcheck::KMODE_EXCEPTION_NOT_HANDLED,
            [u64::from(code), origin.rip(), one, two],
            format_args!("exception {vector} ({code:#x}), and no handler takes it"),
        ),
    }
}

fn page_fault(origin: &Origin, error: u64, address: u64) -> ! {
    if blocks::kind_of(address) == Some(Kind::Missing) {
        bugcheck::missing_import(origin, address);
    }
    let how = match error & 0b1_0010 {
        0 => "read",
        0b1_0000 => "execute",
        _ => "write",
    };
    let why = if error & 1 == 0 {
        "nothing is mapped there"
    } else {
        "its protection forbids it"
    };
    let place = match blocks::kind_of(address) {
        _ if address < 0x1000 => "the NULL page",
        _ if process::is_user(address) => {
            "an address of user mode, outside its process or its present"
        }
        Some(Kind::Stack) => "a stack or its guard page: the kernel stack of 24 KiB is used up",
        Some(Kind::Pool) => "pool: an overrun, or a block after it was freed",
        Some(Kind::Device) => "a device mapping, or one after it was undone",
        Some(Kind::Mdl) => "the mapping of an MDL, or one after it was undone",
        Some(Kind::Source) => "a present's source outside its present",
        Some(Kind::Image) => "the driver image",
        Some(Kind::Contiguous) => "contiguous memory: an overrun, or a block after it was freed",
        Some(Kind::Missing | Kind::Own) => "the rig's own",
        None => "no block of the rig's: a physical address, or a wild pointer",
    };
    let code = if irql::current() >= irql::DISPATCH_LEVEL {
        bugcheck::DRIVER_IRQL_NOT_LESS_OR_EQUAL
    } else {
        bugcheck::PAGE_FAULT_IN_NONPAGED_AREA
    };
    bugcheck::at(
        origin,
        code,
        [address, u64::from(irql::current()), error, origin.rip()],
        format_args!("page fault: {how} at {address:#x}, {why} ({place})"),
    )
}

/// An interrupt above DISPATCH_LEVEL: raises the IRQL to the vector's class, serves it with interrupts on, ends it.
pub extern "C" fn interrupt(vector: u32, rip: u64) {
    let vector = vector as u8;
    if vector == SPURIOUS_VECTOR {
        return;
    }
    if idle::awake() {
        paging::flush_own();
    }
    let old = irql::current();
    irql::set(vector >> 4);
    interrupts::enable();
    count::interruption(|| serve(vector, rip));
    interrupts::disable();
    apic::end_of_interrupt();
    irql::set(old);
}

fn serve(vector: u8, rip: u64) {
    match vector {
        CLOCK_VECTOR => {
            percpu::current().ticks.fetch_add(1, Ordering::Relaxed);
            apic::restart_clock();
            if percpu::index() == 0 {
                timers::tick();
                time::tick();
            }
            watchdog::look(rip);
            paging::flush_own();
        }
        FLUSH_VECTOR => {
            paging::flush_own();
            idle::wake_waiting();
        }
        WAKE_VECTOR => {}
        vector => msix::serve(vector),
    }
}
