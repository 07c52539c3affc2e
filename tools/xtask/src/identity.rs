//! Gives an image and its symbols an identifier that follows from their contents, so that the same sources give the same bytes.
//!
//! The linker's own (`/BREPRO`) follows from the contents too, but the symbols hold the name of a folder that rustc makes for one
//! link, with random letters in it. They are made zeros, and everything that followed from them is computed anew: the identifier
//! that joins image and symbols, and the time stamps that stand for a digest. Nothing else is touched.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::pe;
use object::read::pe::PeFile64;
use sha2::{Digest, Sha256};

/// What the name of rustc's folder begins with; six letters follow. The linker writes a slash around it or, where a whole path for Windows
/// is made of it, a backslash.
const FOLDER: &[u8] = b"rustc";
const LETTERS: usize = 6;
const SEPARATORS: &[u8] = br"/\";
/// An entry of the debug directory (IMAGE_DEBUG_DIRECTORY).
const ENTRY: usize = 28;
/// The start of the record that names the symbols: "RSDS", then the identifier.
const RECORD: &[u8] = b"RSDS";
const IDENTIFIER: usize = 16;

/// Where in the image's file the fields are that follow from the contents.
struct Places {
    times: Vec<usize>,
    identifier: usize,
    checksum: usize,
}

impl Places {
    fn of(image: &[u8]) -> Result<Self> {
        let file = PeFile64::parse(image).context("it is not a 64-bit PE image")?;
        let header = usize::try_from(file.dos_header().nt_headers_offset())?;
        let mut times = vec![header + 8];
        let directory = file
            .data_directory(pe::IMAGE_DIRECTORY_ENTRY_DEBUG)
            .context("it has no debug directory")?;
        let (offset, size) = directory
            .file_range(&file.section_table())
            .context("its debug directory is in no section")?;
        let (start, size) = (usize::try_from(offset)?, usize::try_from(size)?);
        let mut identifier = None;
        for entry in (start..start + size).step_by(ENTRY) {
            times.push(entry + 4);
            let record = usize::try_from(word(image, entry + 24)?)?;
            if image.get(record..record + RECORD.len()) == Some(RECORD) {
                identifier = Some(record + RECORD.len());
            }
        }
        Ok(Self {
            times,
            identifier: identifier.context("its debug directory names no symbols")?,
            checksum: header + 24 + 64,
        })
    }
}

fn word(bytes: &[u8], at: usize) -> Result<u32> {
    let word = bytes.get(at..at + 4).context("it is cut off")?;
    Ok(u32::from_le_bytes(word.try_into()?))
}

