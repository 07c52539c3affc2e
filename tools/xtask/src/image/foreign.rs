//! Whether a file is a driver image that can be run here at all: what Windows' loader would not load is refused in one line.

use std::collections::BTreeMap;

use ::authenticode::AttributeCertificateIterator;
use anyhow::{Context, Result, bail, ensure};
use object::LittleEndian as LE;
use object::pe::{
    self, IMAGE_DIRECTORY_ENTRY_TLS, IMAGE_FILE_MACHINE_AMD64, IMAGE_SUBSYSTEM_NATIVE,
};
use object::read::pe::{Import, PeFile64};

use crate::package::authenticode;

/// An error that says why the file is no driver image for x64, or one that Windows would not load.
pub fn refuse(bytes: &[u8]) -> Result<()> {
    let Ok(file) = PeFile64::parse(bytes) else {
        bail!("{}", unreadable(bytes));
    };
    let headers = file.nt_headers();
    let machine = headers.file_header.machine.get(LE);
    ensure!(
        machine == IMAGE_FILE_MACHINE_AMD64,
        "it is not for x64: its machine is {:#06x}",
        machine.0
    );
    let subsystem = headers.optional_header.subsystem.get(LE);
    ensure!(
        subsystem == IMAGE_SUBSYSTEM_NATIVE,
        "it is no driver: its subsystem is {}, not 1 (native)",
        subsystem.0
    );
    let tls = file
        .data_directory(IMAGE_DIRECTORY_ENTRY_TLS)
        .is_some_and(|directory| directory.virtual_address.get(LE) != 0);
    ensure!(!tls, "it has a TLS directory, which no driver may have");
    sections(&file, bytes)?;
    ordinals(&file)?;
    signature(&file, bytes)
}

/// Why a file cannot be read as a 64-bit image.
fn unreadable(bytes: &[u8]) -> &'static str {
    let header = bytes
        .get(0x3c..0x40)
        .and_then(|word| Some(u32::from_le_bytes(word.try_into().ok()?) as usize));
    let at = |offset: usize, length: usize| {
        let start = header?.checked_add(offset)?;
        bytes.get(start..start.checked_add(length)?)
    };
    if !bytes.starts_with(b"MZ") {
        return "it is no PE image";
    }
    match (at(0, 4), at(24, 2)) {
        (None, _) | (_, None) => "it is cut off: its headers are not all there",
        (Some(signature), _) if signature != b"PE\0\0" => "it is no PE image",
        (_, Some([0x0b, 0x01])) => "it is not for x64: it is a 32-bit image",
        _ => "it is cut off, or its headers are broken",
    }
}

/// Every section lies in the file and in the image, and no two overlap there.
fn sections(file: &PeFile64<'_>, bytes: &[u8]) -> Result<()> {
    let mut taken: BTreeMap<u64, (u64, String)> = BTreeMap::new();
    for section in file.section_table().iter() {
        let name = String::from_utf8_lossy(section.raw_name()).into_owned();
        let raw = u64::from(section.pointer_to_raw_data.get(LE))
            + u64::from(section.size_of_raw_data.get(LE));
        let has_data = section.size_of_raw_data.get(LE) != 0;
        ensure!(
            !has_data || raw <= bytes.len() as u64,
            "it is cut off: section {name} ends at {raw:#x} in a file of {:#x} bytes",
            bytes.len()
        );
        let start = u64::from(section.virtual_address.get(LE));
        let size = section.virtual_size.get(LE);
        let size = if size == 0 {
            section.size_of_raw_data.get(LE)
        } else {
            size
        };
        let end = start + u64::from(size);
        let before = taken.range(..end).next_back();
        if let Some((_, (other_end, other))) =
            before.filter(|(_, (other_end, _))| *other_end > start)
        {
            bail!(
                "its sections {other} and {name} overlap at {start:#x} ({other} ends at {other_end:#x})"
            );
        }
        taken.insert(start, (end, name));
    }
    Ok(())
}

/// The kernel's exports have names; an ordinal means another thing in every build of it.
fn ordinals(file: &PeFile64<'_>) -> Result<()> {
    let broken = "its import table is broken";
    let Some(table) = file.import_table().context(broken)? else {
        return Ok(());
    };
    let mut descriptors = table.descriptors().context(broken)?;
    while let Some(descriptor) = descriptors.next().context(broken)? {
        let module = table.name(descriptor.name.get(LE)).context(broken)?;
        let first = match descriptor.original_first_thunk.get(LE) {
            0 => descriptor.first_thunk.get(LE),
            first => first,
        };
        let mut thunks = table.thunks(first).context(broken)?;
        while let Some(thunk) = thunks.next::<pe::ImageNtHeaders64>().context(broken)? {
            if let Import::Ordinal(number) = table
                .import::<pe::ImageNtHeaders64>(thunk)
                .context(broken)?
            {
                bail!(
                    "it imports {}!#{number} by ordinal; drivers import by name",
                    String::from_utf8_lossy(module)
                );
            }
        }
    }
    Ok(())
}

