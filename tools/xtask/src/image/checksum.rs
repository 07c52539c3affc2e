//! The checksum in a PE image's optional header, which Windows verifies of drivers: how it is computed, set and checked.
//!
//! Sum of the file's 16-bit words with the carry added back, the checksum's own field taken as zero, plus the file's length
//! (the algorithm of CheckSumMappedFile in imagehlp).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Offset in the file of the field: e_lfanew, the signature, the file header, and 64 bytes into the optional header.
fn field(bytes: &[u8]) -> Result<usize> {
    let start = bytes
        .get(0x3c..0x40)
        .and_then(|word| word.try_into().ok())
        .map(u32::from_le_bytes);
    let at = usize::try_from(start.context("it ends before its headers")?)? + 4 + 20 + 64;
    bytes
        .get(at..at + 4)
        .context("it ends within its headers")?;
    Ok(at)
}

/// The checksum that the image should have.
pub fn compute(bytes: &[u8]) -> Result<u32> {
    let field = field(bytes)?;
    let mut sum: u32 = 0;
    for (index, pair) in bytes.chunks(2).enumerate() {
        let at = index * 2;
        let word = match pair {
            _ if at == field || at == field + 2 => 0,
            [low, high] => u16::from_le_bytes([*low, *high]),
            [low] => u16::from(*low),
            _ => 0,
        };
        sum += u32::from(word);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    Ok(sum + u32::try_from(bytes.len())?)
}

/// Writes the right checksum into the file.
pub fn set(path: &Path) -> Result<()> {
    let mut bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let checksum = compute(&bytes)?;
    let at = field(&bytes)?;
    bytes[at..at + 4].copy_from_slice(&checksum.to_le_bytes());
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

pub fn findings(bytes: &[u8]) -> Result<Vec<String>> {
    let at = field(bytes)?;
    let stated = u32::from_le_bytes(bytes[at..at + 4].try_into()?);
    let computed = compute(bytes)?;
    if stated == computed {
        return Ok(Vec::new());
    }
    Ok(vec![format!(
        "its checksum is {stated:#x} and should be {computed:#x}"
    )])
}

#[cfg(test)]
mod tests {
    use super::super::crafted;
    use super::*;

    #[test]
    fn a_changed_byte_is_found() {
        let mut bytes = crafted::bytes();
        assert_eq!(findings(&bytes).unwrap(), Vec::<String>::new());
        *bytes.last_mut().unwrap() ^= 1;
        assert!(findings(&bytes).unwrap()[0].contains("checksum"));
    }

    #[test]
    fn a_changed_checksum_is_found() {
        let mut bytes = crafted::bytes();
        let at = field(&bytes).unwrap();
        bytes[at] ^= 1;
        assert!(findings(&bytes).unwrap()[0].contains("checksum"));
    }

    #[test]
    fn carries_are_added_back() {
        let mut bytes = vec![0; 0x100];
        bytes[0x3c] = 0x40;
        bytes[0xf0..0xf4].copy_from_slice(&[0xff, 0xff, 0x02, 0x00]);
        // 0x40 + 0xffff + 0x02 = 0x10041, folded 0x42, plus the length.
        assert_eq!(compute(&bytes).unwrap(), 0x142);
    }

    #[test]
    fn a_file_without_headers_is_an_error() {
        assert!(compute(b"MZ").is_err());
    }
}
