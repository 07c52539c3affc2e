//! An INF file as Windows looks at it: sections found by name, string tokens replaced. Names are compared without regard to case.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::syntax::{self, Entry, Section};

/// A parsed INF file.
#[derive(Debug, Clone)]
pub struct Document {
    sections: Vec<Section>,
    strings: BTreeMap<String, String>,
}

/// A line with its string tokens replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it stands, from 1.
    pub line: usize,
    /// What stands before the equals sign, as written: a token in it is not replaced.
    pub key: Option<String>,
    /// The values; missing ones at the end are left out.
    pub values: Vec<String>,
}

impl Line {
    /// The value at this place; empty if it is left out.
    pub fn value(&self, index: usize) -> &str {
        self.values.get(index).map_or("", String::as_str)
    }
}

/// A string token in a text: its name, or `None` for a doubled percent sign.
pub type Token = Option<String>;

impl Document {
    /// Reads the text of an INF file of this project, which is printable ASCII.
    pub fn parse(text: &str) -> Result<Self> {
        Self::of(syntax::parse(text).context("it is not an INF file")?)
    }

    /// Reads the text of any INF file.
    pub fn read(text: &str) -> Result<Self> {
        Self::of(syntax::read(text).context("it is not an INF file")?)
    }

    fn of(sections: Vec<Section>) -> Result<Self> {
        let entries = sections
            .iter()
            .filter(|section| is(&section.name, "Strings"))
            .flat_map(|section| &section.entries);
        let strings = entries
            .filter_map(|entry| {
                Some((
                    entry.key.as_ref()?.to_lowercase(),
                    entry.fields.first()?.text.clone(),
                ))
            })
            .collect();
        Ok(Self { sections, strings })
    }

    /// Every section's name, as first written, once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for section in &self.sections {
            if !names.iter().any(|name| is(name, &section.name)) {
                names.push(&section.name);
            }
        }
        names
    }

    /// Whether there is such a section.
    pub fn has(&self, name: &str) -> bool {
        self.sections.iter().any(|section| is(&section.name, name))
    }

    /// All lines of the sections of this name, which Windows merges into one.
    pub fn lines(&self, name: &str) -> Vec<Line> {
        let sections = self
            .sections
            .iter()
            .filter(|section| is(&section.name, name));
        sections
            .flat_map(|section| &section.entries)
            .map(|entry| self.line(entry))
            .collect()
    }

    /// The lines of a section that have this key.
    pub fn entries(&self, section: &str, key: &str) -> Vec<Line> {
        self.lines(section)
            .into_iter()
            .filter(|line| line.key.as_deref().is_some_and(|other| is(other, key)))
            .collect()
    }

    /// The first value of the one line with this key; `None` if there is no such line or more than one.
    pub fn single(&self, section: &str, key: &str) -> Option<String> {
        match &self.entries(section, key)[..] {
            [line] => Some(line.value(0).to_owned()),
            _ => None,
        }
    }

    /// Every string that [Strings] defines, in lower case.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        self.strings.keys().map(String::as_str)
    }

    /// Every token in the file with its line, but for those in the strings themselves.
    pub fn tokens(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for section in self
            .sections
            .iter()
            .filter(|section| !is(&section.name, "Strings"))
        {
            for entry in &section.entries {
                let texts = entry
                    .key
                    .iter()
                    .chain(entry.fields.iter().map(|field| &field.text));
                for text in texts {
                    found.extend(
                        split(text)
                            .into_iter()
                            .filter_map(|part| Some((entry.line, part.1??))),
                    );
                }
            }
        }
        found
    }

    /// The raw entries of all sections, for checks on how things are written.
    pub fn raw(&self) -> impl Iterator<Item = (&Section, &Entry)> {
        self.sections
            .iter()
            .flat_map(|section| section.entries.iter().map(move |entry| (section, entry)))
    }

    fn line(&self, entry: &Entry) -> Line {
        let values = entry
            .fields
            .iter()
            .map(|field| self.expanded(&field.text))
            .collect();
        Line {
            line: entry.line,
            key: entry.key.clone(),
            values,
        }
    }

    /// The text with its tokens replaced; one that is not defined, or a number (a DIRID), stays as it is.
    fn expanded(&self, text: &str) -> String {
        split(text)
            .into_iter()
            .map(|(written, token)| match token {
                None => written,
                Some(None) => "%".to_owned(),
                Some(Some(name)) => self
                    .strings
                    .get(&name.to_lowercase())
                    .cloned()
                    .unwrap_or(written),
            })
            .collect()
    }
}

/// Whether two names are one to Windows.
pub fn is(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The parts of a text, as written, and which of them are tokens.
fn split(text: &str) -> Vec<(String, Option<Token>)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        let Some((name, after)) = behind.split_once('%') else {
            break;
        };
        parts.push((before.to_owned(), None));
        let token = (!name.is_empty()).then(|| name.to_owned());
        parts.push((format!("%{name}%"), Some(token)));
        rest = after;
    }
    parts.push((rest.to_owned(), None));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[A]\n%Name% = %Value%, \"%%SystemRoot%%\\x\", %13%\\y.sys, %Missing%\nk=1\n[a]\nK=2\n[Strings]\nvalue = \"a b\"\nName = n\n";

    #[test]
    fn tokens_are_replaced_but_for_numbers_unknown_ones_and_keys() {
        let lines = Document::parse(TEXT).unwrap().lines("a");
        assert_eq!(
            lines[0].values,
            ["a b", "%SystemRoot%\\x", "%13%\\y.sys", "%Missing%"]
        );
        assert_eq!(lines[0].key.as_deref(), Some("%Name%"));
    }

    #[test]
    fn sections_of_one_name_are_one() {
        let document = Document::parse(TEXT).unwrap();
        assert_eq!(document.names(), ["A", "Strings"]);
        assert_eq!(document.entries("A", "k").len(), 2);
        assert_eq!(document.single("A", "k"), None);
    }

    #[test]
    fn tokens_are_listed_with_their_lines() {
        let tokens = Document::parse(TEXT).unwrap().tokens();
        let names: Vec<&str> = tokens.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Name", "Value", "13", "Missing"]);
        assert_eq!(tokens[0].0, 2);
    }
}
