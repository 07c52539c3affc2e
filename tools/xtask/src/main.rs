//! The project's commands: `cargo xtask build`, and what stands beside it in [`Job`].
//!
//! One file for each subject; this one only reads the command line. Every command says what it is doing while it does it, and an
//! error names what to do next.

mod arm64;
mod bench;
mod build;
mod c_driver;
mod examples;
mod host_patch;
mod identity;
mod image;
mod inf;
mod install;
mod linker;
mod lock;
mod machine;
mod miri;
mod package;
#[cfg(test)]
mod powershell;
mod process;
mod proofs;
mod publish;
mod repository;
mod run;
mod test;
mod toolchain;
mod wdk_lite;
#[cfg(test)]
mod wdk_names;
mod workflow;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Build, run, test and package the virtio GPU display driver.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    job: Job,
}

/// What can be asked for.
#[derive(Subcommand)]
enum Job {
    /// The main job: build, boot in QEMU on a virtio GPU, present, compare the picture, report.
    Run(run::Options),
    /// Run two drivers' images with the same plan, and print one table of both.
    Compare(run::compare::Options),
    /// Everything: format, lints, tests, image, rig, benchmarks.
    Test(test::Options),
    /// Measure, and compare with the alternative in the same run.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Build target/driver/vgpudod.sys and .pdb on Linux and check the image; build the rig, the machine it runs in.
    Build(build::Options),
    /// Check the INF file against what Microsoft documents.
    InfCheck(inf::Options),
    /// Make, sign and verify the package for a Windows test machine in target/package/vgpudod.
    Package(package::Options),
    /// Make the package's contents twice, in two folders, and compare them byte for byte.
    Reproduce {
        /// Do it although there are changes that are not committed.
        #[arg(long)]
        allow_dirty: bool,
    },
    /// Compile the driver's crates for ARM64; all but its own package, which takes a WDK.
    Arm64,
    /// Lint the workflows in .github/workflows with actionlint.
    WorkflowLint,
    /// Run clippy on the driver's package, which takes a WDK.
    Lint,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.job {
        Job::Run(options) => run::run(&options),
        Job::Compare(options) => run::compare::run(&options),
        Job::Test(options) => test::run(&options),
        Job::Bench(bench) => bench::run(&bench),
        Job::Build(options) => build::run(&options),
        Job::InfCheck(options) => inf::run(&options),
        Job::Package(options) => package::run(&options),
        Job::Reproduce { allow_dirty } => package::reproducible::run(allow_dirty),
        Job::Arm64 => repository::Repository::find()
            .and_then(|found| arm64::check(&found))
            .map(drop),
        Job::WorkflowLint => repository::Repository::find()
            .and_then(|found| workflow::lint(&found))
            .map(drop),
        Job::Lint => repository::Repository::find().and_then(|found| build::lint(&found)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
