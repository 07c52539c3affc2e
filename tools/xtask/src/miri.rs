//! Miri over the test suites: every access of a test checked against Rust's aliasing rules, in both models, and the threaded
//! tests once more with many schedules.
//!
//! The short form, which `cargo xtask test` takes, runs a choice of the tests where all of them would take too long; with
//! `MIRI_SEEDS` set, every test runs, and the threaded ones with so many schedules. What a test leaves out under Miri it says in its own file, with the reason:
//! `#[cfg_attr(miri, ignore = "...")]`. This step lists those, so that none is left out silently.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repository::Repository;

/// How many schedules the threaded tests get in the short form.
const DEFAULT_SEEDS: u32 = 4;

/// The variable that asks for the long form and a number of schedules: `MIRI_SEEDS=64 cargo xtask test miri`.
const SEEDS: &str = "MIRI_SEEDS";

/// Seconds that a suite gets in one model in the short form. What has not ended by then is named, and counts as not run.
const BUDGET: u64 = 150;

/// How `timeout` of coreutils ends when it has stopped what it ran.
const STOPPED: i32 = 124;

/// A package whose tests run under Miri.
struct Suite {
    package: &'static str,
    /// What `cargo miri test` is told besides.
    arguments: &'static [&'static str],
    /// Parts of the names of the tests that the short form runs; none: it runs all.
    short: &'static [&'static str],
    /// Miri's own settings, each with its reason here.
    flags: &'static str,
}

/// What keeps everything alive for ever, as an abandoned adapter does, and so leaks: no undefined behaviour. And a panic in the
/// drop of a panic's payload, which is forgotten.
const LEAKS: &str = "-Zmiri-ignore-leaks";

/// Every package with a test suite that Miri can run, once in each model.
const SUITES: &[Suite] = &[
    Suite {
        package: "virtio-gpu",
        arguments: &["--lib", "--tests"],
        // No unsafe code of its own: one or two of each file, for what it takes from other crates.
        short: &[
            "a_memory_lists_its_own",
            "a_long_answer",
            "the_preferred_timing",
            "qemus_device_is_found",
            "plain_data",
            "messages_have_the_sizes",
            "the_command_number",
            "the_device_sees_a_chain",
            "clipping_cuts",
            "a_device_is_started",
        ],
        flags: "",
    },
    Suite {
        package: "ioctl",
        arguments: &["--lib", "--tests"],
        // No unsafe code of its own. Left out are the tests that try many lengths and codes.
        short: &[
            "codes_are",
            "layouts_of",
            "a_good_request",
            "more_rounds",
            "a_header",
            "a_newer",
            "an_answer",
            "bytes_that",
        ],
        flags: "",
    },
    Suite {
        package: "port",
        arguments: &["--lib", "--tests"],
        // Each rule has a test that starts a driver and breaks it. These are about what the model lends and frees.
        short: &[
            "tests::",
            "a_well_behaved_driver_breaks_nothing",
            "status::",
            "breaking::DescriptorOverrun",
            "breaking::ModeReleased",
        ],
        flags: "",
    },
    Suite {
        package: "dirql",
        arguments: &["--lib", "--tests"],
        short: &[],
        flags: LEAKS,
    },
    Suite {
        package: "dxgk",
        arguments: &["--lib", "--tests"],
        short: &[],
        flags: LEAKS,
    },
];

/// The suites with threads, run with many schedules.
const THREADED: &[Suite] = &[Suite {
    package: "dxgk",
    arguments: &["--test", "stress"],
    short: &[],
    flags: LEAKS,
}];

/// A model of which pointers may be used when.
#[derive(Clone, Copy)]
struct Model {
    name: &'static str,
    flag: &'static str,
}

const MODELS: [Model; 2] = [
    Model {
        name: "Stacked Borrows",
        flag: "",
    },
    Model {
        name: "Tree Borrows",
        flag: "-Zmiri-tree-borrows",
    },
];

/// What ran.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Tests that passed, counted once for each model and schedule.
    pub passed: u64,
    /// Tests that do not run under Miri, each with its reason; or the reason why none does.
    pub left_out: Vec<String>,
}

