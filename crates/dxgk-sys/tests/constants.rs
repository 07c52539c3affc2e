//! Holds every constant's value against the measured table, in both directions, enumeration by enumeration.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use dxgk_sys::layout::constants;
use table::{missing, plain_name};

#[test]
fn every_constant_has_the_value_the_c_compiler_gives_it() {
    let measured = table::constants();
    let mut faults = Vec::new();
    for constant in constants() {
        match measured.get(constant.name) {
            None => faults.push(format!("{} is not in the table", constant.name)),
            Some((_, value)) if *value != constant.value => {
                faults.push(format!(
                    "{} is {:#x}, C has {value:#x}",
                    constant.name, constant.value
                ));
            }
            Some(_) => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_measured_constant_is_declared_once_and_in_its_enumeration() {
    let mut declared = BTreeMap::new();
    for constant in constants() {
        let old = declared.insert(constant.name, constant.group);
        assert!(old.is_none(), "{} is declared twice", constant.name);
    }
    let measured = table::constants();
    let names = |map: &BTreeMap<&'static str, _>| map.keys().copied().collect::<BTreeSet<_>>();
    let measured_names = measured.keys().copied().collect();
    assert_eq!(
        missing(&measured_names, &names(&declared)),
        [""; 0],
        "measured, not declared"
    );

    for (name, (tag, _)) in &measured {
        // `None`: an enumeration without a tag, which the table cannot name.
        if !["None", "#define", "ntstatus"].contains(tag) {
            assert_eq!(declared[name], plain_name(tag), "the enumeration of {name}");
        }
    }
}

#[test]
fn every_constant_in_the_source_is_described() {
    let described: BTreeSet<_> = constants().map(|constant| constant.name).collect();
    let lines = table::source_lines();
    let mut inside = false;
    let mut written = BTreeSet::new();
    for (file, line) in &lines {
        match line.as_str() {
            "constants! {" => inside = true,
            "}" => inside = false,
            _ => {}
        }
        if inside && let Some((name, _)) = line.trim().split_once(" = ") {
            written.insert(name);
        }
        let own = [
            "layout.rs",
            "bits.rs",
            "ddi_status.rs",
            "irql.rs",
            "macros.rs",
        ]
        .contains(&file.as_str());
        assert!(
            own || !line.starts_with("pub const ") || line.starts_with("pub const fn"),
            "{file}: {line}"
        );
    }
    assert_eq!(
        missing(&written, &described),
        [""; 0],
        "written, and its module is not listed"
    );
    assert_eq!(
        missing(&described, &written),
        [""; 0],
        "this test does not see them in the source"
    );
}
