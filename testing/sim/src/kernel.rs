//! [`SimKernel`]: the operating system's services for the driver, on the hosted machine.
//!
//! Everything that has to do with processors goes to the machine that is [installed](install); there is one at a time.
//! Waiting is done in small steps of the machine's own delay, so that deferred calls and interrupts of the waiting
//! processor run meanwhile, as they do on a real one.

use crate::exempt::exempt;
use crate::memory::{Block, MEMORY};
use crate::sync::{Mutex, RwLock};
use crate::{fault, mapping};
use dxgk::check::Violation;
use dxgk::irql::{AtMostDispatch, Passive};
use dxgk::kernel::{Kernel, PageBlock, RegisterWidth};
use dxgk::memory::RectCopy;
use dxgk::status::Status;
use port::machine::{Machine, Pool, irql as level};
use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What the driver waits between two looks, in units of 100 ns.
const STEP: u64 = 500;

static MACHINE: RwLock<Option<&'static dyn Machine>> = RwLock::new(None);
/// How much faster the driver's clock runs than the machine's.
static HASTE: AtomicU64 = AtomicU64::new(1);
/// How long the clock ticks that ends the driver's sleeps, in units of 100 ns of its time.
static TICK: AtomicU64 = AtomicU64::new(1);
static SLEPT: AtomicU64 = AtomicU64::new(0);
/// Whether there are no pages left.
static EXHAUSTED: AtomicBool = AtomicBool::new(false);
static OBJECTS: AtomicU64 = AtomicU64::new(0);
static MISTAKES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Makes `machine` the one that the driver's services go to.
pub fn install(machine: &'static dyn Machine) {
    *MACHINE.write() = Some(machine);
}

/// The machine that is installed.
fn machine() -> Option<&'static dyn Machine> {
    *MACHINE.read()
}

/// Makes the driver's clock run so many times faster than the machine's, and its waits that much shorter, so that a test of
/// its timeouts takes no longer than it must. 1 is as it should be; 0 is taken for that.
pub fn hurry(factor: u32) {
    HASTE.store(u64::from(factor.max(1)), Ordering::SeqCst);
}

/// Lets every sleep of the driver end at a tick of a clock that ticks that often, in units of 100 ns of the driver's time.
/// Windows' usual 15.6 ms are 156 250. 1 is as exact as the machine is; 0 is taken for that.
pub fn tick(every: u64) {
    TICK.store(every.max(1), Ordering::SeqCst);
}

/// How long the driver has asked to sleep, in all, in units of 100 ns of its time: what was asked for, rounded up to ticks. It does
/// not depend on how busy the host is.
pub fn slept() -> u64 {
    SLEPT.load(Ordering::SeqCst)
}

/// Lets every allocation of pages fail from now on, or ends that.
pub fn exhaust(exhausted: bool) {
    EXHAUSTED.store(exhausted, Ordering::SeqCst);
}

/// The caller's IRQL; PASSIVE_LEVEL without a machine.
pub fn irql() -> u8 {
    machine().map_or(level::PASSIVE_LEVEL, |machine| machine.irql())
}

/// What the driver holds: pages, and events, mutexes and register mappings as "others". For [`Machine::pool`].
pub fn held() -> Pool {
    let pages = MEMORY.held();
    Pool {
        others: pages.others + OBJECTS.load(Ordering::SeqCst) + mapping::live() as u64,
        ..pages
    }
}

/// What the driver did with these services that it must not, since the last call; one line each.
pub fn take_mistakes() -> Vec<String> {
    exempt(|| std::mem::take(&mut *MISTAKES.lock()))
}

fn mistake(what: fmt::Arguments<'_>) {
    exempt(|| {
        let mut mistakes = MISTAKES.lock();
        mistakes.push(what.to_string());
    });
}

/// Notes a call above the IRQL that its service allows.
fn at_most(limit: u8, service: &str) {
    let now = irql();
    if now > limit {
        mistake(format_args!(
            "{service} at IRQL {now}, expected at most {limit}"
        ));
    }
}

/// The driver's time in units of 100 ns.
fn now() -> u64 {
    machine().map_or(0, |machine| machine.now()) * HASTE.load(Ordering::SeqCst)
}

fn wait_a_step() {
    match machine() {
        Some(machine) => machine.delay(STEP),
        None => std::thread::sleep(std::time::Duration::from_micros(STEP / 10)),
    }
}

/// The kernel of the hosted machine.
#[derive(Debug)]
pub enum SimKernel {}

/// A KEVENT, or a KMUTEX made of one: set or not.
#[derive(Debug)]
pub struct Object(AtomicBool);

impl Object {
    fn new(set: bool) -> Option<Self> {
        OBJECTS.fetch_add(1, Ordering::SeqCst);
        Some(Self(AtomicBool::new(set)))
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        OBJECTS.fetch_sub(1, Ordering::SeqCst);
    }
}

// SAFETY: each service does what the trait says: pages are `MEMORY`'s and nobody else's, `flush_queued_dpcs` is the
// machine's barrier, a register access reaches the device, and a mutex is held by one thread at a time.
unsafe impl Kernel for SimKernel {
    type Event = Object;
    type Mutex = Object;

