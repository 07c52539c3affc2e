//! The operating system's services on a host.

extern crate std;

use core::ffi::c_void;
use core::ptr::NonNull;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::boxed::Box;
use std::sync::{Condvar, Mutex as StdMutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::irql::{AtMostDispatch, Passive};
use crate::kernel::{Kernel, PAGE_SIZE, PageBlock};
use crate::memory::RectCopy;
use crate::status::Status;

/// A host as a kernel: threads are processors, pages are the heap's, and a device would reach them by their own address.
///
/// It queues no DPCs and stops no adapter, so that waiting for them is done at once: a test with interrupts and DPCs on other
/// threads needs a kernel of its own.
#[derive(Debug)]
pub enum Host {}

/// A flag that can be waited for.
#[derive(Debug, Default)]
pub struct Event {
    set: StdMutex<bool>,
    changed: Condvar,
}

/// A mutex that is locked and unlocked by calls.
#[derive(Debug, Default)]
pub struct Mutex(Event);

fn lock<T>(mutex: &StdMutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Event {
    fn put(&self, set: bool) {
        *lock(&self.set) = set;
        self.changed.notify_all();
    }
}

fn layout(pages: usize) -> Option<Layout> {
    Layout::from_size_align(pages.checked_mul(PAGE_SIZE)?, PAGE_SIZE).ok()
}

// SAFETY: pages are the allocator's and nobody else's; there are no DPCs to flush; a mutex is held by one thread.
unsafe impl Kernel for Host {
    type Event = Event;
    type Mutex = Mutex;

    fn current_irql() -> u8 {
        super::current_irql()
    }

    fn time() -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        let since = START.get_or_init(Instant::now).elapsed();
        u64::try_from(since.as_nanos() / 100).unwrap_or(u64::MAX)
    }

    fn delay(_: &Passive<'_>, microseconds: u32) {
        std::thread::sleep(Duration::from_micros(microseconds.into()));
    }

    fn see_every_processor(_: &mut Passive<'_>) {}

    fn flush_queued_dpcs(_: &Passive<'_>) {}

    unsafe fn allocate_pages(_: &Passive<'_>, pages: usize) -> Option<PageBlock> {
        let layout = layout(pages).filter(|layout| layout.size() != 0)?;
        // SAFETY: not of size zero.
        let base = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(PageBlock {
            base,
            pages,
            handle: base.cast(),
        })
    }

    unsafe fn page_address(block: &PageBlock, index: usize) -> u64 {
        (block.base.as_ptr().addr() as u64).wrapping_add((index * PAGE_SIZE) as u64)
    }

    unsafe fn free_pages(block: &PageBlock) {
        if let Some(layout) = layout(block.pages) {
            // SAFETY: from `allocate_pages`, with this layout; the caller answers for the rest.
            unsafe { dealloc(block.base.as_ptr(), layout) };
        }
    }

    unsafe fn copy(_: &Passive<'_>, copy: &RectCopy) -> Result<(), Status> {
        let read = |from: *const u8, to: &mut [u8]| {
            // SAFETY: the caller's promise; on a host the source does not fault.
            unsafe { from.copy_to_nonoverlapping(to.as_mut_ptr(), to.len()) };
            Ok(())
        };
        // SAFETY: the caller's promise.
        unsafe { copy.run(read) }
    }

    unsafe fn new_event(_: &Passive<'_>) -> Option<Event> {
        Some(Event::default())
    }

    fn set_event(_: &impl AtMostDispatch, event: &Event) {
        event.put(true);
    }

    fn clear_event(_: &impl AtMostDispatch, event: &Event) {
        event.put(false);
    }

    fn wait_event(_: &Passive<'_>, event: &Event, microseconds: u32) -> bool {
        let limit = Duration::from_micros(microseconds.into());
        let set = lock(&event.set);
        let waited = event
            .changed
            .wait_timeout_while(set, limit, |set| !*set)
            .unwrap_or_else(PoisonError::into_inner);
        *waited.0
    }

    unsafe fn start_thread(
        _: &Passive<'_>,
        routine: unsafe extern "C" fn(*mut c_void),
        context: *mut c_void,
    ) -> Option<NonNull<c_void>> {
        let context = context.expose_provenance();
        let thread = std::thread::spawn(move || {
            // SAFETY: the caller's promise.
            unsafe { routine(core::ptr::with_exposed_provenance_mut(context)) };
        });
        Some(NonNull::from(Box::leak(Box::new(thread))).cast())
    }

    unsafe fn join_thread(_: &Passive<'_>, thread: NonNull<c_void>) {
        // SAFETY: a handle from `start_thread`, joined once.
        let thread = unsafe { Box::from_raw(thread.cast::<JoinHandle<()>>().as_ptr()) };
        // A panic in it has been reported; an `extern "C"` routine aborts.
        let _ = thread.join();
    }

    unsafe fn new_mutex(_: &Passive<'_>) -> Option<Mutex> {
        Some(Mutex::default())
    }

    fn lock_mutex(_: &Passive<'_>, mutex: &Mutex) {
        let mut held = lock(&mutex.0.set);
        while *held {
            held = mutex
                .0
                .changed
                .wait(held)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *held = true;
    }

    unsafe fn unlock_mutex(mutex: &Mutex) {
        mutex.0.put(false);
    }
}
