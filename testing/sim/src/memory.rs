//! The memory that processor and device share: pages with made-up physical addresses.
//!
//! Neighbouring pages of a block have addresses far apart and in no order, so that nobody gets away with taking them for
//! contiguous. The device reaches memory only through [`PhysicalMemory::read`] and its kin, which look up every page:
//! an address that was never given out, or not any more, is a [`DmaFault`] and fails the run.

mod racing;

use crate::sync::{Mutex, RwLock};
use port::machine::Pool;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::HashMap;
use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, Ordering};

/// Bytes of a page.
pub const PAGE: usize = 4096;
/// What a freed page is filled with before it goes back to the heap.
const FREED: u8 = 0xDD;

/// An access of the device to memory that it was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DmaFault {
    /// The physical address.
    pub address: u64,
    /// The length of the whole access in bytes.
    pub length: usize,
    /// Whether it was a write.
    pub write: bool,
}

impl fmt::Display for DmaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.write { "wrote" } else { "read" };
        write!(
            f,
            "the device {what} {} bytes at {:#x}, which the driver has not given it, or has freed",
            self.length, self.address
        )
    }
}

/// Pages that were allocated together. Not freed by itself: see [`PhysicalMemory::free`].
#[derive(Debug)]
pub struct Block {
    base: NonNull<u8>,
    numbers: Vec<u64>,
}

impl Block {
    /// The first byte in the process.
    pub fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// The physical address of a page.
    pub fn address(&self, page: usize) -> Option<u64> {
        Some(self.numbers.get(page)? * PAGE as u64)
    }
}

/// All pages that are given out.
pub struct PhysicalMemory {
    /// Page number to the page's address in the process.
    pages: RwLock<Option<HashMap<u64, usize>>>,
    seed: Mutex<u64>,
    blocks: Mutex<Pool>,
    faults: Mutex<Vec<DmaFault>>,
}

/// The machine's memory: there is one machine at a time.
pub static MEMORY: PhysicalMemory = PhysicalMemory {
    pages: RwLock::new(None),
    seed: Mutex::new(0x9E37_79B9_7F4A_7C15),
    blocks: Mutex::new(Pool {
        blocks: 0,
        bytes: 0,
        others: 0,
    }),
    faults: Mutex::new(Vec::new()),
};

impl fmt::Debug for PhysicalMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhysicalMemory")
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

impl PhysicalMemory {
    /// Zeroed pages, contiguous for the processor and scattered for the device.
    pub fn allocate(&self, pages: usize) -> Option<Block> {
        let layout = layout(pages)?;
        // SAFETY: `layout` refuses zero pages.
        let base = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        let mut table = self.pages.write();
        let table = table.get_or_insert_default();
        let mut numbers = Vec::with_capacity(pages);
        for page in 0..pages {
            let mut number = self.random_page();
            while table.contains_key(&number) {
                number = self.random_page();
            }
            table.insert(number, base.as_ptr().expose_provenance() + page * PAGE);
            numbers.push(number);
        }
        let mut held = self.blocks.lock();
        held.blocks += 1;
        held.bytes += (pages * PAGE) as u64;
        Some(Block { base, numbers })
    }

    /// Frees a block. The device can't reach it when this returns.
    ///
    /// # Safety
    ///
    /// The processor does not use it any more.
    pub unsafe fn free(&self, block: Block) {
        let Some(layout) = layout(block.numbers.len()) else {
            return;
        };
        let mut table = self.pages.write();
        for number in &block.numbers {
            table.get_or_insert_default().remove(number);
        }
        let mut held = self.blocks.lock();
        held.blocks -= 1;
        held.bytes -= layout.size() as u64;
        // SAFETY: the caller's promise, and with the table's lock held and its pages gone no device access is in it.
        unsafe {
            block.base.as_ptr().write_bytes(FREED, layout.size());
            dealloc(block.base.as_ptr(), layout);
        }
    }

    /// Reads bytes as the device.
    ///
    /// # Errors
    ///
    /// A [`DmaFault`], which is recorded too.
    pub fn read(&self, address: u64, to: &mut [u8]) -> Result<(), DmaFault> {
        let length = to.len();
        self.access(address, length, false, |host, done, run| {
            // SAFETY: a page that is given out and can't be freed while the table is locked.
            unsafe { racing::read(host, &mut to[done..done + run]) };
        })
    }

