//! What is copied, from where, to where.

use super::super::document::is;
use super::{Rule, Subject};

pub const RULES: &[Rule] = &[
    Rule {
        id: "INF/dirid13",
        page: "develop/run-from-driver-store",
        check: driver_store,
    },
    Rule {
        id: "INFVERIF/1100",
        page: "devtest/inf-validation-errors-and-warnings",
        check: no_renames,
    },
    Rule {
        id: "INFVERIF/1230",
        page: "devtest/inf-validation-errors-and-warnings",
        check: sources,
    },
];

/// The sections that CopyFiles directives name, and the files they name directly.
fn copied(subject: &Subject<'_>) -> (Vec<String>, Vec<String>) {
    let mut sections = Vec::new();
    let mut files = Vec::new();
    for name in subject.inf.names() {
        for value in subject
            .inf
            .entries(name, "CopyFiles")
            .into_iter()
            .flat_map(|line| line.values)
        {
            match value.strip_prefix('@') {
                Some(file) => files.push(file.to_owned()),
                None => sections.push(value),
            }
        }
    }
    (sections, files)
}

/// Every file that is copied.
pub fn files(subject: &Subject<'_>) -> Vec<String> {
    let (sections, mut files) = copied(subject);
    files.extend(
        sections
            .iter()
            .flat_map(|section| subject.inf.lines(section))
            .map(|line| line.value(0).to_owned()),
    );
    files
}

/// Every file of [SourceDisksFiles], for all architectures or this one.
pub fn listed(subject: &Subject<'_>) -> Vec<String> {
    let decorated = format!("SourceDisksFiles.{}", subject.architecture.name());
    let lines = ["SourceDisksFiles".to_owned(), decorated]
        .into_iter()
        .flat_map(|section| subject.inf.lines(&section));
    lines.filter_map(|line| line.key).collect()
}

fn driver_store(subject: &Subject<'_>) -> Vec<String> {
    let lines = subject.inf.lines("DestinationDirs");
    let mut findings: Vec<String> = lines
        .iter()
        .filter(|line| line.value(0) != "13" || !line.value(1).is_empty())
        .map(|line| {
            format!(
                "line {}: the destination is {}, not 13 (the driver store) without a folder",
                line.line,
                line.values.join(",")
            )
        })
        .collect();
    let (sections, files) = copied(subject);
    let has = |key: &str| {
        lines
            .iter()
            .any(|line| line.key.as_deref().is_some_and(|other| is(other, key)))
    };
    if !has("DefaultDestDir") && (!files.is_empty() || sections.iter().any(|section| !has(section)))
    {
        findings.push("[DestinationDirs] has no DefaultDestDir, and not all that is copied has a destination of its own".to_owned());
    }
    findings
}

fn no_renames(subject: &Subject<'_>) -> Vec<String> {
    let (sections, _) = copied(subject);
    let lines = sections
        .iter()
        .flat_map(|section| subject.inf.lines(section));
    let renamed =
        lines.filter(|line| !line.value(1).is_empty() && !is(line.value(1), line.value(0)));
    let mut findings: Vec<String> = renamed
        .map(|line| format!("line {}: {} is copied from a file called {}, and files that run from the store keep their names", line.line, line.value(0), line.value(1)))
        .collect();
    for line in subject
        .inf
        .lines("SourceDisksFiles")
        .iter()
        .filter(|line| !line.value(1).is_empty())
    {
        findings.push(format!(
            "line {}: the file lies in the folder {}, and the store keeps the package's folders",
            line.line,
            line.value(1)
        ));
    }
    findings
}

fn sources(subject: &Subject<'_>) -> Vec<String> {
    let (copied, listed) = (files(subject), listed(subject));
    let mut findings = Vec::new();
    for file in copied
        .iter()
        .filter(|file| !listed.iter().any(|other| is(other, file)))
    {
        findings.push(format!(
            "{file} is copied, and [SourceDisksFiles] does not list it"
        ));
    }
    for file in listed
        .iter()
        .filter(|file| !copied.iter().any(|other| is(other, file)))
    {
        findings.push(format!(
            "{file} is in [SourceDisksFiles], and nothing copies it"
        ));
    }
    let disks: Vec<String> = subject
        .inf
        .lines("SourceDisksNames")
        .into_iter()
        .filter_map(|line| line.key)
        .collect();
    for line in subject.inf.lines("SourceDisksFiles") {
        if !disks.iter().any(|disk| disk == line.value(0)) {
            findings.push(format!(
                "line {}: [SourceDisksNames] has no disk {}",
                line.line,
                line.value(0)
            ));
        }
    }
    findings
}
