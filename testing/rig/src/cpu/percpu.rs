//! Per-processor state, found through GS.
//!
//! A driver built for Windows does not touch GS by itself (in the kernel it would be the KPCR, which no import of the
//! driver's reaches directly), so the rig is free to use it.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use port::machine::Deferred;
use x86_64::VirtAddr;
use x86_64::registers::model_specific::GsBase;

use super::jobs::Queued;
use super::stack::Stack;
use super::threads::{Thread, Threads};
use crate::sync::Lock;

/// The most processors the rig starts.
pub const MOST: usize = 64;

/// One processor's state. The first fields are known to the entry code by offset.
#[derive(Debug)]
#[repr(C)]
pub struct Processor {
    /// GS:0, the address of this structure.
    own_address: u64,
    /// GS:8, how many device interrupts are nested now.
    pub interrupt_depth: AtomicU32,
    /// GS:12, the processor's number.
    index: u32,
    /// GS:16, top of the stack for interrupts.
    interrupt_stack: u64,
    /// GS:24, top of the stack for deferred calls.
    deferred_stack: u64,
    /// Local APIC id.
    pub apic_id: u8,
    /// Runs its idle loop or its program thread: it may be sent interrupts.
    pub online: AtomicBool,
    /// Count of unmappings at its last flush of translations.
    pub unmappings_seen: AtomicU64,
    /// Deferred calls not yet begun.
    pub deferred: Lock<VecDeque<Deferred>>,
    /// Deferred calls begun or waiting.
    pub deferred_busy: AtomicU32,
    /// Jobs not yet begun.
    pub jobs: Lock<VecDeque<Queued>>,
    /// Jobs begun and not ended: one that waits lets the next begin.
    pub job_depth: AtomicU32,
    /// The driver's threads that belong to this processor.
    pub threads: Threads,
    /// The one that runs; NULL while none does.
    pub thread: AtomicPtr<Thread>,
    /// Stack pointer of the routine that resumed it.
    pub resumer: AtomicU64,
    /// The unwindings that are under way in what runs, see `kernel::seh`.
    pub unwinding: AtomicPtr<c_void>,
    /// What runs is attached to the process, see `memory::process`.
    pub attached: AtomicBool,
    /// The next clock interrupt was brought forward.
    pub early_tick: AtomicBool,
    /// Clock interrupts taken.
    pub ticks: AtomicU64,
    /// Stacks, kept for their high-water marks.
    pub stacks: Stacks,
}

// SAFETY: the pointers are to threads, which only their own processor resumes and frees; the rest is atomic or locked.
unsafe impl Sync for Processor {}
// SAFETY: as above.
unsafe impl Send for Processor {}

/// The stacks of one processor.
#[derive(Debug)]
pub struct Stacks {
    /// Device interrupts.
    pub interrupt: Stack,
    /// Deferred calls.
    pub deferred: Stack,
    /// Double fault, other exceptions and NMI, each a known good one.
    pub faults: [Stack; 3],
    /// The program thread.
    pub thread: Stack,
}

/// Offset of [`Processor::interrupt_depth`] for the entry code.
pub const DEPTH: usize = core::mem::offset_of!(Processor, interrupt_depth);
/// Offset of the interrupt stack's top for the entry code.
pub const INTERRUPT_STACK: usize = core::mem::offset_of!(Processor, interrupt_stack);
/// Offset of the deferred calls' stack's top for the entry code.
pub const DEFERRED_STACK: usize = core::mem::offset_of!(Processor, deferred_stack);

static PROCESSORS: [AtomicPtr<Processor>; MOST] =
    [const { AtomicPtr::new(core::ptr::null_mut()) }; MOST];
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Most deferred calls one processor can have waiting; the port promises fewer.
pub const MOST_DEFERRED: usize = 64;

/// Makes the state of the next processor. Only the first processor calls this, while it starts the others.
pub fn add(apic_id: u8) -> &'static Processor {
    let index = COUNT.load(Ordering::Relaxed);
    let stacks = Stacks {
        interrupt: Stack::allocate(super::stack::KERNEL_STACK_PAGES),
        deferred: Stack::allocate(super::stack::KERNEL_STACK_PAGES),
        faults: core::array::from_fn(|_| Stack::allocate(8)),
        thread: Stack::allocate(64),
    };
    let processor = Box::leak(Box::new(Processor {
        own_address: 0,
        interrupt_depth: AtomicU32::new(0),
        index,
        interrupt_stack: stacks.interrupt.top(),
        deferred_stack: stacks.deferred.top(),
        apic_id,
        online: AtomicBool::new(false),
        unmappings_seen: AtomicU64::new(0),
        deferred: Lock::new(VecDeque::with_capacity(MOST_DEFERRED)),
        deferred_busy: AtomicU32::new(0),
        jobs: Lock::new(VecDeque::with_capacity(64)),
        job_depth: AtomicU32::new(0),
        threads: Lock::new(Vec::with_capacity(64)),
        thread: AtomicPtr::new(core::ptr::null_mut()),
        resumer: AtomicU64::new(0),
        unwinding: AtomicPtr::new(core::ptr::null_mut()),
        attached: AtomicBool::new(false),
        early_tick: AtomicBool::new(false),
        ticks: AtomicU64::new(0),
        stacks,
    }));
    processor.own_address = core::ptr::from_ref(processor) as u64;
    PROCESSORS[index as usize].store(processor, Ordering::Release);
    COUNT.store(index + 1, Ordering::Release);
    processor
}

impl Processor {
    /// The processor's number, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Makes this state that of the running processor.
    ///
    /// # Safety
    /// Once, on the processor that the state was made for.
    pub unsafe fn install(&'static self) {
        GsBase::write(VirtAddr::from_ptr(self));
    }
}

/// The state of processor `index`.
pub fn get(index: u32) -> Option<&'static Processor> {
    let pointer = PROCESSORS.get(index as usize)?.load(Ordering::Acquire);
    // SAFETY: only leaked, initialized structures are ever stored.
    unsafe { pointer.as_ref() }
}

/// All processors.
pub fn all() -> impl Iterator<Item = &'static Processor> {
    (0..count()).filter_map(get)
}

/// Number of processors.
pub fn count() -> u32 {
    COUNT.load(Ordering::Acquire)
}

/// The running processor's state; `None` before it is installed.
pub fn try_current() -> Option<&'static Processor> {
    let address = GsBase::read();
    if address.is_null() {
        return None;
    }
    // SAFETY: GS is written only by `install`, with a leaked structure (the firmware leaves it 0).
    unsafe { address.as_ptr::<Processor>().as_ref() }
}

/// The running processor's state.
///
/// # Panics
/// Before it is installed: an error of the rig.
pub fn current() -> &'static Processor {
    try_current().expect("per-processor state is installed")
}

/// Number of the running processor; `None` before its state is installed.
pub fn try_index() -> Option<u32> {
    try_current().map(Processor::index)
}

/// Number of the running processor.
pub fn index() -> u32 {
    current().index
}

/// The oldest count of unmappings that any processor may still have cached translations from.
pub fn least_unmappings_seen() -> u64 {
    all()
        .filter(|processor| processor.online.load(Ordering::Relaxed))
        .map(|processor| processor.unmappings_seen.load(Ordering::Acquire))
        .min()
        .unwrap_or(0)
}
