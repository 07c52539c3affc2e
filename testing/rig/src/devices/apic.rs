//! The local APIC of each processor, in whichever of its two modes the firmware left it: xAPIC (registers in memory) or
//! x2APIC (model-specific registers).

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use x86_64::registers::model_specific::Msr;

use super::clock;
use crate::cpu::percpu;
use crate::memory::blocks;

/// Vector of the clock interrupt: class 13.
pub const CLOCK_VECTOR: u8 = 0xD1;
/// Vector that only ends a `hlt`: class 14.
pub const WAKE_VECTOR: u8 = 0xE1;
/// Vector that makes a processor flush its translations: class 14.
pub const FLUSH_VECTOR: u8 = 0xE2;
/// Vector of spurious interrupts; gets no end of interrupt.
pub const SPURIOUS_VECTOR: u8 = 0xFF;

/// Clock interrupts a second on each processor.
pub const CLOCK_HZ: u64 = 200;

/// The shortest time that the timer is set to, in 100 ns.
const SHORTEST: u64 = 200;

const BASE_MSR: u32 = 0x1B;
const X2APIC_ENABLED: u64 = 1 << 10;
const APIC_ENABLED: u64 = 1 << 11;
const X2APIC_MSRS: u32 = 0x800;

const EOI: u32 = 0xB0;
const SPURIOUS: u32 = 0xF0;
const COMMAND: u32 = 0x300;
const COMMAND_HIGH: u32 = 0x310;
const LVT_TIMER: u32 = 0x320;
const LVT_LINT0: u32 = 0x350;
const LVT_LINT1: u32 = 0x360;
const LVT_ERROR: u32 = 0x370;
const TIMER_INITIAL: u32 = 0x380;
const TIMER_CURRENT: u32 = 0x390;
const TIMER_DIVIDE: u32 = 0x3E0;

const MASKED: u32 = 1 << 16;
const PERIODIC: u32 = 1 << 17;
const DELIVERY_PENDING: u32 = 1 << 12;
const NMI: u32 = 4 << 8;
const INIT: u32 = 5 << 8;
const STARTUP: u32 = 6 << 8;
const ASSERT: u32 = 1 << 14;
const ALL_BUT_SELF: u32 = 3 << 18;

/// Address of the registers; 0 in x2APIC mode.
static REGISTERS: AtomicU64 = AtomicU64::new(0);
/// Timer counts between two clock interrupts.
static PERIOD: AtomicU32 = AtomicU32::new(0);

/// Resets all other processors, with the firmware's tables, which map the registers one to one.
pub fn reset_others(physical: u64) {
    // SAFETY: every x64 processor has this register.
    let base = unsafe { Msr::new(BASE_MSR).read() };
    if base & X2APIC_ENABLED == 0 {
        REGISTERS.store(physical, Ordering::Relaxed);
    }
    command(0, ASSERT | INIT | ALL_BUT_SELF);
}

/// Maps the registers. Once, on the first processor.
pub fn map(physical: u64) {
    // SAFETY: every x64 processor has this register.
    let base = unsafe { Msr::new(BASE_MSR).read() };
    if base & X2APIC_ENABLED == 0 {
        let address = blocks::map_device(physical, 4096);
        REGISTERS.store(address.as_u64(), Ordering::Relaxed);
    }
}

fn read(register: u32) -> u32 {
    match REGISTERS.load(Ordering::Relaxed) {
        // SAFETY: x2APIC mode is on, so these registers exist.
        0 => unsafe { Msr::new(X2APIC_MSRS + (register >> 4)).read() as u32 },
        // SAFETY: `map` mapped the page of registers for good.
        base => unsafe { ((base + u64::from(register)) as *const u32).read_volatile() },
    }
}

fn write(register: u32, value: u32) {
    match REGISTERS.load(Ordering::Relaxed) {
        // SAFETY: as in `read`; the callers write what the register defines.
        0 => unsafe { Msr::new(X2APIC_MSRS + (register >> 4)).write(u64::from(value)) },
        // SAFETY: as in `read`.
        base => unsafe { ((base + u64::from(register)) as *mut u32).write_volatile(value) },
    }
}

