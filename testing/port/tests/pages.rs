//! FIELD.md and RULES.md say what the code does.

use port::rules::{Class, Rule};
use port::variants;
use std::collections::BTreeSet;
use std::path::Path;

const FACTS: usize = 179;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn source_exists(file: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(file)
        .is_file()
}

/// The cells of each row of a page's tables, without the lines that make a table's head.
fn rows(text: &str) -> impl Iterator<Item = Vec<String>> {
    text.lines()
        .filter(|line| {
            line.starts_with("| ") && !line.starts_with("| id ") && !line.starts_with("| ---")
        })
        .map(|line| {
            let line = line.trim_matches('|').replace("\\|", "\u{1}");
            line.split('|')
                .map(|cell| cell.trim().replace('\u{1}', "|"))
                .collect()
        })
}

/// The words in backquotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn each_fact_of_the_field_is_modelled_varied_or_has_a_reason() {
    let text = page("FIELD.md");
    let mut named = BTreeSet::new();
    for (index, row) in rows(&text).enumerate() {
        let [id, _, fact, seen, evidence, confidence, model, place] = &row[..] else {
            panic!("{row:?} has not eight cells");
        };
        assert_eq!(*id, format!("F{:03}", index + 1));
        assert!(
            [fact, seen, evidence, confidence]
                .iter()
                .all(|cell| !cell.is_empty()),
            "{id}"
        );
        let reason = place.rsplit(": ").next().unwrap_or_default();
        assert!(reason.len() > 3, "{id} says nothing");
        match model.as_str() {
            "modelled" => {
                let files = quoted(place);
                assert!(
                    !files.is_empty() && source_exists(files[0]),
                    "{id}: {place}"
                );
            }
            "varied" => {
                let names = quoted(place);
                assert!(!names.is_empty(), "{id} names no variant");
                for name in names {
                    assert!(
                        variants::Variant::named(name).is_some(),
                        "{id}: no variant {name}"
                    );
                    named.insert(name.to_owned());
                }
            }
            "not" => {}
            other => panic!("{id} is {other}"),
        }
    }
    assert_eq!(rows(&text).count(), FACTS);
    // What is varied because pages leave it open, or for a driver of this project only.
    let own = [
        "interrupt-after-start",
        "synchronize-without-interrupt-refused",
        "interface-exact",
        "tight-pitch",
    ];
    let all: BTreeSet<_> = variants::ALL
        .iter()
        .map(|variant| variant.name.to_owned())
        .collect();
    named.extend(own.map(str::to_owned));
    assert_eq!(named, all);
}

#[test]
fn rules_of_the_field_are_facts_of_the_page() {
    let text = page("FIELD.md");
    let ids: BTreeSet<String> = rows(&text).map(|row| row[0].clone()).collect();
    for rule in Rule::ALL {
        assert_eq!(
            ids.contains(rule.id()),
            rule.class() == Class::Field,
            "{}",
            rule.id()
        );
    }
}

#[test]
fn the_page_of_the_rules_has_each_rule_once_and_the_files_that_check_it() {
    let text = page("RULES.md");
    let (checked, _) = text
        .split_once("## Port rules that are not checked")
        .expect("two parts");
    let mut listed = BTreeSet::new();
    for row in rows(checked) {
        assert!(listed.insert(row[0].clone()), "{} is there twice", row[0]);
        for file in quoted(&row[1]) {
            assert!(source_exists(file), "{}: {file}", row[0]);
        }
        assert!(!quoted(&row[1]).is_empty(), "{} names no file", row[0]);
    }
    let table: BTreeSet<String> = Rule::ALL.iter().map(|rule| rule.id().to_owned()).collect();
    assert_eq!(listed, table);
}
