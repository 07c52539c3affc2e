//! Builds vgpuctl.exe, the test program, for Windows.
//!
//! With mingw-w64's linker and C library, which need no Windows and no Visual Studio. The driver itself is not built this way.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::linker::Linker;
use crate::process;
use crate::repository::Repository;
use crate::toolchain::Toolchain;

/// The target that mingw-w64 links for.
pub const TARGET: &str = "x86_64-pc-windows-gnu";

/// Builds it; returns the file.
pub fn build(repository: &Repository) -> Result<PathBuf> {
    let toolchain = Toolchain::for_target(TARGET)?;
    let folder = repository.cross();
    refuse_spaces(&folder)?;
    process::say("Building", "vgpuctl.exe");
    let mut cargo = toolchain.cargo("build", TARGET);
    cargo
        .current_dir(repository.root())
        .args(["--package", "vgpuctl", "--release", "--target-dir"])
        .arg(&folder);
    // The driver's profile optimizes the whole program at once and has full symbols; here nobody would notice either.
    cargo.args([
        "--config",
        "profile.release.lto=false",
        "--config",
        "profile.release.debug=false",
    ]);
    Linker::Program.configure(repository, &toolchain, TARGET, &mut cargo)?;
    // No time of linking in the file, no names: two builds give the same bytes.
    let mut flags = vec![
        "-Clink-arg=-Wl,--no-insert-timestamp".to_owned(),
        "-Cstrip=symbols".to_owned(),
    ];
    let home = process::home_folder("CARGO_HOME", ".cargo");
    let folders = toolchain
        .library_source()
        .into_iter()
        .chain(home.map(|home| (home, "cargo".to_owned())))
        .chain([(repository.root().to_owned(), "vgpudod".to_owned())]);
    flags.extend(folders.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())));
    let flags: Vec<String> = flags.iter().map(|flag| format!("{flag:?}")).collect();
    cargo.args([
        "--config",
        &format!("target.{TARGET}.rustflags=[{}]", flags.join(",")),
    ]);
    process::run(&mut cargo).context("vgpuctl does not build for Windows")?;
    Ok(folder.join(TARGET).join("release/vgpuctl.exe"))
}

/// mingw-w64's dlltool starts its assembler through a shell and does not quote what it says there.
fn refuse_spaces(folder: &Path) -> Result<()> {
    if folder.to_string_lossy().contains(char::is_whitespace) {
        bail!(
            "mingw-w64's tools, which build vgpuctl.exe, do not take a folder with a space in its name ({}): move the clone",
            folder.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_mingw_does_not_take_is_refused() {
        let error = refuse_spaces(Path::new("/srv/my clone/target/cross")).unwrap_err();
        assert!(error.to_string().contains("move the clone"), "{error}");
        assert!(refuse_spaces(Path::new("/srv/my-clone/target/cross")).is_ok());
    }
}
