//! The log on COM1: one line an entry, with the time since start and the processor.
//!
//! Usable at any IRQL and before the processors have their per-processor state. Never allocates.

use core::fmt::{self, Write};

use super::clock;
use super::serial::{COM1, Serial};
use crate::cpu;
use crate::sync::Lock;

struct Out(Serial);

impl Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0.send(byte);
        }
        Ok(())
    }
}

static OUT: Lock<Out> = Lock::new(Out(COM1));

/// Writes one line: time, processor, text.
pub fn line(text: fmt::Arguments<'_>) {
    let milliseconds = clock::since_start() / 10_000;
    let mut out = OUT.lock();
    // Errors can't happen: the port takes every byte.
    let _ = write!(
        out,
        "[{:3}.{:03} ",
        milliseconds / 1000,
        milliseconds % 1000
    );
    let _ = match cpu::try_index() {
        Some(index) => write!(out, "p{index}] "),
        None => out.write_str("--] "),
    };
    let _ = out.write_fmt(text);
    let _ = out.write_str("\r\n");
}

/// Writes text as it is, in one piece: for the machine-readable lines.
pub fn raw(text: fmt::Arguments<'_>) {
    let mut out = OUT.lock();
    let _ = out.write_fmt(text);
    let _ = out.write_str("\r\n");
}

/// Frees the log's lock whoever holds it.
///
/// # Safety
/// As [`Lock::break_open`]: the other processors have been stopped.
pub unsafe fn break_open() {
    // SAFETY: passed on to the caller.
    unsafe { OUT.break_open() };
}

/// Writes one line to the log: `log!("{} processors", n)`.
#[macro_export]
macro_rules! log {
    ($($argument:tt)*) => { $crate::devices::log::line(format_args!($($argument)*)) };
}
