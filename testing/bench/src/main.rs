//! What a synchronized closure costs, beside the callback one would write by hand.
//!
//! Each pair does the same work under the same port: once through `Interrupts::synchronize`, once through an
//! `extern "system"` callback with a `*mut c_void` context that checks the status and the BOOLEAN. The functions of a pair
//! are not inlined and keep their names, so that callgrind can count the instructions of each, and a disassembler can look
//! at them. Each is called [`CALLS`] times.

mod adapter;
mod pairs;
mod port;

use dxgk::irql::Passive;

/// How often each function is called in a run.
const CALLS: u64 = 1000;

fn main() {
    let mut total = 0u64;
    let stack = adapter::with_started(|interrupts, irql: &mut Passive<'_>| {
        for call in 0..CALLS {
            total = total.wrapping_add(pairs::run_all(interrupts, irql, call));
        }
        pairs::stack(interrupts, irql)
    });
    // One line per pair: name, stack of the closure's way, stack of the callback's way, in bytes.
    println!("calls {CALLS}");
    for (name, closure, callback) in stack {
        println!("stack {name} {closure} {callback}");
    }
    // The work is real: it is printed.
    println!("total {total}");
}
