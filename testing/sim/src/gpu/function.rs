//! The device as the machine sees it: a PCI function with two BARs.

use super::Gpu;
use super::config::{BAR1, BAR1_LENGTH, BAR4, BAR4_LENGTH};
use super::engine::lock;
use super::lie::Lie;
use crate::device::{Device, Wires};
use port::machine::Range;
use std::sync::{Arc, PoisonError};

impl Device for Gpu {
    fn ranges(&self) -> Vec<Range> {
        let bar1 = Range {
            start: BAR1,
            length: BAR1_LENGTH,
            io_space: false,
            prefetchable: false,
        };
        let bar4 = Range {
            start: BAR4,
            length: BAR4_LENGTH,
            io_space: false,
            prefetchable: true,
        };
        if self.shared.vectors == 0 {
            vec![bar4]
        } else {
            vec![bar1, bar4]
        }
    }

    fn vectors(&self) -> u32 {
        u32::from(self.shared.vectors)
    }

    fn config_read(&self, offset: u32, to: &mut [u8]) -> usize {
        if self.shared.lies_with(Lie::Gone) {
            to.fill(0xFF);
            return to.len();
        }
        lock(&self.shared.config).read(offset, to)
    }

    fn config_write(&self, offset: u32, from: &[u8]) -> usize {
        let written = lock(&self.shared.config).write(offset, from);
        self.shared.line_changed();
        written
    }

    fn read(&self, address: u64, width: usize) -> u64 {
        // The MSI-X table is the bus driver's; nobody looks at what it holds.
        let Some(offset) = address.checked_sub(BAR4) else {
            return 0;
        };
        let lies = self.shared.lies();
        let (value, effect) =
            lock(&self.shared.registers).read(offset, width, &lies, &self.shared.faults);
        self.shared.follow(effect);
        value
    }

    fn write(&self, address: u64, width: usize, value: u64) {
        let Some(offset) = address.checked_sub(BAR4) else {
            return;
        };
        let lies = self.shared.lies();
        let effect =
            lock(&self.shared.registers).write(offset, width, value, &lies, &self.shared.faults);
        self.shared.follow(effect);
    }

    fn enable_messages(&self, enable: bool) {
        lock(&self.shared.config).enable_messages(enable);
    }

    fn line_asserted(&self) -> bool {
        let enabled = lock(&self.shared.config).line_enabled();
        enabled && lock(&self.shared.registers).isr != 0
    }

    fn plug(&self, wires: Arc<dyn Wires>) {
        *self
            .shared
            .wires
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(wires);
    }

    fn unplug(&self) {
        *self
            .shared
            .wires
            .write()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }
}
