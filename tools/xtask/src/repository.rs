//! Where things are: the repository's root and the folders under `target` that the commands write.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The repository that the command runs in.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository that holds the working directory, or else the one this program was built from.
    pub fn find() -> Result<Self> {
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let here = std::env::current_dir().context("cannot tell the working directory")?;
        let candidates = here
            .ancestors()
            .chain(std::iter::once(built_from.as_path()));
        for candidate in candidates {
            if candidate.join("testing/wdk-lite").is_dir() && candidate.join("Cargo.lock").is_file()
            {
                return Self::at(candidate);
            }
        }
        bail!(
            "the repository is not to be found from {}: run this inside a clone of it",
            here.display()
        )
    }

    /// A clone or a copy in this folder.
    pub fn at(folder: &Path) -> Result<Self> {
        let root = fs::canonicalize(folder)
            .with_context(|| format!("there is no folder {}", folder.display()))?;
        refuse(&root)?;
        Ok(Self { root })
    }

    /// The folder of the workspace's Cargo.toml.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What stands in for the WDK: headers, libraries and tables.
    pub fn wdk_lite_sources(&self) -> PathBuf {
        self.root.join("testing/wdk-lite")
    }

    /// The WDK content root that is made from [`Self::wdk_lite_sources`].
    pub fn wdk_lite(&self) -> PathBuf {
        self.root.join("target/wdk-lite")
    }

    /// The driver's image, symbols and map.
    pub fn driver(&self) -> PathBuf {
        self.root.join("target/driver")
    }

    /// Where Cargo builds what is for another machine (the driver, the rig, vgpuctl.exe). One folder, because the macros and build
    /// scripts that they have in common run here and are then built once.
    ///
    /// It lies inside the repository whatever `CARGO_TARGET_DIR` says: wdk-build looks for Cargo.lock above its output folder.
    pub fn cross(&self) -> PathBuf {
        self.root.join("target/cross")
    }

    /// `cargo` with a subcommand for this machine. What it builds is shared with this program and with the tests, which
    /// unwind; so everything here does (`.cargo/config.toml` has the same setting).
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).args([
            subcommand,
            "--config",
            "profile.dev.panic=\"unwind\"",
        ]);
        cargo
    }
}

/// Characters that a tool of the build takes for something else: some expand percent signs, and
/// quotation marks end arguments in their own files.
const NOT_IN_PATHS: &[char] = &['%', '"', '\''];

/// The error for a folder that the tools cannot build in.
fn refuse(root: &Path) -> Result<()> {
    let Some(name) = root.to_str() else {
        bail!(
            "the clone's path ({}) is not UTF-8, which the build's tools do not take: move the clone",
            root.display()
        );
    };
    let bad = |character: &char| NOT_IN_PATHS.contains(character) || character.is_control();
    if let Some(character) = name.chars().find(bad) {
        bail!(
            "the clone's path ({name}) has {character:?} in it, which the build's tools do not take: move the clone"
        );
    }
    Ok(())
}

/// Writes `contents` unless the file holds them already, so that nothing that watches its time is built again for nothing.
pub fn write_if_changed(path: &Path, contents: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == contents) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

/// A symbolic link at `to`, put there or put right.
#[cfg(unix)]
pub fn link(from: &Path, to: &Path) -> Result<()> {
    if fs::read_link(to).is_ok_and(|old| old == from) {
        return Ok(());
    }
    if fs::symlink_metadata(to).is_ok() {
        fs::remove_file(to).with_context(|| format!("cannot replace {}", to.display()))?;
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    std::os::unix::fs::symlink(from, to).with_context(|| format!("cannot link {}", to.display()))
}

/// There is no need for one where the WDK is.
#[cfg(not(unix))]
pub fn link(_: &Path, to: &Path) -> Result<()> {
    bail!(
        "{} is made on Linux only; on Windows the WDK itself is used",
        to.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_the_tools_do_not_take_is_one_clear_line() {
        for (name, taken) in [
            ("/srv/a,b=c d(1)", true),
            ("/srv/100%", false),
            ("/srv/it's", false),
            ("/srv/\"x\"", false),
            ("/srv/two\nlines", false),
        ] {
            let result = refuse(Path::new(name));
            assert_eq!(result.is_ok(), taken, "{name:?}");
            if let Err(error) = result {
                assert!(error.to_string().contains("move the clone"), "{error}");
            }
        }
    }
}
