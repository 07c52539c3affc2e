//! A process of user mode: addresses of the lower half that are there only on processors which are
//! attached to it.
//!
//! It has page tables of its own. They share everything with the rig's, and have the sources of
//! presents once more, at addresses of user mode. A driver that keeps such an address and reads it
//! from a thread of its own finds nothing there.

use core::sync::atomic::Ordering;

use x86_64::registers::control::{Cr3, Cr3Flags};
use x86_64::structures::paging::{PageTable, PageTableFlags, PhysFrame};
use x86_64::{PhysAddr, VirtAddr};

use super::blocks::{self, Kind};
use super::{PAGE, frames, paging};
use crate::cpu::percpu;
use crate::sync::Lock;

/// Bytes that an entry of the highest table maps.
const SPAN: u64 = 1 << 39;
/// Where the process has the sources.
const START: u64 = 4 * SPAN;

static ROOT: Lock<Option<PhysAddr>> = Lock::new(None);

/// The address in the process of a source that the rig has at `address`.
pub fn to_user(address: VirtAddr) -> VirtAddr {
    VirtAddr::new(START + address.as_u64() % SPAN)
}

/// The rig's address of the source that the process has at `address`; any other address stays.
pub fn to_rig(address: VirtAddr) -> VirtAddr {
    if is_user(address.as_u64()) {
        VirtAddr::new(blocks::first(Kind::Source) / SPAN * SPAN + address.as_u64() % SPAN)
    } else {
        address
    }
}

/// Whether the process has it.
pub fn is_user(address: u64) -> bool {
    (START..START + SPAN).contains(&address)
}

/// Whether the caller's processor is attached to the process. Any IRQL.
pub fn is_attached() -> bool {
    percpu::try_current().is_some_and(|own| own.attached.load(Ordering::Relaxed))
}

/// Attaches the caller's processor to the process, or ends that; whether it was attached. Below
/// DISPATCH_LEVEL.
pub fn attach(attached: bool) -> bool {
    let own = percpu::current();
    let before = own.attached.load(Ordering::Relaxed);
    if before != attached {
        let root = if attached { root() } else { paging::root() };
        own.attached.store(attached, Ordering::Relaxed);
        // SAFETY: both tables map what the rig and the driver have, and differ in the process's
        // addresses alone.
        unsafe { Cr3::write(PhysFrame::containing_address(root), Cr3Flags::empty()) };
    }
    before
}

/// Runs `body`, which is not of the thread that is attached, without the process.
pub fn outside<R>(body: impl FnOnce() -> R) -> R {
    let before = attach(false);
    let result = body();
    attach(before);
    result
}

/// The process's tables, made the first time.
fn root() -> PhysAddr {
    *ROOT.lock().get_or_insert_with(|| {
        let frame = frames::allocate().expect("memory for a process's tables");
        // SAFETY: a free frame, which the window shows; all zeroes is an empty table.
        let table = unsafe {
            core::ptr::write_bytes(paging::window(frame), 0, PAGE);
            &mut *paging::window(frame).cast::<PageTable>()
        };
        paging::share(table, blocks::firsts());
        let sources = table[VirtAddr::new(blocks::first(Kind::Source)).p4_index()].clone();
        let entry = &mut table[VirtAddr::new(START).p4_index()];
        assert!(entry.is_unused(), "the process's addresses are taken");
        entry.set_addr(
            sources.addr(),
            sources.flags() | PageTableFlags::USER_ACCESSIBLE,
        );
        frame
    })
}
