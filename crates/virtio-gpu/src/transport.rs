//! The device's registers as VIRTIO 1.2, 4.1.4 lays them out: reset, features, queues, interrupts' vectors, configuration.
//!
//! The order of the calls is the caller's (3.1.1: reset, ACKNOWLEDGE, DRIVER, features, queues, DRIVER_OK). Nothing here
//! allocates or touches queue memory, and what the device answers is checked before it is returned.

mod error;

pub use error::TransportError;

use crate::features::Features;
use crate::memory::{AccessError, Registers};
use crate::pci::{Layout, Region};
use crate::queue::Addresses;
pub use virtio::DeviceStatus;
pub use virtio::pci::IsrStatus;

/// Register offsets in `virtio_pci_common_cfg`.
mod common {
    pub const DEVICE_FEATURE_SELECT: u32 = 0x00;
    pub const DEVICE_FEATURE: u32 = 0x04;
    pub const DRIVER_FEATURE_SELECT: u32 = 0x08;
    pub const DRIVER_FEATURE: u32 = 0x0c;
    pub const CONFIG_MSIX_VECTOR: u32 = 0x10;
    pub const NUM_QUEUES: u32 = 0x12;
    pub const DEVICE_STATUS: u32 = 0x14;
    pub const CONFIG_GENERATION: u32 = 0x15;
    pub const QUEUE_SELECT: u32 = 0x16;
    pub const QUEUE_SIZE: u32 = 0x18;
    pub const QUEUE_MSIX_VECTOR: u32 = 0x1a;
    pub const QUEUE_ENABLE: u32 = 0x1c;
    pub const QUEUE_NOTIFY_OFF: u32 = 0x1e;
    pub const QUEUE_DESC: u32 = 0x20;
    pub const QUEUE_DRIVER: u32 = 0x28;
    pub const QUEUE_DEVICE: u32 = 0x30;
}

/// Register offsets in `virtio_gpu_config` (5.7.4).
mod device {
    pub const EVENTS_READ: u32 = 0x00;
    pub const EVENTS_CLEAR: u32 = 0x04;
    pub const NUM_SCANOUTS: u32 = 0x08;
}

/// `VIRTIO_MSI_NO_VECTOR`.
const NO_VECTOR: u16 = 0xffff;
/// The largest size of a split queue (2.7).
const MAX_QUEUE_SIZE: u16 = 32768;
/// How often a configuration read is repeated when the generation changes meanwhile.
const CONFIG_ATTEMPTS: u32 = 64;

/// `VIRTIO_GPU_EVENT_DISPLAY`: the scanouts have changed; ask GET_DISPLAY_INFO and GET_EDID again.
pub const EVENT_DISPLAY: u32 = 1;

/// Where a queue is notified; computed once, so that a kick is one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotifyAddress {
    bar: u8,
    offset: usize,
    queue: u16,
}

/// A modern virtio-pci device's registers.
///
/// The functions for set-up write a selector and then use it: they must not run at the same time for the same device.
/// [`Transport::isr_status`], [`Transport::notify`], [`Transport::config`] and [`Transport::clear_events`] use no selector
/// and may run at any time.
#[derive(Debug)]
pub struct Transport<R> {
    registers: R,
    layout: Layout,
}

impl<R: Registers> Transport<R> {
    /// Uses the registers that `layout` describes. Touches nothing.
    pub const fn new(registers: R, layout: Layout) -> Self {
        Transport { registers, layout }
    }

    /// Where the structures are.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The registers themselves.
    pub const fn registers(&self) -> &R {
        &self.registers
    }

    /// Gives the registers back, to be unmapped.
    pub fn into_registers(self) -> R {
        self.registers
    }

    /// Resets the device and waits until it says so. `keep_waiting` is asked after every look that still finds the reset
    /// going on; it pauses as it likes, and returns false to give up.
    ///
    /// # Errors
    ///
    /// [`TransportError::ResetTimeout`], [`TransportError::Gone`].
    pub fn reset(&self, mut keep_waiting: impl FnMut() -> bool) -> Result<(), TransportError> {
        self.write_u8(common::DEVICE_STATUS, 0)?;
        loop {
            match self.read_u8(common::DEVICE_STATUS)? {
                0 => return Ok(()),
                0xff => return Err(TransportError::Gone),
                status if !keep_waiting() => return Err(TransportError::ResetTimeout { status }),
                _ => {}
            }
        }
    }

