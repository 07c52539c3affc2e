//! How the parts hang together: sections that are named are there, those that are there are named, strings likewise, no unknown words.

use super::super::document::is;
use super::models::{installs, models};
use super::{Rule, Subject};

pub const RULES: &[Rule] = &[
    Rule {
        id: "INFVERIF/1203",
        page: "devtest/inf-validation-errors-and-warnings",
        check: missing_sections,
    },
    Rule {
        id: "INFVERIF/2083",
        page: "devtest/inf-validation-errors-and-warnings",
        check: unused_sections,
    },
    Rule {
        id: "INFVERIF/1205",
        page: "devtest/inf-validation-errors-and-warnings",
        check: shared_sections,
    },
    Rule {
        id: "INFVERIF/1235",
        page: "devtest/inf-validation-errors-and-warnings",
        check: missing_strings,
    },
    Rule {
        id: "INF/unused-strings",
        page: "install/inf-strings-section",
        check: unused_strings,
    },
    Rule {
        id: "INF/known-directives",
        page: "install/inf-directives",
        check: known,
    },
    Rule {
        id: "INF/once",
        page: "install/general-syntax-rules-for-inf-files",
        check: once,
    },
    Rule {
        id: "INF/stamped",
        page: "devtest/stampinf-command-options",
        check: stamped,
    },
];

/// Sections that Windows looks for by these names.
const STANDARD: &[&str] = &[
    "Version",
    "DestinationDirs",
    "SourceDisksNames",
    "SourceDisksFiles",
    "ControlFlags",
    "Manufacturer",
    "Strings",
];

/// What an install section's name may end with besides, and the directives there.
const EXTENSIONS: &[(&str, &[&str])] = &[
    (".HW", &["AddReg"]),
    (".Services", &["AddService"]),
    (".Wdf", &["KmdfService"]),
];

/// Which values of a directive are names of sections.
const REFERENCES: &[(&str, &[usize])] = &[
    ("CopyFiles", &[0, 1, 2, 3]),
    ("AddReg", &[0, 1, 2, 3]),
    ("AddService", &[2, 3]),
    ("KmdfService", &[1]),
];

/// A section's name where a directive has it.
struct Reference {
    line: usize,
    directive: String,
    section: String,
}

fn references(subject: &Subject<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    for name in subject.inf.names() {
        for (directive, places) in REFERENCES {
            for line in subject.inf.entries(name, directive) {
                let values = places
                    .iter()
                    .map(|place| line.value(*place))
                    .filter(|value| !value.is_empty() && !value.starts_with('@'));
                found.extend(values.map(|value| Reference {
                    line: line.line,
                    directive: (*directive).to_owned(),
                    section: value.to_owned(),
                }));
            }
        }
    }
    found
}

fn missing_sections(subject: &Subject<'_>) -> Vec<String> {
    let missing = references(subject)
        .into_iter()
        .filter(|reference| !subject.inf.has(&reference.section));
    missing
        .map(
            |Reference {
                 line,
                 directive,
                 section,
             }| {
                format!("line {line}: {directive} names [{section}], which is not there")
            },
        )
        .collect()
}

fn unused_sections(subject: &Subject<'_>) -> Vec<String> {
    let mut used: Vec<String> = STANDARD.iter().map(|name| (*name).to_owned()).collect();
    used.push(format!("SourceDisksFiles.{}", subject.architecture.name()));
    used.extend(models(subject.inf).into_iter().map(|models| models.section));
    for install in installs(subject) {
        used.extend(EXTENSIONS.iter().map(|(end, _)| format!("{install}{end}")));
        used.push(install);
    }
    used.extend(
        references(subject)
            .into_iter()
            .map(|reference| reference.section),
    );
    let unused = subject
        .inf
        .names()
        .into_iter()
        .filter(|name| !used.iter().any(|other| is(other, name)));
    unused
        .map(|name| format!("nothing names the section [{name}]"))
        .collect()
}

fn shared_sections(subject: &Subject<'_>) -> Vec<String> {
    let references = references(subject);
    let mut findings = Vec::new();
    for (index, reference) in references.iter().enumerate() {
        let earlier = references
            .iter()
            .take(index)
            .find(|other| is(&other.section, &reference.section));
        if let Some(other) = earlier {
            findings.push(format!(
                "lines {} and {} both name [{}]",
                other.line, reference.line, reference.section
            ));
        }
    }
    findings
}

