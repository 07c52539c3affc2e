//! The driver's INF file: reading it, stamping it, and checking it against what Microsoft documents (`cargo xtask inf-check`).

pub mod device;
pub mod document;
pub mod rules;
pub mod stamp;
pub mod syntax;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repository::Repository;
use document::Document;
use rules::{Finding, Subject};
use stamp::{Architecture, Date, Stamp, Version};

/// What to check.
#[derive(clap::Args, Debug, Default)]
pub struct Options {
    /// A stamped INF file for x64; without it, inf/vgpudod.inx is stamped for every architecture and checked.
    file: Option<PathBuf>,
}

/// The source of the INF file.
pub fn source(repository: &Repository) -> PathBuf {
    repository.root().join("inf/vgpudod.inx")
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    let repository = Repository::find()?;
    let kmdf = framework(&repository)?;
    let mut findings = Vec::new();
    let mut name = String::new();
    if let Some(file) = &options.file {
        name = file.display().to_string();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        findings.extend(check(&text, Architecture::Amd64, kmdf)?);
    } else {
        let inx = source(&repository);
        let text =
            fs::read_to_string(&inx).with_context(|| format!("cannot read {}", inx.display()))?;
        for architecture in Architecture::ALL {
            name = format!("{} for {}", inx.display(), architecture.name());
            let stamp = Stamp {
                architecture,
                date: today(),
                version: Version([0, 0, 0, 0]),
                kmdf,
            };
            findings.extend(
                check(&stamp::stamp(&text, &stamp)?, architecture, kmdf)
                    .with_context(|| name.clone())?,
            );
        }
        process::say(
            "Checked",
            &format!(
                "{} (amd64, arm64), {} rules",
                inx.display(),
                rules::all().count()
            ),
        );
    }
    report(&name, &findings)
}

/// The INF file for x64, stamped with today's date and no version.
pub fn stamped(repository: &Repository) -> Result<String> {
    let inx = source(repository);
    let text =
        fs::read_to_string(&inx).with_context(|| format!("cannot read {}", inx.display()))?;
    let stamp = Stamp {
        architecture: Architecture::Amd64,
        date: today(),
        version: Version([0; 4]),
        kmdf: framework(repository)?,
    };
    stamp::stamp(&text, &stamp)
}

/// Everything that is wrong with a stamped INF file.
pub fn check(text: &str, architecture: Architecture, kmdf: (u8, u8)) -> Result<Vec<Finding>> {
    let inf = Document::parse(text)?;
    Ok(rules::findings(&Subject {
        inf: &inf,
        architecture,
        kmdf,
        today: today(),
    }))
}

/// Shows what is wrong; that there is something is an error.
pub fn report(name: &str, findings: &[Finding]) -> Result<()> {
    for Finding { rule, page, text } in findings {
        process::say(
            "Wrong",
            &format!("{text} ({rule}; learn.microsoft.com/windows-hardware/drivers/{page})"),
        );
    }
    if !findings.is_empty() {
        bail!("{name} breaks {} rules (above)", findings.len());
    }
    Ok(())
}

/// The framework's version in the driver's Cargo.toml.
pub fn framework(repository: &Repository) -> Result<(u8, u8)> {
    framework_in(&repository.root().join("Cargo.toml"))
}

fn framework_in(manifest: &Path) -> Result<(u8, u8)> {
    let text = fs::read_to_string(manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;
    let number = |key: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
        line.and_then(|value| value.trim().parse().ok())
            .with_context(|| format!("{} has no {key}", manifest.display()))
    };
    Ok((
        number("kmdf-version-major")?,
        number("target-kmdf-version-minor")?,
    ))
}

/// The day it is, in UTC.
pub fn today() -> Date {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date(since)
}

/// The day of a time in seconds since 1970, in UTC.
pub fn date(seconds: u64) -> Date {
    // Years that begin in March put the leap day last; 146097 days are 400 years.
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let narrow = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: narrow(month),
        day: narrow(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_across_leap_years() {
        let days = |days: u64| date(days * 86_400 + 86_399).to_string();
        assert_eq!(days(0), "01/01/1970");
        assert_eq!(days(11_016), "02/29/2000");
        assert_eq!(days(11_017), "03/01/2000");
        assert_eq!(days(20_514), "03/02/2026");
    }

    #[test]
    fn the_framework_version_is_the_manifests() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
        assert_eq!(framework_in(&manifest).unwrap(), (1, 31));
        assert!(framework_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).is_err());
    }
}