    /// `device_status`.
    ///
    /// # Errors
    ///
    /// [`TransportError::Gone`] if it reads as all ones.
    pub fn status(&self) -> Result<DeviceStatus, TransportError> {
        match self.read_u8(common::DEVICE_STATUS)? {
            0xff => Err(TransportError::Gone),
            status => Ok(DeviceStatus::from_bits_retain(status)),
        }
    }

    /// Says ACKNOWLEDGE and DRIVER, accepts what both the device offers and `wanted` names, says FEATURES_OK and checks that
    /// the device agrees. Returns what was accepted.
    ///
    /// # Errors
    ///
    /// [`TransportError::FeaturesMissing`] without VERSION_1, [`TransportError::FeaturesRefused`], or the device is gone.
    pub fn negotiate(&self, wanted: Features) -> Result<Features, TransportError> {
        self.add_status(DeviceStatus::ACKNOWLEDGE)?;
        self.add_status(DeviceStatus::DRIVER)?;
        let offered = self.device_features()?;
        let missing = Features::REQUIRED.difference(offered);
        if !missing.is_empty() {
            return Err(TransportError::FeaturesMissing { offered, missing });
        }
        let accepted = offered.intersection(wanted.intersection(Features::SUPPORTED));
        let accepted = accepted.union(Features::REQUIRED);
        let bits = accepted.bits();
        for (select, half) in [(0, bits as u32), (1, (bits >> 32) as u32)] {
            self.write_u32(common::DRIVER_FEATURE_SELECT, select)?;
            self.write_u32(common::DRIVER_FEATURE, half)?;
        }
        let before = self.status()?;
        self.write_u8(
            common::DEVICE_STATUS,
            before.union(DeviceStatus::FEATURES_OK).bits(),
        )?;
        if self.status()?.contains(DeviceStatus::FEATURES_OK) {
            Ok(accepted)
        } else {
            Err(TransportError::FeaturesRefused { accepted })
        }
    }

    /// What the device offers, known to this driver or not.
    ///
    /// # Errors
    ///
    /// The registers are not where the layout says.
    pub fn device_features(&self) -> Result<Features, TransportError> {
        self.write_u32(common::DEVICE_FEATURE_SELECT, 0)?;
        let low = self.read_u32(common::DEVICE_FEATURE)?;
        self.write_u32(common::DEVICE_FEATURE_SELECT, 1)?;
        let high = self.read_u32(common::DEVICE_FEATURE)?;
        Ok(Features::from_bits_retain(
            u64::from(low) | u64::from(high) << 32,
        ))
    }

    /// Says DRIVER_OK: the device may use the queues.
    ///
    /// # Errors
    ///
    /// [`TransportError::BadStatus`] if the device wants a reset instead.
    pub fn driver_ok(&self) -> Result<(), TransportError> {
        self.add_status(DeviceStatus::DRIVER_OK)
    }

    /// Says FAILED: the driver has given up on the device.
    ///
    /// # Errors
    ///
    /// The registers are not where the layout says.
    pub fn fail(&self) -> Result<(), TransportError> {
        let status = self.read_u8(common::DEVICE_STATUS)?;
        self.write_u8(common::DEVICE_STATUS, status | DeviceStatus::FAILED.bits())
    }

    fn add_status(&self, bit: DeviceStatus) -> Result<(), TransportError> {
        let want = self.status()?.union(bit);
        self.write_u8(common::DEVICE_STATUS, want.bits())?;
        let status = self.status()?;
        if status.contains(want) && !status.contains(DeviceStatus::DEVICE_NEEDS_RESET) {
            Ok(())
        } else {
            Err(TransportError::BadStatus {
                status: status.bits(),
            })
        }
    }

    /// Routes configuration changes to an MSI-X vector, or to none (as on a line).
    ///
    /// # Errors
    ///
    /// [`TransportError::Vector`] if the device does not take it.
    pub fn set_config_vector(&self, vector: Option<u16>) -> Result<(), TransportError> {
        self.set_vector(common::CONFIG_MSIX_VECTOR, None, vector)
    }

