//! `cargo xtask run`: the main job. Boots a driver's image in QEMU on a virtio GPU (this project's, which it builds, or any display
//! miniport's), presents frames, compares QEMU's own picture of the screen with the expected one, and reports what QEMU saw.
//!
//! Everything it leaves is in `target/run`: `frame.png`, `summary.json`, `rig.log`, `trace.log`.

mod broken;
pub mod compare;
pub mod newer;
mod picture;
mod place;
mod probe;
pub mod qemu;
mod qmp;
mod report;
mod simulation;
pub mod steps;
pub mod stress;
mod subject;
mod trace;
mod window;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use port::config::Config;
use port::pattern::{self, Pattern};
use port::scenario::{Plan, WHOLE_FRAMES};
use port::variants::{ALL, Variant};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::install;
use crate::lock;
use crate::machine;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::{DRIVER_TARGET, RIG_TARGET, Toolchain};
use place::Place;
use report::Summary;
use subject::Subject;

/// QEMU itself crashed. The text is how it ended.
#[derive(Debug)]
pub struct Crash(String);

impl std::fmt::Display for Crash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the emulator itself crashed: {}", self.0)
    }
}

impl std::error::Error for Crash {}

/// How to run.
#[derive(clap::Args, Debug, Clone)]
pub struct Options {
    /// Run hosted, without QEMU: threads as processors and a model of the device. Needs nothing but Rust.
    #[arg(long)]
    pub sim: bool,
    /// Give the driver a line-based interrupt. This project's driver gets a device without messages too (`vectors=0`).
    #[arg(long)]
    pub line: bool,
    /// Use virtio-vga, the virtio GPU that is also a VGA adapter.
    #[arg(long)]
    pub vga: bool,
    /// What goes behind QEMU's -device, for example `virtio-gpu-pci,vectors=2,packed=on`.
    #[arg(long, value_name = "ARGS", conflicts_with_all = ["vga", "sim"])]
    pub device: Option<String>,
    /// Width and height of the device's preferred mode, for example 8192x4320.
    #[arg(long, value_name = "WIDTHxHEIGHT", conflicts_with = "sim", value_parser = mode)]
    pub mode: Option<(u32, u32)>,
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
    /// Run this image, unmodified, instead of the driver that is built here: any display-only miniport for x64.
    #[arg(long, value_name = "FILE.sys", conflicts_with_all = ["sim", "stress"])]
    pub image: Option<PathBuf>,
    /// The image's INF file: its hardware ids, registry values and interrupt messages.
    #[arg(long, value_name = "FILE.inf", requires = "image")]
    pub inf: Option<PathBuf>,
    /// Connect the interrupt after DxgkDdiStartDevice, and not before it as dxgkrnl was seen to do.
    #[arg(long, conflicts_with = "sim")]
    pub connect_late: bool,
    /// Let this go another way than usual; any number of them (testing/port/FIELD.md has the facts behind them).
    #[arg(long = "variant", value_name = "NAME", conflicts_with = "sim", value_parser = variant)]
    pub variants: Vec<&'static str>,
    /// Draw this again and again, instead of rectangles by chance (testing/port/src/pattern.rs).
    #[arg(long, value_name = "NAME", conflicts_with = "sim", value_parser = pattern)]
    pub pattern: Option<&'static str>,
    /// A number (REG_DWORD) in the adapter's software key, for example `PresentAtOnce=1`.
    #[arg(long = "setting", value_name = "NAME=NUMBER", conflicts_with = "sim", value_parser = setting)]
    pub settings: Vec<(String, u32)>,
    /// End at the first rule that the driver breaks.
    #[arg(long, conflicts_with = "sim")]
    pub strict: bool,
    /// Count the instructions of each DDI, interrupt routine and DPC, on one processor.
    #[arg(long, conflicts_with_all = ["sim", "stress"])]
    pub count: bool,
    /// Another QEMU.
    #[arg(long = "qemu", value_name = "PATH", conflicts_with = "sim")]
    pub program: Option<PathBuf>,
    /// Where the results go instead of target/run.
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
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
            mode: None,
            smp: 4,
            frames: 300,
            stress: 0,
            stress_presents: 1000,
            scattered: false,
            image: None,
            inf: None,
            connect_late: false,
            variants: Vec::new(),
            pattern: None,
            settings: Vec::new(),
            strict: false,
            count: false,
            program: None,
            output: None,
            qemu: Vec::new(),
        }
    }
}

