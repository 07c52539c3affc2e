//! Reads the text of an INF file: sections, entries and fields, as "General Syntax Rules for INF Files" describes them.
//!
//! It knows nothing of what an entry means. Why no INI crate does this is in docs/decisions/0020-inf-parser.md.

use std::fmt;

/// What Windows reads of a field at most, its terminator included ("INF Size Limits").
const LONGEST_FIELD: usize = 4095;
/// The longest name of a section ("Section Names").
const LONGEST_SECTION: usize = 255;

/// A value between commas.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Its text without the quotation marks; string tokens are not replaced yet.
    pub text: String,
}

/// A line of a section, continuations joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The number of its first line, from 1.
    pub line: usize,
    /// What stands before the equals sign, if there is one.
    pub key: Option<String>,
    /// What stands behind it, or the whole line.
    pub fields: Vec<Field>,
}

/// A section as it stands in the file. Several may have one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The number of the line with its name, from 1.
    pub line: usize,
    /// What stands between the brackets.
    pub name: String,
    /// Its lines.
    pub entries: Vec<Entry>,
}

/// Why a text is not an INF file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for SyntaxError {}

/// Reads the whole text, which has to be printable ASCII.
pub fn parse(text: &str) -> Result<Vec<Section>, SyntaxError> {
    for (index, line) in text.lines().enumerate() {
        if let Some(byte) = line
            .chars()
            .find(|c| !c.is_ascii() || (c.is_control() && *c != '\t'))
        {
            return Err(SyntaxError {
                line: index + 1,
                what: format!(
                    "{byte:?} is not printable ASCII, and a file without a byte order mark is read in the system's code page"
                ),
            });
        }
    }
    read(text)
}

/// Reads the whole text, in whatever characters it is written.
pub fn read(text: &str) -> Result<Vec<Section>, SyntaxError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    while let Some((line, text)) = lines.next() {
        let error = |what: String| SyntaxError { line, what };
        let mut logical = String::new();
        let mut part = code(text).map_err(error)?;
        while let Some(continued) = part.strip_suffix('\\') {
            logical.push_str(continued.trim_end());
            let Some((_, next)) = lines.next() else {
                return Err(error("the last line ends with a continuation".to_owned()));
            };
            part = code(next).map_err(error)?;
        }
        logical.push_str(part);
        if logical.is_empty() {
            continue;
        }
        if let Some(rest) = logical.strip_prefix('[') {
            let name = rest
                .strip_suffix(']')
                .ok_or_else(|| error("a section's name has no closing bracket".to_owned()))?
                .trim();
            if name.is_empty() || name.len() > LONGEST_SECTION {
                return Err(error(format!(
                    "a section's name has {} characters, not 1 to {LONGEST_SECTION}",
                    name.len()
                )));
            }
            sections.push(Section {
                line,
                name: name.to_owned(),
                entries: Vec::new(),
            });
            continue;
        }
        let entry = entry(line, &logical).map_err(error)?;
        let Some(section) = sections.last_mut() else {
            return Err(error("there is text before the first section".to_owned()));
        };
        section.entries.push(entry);
    }
    Ok(sections)
}

/// The line without its comment and without white space around it.
fn code(line: &str) -> Result<&str, String> {
    let mut quoted = false;
    let mut end = line.len();
    for (at, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    if quoted {
        return Err("a quotation mark is not closed".to_owned());
    }
    Ok(line.get(..end).unwrap_or(line).trim())
}

fn entry(line: usize, text: &str) -> Result<Entry, String> {
    let equals = outside_quotes(text, '=').next();
    let (key, values) = match equals.and_then(|at| text.split_at_checked(at)) {
        Some((key, values)) => (
            Some(unquoted(key)?.text),
            values.get(1..).unwrap_or_default(),
        ),
        None => (None, text),
    };
    let mut fields = Vec::new();
    let mut start = 0;
    for comma in outside_quotes(values, ',').chain([values.len()]) {
        fields.push(unquoted(values.get(start..comma).unwrap_or_default())?);
        start = comma + 1;
    }
    // Trailing commas can be left out, so they mean nothing.
    while fields.last().is_some_and(|field| field.text.is_empty()) {
        fields.pop();
    }
    Ok(Entry { line, key, fields })
}

/// The places of this character, but for those between quotation marks.
fn outside_quotes(text: &str, wanted: char) -> impl Iterator<Item = usize> + '_ {
    let mut quoted = false;
    text.char_indices().filter_map(move |(at, character)| {
        quoted ^= character == '"';
        (character == wanted && !quoted).then_some(at)
    })
}