    fn set_vector(
        &self,
        register: u32,
        queue: Option<u16>,
        vector: Option<u16>,
    ) -> Result<(), TransportError> {
        let wanted = vector.unwrap_or(NO_VECTOR);
        self.write_u16(register, wanted)?;
        let got = self.read_u16(register)?;
        // 0xffff cannot be asked for as a vector: it would be taken for "none" and nobody would notice.
        if got == wanted && vector != Some(NO_VECTOR) {
            Ok(())
        } else {
            Err(TransportError::Vector { queue, wanted, got })
        }
    }

    /// The size to use for a queue: the device's, or `max` if that is less. `max` is a power of two.
    ///
    /// # Errors
    ///
    /// [`TransportError::NoQueue`]; [`TransportError::QueueSize`] if the device's size is not a power of two up to 32768;
    /// [`TransportError::QueueEnable`] if the queue is already in use.
    pub fn queue_size(&self, queue: u16, max: u16) -> Result<u16, TransportError> {
        if queue >= self.read_u16(common::NUM_QUEUES)? {
            return Err(TransportError::NoQueue { queue });
        }
        self.write_u16(common::QUEUE_SELECT, queue)?;
        let size = self.read_u16(common::QUEUE_SIZE)?;
        if size == 0 {
            return Err(TransportError::NoQueue { queue });
        }
        if !size.is_power_of_two() || size > MAX_QUEUE_SIZE {
            return Err(TransportError::QueueSize { queue, size });
        }
        match self.read_u16(common::QUEUE_ENABLE)? {
            0 => Ok(size.min(max)),
            enable => Err(TransportError::QueueEnable { queue, enable }),
        }
    }

    /// Tells the device where a queue is and which vector it interrupts on, enables it, and returns where to notify it.
    ///
    /// # Errors
    ///
    /// [`TransportError::QueueSize`], [`TransportError::Vector`], [`TransportError::NotifyOffset`] or
    /// [`TransportError::QueueEnable`] if the device does not take part. The queue may then be enabled: reset the device.
    pub fn enable_queue(
        &self,
        queue: u16,
        addresses: &Addresses,
        vector: Option<u16>,
    ) -> Result<NotifyAddress, TransportError> {
        self.write_u16(common::QUEUE_SELECT, queue)?;
        self.write_u16(common::QUEUE_SIZE, addresses.size)?;
        let size = self.read_u16(common::QUEUE_SIZE)?;
        if size != addresses.size {
            return Err(TransportError::QueueSize { queue, size });
        }
        self.set_vector(common::QUEUE_MSIX_VECTOR, Some(queue), vector)?;
        let notify = self.notify_address(queue)?;
        self.write_address(common::QUEUE_DESC, addresses.descriptors)?;
        self.write_address(common::QUEUE_DRIVER, addresses.driver)?;
        self.write_address(common::QUEUE_DEVICE, addresses.device)?;
        self.write_u16(common::QUEUE_ENABLE, 1)?;
        match self.read_u16(common::QUEUE_ENABLE)? {
            1 => Ok(notify),
            enable => Err(TransportError::QueueEnable { queue, enable }),
        }
    }

    /// Of the selected queue.
    fn notify_address(&self, queue: u16) -> Result<NotifyAddress, TransportError> {
        let notify_off = self.read_u16(common::QUEUE_NOTIFY_OFF)?;
        let Region {
            bar,
            offset,
            length,
        } = self.layout.notify;
        let bad = TransportError::NotifyOffset {
            queue,
            notify_off,
            length,
        };
        let from = u32::from(notify_off)
            .checked_mul(self.layout.notify_off_multiplier)
            .ok_or(bad)?;
        let end = from.checked_add(2).ok_or(bad)?;
        if end > length {
            return Err(bad);
        }
        let offset = offset
            .checked_add(from)
            .and_then(|offset| usize::try_from(offset).ok())
            .ok_or(bad)?;
        Ok(NotifyAddress { bar, offset, queue })
    }

    /// Kicks a queue: its available ring has something new. One register write.
    ///
    /// # Errors
    ///
    /// The registers are not where the layout says.
    pub fn notify(&self, address: &NotifyAddress) -> Result<(), TransportError> {
        self.registers
            .write_u16(address.bar, address.offset, address.queue)
            .map_err(TransportError::Access)
    }

