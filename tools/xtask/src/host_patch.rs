//! Makes the crate `wdk-build`, as published, compile on a Linux host: for one build, in the build folder, never in Cargo.toml.
//!
//! Copies of three crates with a few places changed are laid beside the build and named to Cargo as *path overrides*
//! (`--config paths=[...]`). An override may not change a crate's name, version or dependencies, and that is why it is used
//! and not `[patch]`: Cargo.lock stays as it is, byte for byte, and a build on Windows uses the crates as published.
//!
//! - `wdk-build`: setting environment variables is a `compile_error!` off Windows, and a symbolic link is made with a Windows-only
//!   function; neither is used when a driver is built. Two linker arguments that lld-link does not know are left out.
//! - `windows`, `windows-future`: do not compile off Windows. The first becomes the few registry names that wdk-build uses, with an
//!   answer of "not found"; the second becomes empty.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repository::{self, Repository};

/// A text that must stand in a file exactly `times`, and what it becomes.
struct Edit {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    times: usize,
}

const WDK_BUILD: &str = "wdk-build";
const WDK_BUILD_VERSION: &str = "0.6.0";
const WDK_BUILD_EDITS: &[Edit] = &[
    Edit {
        file: "src/utils.rs",
        from: "compile_error!(",
        to: "unimplemented!(",
        times: 2,
    },
    Edit {
        file: "src/cargo_make.rs",
        from: "std::os::windows::fs::symlink_file",
        to: "std::os::unix::fs::symlink",
        times: 2,
    },
    Edit {
        file: "src/lib.rs",
        from: "println!(\"cargo::rustc-cdylib-link-arg=/KERNEL\");",
        to: "",
        times: 2,
    },
    Edit {
        file: "src/lib.rs",
        from: "println!(\"cargo::rustc-cdylib-link-arg=/MAPINFO:EXPORTS\");",
        to: "",
        times: 1,
    },
];

/// The names of the crate `windows` that wdk-build uses, on a system that has no registry.
const WINDOWS: &str = r##"//! The registry as wdk-build asks for it, on a system that has none: every key is not found.

/// Win32.
#[allow(non_snake_case)]
pub mod Win32 {
    /// System services.
    pub mod System {
        /// The registry.
        pub mod Registry {
            use core::ffi::c_void;

            use crate::core::PCSTR;

            #[derive(Clone, Copy, Default)]
            pub struct HKEY(pub usize);
            pub const HKEY_LOCAL_MACHINE: HKEY = HKEY(0x8000_0002);
            pub const KEY_READ: u32 = 0x0002_0019;
            pub const RRF_RT_REG_SZ: u32 = 2;

            pub struct NotFound;
            impl NotFound {
                pub fn is_ok(&self) -> bool {
                    false
                }
                pub fn ok(self) -> Result<(), &'static str> {
                    Err("this system has no registry")
                }
            }

            pub unsafe fn RegOpenKeyExA(_: HKEY, _: PCSTR, _: Option<u32>, _: u32, _: *mut HKEY) -> NotFound {
                NotFound
            }
            pub unsafe fn RegGetValueA(
                _: HKEY,
                _: Option<PCSTR>,
                _: PCSTR,
                _: u32,
                _: Option<*mut u32>,
                _: Option<*mut c_void>,
                _: Option<*mut u32>,
            ) -> NotFound {
                NotFound
            }
            pub unsafe fn RegCloseKey(_: HKEY) -> NotFound {
                NotFound
            }
        }
    }
}

/// Strings.
pub mod core {
    #[derive(Clone, Copy)]
    pub struct PCSTR(pub *const u8);
    pub use crate::s;
}

#[macro_export]
macro_rules! s {
    ($text:expr) => {
        $crate::core::PCSTR(concat!($text, "\0").as_ptr())
    };
}
"##;

/// Crates whose manifest stays and whose source becomes one file.
const REPLACED: &[(&str, &str)] = &[
    ("windows", WINDOWS),
    (
        "windows-future",
        "//! Empty: it does not compile off Windows, and nothing calls it there.\n",
    ),
];

