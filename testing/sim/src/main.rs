//! The simulation as a program: runs the main job and leaves its summary and the monitor's picture in a folder.
//!
//! Exit code 0 if the picture matches, no rule was broken, nothing leaked, and neither device, memory nor kernel had
//! anything to object to.

use clap::Parser;
use port::scenario::Step;
use sim::gpu::{Picture, feature};
use sim::machine::Granted;
use sim::{Observer, Options, Outcome, Scene};
use std::fs::{self, File};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Run the driver's main job on the hosted machine with a model of the virtio GPU.
#[derive(Debug, Parser)]
#[command(name = "sim", version)]
struct Arguments {
    /// How many frames are presented
    #[arg(long, default_value_t = 300, value_name = "N")]
    frames: u32,
    /// How many processors run deferred calls
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    processors: u32,
    /// How many interrupt messages the adapter gets
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16))]
    messages: u32,
    /// Give the adapter a line-based interrupt, on a device without MSI-X
    #[arg(long, conflicts_with = "messages")]
    line: bool,
    /// Features that the device does not have
    #[arg(long, value_name = "FEATURE", value_delimiter = ',')]
    without: Vec<Feature>,
    /// Width and height of the monitor's preferred mode, such as 1280x800
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = mode, default_value = "1280x800")]
    mode: (u32, u32),
    /// Where summary.json and frame.png go; nowhere if absent
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Print the port's log and what the driver traces
    #[arg(long)]
    verbose: bool,
}

/// Optional features of the device.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Feature {
    Edid,
    EventIdx,
    Indirect,
}

impl Feature {
    const fn bit(self) -> u64 {
        match self {
            Self::Edid => feature::EDID,
            Self::EventIdx => feature::EVENT_IDX,
            Self::Indirect => feature::INDIRECT_DESC,
        }
    }
}

fn mode(text: &str) -> Result<(u32, u32), String> {
    let parsed = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    parsed.ok_or_else(|| format!("expected a width and a height such as 1280x800, got `{text}`"))
}

impl Arguments {
    fn options(&self) -> Options {
        let mut options = Options {
            frames: self.frames,
            processors: self.processors,
            granted: if self.line {
                Granted::Line
            } else {
                Granted::Messages(self.messages)
            },
            verbose: self.verbose,
            ..Options::default()
        };
        options.device.modes = vec![self.mode];
        options.device.vectors = if self.line { 0 } else { 3 };
        for feature in &self.without {
            options.device.features &= !feature.bit();
        }
        options
    }
}

/// Shows where the job is, on a terminal.
struct Progress(bool);

impl Observer for Progress {
    fn step(&mut self, step: Step, _: &mut Scene<'_>) {
        if self.0 {
            eprint!("\r\x1b[K{step}");
            let _ = std::io::stderr().flush();
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let shown = std::io::stderr().is_terminal() && !arguments.verbose;
    let outcome = sim::observe(&arguments.options(), &mut Progress(shown));
    if shown {
        eprint!("\r\x1b[K");
    }
    if arguments.verbose {
        for event in &outcome.traces {
            eprintln!("trace: {event:?}");
        }
    }
    if let Some(folder) = &arguments.output
        && let Err(error) = save(folder, &arguments, &outcome)
    {
        eprintln!(
            "error: cannot write to {}: {error}; give another --output",
            folder.display()
        );
        return ExitCode::FAILURE;
    }
    if outcome.is_good() {
        ExitCode::SUCCESS
    } else {
        eprintln!("{}", outcome.complaint());
        ExitCode::FAILURE
    }
}

fn save(folder: &Path, arguments: &Arguments, outcome: &Outcome) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let device = if arguments.line {
        "simulated virtio GPU, line"
    } else {
        "simulated virtio GPU"
    };
    let extra = format!(
        "\"device\": \"{device}\",\n  \"processors\": {}",
        arguments.processors
    );
    fs::write(folder.join("summary.json"), outcome.to_json(&extra))?;
    match &outcome.picture {
        Some(picture) => save_picture(&folder.join("frame.png"), picture),
        None => Ok(()),
    }
}

fn save_picture(file: &Path, picture: &Picture) -> std::io::Result<()> {
    let mut encoder = png::Encoder::new(
        BufWriter::new(File::create(file)?),
        picture.width,
        picture.height,
    );
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let bytes: Vec<u8> = picture
        .pixels
        .iter()
        .flat_map(|pixel| {
            let [_, red, green, blue] = pixel.to_be_bytes();
            [red, green, blue]
        })
        .collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bytes)?;
    Ok(writer.finish()?)
}
