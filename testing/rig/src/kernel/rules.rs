//! How an export tells the port that the driver broke a rule: the port keeps the list.

use core::sync::atomic::{AtomicPtr, Ordering};

use port::rules::{Rule, Violations};

use crate::cpu::irql;
use crate::log;

static VIOLATIONS: AtomicPtr<Violations> = AtomicPtr::new(core::ptr::null_mut());

/// Sends what is found from now on to `violations`.
pub fn report_to(violations: &'static Violations) {
    VIOLATIONS.store(
        core::ptr::from_ref(violations).cast_mut(),
        Ordering::Release,
    );
}

/// Records whether `rule` held at `export`; also logs when it did not. Any IRQL.
pub fn check(
    rule: Rule,
    export: &'static str,
    held: bool,
    expected: core::fmt::Arguments<'_>,
    came: core::fmt::Arguments<'_>,
) {
    // SAFETY: only `report_to` stores here, a static reference.
    if let Some(violations) = unsafe { VIOLATIONS.load(Ordering::Acquire).as_ref() } {
        violations.check(rule, export, held, expected, came);
    }
    if !held {
        log!(
            "rule {} broken at {export}: expected {expected}, came {came}",
            rule.id()
        );
    }
}

/// Checks that `export` was called at most at `most`. Any IRQL.
pub fn at_most(most: u8, export: &'static str) {
    let level = irql::current();
    check(
        Rule::IrqlCallback,
        export,
        level <= most,
        format_args!("IRQL at most {most} ({})", irql::name(most)),
        format_args!("IRQL {level} ({})", irql::name(level)),
    );
}
