//! The pairs on the rig: an image that is built as the driver is, loaded by the rig into ring 0, in a QEMU that counts instructions.
//!
//! With `-icount` every instruction takes the same time by the machine's clock, and the time-stamp counter counts that: the image
//! reads it before and after a call. A loop of a known number of instructions shows that this is so.

use anyhow::{Context, Result, bail, ensure};
use bench::ICOUNT_SHIFT;

use super::{Counts, Pair, Stack};
use crate::build::OtherImage;
use crate::install;
use crate::machine;
use crate::process;
use crate::repository::Repository;
use crate::run::qemu;

/// Boots the image and reads what it counted.
///
/// # Errors
/// It does not run, or counts that are not those of instructions.
pub fn count(repository: &Repository, image: &OtherImage) -> Result<Counts> {
    install::ensure(install::RIG)?;
    let rig = machine::build(repository)?;
    process::say("Counting", "instructions on the rig (QEMU's icount)");
    let output = qemu::rig(&rig, &image.file, "virtio-gpu-pci", "only_enter=1")
        .args(["-accel", "tcg,thread=single", "-icount"])
        .arg(format!("shift={ICOUNT_SHIFT},sleep=off"))
        .args(["-m", "256", "-smp", "1"])
        .output()
        .context("cannot start qemu-system-x86_64")?;
    let log = String::from_utf8_lossy(&output.stdout);
    if output.status.code() != Some(qemu::PASSED) {
        let last: Vec<&str> = log.lines().rev().take(5).collect();
        bail!(
            "the benchmark's image failed on the rig ({}): {}",
            output.status,
            last.into_iter().rev().collect::<Vec<_>>().join(" / ")
        );
    }
    read(&log)
}

/// The figures that the image printed.
fn read(log: &str) -> Result<Counts> {
    let mut pairs = Vec::new();
    let (mut stack, mut known) = (None, false);
    for line in log.lines() {
        let Some((_, line)) = line.split_once("driver: ") else {
            continue;
        };
        let figures: Vec<&str> = line.split_whitespace().collect();
        match figures[..] {
            ["pair", name, closure, callback] => pairs.push(Pair {
                name: super::words(name),
                closure: closure.parse()?,
                callback: callback.parse()?,
            }),
            ["stack", name, closure, callback] => {
                stack = Some(Stack::read(name, closure, callback)?);
            }
            ["known", _, counted, executed] => {
                ensure!(
                    counted == executed,
                    "a function of {executed} instructions was counted as {counted}: QEMU's time-stamp counter counts something else"
                );
                known = true;
            }
            ["unsteady", name, first, then] => {
                bail!("{name}: {first} instructions, and then {then}");
            }
            _ => {}
        }
    }
    ensure!(known, "the image did not count the known function");
    pairs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Counts {
        pairs,
        stack: stack.context("the image measured no stack")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "[  0.1 p0] driver: stack 4_words_64_bytes 120 100\n[  0.1 p0] driver: known loop 2002 2002\n\
                       [  0.1 p0] driver: pair 0_words_0_bytes 27 30\n[  0.1 p0] DriverEntry returned 0x0\n";

    #[test]
    fn the_images_lines_are_read_out_of_the_log() {
        let counts = read(LOG).expect("figures");
        assert_eq!(counts.stack.closure, 120);
        assert_eq!(counts.pairs[0].name, "0 words 0 bytes");
        assert!((counts.pairs[0].ratio() - 0.9).abs() < 1e-9);
    }

    #[test]
    fn a_counter_that_is_a_clock_is_refused() {
        assert!(read(&LOG.replace("2002 2002", "2003 2002")).is_err());
        assert!(read(&LOG.replace("known", "other")).is_err());
        assert!(read(&LOG.replace("pair", "unsteady")).is_err());
    }
}
