//! What the built driver has to be, read off its file: the checks that `cargo xtask build` ends with.
//!
//! Each check stands in a file of its own subject and returns what it found wrong, in words; all of them run before any is reported.
//! They look at the image only, and at the linker's map for names.

pub mod checksum;
pub mod foreign;
mod header;
pub mod imports;
mod map;
mod panics;
mod paths;

#[cfg(test)]
pub mod crafted;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::pe::PeFile64;

use map::Map;
pub use panics::{Allowed, parse as panics};

use crate::build::Driver;
use crate::process;
use crate::wdk_lite::Import;

/// A driver image and its map.
#[derive(Debug, Clone)]
pub struct Image {
    bytes: Vec<u8>,
    map: Map,
}

/// What the image is held against.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Exactly what it imports.
    pub imports: Vec<Import>,
    /// The functions that may panic.
    pub panics: Vec<Allowed>,
    /// Folders of this machine whose names must not be in it.
    pub folders: Vec<String>,
}

impl Image {
    /// Reads the image and the map that the linker wrote with it.
    pub fn read(image: &Path, map: &Path) -> Result<Self> {
        let bytes = fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
        let text =
            fs::read_to_string(map).with_context(|| format!("cannot read {}", map.display()))?;
        Self::new(bytes, &text)
    }

    fn new(bytes: Vec<u8>, map: &str) -> Result<Self> {
        PeFile64::parse(&*bytes).context("it is not a 64-bit PE image")?;
        let map = Map::parse(map)?;
        Ok(Self { bytes, map })
    }

    /// The image as a PE file.
    pub fn pe(&self) -> Result<PeFile64<'_>> {
        PeFile64::parse(&*self.bytes).context("it is not a 64-bit PE image")
    }

    /// Where what lies in it.
    pub const fn map(&self) -> &Map {
        &self.map
    }

    /// Everything that is wrong with it.
    pub fn findings(&self, expected: &Expected) -> Result<Vec<String>> {
        let pe = self.pe()?;
        let mut findings = header::findings(&pe, &self.map)?;
        findings.extend(checksum::findings(&self.bytes)?);
        findings.extend(imports::findings(&pe, &expected.imports)?);
        findings.extend(paths::findings(&self.bytes, &expected.folders));
        findings.extend(panics::findings(&pe, &self.map, &expected.panics)?);
        Ok(findings)
    }
}

/// Checks the image, and its symbols for this machine's folders; the error lists everything that is wrong.
pub fn check(driver: &Driver, expected: &Expected) -> Result<()> {
    let image = &driver.image;
    let mut findings = Image::read(image, &driver.map)
        .and_then(|read| read.findings(expected))
        .with_context(|| format!("{} cannot be checked", image.display()))?;
    findings.extend(symbols(&driver.symbols, &expected.folders)?);
    for finding in &findings {
        process::say("Wrong", finding);
    }
    if !findings.is_empty() {
        bail!(
            "{} is not as a driver has to be ({} findings above)",
            image.display(),
            findings.len()
        );
    }
    Ok(())
}

/// The symbols hold names of files by the hundred, and none of them may say where the clone lay.
fn symbols(path: &Path, folders: &[String]) -> Result<Vec<String>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let findings = paths::findings(&bytes, folders).into_iter();
    Ok(findings
        .map(|finding| format!("{}: {finding}", path.display()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_that_name_the_clone_s_folder_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vgpudod.pdb");
        let folders = ["/srv/clone".to_owned()];
        fs::write(&path, r"C:\src\vgpudod\src\lib.rs").unwrap();
        assert_eq!(symbols(&path, &folders).unwrap(), Vec::<String>::new());
        fs::write(&path, "/srv/clone/vgpudod/src/lib.rs").unwrap();
        let found = symbols(&path, &folders).unwrap();
        assert!(found[0].contains("vgpudod.pdb: it has the path /srv/clone"));
    }
}
