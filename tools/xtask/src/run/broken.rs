//! The rules that a driver broke: one line for each rule, with how often, its class and its source.

use std::fmt;

use serde_json::{Value, json};

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its id.
    pub rule: String,
    /// How often.
    pub count: u64,
    /// documented, field or own; empty if the rig does not say.
    pub class: String,
    /// Where the rule comes from.
    pub source: String,
    /// The first time, in words.
    pub first: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            count,
            class,
            source,
            first,
        } = self;
        write!(f, "{rule} x {count}")?;
        if !class.is_empty() {
            write!(f, " ({class})")?;
        }
        write!(f, " {first} [{source}]")
    }
}

impl Broken {
    /// As a member of a JSON array.
    pub fn to_json(&self) -> Value {
        json!({"rule": self.rule, "count": self.count, "class": self.class, "source": self.source, "first": self.first})
    }

    /// Reads `RULE at PLACE: expected X, came Y [SOURCE]`, or the same as an object with class and count.
    fn read(value: &Value) -> Option<Self> {
        if let Some(text) = value.as_str() {
            let (rule, rest) = text.split_once(' ')?;
            let (first, source) = rest.rsplit_once(" [").unwrap_or((rest, ""));
            return Some(Self {
                rule: rule.to_owned(),
                count: 1,
                class: String::new(),
                source: source.trim_end_matches(']').to_owned(),
                first: first.to_owned(),
            });
        }
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        Some(Self {
            rule: text("rule")?,
            count: value.get("count").and_then(Value::as_u64).unwrap_or(1),
            class: text("class").unwrap_or_default(),
            source: text("source").unwrap_or_default(),
            first: text("first").unwrap_or_default(),
        })
    }
}

/// The broken rules of a summary, each once, in the order in which they were broken first.
pub fn merged(summary: &Value) -> Vec<Broken> {
    let mut merged: Vec<Broken> = Vec::new();
    let all = summary.get("broken").and_then(Value::as_array);
    for broken in all.into_iter().flatten().filter_map(Broken::read) {
        match merged.iter_mut().find(|other| other.rule == broken.rule) {
            Some(other) => other.count += broken.count,
            None => merged.push(broken),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_was_broken_often_is_one_line() {
        let summary = json!({"broken": [
            "A/b at X: expected 1, came [2] [page one]",
            "C/d at Y: expected 3, came 4 [page two]",
            "A/b at Z: expected 5, came 6 [page one]",
        ]});
        let lines: Vec<String> = merged(&summary).iter().map(Broken::to_string).collect();
        assert_eq!(
            lines,
            [
                "A/b x 2 at X: expected 1, came [2] [page one]",
                "C/d x 1 at Y: expected 3, came 4 [page two]"
            ]
        );
    }

    #[test]
    fn a_class_and_a_count_are_shown() {
        let summary = json!({"broken": [
            {"rule": "A/b", "count": 7, "class": "own", "source": "page", "first": "at X"}
        ]});
        let all = merged(&summary);
        assert_eq!(all[0].to_string(), "A/b x 7 (own) at X [page]");
        assert_eq!(Broken::read(&all[0].to_json()), Some(all[0].clone()));
    }
}