impl Options {
    /// MiB of the machine's memory: room for the pictures that the driver, the device and the model have of a large mode.
    fn memory(&self) -> u64 {
        const LEAST: u64 = 512;
        const PICTURES: u64 = 16;
        let picture = self.mode.map_or(0, |(width, height)| {
            u64::from(width) * u64::from(height) * 4
        });
        LEAST + ((PICTURES * picture) >> 20)
    }

    /// What the rig presents, and how its job ends.
    fn plan(&self) -> Plan {
        let mut config = Config::default();
        let mut plan = Plan {
            frames: self.frames,
            pattern: self.pattern.and_then(Pattern::named),
            ..Plan::default()
        };
        for variant in self.variants.iter().filter_map(|name| Variant::named(name)) {
            (variant.change)(&mut config, &mut plan);
        }
        plan
    }
}

/// The variant of this name.
fn variant(name: &str) -> Result<&'static str, String> {
    let known = Variant::named(name).map(|variant| variant.name);
    known.ok_or_else(|| {
        let names: Vec<_> = ALL.iter().map(|variant| variant.name).collect();
        format!("there are {}", names.join(", "))
    })
}

/// The pattern of this name.
fn pattern(name: &str) -> Result<&'static str, String> {
    let known = Pattern::named(name).map(|pattern| pattern.name);
    known.ok_or_else(|| {
        let names = pattern::ALL.map(|pattern| pattern.name);
        format!("there are {}", names.join(", "))
    })
}

/// Width and height.
fn mode(text: &str) -> Result<(u32, u32), String> {
    let parsed = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    parsed.ok_or_else(|| format!("expected a width and a height such as 1280x800, got `{text}`"))
}

/// A value of the registry.
fn setting(text: &str) -> Result<(String, u32), String> {
    let parsed = text
        .split_once('=')
        .and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)));
    parsed.ok_or_else(|| {
        format!("expected a name and a number such as PresentAtOnce=1, got `{text}`")
    })
}

/// How long the rig waits for the world outside, in seconds.
const RIG_WAITS: u32 = 60;

/// The command. An error where the picture does not match, a rule was broken, or something leaked.
pub fn run(options: &Options) -> Result<()> {
    once(options).map(drop)
}

/// A run; its summary.
///
/// # Errors
/// As [`run`].
pub fn once(options: &Options) -> Result<Summary> {
    let repository = Repository::find()?;
    let output = match &options.output {
        Some(folder) => folder.clone(),
        None => repository.root().join("target/run"),
    };
    let place = Place::new(&output)?;
    if options.sim {
        return simulation::run(&repository, options, place.folder());
    }
    let mut options = options.clone();
    if options.count {
        options.smp = 1;
    }
    let began = Instant::now();
    let (subject, rig, vgpuctl) = {
        let _lock = lock::hold(&repository)?;
        if let Err(missing) = ready(&options) {
            if options.image.is_some() {
                return Err(missing);
            }
            // A driver that can't be built here can still be shown, and said to be only simulated.
            eprintln!("note: {missing:#}");
            eprintln!(
                "note: without these the rig can't run; this is the SIMULATION, not the driver's image on QEMU"
            );
            return simulation::run(&repository, &options, place.folder());
        }
        let subject = match &options.image {
            Some(image) => {
                spare_foreign(options.variants.iter().copied())?;
                Subject::foreign(image, options.inf.as_deref())?
            }
            None => Subject::own(&repository)?,
        };
        let rig = machine::build(&repository)?;
        let vgpuctl = match subject.is_foreign {
            true => None,
            false => Some(vgpuctl(&repository)?),
        };
        // The image of this run, whatever another one builds in the meantime.
        let image = place.file("image.sys");
        fs::copy(&subject.image, &image)
            .with_context(|| format!("cannot copy {}", subject.image.display()))?;
        (subject, rig, vgpuctl)
    };
    let summary = on_rig(&subject, &options, &place, &rig, vgpuctl.as_deref())?;
    process::say(
        "Saved",
        &place.output().join("frame.png").display().to_string(),
    );
    process::say(
        "Finished",
        &format!("in {:.1} s", began.elapsed().as_secs_f64()),
    );
    Ok(summary)
}

