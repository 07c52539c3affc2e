//! The rig's page tables: made once before the firmware's are left, changed under one lock afterwards.
//!
//! Layout: the rig's image one to one below; all RAM once more at [`PHYSICAL_WINDOW`], for the rig's own use; blocks with
//! guard pages above (see [`super::blocks`]). Page 0 is not mapped. No page is both writable and executable, except the
//! processors' start-up page while they start.

use core::sync::atomic::{AtomicBool, Ordering};

use x86_64::registers::control::{Cr3, Cr3Flags};
use x86_64::structures::paging::mapper::{MapToError, TranslateResult, UnmapError};
use x86_64::structures::paging::{
    Mapper, OffsetPageTable, Page, PageTable, PageTableFlags, PhysFrame, Size2MiB, Size4KiB,
    Translate,
};
use x86_64::{PhysAddr, VirtAddr};

use super::{PAGE, frames, process};
use crate::cpu::{idle, percpu};
use crate::devices::apic::{self, FLUSH_VECTOR};
use crate::sync::Lock;

/// Where all RAM is mapped for the rig's own use.
pub const PHYSICAL_WINDOW: u64 = 0xFFFF_8000_0000_0000;

/// Protection of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read only.
    Read,
    /// Read and write.
    Write,
    /// Read and execute.
    Execute,
    /// Everything: for the processors' start-up page only.
    WriteExecute,
    /// Read and write, uncached: registers of a device.
    Device,
}

impl Access {
    fn flags(self) -> PageTableFlags {
        let present = PageTableFlags::PRESENT;
        match self {
            Access::Read => present | PageTableFlags::NO_EXECUTE,
            Access::Write => present | PageTableFlags::NO_EXECUTE | PageTableFlags::WRITABLE,
            Access::Execute => present,
            Access::WriteExecute => present | PageTableFlags::WRITABLE,
            Access::Device => {
                Access::Write.flags() | PageTableFlags::NO_CACHE | PageTableFlags::WRITE_THROUGH
            }
        }
    }
}

static MAPPER: Lock<Option<OffsetPageTable<'static>>> = Lock::new(None);
static ACTIVE: AtomicBool = AtomicBool::new(false);

/// Whether the rig's own tables are in use.
pub fn is_active() -> bool {
    ACTIVE.load(Ordering::Relaxed)
}

/// The address at which the rig itself reads and writes physical memory.
pub fn window(physical: PhysAddr) -> *mut u8 {
    let base = if ACTIVE.load(Ordering::Relaxed) {
        PHYSICAL_WINDOW
    } else {
        0
    };
    (base + physical.as_u64()) as *mut u8
}

/// Makes an empty set of tables with all RAM (`(start, end)` ranges, rounded outwards to 2 MiB) in the window.
///
/// The firmware's tables, which map memory one to one, must still be active: [`activate`] leaves them.
pub fn build(ram: impl Iterator<Item = (u64, u64)>) {
    let root = frames::allocate_low().expect("memory for the first page table");
    // SAFETY: a free frame, mapped one to one by the firmware; all zeroes is an empty table.
    let table = unsafe {
        core::ptr::write_bytes(root.as_u64() as *mut u8, 0, PAGE);
        &mut *(root.as_u64() as *mut PageTable)
    };
    // SAFETY: the firmware maps all memory at offset 0, and nothing else refers to the new table.
    let mut mapper = unsafe { OffsetPageTable::new(table, VirtAddr::new(0)) };
    let size = 2 << 20;
    for (start, end) in ram {
        let mut at = start / size * size;
        while at < end {
            let page = Page::<Size2MiB>::containing_address(VirtAddr::new(PHYSICAL_WINDOW + at));
            let frame = PhysFrame::containing_address(PhysAddr::new(at));
            // SAFETY: the window is the rig's own view of RAM; the tables are not active yet.
            match unsafe {
                mapper.map_to(page, frame, Access::Write.flags(), &mut frames::ForTables)
            } {
                Ok(flush) => flush.ignore(),
                Err(MapToError::PageAlreadyMapped(_)) => {}
                Err(error) => panic!("the window on RAM at {at:#x}: {error:?}"),
            }
            at += size;
        }
    }
    *MAPPER.lock() = Some(mapper);
}

