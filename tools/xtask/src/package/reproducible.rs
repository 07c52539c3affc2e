//! Whether two builds of the same sources give the same bytes, wherever they lie (`cargo xtask reproduce`).
//!
//! Everything in the package but the signatures is made twice: here, and in a copy of the sources in a folder of another name and length,
//! from nothing. Cargo's registry folder and the tools are the same both times.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::source::Source;
use super::{catalog, command_line, contents, names};
use crate::build;
use crate::install;
use crate::process;
use crate::repository::Repository;

/// A file and its digest.
type Digests = Vec<(String, String)>;

/// The copy's folder inside a temporary one: of another length than a clone's, so that what follows from a name's length shows as well.
const ELSEWHERE: &str = "a-copy-of-the-sources-that-lies-elsewhere";

/// Not sources: what builds leave behind. The history belongs to them: the version is made of the commit's time.
const LEFT_OUT: &[&str] = &["target"];

/// The command: builds twice and compares; the error names the files that differ.
pub fn run(allow_dirty: bool) -> Result<()> {
    let repository = Repository::find()?;
    install::ensure(super::NEEDS)?;
    let source = Source::of(&repository, allow_dirty)?;
    let first = make(&repository, &source)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let copy = folder.path().join(ELSEWHERE);
    process::say("Copying", &format!("the sources to {}", copy.display()));
    copy_sources(repository.root(), &copy)?;
    let second = make(&Repository::at(&copy)?, &source)?;
    for (name, digest) in &first {
        process::say("SHA-256", &format!("{digest} {name}"));
    }
    let different = differences(&first, &second);
    if !different.is_empty() {
        bail!(
            "two builds of the same sources, in two folders, differ in {}",
            different.join(", ")
        );
    }
    process::say("Same", "both folders gave these bytes");
    Ok(())
}

/// Copies all but [`LEFT_OUT`].
fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make the folder {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_sources(&source, &target)?;
        } else {
            fs::copy(&source, &target)
                .with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
}

/// Makes the unsigned package; returns the digest of each file.
fn make(repository: &Repository, source: &Source) -> Result<Digests> {
    let folder = &super::place(repository).join("reproduce");
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let driver = build::driver(repository)?;
    let tool = command_line::build(repository)?;
    contents(repository, source, &driver, &tool, folder)?;
    fs::write(
        folder.join(names::CATALOG),
        catalog::Catalog::of(folder, source)?.to_der()?,
    )?;
    let files = names::ALL
        .iter()
        .filter(|name| **name != names::CERTIFICATE);
    files
        .map(|name| {
            let bytes =
                fs::read(folder.join(name)).with_context(|| format!("cannot read {name}"))?;
            let digest = Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            Ok(((*name).to_owned(), digest))
        })
        .collect()
}

/// The names of the files whose digests differ, or that only one build has.
fn differences(first: &Digests, second: &Digests) -> Vec<String> {
    let all = first.iter().chain(
        second
            .iter()
            .filter(|(name, _)| !first.iter().any(|(other, _)| other == name)),
    );
    all.filter(|file| !(first.contains(file) && second.contains(file)))
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_sources_and_nothing_that_was_built() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for name in ["src/lib.rs", "target/driver/vgpudod.sys", ".git/HEAD"] {
            let file = from.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, name).unwrap();
        }
        copy_sources(&from, &to).unwrap();
        assert_eq!(
            fs::read_to_string(to.join("src/lib.rs")).unwrap(),
            "src/lib.rs"
        );
        assert!(!to.join("target").exists() && to.join(".git/HEAD").exists());
    }

    #[test]
    fn files_that_differ_or_are_missing_are_named() {
        let digests = |files: &[(&str, &str)]| {
            files
                .iter()
                .map(|(name, digest)| ((*name).to_owned(), (*digest).to_owned()))
                .collect()
        };
        let first: Digests = digests(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(differences(&first, &first), Vec::<String>::new());
        assert_eq!(
            differences(&first, &digests(&[("a", "1"), ("b", "0"), ("d", "4")])),
            ["b", "c", "d"]
        );
    }
}
