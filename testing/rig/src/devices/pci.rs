//! PCI configuration space through the window that ACPI's MCFG names, and the adapter's place in it.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use pci_types::capability::{MsiCapability, MsixCapability, PciCapability};
use pci_types::{
    Bar, ConfigRegionAccess, EndpointHeader, HeaderType, PciAddress, PciHeader, PciPciBridgeHeader,
};
use port::machine::Range;

use crate::memory::blocks;

/// Bytes of one bus in the window.
const BUS: u64 = 1 << 20;
/// Bytes of one function's configuration space.
pub const SPACE: usize = 4096;

static WINDOW: AtomicU64 = AtomicU64::new(0);
static BUSES: [AtomicU64; 256] = [const { AtomicU64::new(0) }; 256];

/// Configuration space. All of the machine's processors may use it; each access is one load or store.
#[derive(Clone, Copy, Debug)]
pub struct Config;

/// Notes where the window is. Once, before anything else of this file.
pub fn initialize(ecam: u64) {
    WINDOW.store(ecam, Ordering::Relaxed);
}

fn space(address: PciAddress) -> *mut u8 {
    let bus = usize::from(address.bus());
    let mut base = BUSES[bus].load(Ordering::Acquire);
    if base == 0 {
        let physical = WINDOW.load(Ordering::Relaxed) + bus as u64 * BUS;
        base = blocks::map_device(physical, BUS as usize).as_u64();
        BUSES[bus].store(base, Ordering::Release);
    }
    let function = u64::from(address.device()) << 3 | u64::from(address.function());
    (base + (function << 12)) as *mut u8
}

impl ConfigRegionAccess for Config {
    unsafe fn read(&self, address: PciAddress, offset: u16) -> u32 {
        // SAFETY: the function's 4 KiB are mapped; the crate asks for aligned words inside them.
        unsafe {
            space(address)
                .add(usize::from(offset))
                .cast::<u32>()
                .read_volatile()
        }
    }

    unsafe fn write(&self, address: PciAddress, offset: u16, value: u32) {
        // SAFETY: as above.
        unsafe {
            space(address)
                .add(usize::from(offset))
                .cast::<u32>()
                .write_volatile(value)
        }
    }
}

/// The widest naturally aligned access at `offset` with `left` bytes to go.
fn width(offset: usize, left: usize) -> usize {
    match (offset % 4, left) {
        (0, 4..) => 4,
        (0 | 2, 2..) => 2,
        _ => 1,
    }
}

/// Reads any bytes of a function's configuration space; returns how many lie inside it.
pub fn read(address: PciAddress, offset: usize, buffer: &mut [u8]) -> usize {
    let base = space(address);
    let length = buffer.len().min(SPACE.saturating_sub(offset));
    let mut done = 0;
    while done < length {
        let at = offset + done;
        let size = width(at, length - done);
        // SAFETY: `at + size` is inside the mapped 4 KiB, and the access is aligned.
        let value = unsafe {
            match size {
                4 => base.add(at).cast::<u32>().read_volatile(),
                2 => u32::from(base.add(at).cast::<u16>().read_volatile()),
                _ => u32::from(base.add(at).read_volatile()),
            }
        };
        buffer[done..done + size].copy_from_slice(&value.to_le_bytes()[..size]);
        done += size;
    }
    length
}

/// Writes any bytes of a function's configuration space; returns how many lie inside it.
pub fn write(address: PciAddress, offset: usize, bytes: &[u8]) -> usize {
    let base = space(address);
    let length = bytes.len().min(SPACE.saturating_sub(offset));
    let mut done = 0;
    while done < length {
        let at = offset + done;
        let size = width(at, length - done);
        let mut value = [0; 4];
        value[..size].copy_from_slice(&bytes[done..done + size]);
        let value = u32::from_le_bytes(value);
        // SAFETY: as in `read`.
        unsafe {
            match size {
                4 => base.add(at).cast::<u32>().write_volatile(value),
                2 => base.add(at).cast::<u16>().write_volatile(value as u16),
                _ => base.add(at).write_volatile(value as u8),
            }
        }
        done += size;
    }
    length
}

