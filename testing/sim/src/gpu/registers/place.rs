//! Which register lies at an offset from the start of the virtio structures, and whether an access fits it (VIRTIO 1.2, 4.1.3.1).

use crate::gpu::config::{
    COMMON, COMMON_LENGTH, DEVICE, DEVICE_LENGTH, ISR, NOTIFY, NOTIFY_LENGTH,
};
use crate::gpu::fault::{Fault, Faults};

/// A register of the common configuration: name, offset, width, whether it can be written.
const COMMON_REGISTERS: [(&str, u64, usize, bool); 22] = [
    ("device_feature_select", 0x00, 4, true),
    ("device_feature", 0x04, 4, false),
    ("driver_feature_select", 0x08, 4, true),
    ("driver_feature", 0x0C, 4, true),
    ("config_msix_vector", 0x10, 2, true),
    ("num_queues", 0x12, 2, false),
    ("device_status", 0x14, 1, true),
    ("config_generation", 0x15, 1, false),
    ("queue_select", 0x16, 2, true),
    ("queue_size", 0x18, 2, true),
    ("queue_msix_vector", 0x1A, 2, true),
    ("queue_enable", 0x1C, 2, true),
    ("queue_notify_off", 0x1E, 2, false),
    ("queue_desc low", 0x20, 4, true),
    ("queue_desc high", 0x24, 4, true),
    ("queue_driver low", 0x28, 4, true),
    ("queue_driver high", 0x2C, 4, true),
    ("queue_device low", 0x30, 4, true),
    ("queue_device high", 0x34, 4, true),
    ("queue_notify_data", 0x38, 2, false),
    ("queue_reset", 0x3A, 2, true),
    ("", u64::MAX, 0, false),
];

/// Where an access goes.
pub(super) enum Place {
    Common(u64),
    Isr,
    Device(u64),
    Notify(u64),
}

impl Place {
    /// The register at an offset from the start of the virtio structures, if the access fits it.
    pub fn find(offset: u64, width: usize, write: bool, faults: &Faults) -> Option<Self> {
        if let Some(into) = inside(offset, COMMON, COMMON_LENGTH) {
            let found = COMMON_REGISTERS
                .iter()
                .find(|(_, at, size, _)| into >= *at && into < at.saturating_add(*size as u64));
            let Some(&(register, at, size, writable)) = found else {
                faults.add(Fault::NoRegister { offset, width });
                return None;
            };
            if into != at || width != size {
                faults.add(Fault::Width { register, width });
                return None;
            }
            if write && !writable {
                faults.add(Fault::ReadOnly(register));
                return None;
            }
            return Some(Place::Common(into));
        }
        if inside(offset, ISR, 1).is_some() && width == 1 {
            return Some(Place::Isr);
        }
        if let Some(into) = inside(offset, DEVICE, DEVICE_LENGTH) {
            if width == 4 {
                return Some(Place::Device(into));
            }
            faults.add(Fault::Width {
                register: "virtio_gpu_config",
                width,
            });
            return None;
        }
        if let Some(into) = inside(offset, NOTIFY, NOTIFY_LENGTH)
            && write
            && width == 2
        {
            return Some(Place::Notify(into));
        }
        faults.add(Fault::NoRegister { offset, width });
        None
    }
}

fn inside(offset: u64, start: u64, length: u64) -> Option<u64> {
    offset.checked_sub(start).filter(|into| *into < length)
}
