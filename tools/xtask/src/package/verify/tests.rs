//! Packages made from a crafted image, whole and broken in one place each.

use tempfile::TempDir;

use super::*;
use crate::identity::tests::image_naming_symbols;
use crate::image::crafted;
use crate::inf::stamp::{Architecture, Date, Version, stamp};
use crate::package::certificate::Signer;
use crate::package::source::Source;
use crate::package::tools_for_tests;

const SOURCE: Source = Source {
    time: 1_780_000_000,
    version: Version([0, 1, 0, 7]),
};
const STAMP: Stamp = Stamp {
    architecture: Architecture::Amd64,
    date: Date {
        year: 2026,
        month: 5,
        day: 28,
    },
    version: SOURCE.version,
    kmdf: (1, 31),
};
/// What stands for the identifier that image and symbols share.
const IDENTIFIER: &[u8; 16] = b"sixteen bytes id";

/// Where the crafted image has its version.
const VERSION: usize = 0x700;

/// What the packages are held against.
fn expected() -> Expected {
    let script = ("Install-Driver.ps1".to_owned(), b"exit 0".to_vec());
    Expected {
        stamp: STAMP,
        scripts: [script].into(),
    }
}

struct Package {
    folder: TempDir,
    signer: Signer,
}

/// An image with symbols and a version.
fn image() -> Vec<u8> {
    let mut bytes = image_naming_symbols(IDENTIFIER);
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    // VS_FIXEDFILEINFO: signature, structure's version, the file's version 0.1.0.0, type and subtype.
    put(VERSION, &0xfeef_04bd_u32.to_le_bytes());
    put(VERSION + 8, &1u32.to_le_bytes());
    put(VERSION + 12, &7u32.to_le_bytes());
    put(VERSION + 36, &3u32.to_le_bytes());
    put(VERSION + 40, &4u32.to_le_bytes());
    bytes
}

impl Package {
    /// A package that has nothing wrong.
    fn whole() -> Self {
        Self::made(|_| {})
    }

    /// A package in which something was changed before it was signed.
    fn made(change: impl FnOnce(&Path)) -> Self {
        tools_for_tests();
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::ready(&folder.path().join("certificate"), false).unwrap();
        let package = Self { folder, signer };
        let path = package.path();
        fs::create_dir_all(path.join(names::SCRIPTS)).unwrap();
        for (name, text) in expected().scripts {
            fs::write(path.join(names::SCRIPTS).join(name), text).unwrap();
        }
        let inx = include_str!("../../../../../inf/vgpudod.inx");
        fs::write(path.join(names::INF), stamp(inx, &STAMP).unwrap()).unwrap();
        fs::write(path.join(names::IMAGE), image()).unwrap();
        fs::write(path.join(names::TOOL), crafted::bytes()).unwrap();
        fs::write(
            path.join(names::SYMBOLS),
            [b"symbols: ", &IDENTIFIER[..]].concat(),
        )
        .unwrap();
        fs::copy(package.signer.der(), path.join(names::CERTIFICATE)).unwrap();
        change(&path);
        for name in [names::IMAGE, names::TOOL] {
            package.sign(name);
        }
        package.list();
        package
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("package")
    }

    fn sign_at(&self, name: &str, time: u64) {
        sign::sign(&self.signer, &self.path().join(name), time).unwrap();
    }

    fn sign(&self, name: &str) {
        let time = self.signer.signing_time(SOURCE.time).unwrap();
        self.sign_at(name, time);
    }

    /// Makes the catalog anew.
    fn list(&self) {
        let catalog = Catalog::of(&self.path(), &SOURCE).unwrap();
        fs::write(self.path().join(names::CATALOG), catalog.to_der().unwrap()).unwrap();
        self.sign(names::CATALOG);
    }

    fn edit(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    }

    fn findings(&self) -> Vec<String> {
        findings(&self.path(), &expected()).unwrap()
    }

