//! Reads the measured tables in `tests/data` and the crate's own source text.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where a member lies: its byte offset and, for a bit-field, its lowest and highest bit from there.
pub type Place = (usize, Option<(u32, u32)>);

/// A measured structure.
#[derive(Default)]
pub struct Structure {
    pub size: usize,
    pub align: usize,
    /// Every member, down to the innermost, by its path from the structure, with its place and its C type.
    pub members: BTreeMap<String, (Place, String)>,
}

/// Drops what C puts before the name by which everyone calls a structure.
pub fn plain_name(tag: &str) -> &str {
    tag.strip_prefix('_')
        .or_else(|| tag.strip_prefix("tag"))
        .unwrap_or(tag)
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| panic!("`{text}` should be a number"))
}

fn after<'a>(text: &'a str, key: &str) -> &'a str {
    text.strip_prefix(key)
        .unwrap_or_else(|| panic!("`{text}` should begin with `{key}`"))
}

/// `layout.tsv` by structure.
pub fn structures() -> BTreeMap<&'static str, Structure> {
    let mut all: BTreeMap<_, Structure> = BTreeMap::new();
    for line in include_str!("../data/layout.tsv").lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let [kind, tag, path, place, last] = columns[..] else {
            panic!("five columns: {line}")
        };
        let structure = all.entry(plain_name(tag)).or_default();
        if kind == "field" {
            let mut words = after(place, "offset=").split(' ');
            let offset = number(words.next().unwrap());
            let bits = words.next().map(|word| {
                assert_eq!(word, "bits");
                let (first, last) = words.next().unwrap().split_once('-').unwrap();
                (number(first), number(last))
            });
            let old = structure
                .members
                .insert(path.into(), ((offset, bits), last.into()));
            assert!(old.is_none(), "twice in the table: {line}");
        } else {
            structure.size = number(after(place, "size="));
            structure.align = number(after(last, "align="));
        }
    }
    all
}

/// `constants.tsv`: the value of each name as the bits of a C `int`, with the enumeration's tag.
pub fn constants() -> BTreeMap<&'static str, (&'static str, u32)> {
    include_str!("../data/constants.tsv")
        .lines()
        .map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            let ["const", group, name, decimal, _hex] = columns[..] else {
                panic!("{line}")
            };
            (name, (group, number::<i64>(decimal) as u32))
        })
        .collect()
}

/// `irql.tsv`: the rule of each function type, as the table words it.
pub fn irql() -> BTreeMap<&'static str, &'static str> {
    include_str!("../data/irql.tsv")
        .lines()
        .map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            let [name, rule, _source] = columns[..] else {
                panic!("three columns: {line}")
            };
            (name, rule)
        })
        .collect()
}

/// The lines of the crate's modules, with the name of each file.
pub fn source_lines() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        lines.extend(text.lines().map(|line| (name.clone(), line.to_owned())));
    }
    lines
}

/// Names in `left` that are not in `right`.
pub fn missing<'a>(left: &BTreeSet<&'a str>, right: &BTreeSet<&str>) -> Vec<&'a str> {
    left.iter()
        .filter(|name| !right.contains(*name))
        .copied()
        .collect()
}