    /// Writes bytes as the device.
    ///
    /// # Errors
    ///
    /// A [`DmaFault`], which is recorded too.
    pub fn write(&self, address: u64, from: &[u8]) -> Result<(), DmaFault> {
        self.access(address, from.len(), true, |host, done, run| {
            // SAFETY: as for reading.
            unsafe { racing::write(host, &from[done..done + run]) };
        })
    }

    /// Reads a ring's index or flags in one access; `address` is even.
    ///
    /// # Errors
    ///
    /// A [`DmaFault`].
    pub fn load_u16(&self, address: u64) -> Result<u16, DmaFault> {
        let mut value = 0;
        self.access(address, 2, false, |host, _, _| {
            value = atomic(host).load(Ordering::SeqCst)
        })?;
        Ok(u16::from_le(value))
    }

    /// Writes a ring's index or flags in one access; `address` is even.
    ///
    /// # Errors
    ///
    /// A [`DmaFault`].
    pub fn store_u16(&self, address: u64, value: u16) -> Result<(), DmaFault> {
        self.access(address, 2, true, |host, _, _| {
            atomic(host).store(value.to_le(), Ordering::SeqCst)
        })
    }

    /// What is allocated.
    pub fn held(&self) -> Pool {
        *self.blocks.lock()
    }

    /// The faults since the last call.
    pub fn take_faults(&self) -> Vec<DmaFault> {
        std::mem::take(&mut self.faults.lock())
    }

    /// Calls `each(address in the process, bytes done, bytes of this run)` for every page that the access touches, if all
    /// of them are given out.
    fn access(
        &self,
        address: u64,
        length: usize,
        write: bool,
        mut each: impl FnMut(usize, usize, usize),
    ) -> Result<(), DmaFault> {
        let table = self.pages.read();
        let fault = DmaFault {
            address,
            length,
            write,
        };
        let runs = || {
            let mut done = 0;
            std::iter::from_fn(move || {
                let at = address.wrapping_add(done as u64);
                let into = (at % PAGE as u64) as usize;
                let run = (PAGE - into).min(length - done);
                let item = (run != 0).then_some((at / PAGE as u64, into, done, run));
                done += run;
                item
            })
        };
        let host = |number: u64| table.as_ref().and_then(|table| table.get(&number).copied());
        let inside = address.checked_add(length as u64).is_some();
        if !inside || !runs().all(|(number, ..)| host(number).is_some()) {
            self.faults.lock().push(fault);
            return Err(fault);
        }
        for (number, into, done, run) in runs() {
            if let Some(page) = host(number) {
                each(page + into, done, run);
            }
        }
        Ok(())
    }

    /// A page number between 1 MiB and 256 TiB, mostly above 4 GiB (xorshift64).
    fn random_page(&self) -> u64 {
        let mut seed = self.seed.lock();
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        0x100 + (*seed >> 28)
    }
}

fn layout(pages: usize) -> Option<Layout> {
    let bytes = pages.checked_mul(PAGE).filter(|bytes| *bytes != 0)?;
    Layout::from_size_align(bytes, PAGE).ok()
}

fn atomic<'a>(host: usize) -> &'a AtomicU16 {
    // SAFETY: two bytes of a page that stays for the access; ring fields are even, so that they are aligned.
    unsafe { AtomicU16::from_ptr(std::ptr::with_exposed_provenance_mut(host & !1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test for all of it: the memory is the process'.
    #[test]
    fn pages_are_scattered_and_a_freed_page_is_out_of_reach() {
        let block = MEMORY.allocate(4).expect("four pages");
        let [first, second] = [0, 1].map(|page| block.address(page).expect("a page of the block"));
        assert_ne!(second, first + PAGE as u64);
        assert_eq!(block.address(4), None);

        MEMORY.write(first + 4094, &[1, 2]).expect("inside");
        MEMORY.store_u16(second, 0x0403).expect("inside");
        let mut read = [0; 2];
        MEMORY.read(first + 4094, &mut read).expect("inside");
        assert_eq!((read, MEMORY.load_u16(second)), ([1, 2], Ok(0x0403)));

        let across = MEMORY
            .write(first + 4095, &[0; 2])
            .expect_err("the next physical page is nobody's");
        assert_eq!(
            across,
            DmaFault {
                address: first + 4095,
                length: 2,
                write: true
            }
        );
        // SAFETY: nobody uses it.
        unsafe { MEMORY.free(block) };
        let late = MEMORY.load_u16(second).expect_err("freed");
        assert_eq!(MEMORY.take_faults(), [across, late]);
    }
}
