//! Loading the driver image into memory of its own, page by page with the protection that its sections ask for.

pub mod guard;

use alloc::string::ToString;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use x86_64::VirtAddr;

use crate::kernel::{table, traps};
use crate::memory::blocks::{self, Kind};
use crate::memory::paging::{self, Access};
use crate::memory::{PAGE, pages};
use crate::pe::{Image, PeError, Protection, Section};
use crate::sync::Lock;

/// An image in memory, as far as a stack trace needs it.
#[derive(Clone, Copy, Debug)]
pub struct Loaded {
    /// Name for the log.
    pub name: &'static str,
    /// Address of its first byte.
    pub base: u64,
    /// Its bytes, by offset from the start. For the driver a copy that never changes.
    pub memory: &'static [u8],
}

impl Loaded {
    /// Start and end of the table of functions (the exception directory), as offsets.
    pub fn function_table(&self) -> Option<(usize, usize)> {
        let word = |at: usize| -> Option<usize> {
            let bytes = self.memory.get(at..at + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
        };
        // The optional header of a 64-bit image is 24 bytes behind the signature, its directories 112 bytes further.
        let directory = word(0x3C)? + 24 + 112 + 3 * 8;
        let start = word(directory)?;
        (start != 0).then_some((start, start + word(directory + 4)?))
    }
}

/// The rig itself and the driver.
static IMAGES: [(AtomicPtr<u8>, AtomicUsize, AtomicPtr<u8>); 2] = [const {
    (
        AtomicPtr::new(core::ptr::null_mut()),
        AtomicUsize::new(0),
        AtomicPtr::new(core::ptr::null_mut()),
    )
}; 2];

/// The driver's name for the log; set before its image is registered.
static NAME: Lock<&str> = Lock::new("");

fn register(index: usize, base: u64, memory: &'static [u8]) {
    let (address, length, bytes) = &IMAGES[index];
    address.store(base as *mut u8, Ordering::Relaxed);
    bytes.store(memory.as_ptr().cast_mut(), Ordering::Relaxed);
    length.store(memory.len(), Ordering::Release);
}

/// Makes the rig's own image known to stack traces.
///
/// # Safety
/// `base` and `length` must be the rig's image, mapped for good.
pub unsafe fn register_rig(base: u64, length: usize) {
    // SAFETY: passed on to the caller. The writable sections are not read through this slice.
    register(0, base, unsafe {
        core::slice::from_raw_parts(base as *const u8, length)
    });
}

/// The image that `address` lies in.
pub fn find(address: u64) -> Option<Loaded> {
    IMAGES
        .iter()
        .enumerate()
        .find_map(|(index, (base, length, bytes))| {
            let length = length.load(Ordering::Acquire);
            let base = base.load(Ordering::Relaxed) as u64;
            // SAFETY: `register` stored a static slice's parts, the length last.
            let memory =
                || unsafe { core::slice::from_raw_parts(bytes.load(Ordering::Relaxed), length) };
            (length != 0 && address >= base && address - base < length as u64).then(|| Loaded {
                name: if index == 0 { "rig" } else { *NAME.lock() },
                base,
                memory: memory(),
            })
        })
}

/// The loaded driver.
#[derive(Debug)]
pub struct Driver {
    /// Address of its first byte.
    pub base: VirtAddr,
    /// Bytes.
    pub size: usize,
    /// Address of its entry point.
    pub entry: u64,
    sections: Vec<Section>,
}

/// Loads the driver from the bytes of its file. An import that the rig lacks ends the run only when it is used, see
/// [`traps`].
///
/// # Errors
/// What is wrong with the image.
pub fn load(file: &[u8], called: &'static str) -> Result<Driver, PeError> {
    let image = Image::parse(file)?;
    let count = pages(image.size as usize);
    let base = blocks::allocate(Kind::Image, count).expect("memory for the driver image");
    let cookie = crate::devices::clock::tsc() & 0x0000_FFFF_FFFF_FFFF;
    let mut memory = image.lay_out(base.as_u64(), cookie, |module, name| {
        let found = table::find(module, name);
        crate::log!(
            "import {module}!{name}{}",
            if found.is_none() {
                ", which the rig does not have"
            } else {
                ""
            }
        );
        found.unwrap_or_else(|| traps::add(module, name))
    })?;
    let (check, dispatch) = (guard::check as *const (), guard::dispatch as *const ());
    let targets = crate::guard::arm(&mut memory, base.as_u64(), check as u64, dispatch as u64)?;
    if let Some(targets) = targets {
        let count = targets.iter().filter(|target| **target != 0).count();
        crate::log!("Control Flow Guard: {count} functions may be called through pointers");
        guard::watch(base.as_u64(), targets);
    }
    let memory: &'static [u8] = memory.leak();
    // SAFETY: the block has as many pages as the image, and nothing else knows of it yet.
    unsafe { core::ptr::copy_nonoverlapping(memory.as_ptr(), base.as_mut_ptr(), memory.len()) };
    for address in blocks::addresses(base, count) {
        paging::protect(address, Access::Read);
    }
    for section in &image.sections {
        let access = match section.protection {
            Protection::Read => Access::Read,
            Protection::Write => Access::Write,
            Protection::Execute => Access::Execute,
        };
        let start = base + u64::from(section.start);
        crate::log!(
            "section {:8} {:#x} {:6} bytes {:?}",
            section.name.to_string(),
            start.as_u64(),
            section.size,
            access
        );
        for address in blocks::addresses(start, section.size as usize / PAGE) {
            paging::protect(address, access);
        }
    }
    *NAME.lock() = called;
    register(1, base.as_u64(), memory);
    crate::log!(
        "{called} at {:#x}, entry {:#x}",
        base.as_u64(),
        base.as_u64() + u64::from(image.entry)
    );
    Ok(Driver {
        base,
        size: image.size as usize,
        entry: base.as_u64() + u64::from(image.entry),
        sections: image.sections,
    })
}

impl Driver {
    /// Drops the sections that Windows drops after DriverEntry: their code must not run any more.
    pub fn discard(&self) {
        for section in self.sections.iter().filter(|section| section.discardable) {
            blocks::free(
                self.base + u64::from(section.start),
                section.size as usize / PAGE,
            );
        }
    }

    /// Unmaps the image after its unload routine: code of it that still runs faults.
    pub fn unload(self) {
        blocks::free(self.base, pages(self.size));
    }
}