    /// That each of these is found, and nothing else.
    #[track_caller]
    fn finds(&self, expected: &[&str]) {
        let found = self.findings();
        let missed: Vec<_> = expected
            .iter()
            .filter(|part| !found.iter().any(|finding| finding.contains(*part)))
            .collect();
        let more: Vec<_> = found
            .iter()
            .filter(|finding| !expected.iter().any(|part| finding.contains(part)))
            .collect();
        assert!(
            missed.is_empty() && more.is_empty(),
            "missed {missed:?}, found besides {more:?}"
        );
    }
}

#[test]
fn a_whole_package_has_nothing_wrong() {
    assert_eq!(Package::whole().findings(), Vec::<String>::new());
}

#[test]
fn a_missing_an_empty_and_a_stray_file_are_found() {
    let package = Package::whole();
    fs::remove_file(package.path().join(names::SYMBOLS)).unwrap();
    package.edit(names::CATALOG, Vec::clear);
    fs::write(package.path().join("key.pem"), "a key").unwrap();
    package.finds(&[
        "vgpudod.pdb is not there",
        "vgpudod.cat is empty",
        "key.pem does not belong",
    ]);
}

#[test]
fn a_script_that_is_not_the_repository_s_is_found() {
    let package = Package::whole();
    let scripts = package.path().join(names::SCRIPTS);
    fs::write(scripts.join("Install-Driver.ps1"), "exit 1").unwrap();
    package.finds(&["scripts/ does not hold the scripts"]);
    fs::remove_dir_all(scripts).unwrap();
    package.finds(&["scripts is not there"]);
}

#[test]
fn an_inf_file_changed_after_the_catalog_is_found() {
    let package = Package::whole();
    package.edit(names::INF, |bytes| bytes.extend(b"; a comment\r\n"));
    package.finds(&["vgpudod.inf is not as the catalog has it"]);
}

#[test]
fn an_image_changed_after_signing_is_found_four_ways() {
    let package = Package::whole();
    package.edit(names::IMAGE, |bytes| bytes[0x420] ^= 1);
    package.finds(&[
        "vgpudod.sys is not as the catalog has it",
        "osslsigncode does not verify vgpudod.sys:",
        "osslsigncode does not verify vgpudod.sys by the catalog",
        "vgpudod.sys: the signature is for another image",
    ]);
}

#[test]
fn an_image_of_another_build_than_the_catalog_and_the_symbols_is_found() {
    let package = Package::whole();
    package.edit(names::IMAGE, |bytes| {
        *bytes = image();
        bytes[0x684] ^= 1;
    });
    package.sign(names::IMAGE);
    package.finds(&[
        "vgpudod.sys is not as the catalog has it",
        "osslsigncode does not verify vgpudod.sys by the catalog",
        "vgpudod.pdb is not of the same build",
    ]);
}

#[test]
fn a_signature_from_before_the_certificate_is_found() {
    let package = Package::whole();
    package.edit(names::IMAGE, |bytes| *bytes = image());
    package.sign_at(names::IMAGE, SOURCE.time);
    let findings = package.findings().join("\n");
    assert!(
        findings.contains("signing time") && findings.contains("vgpudod.sys"),
        "{findings}"
    );
}

#[test]
fn an_unsigned_image_is_found() {
    let package = Package::whole();
    package.edit(names::IMAGE, |bytes| *bytes = image());
    package.finds(&[
        "osslsigncode does not verify vgpudod.sys:",
        "vgpudod.sys: it is not signed",
    ]);
}

#[test]
fn an_unsigned_catalog_is_found() {
    let package = Package::whole();
    let catalog = Catalog::of(&package.path(), &SOURCE)
        .unwrap()
        .to_der()
        .unwrap();
    package.edit(names::CATALOG, |bytes| *bytes = catalog);
    package.finds(&[
        "osslsigncode does not verify",
        "vgpudod.cat: it has 0 signatures",
    ]);
}

#[test]
fn a_catalog_changed_after_signing_is_found_twice() {
    let package = Package::whole();
    package.edit(names::CATALOG, |bytes| {
        let name: Vec<u8> = "2:10.0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let at = bytes
            .windows(name.len())
            .position(|window| window == name)
            .unwrap();
        bytes[at] = b'3';
    });
    package.finds(&[
        "osslsigncode does not verify",
        "vgpudod.cat: the content is not what was signed",
    ]);
}