/// Physical address of the root table, for CR3. Below 4 GiB.
pub fn root() -> PhysAddr {
    let mut mapper = MAPPER.lock();
    let mapper = mapper.as_mut().expect("tables were built");
    let offset = if ACTIVE.load(Ordering::Relaxed) {
        PHYSICAL_WINDOW
    } else {
        0
    };
    PhysAddr::new(core::ptr::from_mut(mapper.level_4_table_mut()) as u64 - offset)
}

/// Switches this processor, the first, to the tables.
///
/// # Safety
/// The running code, its stack and everything it uses must be mapped in them at the present addresses.
pub unsafe fn activate() {
    let root = root();
    // SAFETY: passed on to the caller.
    unsafe { Cr3::write(PhysFrame::containing_address(root), Cr3Flags::empty()) };
    ACTIVE.store(true, Ordering::Relaxed);
    // SAFETY: the window maps the table, and the old reference is dropped with the old mapper.
    let table = unsafe { &mut *(window(root).cast::<PageTable>()) };
    // SAFETY: all RAM, so every table, is in the window.
    *MAPPER.lock() = Some(unsafe { OffsetPageTable::new(table, VirtAddr::new(PHYSICAL_WINDOW)) });
}

fn page(address: VirtAddr) -> Page<Size4KiB> {
    Page::containing_address(address)
}

/// Maps one page. Any IRQL.
///
/// # Panics
/// If the page is mapped already or memory is used up: errors of the rig.
///
/// # Safety
/// The mapping must not make memory that someone else owns reachable by a second, unexpected way.
pub unsafe fn map(address: VirtAddr, frame: PhysAddr, access: Access) {
    let mut mapper = MAPPER.lock();
    let mapper = mapper.as_mut().expect("tables were built");
    let tables = PageTableFlags::PRESENT | PageTableFlags::WRITABLE;
    let frame = PhysFrame::containing_address(frame);
    // SAFETY: passed on to the caller.
    let mapped = unsafe {
        mapper.map_to_with_table_flags(
            page(address),
            frame,
            access.flags(),
            tables,
            &mut frames::ForTables,
        )
    };
    match mapped {
        // The page was not present, and no processor keeps a translation of such a page.
        Ok(flush) => flush.ignore(),
        Err(error) => panic!("mapping {address:?}: {error:?}"),
    }
}

/// Removes a page's mapping and returns its frame; `None` if there was none. Any IRQL. Other processors may use the old
/// translation until they flush: see [`frames::free`].
pub fn unmap(address: VirtAddr) -> Option<PhysAddr> {
    let mut mapper = MAPPER.lock();
    match mapper.as_mut()?.unmap(page(address)) {
        Ok((frame, flush)) => {
            flush.flush();
            Some(frame.start_address())
        }
        Err(UnmapError::PageNotMapped) => None,
        Err(error) => panic!("unmapping {address:?}: {error:?}"),
    }
}

/// Changes a mapped page's protection. Any IRQL.
pub fn protect(address: VirtAddr, access: Access) {
    let mut mapper = MAPPER.lock();
    let mapper = mapper.as_mut().expect("tables were built");
    // SAFETY: only the protection changes, and the rig's blocks are the only users.
    match unsafe { mapper.update_flags(page(address), access.flags()) } {
        Ok(flush) => flush.flush(),
        Err(error) => panic!("protecting {address:?}: {error:?}"),
    }
}

/// Bytes that one entry of the second level maps: what [`close`] and [`open`] work on.
pub const LARGE: u64 = 2 << 20;
/// Marks an entry that is only closed: the bit is free for software.
const CLOSED: PageTableFlags = PageTableFlags::BIT_9;

