//! What every source counts under its own lock: how often its interrupt routine and closures have run.
//!
//! The counters are plain numbers, since the lock is what protects them. That is also what makes them evidence: an update that
//! two processors made at once would be missing, and would show.

/// Part of each source's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Synchronized closures that have run.
    pub(crate) closures: u64,
    /// Interrupt routines that have run.
    pub(crate) interrupts: u64,
    /// How often the sum below was found wrong.
    pub(crate) torn: u64,
    /// What the two together must be.
    sum: u64,
}

impl Tally {
    pub(crate) const NONE: Self = Self {
        closures: 0,
        interrupts: 0,
        torn: 0,
        sum: 0,
    };

    /// A closure begins.
    pub(crate) fn closure(&mut self) {
        self.check();
        super::count(&mut self.closures);
        super::count(&mut self.sum);
    }

    /// An interrupt routine begins.
    pub(crate) fn interrupt(&mut self) {
        self.check();
        super::count(&mut self.interrupts);
        super::count(&mut self.sum);
    }

    fn check(&mut self) {
        let sum = self.closures.wrapping_add(self.interrupts);
        if sum != self.sum {
            super::count(&mut self.torn);
            self.sum = sum;
        }
    }
}

/// A state with a tally in it.
pub(crate) trait Tallied {
    fn tally(&mut self) -> &mut Tally;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_that_was_lost_is_counted_once() {
        let mut tally = Tally::NONE;
        tally.interrupt();
        tally.closure();
        tally.closures -= 1;
        tally.closure();
        tally.interrupt();
        assert_eq!((tally.closures, tally.interrupts, tally.torn), (1, 2, 1));
    }
}
