//! Builds the machine that runs the driver in QEMU: `target/rig/rig.efi`, a UEFI program.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::repository::Repository;
use crate::toolchain::{RIG_TARGET, Toolchain};

/// Builds the rig; returns where the program is.
pub fn build(repository: &Repository) -> Result<PathBuf> {
    let toolchain = Toolchain::for_target(RIG_TARGET)?;
    process::say("Building", "the rig (rig.efi)");
    let folder = repository.rig();
    let mut cargo = toolchain.cargo("build", RIG_TARGET);
    cargo
        .current_dir(repository.root())
        .args(["--package", "rig", "--profile", "rig", "--target-dir"])
        .arg(folder.join("build"));
    process::run(&mut cargo).context("the rig does not build")?;
    let program = folder.join("rig.efi");
    let built = folder.join("build").join(RIG_TARGET).join("rig/rig.efi");
    fs::copy(&built, &program).with_context(|| format!("the build left no {}", built.display()))?;
    Ok(program)
}
