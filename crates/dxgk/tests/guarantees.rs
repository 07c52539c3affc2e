//! The page of guarantees names tests that there are, for every guarantee, and no test of one is missing from it.
#![cfg(not(loom))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The names of the tests in a file, or in the files below a folder.
fn tests_in(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            tests_in(&entry.expect("an entry").path(), found);
        }
        return;
    }
    if path.extension().is_none_or(|extension| extension != "rs") {
        return;
    }
    if path
        .parent()
        .is_some_and(|folder| folder.ends_with("ui/fail"))
    {
        let name = path.file_stem().expect("a name").to_string_lossy();
        found.insert(format!("ui/{name}"));
        return;
    }
    let text = fs::read_to_string(path).expect("text");
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line == "#[test]" {
            let name = lines
                .find_map(|line| line.strip_prefix("fn "))
                .expect("a function");
            let name = name.split('(').next().expect("a name");
            found.insert(name.to_owned());
        } else if let Some((name, "")) = line.split_once(": ;").or(line.split_once(": 0;")) {
            found.extend(name.split_whitespace().next().map(str::to_owned));
        } else if line.starts_with("g2_") && line.contains("_sources ") {
            // The sizes of sets in tests/messages.rs, each a test by macro.
            found.extend(line.split_whitespace().next().map(str::to_owned));
        }
    }
}

/// The guarantees of a test, by its name: `g1_g10_...` tests two.
fn guarantees_of(test: &str) -> Vec<u32> {
    let name = test.strip_prefix("ui/").unwrap_or(test);
    name.split('_')
        .map_while(|part| part.strip_prefix('g')?.parse().ok())
        .collect()
}

#[test]
#[cfg_attr(
    miri,
    ignore = "reads the repository's text and runs nothing of the crate"
)]
fn every_guarantee_names_its_tests_and_every_test_is_named() {
    let mut page: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    let mut tests = BTreeSet::new();
    for line in include_str!("../src/guarantees.rs").lines() {
        if let Some(doc) = line.strip_prefix("///") {
            let quoted = doc.split('`').skip(1).step_by(2);
            tests.extend(
                quoted
                    .filter(|name| !guarantees_of(name).is_empty())
                    .map(str::to_owned),
            );
        } else if let Some(item) = line.strip_prefix("pub mod ") {
            let number = guarantees_of(item)[0];
            page.insert(number, std::mem::take(&mut tests));
        }
    }
    assert_eq!(
        page.keys().copied().collect::<Vec<_>>(),
        (1..=14).collect::<Vec<_>>()
    );
    let mut found = BTreeSet::new();
    tests_in(Path::new("src"), &mut found);
    tests_in(Path::new("tests"), &mut found);
    tests_in(Path::new("../dirql/tests"), &mut found);
    for (number, named) in &page {
        assert!(!named.is_empty(), "G{number} has no test");
        for test in named {
            assert!(
                found.contains(test),
                "G{number} names {test}, which there is not"
            );
        }
        for test in found
            .iter()
            .filter(|test| guarantees_of(test).contains(number))
        {
            assert!(named.contains(test), "G{number} does not name {test}");
        }
    }
}
