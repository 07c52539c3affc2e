//! The example drivers for QEMU's `edu` device: built for Windows as vgpudod is, from workspaces of
//! their own, and run on the rig.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use object::read::pe::PeFile64;
use serde_json::Value;

use crate::build::Ground;
use crate::image::imports;
use crate::install;
use crate::lock;
use crate::machine;
use crate::process;
use crate::repository::Repository;
use crate::run::qemu;
use crate::toolchain::DRIVER_TARGET;
use crate::wdk_lite::{Import, imports_of_examples};

/// An example driver.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The image's name.
    pub name: &'static str,
    /// Its package.
    package: &'static str,
    /// The folder of its workspace; none if that is this one.
    folder: Option<&'static str>,
}

/// dirql over KeSynchronizeExecution.
pub const WDM: Example = Example {
    name: "edu_wdm",
    package: "edu-wdm",
    folder: Some("examples/edu/wdm"),
};

/// dirql over WdfInterruptSynchronize.
pub const KMDF: Example = Example {
    name: "edu_kmdf",
    package: "edu-kmdf",
    folder: None,
};

/// Closures in a run, at least.
const CLOSURES: u64 = 1_000_000;
/// Interrupts of the device in a run, at least.
const INTERRUPTS: u64 = 100_000;
/// edu's ids, and all that there is to exercise it.
const WORDS: &str = "pnp=1 vendor=4660 device=4584";

/// How the device interrupts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// By its one message (MSI).
    Message,
    /// By its pin.
    Line,
}

