//! `cargo xtask test`: everything. Format, lints, unit and compile-fail tests, the simulation, the driver's image, the rig in its
//! variants, what a closure costs, the package, the workflows, ARM64.
//!
//! A step that fails does not keep the others from running; the end has every step with its time, and names all that failed. A step
//! that cannot be made here, because something cannot be had, is named too, and does not count as passed.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::arm64;
use crate::bench;
use crate::build;
use crate::c_driver;
use crate::examples;
use crate::inf;
use crate::install;
use crate::machine;
use crate::miri;
use crate::package;
use crate::process;
use crate::proofs;
use crate::publish;
use crate::repository::Repository;
use crate::run;
use crate::workflow;

/// What to test.
#[derive(clap::Args, Debug, Default)]
pub struct Options {
    /// Only the steps whose name has this in it.
    pub only: Option<String>,
    /// List the steps.
    #[arg(long)]
    pub list: bool,
}

/// Result of a step that did not fail.
struct Ran {
    /// How many tests it ran.
    tests: u64,
    /// What it counted, for the end.
    figures: Option<String>,
    /// What cannot be run here, each with its reason.
    not_run: Vec<String>,
}

impl From<u64> for Ran {
    fn from(tests: u64) -> Self {
        Self {
            tests,
            figures: None,
            not_run: Vec::new(),
        }
    }
}

impl Ran {
    /// A step that cannot be made here.
    fn not_run(name: &str, why: &anyhow::Error) -> Self {
        Self {
            tests: 0,
            figures: None,
            not_run: vec![format!("{name}: {why:#}")],
        }
    }
}

/// What a step does.
type Run = Box<dyn Fn(&Repository) -> Result<Ran>>;

/// A run of another driver than this project's, on a device of QEMU's.
type OnDevice = fn(&Repository, &str) -> Result<u64>;

/// A step.
struct Step {
    name: &'static str,
    run: Run,
}

/// How often a QEMU that crashes by itself is started.
const ATTEMPTS: u32 = 3;

/// Runs a variant on the newer QEMU, if that can be had.
fn on_newer(repository: &Repository, name: &str, options: &run::Options) -> Result<Ran> {
    let program = match run::newer::qemu(repository) {
        Ok(program) => program,
        Err(why) => return Ok(Ran::not_run(name, &why)),
    };
    let version = run::newer::version(&program).unwrap_or_default();
    process::say("QEMU", &version);
    let run = || {
        run::run(&run::Options {
            program: Some(program.clone()),
            ..options.clone()
        })
    };
    let with_window = |device: &String| device.contains("-gl");
    if !options.device.as_ref().is_some_and(with_window) {
        run()?;
        return Ok(Ran::from(1));
    }
    if let Err(why) = install::ensure(install::GL) {
        return Ok(Ran::not_run(name, &why));
    }
    // QEMU 10.0.2 was seen to crash when this device is reset, not each time. The cause is not known.
    let mut attempts = 0;
    loop {
        attempts += 1;
        match run() {
            Ok(()) => return Ok(Ran::from(1)),
            Err(error) if error.is::<run::Crash>() && attempts < ATTEMPTS => {
                process::say("Again", &format!("{error:#}"));
            }
            Err(error) if error.is::<run::Crash>() => return Ok(Ran::not_run(name, &error)),
            Err(error) => return Err(error),
        }
    }
}

/// This project's image, run as if it were another's: unmodified, with its INF file, and asked for nothing.
fn as_foreign(repository: &Repository) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let inf = folder.path().join("vgpudod.inf");
    std::fs::write(&inf, inf::stamped(repository)?)?;
    run::run(&run::Options {
        image: Some(build::driver(repository)?.image),
        inf: Some(inf),
        ..run::Options::default()
    })?;
    Ok(1)
}

/// The driver in C, which has to break no rule: the ones that shipped drivers break are told, and are none.
fn in_c(repository: &Repository, device: &str) -> Result<u64> {
    run::run(&run::Options {
        image: Some(c_driver::build(repository)?),
        inf: Some(c_driver::inf(repository)),
        device: Some(device.to_owned()),
        strict: true,
        smp: 2,
        ..run::Options::default()
    })?;
    Ok(1)
}

/// The example on `dxgk`, built as an image of its own, which has to break no rule either.
fn example(repository: &Repository, device: &str) -> Result<u64> {
    run::run(&run::Options {
        image: Some(build::example_image(repository)?.file),
        inf: Some(repository.root().join("examples/stdvga/stdvga.inf")),
        device: Some(device.to_owned()),
        strict: true,
        smp: 2,
        ..run::Options::default()
    })?;
    Ok(1)
}

