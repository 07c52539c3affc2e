//! PCI configuration space as dxgkrnl gives it (DxgkCbReadDeviceSpace).

use dxgk::interface::Interface;
use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use dxgk::resources::{MemoryRange, Resources};
use dxgk::status::Status;
use virtio_gpu::ConfigSpace;
use virtio_gpu::pci::{COMMAND, COMMAND_BUS_MASTER, ConfigReadError};

/// How many base addresses a function has.
pub(crate) const BARS: usize = 6;
/// Offset of the first base address register.
const BASE_ADDRESS_0: u16 = 0x10;
/// In a base address register: I/O space.
const BAR_IO: u32 = 1;
/// In a memory base address register: the kind, of which 2 is 64-bit.
const BAR_KIND: u32 = 3 << 1;
const BAR_64: u32 = 2 << 1;
/// In a memory base address register: what is not address.
const BAR_FLAGS: u32 = 0xF;

/// The adapter's configuration space.
pub(crate) struct PciConfig<'a, 'b, K: Kernel> {
    pub(crate) interface: &'a Interface<K>,
    pub(crate) irql: &'a Passive<'b>,
}

impl<K: Kernel> ConfigSpace for PciConfig<'_, '_, K> {
    fn read(&self, offset: u16, bytes: &mut [u8]) -> Result<(), ConfigReadError> {
        self.interface
            .read_config(u32::from(offset), bytes, self.irql)
            .map_err(|_| ConfigReadError { offset })
    }
}

impl<K: Kernel> PciConfig<'_, '_, K> {
    /// Cuts the device off from memory. Only for a device that obeys nothing else.
    pub(crate) fn clear_bus_master(&self) -> Result<(), Status> {
        let was = self.read_u16(COMMAND).map_err(|_| Status::UNSUCCESSFUL)?;
        let without = (was & !COMMAND_BUS_MASTER).to_le_bytes();
        self.interface
            .write_config(u32::from(COMMAND), &without, self.irql)
    }

    /// The translated memory range of each base address.
    ///
    /// The list of translated resources does not say which base address a range belongs to. On the machines that Windows
    /// runs on a memory address on the bus is the processor's, so they are matched by address. If none matches the bus has
    /// addresses of its own, and the order of the list, which is that of the base addresses, tells.
    pub(crate) fn bars(
        &self,
        resources: &Resources,
    ) -> Result<[Option<MemoryRange>; BARS], ConfigReadError> {
        let bases = self.base_addresses()?;
        Ok(assign(&bases, resources))
    }

    /// The memory base addresses that are set.
    fn base_addresses(&self) -> Result<[Option<u64>; BARS], ConfigReadError> {
        let mut bases = [None; BARS];
        let mut high_half = false;
        for (index, base) in (0u16..).zip(&mut bases) {
            if core::mem::take(&mut high_half) {
                continue;
            }
            let register = index.wrapping_mul(4).wrapping_add(BASE_ADDRESS_0);
            let low = self.read_u32(register)?;
            if low & BAR_IO != 0 {
                continue;
            }
            let mut address = u64::from(low & !BAR_FLAGS);
            if low & BAR_KIND == BAR_64 && usize::from(index) < BARS - 1 {
                high_half = true;
                address |= u64::from(self.read_u32(register.wrapping_add(4))?) << 32;
            }
            *base = (address != 0).then_some(address);
        }
        Ok(bases)
    }
}

fn assign(bases: &[Option<u64>; BARS], resources: &Resources) -> [Option<MemoryRange>; BARS] {
    let mut ranges = [None; BARS];
    for (base, range) in bases.iter().zip(&mut ranges) {
        *range = base.and_then(|base| resources.memory().find(|memory| memory.start() == base));
    }
    let used = bases.iter().flatten().count();
    if ranges.iter().all(Option::is_none) && used == resources.memory().count() {
        let places = bases
            .iter()
            .zip(&mut ranges)
            .filter_map(|(base, range)| base.map(|_| range));
        for (range, memory) in places.zip(resources.memory()) {
            *range = Some(memory);
        }
    }
    ranges
}
