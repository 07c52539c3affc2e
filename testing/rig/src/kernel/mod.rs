//! What the driver image links to: stand-ins for ntoskrnl.exe and WDFLDR.SYS, only as far as imports.tsv asks.

pub mod report;
pub mod run;
pub mod table;

use port::machine::Pool;

/// What the driver holds and has not given back.
pub fn held() -> Pool {
    Pool::default()
}