#[test]
fn another_s_certificate_is_found() {
    let package = Package::whole();
    let other = Signer::ready(&package.folder.path().join("other"), false).unwrap();
    fs::copy(other.der(), package.path().join(names::CERTIFICATE)).unwrap();
    package.finds(&[
        "osslsigncode does not verify",
        "it does not hold the package's certificate",
    ]);
}

#[test]
fn a_forged_signature_is_found_by_its_key() {
    let package = Package::whole();
    let path = package.path().join(names::CATALOG);
    let data = signed_data(&fs::read(&path).unwrap()).unwrap();
    let genuine = data.signer_infos.0.get(0).unwrap();
    by_key(genuine, &package.path().join(names::CERTIFICATE)).unwrap();
    let mut forged = genuine.clone();
    forged.signature = OctetString::new(vec![1; 256]).unwrap();
    assert!(by_key(&forged, &package.path().join(names::CERTIFICATE)).is_err());
}

#[test]
fn an_inf_file_that_breaks_a_rule_or_has_another_version_is_found() {
    let package = Package::made(|path| {
        let file = path.join(names::INF);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(
            file,
            text.replace("PnpLockdown = 1", "PnpLockdown = 0")
                .replace("0.1.0.7", "0.1.0.8"),
        )
        .unwrap();
    });
    package.finds(&[
        "(INF/pnplockdown)",
        "states DriverVer 05/28/2026,0.1.0.8, not 05/28/2026,0.1.0.7",
    ]);
}

#[test]
fn an_inf_file_for_other_files_is_found() {
    let package = Package::made(|path| {
        let file = path.join(names::INF);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(
            file,
            text.replace("vgpudod.sys", "other.sys")
                .replace("vgpudod.cat", "other.cat"),
        )
        .unwrap();
    });
    package.finds(&[
        "lists other.sys, which is not in the package",
        "does not list vgpudod.sys",
        "names the catalog \"other.cat\"",
    ]);
}

#[test]
fn an_inf_file_for_another_machine_than_the_image_is_found() {
    let package = Package::made(|path| {
        let file = path.join(names::IMAGE);
        let mut bytes = fs::read(&file).unwrap();
        bytes[0x84..0x86].copy_from_slice(&0xaa64u16.to_le_bytes());
        fs::write(file, bytes).unwrap();
    });
    package.finds(&["is for machine 0xaa64, and the INF file for amd64"]);
}

#[test]
fn an_image_of_another_version_or_kind_or_without_a_version_is_found() {
    let with = |change: fn(&mut Vec<u8>)| {
        Package::made(|path| {
            let mut bytes = image();
            change(&mut bytes);
            fs::write(path.join(names::IMAGE), bytes).unwrap();
        })
    };
    with(|bytes| bytes[VERSION + 8] = 2)
        .finds(&["states version 0.2.0.7, not DriverVer's 0.1.0.7"]);
    with(|bytes| bytes[VERSION + 12] = 0)
        .finds(&["states version 0.1.0.0, not DriverVer's 0.1.0.7"]);
    with(|bytes| bytes[VERSION + 40] = 0).finds(&["does not state that it is a display driver"]);
    with(|bytes| bytes[VERSION] = 0).finds(&["has 0 version resources"]);
}

#[test]
fn a_catalog_for_other_devices_or_files_is_found() {
    let package = Package::whole();
    let mut catalog = Catalog::of(&package.path(), &SOURCE).unwrap();
    catalog.hardware.pop();
    catalog.members.retain(|member| member.name != names::TOOL);
    package.edit(names::CATALOG, |bytes| *bytes = catalog.to_der().unwrap());
    package.sign(names::CATALOG);
    package.finds(&[
        "the catalog does not list vgpuctl.exe",
        "the catalog lists 2 files",
        "the catalog is for the devices",
        "osslsigncode does not verify vgpuctl.exe by the catalog",
    ]);
}
