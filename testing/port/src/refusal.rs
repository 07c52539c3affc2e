//! Fault injection for DxgkCbSynchronizeExecution: which calls it refuses, and how.

use crate::machine::NtStatus;
use core::sync::atomic::{AtomicU64, Ordering};

/// What a call that is to be refused does instead of running the routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuse {
    /// Returns this status.
    Status(NtStatus),
    /// Returns STATUS_SUCCESS, but neither runs the routine nor writes the result.
    SucceedUnrun,
}

/// The plan. Works at any IRQL.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// Calls made since the plan was set.
    calls: AtomicU64,
    /// The first call that is refused, plus one; 0: no plan.
    first: AtomicU64,
    /// Calls refused from there on.
    length: AtomicU64,
    /// Bit 32: succeed without running; else the status in the low 32 bits.
    what: AtomicU64,
}

const UNRUN: u64 = 1 << 32;

impl Refusals {
    /// Refuses `length` calls from the `first` on (0 is the next one), counted from now.
    pub fn plan(&self, first: u64, length: u64, what: Refuse) {
        self.first.store(0, Ordering::SeqCst);
        self.calls.store(0, Ordering::SeqCst);
        self.length.store(length, Ordering::SeqCst);
        let what = match what {
            Refuse::Status(status) => u64::from(status as u32),
            Refuse::SucceedUnrun => UNRUN,
        };
        self.what.store(what, Ordering::SeqCst);
        self.first.store(first + 1, Ordering::SeqCst);
    }

    /// Counts a call; what it is to do instead of running.
    pub fn next(&self) -> Option<Refuse> {
        let first = self.first.load(Ordering::SeqCst);
        if first == 0 {
            return None;
        }
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let into = call.checked_sub(first - 1)?;
        if into >= self.length.load(Ordering::SeqCst) {
            return None;
        }
        let what = self.what.load(Ordering::SeqCst);
        Some(if what & UNRUN != 0 {
            Refuse::SucceedUnrun
        } else {
            Refuse::Status(what as u32 as i32)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_planned_calls_are_refused() {
        let refusals = Refusals::default();
        assert_eq!(refusals.next(), None);
        refusals.plan(1, 2, Refuse::Status(-5));
        let seen: [_; 4] = core::array::from_fn(|_| refusals.next());
        assert_eq!(
            seen,
            [
                None,
                Some(Refuse::Status(-5)),
                Some(Refuse::Status(-5)),
                None
            ]
        );
        refusals.plan(0, 1, Refuse::SucceedUnrun);
        assert_eq!(
            (refusals.next(), refusals.next()),
            (Some(Refuse::SucceedUnrun), None)
        );
    }
}
