//! The pairs on the host, counted by callgrind.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use bench::pairs::NAMES;

use super::{Counts, Pair, Stack};
use crate::install;
use crate::process;
use crate::repository::Repository;

/// Builds the program, and counts.
///
/// # Errors
/// It does not build or run, or callgrind's list is not understood.
pub fn count(repository: &Repository) -> Result<Counts> {
    install::ensure(install::BENCH)?;
    let target = repository.root().join("target/bench");
    process::say("Building", "the benchmark");
    process::run(
        Command::new("cargo")
            .args(["build", "--quiet", "--release", "--package", "bench"])
            // Without line tables callgrind has one row for each function.
            .args([
                "--config",
                "profile.release.debug=false",
                "--config",
                "profile.release.strip=false",
            ])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(repository.root()),
    )?;
    let program = target.join("release/bench");
    let counts = target.join("sync.callgrind");
    process::say("Counting", "instructions on the host (callgrind)");
    let said = process::capture(
        Command::new("valgrind")
            .args(["--quiet", "--tool=callgrind"])
            .arg(format!("--callgrind-out-file={}", counts.display()))
            .arg(&program),
    )?;
    let (calls, stack) = read_report(&said)?;
    let pairs = read_counts(&annotated(&counts)?, calls)?;
    Ok(Counts { pairs, stack })
}

/// What the program says of itself: how often it calls each function, and the stacks.
fn read_report(report: &str) -> Result<(f64, Stack)> {
    let mut calls = None;
    let mut stack = None;
    for line in report.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["calls", count] => calls = Some(count.parse()?),
            ["stack", name, closure, callback] => {
                stack = Some(Stack::read(name, closure, callback)?);
            }
            _ => {}
        }
    }
    Ok((
        calls.context("the benchmark did not say how often it calls")?,
        stack.context("the benchmark measured no stack")?,
    ))
}

fn annotated(counts: &Path) -> Result<String> {
    process::capture(
        Command::new("callgrind_annotate")
            .args(["--inclusive=yes", "--auto=no", "--threshold=100"])
            .arg(counts),
    )
}

/// The pairs of a list by callgrind_annotate: rows of a count, a percentage, and `file:function [object]`.
fn read_counts(list: &str, calls: f64) -> Result<Vec<Pair>> {
    let mut ways: BTreeMap<String, [Option<f64>; 2]> = BTreeMap::new();
    for line in list.lines() {
        for (index, way) in ["closure_", "callback_"].into_iter().enumerate() {
            let Some((count, rest)) = line.trim_start().split_once(' ') else {
                continue;
            };
            let Some((_, function)) = rest.split_once(&format!(":{way}")) else {
                continue;
            };
            let name = function.split_whitespace().next().unwrap_or_default();
            if !name.starts_with(|first: char| first.is_ascii_digit()) || name.contains("::") {
                continue;
            }
            let count: f64 = count
                .replace(',', "")
                .parse()
                .with_context(|| format!("a count in {line:?}"))?;
            let seen = &mut ways.entry(name.to_owned()).or_default()[index];
            if let Some(other) = seen {
                bail!("{way}{name} is counted twice: {other} and {count}");
            }
            *seen = Some(count);
        }
    }
    let pairs = ways.into_iter().map(|(name, ways)| match ways {
        [Some(closure), Some(callback)] => Ok(Pair {
            name: super::words(&name),
            closure: closure / calls,
            callback: callback / calls,
        }),
        _ => bail!("only one way of {name} was counted"),
    });
    let pairs: Vec<Pair> = pairs.collect::<Result<_>>()?;
    ensure!(
        pairs.len() == NAMES.len(),
        "{} pairs are measured, callgrind counted {}",
        NAMES.len(),
        pairs.len()
    );
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(extra: &str) -> String {
        let mut list = String::new();
        for words in ["0_words", "1_word", "4_words"] {
            for bytes in ["0_bytes", "8_bytes", "64_bytes"] {
                list += &format!("  30,000 ( 2.0%)  ???:closure_{words}_{bytes} [bench]\n");
                list += &format!("  40,000 ( 3.0%)  ???:callback_{words}_{bytes} [bench]\n");
            }
        }
        list + extra
    }

    #[test]
    fn counts_are_read_for_each_pair() {
        let pairs = read_counts(
            &list("   9,000 ( 1.0%)  ???:bench::pairs::callback_0_0::routine [bench]\n"),
            1000.0,
        )
        .expect("nine pairs");
        assert_eq!(pairs.len(), 9);
        assert!(
            pairs
                .iter()
                .all(|pair| (pair.closure, pair.callback) == (30.0, 40.0))
        );
    }

    #[test]
    fn a_function_that_is_missing_or_counted_twice_is_an_error() {
        assert!(
            read_counts(
                &list("  1,000 ( 0.1%)  ???:closure_0_words_0_bytes [bench]\n"),
                1000.0
            )
            .is_err()
        );
        assert!(
            read_counts(
                &list("").replace("closure_0_words_0_bytes", "inlined"),
                1000.0
            )
            .is_err()
        );
        assert!(read_report("calls 1000\n").is_err());
    }
}
