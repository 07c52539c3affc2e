//! docs/ddi.md has a row for every rule of the areas that this crate is about, and the tests it names exist.
#![cfg(not(loom))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rules of the areas SYNC, ISR, DPC, MSI, CB, HPD and SYSDISPLAY.
const RULES: &str = "\
    SYNC/level-three SYNC/level-two SYNC/level-one-child SYNC/level-zero SYNC/reentrancy-levels \
    ISR/line-not-ours ISR/dismiss-before-true ISR/wrong-claim-storms ISR/only-two-callbacks ISR/shared-state \
    ISR/no-fault-under-lock ISR/sync-execution \
    DPC/notify-then-queue DPC/notify-fixed-level DPC/one-per-adapter DPC/short \
    MSI/inf-opt-in MSI/all-or-one MSI/resource-descriptors MSI/edge-semantics MSI/message-number MSI/line-must-share \
    CB/device-info CB/map-memory CB/device-space CB/post-ownership-context CB/post-ownership-values \
    CB/query-services CB/service-structures CB/log-etw CB/exclude-attributes CB/exclude-callback \
    HPD/indicate-fields HPD/interruptible-must-notify HPD/query-child-status HPD/pdo-and-descriptor-follow \
    HPD/practice-not-in-startdevice HPD/practice-reread-modes \
    SYSDISPLAY/must-implement SYSDISPLAY/target-stays-on SYSDISPLAY/keep-mode-and-report SYSDISPLAY/write-needs-enable \
    SYSDISPLAY/write-with-cpu SYSDISPLAY/source-format-conflict SYSDISPLAY/uninitialized-target SYSDISPLAY/resetdevice";

/// All Rust text of the project that may hold tests, and the names of the programs that must not compile.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            if path
                .parent()
                .is_some_and(|folder| folder.ends_with("ui/fail"))
            {
                let name = path
                    .file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                text.push_str(&format!("fn ui/{name}(\n"));
            } else {
                text.push_str(&fs::read_to_string(&path).expect("text"));
            }
        }
    }
}

#[test]
#[cfg_attr(
    miri,
    ignore = "reads the repository's text and runs nothing of the crate"
)]
fn every_rule_has_a_row_and_every_test_it_names_exists() {
    let table = fs::read_to_string("../../docs/ddi.md").expect("docs/ddi.md");
    let mut text = String::new();
    for folder in ["crates", "testing", "tools"] {
        sources(&Path::new("../..").join(folder), &mut text);
    }
    let mut listed = BTreeSet::new();
    for row in table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('/'))
    {
        let cells: Vec<_> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let [rule, says, held, tests] = cells[..] else {
            panic!("four cells: {row}");
        };
        assert!(listed.insert(rule), "{rule} twice");
        assert!(!says.is_empty() && !held.is_empty(), "{rule}");
        if tests == "none" {
            assert!(held.starts_with("not applicable: "), "{rule} has no test");
        }
        for test in tests.split('`').skip(1).step_by(2) {
            assert!(
                text.contains(&format!("fn {test}(")),
                "{rule}: there is no test {test}"
            );
        }
    }
    assert_eq!(listed, RULES.split_whitespace().collect());
}