fn step_of(name: &'static str, run: impl Fn(&Repository) -> Result<u64> + 'static) -> Step {
    Step {
        name,
        run: Box::new(move |repository| run(repository).map(Ran::from)),
    }
}

fn steps() -> Vec<Step> {
    let step = |name, run: fn(&Repository) -> Result<u64>| step_of(name, run);
    let mut steps = vec![
        step("format", |repository| {
            let mut cargo =
                Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            process::run(
                cargo
                    .current_dir(repository.root())
                    .args(["fmt", "--all", "--check"]),
            )?;
            Ok(1)
        }),
        step("lints", |repository| {
            let mut cargo = repository.cargo("clippy");
            process::run(cargo.args(["--quiet", "--all-targets", "--", "-D", "warnings"]))?;
            Ok(1)
        }),
        step("unit tests", unit_tests),
        step("documentation", |repository| {
            let mut cargo = repository.cargo("doc");
            cargo.args([
                "--quiet",
                "--no-deps",
                "--package",
                "dxgk",
                "--package",
                "dxgk-sys",
                "--package",
                "dirql",
            ]);
            process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))?;
            Ok(1)
        }),
        step("guarantees", proofs::guarantees),
        step("model checking", |repository| {
            proofs::model_checking(repository).map(|()| 1)
        }),
        step("thread sanitizer", |repository| {
            proofs::thread_sanitizer(repository).map(|()| 1)
        }),
        step("address sanitizer", |repository| {
            proofs::address_sanitizer(repository).map(|()| 1)
        }),
        Step {
            name: "miri",
            run: Box::new(|repository| {
                let report = miri::run(repository)?;
                Ok(Ran {
                    tests: report.passed,
                    figures: None,
                    not_run: report.left_out,
                })
            }),
        },
        step("publish", |repository| {
            publish::publish(repository).map(|()| 1)
        }),
        step("inf", |_| {
            inf::run(&inf::Options::default())?;
            Ok(1)
        }),
        step("workflows", |repository| {
            workflow::lint(repository).map(|_| 1)
        }),
        step("arm64", |repository| arm64::check(repository).map(|_| 1)),
        step("image", |repository| {
            build::driver(repository)?;
            Ok(1)
        }),
        step("driver lints", |repository| {
            build::lint(repository)?;
            Ok(1)
        }),
        step("bench: synchronize", |_| {
            bench::run(&bench::Bench::Sync { bless: false })?;
            Ok(1)
        }),
        step("simulation", |_| {
            run::run(&run::Options {
                sim: true,
                ..run::Options::default()
            })?;
            Ok(1)
        }),
        step("rig: machine", |_| {
            install::ensure(install::RIG)?;
            Ok(1)
        }),
        step("rig: fault drivers", fault_drivers),
        step("rig: any image", as_foreign),
    ];
    let on: [(_, _, OnDevice); 6] = [
        ("rig: example stdvga, VGA", "VGA", example),
        (
            "rig: example stdvga, secondary-vga",
            "secondary-vga",
            example,
        ),
        (
            "rig: example stdvga, bochs-display",
            "bochs-display",
            example,
        ),
        ("rig: example stdvga, virtio-vga", "virtio-vga", example),
        ("rig: driver in C, VGA", "VGA", in_c),
        ("rig: driver in C, bochs-display", "bochs-display", in_c),
    ];
    for (name, device, run) in on {
        steps.push(step_of(name, move |repository| run(repository, device)));
    }
    for (name, options) in run::steps::machines()
        .into_iter()
        .chain(run::steps::model())
    {
        steps.push(Step {
            name,
            run: Box::new(move |_| run::steps::test(&options).map(|()| Ran::from(1))),
        });
    }
    for (name, options) in run::steps::newer() {
        steps.push(Step {
            name,
            run: Box::new(move |repository| on_newer(repository, name, &options)),
        });
    }
    for (name, options) in run::stress::variants() {
        steps.push(Step {
            name,
            run: Box::new(move |_| {
                let figures = run::stress::test(&options)?;
                Ok(Ran {
                    tests: 1,
                    not_run: Vec::new(),
                    figures: Some(format!("{name}: {figures}")),
                })
            }),
        });
    }
    for (name, example, interrupt) in examples::runs() {
        steps.push(Step {
            name,
            run: Box::new(move |repository| {
                let figures = example.run(repository, interrupt)?;
                Ok(Ran {
                    tests: 1,
                    not_run: Vec::new(),
                    figures: Some(format!("{name}: {figures}")),
                })
            }),
        });
    }
    steps.push(step("package", |repository| {
        let options = package::Options {
            allow_dirty: true,
            ..package::Options::default()
        };
        package::make(repository, &options).map(|_| 1)
    }));
    steps.push(step("reproducible", |_| {
        package::reproducible::run(true).map(|()| 1)
    }));
    steps
}

