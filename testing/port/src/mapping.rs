//! Memory of the adapter that the driver has mapped.

use crate::machine::Range;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// One mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapping {
    pub address: NonNull<u8>,
    pub length: usize,
}

// SAFETY: the address is only handed back to the machine, which may be done on any thread.
unsafe impl Send for Mapping {}

/// All mappings of an adapter.
#[derive(Debug, Default)]
pub(crate) struct Mappings {
    live: Vec<Mapping>,
    /// Mappings made since the adapter was added.
    pub made: u64,
}

impl Mappings {
    /// Number of live mappings.
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Notes a new one.
    pub fn add(&mut self, address: NonNull<u8>, length: usize) {
        self.live.push(Mapping { address, length });
        self.made += 1;
    }

    /// Takes out the one that starts at `address`.
    pub fn remove(&mut self, address: *mut u8) -> Option<Mapping> {
        let index = self
            .live
            .iter()
            .position(|mapping| mapping.address.as_ptr() == address)?;
        Some(self.live.swap_remove(index))
    }
}

/// Whether `length` bytes from `start` lie in one of the granted ranges of that space.
pub(crate) fn granted(ranges: &[Range], start: u64, length: u64, io_space: bool) -> bool {
    length != 0
        && ranges.iter().any(|range| {
            let into = start.wrapping_sub(range.start);
            range.io_space == io_space
                && start >= range.start
                && into < range.length
                && length <= range.length - into
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_must_lie_inside_one_grant() {
        let ranges = [
            Range {
                start: 0x1000,
                length: 0x1000,
                io_space: false,
                prefetchable: false,
            },
            Range {
                start: 0x2000,
                length: 0x100,
                io_space: false,
                prefetchable: false,
            },
        ];
        assert!(granted(&ranges, 0x1000, 0x1000, false) && granted(&ranges, 0x1FFF, 1, false));
        assert!(
            !granted(&ranges, 0x1FFF, 2, false),
            "two grants are not one range"
        );
        assert!(!granted(&ranges, 0x1000, 0, false) && !granted(&ranges, 0x1000, 4, true));
        assert!(!granted(&ranges, 0x1800, u64::MAX - 0x1000, false));
    }
}
