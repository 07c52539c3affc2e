//! Which sources a package is made from: the commit, its time, the version.
//!
//! Every time in the package is the commit's, so that a commit gives the same bytes whenever it is built.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::inf;
use crate::inf::stamp::{Date, Version};
use crate::process;
use crate::repository::Repository;

/// The sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The commit's time, in seconds since 1970, UTC.
    pub time: u64,
    /// The package's version: the driver's, and the commit's minute of the day, so that a later commit is a later driver.
    pub version: Version,
}

impl Source {
    /// What is checked out. Changes that are not committed are an error unless they are allowed.
    pub fn of(repository: &Repository, allow_dirty: bool) -> Result<Self> {
        let git = |arguments: &[&str]| {
            process::capture(
                Command::new("git")
                    .current_dir(repository.root())
                    .args(arguments),
            )
        };
        let stated = std::env::var("SOURCE_DATE_EPOCH").ok();
        let inside = repository.root().join(".git").exists();
        if inside && !allow_dirty {
            refuse_changes(&git(&["status", "--porcelain"])?)?;
        }
        let time = match stated {
            Some(text) => text.trim().to_owned(),
            None if inside => git(&["log", "-1", "--format=%ct"])?.trim().to_owned(),
            None => bail!(
                "this is no git clone, so the time for the package is not known: set SOURCE_DATE_EPOCH to seconds since 1970"
            ),
        };
        let time = time
            .parse()
            .with_context(|| format!("{time:?} is no time in seconds since 1970"))?;
        let manifest = std::fs::read_to_string(repository.root().join("Cargo.toml"))
            .context("cannot read Cargo.toml")?;
        Ok(Self {
            time,
            version: version(&manifest, time)?,
        })
    }

    /// The day of the commit, UTC.
    pub fn date(&self) -> Date {
        inf::date(self.time)
    }
}

/// The error for what `git status --porcelain` lists.
fn refuse_changes(status: &str) -> Result<()> {
    let changed = status.lines().count();
    let Some(first) = status.lines().next() else {
        return Ok(());
    };
    bail!(
        "{changed} files are changed or new since the last commit (the first: {}): commit them, or say --allow-dirty",
        first.get(3..).unwrap_or(first)
    );
}

fn version(manifest: &str, time: u64) -> Result<Version> {
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \""))
        .context("Cargo.toml has no version")?;
    let numbers: Vec<u16> = line
        .trim_end_matches('"')
        .split('.')
        .filter_map(|number| number.parse().ok())
        .collect();
    let [major, minor, patch] = numbers[..] else {
        bail!("the version {line} in Cargo.toml is not three numbers")
    };
    let minute = u16::try_from(time % 86_400 / 60)?;
    Ok(Version([major, minor, patch, minute]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_refused_with_their_number_and_the_way_out() {
        let error = refuse_changes(" M src/lib.rs\n?? new\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("2 files")
                && error.contains("src/lib.rs")
                && error.contains("--allow-dirty"),
            "{error}"
        );
        assert!(refuse_changes("").is_ok());
    }

    #[test]
    fn a_later_commit_of_a_day_has_a_higher_version() {
        let manifest = "[package]\nname = \"x\"\nversion = \"0.1.0\"\n";
        assert_eq!(version(manifest, 0).unwrap(), Version([0, 1, 0, 0]));
        assert_eq!(version(manifest, 86_399).unwrap(), Version([0, 1, 0, 1439]));
        assert!(version("version = \"1\"\n", 0).is_err());
    }
}
