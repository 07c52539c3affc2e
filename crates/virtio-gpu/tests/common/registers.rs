//! A device's registers in BAR 4, as QEMU lays them out, and the ways in which they can misbehave.

use std::cell::{RefCell, RefMut};
use virtio_gpu::Transport;
use virtio_gpu::memory::{AccessError, Registers};
use virtio_gpu::pci::{Layout, Region};

/// Everything in BAR 4, at the offsets of QEMU's device.
pub const LAYOUT: Layout = Layout {
    common: Region {
        bar: 4,
        offset: 0,
        length: 0x1000,
    },
    notify: Region {
        bar: 4,
        offset: 0x3000,
        length: 0x1000,
    },
    notify_off_multiplier: 4,
    isr: Region {
        bar: 4,
        offset: 0x1000,
        length: 0x1000,
    },
    device: Region {
        bar: 4,
        offset: 0x2000,
        length: 0x1000,
    },
    msix: None,
};

#[derive(Clone, Default)]
pub struct Queue {
    pub size: u16,
    pub vector: u16,
    pub enable: u16,
    pub notify_off: u16,
    pub addresses: [u32; 6],
}

/// A device's registers; the fields after `notified` are the ways in which it can misbehave.
pub struct State {
    pub status: u8,
    pub features: u64,
    pub accepted: u64,
    pub feature_select: (u32, u32),
    pub queue_select: u16,
    pub queues: Vec<Queue>,
    pub config_vector: u16,
    pub isr: u8,
    pub events: u32,
    pub num_scanouts: u32,
    pub num_queues: u16,
    pub generation: u8,
    pub notified: Vec<(usize, u16)>,
    pub writes: Vec<(usize, u32)>,

    pub reset_takes: u32,
    pub refuses_features: bool,
    pub vectors: u16,
    pub fixed_size: bool,
    pub never_enables: bool,
    pub generation_changes: u32,
    pub gone: bool,
    pub needs_reset: bool,
}

pub struct Device(pub RefCell<State>);

pub fn device() -> Device {
    let queue = |size, notify_off| Queue {
        size,
        vector: 0xffff,
        notify_off,
        ..Queue::default()
    };
    Device(RefCell::new(State {
        status: 0,
        features: 1 << 1 | 1 << 28 | 1 << 29 | 1 << 32 | 1 << 34 | 1 << 40,
        accepted: 0,
        feature_select: (0, 0),
        queue_select: 0,
        queues: vec![queue(256, 0), queue(16, 1)],
        config_vector: 0xffff,
        isr: 0,
        events: 0,
        num_scanouts: 1,
        num_queues: 2,
        generation: 0,
        notified: vec![],
        writes: vec![],
        reset_takes: 0,
        refuses_features: false,
        vectors: 3,
        fixed_size: false,
        never_enables: false,
        generation_changes: 0,
        gone: false,
        needs_reset: false,
    }))
}

impl State {
    fn queue(&mut self) -> Option<&mut Queue> {
        self.queues.get_mut(usize::from(self.queue_select))
    }

    fn read(&mut self, offset: usize) -> u32 {
        if self.gone {
            return u32::MAX;
        }
        match offset {
            0x04 => (self.features >> (32 * self.feature_select.0)) as u32,
            0x10 => self.config_vector.into(),
            0x12 => self.num_queues.into(),
            0x14 if self.status == 0 && self.reset_takes > 0 => {
                self.reset_takes -= 1;
                0x0f
            }
            0x14 if self.needs_reset => u32::from(self.status) | 0x40,
            0x14 => self.status.into(),
            0x15 => {
                if self.generation_changes > 0 {
                    self.generation_changes -= 1;
                    self.generation = self.generation.wrapping_add(1);
                    self.num_scanouts = 17 - self.num_scanouts;
                }
                self.generation.into()
            }
            0x18 => self.queue().map_or(0, |q| q.size.into()),
            0x1a => self.queue().map_or(0xffff, |q| q.vector.into()),
            0x1c => self.queue().map_or(0, |q| q.enable.into()),
            0x1e => self.queue().map_or(0, |q| q.notify_off.into()),
            0x1000 => std::mem::take(&mut self.isr).into(),
            0x2000 => self.events,
            0x2008 => self.num_scanouts,
            _ => panic!("read of register {offset:#x}"),
        }
    }

