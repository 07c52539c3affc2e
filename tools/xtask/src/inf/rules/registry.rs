//! What is written to the registry: relative to the device or service, messages for the interrupts, nothing else.

use super::super::document::{Line, is};
use super::models::installs;
use super::service::number;
use super::{Rule, Subject};

pub const RULES: &[Rule] = &[
    Rule {
        id: "INF/settings-and-select",
        page: "display/adding-software-registry-settings",
        check: relative,
    },
    Rule {
        id: "INF/msi-values",
        page: "kernel/enabling-message-signaled-interrupts-in-the-registry",
        check: messages,
    },
    Rule {
        id: "INF/security-in-inf",
        page: "install/creating-secure-device-installations",
        check: security,
    },
    Rule {
        id: "INF/umd-names-not-for-dod",
        page: "display/loading-a-user-mode-display-driver",
        check: no_user_mode,
    },
    Rule {
        id: "INFVERIF/1303",
        page: "devtest/inf-validation-errors-and-warnings",
        check: no_coinstallers,
    },
];

/// One message for each of the driver's interrupt sources: Config, Control, Cursor.
pub const MESSAGES: u32 = 3;

/// Every line of every section that an AddReg names.
pub fn additions(subject: &Subject<'_>) -> Vec<Line> {
    let lines = subject
        .inf
        .names()
        .into_iter()
        .flat_map(|name| subject.inf.entries(name, "AddReg"));
    lines
        .flat_map(|line| line.values)
        .flat_map(|section| subject.inf.lines(&section))
        .collect()
}

fn relative(subject: &Subject<'_>) -> Vec<String> {
    let absolute = additions(subject)
        .into_iter()
        .filter(|line| !is(line.value(0), "HKR"));
    absolute
        .map(|line| {
            format!(
                "line {}: the value is written under {}, not HKR",
                line.line,
                line.value(0)
            )
        })
        .collect()
}

fn messages(subject: &Subject<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for install in installs(subject) {
        let section = format!("{install}.HW");
        let named: Vec<String> = subject
            .inf
            .entries(&section, "AddReg")
            .into_iter()
            .flat_map(|line| line.values)
            .collect();
        let lines: Vec<Line> = named
            .iter()
            .flat_map(|name| subject.inf.lines(name))
            .collect();
        for (name, wanted) in [("MSISupported", 1), ("MessageNumberLimit", MESSAGES)] {
            let right = lines.iter().any(|line| {
                is(
                    line.value(1),
                    r"Interrupt Management\MessageSignaledInterruptProperties",
                ) && is(line.value(2), name)
                    && number(line.value(3)) == Some(0x0001_0001)
                    && number(line.value(4)) == Some(wanted)
            });
            if !right {
                findings.push(format!(
                    "[{section}] does not set {name} to the number {wanted}"
                ));
            }
        }
    }
    findings
}

fn security(subject: &Subject<'_>) -> Vec<String> {
    let values = additions(subject)
        .into_iter()
        .filter(|line| is(line.value(2), "Security"));
    let mut findings: Vec<String> = values
        .map(|line| {
            format!(
                "line {}: the device's security is set, and the default suffices",
                line.line
            )
        })
        .collect();
    for name in subject.inf.names() {
        if name.to_lowercase().ends_with(".security") {
            findings.push(format!(
                "[{name}] sets security, and files in the driver store must have none of their own"
            ));
        }
    }
    findings
}

fn no_user_mode(subject: &Subject<'_>) -> Vec<String> {
    const NAMES: [&str; 4] = [
        "InstalledDisplayDrivers",
        "UserModeDriverName",
        "UserModeDriverNameWow",
        "OpenGLDriverName",
    ];
    let named = additions(subject)
        .into_iter()
        .filter(|line| NAMES.iter().any(|name| is(line.value(2), name)));
    named
        .map(|line| {
            format!(
                "line {}: {} names a user-mode driver, and a display-only driver has none",
                line.line,
                line.value(2)
            )
        })
        .collect()
}

fn no_coinstallers(subject: &Subject<'_>) -> Vec<String> {
    let named = additions(subject)
        .into_iter()
        .filter(|line| is(line.value(2), "CoInstallers32"));
    named
        .map(|line| format!("line {}: a co-installer is registered", line.line))
        .collect()
}
