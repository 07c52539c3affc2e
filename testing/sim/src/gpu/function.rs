//! The device as the machine sees it: a PCI function with two BARs.

use super::Gpu;
use super::config::{FRAME_BUFFER, FRAME_BUFFER_LENGTH, MODERN};
use super::lie::Lie;
use crate::device::{Device, Wires};
use port::machine::Range;
use std::sync::Arc;

impl Device for Gpu {
    fn ranges(&self) -> Vec<Range> {
        self.shared.bars.ranges(self.shared.vectors)
    }

    fn vectors(&self) -> u32 {
        u32::from(self.shared.vectors)
    }

    fn config_read(&self, offset: u32, to: &mut [u8]) -> usize {
        if self.shared.lies_with(Lie::Gone) {
            to.fill(0xFF);
            return to.len();
        }
        self.shared.config.lock().read(offset, to)
    }

    fn config_write(&self, offset: u32, from: &[u8]) -> usize {
        let written = self.shared.config.lock().write(offset, from);
        self.shared.line_changed();
        written
    }

    fn read(&self, address: u64, width: usize) -> u64 {
        if let Some(place) = in_frame_buffer(address, width) {
            let bytes = self.shared.frame_buffer.lock();
            let bytes = bytes.get(place..place + width).unwrap_or(&[]);
            return bytes
                .iter()
                .rev()
                .fold(0, |value, byte| value << 8 | u64::from(*byte));
        }
        // The MSI-X table is the bus driver's; nobody looks at what it holds.
        let Some(offset) = address.checked_sub(MODERN + self.shared.bars.base) else {
            return 0;
        };
        let lies = self.shared.lies();
        let (value, effect) =
            self.shared
                .registers
                .lock()
                .read(offset, width, &lies, &self.shared.faults);
        self.shared.follow(effect);
        value
    }

    fn write(&self, address: u64, width: usize, value: u64) {
        if let Some(place) = in_frame_buffer(address, width) {
            if let Some(bytes) = self
                .shared
                .frame_buffer
                .lock()
                .get_mut(place..place + width)
            {
                bytes.copy_from_slice(&value.to_le_bytes()[..width]);
            }
            return;
        }
        let Some(offset) = address.checked_sub(MODERN + self.shared.bars.base) else {
            return;
        };
        let lies = self.shared.lies();
        let effect =
            self.shared
                .registers
                .lock()
                .write(offset, width, value, &lies, &self.shared.faults);
        self.shared.follow(effect);
    }

    fn enable_messages(&self, enable: bool) {
        self.shared.config.lock().enable_messages(enable);
    }

    fn line_asserted(&self) -> bool {
        let enabled = self.shared.config.lock().line_enabled();
        enabled && self.shared.registers.lock().isr != 0
    }

    fn plug(&self, wires: Arc<dyn Wires>) {
        *self.shared.wires.write() = Some(wires);
    }

    fn unplug(&self) {
        *self.shared.wires.write() = None;
    }
}

/// Where in the frame buffer an access goes, if it goes there.
fn in_frame_buffer(address: u64, width: usize) -> Option<usize> {
    let into = address.checked_sub(FRAME_BUFFER)?;
    (into + width as u64 <= FRAME_BUFFER_LENGTH).then_some(into as usize)
}
