//! Line-based interrupts: which global system interrupt a function's pin is wired to, and the I/O APIC's entry for it.

use core::sync::atomic::{AtomicU64, Ordering};

use pci_types::PciAddress;

use super::pci;
use crate::memory::blocks;

static REGISTERS: AtomicU64 = AtomicU64::new(0);

const SELECT: u64 = 0x00;
const WINDOW: u64 = 0x10;
const FIRST_ENTRY: u32 = 0x10;
const LEVEL_TRIGGERED: u32 = 1 << 15;
const MASKED: u32 = 1 << 16;

const INTERRUPT_PIN: usize = 0x3D;

/// Maps the I/O APIC and masks all of its 24 lines. Once.
pub fn initialize(physical: u64) {
    REGISTERS.store(
        blocks::map_device(physical, 0x20).as_u64(),
        Ordering::Relaxed,
    );
    for line in 0..24 {
        write(FIRST_ENTRY + 2 * line, MASKED);
    }
}

fn write(register: u32, value: u32) {
    let base = REGISTERS.load(Ordering::Relaxed);
    // SAFETY: `initialize` mapped the registers for good. One processor at a time connects and disconnects.
    unsafe {
        ((base + SELECT) as *mut u32).write_volatile(register);
        ((base + WINDOW) as *mut u32).write_volatile(value);
    }
}

/// Whether the function has an interrupt pin.
pub fn has_pin(address: PciAddress) -> bool {
    let mut pin = [0];
    pci::read(address, INTERRUPT_PIN, &mut pin);
    pin[0] != 0
}

/// The global system interrupt of a function's pin on QEMU's q35: slots 0 to 23 of bus 0 are wired in turn to PIRQ E to
/// H, which are interrupts 20 to 23 (the ICH9's default routing, which QEMU's ACPI tables describe).
///
/// # Errors
/// Text, for a function without a pin or in a place whose wiring this file does not know.
pub fn line(address: PciAddress) -> Result<u32, &'static str> {
    let mut pin = [0];
    pci::read(address, INTERRUPT_PIN, &mut pin);
    match (pin[0], address.bus(), address.device()) {
        (0, _, _) => Err("the adapter has no interrupt pin"),
        (pin @ 1..=4, 0, slot @ 0..=23) => Ok(20 + (u32::from(slot) + u32::from(pin) - 1) % 4),
        _ => Err("for a line-based interrupt the adapter must be in slot 0 to 23 of bus 0"),
    }
}

/// Sends `line` to the processor with this APIC id, level-triggered, as `vector`.
pub fn connect(line: u32, apic_id: u8, vector: u8) {
    write(FIRST_ENTRY + 2 * line + 1, u32::from(apic_id) << 24);
    write(FIRST_ENTRY + 2 * line, LEVEL_TRIGGERED | u32::from(vector));
}

/// Masks `line`.
pub fn disconnect(line: u32) {
    write(FIRST_ENTRY + 2 * line, MASKED);
}