/// Boots the image and judges what came of it.
fn on_rig(
    subject: &Subject,
    options: &Options,
    place: &Place,
    rig: &Path,
    vgpuctl: Option<&Path>,
) -> Result<Summary> {
    let image = place.file("image.sys");
    let presets = subject.presets(&options.settings);
    let device = qemu::with_id(&subject.device(options)?);
    let program = options.program.clone().unwrap_or_else(|| qemu::QEMU.into());
    let mut machine = qemu::Machine {
        qemu: &program,
        rig,
        image: &image,
        presets: &presets,
        device: &device,
        words: "",
        options,
        place,
        vgpuctl,
    };
    let adapter = probe::adapter(&machine, place)?;
    subject.expect(adapter.id, &device)?;
    let words = words(subject, options, &adapter);
    machine.words = &words;
    process::say(
        "Booting",
        &format!(
            "{} with {device} on {} processors",
            subject.name(),
            options.smp
        ),
    );
    let mut outcome = qemu::boot(&machine)?;
    let log = place.output().join("rig.log");
    if outcome.summary.is_none() && outcome.crashed() {
        let crash = Crash(outcome.end());
        return Err(anyhow::Error::new(crash).context(format!("see {}", log.display())));
    }
    let summary = outcome.summary.take().with_context(|| {
        format!(
            "the rig ended without a summary: {}{} (see {})",
            outcome.end(),
            outcome.said(),
            log.display()
        )
    })?;
    let mut summary = Summary(summary);
    summary.set("machine", "rig");
    summary.set("image", subject.name());
    summary.set("device", device.as_str());
    summary.set("processors", options.smp);
    let digest = Sha256::digest(fs::read(&image)?);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    summary.set("image_sha256", digest);
    if let Some(early) = summary.early() {
        summary.write(&place.file("summary.json"))?;
        bail!("{early}{}", outcome.said());
    }
    let mode = summary.mode().with_context(|| {
        format!(
            "the run came to no mode: {}{}",
            outcome.end(),
            outcome.said()
        )
    })?;
    let verdict = picture::compare(&place.file("frame.png"), mode, &options.plan())?;
    summary.set("picture", verdict.word());
    if let Some(statistics) = outcome.statistics.take() {
        summary.set("vgpuctl", statistics);
    }
    if let Ok(text) = fs::read_to_string(place.file("trace.log")) {
        let plan = options.plan();
        let frame = u64::from(mode.0) * u64::from(mode.1) * 4;
        let whole = frame * u64::from(WHOLE_FRAMES - plan.uncounted());
        summary.add_trace(&trace::Trace::read(&text), whole);
    }
    summary.write(&place.file("summary.json"))?;
    println!("{}", summary.table());
    if let picture::Verdict::Mismatch(difference) = &verdict {
        bail!("the screen is not what was presented: {difference}");
    }
    if subject.is_foreign && !options.strict {
        // What it breaks is told in the table; the run is good if it came to its end with the right picture.
        return Ok(summary);
    }
    summary.check()?;
    ensure!(outcome.passed, "the rig failed: {}", outcome.end());
    Ok(summary)
}

/// An error if one of these variants is what shipped drivers are known to rely on not coming.
fn spare_foreign(mut variants: impl Iterator<Item = &'static str>) -> Result<()> {
    let spared = variants.find(|name| Variant::named(name).is_some_and(|variant| !variant.foreign));
    match spared {
        Some(name) => bail!(
            "--variant {name} is for the driver that is built here: shipped drivers can't meet it"
        ),
        None => Ok(()),
    }
}

/// The rig's options.
fn words(subject: &Subject, options: &Options, adapter: &probe::Adapter) -> String {
    let messages = if options.line { 0 } else { subject.messages() };
    let serve = if subject.is_foreign { 0 } else { RIG_WAITS };
    let mut words = format!(
        "frames={} messages={messages} screendump={RIG_WAITS} serve={serve} stress={} presents={} scattered={} foreign={} \
         strict={} count={} connected={} vendor={} device={}",
        options.frames,
        options.stress,
        options.stress_presents,
        u8::from(options.scattered),
        u8::from(subject.is_foreign),
        u8::from(options.strict),
        u8::from(options.count),
        u8::from(!options.connect_late),
        adapter.id.vendor,
        adapter.id.device,
    );
    for variant in &options.variants {
        words.push_str(&format!(" variant={variant}"));
    }
    if let Some(pattern) = options.pattern {
        words.push_str(&format!(" pattern={pattern}"));
    }
    if let Some(slot) = adapter.slot {
        words.push_str(&format!(" slot={slot}"));
    }
    words
}

/// Whether all is there that building and booting take, after installing what can be.
fn ready(options: &Options) -> Result<()> {
    // The libraries of another QEMU are its own matter.
    let rig = match options.program {
        Some(_) => &install::RIG[1..],
        None => install::RIG,
    };
    install::ensure(&[rig, install::DRIVER].concat())?;
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
