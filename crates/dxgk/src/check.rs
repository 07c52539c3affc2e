//! What this layer finds broken at run time, and how it says so.
//!
//! The types make most mistakes impossible. What is left are promises that only a running system can break: that a callback
//! really comes at the IRQL its page names, and that a driver drops what it made where it may be dropped. A debug build
//! checks the IRQL in every trampoline and before every callback into the port; every build checks it where something is
//! freed. What is found goes to [`Kernel::violation`].

use core::fmt;

use crate::kernel::Kernel;

/// PASSIVE_LEVEL (wdm.h).
pub const PASSIVE_LEVEL: u8 = 0;
/// DISPATCH_LEVEL (wdm.h).
pub const DISPATCH_LEVEL: u8 = 2;

/// A promise that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The IRQL is not what it has to be.
    Irql {
        /// The DDI or service.
        at: &'static str,
        /// The lowest IRQL that is right.
        lowest: u8,
        /// The highest.
        highest: u8,
        /// The processor's IRQL.
        found: u8,
    },
    /// A DDI's method returned a status that is not among those of the DDI's page, and dxgkrnl got another one. Found by debug
    /// builds.
    Status {
        /// The DDI.
        at: &'static str,
        /// What the method returned.
        status: i32,
    },
    /// The driver kept so many register mappings past the stop of their adapter. They are dead: no access goes through
    /// them, and the port is not asked to unmap them.
    MappingsOutlivedAdapter {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Irql {
                at,
                lowest,
                highest,
                found,
            } => write!(
                f,
                "{at} at IRQL {found}, expected {lowest} to {highest}: the driver raised the IRQL, or the port broke its word"
            ),
            Self::Status { at, status } => write!(
                f,
                "{at} with {status:#010x}, which its page does not list (dxgk_sys::ddi_status)"
            ),
            Self::MappingsOutlivedAdapter { count } => write!(
                f,
                "{count} register mappings outlived their adapter: keep them in the miniport's Device"
            ),
        }
    }
}

/// Reports an IRQL outside of `lowest..=highest`; says whether it was right.
pub(crate) fn irql_between<K: Kernel>(at: &'static str, lowest: u8, highest: u8) -> bool {
    let found = K::current_irql();
    let right = lowest <= found && found <= highest;
    if !right {
        K::violation(Violation::Irql {
            at,
            lowest,
            highest,
            found,
        });
    }
    right
}

/// As [`irql_between`], in a debug build; nothing otherwise.
#[inline(always)]
pub(crate) fn debug_irql<K: Kernel>(at: &'static str, lowest: u8, highest: u8) {
    if cfg!(debug_assertions) {
        let _ = irql_between::<K>(at, lowest, highest);
    }
}

/// [`debug_irql`] for one kernel, without its type: for what is not generic over it. Of size zero in a release build.
#[derive(Clone, Copy)]
pub(crate) struct Checks {
    #[cfg(debug_assertions)]
    irql: fn(&'static str, u8, u8),
}

impl Checks {
    pub(crate) const fn of<K: Kernel>() -> Self {
        Self {
            #[cfg(debug_assertions)]
            irql: debug_irql::<K>,
        }
    }

    /// In a debug build, that the processor's IRQL is at most `highest`.
    #[inline(always)]
    pub(crate) fn at_most(self, highest: u8, at: &'static str) {
        #[cfg(debug_assertions)]
        (self.irql)(at, PASSIVE_LEVEL, highest);
        #[cfg(not(debug_assertions))]
        let _ = (highest, at);
    }
}
