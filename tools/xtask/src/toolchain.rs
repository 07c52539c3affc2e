//! Which Rust builds for a target that is not the host: rustup's, with the target added, or one that builds `core` and `alloc` itself.
//!
//! Rust's libraries for Windows and UEFI come with rustup but not with Debian. So, in this order: the compiler at hand if it has the
//! target; rustup, asked to add it; the compiler at hand with its library's source; Debian's compiler with its library's source.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::install;
use crate::process;

/// The driver's target.
pub const DRIVER_TARGET: &str = "x86_64-pc-windows-msvc";

/// The rig's target.
pub const RIG_TARGET: &str = "x86_64-unknown-uefi";

/// Where the component rust-src lies in a compiler's folder.
const LIBRARY_SOURCE: &str = "lib/rustlib/src/rust";

/// A cargo and a rustc that belong together and can build for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    cargo: PathBuf,
    rustc: PathBuf,
    /// Whether `core` and `alloc` have to be built too.
    build_std: bool,
}

impl Toolchain {
    /// A toolchain for this target, after installing what that takes.
    pub fn for_target(target: &str) -> Result<Self> {
        let at_hand = Self::at_hand();
        if let Some(toolchain) = &at_hand
            && toolchain.has_target(target)
        {
            return Ok(toolchain.clone());
        }
        if let Some(toolchain) = &at_hand
            && toolchain.is_rustups()
            && add_target(target)
            && toolchain.has_target(target)
        {
            return Ok(toolchain.clone());
        }
        if let Some(toolchain) = at_hand
            && toolchain.has_library_source()
        {
            return Ok(Self {
                build_std: true,
                ..toolchain
            });
        }
        process::say(
            "Rust",
            &format!("the compiler at hand cannot build for {target}: using Debian's"),
        );
        install::ensure(install::DEBIAN_RUST).with_context(|| {
            format!("no Rust here can build for {target}; with rustup, `rustup target add {target}` is all it takes")
        })?;
        let debian = Self {
            cargo: "/usr/bin/cargo".into(),
            rustc: "/usr/bin/rustc".into(),
            build_std: true,
        };
        if !debian.has_library_source() {
            bail!(
                "Debian's rustc at {} has no library source beside it",
                debian.rustc.display()
            );
        }
        Ok(debian)
    }

    /// The cargo that runs this program, or else the first on the search path.
    fn at_hand() -> Option<Self> {
        let cargo = std::env::var_os("CARGO")
            .map(PathBuf::from)
            .or_else(|| process::find_program("cargo"))?;
        let beside = cargo.with_file_name("rustc");
        let rustc = if beside.exists() {
            beside
        } else {
            process::find_program("rustc")?
        };
        Some(Self {
            cargo,
            rustc,
            build_std: false,
        })
    }

    /// A `cargo` command for this toolchain and target, with `subcommand`. Flags in the environment that are not the project's are
    /// left out, so that the same sources give the same image.
    pub fn cargo(&self, subcommand: &str, target: &str) -> Command {
        let mut command = Command::new(&self.cargo);
        command
            .arg(subcommand)
            .args(["--target", target])
            .env("RUSTC", &self.rustc);
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET_DIR",
        ] {
            command.env_remove(name);
        }
        if self.build_std {
            // A program takes all of Rust's library; drivers and firmware have no system to build it on.
            let is_program = target.ends_with("-windows-gnu");
            let library = if is_program {
                "std,panic_abort"
            } else {
                "core,alloc"
            };
            command
                .args(["-Z", &format!("build-std={library}")])
                .env("RUSTC_BOOTSTRAP", "1")
                // Debian's Rust does not bring the linker that this target asks for by name (rust-lld).
                .env("CARGO_TARGET_X86_64_UNKNOWN_UEFI_LINKER", "lld-link");
        }
        command
    }

    /// Where the compiler and its libraries lie.
    pub fn sysroot(&self) -> Option<PathBuf> {
        self.ask(&["--print", "sysroot"]).map(PathBuf::from)
    }

    /// The compiler's name and version, as it says them itself.
    pub fn version(&self) -> Option<String> {
        self.ask(&["--version"])
    }

    /// Where the source of Rust's library lies if it is installed, and the name that the library itself has for that place.
    ///
    /// The compiled library that rustup brings names its sources `/rustc/HASH`. If rustc finds the component rust-src, it names that
    /// instead. With this pair for `--remap-path-prefix` both give the same name, and an image does not tell whether rust-src was
    /// there.
    pub fn library_source(&self) -> Option<(PathBuf, String)> {
        let folder = self.sysroot()?.join(LIBRARY_SOURCE);
        Some((folder, library_name(&self.ask(&["-vV"])?)?))
    }

    fn ask(&self, arguments: &[&str]) -> Option<String> {
        let output = Command::new(&self.rustc)
            .args(arguments)
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    }

    fn has_target(&self, target: &str) -> bool {
        let Some(sysroot) = self.sysroot() else {
            return false;
        };
        let libraries = sysroot.join("lib/rustlib").join(target).join("lib");
        libraries.read_dir().is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
        })
    }

    fn has_library_source(&self) -> bool {
        self.sysroot().is_some_and(|sysroot| {
            sysroot
                .join(LIBRARY_SOURCE)
                .join("library/Cargo.lock")
                .is_file()
        })
    }

    /// Whether rustup manages this compiler, and so can add a target to it.
    fn is_rustups(&self) -> bool {
        let home = process::home_folder("RUSTUP_HOME", ".rustup");
        home.is_some_and(|home| {
            self.sysroot()
                .is_some_and(|sysroot| sysroot.starts_with(home))
        }) && process::find_program("rustup").is_some()
    }
}

/// Asks rustup for the target; whether it worked. Why it did not is nobody's concern: there are other ways.
fn add_target(target: &str) -> bool {
    process::say(
        "Adding",
        &format!("Rust's library for {target} (rustup target add)"),
    );
    Command::new("rustup")
        .args(["target", "add", target])
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The name that Rust's library has for the folder of its sources, from what `rustc -vV` says: with the commit, or, where a
/// distribution built it from an archive, with the release.
fn library_name(version: &str) -> Option<String> {
    let value = |key: &str| version.lines().find_map(|line| line.strip_prefix(key));
    let commit = value("commit-hash: ").filter(|commit| *commit != "unknown");
    let name = commit.or_else(|| value("release: "))?;
    Some(format!("/rustc/{name}"))
}

#[cfg(test)]
mod tests {
    use super::library_name;

    #[test]
    fn the_library_is_named_by_its_commit_or_else_its_release() {
        let rustups = "rustc 1.95.0\ncommit-hash: 59807616e\nrelease: 1.95.0\n";
        let debians = "rustc 1.96.0\ncommit-hash: unknown\nrelease: 1.96.0\n";
        assert_eq!(library_name(rustups).unwrap(), "/rustc/59807616e");
        assert_eq!(library_name(debians).unwrap(), "/rustc/1.96.0");
        assert_eq!(library_name(""), None);
    }
}