/// Turns the running processor's APIC on, with its lines masked.
pub fn enable() {
    // SAFETY: sets the enable bit of a register that every x64 processor has, in the mode it is in.
    unsafe {
        let mut base = Msr::new(BASE_MSR);
        let mut value = base.read() | APIC_ENABLED;
        if REGISTERS.load(Ordering::Relaxed) == 0 {
            value |= X2APIC_ENABLED;
        }
        base.write(value);
    }
    for line in [LVT_TIMER, LVT_LINT0, LVT_LINT1, LVT_ERROR] {
        write(line, MASKED);
    }
    write(SPURIOUS, 0x100 | u32::from(SPURIOUS_VECTOR));
}

/// Measures the timer against the calibrated clock. Once, on the first processor.
pub fn calibrate_timer() {
    write(TIMER_DIVIDE, 0b1011);
    write(TIMER_INITIAL, u32::MAX);
    let begin = clock::since_start();
    clock::stall(10_000);
    let counted = u64::from(u32::MAX - read(TIMER_CURRENT));
    let passed = clock::since_start() - begin;
    write(TIMER_INITIAL, 0);
    let hz = counted * clock::PERFORMANCE_HZ / passed.max(1);
    PERIOD.store((hz / CLOCK_HZ).max(1) as u32, Ordering::Relaxed);
}

/// Starts the running processor's clock interrupt.
pub fn start_timer() {
    write(TIMER_DIVIDE, 0b1011);
    write(LVT_TIMER, PERIODIC | u32::from(CLOCK_VECTOR));
    write(TIMER_INITIAL, PERIOD.load(Ordering::Relaxed));
}

/// Makes the next clock interrupt come about at `deadline` (100 ns since start), if that is before the regular one.
/// Interrupts are off.
pub fn tick_by(deadline: u64) {
    let left = deadline.saturating_sub(clock::since_start()).max(SHORTEST);
    let regular = clock::PERFORMANCE_HZ / CLOCK_HZ;
    if left < regular {
        let count = u64::from(PERIOD.load(Ordering::Relaxed)) * left / regular;
        percpu::current().early_tick.store(true, Ordering::Relaxed);
        // Once, not again and again: a short period would keep QEMU busy with nothing else.
        write(LVT_TIMER, u32::from(CLOCK_VECTOR));
        write(TIMER_INITIAL, count.max(1) as u32);
    }
}

/// Goes back to the regular period after an early clock interrupt.
pub fn restart_clock() {
    if percpu::current().early_tick.swap(false, Ordering::Relaxed) {
        start_timer();
    }
}

/// Ends the interrupt that the running processor is in.
pub fn end_of_interrupt() {
    write(EOI, 0);
}

fn command(apic_id: u8, low: u32) {
    if REGISTERS.load(Ordering::Relaxed) == 0 {
        let value = u64::from(apic_id) << 32 | u64::from(low);
        // SAFETY: x2APIC mode is on; the callers compose valid commands.
        unsafe { Msr::new(X2APIC_MSRS + (COMMAND >> 4)).write(value) };
        return;
    }
    // The two halves must not be torn by an interrupt that sends one of its own.
    x86_64::instructions::interrupts::without_interrupts(|| {
        write(COMMAND_HIGH, u32::from(apic_id) << 24);
        write(COMMAND, low);
        while read(COMMAND) & DELIVERY_PENDING != 0 {
            core::hint::spin_loop();
        }
    });
}

/// Sends the interrupt `vector` to the processor with this APIC id, which may be the running one.
pub fn send(apic_id: u8, vector: u8) {
    command(apic_id, ASSERT | u32::from(vector));
}

/// Resets a processor.
pub fn send_init(apic_id: u8) {
    command(apic_id, ASSERT | INIT);
}

/// Starts a processor at the 4 KiB page `page` below 1 MiB.
pub fn send_startup(apic_id: u8, page: u8) {
    command(apic_id, ASSERT | STARTUP | u32::from(page));
}

/// Stops all other processors: their NMI routine halts them.
pub fn stop_others() {
    command(0, ASSERT | NMI | ALL_BUT_SELF);
}