    /// Reads the ISR status, which clears it and lets the line go. Only for line interrupts: with MSI-X it says nothing.
    ///
    /// # Errors
    ///
    /// The registers are not where the layout says.
    pub fn isr_status(&self) -> Result<IsrStatus, TransportError> {
        let Region { bar, offset, .. } = self.layout.isr;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(IsrStatus::from_bits_retain(
            self.registers.read_u8(bar, offset)?,
        ))
    }

    /// How many scanouts there are, 1 to 16; read again if the device changed its configuration meanwhile.
    ///
    /// # Errors
    ///
    /// [`TransportError::ConfigUnstable`], [`TransportError::NumScanouts`].
    pub fn num_scanouts(&self) -> Result<u32, TransportError> {
        for _ in 0..CONFIG_ATTEMPTS {
            let before = self.read_u8(common::CONFIG_GENERATION)?;
            let num_scanouts = self.read_device(device::NUM_SCANOUTS)?;
            if self.read_u8(common::CONFIG_GENERATION)? == before {
                return match num_scanouts {
                    1..=16 => Ok(num_scanouts),
                    _ => Err(TransportError::NumScanouts(num_scanouts)),
                };
            }
        }
        Err(TransportError::ConfigUnstable)
    }

    /// Pending events, to be written back with [`Transport::clear_events`] once handled. One read: a single field of 32 bits
    /// is read whole (VIRTIO 1.2, 2.5.1), and where messages are shared this is asked at every interrupt.
    ///
    /// # Errors
    ///
    /// The registers are not where the layout says.
    pub fn events(&self) -> Result<u32, TransportError> {
        self.read_device(device::EVENTS_READ)
    }

    /// Clears events that have been handled.
    ///
    /// # Errors
    ///
    /// The registers are not where the layout says.
    pub fn clear_events(&self, events: u32) -> Result<(), TransportError> {
        let (bar, offset) = locate(self.layout.device, device::EVENTS_CLEAR)?;
        Ok(self.registers.write_u32(bar, offset, events)?)
    }

    fn read_device(&self, register: u32) -> Result<u32, TransportError> {
        let (bar, offset) = locate(self.layout.device, register)?;
        Ok(self.registers.read_u32(bar, offset)?)
    }

    /// 64-bit fields are written as two 32-bit ones (4.1.3.1).
    fn write_address(&self, register: u32, address: u64) -> Result<(), TransportError> {
        self.write_u32(register, address as u32)?;
        self.write_u32(register.wrapping_add(4), (address >> 32) as u32)
    }

    fn read_u8(&self, register: u32) -> Result<u8, TransportError> {
        let (bar, offset) = locate(self.layout.common, register)?;
        Ok(self.registers.read_u8(bar, offset)?)
    }

    fn read_u16(&self, register: u32) -> Result<u16, TransportError> {
        let (bar, offset) = locate(self.layout.common, register)?;
        Ok(self.registers.read_u16(bar, offset)?)
    }

    fn read_u32(&self, register: u32) -> Result<u32, TransportError> {
        let (bar, offset) = locate(self.layout.common, register)?;
        Ok(self.registers.read_u32(bar, offset)?)
    }

    fn write_u8(&self, register: u32, value: u8) -> Result<(), TransportError> {
        let (bar, offset) = locate(self.layout.common, register)?;
        Ok(self.registers.write_u8(bar, offset, value)?)
    }

    fn write_u16(&self, register: u32, value: u16) -> Result<(), TransportError> {
        let (bar, offset) = locate(self.layout.common, register)?;
        Ok(self.registers.write_u16(bar, offset, value)?)
    }

    fn write_u32(&self, register: u32, value: u32) -> Result<(), TransportError> {
        let (bar, offset) = locate(self.layout.common, register)?;
        Ok(self.registers.write_u32(bar, offset, value)?)
    }
}

/// BAR and offset of a register of a structure.
fn locate(region: Region, register: u32) -> Result<(u8, usize), AccessError> {
    let offset = region
        .offset
        .checked_add(register)
        .and_then(|offset| usize::try_from(offset).ok());
    match offset {
        Some(offset) if register < region.length => Ok((region.bar, offset)),
        _ => Err(AccessError {
            offset: usize::MAX,
            width: 0,
        }),
    }
}
