//! The machine-readable end of a run.
use core::fmt;
/// Writes the summary of a run that a bugcheck ended.
pub fn finish_after_bugcheck(_code: u32, _parameters: [u64; 4], _why: fmt::Arguments<'_>) {}
