//! What only display drivers have to say.

use super::super::document::is;
use super::models::installs;
use super::{Rule, Subject};

pub const RULES: &[Rule] = &[
    Rule {
        id: "INF/featurescore",
        page: "display/setting-the-driver-feature-score",
        check: feature_score,
    },
    Rule {
        id: "INF/exclude-from-select",
        page: "display/setting-the-driver-control-flags",
        check: exclude,
    },
];

/// Display-only drivers for virtual machines use F9: before the basic display driver's FB, behind a full driver.
const SCORE: &str = "F9";

fn feature_score(subject: &Subject<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for install in installs(subject) {
        let found = subject
            .inf
            .single(&install, "FeatureScore")
            .unwrap_or_default();
        if !is(&found, SCORE) {
            findings.push(format!(
                "[{install}] FeatureScore is {found:?}, not {SCORE}"
            ));
        }
    }
    for (section, entry) in subject.inf.raw() {
        let misplaced = !installs(subject)
            .iter()
            .any(|install| is(install, &section.name));
        if misplaced
            && entry
                .key
                .as_deref()
                .is_some_and(|key| is(key, "FeatureScore"))
        {
            findings.push(format!(
                "line {}: FeatureScore is in [{}], which is no install section",
                entry.line, section.name
            ));
        }
    }
    findings
}

fn exclude(subject: &Subject<'_>) -> Vec<String> {
    match subject
        .inf
        .single("ControlFlags", "ExcludeFromSelect")
        .as_deref()
    {
        Some("*") => Vec::new(),
        _ => vec!["[ControlFlags] has no ExcludeFromSelect=*".to_owned()],
    }
}
