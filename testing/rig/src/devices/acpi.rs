//! What the rig takes from ACPI before it leaves the firmware: processors, interrupt controllers, the PCI window.

use alloc::vec::Vec;
use core::ptr::NonNull;

use acpi::fadt::Fadt;
use acpi::madt::{Madt, MadtEntry};
use acpi::mcfg::Mcfg;
use acpi::{AcpiHandler, AcpiTables, PhysicalMapping};

/// The platform, as plain data.
#[derive(Clone, Debug)]
pub struct Platform {
    /// Local APIC ids of the enabled processors, the boot processor first.
    pub processors: Vec<u8>,
    /// Physical address of the local APICs.
    pub local_apic: u64,
    /// Physical address and first global system interrupt of the first I/O APIC.
    pub io_apic: (u64, u32),
    /// Physical address of PCI bus 0's extended configuration space.
    pub ecam: u64,
    /// I/O port of the power management timer.
    pub pm_timer: u16,
}

/// A processor's flag in the MADT: it can be used.
const ENABLED: u32 = 1;

/// The firmware maps all memory one to one, so that a physical address is its own mapping.
#[derive(Clone, Copy, Debug)]
struct Identity;

impl AcpiHandler for Identity {
    unsafe fn map_physical_region<T>(
        &self,
        address: usize,
        size: usize,
    ) -> PhysicalMapping<Self, T> {
        let pointer = NonNull::new(address as *mut T).expect("no ACPI table lies at address 0");
        // SAFETY: one-to-one mapping; the caller vouches for the table.
        unsafe { PhysicalMapping::new(address, pointer, size, size, *self) }
    }

    fn unmap_physical_region<T>(_region: &PhysicalMapping<Self, T>) {}
}

/// Reads the tables that start at `rsdp`.
///
/// # Errors
/// Text that says what is missing.
///
/// # Safety
/// Boot services must still be there, with memory mapped one to one, and `rsdp` must be the firmware's pointer.
pub unsafe fn read(rsdp: usize) -> Result<Platform, &'static str> {
    // SAFETY: passed on to the caller.
    let tables = unsafe { AcpiTables::from_rsdp(Identity, rsdp) }
        .map_err(|_| "the ACPI root table is broken")?;
    let madt = tables
        .find_table::<Madt>()
        .map_err(|_| "ACPI has no MADT")?;
    let mut processors = Vec::new();
    let mut io_apic = None;
    for entry in madt.get().entries() {
        match entry {
            MadtEntry::LocalApic(one) if one.flags & ENABLED != 0 => processors.push(one.apic_id),
            MadtEntry::IoApic(one) if io_apic.is_none() => {
                io_apic = Some((
                    u64::from(one.io_apic_address),
                    one.global_system_interrupt_base,
                ));
            }
            _ => {}
        }
    }
    // SAFETY: CPUID exists on every x64 processor.
    #[allow(unused_unsafe, reason = "newer compilers call it safe")]
    let boot_processor = (unsafe { core::arch::x86_64::__cpuid(1) }.ebx >> 24) as u8;
    let first = processors
        .iter()
        .position(|&id| id == boot_processor)
        .ok_or("ACPI does not name the boot processor")?;
    processors.swap(0, first);
    let timer = tables
        .find_table::<Fadt>()
        .ok()
        .and_then(|fadt| fadt.pm_timer_block().ok().flatten())
        .ok_or("ACPI names no power management timer")?;
    let ecam = tables
        .find_table::<Mcfg>()
        .map_err(|_| "ACPI has no MCFG table: use QEMU's machine q35")?
        .entries()
        .iter()
        .find(|entry| entry.pci_segment_group == 0 && entry.bus_number_start == 0)
        .map(|entry| entry.base_address)
        .ok_or("ACPI's MCFG does not cover PCI bus 0")?;
    Ok(Platform {
        processors,
        local_apic: u64::from(madt.get().local_apic_address),
        io_apic: io_apic.ok_or("ACPI names no I/O APIC: use QEMU's machine q35")?,
        ecam,
        pm_timer: u16::try_from(timer.address).map_err(|_| "the timer is not at an I/O port")?,
    })
}