/// A file may be unsigned; but a signature has to be one, and this file's.
fn signature(file: &PeFile64<'_>, bytes: &[u8]) -> Result<()> {
    let directory = file.data_directory(pe::IMAGE_DIRECTORY_ENTRY_SECURITY);
    let Some(directory) = directory.filter(|directory| directory.size.get(LE) != 0) else {
        return Ok(());
    };
    let end = u64::from(directory.virtual_address.get(LE)) + u64::from(directory.size.get(LE));
    ensure!(
        end <= bytes.len() as u64,
        "it is signed wrongly: its signature lies outside the file"
    );
    let image = authenticode::image(bytes)?;
    let hashes = authenticode::of_image(bytes)?;
    let certificates = AttributeCertificateIterator::new(&image)
        .context("it is signed wrongly: its certificate table is broken")?;
    for certificate in certificates.into_iter().flatten() {
        let signature = certificate
            .context("it is signed wrongly: its certificate table is broken")?
            .get_authenticode_signature()
            .context("it is signed wrongly: its signature cannot be read")?;
        let computed = match signature.digest().len() {
            20 => &hashes.sha1,
            32 => &hashes.sha256,
            // Longer ones are not in use for drivers.
            _ => continue,
        };
        ensure!(
            signature.digest() == computed,
            "it is signed wrongly: the signature is for other bytes than the file's"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::crafted;
    use crate::package::certificate::Signer;
    use crate::package::sign;

    /// Offsets in the crafted image: its headers, optional header, directories and sections.
    const HEADERS: usize = 0x80;
    const OPTIONAL: usize = HEADERS + 24;
    const DIRECTORIES: usize = OPTIONAL + 112;
    const SECTIONS: usize = OPTIONAL + 240;

    fn refused(change: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = crafted::bytes();
        change(&mut bytes);
        let error = format!("{:#}", refuse(&bytes).unwrap_err());
        assert!(!error.contains('\n'), "{error}");
        error
    }

    fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
        bytes[at..at + value.len()].copy_from_slice(value);
    }

    #[test]
    fn a_driver_is_taken() {
        refuse(&crafted::bytes()).unwrap();
    }

    #[test]
    fn what_is_no_driver_for_x64_is_refused() {
        let machine = refused(|bytes| put(bytes, HEADERS + 4, &[0x64, 0xaa]));
        assert!(
            machine.contains("not for x64") && machine.contains("0xaa64"),
            "{machine}"
        );
        let narrow = refused(|bytes| put(bytes, OPTIONAL, &[0x0b, 0x01]));
        assert!(narrow.contains("32-bit"), "{narrow}");
        let console = refused(|bytes| put(bytes, OPTIONAL + 68, &[3]));
        assert!(console.contains("subsystem is 3, not 1"), "{console}");
        let text = refused(|bytes| *bytes = b"#!/bin/sh\n".to_vec());
        assert!(text.contains("no PE image"), "{text}");
    }

    #[test]
    fn what_is_cut_off_is_refused_wherever_it_is_cut() {
        let whole = crafted::bytes();
        for length in [0x20, 0x90, 0xa0, 0x180, 0x400, whole.len() - 1] {
            let error = refused(|bytes| bytes.truncate(length));
            assert!(
                error.contains("cut off") || length < 0x40,
                "{length:#x}: {error}"
            );
        }
    }

    #[test]
    fn a_tls_directory_is_refused() {
        let error = refused(|bytes| put(bytes, DIRECTORIES + 8 * 9, &[0, 0x20, 0, 0, 40, 0, 0, 0]));
        assert!(error.contains("TLS"), "{error}");
    }

    #[test]
    fn sections_that_overlap_are_refused() {
        // The second section begins in the first.
        let error = refused(|bytes| put(bytes, SECTIONS + 40 + 12, &0x1010_u32.to_le_bytes()));
        assert!(error.contains(".text and .data overlap"), "{error}");
    }

    #[test]
    fn an_import_by_ordinal_is_refused() {
        let error = refused(|bytes| {
            let file = PeFile64::parse(&**bytes).unwrap();
            let table = file.import_table().unwrap().unwrap();
            let mut descriptors = table.descriptors().unwrap();
            let first = descriptors.next().unwrap().unwrap();
            let rva = first.original_first_thunk.get(LE);
            let section = file.section_table().iter().find(|section| {
                (section.virtual_address.get(LE)..)
                    .take(section.size_of_raw_data.get(LE) as usize)
                    .any(|at| at == rva)
            });
            let section = section.unwrap();
            let at = section.pointer_to_raw_data.get(LE) + rva - section.virtual_address.get(LE);
            let thunk = (1_u64 << 63 | 17).to_le_bytes();
            put(bytes, at as usize, &thunk);
        });
        assert!(error.contains("#17 by ordinal"), "{error}");
    }

    #[test]
    fn a_signature_for_other_bytes_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("driver.sys");
        std::fs::write(&file, crafted::bytes()).unwrap();
        let signer = Signer::ready(&folder.path().join("certificate"), false).unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let time = signer.signing_time(now.unwrap().as_secs()).unwrap();
        sign::sign(&signer, &file, time).unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        refuse(&bytes).unwrap();
        // A byte of the first section, which leaves the image as good as it was.
        let section = SECTIONS + 20;
        let raw = u32::from_le_bytes(bytes[section..section + 4].try_into().unwrap()) as usize;
        bytes[raw] ^= 1;
        let error = format!("{:#}", refuse(&bytes).unwrap_err());
        assert!(
            error.contains("the signature is for other bytes"),
            "{error}"
        );
    }

    #[test]
    fn a_signature_outside_the_file_is_refused() {
        let error = refused(|bytes| {
            put(bytes, DIRECTORIES + 8 * 4, &0x7000_0000_u32.to_le_bytes());
            put(bytes, DIRECTORIES + 8 * 4 + 4, &[0, 1, 0, 0]);
        });
        assert!(error.contains("signed wrongly"), "{error}");
    }
}