/// Runs all suites in both models, the models at once.
pub fn run(repository: &Repository) -> Result<Report> {
    if let Err(why) = ensure() {
        return Ok(Report {
            passed: 0,
            left_out: vec![format!("all tests under Miri: {why:#}")],
        });
    }
    let seeds = seeds(std::env::var(SEEDS).ok().as_deref())?;
    let form = Form {
        seeds: seeds.unwrap_or(DEFAULT_SEEDS),
        long: seeds.is_some(),
    };
    // Built before, so that the two do not wait for each other.
    for suite in SUITES {
        let whole = Form {
            seeds: 1,
            long: true,
        };
        process::capture(cargo(repository, suite, "", whole).arg("--no-run"))?;
    }
    let root = repository;
    let reports = thread::scope(|scope| {
        MODELS
            .map(|model| scope.spawn(move || in_model(root, model, form)))
            .map(|thread| thread.join().expect("no panic"))
    });
    let mut all = Report::default();
    for report in reports {
        let report = report?;
        all.passed += report.passed;
        all.left_out.extend(report.left_out);
    }
    all.left_out.sort();
    all.left_out.dedup();
    Ok(all)
}

/// How much to run.
#[derive(Clone, Copy)]
struct Form {
    /// Schedules of the threaded tests.
    seeds: u32,
    /// Every test, also where that takes long.
    long: bool,
}

/// How many schedules are asked for, if any number is.
fn seeds(wanted: Option<&str>) -> Result<Option<u32>> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    match wanted.parse() {
        Ok(seeds) if seeds != 0 => Ok(Some(seeds)),
        _ => bail!("{SEEDS} is {wanted:?}; it has to be a number from 1"),
    }
}

fn in_model(repository: &Repository, model: Model, form: Form) -> Result<Report> {
    let mut all = Report::default();
    let mut failed = Vec::new();
    let once = SUITES.iter().map(|suite| (suite, None));
    let often = THREADED.iter().map(|suite| (suite, Some(form.seeds)));
    for (suite, seeds) in once.chain(often) {
        let mut flags = format!("{} {}", suite.flags, model.flag);
        let mut title = format!("{} under {}", suite.package, model.name);
        if let Some(seeds) = seeds {
            flags += &format!(" -Zmiri-many-seeds=0..{seeds}");
            title += &format!(", {} with {seeds} schedules", suite.arguments.join(" "));
        }
        let began = Instant::now();
        let short = if form.long { &[] } else { suite.short };
        let output = cargo(repository, suite, flags.trim(), form)
            .arg("--")
            .args(short)
            .stdin(Stdio::null())
            .output()
            .context("cargo miri")?;
        let said = String::from_utf8_lossy(&output.stdout);
        if output.status.code() == Some(STOPPED) && !said.contains("FAILED") {
            let passed = said
                .lines()
                .filter(|line| line.ends_with(" ... ok"))
                .count() as u64;
            let line = format!(
                "{title}: stopped after {BUDGET} s, when {passed} tests had passed ({SEEDS}=64 cargo xtask test miri runs all)"
            );
            process::say("Miri", &line);
            all.passed += passed;
            all.left_out.push(line);
            continue;
        }
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            failed.push(format!("{title}:\n{said}{why}"));
            continue;
        }
        let report = read(suite.package, &said);
        if report.passed == 0 {
            bail!("{title}: no test ran:\n{said}");
        }
        let seconds = began.elapsed().as_secs_f64();
        let (passed, left_out) = (report.passed, report.left_out.len());
        process::say(
            "Miri",
            &format!("{title}: {passed} passed, {left_out} left out ({seconds:.0} s)"),
        );
        all.passed += passed;
        all.left_out.extend(report.left_out);
    }
    if !failed.is_empty() {
        bail!("Miri stopped {}", failed.join("\n"));
    }
    Ok(all)
}

fn cargo(repository: &Repository, suite: &Suite, flags: &str, form: Form) -> Command {
    let mut command = if form.long {
        nightly(&["cargo", "miri", "test"])
    } else {
        let mut command = Command::new("timeout");
        command.args([
            "--kill-after=10",
            &BUDGET.to_string(),
            "rustup",
            "run",
            "nightly",
        ]);
        clean(&mut command);
        command.args(["cargo", "miri", "test"]);
        command
    };
    command
        .current_dir(repository.root())
        .args(["--package", suite.package])
        .args(["--target-dir", "target/miri", "--no-fail-fast"])
        .args(suite.arguments)
        .env("MIRIFLAGS", flags);
    command
}

