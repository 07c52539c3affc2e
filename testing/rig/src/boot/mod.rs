//! From the firmware to running processors: read the files and tables, leave the firmware, take the machine over.

pub mod firmware;
mod takeover;

use crate::devices::exit::{Outcome, exit};
use crate::devices::log;
use crate::log;

/// The rig, from its entry point to the end of QEMU.
pub fn run() -> ! {
    crate::devices::serial::COM1.initialize();
    crate::devices::serial::COM2.initialize();
    match firmware::read() {
        Ok(found) => takeover::run(found),
        Err(why) => fail(format_args!("{why}")),
    }
}

/// Ends the run because the rig can't do its part.
pub fn fail(why: core::fmt::Arguments<'_>) -> ! {
    log!("rig: {why}");
    log::raw(format_args!("error: {why}"));
    exit(Outcome::Rig)
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    crate::bugcheck::bugcheck(
        crate::bugcheck::MANUALLY_INITIATED_CRASH,
        [0; 4],
        format_args!("the rig panicked: {info}"),
    )
}