/// Runs every step, and closes with how many tests passed and failed.
pub fn run(options: &Options) -> Result<()> {
    let repository = Repository::find()?;
    let steps = steps();
    if options.list {
        for step in &steps {
            println!("{}", step.name);
        }
        return Ok(());
    }
    let chosen = steps.iter().filter(|step| {
        options
            .only
            .as_ref()
            .is_none_or(|only| step.name.contains(only.as_str()))
    });
    let mut passed = 0;
    let mut failed = Vec::new();
    let (mut figures, mut times, mut not_run) = (Vec::new(), Vec::new(), Vec::new());
    let all = Instant::now();
    for step in chosen {
        let began = Instant::now();
        process::say("Testing", step.name);
        let result = (step.run)(&repository);
        let seconds = began.elapsed().as_secs_f64();
        let word = match result {
            Ok(ran) => {
                passed += ran.tests;
                figures.extend(ran.figures);
                let (verb, word) = match ran.tests {
                    0 => ("Not run", "not run"),
                    _ => ("Passed", "passed"),
                };
                process::say(verb, &format!("{} ({seconds:.0} s)", step.name));
                not_run.extend(ran.not_run);
                word
            }
            Err(error) => {
                let error = format!("{error:#}");
                eprintln!("error: {}: {error}", step.name);
                failed.push((step.name, error));
                "FAILED"
            }
        };
        times.push(format!("{seconds:>6.0} s  {word:<8}  {}", step.name));
    }
    for line in figures.iter().chain(&times) {
        println!("{line}");
    }
    println!("{:>6.0} s  in all", all.elapsed().as_secs_f64());
    for line in &not_run {
        println!("not run here: {line}");
    }
    // Once more where it is found: what was said then is thousands of lines further up.
    for (name, error) in &failed {
        println!("failed: {name}: {}", last_lines(error, 40));
    }
    println!(
        "{passed} passed, {} failed, {} not run here",
        failed.len(),
        not_run.len()
    );
    if passed == 0 && failed.is_empty() && not_run.is_empty() {
        bail!(
            "no step has {:?} in its name; see cargo xtask test --list",
            options.only
        );
    }
    if !failed.is_empty() {
        let names: Vec<_> = failed.iter().map(|(name, _)| *name).collect();
        bail!("failed: {}", names.join(", "));
    }
    Ok(())
}

/// All tests of the packages that a host can build; counts them.
fn unit_tests(repository: &Repository) -> Result<u64> {
    let mut cargo = repository.cargo("test");
    counted(cargo.args(["--quiet", "--no-fail-fast"]))
}

/// Drivers with one fault each, booted on the rig, which has to notice; counts them.
fn fault_drivers(repository: &Repository) -> Result<u64> {
    install::ensure(&[install::RIG, install::DRIVER].concat())?;
    let rig = machine::build(repository)?;
    let mut cargo = repository.cargo("test");
    let arguments = [
        "--quiet",
        "--package",
        "rig",
        "--test",
        "faults",
        "--test",
        "displib",
        "--",
    ];
    // Each boots a machine of two processors.
    let threads = ["--ignored", "--test-threads", "2"];
    counted(cargo.args(arguments).args(threads).env("RIG_EFI", rig))
}

fn counted(cargo: &mut Command) -> Result<u64> {
    let output = cargo.output().context("cargo test")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(count(&said))
}

/// The last `count` lines of `said`.
fn last_lines(said: &str, count: usize) -> String {
    let lines: Vec<_> = said.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// How many tests the runner's closing lines say have passed.
fn count(said: &str) -> u64 {
    said.lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "))
        .filter_map(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_counted_from_the_closing_lines() {
        let said = "running 2 tests\n..\ntest result: ok. 2 passed; 0 failed; 0 ignored\n\ntest result: ok. 40 passed; 0 failed\n";
        assert_eq!(count(said), 42);
    }

    #[test]
    fn the_last_lines_are_the_last_ones() {
        assert_eq!(last_lines("a\nb\nc", 2), "b\nc");
        assert_eq!(last_lines("a", 40), "a");
        assert_eq!(last_lines("", 40), "");
    }

    #[test]
    fn no_two_steps_have_the_same_name() {
        let mut names: Vec<_> = steps().iter().map(|step| step.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