/// The runs on the rig.
pub fn runs() -> [(&'static str, Example, Interrupt); 4] {
    [
        ("rig: edu, WDM, message", WDM, Interrupt::Message),
        ("rig: edu, WDM, line", WDM, Interrupt::Line),
        ("rig: edu, KMDF, message", KMDF, Interrupt::Message),
        ("rig: edu, KMDF, line", KMDF, Interrupt::Line),
    ]
}

impl Example {
    /// Runs the image on the rig, with the stress. Returns its figures in a line.
    ///
    /// # Errors
    ///
    /// The run was not good, or did less than it should.
    pub fn run(&self, repository: &Repository, interrupt: Interrupt) -> Result<String> {
        install::ensure(install::RIG)?;
        let image = self.build(repository)?;
        let rig = machine::build(repository)?;
        process::say(
            "Booting",
            &format!("{}.sys with edu on 4 processors", self.name),
        );
        let messages = u8::from(interrupt == Interrupt::Message);
        let words = format!("{WORDS} messages={messages} stress={CLOSURES} presents={INTERRUPTS}");
        let output = qemu::rig(&rig, &image, "edu", &words)
            .args(["-accel", "tcg,thread=multi"])
            .args(["-m", "512", "-smp", "4"])
            .output()
            .context("cannot start qemu-system-x86_64")?;
        let log = String::from_utf8_lossy(&output.stdout);
        let file = repository.driver().join(format!("{}.log", self.name));
        fs::write(&file, &*log).with_context(|| format!("cannot write {}", file.display()))?;
        if output.status.code() != Some(qemu::PASSED) {
            let last: Vec<&str> = log.lines().rev().take(5).collect();
            bail!(
                "{} failed on the rig ({}): {}",
                self.name,
                output.status,
                last.into_iter().rev().collect::<Vec<_>>().join(" / ")
            );
        }
        judge(&log)
    }

    fn link(&self, ground: &Ground, repository: &Repository) -> Result<()> {
        match self.folder {
            Some(folder) => {
                process::run(&mut ground.cargo_in("build", &repository.root().join(folder)))
            }
            None => ground.build(self.package, self.name),
        }
    }

    /// Builds the image; returns where it is.
    pub fn build(&self, repository: &Repository) -> Result<PathBuf> {
        let _lock = lock::hold(repository)?;
        let ground = Ground::prepare(repository)?;
        process::say("Building", &format!("the example {}.sys", self.name));
        self.link(&ground, repository).with_context(|| {
            format!(
                "{} does not build (a function that the linker does not know belongs, with its reason, in \
                 testing/wdk-lite/imports-examples.tsv)",
                self.name
            )
        })?;
        let built = match self.folder {
            Some(folder) => repository
                .root()
                .join(folder)
                .join("target")
                .join(DRIVER_TARGET)
                .join("release"),
            None => ground.linked(),
        };
        let image = repository.driver().join(format!("{}.sys", self.name));
        fs::copy(built.join(format!("{}.dll", self.name)), &image)
            .with_context(|| format!("cannot write {}", image.display()))?;
        let bytes = fs::read(&image)?;
        let found = imports::of(&PeFile64::parse(&*bytes)?)?;
        check_rows(self.name, &found, &imports_of_examples(repository)?)?;
        Ok(image)
    }
}

/// Each row of the table that names this example is an import of its image.
fn check_rows(example: &str, found: &[(String, String)], rows: &[Import]) -> Result<()> {
    for row in rows {
        let names = |example: &str| row.reason.starts_with(&format!("{example}: "));
        ensure!(
            names(WDM.name) || names(KMDF.name),
            "imports-examples.tsv: {} does not begin with an example's name: {}",
            row.name,
            row.reason
        );
        ensure!(
            !names(example) || found.iter().any(|(_, name)| *name == row.name),
            "{example}.sys does not import {}, which is in testing/wdk-lite/imports-examples.tsv: {}",
            row.name,
            row.reason
        );
    }
    Ok(())
}

/// The figures of a run that passed, if they are as they should be.
fn judge(log: &str) -> Result<String> {
    let summary = log.lines().find_map(|line| line.strip_prefix("summary: "));
    let summary: Value = serde_json::from_str(summary.context("the run has no summary")?)?;
    let figure = |name: &str| {
        let figure = summary.get(name).and_then(Value::as_u64);
        figure.with_context(|| format!("the summary has no figure {name}"))
    };
    let (closures, interrupts) = (figure("closures")?, figure("interrupts")?);
    ensure!(
        closures >= CLOSURES,
        "{closures} closures are fewer than {CLOSURES}"
    );
    ensure!(
        interrupts >= INTERRUPTS && figure("claimed")? == interrupts,
        "{interrupts} interrupts of the device, {} of which came",
        figure("claimed")?
    );
    let (wrong, leaks) = (figure("wrong")?, figure("leaks")?);
    ensure!(
        wrong == 0 && leaks == 0,
        "{wrong} things were wrong, {leaks} not given back"
    );
    Ok(format!(
        "{closures} closures, {interrupts} interrupts of the device, {} synchronized calls, {wrong} wrong, {leaks} leaks",
        figure("synchronized")?
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const GOOD: &str = "x\nsummary: {\"closures\": 1000000, \"interrupts\": 100000, \"claimed\": 100000, \
                        \"synchronized\": 1100000, \"wrong\": 0, \"leaks\": 0}\n";

    #[test]
    fn a_workspace_of_its_own_has_the_crates_of_this_one() {
        let repository = Repository::find().unwrap();
        let packages = |folder: &str| {
            let lock = fs::read_to_string(repository.root().join(folder).join("Cargo.lock"));
            let lock = lock.unwrap().replace("\r\n", "\n");
            let package = |text: &str| {
                let value = |key: &str| {
                    let line = text.lines().find_map(|line| line.strip_prefix(key));
                    line.map(|value| value.trim_matches('"').to_owned())
                };
                Some((value("name = ")?, value("version = ")?))
            };
            let packages = lock.split("[[package]]\n").filter_map(package);
            packages.collect::<BTreeSet<_>>()
        };
        let (own, all) = (packages("examples/edu/wdm"), packages(""));
        let other: Vec<_> = own.difference(&all).collect();
        assert_eq!(other, [&("edu-wdm".to_owned(), "0.1.0".to_owned())]);
    }

    #[test]
    fn a_row_that_its_example_does_not_import_is_found() {
        let row = |reason: &str| Import {
            module: "ntoskrnl.exe".to_owned(),
            name: "KeSynchronizeExecution".to_owned(),
            reason: reason.to_owned(),
        };
        let of_wdm = [row("edu_wdm: its synchronize call")];
        let found = [("ntoskrnl.exe".to_owned(), of_wdm[0].name.clone())];
        check_rows("edu_wdm", &found, &of_wdm).expect("it is imported");
        check_rows("edu_kmdf", &[], &of_wdm).expect("it is the other's");
        check_rows("edu_wdm", &[], &of_wdm).expect_err("nothing imports it");
        check_rows("edu_wdm", &found, &[row("whatever")]).expect_err("it names no example");
    }

    #[test]
    fn enough_is_good_and_says_its_figures() {
        let line = judge(GOOD).expect("good");
        assert!(
            line.starts_with("1000000 closures, 100000 interrupts"),
            "{line}"
        );
    }

    #[test]
    fn too_little_or_anything_wrong_is_not() {
        for (from, to) in [
            ("closures\": 1000000", "closures\": 999999"),
            ("interrupts\": 100000", "interrupts\": 99999"),
            ("claimed\": 100000", "claimed\": 99999"),
            ("wrong\": 0", "wrong\": 1"),
            ("leaks\": 0", "leaks\": 1"),
            ("summary", "other"),
        ] {
            assert!(judge(&GOOD.replace(from, to)).is_err(), "{to}");
        }
    }
}
