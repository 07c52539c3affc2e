//! `cargo xtask build`: the driver's image, its symbols and its map in `target/driver`.
//!
//! The sources, and every crate but those of [`crate::host_patch`], are the ones that are built on Windows. Only the WDK is another
//! ([`crate::wdk_lite`]), and the linker (LLVM's).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::host_patch;
use crate::install;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::{DRIVER_TARGET, Toolchain};
use crate::wdk_lite::ContentRoot;

/// How to build.
#[derive(clap::Args, Debug, Default)]
pub struct Options {}

/// What a build leaves behind.
#[derive(Debug, Clone)]
pub struct Driver {
    /// vgpudod.sys
    pub image: PathBuf,
    /// vgpudod.pdb
    pub symbols: PathBuf,
    /// vgpudod.map: the linker's list of all symbols and their addresses.
    pub map: PathBuf,
}

/// The command: builds, and says where the image is.
pub fn run(_: &Options) -> Result<()> {
    let repository = Repository::find()?;
    let driver = driver(&repository)?;
    process::say("Built", &driver.image.display().to_string());
    Ok(())
}

/// Builds the driver with everything that takes.
pub fn driver(repository: &Repository) -> Result<Driver> {
    install::ensure(install::DRIVER)?;
    let toolchain = Toolchain::for_target(DRIVER_TARGET)?;
    let content_root = ContentRoot::write(repository)?;
    let folder = repository.driver();
    let mut fetch = toolchain.cargo("fetch", DRIVER_TARGET);
    let overrides = host_patch::write(repository, &mut fetch, &folder.join("overrides"))?;

    process::say("Building", "the driver (vgpudod.sys)");
    let mut cargo = toolchain.cargo("build", DRIVER_TARGET);
    cargo.current_dir(repository.root()).args(["--package", "vgpudod", "--release", "--target-dir"]).arg(folder.join("build"));
    configure(&mut cargo, repository, &toolchain, &overrides)?;
    content_root.configure(&mut cargo);
    process::run(&mut cargo).context("the driver does not build")?;

    collect(&folder, &folder.join("build").join(DRIVER_TARGET).join("release"))
}

/// What this build adds to the project's Cargo configuration: the crates for a Linux host, the linker, and prefixes that keep this
/// machine's paths out of the image.
fn configure(cargo: &mut Command, repository: &Repository, toolchain: &Toolchain, overrides: &[PathBuf]) -> Result<()> {
    let paths: Vec<String> = overrides.iter().map(|path| quoted(&path.display().to_string())).collect();
    cargo.args(["--config", &format!("paths=[{}]", paths.join(","))]);
    cargo.args(["--config", &format!("target.{DRIVER_TARGET}.linker=\"lld-link\"")]);

    let mut remapped: Vec<(PathBuf, &str)> = Vec::new();
    if let Some(sysroot) = toolchain.sysroot() {
        remapped.push((sysroot.join("lib/rustlib/src/rust"), "rust"));
    }
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        remapped.push((home.into(), "cargo"));
    } else if let Some(home) = std::env::var_os("HOME") {
        remapped.push((Path::new(&home).join(".cargo"), "cargo"));
    }
    remapped.push((repository.root().to_owned(), "vgpudod"));
    let flags: Vec<String> =
        remapped.iter().map(|(from, to)| quoted(&format!("--remap-path-prefix={}={to}", from.display()))).collect();
    cargo.args(["--config", &format!("target.{DRIVER_TARGET}.rustflags=[{}]", flags.join(","))]);
    Ok(())
}

/// A TOML string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Copies the image under its own name, and what belongs to it, out of Cargo's folder.
fn collect(folder: &Path, release: &Path) -> Result<Driver> {
    let driver = Driver {
        image: folder.join("vgpudod.sys"),
        symbols: folder.join("vgpudod.pdb"),
        map: folder.join("vgpudod.map"),
    };
    for (from, to) in
        [("vgpudod.dll", &driver.image), ("vgpudod.pdb", &driver.symbols), ("deps/vgpudod.map", &driver.map)]
    {
        let from = release.join(from);
        fs::copy(&from, to).with_context(|| format!("the build left no {}", from.display()))?;
    }
    Ok(driver)
}
