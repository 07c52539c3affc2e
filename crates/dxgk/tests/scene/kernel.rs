//! The operating system of the scene: IRQL of each thread, and the drain of its ports' DPC queues.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr::NonNull;

use dxgk::check::Violation;
use dxgk::irql::{AtMostDispatch, Passive};
use dxgk::kernel::{Kernel, PageBlock};
use dxgk::memory::RectCopy;
use dxgk::status::Status;

use super::{Condvar, Mutex, Port, lock, thread};

pub const DIRQL: u8 = 5;

std::thread_local! {
    static IRQL: Cell<u8> = const { Cell::new(0) };
    /// What was reported on this thread.
    static VIOLATIONS: RefCell<Vec<Violation>> = const { RefCell::new(Vec::new()) };
}

/// Runs `body` at an IRQL. The model checker's threads share one, and it is not looked at there.
pub fn at<R>(irql: u8, body: impl FnOnce() -> R) -> R {
    struct Lower(u8);
    impl Drop for Lower {
        fn drop(&mut self) {
            IRQL.set(self.0);
        }
    }
    let _lower = Lower(IRQL.replace(irql));
    body()
}

/// What was reported on this thread since the last call.
pub fn violations() -> Vec<Violation> {
    VIOLATIONS.take()
}

#[cfg(not(loom))]
mod known {
    use super::Port;
    use std::sync::Mutex;

    static PORTS: Mutex<Vec<&'static Port>> = Mutex::new(Vec::new());

    pub fn know(port: &'static Port) {
        PORTS.lock().expect("no panic").push(port);
    }

    pub fn known() -> Vec<&'static Port> {
        PORTS.lock().expect("no panic").clone()
    }
}

/// The model checker runs all threads of one model on one thread of the host, with one port after the other.
#[cfg(loom)]
mod known {
    use super::Port;
    use std::cell::Cell;

    std::thread_local! {
        static PORT: Cell<Option<&'static Port>> = const { Cell::new(None) };
    }

    pub fn know(port: &'static Port) {
        PORT.set(Some(port));
    }

    pub fn known() -> Vec<&'static Port> {
        PORT.get().into_iter().collect()
    }
}

pub use known::know;

/// A flag that is waited for, without spinning: the model checker follows each look that a thread has at a variable.
#[derive(Debug, Default)]
pub struct Event {
    set: Mutex<bool>,
    changed: Condvar,
}

pub struct Machine;

// SAFETY: a flush waits for the DPCs of all ports; threads and events are the host's or the model checker's.
unsafe impl Kernel for Machine {
    type Event = Event;
    type Mutex = ();

    fn violation(violation: Violation) {
        VIOLATIONS.with_borrow_mut(|violations| violations.push(violation));
    }

    fn current_irql() -> u8 {
        IRQL.get()
    }

    fn time() -> u64 {
        0
    }

    fn delay(_: &Passive<'_>, _: u32) {
        thread::yield_now();
    }

    fn see_every_processor(_: &mut Passive<'_>) {
        for port in known::known() {
            port.wait_for_routines();
        }
    }

    fn flush_queued_dpcs(_: &Passive<'_>) {
        for port in known::known() {
            port.flush_dpcs();
            #[cfg(not(loom))]
            {
                let mut after = port.after_flush.lock().expect("no panic");
                match after.take() {
                    Some((0, happens)) => {
                        drop(after);
                        let other = thread::spawn(move || happens(port));
                        other.join().expect("no panic");
                    }
                    Some((more, happens)) => *after = Some((more - 1, happens)),
                    None => {}
                }
            }
        }
    }

    unsafe fn allocate_pages(_: &Passive<'_>, pages: usize) -> Option<PageBlock> {
        let memory = vec![0_u64; pages * 512].leak();
        let base = NonNull::from(memory).cast::<u8>();
        Some(PageBlock {
            base,
            pages,
            handle: base.cast(),
        })
    }

    unsafe fn page_address(block: &PageBlock, index: usize) -> u64 {
        block.base.as_ptr().addr() as u64 + 4096 * index as u64
    }

    unsafe fn free_pages(_: &PageBlock) {}

    unsafe fn copy(_: &Passive<'_>, _: &RectCopy) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }

    unsafe fn new_event(_: &Passive<'_>) -> Option<Event> {
        Some(Event::default())
    }

    fn set_event(_: &impl AtMostDispatch, event: &Event) {
        *lock(&event.set) = true;
        event.changed.notify_all();
    }

    fn clear_event(_: &impl AtMostDispatch, event: &Event) {
        *lock(&event.set) = false;
    }

    fn wait_event(_: &Passive<'_>, event: &Event, microseconds: u32) -> bool {
        let mut set = lock(&event.set);
        while !*set && microseconds == u32::MAX {
            set = event.changed.wait(set).expect("nothing panics inside");
        }
        *set
    }

    unsafe fn start_thread(
        _: &Passive<'_>,
        routine: unsafe extern "C" fn(*mut c_void),
        context: *mut c_void,
    ) -> Option<NonNull<c_void>> {
        let context = context.expose_provenance();
        let thread = thread::spawn(move || {
            // SAFETY: the caller's promise.
            unsafe { routine(std::ptr::with_exposed_provenance_mut(context)) };
        });
        Some(NonNull::from(Box::leak(Box::new(thread))).cast())
    }

    unsafe fn join_thread(_: &Passive<'_>, thread: NonNull<c_void>) {
        // SAFETY: a handle from `start_thread`, joined once.
        let thread = unsafe { Box::from_raw(thread.cast::<thread::JoinHandle<()>>().as_ptr()) };
        thread.join().expect("no panic");
    }

    unsafe fn new_mutex(_: &Passive<'_>) -> Option<()> {
        Some(())
    }

    fn lock_mutex(_: &Passive<'_>, (): &()) {}

    unsafe fn unlock_mutex((): &()) {}
}