    fn write(&mut self, offset: usize, value: u32) {
        self.writes.push((offset, value));
        let vectors = self.vectors;
        let vector = |value: u32| {
            if value < u32::from(vectors) {
                value as u16
            } else {
                0xffff
            }
        };
        let (fixed_size, never_enables) = (self.fixed_size, self.never_enables);
        match offset {
            0x00 => self.feature_select.0 = value,
            0x08 => self.feature_select.1 = value,
            0x0c => {
                let shift = 32 * self.feature_select.1;
                self.accepted &= !(0xffff_ffff << shift);
                self.accepted |= u64::from(value) << shift;
            }
            0x10 => self.config_vector = vector(value),
            0x14 => {
                self.status = value as u8;
                if self.refuses_features {
                    self.status &= !8;
                }
            }
            0x16 => self.queue_select = value as u16,
            0x2004 => self.events &= !value,
            0x3000.. => self.notified.push((offset, value as u16)),
            _ => {
                let Some(queue) = self.queue() else { return };
                match offset {
                    0x18 if !fixed_size => queue.size = value as u16,
                    0x18 => {}
                    0x1a => queue.vector = vector(value),
                    0x1c if !never_enables => queue.enable = value as u16,
                    0x1c => {}
                    0x20..0x38 => queue.addresses[(offset - 0x20) / 4] = value,
                    _ => panic!("write of register {offset:#x}"),
                }
            }
        }
    }
}

impl Device {
    fn check(bar: u8, offset: usize, width: usize) -> Result<(), AccessError> {
        assert_eq!(bar, 4);
        AccessError::check(offset, width, width, 0x4000)
    }
}

impl Registers for Device {
    fn read_u8(&self, bar: u8, offset: usize) -> Result<u8, AccessError> {
        Self::check(bar, offset, 1)?;
        assert!(
            matches!(offset, 0x14 | 0x15 | 0x1000),
            "{offset:#x} is no byte"
        );
        Ok(self.0.borrow_mut().read(offset) as u8)
    }
    fn read_u16(&self, bar: u8, offset: usize) -> Result<u16, AccessError> {
        Self::check(bar, offset, 2)?;
        assert!(matches!(offset, 0x10..0x20), "{offset:#x} is no 16 bits");
        Ok(self.0.borrow_mut().read(offset) as u16)
    }
    fn read_u32(&self, bar: u8, offset: usize) -> Result<u32, AccessError> {
        Self::check(bar, offset, 4)?;
        Ok(self.0.borrow_mut().read(offset))
    }
    fn write_u8(&self, bar: u8, offset: usize, value: u8) -> Result<(), AccessError> {
        Self::check(bar, offset, 1)?;
        assert_eq!(offset, 0x14);
        self.0.borrow_mut().write(offset, value.into());
        Ok(())
    }
    fn write_u16(&self, bar: u8, offset: usize, value: u16) -> Result<(), AccessError> {
        Self::check(bar, offset, 2)?;
        self.0.borrow_mut().write(offset, value.into());
        Ok(())
    }
    fn write_u32(&self, bar: u8, offset: usize, value: u32) -> Result<(), AccessError> {
        Self::check(bar, offset, 4)?;
        self.0.borrow_mut().write(offset, value);
        Ok(())
    }
}

/// A transport on a device that is changed first.
pub fn transport(change: impl FnOnce(&mut State)) -> Transport<Device> {
    let device = device();
    change(&mut device.0.borrow_mut());
    Transport::new(device, LAYOUT)
}

pub fn state(transport: &Transport<Device>) -> RefMut<'_, State> {
    transport.registers().0.borrow_mut()
}
