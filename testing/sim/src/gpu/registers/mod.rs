//! The registers: what each reads as, and what writing it does (VIRTIO 1.2, 4.1.4.3 to 4.1.4.5 and 5.7.4).
//!
//! Pure state: an access returns what has to happen outside ([`Effect`]), and the device does it with no lock held.

mod place;
mod write;

use super::fault::Faults;
use super::lie::Lie;
use place::Place;

/// How many queues there are: control and cursor.
pub(super) const QUEUES: usize = 2;
/// `VIRTIO_MSI_NO_VECTOR`.
pub(super) const NO_VECTOR: u16 = 0xFFFF;

/// Bits of `device_status` (2.1).
pub(super) mod status {
    pub const ACKNOWLEDGE: u8 = 1;
    pub const DRIVER: u8 = 2;
    pub const DRIVER_OK: u8 = 4;
    pub const FEATURES_OK: u8 = 8;
    pub const NEEDS_RESET: u8 = 64;
    pub const FAILED: u8 = 128;
}

/// Feature bits that the device model knows (2.2, 5.7.3, 6).
pub mod feature {
    /// `VIRTIO_GPU_F_EDID`
    pub const EDID: u64 = 1 << 1;
    /// `VIRTIO_F_INDIRECT_DESC`
    pub const INDIRECT_DESC: u64 = 1 << 28;
    /// `VIRTIO_F_EVENT_IDX`
    pub const EVENT_IDX: u64 = 1 << 29;
    /// `VIRTIO_F_VERSION_1`
    pub const VERSION_1: u64 = 1 << 32;
}

/// One queue's registers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct QueueRegisters {
    pub size: u16,
    pub vector: u16,
    pub enabled: bool,
    pub descriptors: u64,
    pub driver: u64,
    pub device: u64,
}

/// What an access asks the rest of the device to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    /// Drop everything; no memory is touched when this has been done.
    Reset,
    /// The driver has set the device going.
    Started,
    /// Start with this queue.
    EnableQueue(usize),
    /// Look at this queue's available ring.
    Kick(usize),
    /// The line may have changed.
    Line,
}

/// The registers.
#[derive(Debug)]
pub(super) struct Registers {
    pub offered: u64,
    pub accepted: u64,
    pub max_size: [u16; QUEUES],
    pub vectors: u16,
    pub num_scanouts: u32,
    pub status: u8,
    pub isr: u8,
    pub events: u32,
    pub generation: u8,
    pub config_vector: u16,
    pub queues: [QueueRegisters; QUEUES],
    device_feature_select: u32,
    driver_feature_select: u32,
    queue_select: u16,
}

impl Registers {
    pub fn new(offered: u64, max_size: [u16; QUEUES], vectors: u16, num_scanouts: u32) -> Self {
        let mut registers = Self {
            offered,
            accepted: 0,
            max_size,
            vectors,
            num_scanouts,
            status: 0,
            isr: 0,
            events: 0,
            generation: 0,
            config_vector: NO_VECTOR,
            queues: [QueueRegisters::default(); QUEUES],
            device_feature_select: 0,
            driver_feature_select: 0,
            queue_select: 0,
        };
        registers.reset();
        registers
    }

    /// The state after a reset (2.4). Events stay: they are the configuration's.
    pub fn reset(&mut self) {
        self.accepted = 0;
        self.status = 0;
        self.isr = 0;
        self.config_vector = NO_VECTOR;
        self.device_feature_select = 0;
        self.driver_feature_select = 0;
        self.queue_select = 0;
        for (queue, size) in self.queues.iter_mut().zip(self.max_size) {
            *queue = QueueRegisters {
                size,
                vector: NO_VECTOR,
                ..Default::default()
            };
        }
    }

    /// Whether the driver runs the device, and the device is not broken.
    pub fn running(&self) -> bool {
        self.status & (status::DRIVER_OK | status::NEEDS_RESET) == status::DRIVER_OK
    }

    /// Reads. All ones where no register is.
    pub fn read(
        &mut self,
        offset: u64,
        width: usize,
        lies: &[Lie],
        faults: &Faults,
    ) -> (u64, Effect) {
        if lies.contains(&Lie::Gone) {
            return (u64::MAX, Effect::None);
        }
        match Place::find(offset, width, false, faults) {
            Some(Place::Common(register)) => (self.read_common(register, lies), Effect::None),
            // Reading clears, and lets the line go (4.1.4.5).
            Some(Place::Isr) => (u64::from(std::mem::take(&mut self.isr)), Effect::Line),
            Some(Place::Device(0)) => (u64::from(self.events), Effect::None),
            Some(Place::Device(8)) => {
                let lied = lies.iter().find_map(|lie| match lie {
                    Lie::NumScanouts(number) => Some(*number),
                    _ => None,
                });
                (u64::from(lied.unwrap_or(self.num_scanouts)), Effect::None)
            }
            Some(Place::Device(_) | Place::Notify(_)) => (0, Effect::None),
            None => (u64::MAX, Effect::None),
        }
    }

