//! Counts the instructions of one call, from the callee's first to its return, everything below it included.
//!
//! The time-stamp counter is read before and after. What lies between it and the callee is the same code whichever function is
//! called, and a function of one instruction tells how much that is. Whether the counter counts instructions at all is seen
//! by a function whose instructions are known.

use core::ffi::c_void;
use core::hint::black_box;
use core::mem::MaybeUninit;

use bench::ICOUNT_SHIFT;
use bench::adapter::Sources;
use bench::pairs::{Callback, Closure, Extension, Words};
use dxgk::interrupt::Interrupts;
use dxgk::irql::Passive;

/// How often each call is counted; the figures must all be the same.
const TIMES: u32 = 100;

/// Rounds of the known function's loop.
const ROUNDS: u32 = 1000;
/// What the known function executes: sets its counter, counts down and jumps in each round, returns.
const KNOWN: u64 = 1 + 2 * ROUNDS as u64 + 1;
/// What the empty function executes: it returns.
const EMPTY: u64 = 1;

core::arch::global_asm!(
    ".p2align 4",
    ".globl bench_image_empty",
    "bench_image_empty:",
    "ret",
    ".p2align 4",
    ".globl bench_image_known",
    "bench_image_known:",
    "mov eax, {rounds}",
    "2:",
    "dec eax",
    "jnz 2b",
    "ret",
    rounds = const ROUNDS,
);

// Neither touches an argument or writes a result. Both return as every function for x64 does, and change no register that a
// caller may expect to find as it was.
unsafe extern "Rust" {
    #[link_name = "bench_image_empty"]
    fn empty(
        first: *const c_void,
        irql: &mut Passive<'_>,
        words: &mut Words,
    ) -> MaybeUninit<Option<()>>;
    #[link_name = "bench_image_known"]
    fn known(
        first: *const c_void,
        irql: &mut Passive<'_>,
        words: &mut Words,
    ) -> MaybeUninit<Option<()>>;
}

/// Any function of a pair: its first parameter is a pointer that it alone knows the type of.
type Way<R> = unsafe fn(*const c_void, &mut Passive<'_>, &mut Words) -> MaybeUninit<Option<R>>;

/// Two counts of one call that differ: something else ran in between, or the counter is a clock.
#[derive(Debug, Clone, Copy)]
pub struct Unsteady(pub u64, pub u64);

/// What the functions of the pairs are called with.
#[derive(Debug)]
pub struct Counter<'a, 'b> {
    irql: &'a mut Passive<'b>,
    words: &'a mut Words,
}

impl<'a, 'b> Counter<'a, 'b> {
    /// A counter of calls with these arguments.
    pub fn new(irql: &'a mut Passive<'b>, words: &'a mut Words) -> Self {
        Self { irql, words }
    }

    /// Counts a closure's way.
    ///
    /// # Errors
    ///
    /// The counts differ.
    pub fn closure<R>(
        &mut self,
        way: Closure<R>,
        interrupts: &Interrupts<Sources>,
    ) -> Result<u64, Unsteady> {
        // SAFETY: the types differ in a reference for a pointer and in MaybeUninit, neither of which changes how a function is called
        // (the documentation of `fn`, "ABI compatibility").
        let way = unsafe { core::mem::transmute::<Closure<R>, Way<R>>(way) };
        // SAFETY: the pointer is the reference that the closure's way wants.
        unsafe { self.steady(way, (&raw const *interrupts).cast()) }
    }

    /// Counts a callback's way.
    ///
    /// # Errors
    ///
    /// The counts differ.
    pub fn callback<R>(
        &mut self,
        way: Callback<R>,
        extension: &mut Extension,
    ) -> Result<u64, Unsteady> {
        // SAFETY: as for a closure's way; here a pointer becomes a pointer.
        let way = unsafe { core::mem::transmute::<Callback<R>, Way<R>>(way) };
        // SAFETY: the extension lives, and nothing else uses it meanwhile.
        unsafe { self.steady(way, (&raw mut *extension).cast_const().cast()) }
    }

    /// Counts the known function: what was counted, and what it executes.
    ///
    /// # Errors
    ///
    /// The counts differ.
    pub fn known(&mut self) -> Result<[u64; 2], Unsteady> {
        // SAFETY: the function uses none of its arguments.
        let counted = unsafe { self.steady::<()>(known, core::ptr::null()) }?;
        Ok([counted, KNOWN])
    }

    /// # Safety
    ///
    /// `first` is what `way` wants.
    unsafe fn steady<R>(&mut self, way: Way<R>, first: *const c_void) -> Result<u64, Unsteady> {
        // SAFETY: as in `closure`; what the result would be is never looked at.
        let nothing = unsafe { core::mem::transmute::<Way<()>, Way<R>>(empty) };
        let mut one = || {
            // SAFETY: the caller's promise, and a function that uses no argument.
            let (around, whole) = unsafe { (self.around(nothing, first), self.around(way, first)) };
            let ticks = whole.wrapping_sub(around);
            (ticks >> ICOUNT_SHIFT, ticks & ((1 << ICOUNT_SHIFT) - 1))
        };
        let first = one();
        for _ in 1..TIMES {
            let again = one();
            // A part of an instruction's time: the counter is a clock.
            if again != first || again.1 != 0 {
                return Err(Unsteady(first.0, again.0));
            }
        }
        Ok(first.0.wrapping_add(EMPTY))
    }

    /// How far the counter moves over a call of `way`. Interrupts are off meanwhile.
    ///
    /// # Safety
    ///
    /// `first` is what `way` wants.
    #[inline(never)]
    unsafe fn around<R>(&mut self, way: Way<R>, first: *const c_void) -> u64 {
        let way = black_box(way);
        let flags: u64;
        // SAFETY: reads the flags and turns interrupts off, which ring 0 may; they are restored below.
        unsafe { core::arch::asm!("pushfq", "pop {}", "cli", out(reg) flags) };
        // SAFETY: the counter may be read in ring 0.
        let before = unsafe { core::arch::x86_64::_rdtsc() };
        // SAFETY: the caller's promise.
        let result = unsafe { way(first, self.irql, self.words) };
        // SAFETY: as above.
        let after = unsafe { core::arch::x86_64::_rdtsc() };
        // SAFETY: the flags as they were.
        unsafe { core::arch::asm!("push {}", "popfq", in(reg) flags) };
        black_box(&result);
        after.wrapping_sub(before)
    }
}