/// Makes every access to the 2 MiB at `address` fault, and keeps their pages. Any IRQL. See [`flush_everywhere`].
pub fn close(address: VirtAddr) {
    with_large_entry(address, |flags| (flags - PageTableFlags::PRESENT) | CLOSED);
}

/// Undoes [`close`]; what is not closed stays as it is. Any IRQL.
pub fn open(address: VirtAddr) {
    with_large_entry(address, |flags| {
        if flags.contains(CLOSED) {
            (flags - CLOSED) | PageTableFlags::PRESENT
        } else {
            flags
        }
    });
}

/// Changes the flags of the second level's entry for `address`, present or not.
fn with_large_entry(address: VirtAddr, change: impl Fn(PageTableFlags) -> PageTableFlags) {
    let mut mapper = MAPPER.lock();
    let mapper = mapper.as_mut().expect("tables were built");
    let page = page(address);
    let mut table = mapper.level_4_table_mut();
    for index in [page.p4_index(), page.p3_index()] {
        let entry = &table[index];
        assert!(
            entry.flags().contains(PageTableFlags::PRESENT),
            "{address:?} lies in no block"
        );
        // SAFETY: a present entry above the last level names a table, which is in the window; the mapper's lock is held.
        table = unsafe { &mut *window(entry.addr()).cast::<PageTable>() };
    }
    let entry = &mut table[page.p2_index()];
    let flags = change(entry.flags());
    entry.set_flags(flags);
}

/// Copies the highest table to `to`, so that what is mapped from now on is in both: with a table below for each of `places`.
pub fn share(to: &mut PageTable, places: impl Iterator<Item = VirtAddr>) {
    let mut mapper = MAPPER.lock();
    let root = mapper
        .as_mut()
        .expect("tables were built")
        .level_4_table_mut();
    for place in places {
        let entry = &mut root[place.p4_index()];
        if entry.is_unused() {
            let below = frames::allocate().expect("memory for a page table");
            // SAFETY: a free frame, which the window shows; all zeroes is an empty table.
            unsafe { core::ptr::write_bytes(window(below), 0, PAGE) };
            entry.set_addr(below, PageTableFlags::PRESENT | PageTableFlags::WRITABLE);
        }
    }
    for (copy, entry) in to.iter_mut().zip(root.iter()) {
        *copy = entry.clone();
    }
}

/// The physical address behind `address` and whether it may be written; `None` if nothing is mapped there, as it is with an
/// address of a process that the caller's processor is not attached to. Any IRQL.
pub fn translate(address: VirtAddr) -> Option<(PhysAddr, bool)> {
    if process::is_user(address.as_u64()) && !process::is_attached() {
        return None;
    }
    let address = process::to_rig(address);
    let mapper = MAPPER.lock();
    match mapper.as_ref()?.translate(address) {
        TranslateResult::Mapped {
            frame,
            offset,
            flags,
        } => Some((
            frame.start_address() + offset,
            flags.contains(PageTableFlags::WRITABLE),
        )),
        _ => None,
    }
}

/// Returns when no processor has a translation from before this call. PASSIVE_LEVEL.
pub fn flush_everywhere() {
    let target = frames::UNMAPPINGS.fetch_add(1, Ordering::SeqCst) + 1;
    let own = percpu::current();
    flush_own();
    for processor in percpu::all().filter(|other| other.index() != own.index()) {
        if idle::is_halted(processor.index()) {
            continue;
        }
        apic::send(processor.apic_id, FLUSH_VECTOR);
        idle::wait(None, || {
            processor.unmappings_seen.load(Ordering::Acquire) >= target
                || idle::is_halted(processor.index())
        });
    }
}

/// Drops all of this processor's cached translations and notes that it did, so that freed frames can be used again.
pub fn flush_own() {
    let seen = frames::UNMAPPINGS.load(Ordering::SeqCst);
    x86_64::instructions::tlb::flush_all();
    percpu::current()
        .unmappings_seen
        .store(seen, Ordering::Release);
}
