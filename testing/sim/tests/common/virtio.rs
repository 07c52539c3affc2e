//! `virtio-gpu`'s traits on the simulated kernel, so that its queue and transport can be run against the device alone.

use dxgk::irql::Passive;
use dxgk::memory::SharedPages;
use sim::device::Device;
use sim::gpu::Gpu;
use sim::kernel::SimKernel;
use std::sync::Arc;
use virtio_gpu::memory::{AccessError, Memory, Registers, Segment};
use virtio_gpu::pci::{ConfigReadError, ConfigSpace};

/// Guest memory.
pub struct Ram(SharedPages<SimKernel>);

impl Ram {
    /// Whole pages for so many bytes.
    pub fn new(length: usize) -> Self {
        // SAFETY: a test's thread is at PASSIVE_LEVEL.
        let irql = unsafe { Passive::assume() };
        let interface = dxgk::hosted::interface();
        Self(SharedPages::new(&interface, length, &irql).expect("memory"))
    }
}

fn checked<T>(offset: usize, width: usize, value: Option<T>) -> Result<T, AccessError> {
    value.ok_or(AccessError { offset, width })
}

impl Memory for Ram {
    fn len(&self) -> usize {
        self.0.length()
    }
    fn read_u16(&self, offset: usize) -> Result<u16, AccessError> {
        checked(offset, 2, self.0.read_u16(offset))
    }
    fn read_u32(&self, offset: usize) -> Result<u32, AccessError> {
        checked(offset, 4, self.0.read_u32(offset))
    }
    fn read_u64(&self, offset: usize) -> Result<u64, AccessError> {
        checked(offset, 8, self.0.read_u64(offset))
    }
    fn write_u16(&self, offset: usize, value: u16) -> Result<(), AccessError> {
        checked(offset, 2, self.0.write_u16(offset, value))
    }
    fn write_u32(&self, offset: usize, value: u32) -> Result<(), AccessError> {
        checked(offset, 4, self.0.write_u32(offset, value))
    }
    fn write_u64(&self, offset: usize, value: u64) -> Result<(), AccessError> {
        checked(offset, 8, self.0.write_u64(offset, value))
    }
    fn read_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), AccessError> {
        let width = bytes.len();
        checked(offset, width, self.0.read_bytes(offset, bytes))
    }
    fn write_bytes(&self, offset: usize, bytes: &[u8]) -> Result<(), AccessError> {
        checked(offset, bytes.len(), self.0.write_bytes(offset, bytes))
    }
    fn segment(&self, offset: usize, len: usize) -> Result<Segment, AccessError> {
        AccessError::check(offset, len, 1, self.len())?;
        let page_end = (offset / 4096 + 1) * 4096;
        Ok(Segment {
            address: checked(offset, len, self.0.device_address(offset))?,
            len: len.min(page_end - offset) as u32,
        })
    }
}

/// The device's registers and configuration space.
#[derive(Clone)]
pub struct Bus(pub Arc<Gpu>);

impl Bus {
    fn address(&self, bar: u8, offset: usize) -> u64 {
        let ranges = self.0.ranges();
        let place = if bar == 4 { ranges.len() - 1 } else { 0 };
        ranges[place].start + offset as u64
    }
}

impl Registers for Bus {
    fn read_u8(&self, bar: u8, offset: usize) -> Result<u8, AccessError> {
        Ok(self.0.read(self.address(bar, offset), 1) as u8)
    }
    fn read_u16(&self, bar: u8, offset: usize) -> Result<u16, AccessError> {
        Ok(self.0.read(self.address(bar, offset), 2) as u16)
    }
    fn read_u32(&self, bar: u8, offset: usize) -> Result<u32, AccessError> {
        Ok(self.0.read(self.address(bar, offset), 4) as u32)
    }
    fn write_u8(&self, bar: u8, offset: usize, value: u8) -> Result<(), AccessError> {
        self.0.write(self.address(bar, offset), 1, value.into());
        Ok(())
    }
    fn write_u16(&self, bar: u8, offset: usize, value: u16) -> Result<(), AccessError> {
        self.0.write(self.address(bar, offset), 2, value.into());
        Ok(())
    }
    fn write_u32(&self, bar: u8, offset: usize, value: u32) -> Result<(), AccessError> {
        self.0.write(self.address(bar, offset), 4, value.into());
        Ok(())
    }
}

impl ConfigSpace for Bus {
    fn read(&self, offset: u16, bytes: &mut [u8]) -> Result<(), ConfigReadError> {
        if self.0.config_read(u32::from(offset), bytes) == bytes.len() {
            Ok(())
        } else {
            Err(ConfigReadError { offset })
        }
    }
}
