//! What an INF file of this driver has to be: one rule for each thing that Microsoft documents, with the page that does.
//!
//! A rule's id is the one that docs/package-rules.md lists; those named `INFVERIF/n` are the codes of Microsoft's own checker. A rule only
//! reads, and says in words what it found. What only the whole package shows is in [`crate::package::verify`].

mod display;
mod files;
mod models;
mod registry;
mod service;
mod structure;
mod universal;
mod version;

#[cfg(test)]
mod tests;

use super::document::Document;
use super::stamp::{Architecture, Date};

/// An INF file and what it is held against.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The file.
    pub inf: &'a Document,
    /// What it was stamped for.
    pub architecture: Architecture,
    /// The framework's version that the driver is built for.
    pub kmdf: (u8, u8),
    /// The day on which it is checked.
    pub today: Date,
}

/// Something that an INF file has to be.
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// Where Microsoft says so: the page's path below learn.microsoft.com/windows-hardware/drivers/.
    pub page: &'static str,
    /// What is wrong, in words; nothing if all is well.
    pub check: fn(&Subject<'_>) -> Vec<String>,
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Where Microsoft says so.
    pub page: &'static str,
    /// What is wrong.
    pub text: String,
}

/// All rules, in the order in which they are checked.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        version::RULES,
        models::RULES,
        files::RULES,
        service::RULES,
        registry::RULES,
        display::RULES,
        universal::RULES,
        structure::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Everything that is wrong with the file.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let finding = |rule: &'static Rule, text| Finding {
        rule: rule.id,
        page: rule.page,
        text,
    };
    all()
        .flat_map(|rule| {
            (rule.check)(subject)
                .into_iter()
                .map(move |text| finding(rule, text))
        })
        .collect()
}
