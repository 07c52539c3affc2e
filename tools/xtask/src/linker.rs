//! Linkers that are told of every file by a name that is the same wherever the clone lies.
//!
//! rustc names all files by whole paths, and linkers let them show: lld-link writes its whole command line into the symbols, and GNU's ld
//! sorts what is imported by the names of the files that say so. So two clones of one commit gave different bytes. A script stands in
//! between and makes the names relative to the clone. It takes no part in a build on Windows.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::repository::{Repository, link, write_if_changed};
use crate::toolchain::Toolchain;

/// The folder that sources lie in, as the symbols have it: a debugger finds a clone in `C:\src\vgpudod` by itself.
pub const SOURCES: &str = r"C:\src";

/// Where the compiler's own files are for the linker: a link to its folder, inside the clone.
const COMPILER: &str = "target/linker/rust";

/// The variable that tells the script where they are for rustc.
const VARIABLE: &str = "VGPUDOD_COMPILER";

/// Cargo runs rustc in the clone's root, and rustc the linker.
const SCRIPT: &str = r#"#!/bin/sh
# Made by `cargo xtask`: @PROGRAM@, with names relative to the clone.
root=$(pwd -P)
for argument do
    shift
    for folder in "${VGPUDOD_COMPILER:?}=@COMPILER@/" "$root="; do
        from=${folder%=*}/ to=${folder##*=}
        case $argument in
        *"$from"*) argument=${argument%%"$from"*}$to${argument#*"$from"} ;;
        esac
    done
    set -- "$@" "$argument"
done
exec @PROGRAM@ "$@" @MORE@
"#;

/// A linker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linker {
    /// LLVM's for images and symbols, lld-link.
    Driver,
    /// mingw-w64's, for programs.
    Program,
}

impl Linker {
    /// The program's name, by which rustc also tells what kind of linker it is.
    fn name(self) -> &'static str {
        match self {
            Self::Driver => "lld-link",
            Self::Program => "x86_64-w64-mingw32-gcc",
        }
    }

    /// Writes the script and tells this cargo command of it.
    pub fn configure(
        self,
        repository: &Repository,
        toolchain: &Toolchain,
        target: &str,
        cargo: &mut Command,
    ) -> Result<()> {
        let sysroot = toolchain
            .sysroot()
            .context("rustc does not say where its library lies: is it installed whole?")?;
        let script = self.write(repository, &sysroot)?;
        cargo.env(VARIABLE, sysroot).args([
            "--config",
            &format!("target.{target}.linker={:?}", script.display().to_string()),
        ]);
        Ok(())
    }

    /// Writes the script; returns its path.
    fn write(self, repository: &Repository, sysroot: &Path) -> Result<PathBuf> {
        link(sysroot, &repository.root().join(COMPILER))?;
        let script = repository.root().join("target/linker").join(self.name());
        // rustc's first argument to lld-link, -flavor, has to stay the first.
        let more = match self {
            Self::Driver => format!("'/PDBSOURCEPATH:{SOURCES}'"),
            Self::Program => String::new(),
        };
        let text = SCRIPT
            .replace("@PROGRAM@", self.name())
            .replace("@COMPILER@", COMPILER)
            .replace(" @MORE@", &format!(" {more}"));
        write_if_changed(&script, text.as_bytes())?;
        executable(&script)?;
        Ok(script)
    }
}

#[cfg(unix)]
fn executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(
        path,
        std::fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    /// What the script hands to the linker, when a clone in this folder is linked.
    fn handed_over(linker: Linker, root: &Path, arguments: &[&str]) -> Vec<String> {
        let bin = tempfile::tempdir().unwrap();
        let stand_in = bin.path().join(linker.name());
        fs::write(&stand_in, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n").unwrap();
        executable(&stand_in).unwrap();
        let repository = Repository::at(root).unwrap();
        let script = linker
            .write(&repository, Path::new("/opt/rust 1.95"))
            .unwrap();
        let path = format!(
            "{}:{}",
            bin.path().display(),
            std::env::var("PATH").unwrap()
        );
        let output = Command::new(script)
            .args(arguments)
            .current_dir(repository.root())
            .env("PATH", path)
            .env(VARIABLE, "/opt/rust 1.95")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// What the script hands over for a clone in a folder of this name.
    fn handed_over_in(linker: Linker, name: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(name);
        fs::create_dir(&root).unwrap();
        let inside = fs::canonicalize(&root).unwrap().display().to_string();
        let arguments = [
            &format!("/OUT:{inside}/target/x y.dll"),
            "/DEBUG",
            "",
            &format!("{inside}/target/it's.o"),
            "/opt/rust 1.95/lib/core.rlib",
            r"/IGNORE:C:\n",
        ];
        handed_over(linker, &root, &arguments)
    }

    #[test]
    fn names_are_the_same_wherever_the_clone_lies() {
        let expected = [
            "/OUT:target/x y.dll",
            "/DEBUG",
            "",
            "target/it's.o",
            "target/linker/rust/lib/core.rlib",
            r"/IGNORE:C:\n",
        ];
        for name in ["a", "another clone (2) $HOME"] {
            assert_eq!(handed_over_in(Linker::Program, name), expected);
            let with_sources = [&expected[..], &[r"/PDBSOURCEPATH:C:\src"]].concat();
            assert_eq!(handed_over_in(Linker::Driver, name), with_sources);
        }
    }
}
