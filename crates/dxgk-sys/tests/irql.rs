//! Holds the IRQL rules against the table, and sees that no function of the interface is without one.

mod table;

use std::collections::BTreeSet;

use dxgk_sys::irql::{RULES, Rule, rule};
use dxgk_sys::layout::structures;
use dxgk_sys::*;
use table::missing;

/// Functions whose level no rule can say: see `RULES`.
const WITHOUT: [&str; 3] = [
    "DXGKCB_LOG_ETW_EVENT",
    "PINTERFACE_REFERENCE",
    "PINTERFACE_DEREFERENCE",
];

/// A rule in the table's words.
fn read(words: &str) -> Rule {
    let level = |name: &str| match name {
        "PASSIVE_LEVEL" => PASSIVE_LEVEL,
        "APC_LEVEL" => APC_LEVEL,
        "DISPATCH_LEVEL" => DISPATCH_LEVEL,
        other => panic!("an unknown level: {other}"),
    };
    match words {
        "== DIRQL" => Rule::Dirql,
        ">= PASSIVE_LEVEL and <= PROFILE_LEVEL  - 1" => Rule::AtMost(PROFILE_LEVEL - 1),
        _ if words.starts_with("== DIRQL of the message in DXGK_DRIVERCAPS") => {
            Rule::NotifyingDirql
        }
        _ if words.starts_with("any, ") => Rule::Any,
        _ => match words.split_once(' ') {
            Some(("==", name)) => Rule::Exactly(level(name)),
            Some(("<=", name)) => Rule::AtMost(level(name)),
            _ => panic!("an unknown rule: {words}"),
        },
    }
}

#[test]
fn rules_are_those_of_the_table() {
    let table = table::irql();
    for (name, words) in &table {
        assert_eq!(rule(name), Some(read(words)), "{name}");
    }
    let own: BTreeSet<_> = RULES.iter().map(|(name, _)| *name).collect();
    assert_eq!(own.len(), RULES.len(), "a function has two rules");
    assert_eq!(
        missing(&own, &table.keys().copied().collect()),
        [""; 0],
        "not in the table"
    );
}

#[test]
fn every_function_of_the_interface_has_a_rule() {
    let mut seen = 0;
    for field in structures().flat_map(|layout| layout.fields) {
        let name = field.type_name.trim_start_matches("PDXGK");
        let name = if name == field.type_name {
            name.to_owned()
        } else {
            format!("DXGK{name}")
        };
        let function = ["DXGKDDI", "DXGKCB_", "DXGK_BRIGHTNESS_", "PINTERFACE_"];
        if field.layout.is_none() && function.iter().any(|prefix| name.starts_with(prefix)) {
            seen += 1;
            assert!(
                rule(&name).is_some() || WITHOUT.contains(&name.as_str()),
                "{name} has no rule"
            );
        }
    }
    assert!(seen > 100, "only {seen} functions seen");
}

#[test]
fn a_rule_allows_its_levels_and_no_other() {
    const DIRQL: KIRQL = 7;
    let allowed = |rule: Rule| {
        (0..=HIGH_LEVEL)
            .filter(|irql| rule.allows(*irql, DIRQL))
            .collect::<Vec<_>>()
    };
    assert_eq!(allowed(Rule::Exactly(DISPATCH_LEVEL)), [2]);
    assert_eq!(allowed(Rule::AtMost(DISPATCH_LEVEL)), [0, 1, 2]);
    assert_eq!(allowed(Rule::Dirql), [7]);
    assert_eq!(allowed(Rule::NotifyingDirql), [7]);
    assert_eq!(allowed(Rule::Any).len(), 16);
}
