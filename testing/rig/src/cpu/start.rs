//! Starting the other processors: INIT, SIPI, and the code that takes each from real mode to its idle loop.

use core::arch::global_asm;
use core::ffi::c_void;
use core::sync::atomic::Ordering;

use x86_64::registers::control::{Cr0, Cr0Flags, Cr4, Cr4Flags, Efer, EferFlags};
use x86_64::{PhysAddr, VirtAddr};

use super::percpu::{self, Processor};
use super::{idle, irql, tables};
use crate::devices::{apic, clock};
use crate::memory::PAGE;
use crate::memory::paging::{self, Access};

// Where the start-up page keeps its data. Known to the code below.
const CR3: usize = 0xF00;
const PAGE_ADDRESS: usize = 0xF04;
const FAR_POINTER: usize = 0xF08;
const GDT_POINTER: usize = 0xF10;
const GDT: usize = 0xF20;
const STACK: usize = 0xF40;
const ENTRY: usize = 0xF48;
const ARGUMENT: usize = 0xF50;

global_asm!(
    ".global rig_start_page",
    ".global rig_start_long",
    ".global rig_start_end",
    ".code16",
    "rig_start_page:",
    "cli",
    "cld",
    "movw %cs, %ax",
    "movw %ax, %ds",
    "lgdtl {gdt_pointer}",
    // PAE, OSFXSR, OSXMMEXCPT.
    "movl %cr4, %eax",
    "orl $0x620, %eax",
    "movl %eax, %cr4",
    "movl {cr3}, %eax",
    "movl %eax, %cr3",
    "movl {page_address}, %edi",
    // EFER: long mode and no-execute.
    "movl $0xC0000080, %ecx",
    "rdmsr",
    "orl $0x900, %eax",
    "wrmsr",
    // CR0: paging, write protection, numeric error, monitor, protection; caches on.
    "movl $0x80010033, %eax",
    "movl %eax, %cr0",
    "ljmpl *{far_pointer}",
    ".code64",
    "rig_start_long:",
    "movw $16, %ax",
    "movw %ax, %ds",
    "movw %ax, %es",
    "movw %ax, %ss",
    "movl %edi, %edi",
    "movq {stack}(%rdi), %rsp",
    "movq {argument}(%rdi), %rcx",
    "movq {entry}(%rdi), %rax",
    "subq $32, %rsp",
    "xorl %ebp, %ebp",
    "callq *%rax",
    "ud2",
    "rig_start_end:",
    gdt_pointer = const GDT_POINTER,
    cr3 = const CR3,
    page_address = const PAGE_ADDRESS,
    far_pointer = const FAR_POINTER,
    stack = const STACK,
    argument = const ARGUMENT,
    entry = const ENTRY,
    options(att_syntax),
);

unsafe extern "C" {
    static rig_start_page: u8;
    static rig_start_long: u8;
    static rig_start_end: u8;
}

/// Control registers as the driver expects them: SSE on, write protection in ring 0, no-execute.
pub fn set_control_registers() {
    // SAFETY: these bits enable what every x64 processor has and what the rig's page tables rely on.
    unsafe {
        Cr0::update(|flags| {
            flags.insert(
                Cr0Flags::WRITE_PROTECT | Cr0Flags::NUMERIC_ERROR | Cr0Flags::MONITOR_COPROCESSOR,
            );
            flags.remove(Cr0Flags::EMULATE_COPROCESSOR | Cr0Flags::TASK_SWITCHED);
        });
        Cr4::update(|flags| flags.insert(Cr4Flags::OSFXSR | Cr4Flags::OSXMMEXCPT_ENABLE));
        Efer::update(|flags| flags.insert(EferFlags::NO_EXECUTE_ENABLE));
    }
}

/// Makes the running processor `processor`: state, tables, APIC, clock. Interrupts are still off.
///
/// # Safety
/// Once on each processor, on the rig's page tables.
pub unsafe fn set_up(processor: &'static Processor) {
    set_control_registers();
    // SAFETY: passed on to the caller.
    unsafe {
        tables::load(processor);
        processor.install();
    }
    irql::set(irql::PASSIVE_LEVEL);
    apic::enable();
    paging::flush_own();
    processor.online.store(true, Ordering::SeqCst);
}

extern "C" fn enter(processor: *mut c_void) -> ! {
    // SAFETY: `start` passes the leaked state made for this processor.
    unsafe { set_up(&*processor.cast::<Processor>()) };
    apic::start_timer();
    x86_64::instructions::interrupts::enable();
    idle::run()
}

/// Starts the processors with the given APIC ids, one after the other, through the page at `page` below 1 MiB.
///
/// # Errors
/// Text naming the processor that did not start.
pub fn start(apic_ids: &[u8], page: PhysAddr) -> Result<(), &'static str> {
    let base = page.as_u64();
    let window = paging::window(page);
    // SAFETY: the page was allocated for this; the code is shorter than CR3's offset; the fields lie behind it.
    unsafe {
        paging::map(VirtAddr::new(base), page, Access::WriteExecute);
        let code = core::ptr::addr_of!(rig_start_page);
        let length = core::ptr::addr_of!(rig_start_end) as usize - code as usize;
        assert!(length <= CR3 && base < 1 << 20);
        core::ptr::write_bytes(window, 0, PAGE);
        core::ptr::copy_nonoverlapping(code, window, length);
        let put32 = |offset: usize, value: u64| {
            window
                .add(offset)
                .cast::<u32>()
                .write_unaligned(value as u32)
        };
        let put64 =
            |offset: usize, value: u64| window.add(offset).cast::<u64>().write_unaligned(value);
        put32(CR3, paging::root().as_u64());
        put32(PAGE_ADDRESS, base);
        let long = core::ptr::addr_of!(rig_start_long) as u64 - code as u64;
        put32(FAR_POINTER, base + long);
        put32(FAR_POINTER + 4, 8);
        put32(GDT_POINTER, 23);
        put32(GDT_POINTER + 2, base + GDT as u64);
        put64(GDT + 8, 0x00AF_9A00_0000_FFFF);
        put64(GDT + 16, 0x00CF_9200_0000_FFFF);
    }
    let mut result = Ok(());
    for &apic_id in apic_ids {
        let processor = percpu::add(apic_id);
        // SAFETY: as above; the one processor that reads the fields is started below.
        unsafe {
            let put64 =
                |offset: usize, value: u64| window.add(offset).cast::<u64>().write_unaligned(value);
            put64(STACK, processor.stacks.thread.top());
            put64(ENTRY, enter as *const () as u64);
            put64(ARGUMENT, core::ptr::from_ref(processor) as u64);
        }
        apic::send_init(apic_id);
        clock::stall(10_000);
        apic::send_startup(apic_id, (base >> 12) as u8);
        let end = clock::since_start() + 5 * clock::PERFORMANCE_HZ;
        while !processor.online.load(Ordering::SeqCst) && clock::since_start() < end {
            core::hint::spin_loop();
        }
        if !processor.online.load(Ordering::SeqCst) {
            result = Err("a processor did not start within 5 s");
            break;
        }
    }
    paging::unmap(VirtAddr::new(base));
    result
}
