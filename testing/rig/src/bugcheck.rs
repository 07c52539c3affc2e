//! The end of a run that can't go on: code, parameters, reason and a stack trace on the log, then QEMU ends.

use core::fmt;
use core::sync::atomic::Ordering;

use x86_64::VirtAddr;

use crate::cpu::capture;
use crate::cpu::entry::ExceptionFrame;
use crate::cpu::{interrupts, irql};
use crate::devices::exit::{Outcome, exit};
use crate::devices::{apic, log};
use crate::image::{self, Loaded};
use crate::log;
use crate::memory::paging;
use crate::unwind::{self, RSP, Registers, State};

/// IRQL_NOT_GREATER_OR_EQUAL.
pub const IRQL_NOT_GREATER_OR_EQUAL: u32 = 0x09;
/// IRQL_NOT_LESS_OR_EQUAL.
pub const IRQL_NOT_LESS_OR_EQUAL: u32 = 0x0A;
/// BAD_POOL_HEADER.
pub const BAD_POOL_HEADER: u32 = 0x19;
/// SPIN_LOCK_ALREADY_OWNED.
pub const SPIN_LOCK_ALREADY_OWNED: u32 = 0x0F;
/// SPIN_LOCK_NOT_OWNED.
pub const SPIN_LOCK_NOT_OWNED: u32 = 0x10;
/// KMODE_EXCEPTION_NOT_HANDLED.
pub const KMODE_EXCEPTION_NOT_HANDLED: u32 = 0x1E;
/// PAGE_FAULT_IN_NONPAGED_AREA.
pub const PAGE_FAULT_IN_NONPAGED_AREA: u32 = 0x50;
/// UNEXPECTED_KERNEL_MODE_TRAP.
pub const UNEXPECTED_KERNEL_MODE_TRAP: u32 = 0x7F;
/// BAD_POOL_CALLER.
pub const BAD_POOL_CALLER: u32 = 0xC2;
/// DRIVER_VERIFIER_DETECTED_VIOLATION.
pub const DRIVER_VERIFIER_DETECTED_VIOLATION: u32 = 0xC4;
/// DRIVER_IRQL_NOT_LESS_OR_EQUAL.
pub const DRIVER_IRQL_NOT_LESS_OR_EQUAL: u32 = 0xD1;
/// MANUALLY_INITIATED_CRASH: the rig's own error.
pub const MANUALLY_INITIATED_CRASH: u32 = 0xE2;
/// HARDWARE_INTERRUPT_STORM.
pub const HARDWARE_INTERRUPT_STORM: u32 = 0xF2;
/// CLOCK_WATCHDOG_TIMEOUT.
pub const CLOCK_WATCHDOG_TIMEOUT: u32 = 0x101;
/// KERNEL_SECURITY_CHECK_FAILURE.
pub const KERNEL_SECURITY_CHECK_FAILURE: u32 = 0x139;
/// WDF_VIOLATION.
pub const WDF_VIOLATION: u32 = 0x10D;

/// Most frames of a stack trace.
const MOST_FRAMES: usize = 40;

/// Where something happened: the instruction and the registers that unwinding needs.
#[derive(Clone, Debug)]
pub struct Origin {
    rip: u64,
    registers: Registers,
}

impl Origin {
    /// That of an instruction with these registers.
    pub fn new(rip: u64, registers: Registers) -> Self {
        Self { rip, registers }
    }

    /// The instruction.
    pub fn rip(&self) -> u64 {
        self.rip
    }

    /// That of an exception.
    pub fn from_exception(frame: &ExceptionFrame) -> Self {
        Self {
            rip: frame.rip,
            registers: capture::registers(&frame.registers, frame.rsp),
        }
    }

    /// That of the caller of this function.
    #[inline(never)]
    pub fn here() -> Self {
        let (State { registers, .. }, rip) = capture::here();
        Self { rip, registers }
    }
}

/// Reads a word if it is mapped.
fn read(address: u64) -> Option<u64> {
    let address = VirtAddr::try_new(address).ok()?;
    if address.as_u64() % 8 != 0 {
        return None;
    }
    paging::translate(address)?;
    // SAFETY: the page is mapped, and an aligned word does not leave it.
    Some(unsafe { address.as_ptr::<u64>().read_volatile() })
}

/// Ends the run at the caller.
pub fn bugcheck(code: u32, parameters: [u64; 4], why: fmt::Arguments<'_>) -> ! {
    at(&Origin::here(), code, parameters, why)
}

/// Ends the run because of what happened at `origin`.
pub fn at(origin: &Origin, code: u32, parameters: [u64; 4], why: fmt::Arguments<'_>) -> ! {
    let level = stop();
    let [one, two, three, four] = parameters;
    log!("*** bugcheck {code:#x} ({one:#x}, {two:#x}, {three:#x}, {four:#x}): {why}");
    place(origin, level);
    crate::kernel::report::finish_after_bugcheck(code, parameters, why);
    exit(Outcome::Bugcheck)
}

/// Ends the run because the driver used an import at `address` that the rig does not have.
pub fn missing_import(origin: &Origin, address: u64) -> ! {
    struct Name(u64);
    impl fmt::Display for Name {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            crate::kernel::traps::write_name(self.0, f)
        }
    }
    let level = stop();
    // A call has its target as address of the instruction, and a read of a variable has not.
    let how = if origin.rip == address {
        "called"
    } else {
        "used"
    };
    let name = Name(address);
    log!("*** the driver {how} {name}, which the rig does not have");
    place(origin, level);
    log::raw(format_args!(
        "error: the driver {how} {name}, which the rig does not have"
    ));
    exit(Outcome::Rig)
}

/// Stops the other processors; the IRQL at which it happened.
fn stop() -> u8 {
    let level = irql::current();
    x86_64::instructions::interrupts::disable();
    if interrupts::STOPPING.swap(true, Ordering::SeqCst) {
        // Another processor is ending the run, or this one failed while it did.
        loop {
            x86_64::instructions::hlt();
        }
    }
    apic::stop_others();
    crate::devices::clock::stall(1000);
    // SAFETY: the others have been stopped.
    unsafe { log::break_open() };
    // One of them may have been in the middle of a line.
    log::raw(format_args!(""));
    level
}

fn place(origin: &Origin, level: u8) {
    log!(
        "*** at {}, IRQL {level} ({})",
        Place(origin.rip),
        irql::name(level)
    );
    trace(origin);
}

/// Prints the stack from `origin` up.
fn trace(origin: &Origin) {
    let mut state = origin.clone();
    let mut rip = origin.rip;
    for _ in 0..MOST_FRAMES {
        log!("***   {}", Place(rip));
        let next = match image::find(rip) {
            Some(loaded) => step(&mut state, &loaded, rip),
            // Not in an image: perhaps a call through a wild pointer, so that the return address is on top.
            None => {
                let rsp = state.registers[RSP];
                state.registers[RSP] = rsp.wrapping_add(8);
                read(rsp)
            }
        };
        match next {
            Some(address) if address != 0 => rip = address,
            _ => break,
        }
    }
}

/// Unwinds one frame by the image's table of functions.
fn step(state: &mut Origin, loaded: &Loaded, rip: u64) -> Option<u64> {
    let rva = (rip - loaded.base) as u32;
    unwind::step(
        loaded.memory,
        loaded.function_table()?,
        rva,
        &mut state.registers,
        read,
    )
}

/// An address as `image+offset`.
pub struct Place(pub u64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match image::find(self.0) {
            Some(loaded) => write!(f, "{}+{:#x}", loaded.name, self.0 - loaded.base),
            None => write!(f, "{:#x}", self.0),
        }
    }
}
