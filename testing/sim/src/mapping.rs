//! Where the device's registers are in the process' address space, and the dispatch of an access to the device.
//!
//! A mapping reserves addresses that nothing else has, and that fault when they are touched directly: only
//! [`read()`] and [`write()`] reach the device, on the thread that calls them. An access outside every mapping is recorded as
//! a [fault](take_faults), never followed.

use crate::device::Device;
use crate::exempt::exempt;
use crate::sync::{Mutex, RwLock};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The first address that is given out: not canonical on x86-64 and above what any process has on ARM64, so that an access
/// that does not come through here faults.
const FIRST: usize = 0x7FF0_0000_0000_0000;
/// What addresses are rounded up to, so that two mappings never touch.
const SPACING: usize = 0x1_0000;

struct Mapping {
    base: usize,
    length: usize,
    physical: u64,
    device: Arc<dyn Device>,
}

static MAPPINGS: RwLock<Vec<Mapping>> = RwLock::new(Vec::new());
static NEXT: AtomicUsize = AtomicUsize::new(FIRST);
static FAULTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Gives `length` bytes of the device's registers at `physical` an address. None for an empty range.
pub fn map(device: &Arc<dyn Device>, physical: u64, length: usize) -> Option<NonNull<u8>> {
    if length == 0 {
        return None;
    }
    let room = length
        .checked_next_multiple_of(SPACING)?
        .checked_add(SPACING)?;
    // The low bits of the physical address stay, as on a machine with pages.
    let base = NEXT.fetch_add(room, Ordering::Relaxed) + (physical % 4096) as usize;
    let mapping = Mapping {
        base,
        length,
        physical,
        device: Arc::clone(device),
    };
    MAPPINGS.write().push(mapping);
    NonNull::new(std::ptr::without_provenance_mut(base))
}

/// Takes a mapping back. Says whether there was one.
pub fn unmap(address: NonNull<u8>) -> bool {
    let mut mappings = MAPPINGS.write();
    let place = mappings
        .iter()
        .position(|mapping| mapping.base == address.as_ptr().addr());
    place.map(|place| mappings.swap_remove(place)).is_some()
}

/// How many mappings there are.
pub fn live() -> usize {
    MAPPINGS.read().len()
}

/// Accesses that lay outside every mapping since the last call, one line each.
pub fn take_faults() -> Vec<String> {
    std::mem::take(&mut FAULTS.lock())
}

/// Runs `access` with the device and the physical address behind `address`.
fn at<R>(
    address: usize,
    width: usize,
    what: &str,
    access: impl FnOnce(&dyn Device, u64) -> R,
) -> Option<R> {
    exempt(|| {
        let mappings = MAPPINGS.read();
        let found = mappings.iter().find_map(|mapping| {
            let into = address.checked_sub(mapping.base)?;
            (into.checked_add(width)? <= mapping.length)
                .then(|| (Arc::clone(&mapping.device), mapping.physical + into as u64))
        });
        // The device may send an interrupt meanwhile, which may map and unmap.
        drop(mappings);
        if let Some((device, physical)) = found {
            return Some(access(&*device, physical));
        }
        let fault = format!("{what} of {width} bytes at {address:#x}, where no register is mapped");
        FAULTS.lock().push(fault);
        None
    })
}

/// Reads a register. All ones, as on a PCI bus, where nothing is mapped.
pub fn read(address: usize, width: usize) -> u64 {
    at(address, width, "read", |device, physical| {
        device.read(physical, width)
    })
    .unwrap_or(u64::MAX)
}

/// Writes a register.
pub fn write(address: usize, width: usize, value: u64) {
    let _ = at(address, width, "write", |device, physical| {
        device.write(physical, width, value)
    });
}