/// Writes the identifier into both files.
pub fn settle(image: &Path, symbols: &Path) -> Result<()> {
    let read =
        |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let (mut new_image, mut new_symbols) = (read(image)?, read(symbols)?);
    rewrite(&mut new_image, &mut new_symbols)
        .with_context(|| format!("{} cannot be given an identifier", image.display()))?;
    for (path, bytes) in [(image, new_image), (symbols, new_symbols)] {
        fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn rewrite(image: &mut [u8], symbols: &mut [u8]) -> Result<()> {
    let places = Places::of(image)?;
    let end = places.identifier + IDENTIFIER;
    let old = image
        .get(places.identifier..end)
        .context("it is cut off")?
        .to_vec();
    let found: Vec<usize> = symbols
        .windows(IDENTIFIER)
        .enumerate()
        .filter(|(_, window)| *window == old)
        .map(|(at, _)| at)
        .collect();
    let [in_symbols] = found[..] else {
        bail!(
            "the symbols have its identifier {} times, not once",
            found.len()
        );
    };
    // Version, signature (the time stamp), age, identifier: the head of the symbols' information stream.
    let signature = in_symbols
        .checked_sub(8)
        .context("the symbols begin with the identifier")?;

    forget_folder(symbols);
    let mut fill = |identifier: &[u8; IDENTIFIER], time: [u8; 4]| {
        image[places.identifier..end].copy_from_slice(identifier);
        symbols[in_symbols..in_symbols + IDENTIFIER].copy_from_slice(identifier);
        symbols[signature..signature + 4].copy_from_slice(&time);
        for at in &places.times {
            image[*at..at + 4].copy_from_slice(&time);
        }
        image[places.checksum..places.checksum + 4].fill(0);
        Sha256::new()
            .chain_update(&*image)
            .chain_update(&*symbols)
            .finalize()
    };
    let digest = fill(&[0; IDENTIFIER], [0; 4]);
    let (identifier, rest) = digest.split_at(IDENTIFIER);
    let time = rest.get(..4).context("a digest has 32 bytes")?;
    fill(identifier.try_into()?, time.try_into()?);
    Ok(())
}

/// Makes the letters in the names of rustc's folder zeros.
fn forget_folder(symbols: &mut [u8]) {
    let is_separator = |byte: &u8| SEPARATORS.contains(byte);
    let letters = 1 + FOLDER.len()..1 + FOLDER.len() + LETTERS;
    let mut at = 0;
    while let Some(name) = symbols.get_mut(at..at + letters.end + 1) {
        let is_folder = name.first().is_some_and(is_separator)
            && name[1..].starts_with(FOLDER)
            && name.last().is_some_and(is_separator)
            && name[letters.clone()].iter().all(u8::is_ascii_alphanumeric);
        if is_folder {
            name[letters.clone()].fill(b'0');
        }
        at += 1;
    }
}

/// Images and symbols for tests.
#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::image::crafted;

    /// The crafted image with an entry that names its symbols by this identifier: a directory at 0x40 in .data, the record at 0x80.
    pub fn image_naming_symbols(identifier: &[u8; 16]) -> Vec<u8> {
        let mut bytes = crafted::bytes();
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        let (directories, data, rva) = (0x98 + 112, 0x600, 0x2000u32);
        put(directories + 8 * 6, &(rva + 0x40).to_le_bytes());
        put(directories + 8 * 6 + 4, &28u32.to_le_bytes());
        put(data + 0x40 + 12, &2u32.to_le_bytes());
        put(data + 0x40 + 16, &36u32.to_le_bytes());
        put(data + 0x40 + 20, &(rva + 0x80).to_le_bytes());
        put(data + 0x40 + 24, &0x680u32.to_le_bytes());
        put(data + 0x80, b"RSDS");
        put(data + 0x84, identifier);
        put(data + 0x94, &1u32.to_le_bytes());
        put(data + 0x98, b"vgpudod.pdb\0");
        bytes
    }

    /// What a build leaves: an image whose time stamps and identifier differ from build to build, and symbols with a folder's name.
    fn build(folder: &str, number: u8, time: u32) -> (Vec<u8>, Vec<u8>) {
        let mut image = image_naming_symbols(&[number; 16]);
        image[0x88..0x8c].copy_from_slice(&time.to_le_bytes());
        image[0x644..0x648].copy_from_slice(&time.to_le_bytes());
        let names = format!(
            "target/deps/{folder}/lib.def\0C:\\target\\deps\\{folder}\\lib.rlib\0vgpudod.rs\0"
        );
        let symbols = [
            &[1, 0, 0, 0][..],
            &time.to_le_bytes(),
            &[1, 0, 0, 0],
            &[number; 16],
            names.as_bytes(),
        ];
        (image, symbols.concat())
    }

    fn settled(folder: &str, number: u8, time: u32) -> (Vec<u8>, Vec<u8>) {
        let (mut image, mut symbols) = build(folder, number, time);
        rewrite(&mut image, &mut symbols).unwrap();
        (image, symbols)
    }

    #[test]
    fn builds_that_differ_in_a_folder_s_name_only_become_the_same() {
        assert_ne!(build("rustcAbC123", 7, 1), build("rustcxYz456", 8, 2));
        assert_eq!(settled("rustcAbC123", 7, 1), settled("rustcxYz456", 8, 2));
    }

    #[test]
    fn image_and_symbols_still_belong_together_and_nothing_else_changed() {
        let (image, symbols) = settled("rustcAbC123", 7, 1);
        assert_eq!(image[0x684..0x694], symbols[12..28]);
        assert_ne!(image[0x684..0x694], [7; 16]);
        assert_eq!(image[0x88..0x8c], symbols[4..8]);
        assert_eq!(image[0x88..0x8c], image[0x644..0x648]);
        let (mut before, _) = build("rustcAbC123", 7, 1);
        for range in [0x88..0x8c, 0x644..0x648, 0x684..0x694, 0xd8..0xdc] {
            before[range.clone()].copy_from_slice(&image[range]);
        }
        assert_eq!(before, image);
        assert!(symbols.ends_with(
            b"target/deps/rustc000000/lib.def\0C:\\target\\deps\\rustc000000\\lib.rlib\0vgpudod.rs\0"
        ));
    }

    #[test]
    fn other_contents_have_another_identifier() {
        let (image, _) = settled("rustcAbC123", 7, 1);
        let (mut other, mut symbols) = build("rustcAbC123", 7, 1);
        other[0x420] ^= 1;
        rewrite(&mut other, &mut symbols).unwrap();
        assert_ne!(image[0x684..0x694], other[0x684..0x694]);
    }

    #[test]
    fn symbols_of_another_image_are_an_error() {
        let (mut image, _) = build("rustcAbC123", 7, 1);
        let (_, mut symbols) = build("rustcAbC123", 8, 1);
        let error = rewrite(&mut image, &mut symbols).unwrap_err().to_string();
        assert!(error.contains("0 times"), "{error}");
        assert!(rewrite(&mut crafted::bytes(), &mut symbols).is_err());
    }
}
