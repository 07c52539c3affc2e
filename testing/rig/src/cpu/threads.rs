//! The driver's system threads: coroutines with a kernel stack each, that run while their processor idles or waits.
//!
//! A thread belongs to one processor for its life. Its processor resumes it from [`super::idle`], whichever routine of the rig's or
//! of the driver's waits there, and gets the processor back when the thread waits or ends. So threads of different processors run
//! at the same time, and those of one processor take turns; none is preempted but by interrupts and deferred calls.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::stack::{self, Stack};
use super::{idle, irql, percpu};
use crate::devices::apic::{self, WAKE_VECTOR};
use crate::devices::clock;
use crate::sync::Lock;

/// No deadline.
const NEVER: u64 = u64::MAX;
/// Bytes of the state that FXSAVE writes, and eight to align the stack.
const VECTORS: u64 = 520;
/// Registers that the calling convention preserves.
const PRESERVED: u64 = 8;
/// The state of a new thread: x87 control word and MXCSR as Windows has them in the kernel.
const CONTROL_WORD: u64 = 0x027F;
const MXCSR: u32 = 0x1F80;

/// A thread.
#[derive(Debug)]
pub struct Thread {
    stack: Stack,
    routine: fn(context: usize),
    context: usize,
    /// What its owner calls it, for [`identity`].
    pub object: u64,
    /// RSP while it does not run.
    saved: AtomicU64,
    /// When its wait is over, 100 ns since start.
    deadline: AtomicU64,
    /// What [`idle::generation`] was when it last looked at what it waits for.
    seen: AtomicU64,
    /// IRQL to go on at.
    level: AtomicU8,
    /// 1: it has ended.
    ended: AtomicU32,
    /// Its unwindings that are under way, see `kernel::seh`.
    unwinding: AtomicPtr<c_void>,
}

/// Threads of each processor that have not ended.
pub type Threads = Lock<Vec<*mut Thread>>;

/// Most bytes of its kernel stack that any thread used.
pub static STACK: AtomicUsize = AtomicUsize::new(0);
/// The processor of the next thread.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Starts a thread at PASSIVE_LEVEL, on the next processor in turn. PASSIVE_LEVEL.
pub fn start(routine: fn(context: usize), context: usize, object: u64) {
    let stack = stack::take();
    // Not the first processor if there is another one: it runs the program.
    let turn = NEXT.fetch_add(1, Ordering::Relaxed);
    let others = percpu::count() - 1;
    let home = if others == 0 { 0 } else { 1 + turn % others };
    let thread = Box::into_raw(Box::new(Thread {
        stack,
        routine,
        context,
        object,
        saved: AtomicU64::new(prepare(&stack)),
        deadline: AtomicU64::new(0),
        seen: AtomicU64::new(0),
        level: AtomicU8::new(irql::PASSIVE_LEVEL),
        ended: AtomicU32::new(0),
        unwinding: AtomicPtr::new(core::ptr::null_mut()),
    }));
    if let Some(processor) = percpu::get(home) {
        processor.threads.lock().push(thread);
        apic::send(processor.apic_id, WAKE_VECTOR);
    }
}

/// Lays out a stack as [`switch`] leaves one, with [`begin`] as the place to go on and room for its callee's home places.
fn prepare(stack: &Stack) -> u64 {
    let place = stack.top() - 40;
    let rsp = place - PRESERVED * 8 - VECTORS;
    // SAFETY: fresh stack, and all of it inside.
    unsafe {
        core::ptr::write_bytes(rsp as *mut u8, 0, (place - rsp) as usize);
        (rsp as *mut u64).write(CONTROL_WORD);
        ((rsp + 24) as *mut u32).write(MXCSR);
        (place as *mut u64).write(begin as *const () as u64);
    }
    rsp
}

/// The first code of a thread, where [`switch`] returns to.
#[unsafe(naked)]
extern "C" fn begin() -> ! {
    core::arch::naked_asm!("call {first}", "ud2", first = sym first)
}

extern "C" fn first() -> ! {
    let thread = current().expect("a thread runs");
    (thread.routine)(thread.context);
    end()
}

/// The thread that the caller runs in; `None` in the program, a job, or an interrupt of those.
pub fn current() -> Option<&'static Thread> {
    let thread = percpu::current().thread.load(Ordering::Relaxed);
    // SAFETY: set only while the thread runs, and it is freed after that.
    unsafe { thread.as_ref() }
}

/// Names what runs: the thread's object, or a number of the processor's for the program and each job that it began meanwhile.
pub fn identity() -> u64 {
    match current() {
        Some(thread) => thread.object,
        None => {
            let processor = percpu::current();
            let depth = u64::from(processor.job_depth.load(Ordering::Relaxed));
            0xFFFF_FF00_0000_0000 | u64::from(processor.index()) << 16 | depth << 4
        }
    }
}

