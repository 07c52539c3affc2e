//! What was checked and what was broken.
//!
//! Recording works at any IRQL: counters are atomic, violations go to a fixed number of slots with text of a fixed
//! capacity. Nothing here allocates or waits.

use super::table::Rule;
use crate::text::Text;
use core::cell::UnsafeCell;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// A fact of the field by its number in FIELD.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact(pub u16);

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "F{:03}", self.0)
    }
}

/// One broken rule.
#[derive(Clone, Copy, Debug)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// The DDI or callback at whose boundary it showed.
    pub at: &'static str,
    /// What the rule expects here.
    pub expected: Text<96>,
    /// What came instead.
    pub came: Text<128>,
    /// The fact by which Windows takes it nevertheless, from a driver that is not this project's.
    pub taken: Option<Fact>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({}) at {}: expected {}, came {} [{}]",
            self.rule.id(),
            self.rule.class().name(),
            self.at,
            self.expected,
            self.came,
            self.rule.source()
        )?;
        match self.taken {
            Some(fact) => write!(f, ", which Windows takes ({fact})"),
            None => Ok(()),
        }
    }
}

/// How many violations are kept with their text; all are counted.
pub const KEPT: usize = 64;
/// How many of them may be of one rule.
pub const KEPT_OF_ONE: u32 = 8;

/// How often one rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Which.
    pub rule: Rule,
    /// How often.
    pub count: u32,
    /// The fact by which Windows takes it nevertheless.
    pub taken: Option<Fact>,
}

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.rule;
        write!(
            f,
            "{} x {} ({}): {} [{}]",
            rule.id(),
            self.count,
            rule.class().name(),
            rule.text(),
            rule.source()
        )
    }
}

struct Slot {
    full: AtomicBool,
    value: UnsafeCell<Option<Violation>>,
}

// SAFETY: a slot's value is written once, by the one recorder that took its index, before `full` is set with release
// ordering; readers look at it only after they saw `full` with acquire ordering.
unsafe impl Sync for Slot {}

/// The checks that were made and the rules that were broken.
pub struct Violations {
    slots: [Slot; KEPT],
    next: AtomicUsize,
    broken: AtomicU64,
    checks: AtomicU64,
    executed: [AtomicU32; Rule::ALL.len()],
    broken_by_rule: [AtomicU32; Rule::ALL.len()],
    taken_by_rule: [AtomicU32; Rule::ALL.len()],
    /// By which fact: the last one.
    facts: [AtomicU16; Rule::ALL.len()],
}

impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kept()).finish()
    }
}

impl Default for Violations {
    fn default() -> Self {
        Self::new()
    }
}

impl Violations {
    /// Nothing checked, nothing broken.
    pub fn new() -> Self {
        Self {
            slots: [const {
                Slot {
                    full: AtomicBool::new(false),
                    value: UnsafeCell::new(None),
                }
            }; KEPT],
            next: AtomicUsize::new(0),
            broken: AtomicU64::new(0),
            checks: AtomicU64::new(0),
            executed: [const { AtomicU32::new(0) }; Rule::ALL.len()],
            broken_by_rule: [const { AtomicU32::new(0) }; Rule::ALL.len()],
            taken_by_rule: [const { AtomicU32::new(0) }; Rule::ALL.len()],
            facts: [const { AtomicU16::new(0) }; Rule::ALL.len()],
        }
    }

    /// Counts one check of `rule`; if `held` is false, records the violation. Returns `held`. Any IRQL.
    pub fn check(
        &self,
        rule: Rule,
        at: &'static str,
        held: bool,
        expected: fmt::Arguments<'_>,
        came: fmt::Arguments<'_>,
    ) -> bool {
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.executed[rule as usize].fetch_add(1, Ordering::Relaxed);
        if !held {
            self.broken.fetch_add(1, Ordering::Relaxed);
            let before = self.broken_by_rule[rule as usize].fetch_add(1, Ordering::Relaxed);
            if before < KEPT_OF_ONE {
                self.keep(rule, at, expected, came, None);
            }
        }
        held
    }

    /// Counts one check of `rule` that did not hold, in a way that Windows takes by this fact. It is told apart from violations
    /// and is none. Any IRQL.
    pub fn take(
        &self,
        rule: Rule,
        fact: Fact,
        at: &'static str,
        expected: fmt::Arguments<'_>,
        came: fmt::Arguments<'_>,
    ) {
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.executed[rule as usize].fetch_add(1, Ordering::Relaxed);
        self.facts[rule as usize].store(fact.0, Ordering::Relaxed);
        // Once says how: what is taken comes often.
        if self.taken_by_rule[rule as usize].fetch_add(1, Ordering::Relaxed) == 0 {
            self.keep(rule, at, expected, came, Some(fact));
        }
    }

    fn keep(
        &self,
        rule: Rule,
        at: &'static str,
        expected: fmt::Arguments<'_>,
        came: fmt::Arguments<'_>,
        taken: Option<Fact>,
    ) {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(slot) = self.slots.get(index) {
            let violation = Violation {
                rule,
                at,
                expected: Text::format(expected),
                came: Text::format(came),
                taken,
            };
            // SAFETY: `index` came from fetch_add, so no other recorder writes this slot, and no reader looks at it before
            // `full` is set.
            unsafe { *slot.value.get() = Some(violation) };
            slot.full.store(true, Ordering::Release);
        }
    }

    /// Number of violations, kept or not. What Windows takes is none.
    pub fn count(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }

    /// Number of checks made.
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// Number of different rules that were checked at least once.
    pub fn rules_checked(&self) -> usize {
        self.executed
            .iter()
            .filter(|count| count.load(Ordering::Relaxed) != 0)
            .count()
    }

