//! PCI configuration space: identity, base addresses, and the capabilities of a modern virtio device (VIRTIO 1.2, 4.1.4).
//!
//! The places are QEMU's: with `virtio-gpu-pci` the virtio structures in BAR 4 and the MSI-X table in BAR 1; with
//! `virtio-vga` a frame buffer in BAR 0, the structures at the end of BAR 2, and the table in BAR 4.

use super::lie::Lie;
use port::machine::Range;

/// Where the frame buffer of a VGA adapter is.
pub const FRAME_BUFFER: u64 = 0xC000_0000;
/// Its length.
pub const FRAME_BUFFER_LENGTH: u64 = 8 << 20;
/// Where the MSI-X table and its pending bits are.
const MSIX: u64 = 0xFEBD_5000;
const MSIX_LENGTH: u64 = 0x1000;
/// Where the BAR with the virtio structures is: above 4 GiB, as firmware places 64-bit BARs.
pub(super) const MODERN: u64 = 0x70_0000_0000;

/// Which BAR holds what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars {
    frame_buffer: bool,
    msix: u8,
    modern: u8,
    modern_length: u64,
    /// Where in their BAR the virtio structures start.
    pub base: u64,
}

impl Bars {
    /// `virtio-gpu-pci`
    pub const PCI: Self = Self {
        frame_buffer: false,
        msix: 1,
        modern: 4,
        modern_length: 0x4000,
        base: 0,
    };
    /// `virtio-vga`
    pub const VGA: Self = Self {
        frame_buffer: true,
        msix: 4,
        modern: 2,
        modern_length: 0x8000,
        base: 0x4000,
    };

    /// The ranges in the order of their BARs.
    pub fn ranges(&self, vectors: u16) -> Vec<Range> {
        let range = |start, length, prefetchable| Range {
            start,
            length,
            io_space: false,
            prefetchable,
        };
        let mut bars = vec![(self.modern, range(MODERN, self.modern_length, true))];
        if self.frame_buffer {
            bars.push((0, range(FRAME_BUFFER, FRAME_BUFFER_LENGTH, true)));
        }
        if vectors != 0 {
            bars.push((self.msix, range(MSIX, MSIX_LENGTH, false)));
        }
        bars.sort_by_key(|(bar, _)| *bar);
        bars.into_iter().map(|(_, range)| range).collect()
    }
}

/// Offset of the common configuration from the start of the structures.
pub(super) const COMMON: u64 = 0;
/// Its length: with `queue_reset`, as of version 1.2.
pub(super) const COMMON_LENGTH: u64 = 0x3C;
/// Offset of the ISR status.
pub(super) const ISR: u64 = 0x1000;
/// Offset of the device configuration.
pub(super) const DEVICE: u64 = 0x2000;
/// Its length.
pub(super) const DEVICE_LENGTH: u64 = 16;
/// Offset of the notification addresses.
pub(super) const NOTIFY: u64 = 0x3000;
/// Bytes between two queues' notification addresses.
pub(super) const NOTIFY_MULTIPLIER: u32 = 4;
/// Length of the notification structure.
pub(super) const NOTIFY_LENGTH: u64 = 0x1000;

const COMMAND: usize = 0x04;
/// In the command register: INTx is off.
const INTERRUPT_DISABLE: u16 = 1 << 10;
/// In the command register: bus master, without which the device reaches no memory.
const BUS_MASTER: u16 = 1 << 2;
/// What of the command register can be written.
const COMMAND_WRITABLE: u16 = 0x0547;
const STATUS: usize = 0x06;
const STATUS_CAPABILITIES: u16 = 1 << 4;
const CAPABILITIES: usize = 0x34;
/// In an MSI-X capability's message control.
const MSIX_ENABLE: u16 = 1 << 15;
/// Where the capabilities start.
const FIRST: u8 = 0x84;

/// A vendor capability of each kind: `cfg_type`, offset and length.
const STRUCTURES: [(u8, u64, u64); 4] = [
    (1, COMMON, COMMON_LENGTH),
    (3, ISR, 1),
    (4, DEVICE, DEVICE_LENGTH),
    (2, NOTIFY, NOTIFY_LENGTH),
];

/// The space.
#[derive(Debug)]
pub(super) struct ConfigSpace {
    bytes: [u8; 256],
    msix: Option<usize>,
}

impl ConfigSpace {
    /// A virtio GPU with so many MSI-X vectors; none means that it has no such capability.
    pub fn new(vectors: u16, bars: Bars, lies: &[Lie]) -> Self {
        let mut space = Self {
            bytes: [0; 256],
            msix: None,
        };
        space.put16(0x00, 0x1AF4);
        space.put16(0x02, 0x1050);
        // Bus master and memory space on, as the bus driver leaves them.
        space.put16(COMMAND, 0x0006);
        space.put16(STATUS, STATUS_CAPABILITIES);
        // Revision 1; class: display controller, VGA compatible or other.
        let subclass = if bars.frame_buffer { 0x00 } else { 0x80 };
        space.bytes[0x08..0x0C].copy_from_slice(&[0x01, 0x00, subclass, 0x03]);
        let bar = |index: u8| 0x10 + 4 * usize::from(index);
        if bars.frame_buffer {
            // Prefetchable.
            space.put32(bar(0), FRAME_BUFFER as u32 | 0b1000);
        }
        if vectors != 0 {
            space.put32(bar(bars.msix), MSIX as u32);
        }
        // 64-bit, prefetchable.
        space.put32(bar(bars.modern), MODERN as u32 | 0b1100);
        space.put32(bar(bars.modern + 1), (MODERN >> 32) as u32);
        space.put16(0x2C, 0x1AF4);
        space.put16(0x2E, 0x1100);
        space.bytes[0x3C..0x3E].copy_from_slice(&[11, 1]);
        space.capabilities(vectors, bars, lies);
        space
    }

