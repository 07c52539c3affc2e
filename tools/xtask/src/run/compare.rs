//! `cargo xtask compare`: two drivers' images, the same machine, the same plan, one table.
//!
//! Each is run twice: on several processors for what QEMU saw, and on one processor for instructions.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use object::LittleEndian as LE;
use object::read::pe::PeFile64;
use serde_json::{Map, Value, json};

use super::report::Summary;
use super::{broken, once};
use crate::process;
use crate::repository::Repository;

/// What to compare.
#[derive(clap::Args, Debug, Clone)]
pub struct Options {
    /// One image.
    #[arg(value_name = "A.sys")]
    one: PathBuf,
    /// The other image.
    #[arg(value_name = "B.sys")]
    other: PathBuf,
    /// The first image's INF file.
    #[arg(long, value_name = "A.inf")]
    inf_a: Option<PathBuf>,
    /// The second image's INF file.
    #[arg(long, value_name = "B.inf")]
    inf_b: Option<PathBuf>,
    /// Do not count instructions.
    #[arg(long)]
    no_count: bool,
    /// Give both a line-based interrupt.
    #[arg(long)]
    line: bool,
    /// Use virtio-vga.
    #[arg(long)]
    vga: bool,
    /// How many processors.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=16))]
    smp: u32,
    /// How many frames are presented.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(2..))]
    frames: u32,
}

