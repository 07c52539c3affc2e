//! A second QEMU, newer than the system's: Debian's backports have one, which is unpacked under `target` and started from there.
//!
//! Nothing is installed. apt's own lists are left alone: it gets folders of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::repository::{Repository, write_if_changed};

/// The release's packages that make up QEMU with a window and OpenGL.
const PACKAGES: &[&str] = &[
    "qemu-system-x86",
    "qemu-system-common",
    "qemu-system-data",
    "qemu-system-modules-opengl",
    "qemu-system-gui",
    "seabios",
];

/// Where apt gets the release's main packages from, as it is set up here.
struct Release {
    address: String,
    codename: String,
}

impl Release {
    /// What `apt-get indextargets` lists as [`INDEX_FORMAT`]; suites such as the security updates are other ones.
    fn read(targets: &str) -> Option<Self> {
        targets
            .lines()
            .find_map(|line| match line.split('|').collect::<Vec<_>>()[..] {
                [address, codename, "main"] if !codename.contains('-') && !codename.is_empty() => {
                    Some(Self {
                        address: address.to_owned(),
                        codename: codename.to_owned(),
                    })
                }
                _ => None,
            })
    }

    /// The release, and what was brought back to it.
    fn sources(&self) -> String {
        let Self { address, codename } = self;
        let line = |suite: &str| {
            format!(
                "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {address} {suite} main\n"
            )
        };
        line(codename) + &line(&self.backports())
    }

    fn backports(&self) -> String {
        format!("{}-backports", self.codename)
    }
}

/// Address, release and component of a list of packages.
const INDEX_FORMAT: &str = "$(REPO_URI)|$(CODENAME)|$(COMPONENT)";

/// The program, fetched if it is not there yet.
///
/// # Errors
/// It cannot be had here.
pub fn qemu(repository: &Repository) -> Result<PathBuf> {
    let folder = repository.root().join("target/qemu-backports");
    let program = folder.join("qemu-system-x86_64");
    if !runs(&program) {
        process::say("Fetching", "QEMU from Debian's backports (14 MB)");
        fetch(&folder).context("QEMU from Debian's backports cannot be had")?;
        write_if_changed(&program, starter(&folder.join("root")).as_bytes())?;
        executable(&program)?;
        ensure!(runs(&program), "{} does not start", program.display());
    }
    Ok(program)
}

/// QEMU's version, as it says it itself.
pub fn version(program: &Path) -> Option<String> {
    let said = process::capture(Command::new(program).arg("--version")).ok()?;
    let (_, rest) = said.lines().next()?.split_once("version ")?;
    Some(rest.split_whitespace().next()?.to_owned())
}

fn runs(program: &Path) -> bool {
    version(program).is_some()
}

fn fetch(folder: &Path) -> Result<()> {
    for name in ["lists/partial", "cache/archives/partial", "root"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let targets = process::capture(Command::new("apt-get").args([
        "indextargets",
        "--format",
        INDEX_FORMAT,
        "Created-By: Packages",
    ]))?;
    let release = Release::read(&targets).context("apt has no Debian release to look in")?;
    let sources = folder.join("sources.list");
    fs::write(&sources, release.sources())?;
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.current_dir(folder).arg("-qq");
        for (name, value) in [
            ("Dir::State::lists", folder.join("lists")),
            ("Dir::Etc::sourcelist", sources.clone()),
            ("Dir::Etc::sourceparts", PathBuf::from("-")),
            ("Dir::Cache", folder.join("cache")),
        ] {
            command.arg("-o").arg(format!("{name}={}", value.display()));
        }
        command.args(arguments);
        process::capture(&mut command).map(drop)
    };
    apt(&["update"])?;
    apt(&[&["-t", &release.backports(), "download"], PACKAGES].concat())?;
    for entry in fs::read_dir(folder)? {
        let package = entry?.path();
        if package.extension().is_some_and(|end| end == "deb") {
            let mut unpack = Command::new("dpkg");
            unpack.arg("-x").arg(&package).arg(folder.join("root"));
            process::capture(&mut unpack)?;
            fs::remove_file(&package)?;
        }
    }
    Ok(())
}

/// Starts QEMU with its own modules and data.
fn starter(root: &Path) -> String {
    let root = root.display().to_string().replace('\'', "'\\''");
    format!(
        "#!/bin/sh\n# Made by `cargo xtask`: QEMU of Debian's backports.\nroot='{root}'\n\
         QEMU_MODULE_DIR=\"$root/usr/lib/x86_64-linux-gnu/qemu\" exec \"$root/usr/bin/qemu-system-x86_64\" \
         -L \"$root/usr/share/qemu\" -L \"$root/usr/share/seabios\" \"$@\"\n"
    )
}

#[cfg(unix)]
fn executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(
        path,
        fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_the_program_says() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("qemu");
        let text = "#!/bin/sh\necho 'QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)'\n";
        fs::write(&program, text).unwrap();
        executable(&program).unwrap();
        assert_eq!(version(&program).as_deref(), Some("10.0.2"));
        assert_eq!(version(&folder.path().join("none")), None);
    }

    #[test]
    fn the_release_is_the_one_that_apt_is_set_up_for() {
        let targets = "http://mirror.example/debian-security/|bookworm-security|main\n\
                       http://tools.example/|nodistro|other\n\
                       http://mirror.example/debian/|bookworm|main\n";
        let release = Release::read(targets).unwrap();
        assert_eq!(release.backports(), "bookworm-backports");
        let sources = release.sources();
        assert_eq!(
            sources
                .matches(" http://mirror.example/debian/ bookworm")
                .count(),
            2
        );
        assert!(Release::read("http://mirror.example/|bookworm-security|main\n").is_none());
    }

    #[test]
    fn the_starter_hands_everything_on() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("it's a root");
        let bin = root.join("usr/bin");
        fs::create_dir_all(&bin).unwrap();
        let inner = bin.join("qemu-system-x86_64");
        fs::write(
            &inner,
            "#!/bin/sh\necho \"$QEMU_MODULE_DIR\"\nprintf '%s\\n' \"$@\"\n",
        )
        .unwrap();
        executable(&inner).unwrap();
        let outer = folder.path().join("starter");
        fs::write(&outer, starter(&root)).unwrap();
        executable(&outer).unwrap();
        let said = process::capture(Command::new(&outer).args(["-device", "a b,c"])).unwrap();
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0].ends_with("it's a root/usr/lib/x86_64-linux-gnu/qemu"));
        assert_eq!(&lines[5..], ["-device", "a b,c"]);
    }
}
