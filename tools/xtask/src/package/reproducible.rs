//! Whether two builds of the same sources give the same bytes (`cargo xtask reproduce`).
//!
//! Everything in the package but the signatures is made twice; in between all that was built for Windows is thrown away, what the build
//! scripts wrote included. Only the programs that run on this machine (build scripts, macros) are the same ones both times.

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
use crate::toolchain::DRIVER_TARGET;

/// A file and its digest.
type Digests = Vec<(String, String)>;

/// The command: builds twice and compares; the error names the files that differ.
pub fn run(allow_dirty: bool) -> Result<()> {
    let repository = Repository::find()?;
    install::ensure(super::NEEDS)?;
    let source = Source::of(&repository, allow_dirty)?;
    let folder = super::place(&repository).join("reproduce");
    let first = make(&repository, &source, &folder)?;
    for target in [DRIVER_TARGET, command_line::TARGET] {
        let build = repository.cross().join(target);
        if build.exists() {
            fs::remove_dir_all(&build)
                .with_context(|| format!("cannot empty {}", build.display()))?;
        }
    }
    let second = make(&repository, &source, &folder)?;
    for (name, digest) in &first {
        process::say("SHA-256", &format!("{digest} {name}"));
    }
    let different = differences(&first, &second);
    if !different.is_empty() {
        bail!(
            "two builds of the same sources differ in {}",
            different.join(", ")
        );
    }
    process::say("Same", "both builds gave these bytes");
    Ok(())
}

/// Makes the unsigned package; returns the digest of each file.
fn make(repository: &Repository, source: &Source, folder: &Path) -> Result<Digests> {
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
