//! `cargo xtask build`: the driver's image, its symbols and its map in `target/driver` (and the [`machine`] it runs in).
//!
//! The sources, and every crate but those of [`crate::host_patch`], are the ones that are built on Windows. Only the WDK is another
//! ([`crate::wdk_lite`]), and the linker (LLVM's).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::examples;
use crate::host_patch;
use crate::identity;
use crate::image::{self, Expected};
use crate::install;
use crate::linker::Linker;
use crate::lock;
use crate::machine;
use crate::package::source;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::{DRIVER_TARGET, Toolchain};
use crate::wdk_lite::{self, ContentRoot};

/// The driver's package.
const DRIVER: &str = "vgpudod";
/// The package of the benchmark's image.
const BENCH_IMAGE: &str = "bench-image";

/// The package of the example's image.
const EXAMPLE_IMAGE: &str = "stdvga-image";

/// What to build.
#[derive(clap::Args, Debug, Default)]
pub struct Options {
    /// Build the driver only, and not the rig.
    #[arg(long)]
    driver_only: bool,
}

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

impl Driver {
    fn in_folder(folder: &Path) -> Self {
        Self {
            image: folder.join("vgpudod.sys"),
            symbols: folder.join("vgpudod.pdb"),
            map: folder.join("vgpudod.map"),
        }
    }
}

/// The command: builds, and says where the results are.
pub fn run(options: &Options) -> Result<()> {
    let repository = Repository::find()?;
    let driver = driver(&repository)?;
    process::say("Built", &driver.image.display().to_string());
    if !options.driver_only {
        for example in [examples::WDM, examples::KMDF] {
            let image = example.build(&repository)?;
            process::say("Built", &image.display().to_string());
        }
        let program = machine::build(&repository)?;
        process::say("Built", &program.display().to_string());
    }
    Ok(())
}

/// Builds the driver with everything that takes.
pub fn driver(repository: &Repository) -> Result<Driver> {
    let _lock = lock::hold(repository)?;
    let ground = Ground::prepare(repository)?;
    process::say("Building", "the driver (vgpudod.sys)");
    ground.build(DRIVER, "vgpudod").context(
        "the driver does not build (a function that the linker does not know belongs, with its reason, in \
         testing/wdk-lite/imports.tsv)",
    )?;
    let new = ground.collect()?;
    identity::settle(&new.image, &new.symbols)?;
    image::checksum::set(&new.image)?;
    process::say("Checking", "the image");
    image::check(&new, &ground.expected()?)?;
    // Files that another command may be reading are replaced, not written.
    let folder = repository.driver();
    let driver = Driver::in_folder(&folder);
    for (from, to) in [
        (&new.image, &driver.image),
        (&new.symbols, &driver.symbols),
        (&new.map, &driver.map),
    ] {
        fs::rename(from, to).with_context(|| format!("cannot replace {}", to.display()))?;
    }
    Ok(driver)
}

/// Another image than the driver's, built as that is, and its map.
#[derive(Debug, Clone)]
pub struct OtherImage {
    /// The image.
    pub file: PathBuf,
    /// The linker's list of all symbols and their addresses.
    pub map: PathBuf,
}

/// Builds the benchmark's image.
pub fn bench_image(repository: &Repository) -> Result<OtherImage> {
    other_image(repository, BENCH_IMAGE)
}

/// Builds the image of the example stdvga.
pub fn example_image(repository: &Repository) -> Result<OtherImage> {
    other_image(repository, EXAMPLE_IMAGE)
}

fn other_image(repository: &Repository, package: &str) -> Result<OtherImage> {
    let _lock = lock::hold(repository)?;
    let ground = Ground::prepare(repository)?;
    process::say("Building", package);
    let name = package.replace('-', "_");
    ground
        .build(package, &name)
        .with_context(|| format!("{package} does not build"))?;
    let linked = ground.linked();
    Ok(OtherImage {
        file: linked.join(format!("{name}.dll")),
        map: linked.join(format!("{name}.map")),
    })
}

/// Cargo watches the image only: without symbols or map beside it, it has to go too, so that the linker writes all three.
fn complete_or_linked_anew(folder: &Path, name: &str) -> Result<()> {
    let image = folder.join(format!("{name}.dll"));
    let complete = ["pdb", "map"].map(|end| image.with_extension(end).exists()) == [true; 2];
    if image.exists() && !complete {
        fs::remove_file(&image).with_context(|| format!("cannot remove {}", image.display()))?;
    }
    Ok(())
}

/// Runs clippy on the driver's package and on the other images', with warnings denied.
pub fn lint(repository: &Repository) -> Result<()> {
    let _lock = lock::hold(repository)?;
    let ground = Ground::prepare(repository)?;
    for package in [DRIVER, BENCH_IMAGE, EXAMPLE_IMAGE] {
        process::say("Linting", package);
        process::run(
            ground
                .cargo("clippy", package)?
                .args(["--no-deps", "--", "-D", "warnings"]),
        )
        .with_context(|| format!("clippy on {package}"))?;
    }
    Ok(())
}

/// All that a build of the driver stands on.
pub(crate) struct Ground {
    repository: Repository,
    toolchain: Toolchain,
    content_root: ContentRoot,
    overrides: Vec<PathBuf>,
    library_source: (PathBuf, String),
}