/// The function 0 in this slot of bus 0, if it has these ids.
pub fn at_slot(slot: u8, vendor: u16, device: u16) -> Option<PciAddress> {
    let address = PciAddress::new(0, 0, slot, 0);
    (PciHeader::new(address).id(Config) == (vendor, device)).then_some(address)
}

/// The first function with these ids, on bus 0 or behind bridges.
pub fn find(vendor: u16, devices: &[u16]) -> Option<PciAddress> {
    find_on(0, vendor, devices)
}

fn find_on(bus: u8, vendor: u16, devices: &[u16]) -> Option<PciAddress> {
    for device in 0..32 {
        let functions = match PciHeader::new(PciAddress::new(0, bus, device, 0)) {
            header if header.id(Config).0 == 0xFFFF => continue,
            header if header.has_multiple_functions(Config) => 8,
            _ => 1,
        };
        for function in 0..functions {
            let address = PciAddress::new(0, bus, device, function);
            let header = PciHeader::new(address);
            let id = header.id(Config);
            if id.0 == vendor && devices.contains(&id.1) {
                return Some(address);
            }
            if id.0 != 0xFFFF && header.header_type(Config) == HeaderType::PciPciBridge {
                let bridge = PciPciBridgeHeader::from_header(header, Config)?;
                let secondary = bridge.secondary_bus_number(Config);
                if secondary > bus
                    && let Some(found) = find_on(secondary, vendor, devices)
                {
                    return Some(found);
                }
            }
        }
    }
    None
}

/// The ranges of the function's base address registers, in their order.
pub fn ranges(address: PciAddress) -> Vec<Range> {
    let Some(endpoint) = EndpointHeader::from_header(PciHeader::new(address), Config) else {
        return Vec::new();
    };
    let mut ranges = Vec::new();
    let mut slot = 0;
    while slot < 6 {
        let bar = endpoint.bar(slot, Config);
        slot += if matches!(bar, Some(Bar::Memory64 { .. })) {
            2
        } else {
            1
        };
        let (start, length, io_space, prefetchable) = match bar {
            Some(Bar::Memory32 {
                address,
                size,
                prefetchable,
            }) => (u64::from(address), u64::from(size), false, prefetchable),
            Some(Bar::Memory64 {
                address,
                size,
                prefetchable,
            }) => (address, size, false, prefetchable),
            // QEMU's I/O ranges are small; their size is not told by the register's type.
            Some(Bar::Io { port }) => (u64::from(port), 0x20, true, false),
            None => continue,
        };
        ranges.push(Range {
            start,
            length,
            io_space,
            prefetchable,
        });
    }
    ranges
}

/// The start of the memory range of base address register `slot`.
pub fn memory_bar(address: PciAddress, slot: u8) -> Option<u64> {
    match EndpointHeader::from_header(PciHeader::new(address), Config)?.bar(slot, Config)? {
        Bar::Memory32 { address, .. } => Some(u64::from(address)),
        Bar::Memory64 { address, .. } => Some(address),
        Bar::Io { .. } => None,
    }
}

/// The function's MSI-X capability.
pub fn msix(address: PciAddress) -> Option<MsixCapability> {
    EndpointHeader::from_header(PciHeader::new(address), Config)?
        .capabilities(Config)
        .find_map(|capability| match capability {
            PciCapability::MsiX(msix) => Some(msix),
            _ => None,
        })
}

/// The function's MSI capability.
pub fn msi(address: PciAddress) -> Option<MsiCapability> {
    EndpointHeader::from_header(PciHeader::new(address), Config)?
        .capabilities(Config)
        .find_map(|capability| match capability {
            PciCapability::Msi(msi) => Some(msi),
            _ => None,
        })
}
