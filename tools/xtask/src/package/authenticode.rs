//! The hash by which Windows knows a PE image: all of it but the checksum, the entry for signatures and the signatures.
//!
//! The crate `authenticode` computes it; this file only tells it where things are in an image that `object` has read.

use std::ops::Range;

use ::authenticode::{PeOffsetError, PeOffsets, PeTrait, authenticode_digest};
use anyhow::{Context, Result};
use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile64};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The image as `authenticode` asks for it.
pub struct Image<'a> {
    bytes: &'a [u8],
    pe: PeFile64<'a>,
}

/// Offset of the checksum in the optional header.
const CHECKSUM: usize = 64;
/// Offset of the data directories in the optional header of a 64-bit image.
const DIRECTORIES: usize = 112;
/// The directory entry for signatures; its address is an offset in the file.
const SECURITY: usize = pe::IMAGE_DIRECTORY_ENTRY_SECURITY;

impl Image<'_> {
    fn optional_header(&self) -> Result<usize, PeOffsetError> {
        let start = self
            .bytes
            .get(0x3c..0x40)
            .and_then(|word| word.try_into().ok())
            .map(u32::from_le_bytes);
        let start = start
            .and_then(|start| usize::try_from(start).ok())
            .ok_or(PeOffsetError)?;
        start.checked_add(4 + 20).ok_or(PeOffsetError)
    }
}

fn range(start: u32, size: u32) -> Result<Range<usize>, PeOffsetError> {
    let start = usize::try_from(start).map_err(|_| PeOffsetError)?;
    let end = usize::try_from(size)
        .ok()
        .and_then(|size| start.checked_add(size));
    Ok(start..end.ok_or(PeOffsetError)?)
}

impl PeTrait for Image<'_> {
    fn data(&self) -> &[u8] {
        self.bytes
    }

    fn num_sections(&self) -> usize {
        self.pe.section_table().len()
    }

    fn section_data_range(&self, index: usize) -> Result<Range<usize>, PeOffsetError> {
        let section = self
            .pe
            .section_table()
            .section(object::SectionIndex(index))
            .map_err(|_| PeOffsetError)?;
        range(
            section.pointer_to_raw_data.get(LE),
            section.size_of_raw_data.get(LE),
        )
    }

    fn certificate_table_range(&self) -> Result<Option<Range<usize>>, PeOffsetError> {
        let directory = self
            .pe
            .data_directory(SECURITY)
            .filter(|directory| directory.size.get(LE) != 0);
        directory
            .map(|directory| range(directory.virtual_address.get(LE), directory.size.get(LE)))
            .transpose()
    }

    fn offsets(&self) -> Result<PeOffsets, PeOffsetError> {
        let optional = self.optional_header()?;
        let security = optional + DIRECTORIES + 8 * SECURITY;
        let headers = self.pe.nt_headers().optional_header().size_of_headers();
        Ok(PeOffsets {
            check_sum: optional + CHECKSUM,
            after_check_sum: optional + CHECKSUM + 4,
            security_data_dir: security,
            after_security_data_dir: security + 8,
            after_header: usize::try_from(headers).map_err(|_| PeOffsetError)?,
        })
    }
}

/// A file's hashes as catalogs list them: SHA-256, and SHA-1 for lookups of older kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// 32 bytes.
    pub sha256: Vec<u8>,
    /// 20 bytes.
    pub sha1: Vec<u8>,
}

/// Reads an image.
pub fn image(bytes: &[u8]) -> Result<Image<'_>> {
    Ok(Image {
        bytes,
        pe: PeFile64::parse(bytes).context("it is not a 64-bit PE image")?,
    })
}

/// The hashes of an image.
pub fn of_image(bytes: &[u8]) -> Result<Hashes> {
    let image = image(bytes)?;
    let (mut sha256, mut sha1) = (Sha256::new(), Sha1::new());
    authenticode_digest(&image, &mut sha256).context("its sections do not lie in the file")?;
    authenticode_digest(&image, &mut sha1).context("its sections do not lie in the file")?;
    Ok(Hashes {
        sha256: sha256.finalize().to_vec(),
        sha1: sha1.finalize().to_vec(),
    })
}

/// The hashes of any other file.
pub fn of_file(bytes: &[u8]) -> Hashes {
    Hashes {
        sha256: Sha256::digest(bytes).to_vec(),
        sha1: Sha1::digest(bytes).to_vec(),
    }
}

/// The machine that the image is for.
pub fn machine(bytes: &[u8]) -> Result<u16> {
    let pe = PeFile64::parse(bytes).context("it is not a 64-bit PE image")?;
    Ok(pe.nt_headers().file_header().machine.get(LE).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::crafted;

    #[test]
    fn the_hash_leaves_out_checksum_and_signatures_and_nothing_else() {
        let bytes = crafted::bytes();
        let hash = of_image(&bytes).unwrap();
        let start = usize::try_from(u32::from_le_bytes(bytes[0x3c..0x40].try_into().unwrap()))
            .unwrap()
            + 24;
        let changed = |at: usize| {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            of_image(&changed).unwrap()
        };
        assert_eq!(changed(start + CHECKSUM), hash);
        assert_ne!(changed(start + CHECKSUM + 4), hash);
        assert_ne!(changed(bytes.len() - 1), hash);
        assert_ne!(changed(2), hash);

        let mut signed = bytes.clone();
        let entry = start + DIRECTORIES + 8 * SECURITY;
        signed[entry..entry + 4]
            .copy_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
        signed[entry + 4..entry + 8].copy_from_slice(&16u32.to_le_bytes());
        signed.extend([7; 16]);
        assert_eq!(of_image(&signed).unwrap(), hash);
    }

    #[test]
    fn what_is_no_image_has_no_such_hash() {
        assert!(of_image(b"[Version]").is_err());
    }
}