impl Ground {
    /// Installs and makes it.
    pub(crate) fn prepare(repository: &Repository) -> Result<Self> {
        install::ensure(install::DRIVER)?;
        let toolchain = Toolchain::for_target(DRIVER_TARGET)?;
        let content_root = ContentRoot::write(repository)?;
        let mut fetch = toolchain.cargo("fetch", DRIVER_TARGET);
        let overrides = host_patch::write(
            repository,
            &mut fetch,
            &repository.driver().join("overrides"),
        )?;
        let library_source = toolchain
            .library_source()
            .context("rustc does not say where its library lies: is it installed whole?")?;
        Ok(Self {
            repository: repository.clone(),
            toolchain,
            content_root,
            overrides,
            library_source,
        })
    }

    /// Builds a package into the image of this name.
    pub(crate) fn build(&self, package: &str, name: &str) -> Result<()> {
        complete_or_linked_anew(&self.linked(), name)?;
        process::run(&mut self.cargo("build", package)?)
    }

    /// Where the linker leaves images, symbols and maps.
    pub(crate) fn linked(&self) -> PathBuf {
        self.repository
            .cross()
            .join(DRIVER_TARGET)
            .join("release/deps")
    }

    /// A cargo command for the driver's package, or one that is built as the driver is.
    fn cargo(&self, subcommand: &str, package: &str) -> Result<Command> {
        let mut cargo = self.toolchain.cargo(subcommand, DRIVER_TARGET);
        cargo
            .current_dir(self.repository.root())
            .args(["--package", package, "--features", "wdk-on-linux"])
            .args(["--release", "--target-dir"])
            .arg(self.repository.cross());
        self.configure(&mut cargo);
        // build.rs makes FILEVERSION of it.
        cargo.env(
            "STAMPINF_VERSION",
            source::version_of(&self.repository)?.to_string(),
        );
        Linker::Driver.configure(&self.repository, &self.toolchain, DRIVER_TARGET, &mut cargo)?;
        Ok(cargo)
    }

    /// A cargo command for a driver that is a workspace of its own, in `folder`. It is linked as it is, with this machine's paths.
    pub(crate) fn cargo_in(&self, subcommand: &str, folder: &Path) -> Command {
        let mut cargo = self.toolchain.cargo(subcommand, DRIVER_TARGET);
        cargo.current_dir(folder).args(["--release", "--locked"]);
        self.configure(&mut cargo);
        let linker = format!("target.{DRIVER_TARGET}.linker=\"lld-link\"");
        cargo.args(["--config", &linker]);
        cargo
    }

    /// Adds the crates for a Linux host, the content root, and prefixes that keep this machine's paths out of the image.
    fn configure(&self, cargo: &mut Command) {
        let paths = self
            .overrides
            .iter()
            .map(|path| quoted(&path.display().to_string()));
        let flags = self
            .remapped()
            .into_iter()
            .map(|(from, to)| quoted(&format!("--remap-path-prefix={}={to}", from.display())));
        for setting in [
            format!("paths=[{}]", paths.collect::<Vec<_>>().join(",")),
            format!(
                "target.{DRIVER_TARGET}.rustflags=[{}]",
                flags.collect::<Vec<_>>().join(",")
            ),
            "future-incompat-report.frequency=\"never\"".to_owned(),
        ] {
            cargo.args(["--config", &setting]);
        }
        self.content_root.configure(cargo);
    }

    /// Folders whose sources go into the image, and what stands for them there.
    fn remapped(&self) -> Vec<(PathBuf, String)> {
        let mut folders = vec![self.library_source.clone()];
        if let Some(home) = process::home_folder("CARGO_HOME", ".cargo") {
            folders.push((home, "cargo".to_owned()));
        }
        folders.push((self.repository.root().to_owned(), "vgpudod".to_owned()));
        folders
    }

    /// What the image is held against.
    fn expected(&self) -> Result<Expected> {
        let panics = self.repository.wdk_lite_sources().join("panics.tsv");
        let panics = fs::read_to_string(&panics)
            .with_context(|| format!("cannot read {}", panics.display()))?;
        let folders = self
            .remapped()
            .into_iter()
            .map(|(folder, _)| folder.display().to_string());
        Ok(Expected {
            imports: wdk_lite::imports(&self.repository)?,
            panics: image::panics(&panics)?,
            folders: folders.collect(),
        })
    }

    /// Copies the image under its own name, and what belongs to it, out of Cargo's folder.
    fn collect(&self) -> Result<Driver> {
        let folder = self.repository.driver().join("new");
        let release = self.repository.cross().join(DRIVER_TARGET).join("release");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let driver = Driver::in_folder(&folder);
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
}

/// A TOML string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_its_symbols_or_map_is_linked_anew() {
        for (there, stays) in [
            (&["dll", "pdb", "map"][..], true),
            (&["dll", "pdb"], false),
            (&["dll", "map"], false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            for end in there {
                fs::write(folder.path().join(format!("vgpudod.{end}")), "").unwrap();
            }
            complete_or_linked_anew(folder.path(), "vgpudod").unwrap();
            let image = folder.path().join("vgpudod.dll");
            assert_eq!(image.exists(), stays, "{there:?}");
        }
        complete_or_linked_anew(Path::new("/nowhere"), "vgpudod").unwrap();
    }
}