/// Lays the changed copies under `folder`; returns their paths.
pub fn write(repository: &Repository, cargo: &mut Command, folder: &Path) -> Result<Vec<PathBuf>> {
    let lock = fs::read_to_string(repository.root().join("Cargo.lock"))
        .context("cannot read Cargo.lock")?;
    let registry = registry_sources(cargo.current_dir(repository.root()))?;

    let version = locked_version(&lock, WDK_BUILD)?;
    if version != WDK_BUILD_VERSION {
        bail!(
            "Cargo.lock has {WDK_BUILD} {version}, and this program knows how to change {WDK_BUILD_VERSION}"
        );
    }
    let mut paths = vec![copy_edited(&registry, folder, version)?];
    for (name, source) in REPLACED {
        paths.push(replace(
            &registry,
            folder,
            name,
            locked_version(&lock, name)?,
            source,
        )?);
    }
    Ok(paths)
}

/// The folder in which Cargo keeps the published crates' sources, after fetching all that Cargo.lock names.
fn registry_sources(fetch: &mut Command) -> Result<Vec<PathBuf>> {
    process::capture(fetch)
        .context("cannot fetch the crates that Cargo.lock names; is a crate registry reachable?")?;
    let home = process::home_folder("CARGO_HOME", ".cargo")
        .context("neither CARGO_HOME nor HOME is set")?;
    let sources = home.join("registry/src");
    let entries =
        fs::read_dir(&sources).with_context(|| format!("cannot read {}", sources.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// The one version of this crate that the lock file names.
fn locked_version<'a>(lock: &'a str, name: &str) -> Result<&'a str> {
    let start = format!("[[package]]\nname = \"{name}\"\nversion = \"");
    let versions: Vec<&str> = lock
        .match_indices(&start)
        .filter_map(|(at, _)| lock.get(at + start.len()..)?.split('"').next())
        .collect();
    match versions[..] {
        [version] => Ok(version),
        _ => bail!(
            "Cargo.lock names {} versions of {name}, and one is expected",
            versions.len()
        ),
    }
}

fn published(registry: &[PathBuf], name: &str, version: &str) -> Result<PathBuf> {
    let folder = format!("{name}-{version}");
    registry
        .iter()
        .map(|source| source.join(&folder))
        .find(|path| path.is_dir())
        .with_context(|| format!("{folder} is not in Cargo's registry folder"))
}

/// A copy of wdk-build with its edits made.
fn copy_edited(registry: &[PathBuf], folder: &Path, version: &str) -> Result<PathBuf> {
    let from = published(registry, WDK_BUILD, version)?;
    let to = folder.join(WDK_BUILD);
    for relative in files(&from)? {
        let mut contents = fs::read(from.join(&relative))?;
        for edit in WDK_BUILD_EDITS
            .iter()
            .filter(|edit| Path::new(edit.file) == relative)
        {
            let text = String::from_utf8(contents)
                .with_context(|| format!("{} is not text", relative.display()))?;
            let found = text.matches(edit.from).count();
            if found != edit.times {
                bail!(
                    "{WDK_BUILD} {version}: {} has `{}` {found} times, not {}",
                    edit.file,
                    edit.from,
                    edit.times
                );
            }
            contents = text.replace(edit.from, edit.to).into_bytes();
        }
        repository::write_if_changed(&to.join(relative), &contents)?;
    }
    Ok(to)
}

/// The published manifest with another source.
fn replace(
    registry: &[PathBuf],
    folder: &Path,
    name: &str,
    version: &str,
    source: &str,
) -> Result<PathBuf> {
    let manifest = published(registry, name, version)?.join("Cargo.toml");
    let to = folder.join(name);
    repository::write_if_changed(&to.join("Cargo.toml"), &fs::read(&manifest)?)?;
    repository::write_if_changed(&to.join("src/lib.rs"), source.as_bytes())?;
    Ok(to)
}

/// All files under a folder, relative to it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(relative) = folders.pop() {
        for entry in fs::read_dir(folder.join(&relative))? {
            let entry = entry?;
            let path = relative.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\n\
                        [[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";

    #[test]
    fn the_locked_version_is_read() {
        assert_eq!(locked_version(LOCK, "a").unwrap(), "1.0.0");
    }

    #[test]
    fn two_versions_or_none_are_an_error() {
        assert!(
            locked_version(LOCK, "b")
                .unwrap_err()
                .to_string()
                .contains("2 versions of b")
        );
        assert!(
            locked_version(LOCK, "c")
                .unwrap_err()
                .to_string()
                .contains("0 versions of c")
        );
    }
}
