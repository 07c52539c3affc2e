//! `cargo xtask package`: the driver's package for a Windows test machine, made, signed and verified on Linux.
//!
//! It holds what Windows needs to install the driver (vgpudod.inf, .sys, .cat), what a developer needs to trust and debug it (.cer, .pdb),
//! the test program (vgpuctl.exe) and the scripts for the test machine. It is put together beside its place, verified there, and only then moved: what is in
//! target/package/vgpudod is always a whole package.

pub mod authenticode;
pub mod catalog;
pub(crate) mod certificate;
#[cfg(test)]
pub use certificate::NAME as CERTIFICATE_NAME;
mod command_line;
pub mod reproducible;
pub(crate) mod sign;
pub mod source;
pub mod verify;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::build::{self, Driver};
use crate::inf;
use crate::inf::stamp::{Architecture, Stamp};
use crate::install::{self, Need, Sign};
use crate::lock;
use crate::process;
use crate::repository::Repository;
use source::Source;

/// How to make the package.
#[derive(clap::Args, Debug, Default)]
pub struct Options {
    /// Make it although there are changes that are not committed.
    #[arg(long)]
    pub allow_dirty: bool,
    /// Throw the test certificate away and make another; a test machine has to be told to trust it.
    #[arg(long)]
    pub new_certificate: bool,
}

const GIT: Need = Need {
    sign: Sign::Program("git"),
    package: "git",
    reason: "tells which commit the package is made from",
};

/// What making a package takes besides what building the driver takes.
pub const NEEDS: &[Need] = &[
    GIT,
    Need {
        sign: Sign::Program("openssl"),
        package: "openssl",
        reason: "makes the test certificate and checks its signatures",
    },
    Need {
        sign: Sign::Program("osslsigncode"),
        package: "osslsigncode",
        reason: "signs the package as signtool does on Windows",
    },
    Need {
        sign: Sign::Program("x86_64-w64-mingw32-gcc"),
        package: "gcc-mingw-w64-x86-64",
        reason: "links vgpuctl.exe, the test program for Windows",
    },
];

/// The names of the package's files, as they stand in its folder.
pub mod names {
    /// The driver.
    pub const IMAGE: &str = "vgpudod.sys";
    /// What Windows installs by.
    pub const INF: &str = "vgpudod.inf";
    /// The signed list of the files' hashes.
    pub const CATALOG: &str = "vgpudod.cat";
    /// The certificate that it is signed with.
    pub const CERTIFICATE: &str = "vgpudod.cer";
    /// The driver's symbols.
    pub const SYMBOLS: &str = "vgpudod.pdb";
    /// The test program.
    pub const TOOL: &str = "vgpuctl.exe";
    /// The folder with the scripts for the test machine.
    pub const SCRIPTS: &str = "scripts";
    /// All of the files.
    pub const ALL: [&str; 6] = [IMAGE, INF, CATALOG, CERTIFICATE, SYMBOLS, TOOL];
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    let repository = Repository::find()?;
    let folder = make(&repository, options)?;
    process::say("Made", &folder.display().to_string());
    for name in names::ALL {
        let size = fs::metadata(folder.join(name))?.len();
        eprintln!("{:>12} {name} ({size} bytes)", "");
    }
    for (name, _) in scripts(&script_folder(&repository))? {
        eprintln!("{:>12} {}/{name}", "", names::SCRIPTS);
    }
    Ok(())
}

/// Where packages lie.
fn place(repository: &Repository) -> PathBuf {
    repository.root().join("target/package")
}

/// Builds everything, puts it together, signs and verifies it; returns the package's folder.
pub fn make(repository: &Repository, options: &Options) -> Result<PathBuf> {
    if cfg!(windows) {
        bail!(
            "on Windows the package is made by the WDK's tools: cargo make default --release (docs/windows.md)"
        );
    }
    let _lock = lock::hold(repository)?;
    // A tree or a certificate that no package can be made from is refused before anything is installed or built.
    install::ensure(&[GIT])?;
    let source = Source::of(repository, options.allow_dirty)?;
    install::ensure(NEEDS)?;
    let place = place(repository);
    let signer =
        certificate::Signer::ready(&place.join("test-certificate"), options.new_certificate)?;
    let time = signer.signing_time(source.time)?;
    let driver = build::driver(repository)?;
    let tool = command_line::build(repository)?;

    let new = place.join("new");
    if new.exists() {
        fs::remove_dir_all(&new).with_context(|| format!("cannot empty {}", new.display()))?;
    }
    fs::create_dir_all(&new)
        .with_context(|| format!("cannot make the folder {}", new.display()))?;
    let expected = contents(repository, &source, &driver, &tool, &new)?;
    process::say("Signing", "vgpudod.sys, vgpuctl.exe");
    for name in [names::IMAGE, names::TOOL] {
        sign::sign(&signer, &new.join(name), time)?;
    }
    let list = catalog::Catalog::of(&new, &source)?;
    fs::write(new.join(names::CATALOG), list.to_der()?).context("cannot write the catalog")?;
    process::say("Signing", names::CATALOG);
    sign::sign(&signer, &new.join(names::CATALOG), time)?;
    fs::copy(signer.der(), new.join(names::CERTIFICATE)).context("cannot copy the certificate")?;

    process::say("Verifying", "the package");
    let findings = verify::findings(&new, &expected)?;
    for finding in &findings {
        process::say("Wrong", finding);
    }
    if !findings.is_empty() {
        bail!(
            "the package is not as it has to be ({} findings above)",
            findings.len()
        );
    }
    put_in_place(&place)
}

