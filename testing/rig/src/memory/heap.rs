//! The rig's own heap: a fixed part of its image, and pages of their own for large blocks, which pictures need. The driver never
//! gets memory from it (see [`crate::kernel::pool`]).

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::{NonNull, null_mut};

use buddy_system_allocator::Heap;
use x86_64::VirtAddr;

use super::blocks::{self, Kind};
use super::{PAGE, pages, paging};
use crate::sync::Lock;

/// Bytes of the part in the image.
const SIZE: usize = 32 << 20;
/// Blocks of at least so many bytes get pages of their own, once the rig's tables are active.
const LARGE: usize = 1 << 20;

#[repr(C, align(4096))]
struct Arena(UnsafeCell<[u8; SIZE]>);

// SAFETY: only the allocator below touches the arena, under its lock.
unsafe impl Sync for Arena {}

static ARENA: Arena = Arena(UnsafeCell::new([0; SIZE]));

struct RigHeap(Lock<Option<Heap<32>>>);

// SAFETY: blocks come from one buddy heap under one lock; their size and alignment are the buddy heap's promise.
unsafe impl GlobalAlloc for RigHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE && layout.align() <= PAGE && paging::is_active() {
            return blocks::allocate(Kind::Own, pages(layout.size()))
                .map_or(null_mut(), VirtAddr::as_mut_ptr);
        }
        let mut heap = self.0.lock();
        let heap = heap.get_or_insert_with(|| {
            let mut heap = Heap::empty();
            // SAFETY: the arena is a static of this size that nothing else uses, and this runs once.
            unsafe { heap.init(ARENA.0.get() as usize, SIZE) };
            heap
        });
        heap.alloc(layout).map_or(null_mut(), NonNull::as_ptr)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if blocks::kind_of(pointer as u64) == Some(Kind::Own) {
            return blocks::free(VirtAddr::from_ptr(pointer), pages(layout.size()));
        }
        if let (Some(heap), Some(pointer)) = (self.0.lock().as_mut(), NonNull::new(pointer)) {
            // SAFETY: the caller got the block from `alloc` with this layout.
            unsafe { heap.dealloc(pointer, layout) };
        }
    }
}

#[global_allocator]
static HEAP: RigHeap = RigHeap(Lock::new(None));
