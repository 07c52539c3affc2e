//! Taking the machine over: page tables, per-processor state, interrupt controllers, the other processors.

use alloc::boxed::Box;
use core::cell::UnsafeCell;
use core::ffi::c_void;

use x86_64::instructions::interrupts;
use x86_64::structures::paging::PhysFrame;
use x86_64::{PhysAddr, VirtAddr};

use super::fail;
use super::firmware::Found;
use crate::cpu::{percpu, stack, start};
use crate::devices::{apic, clock, intx, pci};
use crate::memory::paging::{self, Access};
use crate::memory::{PAGE, frames};
use crate::pe::{OwnSection, Protection, own_sections};
use crate::{image, kernel, log};

/// Goes on from the firmware. Interrupts are off.
pub fn run(found: Found) -> ! {
    // The firmware leaves the other processors in a loop that never sleeps under TCG.
    apic::reset_others(found.platform.local_apic);
    let hz = clock::calibrate(found.platform.pm_timer);
    let count = frames::initialize(found.free.iter().copied());
    log!(
        "rig: {} MiB free, time-stamp counter at {} MHz",
        (count * PAGE) >> 20,
        hz / 1_000_000
    );
    start::set_control_registers();
    paging::build(found.ram.iter().copied());
    map_self(found.image);
    let context = Box::into_raw(Box::new(found));
    let top = FIRST_STACK.0.get() as u64 + FIRST_STACK_BYTES as u64;
    // The present stack is the firmware's, which the new tables leave out: both change in one step.
    // SAFETY: the first stack is part of the rig's image and used once; `enter` gets what it expects.
    unsafe { enter_on(context.cast(), enter, top, paging::root().as_u64()) }
}

const FIRST_STACK_BYTES: usize = 128 << 10;

#[repr(C, align(4096))]
struct FirstStack(UnsafeCell<[u8; FIRST_STACK_BYTES]>);

// SAFETY: only the first processor runs on it, once.
unsafe impl Sync for FirstStack {}

static FIRST_STACK: FirstStack = FirstStack(UnsafeCell::new([0; FIRST_STACK_BYTES]));

/// Loads CR3, moves to the stack that ends at `top` and runs `routine`.
#[unsafe(naked)]
unsafe extern "C" fn enter_on(
    context: *mut c_void,
    routine: extern "C" fn(*mut c_void) -> !,
    top: u64,
    root: u64,
) -> ! {
    core::arch::naked_asm!(
        "mov cr3, r9",
        "mov rsp, r8",
        "xor ebp, ebp",
        "sub rsp, 32",
        "call rdx",
        "ud2"
    )
}

extern "C" fn enter(context: *mut c_void) -> ! {
    // SAFETY: the tables are active already, and the code, the stack and the heap are mapped in them.
    unsafe { paging::activate() };
    // SAFETY: `run` made the box for this one call.
    let found = unsafe { &*context.cast::<Found>() };
    let processor = percpu::add(found.platform.processors[0]);
    // SAFETY: the thread's stack is fresh; the box is never freed.
    unsafe { stack::switch_for_good(context, take_over, processor.stacks.thread.top()) }
}

extern "C" fn take_over(context: *mut c_void) -> ! {
    // SAFETY: as in `enter`; it was given up there.
    let found: &'static Found = unsafe { &*context.cast::<Found>() };
    // SAFETY: the image stays mapped for good.
    unsafe { image::register_rig(found.image.0, found.image.1 as usize) };
    let platform = &found.platform;

    apic::map(platform.local_apic);
    let processor = percpu::get(0).expect("the first processor was added");
    // SAFETY: once, on the first processor, on the rig's tables.
    unsafe { start::set_up(processor) };
    mask_old_controllers();
    intx::initialize(platform.io_apic.0);
    pci::initialize(platform.ecam);

    apic::calibrate_timer();

    apic::start_timer();
    interrupts::enable();
    if let Err(why) = start::start(&platform.processors[1..], PhysAddr::new(found.start_page)) {
        fail(format_args!("{why}"));
    }
    log!("rig: {} processors run", percpu::count());
    kernel::run::run(found)
}

/// The 8259s would deliver their vectors below 32; nothing uses them.
fn mask_old_controllers() {
    for port in [0x21_u16, 0xA1] {
        // SAFETY: masks all lines of a legacy controller.
        unsafe { x86_64::instructions::port::Port::<u8>::new(port).write(0xFF) };
    }
}

/// Maps the rig's own image where it is, each section with its protection, the headers read-only.
fn map_self((base, length): (u64, u64)) {
    // SAFETY: the firmware loaded the image here, with its headers.
    let bytes = unsafe { core::slice::from_raw_parts(base as *const u8, length as usize) };
    let mut sections = own_sections(bytes);
    sections.insert(
        0,
        OwnSection {
            start: 0,
            size: PAGE as u32,
            protection: Protection::Read,
        },
    );
    for section in sections {
        let access = match section.protection {
            Protection::Read => Access::Read,
            Protection::Write => Access::Write,
            Protection::Execute => Access::Execute,
        };
        let first = base + u64::from(section.start);
        for index in 0..(section.size as usize).div_ceil(PAGE) {
            let address = first + (index * PAGE) as u64;
            let frame = PhysFrame::<x86_64::structures::paging::Size4KiB>::containing_address(
                PhysAddr::new(address),
            );
            // SAFETY: one to one, as the firmware had it.
            unsafe { paging::map(VirtAddr::new(address), frame.start_address(), access) };
        }
    }
}
