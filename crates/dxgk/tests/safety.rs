//! docs/safety.md lists every unsafe block of this crate with the words of its SAFETY comment, and no other.
#![cfg(not(loom))]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a block says for itself: its file, and the words of its SAFETY comment. With how often there is one.
type Blocks = BTreeMap<(String, String), usize>;

fn read(folder: &Path, found: &mut Blocks) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.to_string_lossy().ends_with("tests.rs")
        {
            let file = path
                .strip_prefix("src")
                .expect("below")
                .display()
                .to_string();
            read_file(&file, &fs::read_to_string(&path).expect("text"), found);
        }
    }
}

fn read_file(file: &str, text: &str, found: &mut Blocks) {
    // What stands behind is compiled for tests only.
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .expect("a part");
    let mut words = String::new();
    let mut in_comment = false;
    let mut age = 0;
    for line in text.lines().map(str::trim) {
        if let Some(first) = line.strip_prefix("// SAFETY: ") {
            words = first.to_owned();
            (in_comment, age) = (true, 0);
        } else if let Some(more) = line.strip_prefix("// ").filter(|_| in_comment) {
            words = format!("{words} {more}");
        } else if !line.starts_with("//") {
            (in_comment, age) = (false, age + 1);
            let blocks =
                line.matches("unsafe {").count() + usize::from(line.starts_with("unsafe impl"));
            if blocks != 0 {
                assert!(age <= 8, "{file}: no SAFETY near {line:?}");
                *found.entry((file.to_owned(), words.clone())).or_default() += blocks;
            }
        }
    }
}

/// The rows of the table: file, number of blocks, assumption, who guarantees it.
fn rows(table: &str) -> Blocks {
    table
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.trim_end_matches('|').split(" | ");
            let file = cells.next()?.trim_end_matches('`').to_owned();
            let count = cells.next()?.parse().expect("a number");
            let words = cells.next()?.to_owned();
            let guarantor = cells.next().expect("a guarantor");
            assert!(!guarantor.trim().is_empty(), "{file}: {words}");
            Some(((file, words), count))
        })
        .collect()
}

#[test]
fn every_unsafe_block_is_in_the_table_with_its_words() {
    let mut found = Blocks::new();
    read(Path::new("src"), &mut found);
    let listed = rows(&fs::read_to_string("../../docs/safety.md").expect("docs/safety.md"));
    let mut wrong = String::new();
    for ((file, words), count) in &found {
        if listed.get(&(file.clone(), words.clone())) != Some(count) {
            wrong += &format!("not listed: | `{file}` | {count} | {words} |  |\n");
        }
    }
    for key in listed.keys().filter(|key| !found.contains_key(*key)) {
        wrong += &format!("listed, but there is none: {} | {}\n", key.0, key.1);
    }
    assert!(wrong.is_empty(), "docs/safety.md:\n{wrong}");
}
