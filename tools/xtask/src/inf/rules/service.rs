//! The driver's service, its event source and its framework.

use super::super::document::is;
use super::models::installs;
use super::{Rule, Subject, files};

pub const RULES: &[Rule] = &[
    Rule {
        id: "INF/service-entries",
        page: "install/inf-addservice-directive",
        check: service,
    },
    Rule {
        id: "INFVERIF/1296",
        page: "devtest/inf-validation-errors-and-warnings",
        check: associated,
    },
    Rule {
        id: "INFVERIF/2084",
        page: "devtest/inf-validation-errors-and-warnings",
        check: binary,
    },
    Rule {
        id: "INF/event-log",
        page: "install/inf-addservice-directive",
        check: event_log,
    },
    Rule {
        id: "INF/names-and-include",
        page: "devtest/inf-validation-errors-and-warnings",
        check: names,
    },
    Rule {
        id: "KMDF/inf-wdf-sections",
        page: "wdf/specifying-wdf-directives-in-inf-files",
        check: framework,
    },
];

/// The service is called as the driver's image.
const NAME: &str = "vgpudod";

fn additions(subject: &Subject<'_>) -> Vec<super::super::document::Line> {
    installs(subject)
        .iter()
        .flat_map(|install| {
            subject
                .inf
                .entries(&format!("{install}.Services"), "AddService")
        })
        .collect()
}

/// The sections that say what the services are.
fn services(subject: &Subject<'_>) -> Vec<String> {
    additions(subject)
        .iter()
        .map(|line| line.value(2).to_owned())
        .collect()
}

/// A number as INF files write it.
pub fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn service(subject: &Subject<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for section in services(subject) {
        for (key, wanted) in [("ServiceType", 1), ("StartType", 3), ("ErrorControl", 0)] {
            let found = subject.inf.single(&section, key).unwrap_or_default();
            if number(&found) != Some(wanted) {
                findings.push(format!("[{section}] {key} is {found:?}, not {wanted}"));
            }
        }
    }
    findings
}

fn associated(subject: &Subject<'_>) -> Vec<String> {
    installs(subject)
        .iter()
        .filter_map(|install| {
            let lines = subject
                .inf
                .entries(&format!("{install}.Services"), "AddService");
            let associated = lines
                .iter()
                .filter(|line| number(line.value(1)).is_some_and(|flags| flags & 2 != 0))
                .count();
            (associated != 1).then(|| {
                format!("[{install}.Services] has {associated} AddService with flag 0x2, not one")
            })
        })
        .collect()
}

fn binary(subject: &Subject<'_>) -> Vec<String> {
    let copied = files::files(subject);
    services(subject)
        .iter()
        .filter_map(|section| {
            let path = subject
                .inf
                .single(section, "ServiceBinary")
                .unwrap_or_default();
            let file = path.strip_prefix(r"%13%\").unwrap_or_default();
            let delivered = copied.iter().any(|other| is(other, file));
            (!delivered).then(|| {
                format!(
                    r"[{section}] ServiceBinary is {path:?}, not %13%\ and a file that is copied"
                )
            })
        })
        .collect()
}

fn event_log(subject: &Subject<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for line in additions(subject) {
        let section = line.value(3);
        let values: Vec<_> = subject
            .inf
            .entries(section, "AddReg")
            .into_iter()
            .flat_map(|line| line.values)
            .collect();
        let lines: Vec<_> = values
            .iter()
            .flat_map(|section| subject.inf.lines(section))
            .collect();
        for (name, wanted) in [
            ("EventMessageFile", r"%SystemRoot%\System32\IoLogMsg.dll"),
            ("TypesSupported", "7"),
        ] {
            let right = lines.iter().any(|line| {
                line.value(0) == "HKR" && is(line.value(2), name) && is(line.value(4), wanted)
            });
            if !right {
                findings.push(format!(
                    "line {}: the event source [{section}] does not set {name} to {wanted}",
                    line.line
                ));
            }
        }
    }
    findings
}

fn names(subject: &Subject<'_>) -> Vec<String> {
    let mut findings: Vec<String> = additions(subject)
        .iter()
        .filter(|line| line.value(0) != NAME)
        .map(|line| {
            format!(
                "line {}: the service is called {:?}, not {NAME}",
                line.line,
                line.value(0)
            )
        })
        .collect();
    for (section, entry) in subject.inf.raw() {
        if entry
            .key
            .as_deref()
            .is_some_and(|key| is(key, "Include") || is(key, "Needs"))
        {
            findings.push(format!(
                "line {}: [{}] includes another INF file, and none is needed",
                entry.line, section.name
            ));
        }
    }
    findings
}

fn framework(subject: &Subject<'_>) -> Vec<String> {
    let (major, minor) = subject.kmdf;
    let wanted = format!("{major}.{minor}");
    let mut findings = Vec::new();
    for install in installs(subject) {
        let section = format!("{install}.Wdf");
        let lines = subject.inf.entries(&section, "KmdfService");
        let [line] = &lines[..] else {
            findings.push(format!(
                "[{section}] has {} KmdfService lines, not one",
                lines.len()
            ));
            continue;
        };
        if line.value(0) != NAME {
            findings.push(format!(
                "line {}: KmdfService names the service {:?}, not {NAME}",
                line.line,
                line.value(0)
            ));
        }
        let found = subject
            .inf
            .single(line.value(1), "KmdfLibraryVersion")
            .unwrap_or_default();
        if found != wanted {
            findings.push(format!(
                "[{}] KmdfLibraryVersion is {found:?}, and the driver is built for {wanted}",
                line.value(1)
            ));
        }
    }
    findings
}
