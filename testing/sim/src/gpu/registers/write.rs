//! What writing a register does.

use super::place::Place;
use super::{Effect, NO_VECTOR, Registers, feature, status};
use crate::gpu::config::NOTIFY_MULTIPLIER;
use crate::gpu::fault::{Fault, Faults};
use crate::gpu::lie::Lie;

impl Registers {
    /// Writes.
    pub fn write(
        &mut self,
        offset: u64,
        width: usize,
        value: u64,
        lies: &[Lie],
        faults: &Faults,
    ) -> Effect {
        if lies.contains(&Lie::Gone) {
            return Effect::None;
        }
        match Place::find(offset, width, true, faults) {
            Some(Place::Common(0x14)) => self.write_status(value as u8, lies, faults),
            Some(Place::Common(register)) => self.write_common(register, value, lies, faults),
            Some(Place::Device(4)) => {
                self.events &= !(value as u32);
                Effect::None
            }
            Some(Place::Device(_)) => {
                faults.add(Fault::ReadOnly("virtio_gpu_config"));
                Effect::None
            }
            Some(Place::Isr) => {
                faults.add(Fault::ReadOnly("ISR status"));
                Effect::None
            }
            Some(Place::Notify(into)) => self.notify(into, value, faults),
            None => Effect::None,
        }
    }

    fn notify(&self, into: u64, value: u64, faults: &Faults) -> Effect {
        let queue = value as usize;
        let own_address = into == value * u64::from(NOTIFY_MULTIPLIER);
        let enabled = self.queues.get(queue).is_some_and(|queue| queue.enabled);
        if self.status & status::DRIVER_OK == 0 || !enabled || !own_address {
            faults.add(Fault::Notify(value as u16));
            return Effect::None;
        }
        Effect::Kick(queue)
    }

    fn write_status(&mut self, value: u8, lies: &[Lie], faults: &Faults) -> Effect {
        use status::{ACKNOWLEDGE, DRIVER, DRIVER_OK, FAILED, FEATURES_OK, NEEDS_RESET};
        if value == 0 && lies.contains(&Lie::ResetNeverEnds) {
            // Ignored: what was going on goes on.
            self.status = if self.status == 0 {
                FAILED
            } else {
                self.status
            };
            return Effect::None;
        }
        if value == 0 {
            self.reset();
            return Effect::Reset;
        }
        let before = self.status;
        if before & !value & !NEEDS_RESET != 0 {
            faults.add(Fault::Order(
                "a bit of device_status was taken back without a reset",
            ));
        }
        let added = value & !before;
        let mut keep = value | before & NEEDS_RESET;
        if added & FEATURES_OK != 0 {
            if before & (ACKNOWLEDGE | DRIVER) != ACKNOWLEDGE | DRIVER {
                faults.add(Fault::Order("FEATURES_OK before ACKNOWLEDGE and DRIVER"));
            }
            let foreign = self.accepted & !self.offered;
            if foreign != 0 {
                faults.add(Fault::Features(foreign));
            }
            if foreign != 0
                || self.accepted & feature::VERSION_1 == 0
                || lies.contains(&Lie::FeaturesOkRefused)
            {
                keep &= !FEATURES_OK;
            }
        }
        if added & DRIVER_OK != 0 {
            if before & FEATURES_OK == 0 {
                faults.add(Fault::Order("DRIVER_OK without FEATURES_OK"));
            }
            if lies.contains(&Lie::NeedsReset) {
                keep |= NEEDS_RESET;
            }
        }
        self.status = keep;
        if added & DRIVER_OK != 0 {
            Effect::Started
        } else {
            Effect::None
        }
    }

    fn write_common(&mut self, register: u64, value: u64, lies: &[Lie], faults: &Faults) -> Effect {
        let features_open = self.status & (status::DRIVER | status::FEATURES_OK) == status::DRIVER;
        let selected = usize::from(self.queue_select);
        match register {
            0x00 => self.device_feature_select = value as u32,
            0x08 => self.driver_feature_select = value as u32,
            0x0C => {
                if !features_open {
                    faults.add(Fault::Order(
                        "driver_feature written outside the negotiation",
                    ));
                }
                let shift = match self.driver_feature_select {
                    0 => 0,
                    1 => 32,
                    _ => return Effect::None,
                };
                self.accepted =
                    self.accepted & !(0xFFFF_FFFF << shift) | (value & 0xFFFF_FFFF) << shift;
            }
            0x10 => self.config_vector = self.vector(value as u16, lies),
            0x16 => self.queue_select = value as u16,
            0x18..=0x34 => return self.write_queue(selected, register, value, lies, faults),
            _ => faults.add(Fault::Order(
                "queue_reset written without VIRTIO_F_RING_RESET",
            )),
        }
        Effect::None
    }

    fn write_queue(
        &mut self,
        selected: usize,
        register: u64,
        value: u64,
        lies: &[Lie],
        faults: &Faults,
    ) -> Effect {
        if self.status & status::FEATURES_OK == 0 || self.status & status::DRIVER_OK != 0 {
            faults.add(Fault::Order(
                "a queue was set up before FEATURES_OK or after DRIVER_OK",
            ));
        }
        let vector = self.vector(value as u16, lies);
        let most = self.max_size.get(selected).copied().unwrap_or(0);
        let Some(queue) = self.queues.get_mut(selected) else {
            faults.add(Fault::Queue("it does not exist"));
            return Effect::None;
        };
        if queue.enabled && register != 0x1A {
            faults.add(Fault::Queue("it was changed while enabled"));
            return Effect::None;
        }
        let half = |address: u64, high: u64| {
            let shift = 32 * high;
            address & !(0xFFFF_FFFF << shift) | (value & 0xFFFF_FFFF) << shift
        };
        match register {
            0x18 if (value as u16).is_power_of_two() && value as u16 <= most => {
                queue.size = value as u16
            }
            0x18 => faults.add(Fault::Queue(
                "its size is not a power of two up to the largest",
            )),
            0x1A => queue.vector = vector,
            0x1C if value == 1 => {
                let aligned = queue.descriptors.is_multiple_of(16)
                    && queue.driver.is_multiple_of(2)
                    && queue.device.is_multiple_of(4);
                if !aligned || queue.descriptors == 0 || queue.driver == 0 || queue.device == 0 {
                    faults.add(Fault::Queue("an address is missing or not aligned"));
                    return Effect::None;
                }
                if lies.contains(&Lie::QueueEnableIgnored) {
                    return Effect::None;
                }
                queue.enabled = true;
                return Effect::EnableQueue(selected);
            }
            0x1C => faults.add(Fault::Queue("a driver must not disable it")),
            0x20 | 0x24 => queue.descriptors = half(queue.descriptors, (register - 0x20) / 4),
            0x28 | 0x2C => queue.driver = half(queue.driver, (register - 0x28) / 4),
            _ => queue.device = half(queue.device, (register - 0x30) / 4),
        }
        Effect::None
    }

    /// What a vector register takes when `vector` is written (4.1.5.1.2).
    fn vector(&self, vector: u16, lies: &[Lie]) -> u16 {
        if vector < self.vectors && !lies.contains(&Lie::VectorRefused) {
            vector
        } else {
            NO_VECTOR
        }
    }
}