    fn read_common(&mut self, register: u64, lies: &[Lie]) -> u64 {
        let queue = self.queues.get(usize::from(self.queue_select)).copied();
        // A queue that does not exist has size 0 and nothing else.
        let present = queue.is_some();
        let queue = queue.unwrap_or(QueueRegisters {
            vector: NO_VECTOR,
            ..Default::default()
        });
        let half = |address: u64, high: u64| address >> (32 * high) & 0xFFFF_FFFF;
        match register {
            0x00 => u64::from(self.device_feature_select),
            0x04 => {
                let hidden = if lies.contains(&Lie::Version1Missing) {
                    feature::VERSION_1
                } else {
                    0
                };
                select(self.offered & !hidden, self.device_feature_select)
            }
            0x08 => u64::from(self.driver_feature_select),
            0x0C => select(self.accepted, self.driver_feature_select),
            0x10 => u64::from(self.config_vector),
            0x12 => find(lies, |lie| match lie {
                Lie::NumQueues(number) => Some(*number),
                _ => None,
            })
            .map_or(QUEUES as u64, u64::from),
            0x14 => u64::from(self.status),
            0x15 => {
                if lies.contains(&Lie::GenerationNeverSettles) {
                    self.generation = self.generation.wrapping_add(1);
                }
                u64::from(self.generation)
            }
            0x16 => u64::from(self.queue_select),
            0x18 => find(lies, |lie| match lie {
                Lie::QueueSize(size) => Some(*size),
                _ => None,
            })
            .map_or(u64::from(queue.size), u64::from),
            0x1A => u64::from(queue.vector),
            0x1C => u64::from(queue.enabled),
            0x1E if lies.contains(&Lie::NotifyOutside) => 0xFFF0,
            0x1E if present => u64::from(self.queue_select),
            0x20 | 0x24 => half(queue.descriptors, (register - 0x20) / 4),
            0x28 | 0x2C => half(queue.driver, (register - 0x28) / 4),
            0x30 | 0x34 => half(queue.device, (register - 0x30) / 4),
            _ => 0,
        }
    }
}

/// The 32 bits of `features` that a select register names.
fn select(features: u64, select: u32) -> u64 {
    match select {
        0 => features & 0xFFFF_FFFF,
        1 => features >> 32,
        _ => 0,
    }
}

fn find<T>(lies: &[Lie], which: impl Fn(&Lie) -> Option<T>) -> Option<T> {
    lies.iter().find_map(which)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::config::ISR;
    use crate::gpu::fault::Fault;

    fn registers() -> (Registers, Faults) {
        (
            Registers::new(feature::VERSION_1 | feature::EDID, [64, 16], 3, 1),
            Faults::default(),
        )
    }

    #[test]
    fn features_are_kept_only_if_offered_and_modern() {
        let (mut registers, faults) = registers();
        let mut accept = |low: u64, high: u64| {
            registers.write(0x14, 1, 0, &[], &faults);
            registers.write(0x14, 1, 1, &[], &faults);
            registers.write(0x14, 1, 3, &[], &faults);
            for (half, bits) in [(0, low), (1, high)] {
                registers.write(0x08, 4, half, &[], &faults);
                registers.write(0x0C, 4, bits, &[], &faults);
            }
            registers.write(0x14, 1, 11, &[], &faults);
            registers.read(0x14, 1, &[], &faults).0
        };
        assert_eq!(accept(feature::EDID, 1), 11);
        assert_eq!(accept(feature::EDID, 0), 3, "no VERSION_1");
        assert!(faults.all().is_empty());
        assert_eq!(accept(1, 1), 3, "never offered");
        assert_eq!(faults.all(), [Fault::Features(1)]);
    }

    #[test]
    fn reading_the_isr_status_clears_it() {
        let (mut registers, faults) = registers();
        registers.isr = 3;
        assert_eq!(registers.read(ISR, 1, &[], &faults), (3, Effect::Line));
        assert_eq!(registers.read(ISR, 1, &[], &faults).0, 0);
    }

    #[test]
    fn an_access_of_another_width_is_a_fault_and_does_nothing() {
        let (mut registers, faults) = registers();
        registers.write(0x18, 4, 8, &[], &faults);
        assert_eq!(registers.read(0x18, 2, &[], &faults).0, 64);
        assert_eq!(
            faults.all(),
            [Fault::Width {
                register: "queue_size",
                width: 4
            }]
        );
    }

    #[test]
    fn a_vector_that_does_not_exist_reads_back_as_none() {
        let (mut registers, faults) = registers();
        registers.write(0x10, 2, 2, &[], &faults);
        assert_eq!(registers.read(0x10, 2, &[], &faults).0, 2);
        registers.write(0x10, 2, 3, &[], &faults);
        assert_eq!(
            registers.read(0x10, 2, &[], &faults).0,
            u64::from(NO_VECTOR)
        );
    }
}
