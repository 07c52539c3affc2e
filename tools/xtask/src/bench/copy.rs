//! `cargo xtask bench copy`: what copying a rectangle takes, compared with the platform's memcpy
//! and with plain loops.
//!
//! All ways run in one program after each other, so that the ratios hold on a busy machine too
//! ([`blit`'s benchmark](../../../../crates/blit/benches/copy.rs)). Fails when a turn at 3840 x
//! 2160 is slower than [`bound`] says.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::process;
use crate::repository::Repository;

/// One size and turn: nanoseconds for one rectangle each way.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Row {
    width: u64,
    height: u64,
    turn: String,
    blit: f64,
    memcpy: f64,
    loops: f64,
}

impl Row {
    /// The program's line of the benchmark.
    fn read(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["copy", width, height, turn, blit, memcpy, loops] = words.as_slice() else {
            return None;
        };
        Some(Self {
            width: width.parse().ok()?,
            height: height.parse().ok()?,
            turn: (*turn).to_owned(),
            blit: blit.parse().ok()?,
            memcpy: memcpy.parse().ok()?,
            loops: loops.parse().ok()?,
        })
    }

    /// The copy's speed as a multiple of memcpy's.
    fn of_memcpy(&self) -> f64 {
        self.memcpy / self.blit
    }

    /// The copy's speed as a multiple of the plain loops'.
    fn of_loops(&self) -> f64 {
        self.loops / self.blit
    }
}

/// The least speed at 3840 x 2160, and what it is a multiple of.
fn bound(row: &Row) -> Option<(f64, f64, &'static str)> {
    if (row.width, row.height) != (3840, 2160) {
        return None;
    }
    Some(match row.turn.as_str() {
        "none" => (1.0, row.of_loops(), "one memcpy for each line"),
        "half" => (0.9, row.of_memcpy(), "memcpy"),
        _ => (0.6, row.of_memcpy(), "memcpy"),
    })
}

/// Measures, prints the table, and writes it to target/bench/copy.json.
pub fn copy(repository: &Repository) -> Result<()> {
    process::say("Measuring", "copies of rectangles (a minute)");
    let said = process::capture(
        Command::new("cargo")
            .args(["bench", "--quiet", "--package", "blit", "--bench", "copy"])
            .current_dir(repository.root()),
    )?;
    let rows: Vec<Row> = said.lines().filter_map(Row::read).collect();
    ensure!(
        !rows.is_empty(),
        "the benchmark printed no figures:\n{said}"
    );
    print!("{}", table(&rows));
    let file = repository.root().join("target/bench/copy.json");
    fs::create_dir_all(repository.root().join("target/bench"))?;
    fs::write(&file, serde_json::to_string_pretty(&rows)? + "\n")
        .with_context(|| format!("cannot write {}", file.display()))?;
    process::say("Saved", &file.display().to_string());
    judge(&rows)
}

fn judge(rows: &[Row]) -> Result<()> {
    let bounds: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, bound(row)?)))
        .collect();
    ensure!(
        bounds.len() == 4,
        "{} of 4 turns were measured at 3840 x 2160",
        bounds.len()
    );
    for (row, (least, seen, what)) in bounds {
        if seen < least {
            bail!(
                "a copy of 3840 x 2160 with turn {} has {seen:.2} times the speed of {what}; at least {least} is wanted",
                row.turn
            );
        }
    }
    Ok(())
}

fn table(rows: &[Row]) -> String {
    let mut table = format!(
        "{:>11}  {:<15} {:>12} {:>8} {:>12} {:>12}\n",
        "pixels", "turn", "ns", "GB/s", "x memcpy", "x loops"
    );
    for row in rows {
        let bytes = (row.width * row.height * 4) as f64;
        table += &format!(
            "{:>11}  {:<15} {:>12.0} {:>8.1} {:>12.2} {:>12.2}\n",
            format!("{}x{}", row.width, row.height),
            row.turn,
            row.blit,
            bytes / row.blit,
            row.of_memcpy(),
            row.of_loops()
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(turn: &str, blit: f64) -> Row {
        let line = format!("copy 3840 2160 {turn} {blit} 900 1000");
        Row::read(&line).expect("a row")
    }

    #[test]
    fn each_turn_has_its_bound() {
        let good = [
            row("none", 1000.0),
            row("half", 1000.0),
            row("quarter", 1500.0),
            row("three-quarters", 1500.0),
        ];
        assert!(judge(&good).is_ok());
        for slow in 0..4 {
            let mut rows = good.clone();
            rows[slow].blit += 1.0;
            assert!(judge(&rows).is_err(), "{slow}");
        }
        assert!(judge(&good[1..]).is_err());
    }

    #[test]
    fn only_whole_lines_are_rows() {
        assert_eq!(Row::read("copy 8 8 none 1 2"), None);
        assert_eq!(Row::read("running 0 tests"), None);
    }
}
