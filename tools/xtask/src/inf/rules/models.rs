//! From the manufacturer to the install section: decorations, hardware identifiers.

use super::super::document::{Document, is};
use super::{Rule, Subject};

/// The first build of Windows that runs a display driver from DIRID 13 in general is 16299; KMDF 1.31 and ExAllocatePool2 ask for more.
const BUILD: &str = "10.0...19041";

/// The devices: any virtio GPU, and before it the one that QEMU's virtio-gpu-pci and virtio-vga report.
const HARDWARE: &[&str] = &[
    r"PCI\VEN_1AF4&DEV_1050&SUBSYS_11001AF4&REV_01",
    r"PCI\VEN_1AF4&DEV_1050",
];

pub const RULES: &[Rule] = &[
    Rule {
        id: "INF/models-decoration",
        page: "install/inf-manufacturer-section",
        check: decorations,
    },
    Rule {
        id: "INF/hardware-ids",
        page: "install/inf-models-section",
        check: hardware,
    },
    Rule {
        id: "INFVERIF/1297",
        page: "devtest/inf-validation-errors-and-warnings",
        check: installs_something,
    },
];

/// A [Models] section as [Manufacturer] names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    /// Where [Manufacturer] names it.
    pub line: usize,
    /// `NTamd64.10.0...19041`; empty if there is none.
    pub decoration: String,
    /// The section's name with its decoration.
    pub section: String,
}

/// All [Models] sections that [Manufacturer] names.
pub fn models(inf: &Document) -> Vec<Models> {
    let mut found = Vec::new();
    for line in inf.lines("Manufacturer") {
        let name = line.value(0);
        if line.values.len() < 2 {
            found.push(Models {
                line: line.line,
                decoration: String::new(),
                section: name.to_owned(),
            });
        }
        for decoration in line.values.iter().skip(1) {
            found.push(Models {
                line: line.line,
                decoration: decoration.clone(),
                section: format!("{name}.{decoration}"),
            });
        }
    }
    found
}

/// The name of the install section that Windows takes for this one: the most decorated that is there.
pub fn installs(subject: &Subject<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for models in models(subject.inf) {
        for line in subject.inf.lines(&models.section) {
            let name = line.value(0);
            let candidates = [
                format!("{name}.NT{}", subject.architecture.name()),
                format!("{name}.NT"),
                name.to_owned(),
            ];
            let taken = candidates
                .iter()
                .find(|candidate| subject.inf.has(candidate))
                .cloned();
            let taken = taken.unwrap_or_else(|| name.to_owned());
            if !found.iter().any(|other| is(other, &taken)) {
                found.push(taken);
            }
        }
    }
    found
}

fn decorations(subject: &Subject<'_>) -> Vec<String> {
    let wanted = format!("NT{}.{BUILD}", subject.architecture.name());
    let mut findings = Vec::new();
    let models = models(subject.inf);
    if models.is_empty() {
        findings.push("[Manufacturer] names no models".to_owned());
    }
    for Models {
        line,
        decoration,
        section,
    } in models
    {
        if !is(&decoration, &wanted) {
            findings.push(format!("line {line}: the decoration is {decoration:?}, not {wanted} (architecture, no product type, no suite, build)"));
        }
        if !subject.inf.has(&section) {
            findings.push(format!("line {line}: there is no section [{section}]"));
        }
    }
    findings
}

fn hardware(subject: &Subject<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for models in models(subject.inf) {
        for line in subject.inf.lines(&models.section) {
            found.extend(line.values.into_iter().skip(1));
        }
    }
    let wanted: Vec<String> = HARDWARE.iter().map(|id| (*id).to_owned()).collect();
    if found == wanted {
        Vec::new()
    } else {
        vec![format!(
            "the hardware identifiers are {found:?}, not {wanted:?}"
        )]
    }
}

fn installs_something(subject: &Subject<'_>) -> Vec<String> {
    let missing = installs(subject)
        .into_iter()
        .filter(|name| !subject.inf.has(name));
    let mut findings: Vec<String> = missing
        .map(|name| format!("there is no install section [{name}]"))
        .collect();
    if installs(subject).is_empty() {
        findings.push("no device is installed: the models list none".to_owned());
    }
    findings
}