impl Thread {
    /// Waits until `done` or until the clock passes `deadline`; whether it was `done`. Only the thread itself, below DISPATCH_LEVEL.
    pub fn wait(&self, deadline: Option<u64>, done: impl Fn() -> bool) -> bool {
        loop {
            self.seen.store(idle::generation(), Ordering::Relaxed);
            if done() {
                return true;
            }
            if deadline.is_some_and(|deadline| clock::since_start() >= deadline) {
                return false;
            }
            self.deadline
                .store(deadline.unwrap_or(NEVER), Ordering::Relaxed);
            self.give_way();
        }
    }

    /// Goes back to whoever resumed it, and on from here when it is resumed again.
    fn give_way(&self) {
        let processor = percpu::current();
        self.level.store(irql::current(), Ordering::Relaxed);
        let base = processor.resumer.load(Ordering::Relaxed);
        // SAFETY: the resumer's stack waits in `resume`; this one is kept in `saved`.
        unsafe { switch(self.saved.as_ptr(), base) };
    }

    fn is_due(&self, generation: u64, now: u64) -> bool {
        self.deadline.load(Ordering::Relaxed) <= now
            || self.seen.load(Ordering::Relaxed) != generation
    }
}

/// Ends the running thread.
pub fn end() -> ! {
    if let Some(thread) = current() {
        thread.ended.store(1, Ordering::Relaxed);
        thread.give_way();
    }
    unreachable!("an ended thread was resumed, or there was none")
}

/// Resumes each thread of the running processor that has something to look at; whether there was one. Not in a thread, below
/// DISPATCH_LEVEL.
pub fn run_due() -> bool {
    let processor = percpu::current();
    let (generation, now) = (idle::generation(), clock::since_start());
    let mut ran = false;
    let mut index = 0;
    loop {
        let next = processor.threads.lock().get(index).copied();
        let Some(pointer) = next else { return ran };
        index += 1;
        // SAFETY: threads leave the list before they are freed, and only this processor takes them off.
        let thread = unsafe { &*pointer };
        if !thread.is_due(generation, now) {
            continue;
        }
        ran = true;
        resume(thread);
        if thread.ended.load(Ordering::Relaxed) != 0 {
            index -= 1;
            processor.threads.lock().remove(index);
            // SAFETY: it has ended, and nothing refers to it any more.
            let thread = unsafe { Box::from_raw(pointer) };
            // SAFETY: nothing runs on its stack any more.
            let used = unsafe { stack::give_back(thread.stack) };
            STACK.fetch_max(used, Ordering::Relaxed);
        }
    }
}

fn resume(thread: &Thread) {
    let processor = percpu::current();
    let level = irql::current();
    let pointer = core::ptr::from_ref(thread).cast_mut();
    // A thread that waits inside what it was resumed in can't be: threads only give way.
    let unwinding = processor
        .unwinding
        .swap(thread.unwinding.load(Ordering::Relaxed), Ordering::Relaxed);
    processor.thread.store(pointer, Ordering::Relaxed);
    irql::set(thread.level.load(Ordering::Relaxed));
    // SAFETY: `saved` is the stack that the thread left in `give_way`, or a prepared one; it comes back to this one.
    unsafe {
        switch(
            processor.resumer.as_ptr(),
            thread.saved.load(Ordering::Relaxed),
        );
    }
    irql::set(level);
    processor
        .thread
        .store(core::ptr::null_mut(), Ordering::Relaxed);
    thread.unwinding.store(
        processor.unwinding.swap(unwinding, Ordering::Relaxed),
        Ordering::Relaxed,
    );
}

/// When the first of the running processor's threads has to look again.
pub fn next_deadline() -> Option<u64> {
    let threads = percpu::current().threads.lock();
    threads
        .iter()
        // SAFETY: as in `run_due`.
        .map(|&thread| unsafe { (*thread).deadline.load(Ordering::Relaxed) })
        .min()
        .filter(|&deadline| deadline != NEVER)
}

/// Whether the running processor has a thread.
pub fn are_here() -> bool {
    !percpu::current().threads.lock().is_empty()
}

/// Saves what the calling convention preserves, keeps RSP in `save`, and goes on at the stack `to`, which another such call left.
///
/// # Safety
/// `to` must be a stack that this function or [`prepare`] left and that nothing else runs on.
#[unsafe(naked)]
unsafe extern "C" fn switch(save: *mut u64, to: u64) {
    core::arch::naked_asm!(
        "push rbx",
        "push rbp",
        "push rsi",
        "push rdi",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, {vectors}",
        "fxsave64 [rsp]",
        "mov [rcx], rsp",
        "mov rsp, rdx",
        "fxrstor64 [rsp]",
        "add rsp, {vectors}",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rdi",
        "pop rsi",
        "pop rbp",
        "pop rbx",
        "ret",
        vectors = const VECTORS,
    )
}
