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
        if is_clone(repository) && !allow_dirty {
            refuse_changes(&git(repository, &["status", "--porcelain"])?)?;
        }
        Self::at(repository, time(repository)?)
    }

    /// The sources as they are, with the time that is known of them.
    fn at(repository: &Repository, time: Option<u64>) -> Result<Self> {
        let Some(time) = time else {
            bail!(
                "this is no git clone, so the time for the package is not known: set SOURCE_DATE_EPOCH to seconds since 1970"
            )
        };
        refuse_late(time)?;
        Ok(Self {
            time,
            version: version_at(repository, time)?,
        })
    }

    /// The day of the commit, UTC.
    pub fn date(&self) -> Date {
        inf::date(self.time)
    }
}

/// The version that a build of these sources has, which its FILEVERSION and a package's DriverVer both state. Where nothing tells
/// the commit's time, its fourth number is zero.
pub fn version_of(repository: &Repository) -> Result<Version> {
    version_at(repository, time(repository)?.unwrap_or(0))
}

fn version_at(repository: &Repository, time: u64) -> Result<Version> {
    let manifest = std::fs::read_to_string(repository.root().join("Cargo.toml"))
        .context("cannot read Cargo.toml")?;
    version(&manifest, time)
}

fn is_clone(repository: &Repository) -> bool {
    repository.root().join(".git").exists()
}

fn git(repository: &Repository, arguments: &[&str]) -> Result<String> {
    process::capture(
        Command::new("git")
            .current_dir(repository.root())
            .args(arguments),
    )
}

/// The time of the commit, or the one that SOURCE_DATE_EPOCH states. None where there is neither.
fn time(repository: &Repository) -> Result<Option<u64>> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(stated) => stated,
        Err(_) if is_clone(repository) => git(repository, &["log", "-1", "--format=%ct"])?,
        Err(_) => return Ok(None),
    };
    let time = text
        .trim()
        .parse()
        .with_context(|| format!("{:?} is no time in seconds since 1970", text.trim()))?;
    Ok(Some(time))
}

/// The last second that a catalog's time can state: the end of 2049, since its years have two digits.
const LAST: u64 = 2_524_607_999;

/// The error for a time that no catalog can state.
fn refuse_late(time: u64) -> Result<()> {
    if time > LAST {
        bail!(
            "the package's time ({}) is after 2049, which a catalog cannot state: set SOURCE_DATE_EPOCH to an earlier one",
            inf::date(time)
        );
    }
    Ok(())
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
    fn a_time_that_a_catalog_cannot_state_is_refused_with_the_variable() {
        assert!(refuse_late(LAST).is_ok());
        let error = refuse_late(LAST + 1).unwrap_err().to_string();
        assert!(
            error.contains("SOURCE_DATE_EPOCH") && error.contains("01/01/2050"),
            "{error}"
        );
        let repository = Repository::find().unwrap();
        assert_eq!(Source::at(&repository, Some(LAST)).unwrap().time, LAST);
        for time in [None, Some(LAST + 1)] {
            let error = Source::at(&repository, time).unwrap_err().to_string();
            assert!(error.contains("SOURCE_DATE_EPOCH"), "{error}");
        }
    }

    /// build.rs makes FILEVERSION of it, and stampinf DriverVer: by the variable, or as cargo-make's task says.
    #[test]
    fn what_builds_on_windows_takes_both_versions_from_one_variable() {
        let repository = Repository::find().unwrap();
        let read = |path: &str| std::fs::read_to_string(repository.root().join(path)).unwrap();
        assert!(read("build.rs").contains("VERSION: &str = \"STAMPINF_VERSION\""));
        let makefile = read("Makefile.toml");
        let (_, task) = makefile.split_once("[tasks.stampinf]").unwrap();
        let (task, _) = task.split_once("\n[").unwrap();
        assert!(
            task.contains("\"-v\",\n  \"${STAMPINF_VERSION}\""),
            "{task}"
        );
        let workflow = read(".github/workflows/windows.yml");
        let version = version_of(&repository).unwrap().to_string();
        let (package, _) = version.rsplit_once('.').unwrap();
        let stated = format!("STAMPINF_VERSION: {package}.${{{{ github.run_number }}}}");
        assert!(workflow.contains(&stated), "{stated}");
    }

    #[test]
    fn a_later_commit_of_a_day_has_a_higher_version() {
        let manifest = "[package]\nname = \"x\"\nversion = \"0.1.0\"\n";
        assert_eq!(version(manifest, 0).unwrap(), Version([0, 1, 0, 0]));
        assert_eq!(version(manifest, 86_399).unwrap(), Version([0, 1, 0, 1439]));
        assert!(version("version = \"1\"\n", 0).is_err());
    }
}