/// Whether the token is a folder's number, which needs no string.
fn is_dirid(token: &str) -> bool {
    token.parse::<u32>().is_ok()
}

fn missing_strings(subject: &Subject<'_>) -> Vec<String> {
    let defined: Vec<&str> = subject.inf.strings().collect();
    let tokens = subject
        .inf
        .tokens()
        .into_iter()
        .filter(|(_, token)| !is_dirid(token));
    let missing = tokens.filter(|(_, token)| !defined.contains(&token.to_lowercase().as_str()));
    missing
        .map(|(line, token)| format!("line {line}: [Strings] does not define {token}"))
        .collect()
}

fn unused_strings(subject: &Subject<'_>) -> Vec<String> {
    let tokens: Vec<String> = subject
        .inf
        .tokens()
        .into_iter()
        .map(|(_, token)| token.to_lowercase())
        .collect();
    let unused = subject
        .inf
        .strings()
        .filter(|name| !tokens.iter().any(|token| token == name));
    unused
        .map(|name| format!("nothing uses the string {name}"))
        .collect()
}

/// The directives that a section may have; `None` where lines are not directives.
fn directives(subject: &Subject<'_>, section: &str) -> Option<Vec<&'static str>> {
    let own: &[(&str, &[&'static str])] = &[
        (
            "Version",
            &[
                "Signature",
                "Class",
                "ClassGuid",
                "Provider",
                "CatalogFile",
                "DriverVer",
                "PnpLockdown",
                "LayoutFile",
            ],
        ),
        ("ControlFlags", &["ExcludeFromSelect"]),
    ];
    if let Some((_, known)) = own.iter().find(|(name, _)| is(name, section)) {
        return Some(known.to_vec());
    }
    for install in installs(subject) {
        if is(section, &install) {
            return Some(vec!["FeatureScore", "CopyFiles", "AddReg"]);
        }
        if let Some((_, known)) = EXTENSIONS
            .iter()
            .find(|(end, _)| is(section, &format!("{install}{end}")))
        {
            return Some(known.to_vec());
        }
        for line in subject
            .inf
            .entries(&format!("{install}.Services"), "AddService")
        {
            if is(section, line.value(2)) {
                return Some(vec![
                    "DisplayName",
                    "Description",
                    "ServiceType",
                    "StartType",
                    "ErrorControl",
                    "ServiceBinary",
                    "AddReg",
                ]);
            }
            if is(section, line.value(3)) {
                return Some(vec!["AddReg"]);
            }
        }
        for line in subject
            .inf
            .entries(&format!("{install}.Wdf"), "KmdfService")
        {
            if is(section, line.value(1)) {
                return Some(vec!["KmdfLibraryVersion"]);
            }
        }
    }
    None
}

fn known(subject: &Subject<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for section in subject.inf.names() {
        let Some(known) = directives(subject, section) else {
            continue;
        };
        for line in subject.inf.lines(section) {
            let key = line.key.as_deref().unwrap_or_default();
            if !known.iter().any(|other| is(other, key)) {
                findings.push(format!(
                    "line {}: {key:?} is no directive of [{section}]",
                    line.line
                ));
            }
        }
    }
    findings
}

fn once(subject: &Subject<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    let lists = ["AddReg", "CopyFiles"];
    for section in subject.inf.names() {
        // The same description for several hardware identifiers is how models are written.
        if models(subject.inf)
            .iter()
            .any(|models| is(&models.section, section))
        {
            continue;
        }
        let mut seen: Vec<String> = Vec::new();
        for line in subject.inf.lines(section) {
            let Some(key) = line
                .key
                .filter(|key| !lists.iter().any(|list| is(list, key)))
            else {
                continue;
            };
            if seen.iter().any(|other| is(other, &key)) {
                findings.push(format!("line {}: [{section}] has {key} again", line.line));
            }
            seen.push(key);
        }
    }
    findings
}

fn stamped(subject: &Subject<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for (section, entry) in subject.inf.raw() {
        let texts = entry
            .key
            .iter()
            .chain(entry.fields.iter().map(|field| &field.text));
        for text in texts
            .chain([&section.name])
            .filter(|text| text.matches('$').count() > 1 && !is(text, "$Windows NT$"))
        {
            findings.push(format!(
                "line {}: {text} still has a variable that stamping fills in",
                entry.line
            ));
        }
    }
    findings
}
