//! `cargo xtask build`: the driver's image, its symbols and its map in `target/driver`.
//!
//! The sources, and every crate but those of [`crate::host_patch`], are the ones that are built on Windows. Only the WDK is another
//! ([`crate::wdk_lite`]), and the linker (LLVM's).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::host_patch;
use crate::image::{self, Expected};
use crate::install;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::{DRIVER_TARGET, Toolchain};
use crate::wdk_lite::{self, ContentRoot};

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
    cargo
        .current_dir(repository.root())
        .args(["--package", "vgpudod", "--release", "--target-dir"])
        .arg(folder.join("build"));
    configure(&mut cargo, repository, &toolchain, &overrides);
    content_root.configure(&mut cargo);
    process::run(&mut cargo).context(
        "the driver does not build (a symbol that the linker does not know is declared with its reason in testing/wdk-lite/imports.tsv)",
    )?;

    let driver = collect(
        &folder,
        &folder.join("build").join(DRIVER_TARGET).join("release"),
    )?;
    image::checksum::set(&driver.image)?;
    process::say("Checking", "the image");
    image::check(
        &driver.image,
        &driver.map,
        &expected(repository, &toolchain)?,
    )?;
    Ok(driver)
}

/// What the image is held against.
fn expected(repository: &Repository, toolchain: &Toolchain) -> Result<Expected> {
    let panics = repository.wdk_lite_sources().join("panics.tsv");
    let panics =
        fs::read_to_string(&panics).with_context(|| format!("cannot read {}", panics.display()))?;
    let folders = remapped(repository, toolchain)
        .into_iter()
        .map(|(folder, _)| folder.display().to_string());
    Ok(Expected {
        imports: wdk_lite::imports(repository)?,
        panics: image::panics(&panics)?,
        folders: folders.collect(),
    })
}

/// What this build adds to the project's Cargo configuration: the crates for a Linux host, the linker, and prefixes that keep this
/// machine's paths out of the image.
fn configure(
    cargo: &mut Command,
    repository: &Repository,
    toolchain: &Toolchain,
    overrides: &[PathBuf],
) {
    let paths: Vec<String> = overrides
        .iter()
        .map(|path| quoted(&path.display().to_string()))
        .collect();
    cargo.args(["--config", &format!("paths=[{}]", paths.join(","))]);
    cargo.args([
        "--config",
        &format!("target.{DRIVER_TARGET}.linker=\"lld-link\""),
    ]);

    cargo.args(["--config", "future-incompat-report.frequency=\"never\""]);
    let remapped = remapped(repository, toolchain).into_iter();
    let flags: Vec<String> = remapped
        .map(|(from, to)| quoted(&format!("--remap-path-prefix={}={to}", from.display())))
        .collect();
    cargo.args([
        "--config",
        &format!("target.{DRIVER_TARGET}.rustflags=[{}]", flags.join(",")),
    ]);
}

/// Folders whose sources go into the image, and what stands for them there.
fn remapped(repository: &Repository, toolchain: &Toolchain) -> Vec<(PathBuf, &'static str)> {
    let mut folders = Vec::new();
    if let Some(sysroot) = toolchain.sysroot() {
        folders.push((sysroot.join("lib/rustlib/src/rust"), "rust"));
    }
    if let Some(home) = process::home_folder("CARGO_HOME", ".cargo") {
        folders.push((home, "cargo"));
    }
    folders.push((repository.root().to_owned(), "vgpudod"));
    folders
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
    for (from, to) in [
        ("vgpudod.dll", &driver.image),
        ("vgpudod.pdb", &driver.symbols),
        ("deps/vgpudod.map", &driver.map),
    ] {
        let from = release.join(from);
        fs::copy(&from, to).with_context(|| format!("the build left no {}", from.display()))?;
    }
    Ok(driver)
}
