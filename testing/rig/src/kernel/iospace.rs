//! Mapping a device's memory without the port driver: MmMapIoSpace.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;

use port::machine::Range;
use x86_64::VirtAddr;

use super::rules;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::DISPATCH_LEVEL;
use crate::memory::blocks;
use crate::sync::Lock;

/// The adapter's memory: a driver maps nothing else this way.
static RANGES: Lock<Vec<Range>> = Lock::new(Vec::new());
/// Mappings: address and length.
static MAPPINGS: Lock<BTreeMap<u64, usize>> = Lock::new(BTreeMap::new());

/// Says which memory the adapter has. Once.
pub fn initialize(ranges: &[Range]) {
    RANGES.lock().extend_from_slice(ranges);
}

/// Says what was not given back.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    let mappings = MAPPINGS.lock().clone();
    for (address, length) in mappings {
        say(format_args!(
            "{length} bytes of I/O space mapped at {address:#x}"
        ));
    }
}

/// MmMapIoSpace, and MmMapIoSpaceEx, whose third argument is a protection.
pub extern "system" fn mm_map_io_space(physical: u64, length: usize, _cache: i32) -> *mut c_void {
    rules::at_most(DISPATCH_LEVEL, "MmMapIoSpace");
    let inside = |range: &Range| {
        !range.io_space
            && physical >= range.start
            && length as u64 <= range.length
            && physical - range.start <= range.length - length as u64
    };
    if length == 0 || !RANGES.lock().iter().any(inside) {
        crate::log!("MmMapIoSpace({physical:#x}, {length:#x}): not the adapter's");
        return core::ptr::null_mut();
    }
    let address = blocks::map_device(physical, length);
    MAPPINGS.lock().insert(address.as_u64(), length);
    address.as_mut_ptr()
}

/// MmUnmapIoSpace.
pub extern "system" fn mm_unmap_io_space(address: *mut c_void, length: usize) {
    rules::at_most(DISPATCH_LEVEL, "MmUnmapIoSpace");
    let mapped = MAPPINGS.lock().remove(&(address as u64));
    if mapped != Some(length) {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0x83, address as u64, length as u64, 0],
            format_args!(
                "MmUnmapIoSpace: {}",
                match mapped {
                    Some(_) => "another length than was mapped",
                    None => "nothing is mapped there",
                }
            ),
        );
    }
    blocks::unmap_device(VirtAddr::from_ptr(address), length);
}
