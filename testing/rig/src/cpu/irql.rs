//! IRQL is CR8: the processor's own task priority, which masks interrupts whose vector's upper half is not above it.
//!
//! A driver may read and write CR8 inline, as Windows' headers do; nothing here keeps a copy.

use core::arch::asm;

pub use port::machine::irql::{APC_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL};

/// IRQL of the clock interrupt.
pub const CLOCK_LEVEL: u8 = 13;
/// IRQL of interrupts between processors.
pub const IPI_LEVEL: u8 = 14;

/// The running processor's IRQL.
pub fn current() -> u8 {
    let level: u64;
    // SAFETY: reading CR8 has no effect.
    unsafe { asm!("mov {}, cr8", out(reg) level, options(nomem, nostack, preserves_flags)) };
    level as u8
}

/// Sets the running processor's IRQL; interrupts that become possible arrive at once.
pub fn set(level: u8) {
    // SAFETY: any value of 4 bits is valid; the masked interrupts' routines are made to run at any such point.
    unsafe {
        asm!("mov cr8, {}", in(reg) u64::from(level & 15), options(nostack, preserves_flags))
    };
}

/// Raises the IRQL to `to` and returns the old one; a lower `to` is a bug of the caller and bugchecks.
pub fn raise(to: u8) -> u8 {
    let old = current();
    if to < old {
        crate::bugcheck::bugcheck(
            crate::bugcheck::IRQL_NOT_GREATER_OR_EQUAL,
            [u64::from(old), u64::from(to), 0, 0],
            format_args!("IRQL raised from {old} to {to}"),
        );
    }
    set(to);
    old
}

/// Lowers the IRQL to `to`; a higher `to` is a bug of the caller and bugchecks.
pub fn lower(to: u8) {
    let old = current();
    if to > old {
        crate::bugcheck::bugcheck(
            crate::bugcheck::IRQL_NOT_LESS_OR_EQUAL,
            [u64::from(old), u64::from(to), 0, 0],
            format_args!("IRQL lowered from {old} to {to}"),
        );
    }
    set(to);
}

/// Windows' name of an IRQL.
pub fn name(level: u8) -> &'static str {
    match level {
        0 => "PASSIVE_LEVEL",
        1 => "APC_LEVEL",
        2 => "DISPATCH_LEVEL",
        3..=12 => "DIRQL",
        CLOCK_LEVEL => "CLOCK_LEVEL",
        IPI_LEVEL => "IPI_LEVEL",
        _ => "HIGH_LEVEL",
    }
}
