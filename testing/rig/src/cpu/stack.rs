//! Stacks: guard pages on both sides, a pattern to find the high-water mark, and the switch to another stack.

use core::ffi::c_void;

use alloc::vec::Vec;

use crate::memory::PAGE;
use crate::memory::blocks::{self, Kind};
use crate::memory::paging;
use crate::sync::Lock;

/// A kernel stack of x64 Windows: 24 KiB.
pub const KERNEL_STACK_PAGES: usize = 6;

/// What an untouched word of a stack holds.
pub const PATTERN: u64 = 0x5AC4_0FF5_5AC4_0FF5;

/// A stack. Never freed: the kernel stacks are kept for the next call.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    bottom: u64,
    pages: usize,
}

impl Stack {
    /// A new stack, filled with the pattern.
    ///
    /// # Panics
    /// When memory is used up.
    pub fn allocate(pages: usize) -> Self {
        let bottom = blocks::allocate(Kind::Stack, pages).expect("memory for a stack");
        let stack = Self {
            bottom: bottom.as_u64(),
            pages,
        };
        // SAFETY: fresh memory of this size that nothing uses yet.
        unsafe { stack.words(stack.words_count()) }.fill(PATTERN);
        stack
    }

    /// The address above the highest word; a multiple of 16.
    pub fn top(&self) -> u64 {
        self.bottom + (self.pages * PAGE) as u64
    }

    fn words_count(&self) -> usize {
        self.pages * PAGE / 8
    }

    /// The lowest `count` words.
    ///
    /// # Safety
    /// No other reference to them may exist, and nothing may run on that part of the stack.
    unsafe fn words(&self, count: usize) -> &'static mut [u64] {
        // SAFETY: the block is mapped for good and aligned; the rest is the caller's promise.
        unsafe { core::slice::from_raw_parts_mut(self.bottom as *mut u64, count) }
    }

    /// The most bytes that were ever used since the pattern was last laid.
    pub fn high_water(&self) -> usize {
        let mut untouched = 0;
        while untouched < self.words_count() {
            let word = (self.bottom as usize + untouched * 8) as *const u64;
            // SAFETY: inside the block. Volatile, since something may be running on the stack.
            if unsafe { word.read_volatile() } != PATTERN {
                break;
            }
            untouched += 1;
        }
        (self.words_count() - untouched) * 8
    }

    /// Lays the pattern again on the `used` highest bytes.
    ///
    /// # Safety
    /// Nothing may run on the stack.
    unsafe fn clean(&self, used: usize) {
        let count = self.words_count();
        // SAFETY: passed on to the caller.
        let words = unsafe { self.words(count) };
        words[count - used / 8..].fill(PATTERN);
    }
}

/// Most pages that a stack may have below a place in it.
const MOST_PAGES: u64 = 64;

/// The lowest address of the stack that `place` is in: a guard page is below. `None` if this is no stack of the rig's.
pub fn bottom(place: u64) -> Option<u64> {
    let page = PAGE as u64;
    let mut bottom = place & !(page - 1);
    for _ in 0..MOST_PAGES {
        let below = bottom.checked_sub(page)?;
        if paging::translate(x86_64::VirtAddr::try_new(below).ok()?).is_none() {
            return Some(bottom);
        }
        bottom = below;
    }
    None
}

/// Bytes that this function and its caller may use of the stack before it looks.
const OWN_USE: u64 = 1024;

/// The lowest address of the stack below `place` that was ever used, or `place` itself if none was or this is no stack of the rig's.
/// If it runs on that stack, what lies among its own frames is not looked at.
pub extern "C" fn lowest_used(place: u64) -> u64 {
    let here = (&raw const place) as u64;
    let Some(bottom) = bottom(place) else {
        return place;
    };
    let mut at = bottom;
    // SAFETY: from the bottom up to `place` the stack is mapped. Volatile, since it is in use.
    while at < place && unsafe { (at as *const u64).read_volatile() } == PATTERN {
        at += 8;
    }
    let own = (bottom..place).contains(&here);
    if own && at + OWN_USE >= here {
        place
    } else {
        at
    }
}

static FREE: Lock<Vec<Stack>> = Lock::new(Vec::new());

/// Calls `routine(context)` on a kernel stack and returns the most bytes of it that were used. PASSIVE_LEVEL.
///
/// # Safety
/// `routine` must be safe to call with `context`.
pub unsafe fn call_measured(routine: fn(*mut c_void), context: *mut c_void) -> usize {
    let stack = take();
    let mut call = Call { routine, context };
    // SAFETY: the stack is ours alone; `run` gets the structure it expects, which outlives the call.
    unsafe { switch_and_call(core::ptr::from_mut(&mut call).cast(), run, stack.top()) };
    // SAFETY: the call has returned.
    unsafe { give_back(stack) }
}

/// A kernel stack for the caller alone.
pub fn take() -> Stack {
    let free = FREE.lock().pop();
    free.unwrap_or_else(|| Stack::allocate(KERNEL_STACK_PAGES))
}

/// Gives a kernel stack back; returns the most bytes of it that were used.
///
/// # Safety
/// It came from [`take`], and nothing runs on it any more.
pub unsafe fn give_back(stack: Stack) -> usize {
    let used = stack.high_water();
    // SAFETY: the caller's promise.
    unsafe { stack.clean(used) };
    FREE.lock().push(stack);
    used
}

struct Call {
    routine: fn(*mut c_void),
    context: *mut c_void,
}

extern "C" fn run(call: *mut c_void) {
    // SAFETY: `call_measured` passes a `Call` that lives until this returns.
    let call = unsafe { &*call.cast::<Call>() };
    (call.routine)(call.context);
}

/// Calls `routine(context)` with the stack pointer at `top`.
///
/// # Safety
/// `top` must be 16-byte aligned and end a stack that nothing else uses; `routine` must be safe to call.
#[unsafe(naked)]
pub unsafe extern "C" fn switch_and_call(
    context: *mut c_void,
    routine: extern "C" fn(*mut c_void),
    top: u64,
) {
    core::arch::naked_asm!(
        // The frame pointer keeps the old stack; it is preserved by the callee and tells a debugger the way back.
        "push rbp",
        "mov rbp, rsp",
        "mov rsp, r8",
        "sub rsp, 32",
        "call rdx",
        "mov rsp, rbp",
        "pop rbp",
        "ret",
    )
}

/// Leaves the present stack for good and runs `routine` on the one that ends at `top`.
///
/// # Safety
/// As [`switch_and_call`]; nothing on the old stack may be needed any more except by pointer.
#[unsafe(naked)]
pub unsafe extern "C" fn switch_for_good(
    context: *mut c_void,
    routine: extern "C" fn(*mut c_void) -> !,
    top: u64,
) -> ! {
    core::arch::naked_asm!(
        "mov rsp, r8",
        "xor ebp, ebp",
        "sub rsp, 32",
        "call rdx",
        "ud2"
    )
}
