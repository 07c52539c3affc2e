//! The benchmark's pairs as a kernel image, built the way vgpudod.sys is and loaded by the rig into ring 0.
//!
//! Its DriverEntry counts the instructions of each pair with the time-stamp counter, which under QEMU's `-icount` advances by
//! the same amount with each instruction, and prints the figures with DbgPrint. It never registers with the port driver: the
//! pairs bring a port of their own, so that both ways pay the same few instructions below them.
#![cfg(windows)]
#![no_std]

extern crate wdk_panic;

mod count;

use core::ffi::{CStr, c_void};

use bench::adapter::{self, Sources};
use bench::pairs::{self, Callback, Closure, Extension, Visitor, Words};
use dxgk::interrupt::Interrupts;
use dxgk::irql::Passive;

use count::{Counter, Unsteady};

/// The driver's global allocator.
#[global_allocator]
static ALLOCATOR: wdk_alloc::WdkAllocator = wdk_alloc::WdkAllocator;

const STATUS_SUCCESS: i32 = 0;
const STATUS_UNSUCCESSFUL: i32 = 0xC000_0001_u32.cast_signed();

// Named here, since the driver imports no such function and the library that it is linked with lists what it imports.
#[link(name = "ntoskrnl.exe", kind = "raw-dylib", modifiers = "+verbatim")]
unsafe extern "C" {
    /// ntoskrnl.exe's.
    fn DbgPrint(format: *const u8, ...) -> i32;
}

/// Prints a line for `cargo xtask bench sync`: what it is about, and two figures.
fn print(what: &CStr, name: &str, [one, other]: [u64; 2]) {
    // SAFETY: the format takes a string, a length with characters, and two 64-bit numbers.
    unsafe {
        DbgPrint(
            c"%s %.*s %llu %llu\n".as_ptr().cast(),
            what.as_ptr(),
            u32::try_from(name.len()).unwrap_or(0),
            name.as_ptr(),
            one,
            other,
        );
    }
}

/// Counts each pair and prints what it counted.
struct Counts<'a, 'b> {
    interrupts: &'a Interrupts<Sources>,
    counter: Counter<'a, 'b>,
    extension: Extension,
    /// Whether every count was the same each time.
    steady: bool,
}

impl Visitor for Counts<'_, '_> {
    fn pair<R>(&mut self, name: &'static str, closure: Closure<R>, callback: Callback<R>) {
        let counted = self
            .counter
            .closure(closure, self.interrupts)
            .and_then(|closure| {
                let callback = self.counter.callback(callback, &mut self.extension)?;
                Ok([closure, callback])
            });
        self.say(c"pair", name, counted);
    }
}

impl Counts<'_, '_> {
    fn say(&mut self, what: &CStr, name: &str, counted: Result<[u64; 2], Unsteady>) {
        match counted {
            Ok(counted) => print(what, name, counted),
            Err(Unsteady(first, then)) => {
                self.steady = false;
                print(c"unsteady", name, [first, then]);
            }
        }
    }
}

fn run(interrupts: &Interrupts<Sources>, irql: &mut Passive<'_>) -> i32 {
    let stack = pairs::stack(interrupts, irql);
    print(
        c"stack",
        stack.name,
        [stack.closure as u64, stack.callback as u64],
    );
    let mut words: Words = [1, 2, 3, 4];
    let mut counts = Counts {
        interrupts,
        counter: Counter::new(irql, &mut words),
        extension: Extension::new(),
        steady: true,
    };
    let known = counts.counter.known();
    counts.say(c"known", "loop", known);
    pairs::each(&mut counts);
    if counts.steady {
        STATUS_SUCCESS
    } else {
        STATUS_UNSUCCESSFUL
    }
}

/// The image's entry point.
#[unsafe(export_name = "DriverEntry")]
extern "system" fn driver_entry(_: *mut c_void, _: *const c_void) -> i32 {
    adapter::with_started(run).unwrap_or(STATUS_UNSUCCESSFUL)
}
