//! What the entry code calls: exceptions end the run, interrupts go to the clock, to a waiting loop or to the adapter.

use core::sync::atomic::{AtomicBool, Ordering};

use x86_64::instructions::interrupts;
use x86_64::registers::control::Cr2;

use super::entry::ExceptionFrame;
use super::{idle, irql, percpu, watchdog};
use crate::bugcheck::{self, Origin};
use crate::devices::apic::{self, CLOCK_VECTOR, FLUSH_VECTOR, SPURIOUS_VECTOR, WAKE_VECTOR};
use crate::devices::msix;
use crate::memory::blocks::{self, Kind};
use crate::memory::paging;

/// Set by a bugcheck before it stops the other processors.
pub static STOPPING: AtomicBool = AtomicBool::new(false);

const NMI: u64 = 2;
const PAGE_FAULT: u64 = 14;
const DOUBLE_FAULT: u64 = 8;

/// An exception: the end of the run, or of this processor if another one has ended it.
pub extern "C" fn exception(frame: &ExceptionFrame) -> ! {
    if frame.vector == NMI && STOPPING.load(Ordering::SeqCst) {
        loop {
            x86_64::instructions::hlt();
        }
    }
    let origin = Origin::from_exception(frame);
    match frame.vector {
        PAGE_FAULT => page_fault(frame, &origin),
        DOUBLE_FAULT => bugcheck::at(
            &origin,
            bugcheck::UNEXPECTED_KERNEL_MODE_TRAP,
            [DOUBLE_FAULT, frame.rsp, frame.rip, 0],
            format_args!("double fault"),
        ),
        vector => bugcheck::at(
            &origin,
            bugcheck::UNEXPECTED_KERNEL_MODE_TRAP,
            [vector, frame.error, frame.rip, 0],
            format_args!("exception {vector}, error code {:#x}", frame.error),
        ),
    }
}

fn page_fault(frame: &ExceptionFrame, origin: &Origin) -> ! {
    let address = Cr2::read_raw();
    let how = match frame.error & 0b1_0010 {
        0 => "read",
        0b1_0000 => "execute",
        _ => "write",
    };
    let why = if frame.error & 1 == 0 {
        "nothing is mapped there"
    } else {
        "its protection forbids it"
    };
    let place = match blocks::kind_of(address) {
        _ if address < 0x1000 => "the NULL page",
        Some(Kind::Stack) => "a stack or its guard page: the kernel stack of 24 KiB is used up",
        Some(Kind::Pool) => "pool: an overrun, or a block after it was freed",
        Some(Kind::Device) => "a device mapping, or one after it was undone",
        Some(Kind::Mdl) => "the mapping of an MDL, or one after it was undone",
        Some(Kind::Source) => "a present's source outside its present",
        Some(Kind::Image) => "the driver image",
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
        [address, u64::from(irql::current()), frame.error, frame.rip],
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
    match vector {
        CLOCK_VECTOR => {
            percpu::current().ticks.fetch_add(1, Ordering::Relaxed);
            apic::restart_clock();
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
    interrupts::disable();
    apic::end_of_interrupt();
    irql::set(old);
}
