//! The library crates as they would be published: packed, unpacked and built from what was packed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process;
use crate::repository::{self, Repository};

/// Packs `dxgk-sys`, `dirql` and `dxgk`, and builds each from its package and the packages it names.
pub fn publish(repository: &Repository) -> Result<()> {
    let mine = process::home_folder("CARGO_HOME", ".cargo").context("there is no home folder")?;
    let home = repository.root().join("target/publish-home");
    fresh_home(&mine, &home)?;
    let words = [
        "--quiet",
        "--dry-run",
        "--allow-dirty",
        "--package",
        "dxgk-sys",
        "--package",
        "dirql",
        "--package",
        "dxgk",
    ];
    let mut cargo = repository.cargo("publish");
    process::capture(cargo.args(words).env("CARGO_HOME", home)).map(drop)
}

/// A Cargo home at `home` with all that `mine` has, except for unpacked packages.
///
/// Cargo unpacks a package once for each registry, name and version. What it packs for a dry run
/// comes from a registry named after this folder alone. So `dxgk` would be built on the `dirql`
/// that was packed here first, and not on the one that was packed just now.
fn fresh_home(mine: &Path, home: &Path) -> Result<()> {
    if home.exists() {
        fs::remove_dir_all(home).with_context(|| format!("cannot empty {}", home.display()))?;
    }
    let registry = mine.join("registry");
    for shared in ["index", "cache"] {
        let folder = registry.join(shared);
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        repository::link(&folder, &home.join("registry").join(shared))?;
    }
    for entry in fs::read_dir(mine).with_context(|| format!("cannot read {}", mine.display()))? {
        let name = entry?.file_name();
        if name != "registry" {
            repository::link(&mine.join(&name), &home.join(&name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_earlier_is_not_built_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mine = folder.path().join("mine");
        let stale = "registry/src/-0123456789abcdef/dirql-0.1.0/src";
        fs::create_dir_all(mine.join(stale)).expect("a package of an earlier run");
        fs::create_dir_all(mine.join("registry/cache/packed")).expect("the packages themselves");
        fs::write(mine.join("config.toml"), "[net]").expect("the user's own settings");

        let home = folder.path().join("home");
        fresh_home(&mine, &home).expect("a home");
        fs::create_dir_all(home.join(stale)).expect("a package of this run");
        fresh_home(&mine, &home).expect("the same home, again");

        assert!(!home.join(stale).exists(), "unpacked sources were kept");
        assert!(home.join("registry/cache/packed").is_dir());
        assert_eq!(
            fs::read(home.join("config.toml")).expect("linked"),
            b"[net]"
        );
        assert!(mine.join(stale).is_dir(), "the user's own home changed");
    }
}
