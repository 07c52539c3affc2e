//! The run without QEMU: the same scenario against the miniport's logic, hosted.

use std::path::Path;

use anyhow::{Context, Result};

use super::Options;
use super::report::Summary;
use crate::process;
use crate::repository::Repository;

/// Runs the simulation, which writes its summary and picture itself; reports, and judges.
pub fn run(repository: &Repository, options: &Options, folder: &Path) -> Result<Summary> {
    process::say(
        "Simulating",
        "the miniport, hosted: threads as processors, a model of the device",
    );
    let mut command = repository.cargo("run");
    command
        .args(["--package", "sim", "--"])
        .args(["--frames", &options.frames.to_string()])
        .args(["--processors", &options.smp.to_string()])
        .arg("--output")
        .arg(folder);
    if options.line {
        command.arg("--line");
    }
    let ran = process::run(&mut command);
    let file = folder.join("summary.json");
    let json = std::fs::read_to_string(&file)
        .with_context(|| format!("the simulation left no {}", file.display()))?;
    let summary = Summary(serde_json::from_str(&json)?);
    println!("{}", summary.table());
    println!("SIMULATION: the driver's image and QEMU had no part in this");
    ran?;
    summary.check()?;
    Ok(summary)
}
