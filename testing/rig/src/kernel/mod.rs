//! What the driver image links to: stand-ins for ntoskrnl.exe, HAL.dll and WDFLDR.SYS, as far as this project's driver and those of
//! others that were run here ask, each with its documented IRQL checked; and the run itself.
//!
//! The exports are called by the driver, through addresses: like the kernel's own they trust their pointers, and a bad one is
//! a page fault and so a bugcheck.

pub mod channel;
pub mod connect;
pub mod contiguous;
pub mod counted;
pub mod crt;
pub mod debug;
pub mod dpc;
pub mod etw;
pub mod framework;
pub mod interlocked;
pub mod io;
pub mod iospace;
pub mod ke;
pub mod locks;
pub mod mdl;
pub mod mm;
pub mod objects;
pub mod pnp;
pub mod pool;
pub mod probes;
pub mod ps;
pub mod registry;
pub mod report;
pub mod rtl;
pub mod rules;
pub mod run;
pub mod seh;
pub mod spin;
pub mod stack;
pub mod stress;
pub mod strings;
pub mod table;
pub mod threads;
pub mod time;
pub mod timers;
pub mod traps;
pub mod user;
pub mod variables;
pub mod waits;
pub mod wdf;
pub mod wmi;

use core::fmt;

use port::machine::Pool;

/// Says what the driver holds besides pool and has not given back, one call for each thing.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    ke::leaks(say);
    mm::leaks(say);
    mdl::leaks(say);
    contiguous::leaks(say);
    iospace::leaks(say);
    io::leaks(say);
    connect::leaks(say);
    objects::leaks(say);
    counted::leaks(say);
    timers::leaks(say);
    etw::leaks(say);
}

/// What the driver holds and has not given back.
pub fn held() -> Pool {
    let mut others = 0;
    leaks(&mut |_| others += 1);
    Pool {
        others,
        ..pool::held()
    }
}