/// A row of the table: what it is called, and where its value is found.
type Row = (&'static str, fn(&Side) -> Option<Value>);

const ROWS: &[Row] = &[
    ("picture", |side| side.ran("picture")),
    ("interrupt", |side| side.ran("interrupt")),
    ("kicks per frame", |side| side.ran("seen_kicks_per_frame")),
    ("device interrupts raised per frame", |side| {
        side.ran("seen_interrupts_per_frame")
    }),
    ("bytes flushed per dirty byte", |side| {
        side.ran("seen_bytes_flushed_per_dirty_byte")
    }),
    ("transfer commands per frame", |side| {
        side.ran("seen_commands_per_frame")?
            .get("res_xfer_toh_2d")
            .cloned()
    }),
    ("flush commands per frame", |side| {
        side.ran("seen_commands_per_frame")?
            .get("res_flush")
            .cloned()
    }),
    ("instructions of DriverEntry", |side| {
        side.counted("DriverEntry")
    }),
    ("instructions of StartDevice", |side| {
        side.counted("DxgkDdiStartDevice")
    }),
    ("instructions of CommitVidPn, each", |side| {
        side.counted("DxgkDdiCommitVidPn")
    }),
    ("instructions of a present", |side| {
        side.counted("DxgkDdiPresentDisplayOnly")
    }),
    ("instructions of an interrupt routine", |side| {
        side.counted("DxgkDdiInterruptRoutine")
    }),
    ("instructions of a DPC", |side| {
        side.counted("DxgkDdiDpcRoutine")
    }),
    ("image file, bytes", |side| Some(json!(side.size.0))),
    ("image in memory, bytes", |side| Some(json!(side.size.1))),
    ("deepest stack, bytes", |side| {
        let (used, ddi) = side.run.deepest()?;
        Some(json!(format!(
            "{used} {}",
            ddi.trim_start_matches("DxgkDdi")
        )))
    }),
    ("presents that ended in their call", |side| {
        side.ran("frames_synchronous")
    }),
    ("synchronized calls", |side| side.ran("synchronized_calls")),
    ("rules broken", |side| {
        Some(json!(broken::merged(&side.run.0).len()))
    }),
    ("leaks", |side| side.ran("leaks")),
];

/// One driver's figures.
struct Side {
    name: String,
    /// Bytes of the file and of the image in memory.
    size: (u64, u64),
    run: Summary,
    count: Option<Summary>,
}

impl Side {
    fn ran(&self, member: &str) -> Option<Value> {
        self.run.0.get(member).cloned()
    }

    /// Instructions of one call on average.
    fn counted(&self, what: &str) -> Option<Value> {
        let counted = self.count.as_ref()?.0.get("instructions")?.get(what)?;
        let number = |name: &str| counted.get(name).and_then(Value::as_u64);
        let (total, calls) = (number("total")?, number("calls")?);
        Some(json!(total.checked_div(calls)?))
    }
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    let root = Repository::find()?.root().join("target/compare");
    let (a, b) = (&options.one, &options.other);
    let sides = [
        side(a, options.inf_a.as_deref(), options, &root.join("a"))?,
        side(b, options.inf_b.as_deref(), options, &root.join("b"))?,
    ];
    let file = root.join("compare.json");
    fs::write(&file, serde_json::to_string_pretty(&json(&sides))? + "\n")
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("{}", table(&sides));
    process::say("Saved", &file.display().to_string());
    Ok(())
}

fn side(image: &Path, inf: Option<&Path>, options: &Options, folder: &Path) -> Result<Side> {
    let bytes = fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
    let Ok(file) = PeFile64::parse(&*bytes) else {
        bail!("{} is no 64-bit PE image", image.display());
    };
    let in_memory = file.nt_headers().optional_header.size_of_image.get(LE);
    let plan = super::Options {
        image: Some(image.to_owned()),
        inf: inf.map(Path::to_owned),
        line: options.line,
        vga: options.vga,
        smp: options.smp,
        frames: options.frames,
        output: Some(folder.to_owned()),
        ..super::Options::default()
    };
    let run = once(&plan).with_context(|| image.display().to_string())?;
    let count = if options.no_count {
        None
    } else {
        let counting = super::Options {
            count: true,
            output: Some(folder.join("count")),
            ..plan
        };
        Some(once(&counting).with_context(|| format!("{}, counting", image.display()))?)
    };
    let name = image.file_name().unwrap_or_default().to_string_lossy();
    Ok(Side {
        name: name.into_owned(),
        size: (bytes.len() as u64, u64::from(in_memory)),
        run,
        count,
    })
}

/// Both drivers' rows; a dash where a driver has no such figure.
fn table(sides: &[Side; 2]) -> String {
    let mut lines = vec![(
        String::new(),
        sides
            .iter()
            .map(|side| side.name.clone())
            .collect::<Vec<_>>(),
    )];
    for (title, of) in ROWS {
        let values = sides.iter().map(|side| match of(side) {
            None | Some(Value::Null) => "-".to_owned(),
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
        });
        lines.push(((*title).to_owned(), values.collect()));
    }
    let width = lines
        .iter()
        .filter_map(|(_, values)| Some(values.first()?.len()))
        .max()
        .unwrap_or(0);
    let mut table = String::new();
    for (title, values) in &lines {
        let _ = write!(table, "{title:>38}");
        for value in values {
            let _ = write!(table, "  {value:<width$}");
        }
        table.truncate(table.trim_end().len());
        table.push('\n');
    }
    for side in sides {
        for broken in broken::merged(&side.run.0) {
            let _ = writeln!(table, "{} broke {broken}", side.name);
        }
        for taken in broken::taken(&side.run.0) {
            let _ = writeln!(table, "{} did what Windows takes: {taken}", side.name);
        }
    }
    table
}

fn json(sides: &[Side; 2]) -> Value {
    let side = |side: &Side| {
        let mut members = Map::new();
        members.insert("image".to_owned(), json!(side.name));
        for (title, of) in ROWS {
            members.insert((*title).to_owned(), of(side).unwrap_or(Value::Null));
        }
        let broken: Vec<Value> = broken::merged(&side.run.0)
            .iter()
            .map(broken::Broken::to_json)
            .collect();
        members.insert("broken".to_owned(), json!(broken));
        let taken = broken::taken(&side.run.0);
        let taken: Vec<Value> = taken.iter().map(broken::Broken::to_json).collect();
        members.insert("taken".to_owned(), json!(taken));
        members.insert("run".to_owned(), side.run.0.clone());
        Value::Object(members)
    };
    json!([side(&sides[0]), side(&sides[1])])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, kicks: f64, present: Option<u64>) -> Side {
        let run = json!({"picture": "match", "seen_kicks_per_frame": kicks,
            "seen_commands_per_frame": {"res_flush": 1.0}, "stack": {"DxgkDdiCommitVidPn": 5576},
            "broken_rules": [{"id": "A/b", "count": 1, "class": "own", "text": "a rule", "source": "page"}]});
        Side {
            name: name.to_owned(),
            size: (103_288, 122_880),
            run: Summary(run),
            count: present.map(|total| {
                let calls = json!({"calls": 2, "total": total});
                Summary(json!({"instructions": {"DxgkDdiPresentDisplayOnly": calls}}))
            }),
        }
    }

    #[test]
    fn both_drivers_stand_in_one_table() {
        let sides = [
            side("a.sys", 2.0, Some(124_506)),
            side("other.sys", 1.0, None),
        ];
        let table = table(&sides);
        let row = |title: &str| {
            let line = table
                .lines()
                .find(|line| line.trim_start().starts_with(title));
            let words = line.unwrap().trim_start().trim_start_matches(title);
            words
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(row("kicks per frame"), ["2.0", "1.0"]);
        assert_eq!(row("instructions of a present"), ["62253", "-"]);
        assert_eq!(
            row("deepest stack, bytes"),
            ["5576", "CommitVidPn", "5576", "CommitVidPn"]
        );
        assert!(table.contains("other.sys broke A/b x 1"), "{table}");
        let json = json(&sides);
        assert_eq!(json[0]["kicks per frame"], json!(2.0));
        assert_eq!(json[1]["instructions of a present"], Value::Null);
    }
}