    fn capabilities(&mut self, vectors: u16, bars: Bars, lies: &[Lie]) {
        let mut at = FIRST;
        // Where the pointer to the next capability is.
        let mut link = CAPABILITIES;
        if vectors != 0 {
            self.bytes[link] = at;
            let here = usize::from(at);
            self.bytes[here] = 0x11;
            self.put16(here + 2, vectors - 1);
            // The table first, the pending bits half-way.
            self.put32(here + 4, u32::from(bars.msix));
            self.put32(here + 8, 0x800 | u32::from(bars.msix));
            self.msix = Some(here);
            link = here + 1;
            at += 12;
        }
        for (kind, mut offset, mut length) in STRUCTURES {
            if kind == 2 && lies.contains(&Lie::CapabilityMissing) {
                continue;
            }
            if kind == 1 && lies.contains(&Lie::CapabilityOutsideBar) {
                offset = bars.modern_length - bars.base - 0x10;
            }
            if kind == 1 && lies.contains(&Lie::CapabilityShort) {
                length = 0x14;
            }
            let size = if kind == 2 { 20 } else { 16 };
            self.bytes[link] = at;
            let here = usize::from(at);
            self.bytes[here] = 0x09;
            self.bytes[here + 2..here + 5].copy_from_slice(&[size, kind, bars.modern]);
            self.put32(here + 8, (bars.base + offset) as u32);
            self.put32(here + 12, length as u32);
            if kind == 2 {
                self.put32(here + 16, NOTIFY_MULTIPLIER);
            }
            link = here + 1;
            at += size;
        }
        if lies.contains(&Lie::CapabilityLoop) {
            self.bytes[link] = FIRST;
        }
    }

    /// Reads; returns how many bytes there were.
    pub fn read(&self, offset: u32, to: &mut [u8]) -> usize {
        let from = self.bytes.get(offset as usize..).unwrap_or(&[]);
        let length = from.len().min(to.len());
        to[..length].copy_from_slice(&from[..length]);
        length
    }

    /// Writes what can be written: the command register.
    pub fn write(&mut self, offset: u32, from: &[u8]) -> usize {
        for (place, byte) in (offset as usize..).zip(from) {
            if let COMMAND | 0x05 = place {
                let shift = 8 * (place - COMMAND);
                let mask = (COMMAND_WRITABLE >> shift) as u8;
                self.bytes[place] = self.bytes[place] & !mask | byte & mask;
            }
        }
        from.len()
            .min(self.bytes.len().saturating_sub(offset as usize))
    }

    /// Turns MSI-X on or off, as the bus driver does.
    pub fn enable_messages(&mut self, enable: bool) {
        if let Some(at) = self.msix {
            let control = self.get16(at + 2);
            self.put16(
                at + 2,
                if enable {
                    control | MSIX_ENABLE
                } else {
                    control & !MSIX_ENABLE
                },
            );
        }
    }

    /// Whether interrupts go out as messages.
    pub fn messages_enabled(&self) -> bool {
        self.msix
            .is_some_and(|at| self.get16(at + 2) & MSIX_ENABLE != 0)
    }

    /// Whether the line may be asserted.
    pub fn line_enabled(&self) -> bool {
        !self.messages_enabled() && self.get16(COMMAND) & INTERRUPT_DISABLE == 0
    }

    /// Whether the device may reach memory.
    pub fn bus_master(&self) -> bool {
        self.get16(COMMAND) & BUS_MASTER != 0
    }

    fn get16(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    fn put16(&mut self, at: usize, value: u16) {
        self.bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }

    fn put32(&mut self, at: usize, value: u32) {
        self.bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capability_ids(space: &ConfigSpace) -> Vec<u8> {
        let mut at = usize::from(space.bytes[CAPABILITIES]);
        let mut ids = Vec::new();
        while at != 0 && ids.len() < 10 {
            ids.push(space.bytes[at]);
            at = usize::from(space.bytes[at + 1]);
        }
        ids
    }

    #[test]
    fn the_list_has_msix_and_four_structures_and_ends() {
        assert_eq!(
            capability_ids(&ConfigSpace::new(3, Bars::PCI, &[])),
            [0x11, 9, 9, 9, 9]
        );
        assert_eq!(
            capability_ids(&ConfigSpace::new(0, Bars::VGA, &[])),
            [9, 9, 9, 9]
        );
        assert_eq!(
            capability_ids(&ConfigSpace::new(3, Bars::PCI, &[Lie::CapabilityLoop])).len(),
            10
        );
    }

    #[test]
    fn only_the_command_register_can_be_written() {
        let mut space = ConfigSpace::new(3, Bars::PCI, &[]);
        assert_eq!(space.write(0, &[0xFF; 6]), 6);
        assert_eq!(
            (space.get16(0), space.get16(COMMAND)),
            (0x1AF4, COMMAND_WRITABLE)
        );
        assert!(!space.line_enabled() && space.bus_master());
        assert_eq!(space.write(0x100, &[1]), 0);
    }
}
