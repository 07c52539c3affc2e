//! The rules that a driver broke: one line for each rule, with how often, its class and its source. What Windows takes by a fact of the
//! field is listed by itself.

use std::fmt;

use serde_json::{Value, json};

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its id.
    pub rule: String,
    /// How often.
    pub count: u64,
    /// documented, field or own.
    pub class: String,
    /// Where the rule comes from.
    pub source: String,
    /// The first time, in words.
    pub first: String,
    /// The fact by which Windows takes it, if it does.
    pub fact: Option<String>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            count,
            class,
            source,
            first,
            fact,
        } = self;
        write!(f, "{rule} x {count} ({class}) {first} [{source}]")?;
        match fact {
            Some(fact) => write!(f, " ({fact})"),
            None => Ok(()),
        }
    }
}

impl Broken {
    /// As a member of a JSON array.
    pub fn to_json(&self) -> Value {
        json!({"rule": self.rule, "count": self.count, "class": self.class, "source": self.source, "first": self.first,
            "fact": self.fact})
    }

    /// Reads a member of `broken_rules`.
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        Some(Self {
            rule: text("id")?,
            count: value.get("count")?.as_u64()?,
            class: text("class")?,
            source: text("source")?,
            first: text("text")?,
            fact: text("fact"),
        })
    }
}

/// The broken rules of a summary, in the order in which the model lists them. The first time that a rule was broken is told in the words
/// of `broken` (`RULE (CLASS) at PLACE: expected X, came Y [SOURCE]`) if they were kept, or else by the rule's own text.
pub fn merged(summary: &Value) -> Vec<Broken> {
    listed(summary, "broken_rules", "broken")
}

/// What the driver did against a page and Windows takes, in the same manner. These are no violations.
pub fn taken(summary: &Value) -> Vec<Broken> {
    listed(summary, "taken_rules", "taken")
}

fn listed(summary: &Value, rules: &str, texts: &str) -> Vec<Broken> {
    let list = |name: &str| summary.get(name).and_then(Value::as_array);
    let words = |rule: &Broken| {
        let start = format!("{} ({}) ", rule.rule, rule.class);
        let kept = list(texts).into_iter().flatten();
        let text = kept
            .filter_map(Value::as_str)
            .find_map(|text| text.strip_prefix(&start))?;
        let end = format!(" [{}]", rule.source);
        Some(text.split(&end).next().unwrap_or(text).to_owned())
    };
    let mut all: Vec<Broken> = list(rules)
        .into_iter()
        .flatten()
        .filter_map(Broken::read)
        .collect();
    for rule in &mut all {
        if let Some(words) = words(rule) {
            rule.first = words;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_was_broken_often_is_one_line() {
        let rule = |id: &str, count: u64, class: &str| json!({"id": id, "count": count, "class": class, "text": "a rule", "source": "a page"});
        let summary = json!({
            "broken_rules": [rule("A/b", 300, "documented"), rule("C/d", 1, "own")],
            "broken": [
                "A/b (documented) at X: expected 1, came [2] [a page]",
                "A/b (documented) at Z: expected 5, came 6 [a page]",
            ]
        });
        let all = merged(&summary);
        let lines: Vec<String> = all.iter().map(Broken::to_string).collect();
        assert_eq!(
            lines,
            [
                "A/b x 300 (documented) at X: expected 1, came [2] [a page]",
                "C/d x 1 (own) a rule [a page]"
            ]
        );
        assert_eq!(all[0].to_json()["count"], 300);
        assert_eq!(merged(&json!({})), []);
        assert_eq!(taken(&summary), []);
    }

    #[test]
    fn what_windows_takes_is_told_with_its_fact() {
        let summary = json!({
            "taken_rules": [{"id": "A/b", "count": 7, "class": "documented", "text": "a rule", "source": "a page", "fact": "F008"}],
            "taken": ["A/b (documented) at X: expected 1, came 2 [a page], which Windows takes (F008)"]
        });
        let all = taken(&summary);
        assert_eq!(
            all[0].to_string(),
            "A/b x 7 (documented) at X: expected 1, came 2 [a page] (F008)"
        );
        assert_eq!(all[0].to_json()["fact"], "F008");
        assert_eq!(merged(&summary), []);
    }
}