/// A command of the nightly toolchain, without what the toolchain that runs this program has put into the environment.
fn nightly(words: &[&str]) -> Command {
    let mut rustup = Command::new("rustup");
    rustup.args(["run", "nightly"]).args(words);
    clean(&mut rustup);
    rustup
}

/// Takes away what the toolchain that runs this program has put into the environment.
fn clean(command: &mut Command) {
    for name in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
}

/// Has Miri and the library's source, which Miri runs instead of the compiled one; or says why they cannot be had.
fn ensure() -> Result<()> {
    if process::find_program("rustup").is_none() {
        bail!(
            "Miri is a component of Rust's nightly toolchain, and there is no rustup to install that with"
        );
    }
    if has_miri() {
        return Ok(());
    }
    process::say("Adding", "Rust's nightly toolchain with Miri (rustup)");
    let words = ["toolchain", "install", "nightly", "--profile", "minimal"];
    let components = ["--component", "miri,rust-src"];
    process::capture(Command::new("rustup").args(words).args(components))
        .context("rustup cannot install a nightly toolchain with Miri")?;
    if !has_miri() {
        bail!("rustup has installed a nightly toolchain, and `cargo miri` does not start in it");
    }
    Ok(())
}

fn has_miri() -> bool {
    let says = |words: &[&str]| process::capture(&mut nightly(words)).ok();
    let has_source = says(&["rustc", "--print", "sysroot"]).is_some_and(|sysroot| {
        Path::new(sysroot.trim())
            .join("lib/rustlib/src/rust/library")
            .is_dir()
    });
    has_source && says(&["cargo", "miri", "--version"]).is_some()
}

/// Counts the tests that the runner says have passed, and takes the reasons of those that it left out.
fn read(package: &str, said: &str) -> Report {
    let mut report = Report::default();
    let mut filtered: u64 = 0;
    for line in said.lines() {
        if let Some(rest) = line.strip_prefix("test result: ok. ") {
            let passed = rest.split_whitespace().next();
            report.passed += passed.and_then(|count| count.parse().ok()).unwrap_or(0);
            let counts = rest.split("; ").filter_map(|part| part.split_once(' '));
            filtered += counts
                .filter(|(_, what)| *what == "filtered out")
                .filter_map(|(count, _)| count.parse::<u64>().ok())
                .sum::<u64>();
        } else if let Some((test, reason)) = line
            .strip_prefix("test ")
            .and_then(|test| test.split_once(" ... ignored"))
        {
            let reason = reason.trim_start_matches([',', ' ']);
            let reason = if reason.is_empty() {
                "no reason given"
            } else {
                reason
            };
            report
                .left_out
                .push(format!("{package} under Miri: {test}: {reason}"));
        }
    }
    if filtered != 0 {
        report.left_out.push(format!(
            "{package} under Miri: {filtered} tests that only the long form runs ({SEEDS}=64 cargo xtask test miri)"
        ));
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_counted_and_those_left_out_keep_their_reason() {
        let said = "test a ... ok\ntest b::c ... ignored, takes an hour\ntest d ... ignored\n\
            test result: ok. 2 passed; 0 failed; 2 ignored\ntest result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1s\n";
        assert_eq!(
            read("dxgk", said),
            Report {
                passed: 42,
                left_out: vec![
                    "dxgk under Miri: b::c: takes an hour".to_owned(),
                    "dxgk under Miri: d: no reason given".to_owned(),
                    "dxgk under Miri: 7 tests that only the long form runs (MIRI_SEEDS=64 cargo xtask test miri)"
                        .to_owned(),
                ],
            }
        );
    }

    #[test]
    fn the_number_of_schedules_is_a_number_from_one() {
        assert_eq!(seeds(None).ok(), Some(None));
        assert_eq!(seeds(Some("64")).ok(), Some(Some(64)));
        for wrong in ["0", "many", "-1", ""] {
            let error = seeds(Some(wrong)).expect_err(wrong).to_string();
            assert!(error.contains(SEEDS), "{error}");
        }
    }
}
