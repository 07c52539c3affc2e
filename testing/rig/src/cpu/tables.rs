//! GDT, TSS and IDT.

use alloc::boxed::Box;

use x86_64::VirtAddr;
use x86_64::instructions::tables::load_tss;
use x86_64::registers::segmentation::{CS, DS, ES, SS, Segment};
use x86_64::structures::gdt::{Descriptor, GlobalDescriptorTable};
use x86_64::structures::idt::InterruptDescriptorTable;
use x86_64::structures::tss::TaskStateSegment;

use super::entry;
use super::percpu::Processor;
use crate::sync::Lock;

/// Interrupt stack table entries: double fault, exceptions that may go on to a handler of the driver's, NMI.
///
/// Those exceptions leave the interrupted stack alone, since `raise` builds its frame there.
const DOUBLE_FAULT: u16 = 0;
const EXCEPTION: u16 = 1;
const NMI: u16 = 2;
/// `int` instructions that are exceptions: `__fastfail` and NT_ASSERT.
const SOFTWARE: [u8; 2] = [0x29, 0x2C];

static IDT: Lock<Option<&'static InterruptDescriptorTable>> = Lock::new(None);

fn idt() -> &'static InterruptDescriptorTable {
    let mut shared = IDT.lock();
    shared.get_or_insert_with(|| {
        let mut idt = Box::new(InterruptDescriptorTable::new());
        let address = |vector: usize| VirtAddr::new(entry::stub(vector));
        // SAFETY: each stub saves the state, calls the dispatcher and returns as the vector needs; the stacks of the
        // table are in every processor's TSS.
        unsafe {
            idt.divide_error
                .set_handler_addr(address(0))
                .set_stack_index(EXCEPTION);
            idt.debug.set_handler_addr(address(1));
            idt.non_maskable_interrupt
                .set_handler_addr(address(2))
                .set_stack_index(NMI);
            idt.breakpoint
                .set_handler_addr(address(3))
                .set_stack_index(EXCEPTION);
            idt.overflow
                .set_handler_addr(address(4))
                .set_stack_index(EXCEPTION);
            idt.bound_range_exceeded.set_handler_addr(address(5));
            idt.invalid_opcode
                .set_handler_addr(address(6))
                .set_stack_index(EXCEPTION);
            idt.device_not_available.set_handler_addr(address(7));
            idt.double_fault
                .set_handler_addr(address(8))
                .set_stack_index(DOUBLE_FAULT);
            idt.invalid_tss.set_handler_addr(address(10));
            idt.segment_not_present.set_handler_addr(address(11));
            idt.stack_segment_fault.set_handler_addr(address(12));
            idt.general_protection_fault
                .set_handler_addr(address(13))
                .set_stack_index(EXCEPTION);
            idt.page_fault
                .set_handler_addr(address(14))
                .set_stack_index(EXCEPTION);
            idt.x87_floating_point.set_handler_addr(address(16));
            idt.alignment_check.set_handler_addr(address(17));
            idt.machine_check.set_handler_addr(address(18));
            idt.simd_floating_point.set_handler_addr(address(19));
            for vector in 32..=255_u8 {
                let entry = idt[vector].set_handler_addr(address(usize::from(vector)));
                if SOFTWARE.contains(&vector) {
                    entry.set_stack_index(EXCEPTION);
                }
            }
        }
        Box::leak(idt)
    })
}

/// Loads the tables on the running processor.
///
/// # Safety
/// Once on each processor, with `processor` its own state.
pub unsafe fn load(processor: &'static Processor) {
    let mut tss = Box::new(TaskStateSegment::new());
    for (index, stack) in processor.stacks.faults.iter().enumerate() {
        tss.interrupt_stack_table[index] = VirtAddr::new(stack.top());
    }
    tss.privilege_stack_table[0] = VirtAddr::new(processor.stacks.thread.top());
    let tss: &'static TaskStateSegment = Box::leak(tss);

    let gdt: &'static mut GlobalDescriptorTable = Box::leak(Box::new(GlobalDescriptorTable::new()));
    let code = gdt.append(Descriptor::kernel_code_segment());
    let data = gdt.append(Descriptor::kernel_data_segment());
    let task = gdt.append(Descriptor::tss_segment(tss));
    gdt.load();
    // SAFETY: the selectors name the flat segments just loaded; the TSS is leaked.
    unsafe {
        CS::set_reg(code);
        SS::set_reg(data);
        DS::set_reg(data);
        ES::set_reg(data);
        load_tss(task);
    }
    idt().load();
}
