//! The pairs on the host, for callgrind, which counts the instructions of each function by its name. Each is called [`CALLS`]
//! times; what callgrind does not know is printed.

use std::hint::black_box;

use bench::adapter::{self, Sources};
use bench::pairs::{self, Callback, Closure, Extension, Visitor, Words};
use dxgk::interrupt::Interrupts;
use dxgk::irql::Passive;

/// How often each function is called in a run.
const CALLS: u64 = 1000;

struct Calls<'a, 'b> {
    interrupts: &'a Interrupts<Sources>,
    irql: &'a mut Passive<'b>,
    extension: Extension,
    words: Words,
}

impl Visitor for Calls<'_, '_> {
    fn pair<R>(&mut self, _: &'static str, closure: Closure<R>, callback: Callback<R>) {
        // Of a function that is called through a pointer the compiler knows neither caller nor arguments, as of a driver's.
        let (closure, callback) = (black_box(closure), black_box(callback));
        for _ in 0..CALLS {
            black_box(closure(self.interrupts, self.irql, &mut self.words));
            // SAFETY: the extension is this one's own.
            black_box(unsafe { callback(&raw mut self.extension, self.irql, &mut self.words) });
        }
    }
}

fn main() {
    let stack = adapter::with_started(|interrupts, irql| {
        let mut calls = Calls {
            interrupts,
            irql: &mut *irql,
            extension: Extension::new(),
            words: [1, 2, 3, 4],
        };
        pairs::each(&mut calls);
        pairs::stack(interrupts, irql)
    });
    let Some(stack) = stack else {
        eprintln!("error: the adapter did not start");
        std::process::exit(1);
    };
    println!("calls {CALLS}");
    println!("stack {} {} {}", stack.name, stack.closure, stack.callback);
}