    unsafe fn read_register<T: RegisterWidth>(register: NonNull<T>) -> T {
        T::truncate(mapping::read(register.as_ptr().addr(), size_of::<T>()))
    }

    unsafe fn write_register<T: RegisterWidth>(register: NonNull<T>, value: T) {
        mapping::write(register.as_ptr().addr(), size_of::<T>(), value.into());
    }

    fn violation(violation: Violation) {
        mistake(format_args!("{violation}"));
    }

    fn current_irql() -> u8 {
        irql()
    }

    fn time() -> u64 {
        now()
    }

    fn delay(_: &Passive<'_>, microseconds: u32) {
        at_most(level::PASSIVE_LEVEL, "a delay");
        exempt(|| {
            if let Some(machine) = machine() {
                let asked = u64::from(microseconds) * 10;
                // Up to a tick, and never less than asked for.
                let until_tick = asked.next_multiple_of(TICK.load(Ordering::SeqCst));
                SLEPT.fetch_add(until_tick, Ordering::SeqCst);
                machine.delay(until_tick / HASTE.load(Ordering::SeqCst));
            }
        });
    }

    fn see_every_processor(_: &mut Passive<'_>) {
        at_most(level::PASSIVE_LEVEL, "a look at every processor");
        exempt(|| {
            if let Some(machine) = machine() {
                machine.see_every_processor();
            }
        });
    }

    fn flush_queued_dpcs(_: &Passive<'_>) {
        at_most(level::PASSIVE_LEVEL, "a flush of DPCs");
        exempt(|| {
            if let Some(machine) = machine() {
                machine.flush_deferred();
            }
        });
    }

    unsafe fn allocate_pages(_: &Passive<'_>, pages: usize) -> Option<PageBlock> {
        at_most(level::PASSIVE_LEVEL, "an allocation of pages");
        if EXHAUSTED.load(Ordering::SeqCst) {
            return None;
        }
        exempt(|| {
            let block = MEMORY.allocate(pages)?;
            let base = block.base();
            let handle = NonNull::from(Box::leak(Box::new(block))).cast();
            Some(PageBlock {
                base,
                pages,
                handle,
            })
        })
    }

    unsafe fn page_address(block: &PageBlock, index: usize) -> u64 {
        // SAFETY: the handle is the block that `allocate_pages` leaked, and it has not been freed.
        let block = unsafe { block.handle.cast::<Block>().as_ref() };
        block.address(index).unwrap_or_else(|| {
            mistake(format_args!(
                "page_address of page {index}, which the block does not have"
            ));
            0
        })
    }

    unsafe fn free_pages(block: &PageBlock) {
        at_most(level::PASSIVE_LEVEL, "the freeing of pages");
        // SAFETY: leaked by `allocate_pages`; the caller frees it once, and nobody uses it any more.
        exempt(|| unsafe { MEMORY.free(*Box::from_raw(block.handle.cast::<Block>().as_ptr())) });
    }

    unsafe fn copy(_: &Passive<'_>, copy: &RectCopy) -> Result<(), Status> {
        at_most(level::PASSIVE_LEVEL, "a copy from memory that may fault");
        let read = |from, to: &mut [u8]| {
            fault::read(from, to).map_err(|fault::Faulted| Status::ACCESS_VIOLATION)
        };
        // SAFETY: the caller's promise.
        exempt(|| unsafe { copy.run(read) })
    }

    unsafe fn new_event(_: &Passive<'_>) -> Option<Object> {
        Object::new(false)
    }

    fn set_event(_: &impl AtMostDispatch, event: &Object) {
        at_most(level::DISPATCH_LEVEL, "KeSetEvent");
        event.0.store(true, Ordering::Release);
    }

    fn clear_event(_: &impl AtMostDispatch, event: &Object) {
        at_most(level::DISPATCH_LEVEL, "KeClearEvent");
        event.0.store(false, Ordering::Release);
    }

    fn wait_event(_: &Passive<'_>, event: &Object, microseconds: u32) -> bool {
        at_most(level::PASSIVE_LEVEL, "a wait");
        let end = now().saturating_add(u64::from(microseconds) * 10);
        exempt(|| {
            loop {
                if event.0.load(Ordering::Acquire) {
                    return true;
                }
                if now() >= end {
                    return false;
                }
                wait_a_step();
            }
        })
    }

    unsafe fn new_mutex(_: &Passive<'_>) -> Option<Object> {
        Object::new(true)
    }

    fn lock_mutex(_: &Passive<'_>, mutex: &Object) {
        at_most(level::PASSIVE_LEVEL, "a wait for a mutex");
        while !mutex.0.swap(false, Ordering::Acquire) {
            exempt(wait_a_step);
        }
    }

    unsafe fn unlock_mutex(mutex: &Object) {
        at_most(level::DISPATCH_LEVEL, "the release of a mutex");
        mutex.0.store(true, Ordering::Release);
    }
}
