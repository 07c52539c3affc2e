//! The [Version] section.

use super::super::document::is;
use super::super::stamp::{Date, Version};
use super::{Rule, Subject};

/// The display class.
const CLASS_GUID: &str = "{4d36e968-e325-11ce-bfc1-08002be10318}";

pub const RULES: &[Rule] = &[
    Rule {
        id: "INF/class-and-version",
        page: "install/inf-version-section",
        check: class,
    },
    Rule {
        id: "INFVERIF/1204",
        page: "devtest/inf-validation-errors-and-warnings",
        check: provider,
    },
    Rule {
        id: "INFVERIF/1233",
        page: "devtest/inf-validation-errors-and-warnings",
        check: catalog,
    },
    Rule {
        id: "INF/catalog-file-place",
        page: "install/inf-version-section",
        check: catalog_place,
    },
    Rule {
        id: "INF/pnplockdown",
        page: "install/inf-version-section",
        check: lockdown,
    },
    Rule {
        id: "INF/driverver",
        page: "install/inf-driverver-directive",
        check: driver_version,
    },
];

fn class(subject: &Subject<'_>) -> Vec<String> {
    let wanted = [
        ("Signature", "$Windows NT$"),
        ("Class", "Display"),
        ("ClassGuid", CLASS_GUID),
    ];
    let mut findings: Vec<String> = wanted
        .iter()
        .filter_map(|(key, value)| {
            let found = subject.inf.single("Version", key);
            let right = found.as_ref().is_some_and(|found| is(found, value));
            (!right).then(|| {
                format!(
                    "[Version] {key} is {}, not {value}",
                    found.as_deref().unwrap_or("not there once")
                )
            })
        })
        .collect();
    if !subject.inf.entries("Version", "LayoutFile").is_empty() {
        findings.push(
            "[Version] has LayoutFile, which is for the INF files that come with Windows"
                .to_owned(),
        );
    }
    findings
}

fn provider(subject: &Subject<'_>) -> Vec<String> {
    match subject.inf.single("Version", "Provider") {
        Some(name) if name.to_lowercase().contains("microsoft") => {
            vec!["[Version] Provider says Microsoft".to_owned()]
        }
        Some(name) if !name.is_empty() => Vec::new(),
        _ => vec!["[Version] has no Provider".to_owned()],
    }
}

fn catalog(subject: &Subject<'_>) -> Vec<String> {
    match subject.inf.single("Version", "CatalogFile") {
        Some(name) if name.to_lowercase().ends_with(".cat") => Vec::new(),
        _ => vec![
            "[Version] has no CatalogFile=<name>.cat, so the package counts as unsigned".to_owned(),
        ],
    }
}

fn catalog_place(subject: &Subject<'_>) -> Vec<String> {
    let Some(catalog) = subject.inf.single("Version", "CatalogFile") else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if catalog.contains(['\\', '/']) {
        findings.push(format!("CatalogFile={catalog} is not beside the INF file"));
    }
    for (section, entry) in subject
        .inf
        .raw()
        .filter(|(section, _)| !is(&section.name, "Version"))
    {
        let names = entry
            .key
            .iter()
            .chain(entry.fields.iter().map(|field| &field.text));
        if names
            .into_iter()
            .any(|name| is(name.trim_start_matches('@'), &catalog))
        {
            findings.push(format!(
                "line {}: [{}] lists the catalog",
                entry.line, section.name
            ));
        }
    }
    findings
}

fn lockdown(subject: &Subject<'_>) -> Vec<String> {
    match subject.inf.single("Version", "PnpLockdown").as_deref() {
        Some("1") => Vec::new(),
        _ => vec!["[Version] has no PnpLockdown=1".to_owned()],
    }
}

fn driver_version(subject: &Subject<'_>) -> Vec<String> {
    let lines = subject.inf.entries("Version", "DriverVer");
    let [line] = &lines[..] else {
        return vec![format!(
            "[Version] has {} DriverVer lines, not one",
            lines.len()
        )];
    };
    let (date, version) = (line.value(0), line.value(1));
    let mut findings = Vec::new();
    match parse_date(date) {
        None => findings.push(format!("DriverVer's date {date:?} is not mm/dd/yyyy")),
        Some(date) if date > subject.today => {
            findings.push(format!("DriverVer's date {date} is in the future"))
        }
        Some(_) => {}
    }
    if parse_version(version).is_none() {
        findings.push(format!(
            "DriverVer's version {version:?} is not four numbers below 65535"
        ));
    }
    findings
}

/// A date as DriverVer has it.
fn parse_date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let [month, day, year] = parts[..] else {
        return None;
    };
    if month.len() != 2 || day.len() != 2 || year.len() != 4 {
        return None;
    }
    let date = Date {
        year: year.parse().ok()?,
        month: month.parse().ok()?,
        day: day.parse().ok()?,
    };
    ((1..=12).contains(&date.month) && (1..=31).contains(&date.day)).then_some(date)
}

/// A version as DriverVer has it.
fn parse_version(text: &str) -> Option<Version> {
    let parts: Vec<u16> = text
        .split('.')
        .map(|part| part.parse().ok().filter(|number| *number < u16::MAX))
        .collect::<Option<_>>()?;
    Some(Version(parts.try_into().ok()?))
}
