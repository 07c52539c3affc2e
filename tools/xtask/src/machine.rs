//! Builds the machine that runs the driver in QEMU: the rig, a UEFI program.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::install;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::{RIG_TARGET, Toolchain};

/// Builds the rig; returns where the program is.
pub fn build(repository: &Repository) -> Result<PathBuf> {
    install::ensure(install::DRIVER)?;
    let toolchain = Toolchain::for_target(RIG_TARGET)?;
    let target = repository.cross();
    process::say("Building", "the rig (rig.efi)");
    process::run(
        toolchain
            .cargo("build", RIG_TARGET)
            .current_dir(repository.root())
            .args(["--package", "rig", "--release", "--target-dir"])
            .arg(&target)
            // The driver's profile optimizes the whole program at once, which takes minutes here and gains nothing; and nothing reads
            // symbols of the rig.
            .args([
                "--config",
                "profile.release.lto=false",
                "--config",
                "profile.release.codegen-units=16",
                "--config",
                "profile.release.debug=false",
            ]),
    )
    .context("the rig does not build")?;
    Ok(target.join(RIG_TARGET).join("release/rig.efi"))
}
