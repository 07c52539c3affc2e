//! The driver's crates compile for ARM64.
//!
//! All but the driver's own package: that takes kernel headers, and mingw-w64's know no ARM64. It is the Windows workflow's.

use anyhow::{Context, Result};

use crate::process;
use crate::repository::Repository;
use crate::toolchain::Toolchain;

/// Windows on ARM64.
const TARGET: &str = "aarch64-pc-windows-msvc";

/// The crates that go into the driver and need no WDK.
const CRATES: &[&str] = &[
    "dxgk-sys",
    "dirql",
    "dxgk",
    "virtio-gpu",
    "display",
    "ioctl",
];

/// Has the compiler check them; returns how many.
pub fn check(repository: &Repository) -> Result<usize> {
    let toolchain = Toolchain::for_target(TARGET)?;
    process::say("Checking", &format!("{} for {TARGET}", CRATES.join(", ")));
    let mut cargo = toolchain.cargo("check", TARGET);
    cargo
        .current_dir(repository.root())
        .args(["--quiet", "--target-dir"])
        .arg(repository.root().join("target/arm64"));
    for name in CRATES {
        cargo.args(["--package", name]);
    }
    process::run(&mut cargo).with_context(|| format!("the crates do not compile for {TARGET}"))?;
    Ok(CRATES.len())
}