/// The field's text: quotation marks taken away, doubled ones made one.
fn unquoted(text: &str) -> Result<Field, String> {
    let mut result = String::new();
    let mut quoted = false;
    let mut characters = text.trim().chars().peekable();
    while let Some(character) = characters.next() {
        if character != '"' {
            result.push(character);
        } else if quoted && characters.peek() == Some(&'"') {
            characters.next();
            result.push('"');
        } else {
            quoted = !quoted;
        }
    }
    if result.len() > LONGEST_FIELD {
        return Err(format!(
            "a field has {} characters, and {LONGEST_FIELD} is the most",
            result.len()
        ));
    }
    Ok(Field { text: result })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        let sections = parse(&format!("[s]\n{text}\n")).unwrap();
        sections[0].entries[0]
            .fields
            .iter()
            .map(|field| field.text.clone())
            .collect()
    }

    #[test]
    fn an_entry_has_a_key_and_fields_or_only_fields() {
        let sections =
            parse("[A]\nKey = one, two ; a comment\nHKR,,Name,0x10,\"x\"\n\n[B]\n").unwrap();
        assert_eq!(sections[0].entries[0].key.as_deref(), Some("Key"));
        assert_eq!(fields("Key = one, two"), ["one", "two"]);
        assert_eq!(sections[0].entries[1].key, None);
        assert_eq!(
            fields("HKR,,Name,0x10,\"x\""),
            ["HKR", "", "Name", "0x10", "x"]
        );
        assert_eq!(sections[1].name, "B");
        assert_eq!(sections[1].line, 5);
    }

    #[test]
    fn quotation_marks_keep_commas_semicolons_and_equals_signs() {
        assert_eq!(fields("k=\"a, b; c = d\""), ["a, b; c = d"]);
        assert_eq!(fields("HKR,,n,,\"a=b\""), ["HKR", "", "n", "", "a=b"]);
    }

    #[test]
    fn a_doubled_quotation_mark_is_one() {
        assert_eq!(
            fields("HKR,,Example,,\"Display an \"\"example\"\" string\""),
            ["HKR", "", "Example", "", "Display an \"example\" string"]
        );
    }

    #[test]
    fn a_backslash_at_the_end_continues_the_line_and_one_in_quotes_does_not() {
        assert_eq!(
            fields("CopyFiles = \"SomeDirectory\\\"\\\n,SomeFile"),
            ["SomeDirectory\\", "SomeFile"]
        );
        assert_eq!(
            fields("CopyFiles = \"SomeDirectory\\\"\\ ; comment\n,SomeFile"),
            ["SomeDirectory\\", "SomeFile"]
        );
    }

    #[test]
    fn trailing_commas_mean_nothing() {
        assert_eq!(fields("vgpudod.sys = 1,,"), ["1"]);
    }

    #[test]
    fn repeated_keys_and_sections_are_all_kept_in_order() {
        let sections = parse("[s]\na=1\na=2\n[S]\na=3\n").unwrap();
        assert_eq!(sections[0].entries.len(), 2);
        assert_eq!(sections[1].entries.len(), 1);
    }

    #[test]
    fn what_is_no_inf_is_refused_with_its_line() {
        for (text, line, what) in [
            ("a=1\n", 1, "before the first section"),
            ("[s]\nk=\"open\n", 2, "quotation mark"),
            ("\n[s\n", 2, "closing bracket"),
            ("[]\n", 1, "0 characters"),
            ("[s]\nk=a\\\n", 2, "continuation"),
            ("[s]\nk=\u{fc}\n", 2, "ASCII"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}");
            assert!(error.what.contains(what), "{text:?}: {error}");
        }
    }

    #[test]
    fn names_and_fields_that_windows_would_cut_are_refused() {
        assert!(parse(&format!("[{}]\n", "s".repeat(256))).is_err());
        assert!(parse(&format!("[s]\nk={}\n", "v".repeat(4096))).is_err());
    }
}