/// Moves the new package to where the old one is. What an interrupted run left on the way does not matter.
fn put_in_place(place: &Path) -> Result<PathBuf> {
    let [new, done, old] = ["new", "vgpudod", "old"].map(|name| place.join(name));
    let remove_old = || match old.exists() {
        true => {
            fs::remove_dir_all(&old).with_context(|| format!("cannot remove {}", old.display()))
        }
        false => Ok(()),
    };
    if done.exists() {
        remove_old()?;
        fs::rename(&done, &old).with_context(|| format!("cannot move {} away", done.display()))?;
    }
    if let Err(error) = fs::rename(&new, &done) {
        // Better the old package than none; the error is the one that matters.
        let _ = fs::rename(&old, &done);
        bail!("cannot move the package to {}: {error}", done.display());
    }
    remove_old()?;
    Ok(done)
}

/// Lays the unsigned files into the folder; returns what the package will be held against.
fn contents(
    repository: &Repository,
    source: &Source,
    driver: &Driver,
    tool: &Path,
    folder: &Path,
) -> Result<verify::Expected> {
    for (from, name) in [
        (&*driver.image, names::IMAGE),
        (&*driver.symbols, names::SYMBOLS),
        (tool, names::TOOL),
    ] {
        fs::copy(from, folder.join(name))
            .with_context(|| format!("the build left no {}", from.display()))?;
    }
    let inx = inf::source(repository);
    let text =
        fs::read_to_string(&inx).with_context(|| format!("cannot read {}", inx.display()))?;
    let stamp = Stamp {
        architecture: Architecture::Amd64,
        date: source.date(),
        version: source.version,
        kmdf: inf::framework(repository)?,
    };
    fs::write(folder.join(names::INF), inf::stamp::stamp(&text, &stamp)?)
        .context("cannot write the INF file")?;
    let scripts = scripts(&script_folder(repository))?;
    fs::create_dir_all(folder.join(names::SCRIPTS)).context("cannot make the scripts' folder")?;
    for (name, text) in &scripts {
        fs::write(folder.join(names::SCRIPTS).join(name), text)
            .with_context(|| format!("cannot write {name}"))?;
    }
    Ok(verify::Expected { stamp, scripts })
}

/// Where the scripts for the test machine lie in the repository.
fn script_folder(repository: &Repository) -> PathBuf {
    repository.root().join("scripts/vm")
}

/// The scripts in this folder, by name.
fn scripts(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        found.insert(name.into_owned(), text);
    }
    Ok(found)
}

/// Sees to it once that the tests' tools are there: tests run side by side, and two installations at a time do not go well.
#[cfg(test)]
fn tools_for_tests() {
    static READY: std::sync::Once = std::sync::Once::new();
    READY.call_once(|| install::ensure(NEEDS).unwrap());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder for packages in which these have a file that holds their name.
    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("vgpudod.sys"), name).unwrap();
        }
        folder
    }

    #[test]
    fn a_new_package_takes_the_old_one_s_place_whatever_was_left_behind() {
        for left in [
            &["new"][..],
            &["new", "vgpudod"],
            &["new", "old"],
            &["new", "vgpudod", "old"],
        ] {
            let folder = folder_with(left);
            let done = put_in_place(folder.path()).unwrap();
            let image = fs::read_to_string(done.join("vgpudod.sys")).unwrap();
            assert_eq!(image, "new", "{left:?}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{left:?}");
        }
    }

    #[test]
    fn without_a_new_package_the_old_one_stays() {
        let folder = folder_with(&["vgpudod"]);
        let error = put_in_place(folder.path()).unwrap_err().to_string();
        assert!(error.contains("cannot move the package"), "{error}");
        assert!(folder.path().join("vgpudod/vgpudod.sys").exists());
    }
}
