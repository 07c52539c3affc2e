//! What the driver image links to: stand-ins for ntoskrnl.exe and WDFLDR.SYS, as far as imports.tsv asks, each with its
//! documented IRQL checked; and the run itself.
//!
//! The exports are called by the driver, through addresses: like the kernel's own they trust their pointers, and a bad one is
//! a page fault and so a bugcheck.

pub mod channel;
pub mod crt;
pub mod debug;
pub mod dpc;
pub mod etw;
pub mod io;
pub mod ke;
pub mod mm;
pub mod objects;
pub mod pool;
pub mod probes;
pub mod registry;
pub mod report;
pub mod rtl;
pub mod rules;
pub mod run;
pub mod stress;
pub mod table;
pub mod user;
pub mod wdf;

use port::machine::Pool;

/// What the driver holds and has not given back.
pub fn held() -> Pool {
    let others = ke::held() + mm::held() + io::held() + objects::held() + etw::held();
    Pool {
        others,
        ..pool::held()
    }
}
