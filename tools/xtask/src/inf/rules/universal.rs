//! What a universal INF file may not have.

use super::super::document::is;
use super::{Rule, Subject};

pub const RULES: &[Rule] = &[
    Rule {
        id: "INF/universal-limits",
        page: "install/using-a-universal-inf-file",
        check: directives,
    },
    Rule {
        id: "INFVERIF/1285",
        page: "devtest/inf-validation-errors-and-warnings",
        check: class_install,
    },
    Rule {
        id: "INFVERIF/1300",
        page: "devtest/inf-validation-errors-and-warnings",
        check: legacy_sections,
    },
    Rule {
        id: "INFVERIF/1212",
        page: "devtest/inf-validation-errors-and-warnings",
        check: default_install,
    },
];

/// Directives that a universal INF file does not have.
const FORBIDDEN: &[&str] = &[
    "BitReg",
    "DelFiles",
    "DelProperty",
    "DelReg",
    "DelService",
    "Ini2Reg",
    "LogConfig",
    "ProfileItems",
    "RegisterDlls",
    "RenFiles",
    "UnregisterDlls",
    "UpdateIniFields",
    "UpdateInis",
    "CopyINF",
];

/// Ends of section names that it does not have.
const LEGACY: &[&str] = &[
    ".CoInstallers",
    ".FactDef",
    ".LogConfigOverride",
    ".Interfaces",
];

fn directives(subject: &Subject<'_>) -> Vec<String> {
    let lines = subject
        .inf
        .raw()
        .filter(|(section, _)| !is(&section.name, "Strings"));
    lines
        .filter_map(|(section, entry)| {
            let key = entry.key.as_deref()?;
            let forbidden = FORBIDDEN.iter().any(|name| is(name, key));
            forbidden.then(|| {
                format!(
                    "line {}: [{}] has {key}, which a universal INF file may not have",
                    entry.line, section.name
                )
            })
        })
        .collect()
}

fn class_install(subject: &Subject<'_>) -> Vec<String> {
    let names = subject
        .inf
        .names()
        .into_iter()
        .filter(|name| name.to_lowercase().starts_with("classinstall32"));
    names
        .map(|name| format!("[{name}] installs a class, and Display is Microsoft's"))
        .collect()
}

fn legacy_sections(subject: &Subject<'_>) -> Vec<String> {
    let names = subject.inf.names();
    let ends = |name: &&str| {
        LEGACY
            .iter()
            .any(|end| name.to_lowercase().ends_with(&end.to_lowercase()))
    };
    names
        .into_iter()
        .filter(ends)
        .map(|name| format!("[{name}] is a section that this driver's INF file may not have"))
        .collect()
}

fn default_install(subject: &Subject<'_>) -> Vec<String> {
    let names = subject
        .inf
        .names()
        .into_iter()
        .filter(|name| name.to_lowercase().starts_with("defaultinstall"));
    names
        .map(|name| format!("[{name}] and [Manufacturer] cannot both be there"))
        .collect()
}
