//! `cargo xtask bench`: what a synchronized closure costs (below), and what a copy takes ([`copy`]).
//!
//! `cargo xtask bench sync`: what a synchronized closure costs beside a hand-written callback, in instructions.
//!
//! The two ways run in one program, and the ratio is what counts. callgrind counts on the host ([`host`]); on the rig QEMU does, for
//! an image that is built as the driver is ([`rig`]). Both give the same figures on a busy machine. Fails when a closure takes more
//! instructions than its callback, or more than [`STACK_SLACK`] bytes more stack, or when its code has changed ([`assembly`]).

mod assembly;
mod copy;
mod host;
mod rig;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use bench::pairs::NAMES;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::build;
use crate::process;
use crate::repository::Repository;

/// How many bytes of stack a closure may take more than its callback.
const STACK_SLACK: u64 = 32;

/// What can be measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Instructions and stack of Interrupts::synchronize, beside a hand-written callback.
    Sync {
        /// Keep the assembly of this build as the one to compare with.
        #[arg(long)]
        bless: bool,
    },
    /// Copies of rectangles, turned or not, compared with memcpy and plain loops.
    Copy,
}

/// Measures, prints the table, and writes it to target/bench.
pub fn run(bench: &Bench) -> Result<()> {
    let repository = Repository::find()?;
    match *bench {
        Bench::Sync { bless } => sync(&repository, bless),
        Bench::Copy => copy::copy(&repository),
    }
}

/// One pair: instructions of one call each way, everything below it included.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    name: String,
    closure: f64,
    callback: f64,
}

impl Pair {
    fn ratio(&self) -> f64 {
        self.closure / self.callback
    }
}

/// Bytes of stack from the caller to the routine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stack {
    name: String,
    closure: u64,
    callback: u64,
}

impl Stack {
    /// From the words that both programs print.
    fn read(name: &str, closure: &str, callback: &str) -> Result<Self> {
        Ok(Self {
            name: words(name),
            closure: closure.parse()?,
            callback: callback.parse()?,
        })
    }
}

/// What was counted in one place.
#[derive(Debug, Clone, PartialEq)]
struct Counts {
    pairs: Vec<Pair>,
    stack: Stack,
}

/// A pair's name, as its functions have it, in words.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn sync(repository: &Repository, bless: bool) -> Result<()> {
    let host = host::count(repository)?;
    let on_rig = build::bench_image(repository)
        .and_then(|image| Ok((rig::count(repository, &image)?, image)));
    let (rig, image) = match on_rig {
        Ok(both) => both,
        Err(error) => {
            // What was counted is shown all the same, and what was not is said.
            print!("{}", table(&host, None));
            judge(&host).context("on the host")?;
            return Err(
                error.context("the pairs were not counted on the rig, nor their code compared")
            );
        }
    };
    print!("{}", table(&host, Some(&rig)));
    let file = repository.root().join("target/bench/sync.json");
    write(&file, &host, &rig)?;
    process::say("Saved", &file.display().to_string());
    for (place, counts) in [("the host", &host), ("the rig", &rig)] {
        judge(counts).with_context(|| format!("on {place}"))?;
    }
    assembly::check(repository, &image, bless)
}

/// Whether a closure costs no more than its callback.
fn judge(counts: &Counts) -> Result<()> {
    ensure!(
        counts.pairs.len() == NAMES.len(),
        "{} pairs are measured, {} were counted",
        NAMES.len(),
        counts.pairs.len()
    );
    for pair in &counts.pairs {
        ensure!(
            pair.closure <= pair.callback,
            "{}: the closure takes {} instructions, the callback {}",
            pair.name,
            pair.closure,
            pair.callback
        );
    }
    let Stack {
        name,
        closure,
        callback,
    } = &counts.stack;
    ensure!(
        *closure <= callback + STACK_SLACK,
        "{name}: the closure takes {closure} bytes of stack, the callback {callback}"
    );
    Ok(())
}

fn table(host: &Counts, rig: Option<&Counts>) -> String {
    let mut table = format!(
        "{:<20} {:^28} {:^28}\n{:<20}",
        "", "host (callgrind)", "rig (image, QEMU's icount)", "captures, returns"
    );
    let heading = format!(" {:>10} {:>10} {:>6}", "closure", "callback", "ratio");
    table += &format!("{heading}{heading}\n");
    let row = |pair: &Pair| {
        format!(
            " {:>10} {:>10} {:>6.2}",
            pair.closure,
            pair.callback,
            pair.ratio()
        )
    };
    for pair in &host.pairs {
        let other = rig
            .and_then(|rig| rig.pairs.iter().find(|other| other.name == pair.name))
            .map_or_else(|| "  not counted".to_owned(), row);
        table += &format!("{:<20}{}{other}\n", pair.name, row(pair));
    }
    let stack = |stack: &Stack| format!(" {:>10} {:>10} {:>6}", stack.closure, stack.callback, "");
    table += &format!(
        "{:<20}{}{}  bytes of stack\n",
        host.stack.name,
        stack(&host.stack),
        rig.map(|rig| stack(&rig.stack)).unwrap_or_default()
    );
    table
}

fn json(counts: &Counts) -> Value {
    let pairs = counts.pairs.iter().map(|pair| {
        json!({
            "name": pair.name,
            "closure_instructions": pair.closure,
            "callback_instructions": pair.callback,
            "ratio": pair.ratio(),
        })
    });
    json!({
        "instructions": pairs.collect::<Vec<_>>(),
        "stack": {
            "name": counts.stack.name,
            "closure_bytes": counts.stack.closure,
            "callback_bytes": counts.stack.callback,
        },
    })
}

fn write(file: &Path, host: &Counts, rig: &Counts) -> Result<()> {
    let all = json!({"host": json(host), "rig": json(rig)});
    fs::write(file, serde_json::to_string_pretty(&all)? + "\n")
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(closure: f64, stack: u64) -> Counts {
        let pair = Pair {
            name: "0 words 0 bytes".into(),
            closure,
            callback: 30.0,
        };
        Counts {
            pairs: vec![pair; 9],
            stack: Stack {
                name: "4 words 64 bytes".into(),
                closure: stack,
                callback: 100,
            },
        }
    }

    #[test]
    fn a_closure_may_cost_as_much_as_its_callback_and_no_more() {
        assert!(judge(&counts(30.0, 132)).is_ok());
        assert!(judge(&counts(30.01, 132)).is_err());
        assert!(judge(&counts(30.0, 133)).is_err());
        let mut fewer = counts(30.0, 100);
        fewer.pairs.pop();
        assert!(judge(&fewer).is_err());
    }

    #[test]
    fn the_table_has_both_places_side_by_side() {
        let table = table(&counts(28.0, 116), Some(&counts(27.0, 100)));
        let row = table.lines().nth(2).expect("a row");
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(
            words,
            [
                "0", "words", "0", "bytes", "28", "30", "0.93", "27", "30", "0.90"
            ]
        );
    }
}
