//! `cargo xtask run`: the main job. Builds the driver, boots it in QEMU on a virtio GPU, presents frames, asks for statistics
//! through the control device, compares QEMU's own picture of the screen with the expected one, and reports.
//!
//! Everything it leaves is in `target/run`: `frame.png`, `summary.json`, `rig.log`.

mod picture;
pub mod qemu;
mod qmp;
mod report;
mod simulation;
pub mod stress;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::build;
use crate::install;
use crate::machine;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::{DRIVER_TARGET, RIG_TARGET, Toolchain};

/// How to run.
#[derive(clap::Args, Debug, Clone)]
pub struct Options {
    /// Run hosted, without QEMU: threads as processors and a model of the device. Needs nothing but Rust.
    #[arg(long)]
    pub sim: bool,
    /// Give the driver a line-based interrupt (the device gets `vectors=0`).
    #[arg(long)]
    pub line: bool,
    /// Use virtio-vga, the virtio GPU that is also a VGA adapter.
    #[arg(long)]
    pub vga: bool,
    /// What goes behind QEMU's -device, for example `virtio-gpu-pci,vectors=2,packed=on`.
    #[arg(long, value_name = "ARGS", conflicts_with_all = ["line", "vga", "sim"])]
    pub device: Option<String>,
    /// How many processors.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub smp: u32,
    /// How many frames are presented.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    pub frames: u32,
    /// How many closures each processor runs on each interrupt source in a stress of the synchronized interface; 0 runs none.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "sim")]
    pub stress: u32,
    /// How many frames are presented at least during the stress, each an interrupt.
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "stress")]
    pub stress_presents: u32,
    /// Give the driver memory in single pages only, as a system does that has run for long.
    #[arg(long, conflicts_with = "sim")]
    pub scattered: bool,
    /// Handed on to QEMU as it is.
    #[arg(last = true)]
    pub qemu: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sim: false,
            line: false,
            vga: false,
            device: None,
            smp: 4,
            frames: 300,
            stress: 0,
            stress_presents: 1000,
            scattered: false,
            qemu: Vec::new(),
        }
    }
}

impl Options {
    /// The argument of QEMU's -device.
    fn device(&self) -> String {
        if let Some(device) = &self.device {
            return device.clone();
        }
        let name = if self.vga {
            "virtio-vga"
        } else {
            "virtio-gpu-pci"
        };
        let vectors = if self.line { ",vectors=0" } else { "" };
        format!("{name}{vectors}")
    }
}

/// The command. An error where the picture does not match, a rule was broken, or something leaked.
pub fn run(options: &Options) -> Result<()> {
    let repository = Repository::find()?;
    let folder = repository.root().join("target/run");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if options.sim {
        return simulation::run(&repository, options, &folder);
    }
    if let Err(missing) = ready() {
        // A driver that can't be built here can still be shown, and said to be only simulated.
        eprintln!("note: {missing:#}");
        eprintln!(
            "note: without these the rig can't run; this is the SIMULATION, not the driver's image on QEMU"
        );
        return simulation::run(&repository, options, &folder);
    }
    let started = Instant::now();
    let driver = build::driver(&repository)?;
    let rig = machine::build(&repository)?;
    let image = fs::read(&driver.image)?;
    let digest: String = Sha256::digest(&image)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    process::say(
        "Booting",
        &format!("{} on {} processors", options.device(), options.smp),
    );
    let mut outcome = qemu::boot(&qemu::Machine {
        rig: &rig,
        driver: &driver.image,
        device: &options.device(),
        options,
        folder: &folder,
        vgpuctl: &vgpuctl(&repository)?,
    })?;
    let summary = outcome.summary.take().with_context(|| {
        format!(
            "the rig ended without a summary ({}); see {}",
            outcome.end(),
            folder.join("rig.log").display()
        )
    })?;
    let mut summary = report::Summary(summary);
    summary.set("machine", "rig");
    summary.set("device", options.device());
    summary.set("processors", options.smp);
    summary.set("image_sha256", digest);
    let mode = summary
        .mode()
        .with_context(|| format!("the run came to no mode: {}", outcome.end()))?;
    let verdict = picture::compare(&folder.join("frame.png"), mode, options.frames)?;
    summary.set("picture", verdict.word());
    if let Some(statistics) = outcome.statistics.take() {
        summary.set("vgpuctl", statistics);
    }
    summary.write(&folder.join("summary.json"))?;
    println!("{}", summary.table());
    process::say("Saved", &folder.join("frame.png").display().to_string());
    process::say(
        "Finished",
        &format!("in {:.1} s", started.elapsed().as_secs_f64()),
    );
    if let picture::Verdict::Mismatch(difference) = &verdict {
        bail!("the screen is not what was presented: {difference}");
    }
    summary.check()?;
    ensure!(outcome.passed, "the rig failed: {}", outcome.end());
    Ok(())
}

/// Whether all is there that building and booting take, after installing what can be.
fn ready() -> Result<()> {
    install::ensure(&[install::RIG, install::DRIVER].concat())?;
    for target in [DRIVER_TARGET, RIG_TARGET] {
        Toolchain::for_target(target)?;
    }
    Ok(())
}

/// Builds the test program that asks the driver through the request channel.
fn vgpuctl(repository: &Repository) -> Result<PathBuf> {
    process::say("Building", "vgpuctl");
    process::run(repository.cargo("build").args(["--package", "vgpuctl"]))
        .context("vgpuctl does not build")?;
    // Cargo puts all programs of the workspace into one folder.
    let program = std::env::current_exe()?.with_file_name("vgpuctl");
    ensure!(
        program.is_file(),
        "{} was built, but not there",
        program.display()
    );
    Ok(program)
}

/// A member of the summary as a number.
fn number(summary: &Value, name: &str) -> Option<f64> {
    summary.get(name).and_then(Value::as_f64)
}