    /// How often `rule` was checked.
    pub fn checked(&self, rule: Rule) -> u32 {
        self.executed[rule as usize].load(Ordering::Relaxed)
    }

    /// The violations that were kept, in the order they were recorded; not what Windows takes.
    pub fn kept(&self) -> impl Iterator<Item = &Violation> {
        self.all_kept().filter(|one| one.taken.is_none())
    }

    /// What Windows takes: the first time for each rule.
    pub fn kept_taken(&self) -> impl Iterator<Item = &Violation> {
        self.all_kept().filter(|one| one.taken.is_some())
    }

    fn all_kept(&self) -> impl Iterator<Item = &Violation> {
        self.slots
            .iter()
            .filter(|slot| slot.full.load(Ordering::Acquire))
            .filter_map(|slot| {
                // SAFETY: `full` was seen with acquire ordering, after which the value is never written again.
                unsafe { (*slot.value.get()).as_ref() }
            })
    }

    /// Every rule that was broken and how often, in the table's order.
    pub fn merged(&self) -> impl Iterator<Item = Merged> {
        let counts = Rule::ALL.iter().zip(&self.broken_by_rule);
        counts
            .map(|(rule, count)| Merged {
                rule: *rule,
                count: count.load(Ordering::Relaxed),
                taken: None,
            })
            .filter(|merged| merged.count != 0)
    }

    /// Every rule that was broken in a way that Windows takes, how often, and by which fact, in the table's order.
    pub fn taken(&self) -> impl Iterator<Item = Merged> {
        Rule::ALL
            .iter()
            .map(|rule| Merged {
                rule: *rule,
                count: self.taken_by_rule[*rule as usize].load(Ordering::Relaxed),
                taken: Some(Fact(self.facts[*rule as usize].load(Ordering::Relaxed))),
            })
            .filter(|merged| merged.count != 0)
    }

    /// Whether `rule` was broken.
    pub fn broke(&self, rule: Rule) -> bool {
        self.broken_by_rule[rule as usize].load(Ordering::Relaxed) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Class;

    #[test]
    fn a_check_counts_once_and_a_violation_keeps_its_words() {
        let violations = Violations::new();
        assert!(violations.check(
            Rule::InitVersion,
            "x",
            true,
            format_args!(""),
            format_args!("")
        ));
        assert_eq!(
            (
                violations.count(),
                violations.checks(),
                violations.rules_checked()
            ),
            (0, 1, 1)
        );
        assert!(!violations.check(
            Rule::AddNullContext,
            "y",
            false,
            format_args!("a"),
            format_args!("b")
        ));
        assert!(violations.broke(Rule::AddNullContext) && !violations.broke(Rule::InitVersion));
        let first = violations.kept().next().map(|violation| violation.expected);
        assert_eq!(first.as_ref().map(Text::as_str), Some("a"));
        for _ in 0..KEPT + 5 {
            violations.check(
                Rule::InitVersion,
                "x",
                false,
                format_args!(""),
                format_args!(""),
            );
        }
        assert_eq!(violations.count(), KEPT as u64 + 6);
        let of_one = violations
            .kept()
            .filter(|one| one.rule == Rule::InitVersion);
        assert_eq!(of_one.count(), KEPT_OF_ONE as usize);
        let merged: alloc::vec::Vec<_> = violations
            .merged()
            .map(|one| (one.rule, one.count))
            .collect();
        let all = KEPT as u32 + 5;
        assert_eq!(
            merged,
            [(Rule::AddNullContext, 1), (Rule::InitVersion, all)]
        );
        let text = violations.merged().map(|one| alloc::format!("{one}"));
        let text: alloc::vec::Vec<_> = text.collect();
        assert!(
            text[1].starts_with("INIT/version-field x 69 (documented): "),
            "{text:?}"
        );
    }

    #[test]
    fn what_windows_takes_is_told_apart_and_is_no_violation() {
        let violations = Violations::new();
        for _ in 0..3 {
            let (expected, came) = (format_args!("all"), format_args!("some"));
            violations.take(Rule::InitDisplayDdis, Fact(8), "x", expected, came);
        }
        assert_eq!((violations.count(), violations.checks()), (0, 3));
        assert!(!violations.broke(Rule::InitDisplayDdis));
        assert_eq!(
            (violations.kept().count(), violations.merged().count()),
            (0, 0)
        );
        let taken: alloc::vec::Vec<_> = violations.taken().collect();
        let once = Merged {
            rule: Rule::InitDisplayDdis,
            count: 3,
            taken: Some(Fact(8)),
        };
        assert_eq!(taken, [once]);
        let words: alloc::vec::Vec<_> = violations
            .kept_taken()
            .map(|one| alloc::format!("{one}"))
            .collect();
        assert_eq!(words.len(), 1);
        assert!(
            words[0].ends_with("], which Windows takes (F008)"),
            "{words:?}"
        );
    }

    #[test]
    fn ids_are_unique_and_sorted_by_nothing_but_complete() {
        for (index, rule) in Rule::ALL.iter().enumerate() {
            assert_eq!(*rule as usize, index);
            let field = rule.id().starts_with('F') && rule.id().len() == 4;
            assert!(rule.id().contains('/') != field && field == (rule.class() == Class::Field));
            assert!(!rule.text().is_empty() && !rule.source().is_empty());
            assert!(
                !Rule::ALL[..index]
                    .iter()
                    .any(|other| other.id() == rule.id()),
                "{}",
                rule.id()
            );
        }
    }
}
