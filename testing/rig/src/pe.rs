//! The driver image as a file: what Windows' loader reads from it, and the memory image it makes of it.
//!
//! Parsing is the crate `object`'s; this file lays the sections out, relocates, resolves imports by name, seeds the
//! security cookie and says which protection each page gets. It maps nothing: see `image` for that.

#[cfg(target_os = "uefi")]
use alloc::{string::String, vec, vec::Vec};
use core::fmt;

use object::LittleEndian as LE;
use object::pe::{
    IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, IMAGE_DIRECTORY_ENTRY_TLS, IMAGE_FILE_MACHINE_AMD64,
    IMAGE_FILE_RELOCS_STRIPPED, IMAGE_REL_BASED_ABSOLUTE, IMAGE_REL_BASED_DIR64,
    IMAGE_SCN_MEM_DISCARDABLE, IMAGE_SCN_MEM_EXECUTE, IMAGE_SCN_MEM_WRITE, IMAGE_SUBSYSTEM_NATIVE,
};
use object::read::pe::{Import, PeFile64};

/// Bytes of a page.
const PAGE: u32 = 4096;
/// Where a 64-bit load configuration keeps the address of the security cookie.
const COOKIE_OFFSET: usize = 0x58;
/// The cookie as the compiler leaves it; the loader replaces it.
const DEFAULT_COOKIE: u64 = 0x0000_2B99_2DDF_A232;

/// Why an image can't be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeError {
    /// The file's structure is broken.
    Broken(&'static str),
    /// It is no image that Windows would load as a driver.
    NotADriver(&'static str),
    /// It imports from this module by this number instead of a name.
    Ordinal {
        /// The module, as the image names it.
        module: String,
        /// The number.
        number: u16,
    },
    /// These two sections lie over each other.
    Overlap(String, String),
    /// The file ends before the data of this section.
    Truncated(String),
}

impl fmt::Display for PeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeError::Broken(what) => write!(f, "the driver image is broken: {what}"),
            PeError::NotADriver(what) => write!(f, "the file is no driver image: {what}"),
            PeError::Ordinal { module, number } => write!(
                f,
                "the driver imports {module} number {number}: imports must be by name"
            ),
            PeError::Overlap(one, other) => write!(
                f,
                "the driver image is broken: sections {one} and {other} overlap"
            ),
            PeError::Truncated(section) => write!(
                f,
                "the driver image is broken: the file ends before the data of section {section}"
            ),
        }
    }
}

/// What the pages of a section may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Headers, read-only data.
    Read,
    /// Data.
    Write,
    /// Code.
    Execute,
}

/// One section's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name in the file.
    pub name: String,
    /// Offset of its first page from the image's start.
    pub start: u32,
    /// Bytes, a multiple of the page size.
    pub size: u32,
    /// Protection.
    pub protection: Protection,
    /// Windows drops it after DriverEntry.
    pub discardable: bool,
}

/// A parsed image.
#[derive(Debug)]
pub struct Image<'a> {
    file: PeFile64<'a>,
    data: &'a [u8],
    /// Bytes of the memory image, a multiple of the page size.
    pub size: u32,
    /// Offset of the entry point.
    pub entry: u32,
    /// Its sections, without the headers' page.
    pub sections: Vec<Section>,
}

impl<'a> Image<'a> {
    /// Parses `data` and checks what Windows' loader checks.
    ///
    /// # Errors
    /// [`PeError::Broken`] or [`PeError::NotADriver`].
    pub fn parse(data: &'a [u8]) -> Result<Self, PeError> {
        let file = PeFile64::parse(data).map_err(|_| PeError::Broken("headers"))?;
        let headers = file.nt_headers();
        let optional = &headers.optional_header;
        if headers.file_header.machine.get(LE) != IMAGE_FILE_MACHINE_AMD64 {
            return Err(PeError::NotADriver("it is not for x64"));
        }
        if optional.subsystem.get(LE) != IMAGE_SUBSYSTEM_NATIVE {
            return Err(PeError::NotADriver("its subsystem is not native"));
        }
        if optional.section_alignment.get(LE) != PAGE {
            return Err(PeError::NotADriver("its sections are not aligned to pages"));
        }
        let size =
            round_up(optional.size_of_image.get(LE)).ok_or(PeError::Broken("size of image"))?;
        let entry = optional.address_of_entry_point.get(LE);
        let tls = file.data_directory(IMAGE_DIRECTORY_ENTRY_TLS);
        if tls.is_some_and(|tls| tls.virtual_address.get(LE) != 0) {
            return Err(PeError::NotADriver(
                "it has a TLS directory, and no thread of the kernel has such storage",
            ));
        }
        let mut sections: Vec<Section> = Vec::new();
        for section in file.section_table().iter() {
            let start = section.virtual_address.get(LE);
            let bytes = section
                .virtual_size
                .get(LE)
                .max(section.size_of_raw_data.get(LE));
            let bytes = round_up(bytes).ok_or(PeError::Broken("section size"))?;
            let end = start.checked_add(bytes).filter(|&end| end <= size);
            let Some(end) = end.filter(|_| start % PAGE == 0) else {
                return Err(PeError::Broken("a section lies outside the image"));
            };
            let flags = section.characteristics.get(LE);
            let protection = match (
                (flags & IMAGE_SCN_MEM_WRITE).0 != 0,
                (flags & IMAGE_SCN_MEM_EXECUTE).0 != 0,
            ) {
                (true, true) => {
                    return Err(PeError::NotADriver(
                        "a section is both writable and executable",
                    ));
                }
                (true, false) => Protection::Write,
                (false, true) => Protection::Execute,
                (false, false) => Protection::Read,
            };
            let name = String::from_utf8_lossy(section.raw_name()).into_owned();
            let meets = |other: &&Section| start < other.start + other.size && other.start < end;
            if let Some(other) = sections.iter().find(meets) {
                return Err(PeError::Overlap(other.name.clone(), name));
            }
            if section.pe_data(data).is_err() {
                return Err(PeError::Truncated(name));
            }
            sections.push(Section {
                name,
                start,
                size: bytes,
                protection,
                discardable: (flags & IMAGE_SCN_MEM_DISCARDABLE).0 != 0,
            });
        }
        let runs = |section: &Section| {
            section.protection == Protection::Execute
                && (section.start..section.start + section.size).contains(&entry)
        };
        if !sections.iter().any(runs) {
            return Err(PeError::NotADriver("its entry point is in no code section"));
        }
        Ok(Self {
            file,
            data,
            size,
            entry,
            sections,
        })
    }

    /// Makes the memory image for `base`. `import` gives the address of each imported `(module, name)`, a routine or a variable.
    ///
    /// # Errors
    /// [`PeError::Ordinal`] for the first import by number; [`PeError::Broken`].
    pub fn lay_out(
        &self,
        base: u64,
        cookie: u64,
        mut import: impl FnMut(&str, &str) -> u64,
    ) -> Result<Vec<u8>, PeError> {
        let mut memory = vec![0; self.size as usize];
        let headers = self
            .file
            .nt_headers()
            .optional_header
            .size_of_headers
            .get(LE) as usize;
        let source = self
            .data
            .get(..headers)
            .ok_or(PeError::Broken("size of headers"))?;
        memory
            .get_mut(..headers)
            .ok_or(PeError::Broken("size of headers"))?
            .copy_from_slice(source);
        for section in self.file.section_table().iter() {
            let bytes = section
                .pe_data(self.data)
                .map_err(|_| PeError::Broken("section data"))?;
            let start = section.virtual_address.get(LE) as usize;
            memory
                .get_mut(start..start + bytes.len())
                .ok_or(PeError::Broken("section data"))?
                .copy_from_slice(bytes);
        }
        self.relocate(&mut memory, base)?;
        self.resolve(&mut memory, &mut import)?;
        self.seed_cookie(&mut memory, base, cookie);
        Ok(memory)
    }

    fn relocate(&self, memory: &mut [u8], base: u64) -> Result<(), PeError> {
        let broken = PeError::Broken("relocations");
        let preferred = self.file.nt_headers().optional_header.image_base.get(LE);
        let blocks = self
            .file
            .data_directories()
            .relocation_blocks(self.data, &self.file.section_table())
            .map_err(|_| broken.clone())?;
        let Some(mut blocks) = blocks else {
            // Without addresses in it an image has none, and says that they were not taken away.
            let flags = self.file.nt_headers().file_header.characteristics.get(LE);
            return if (flags & IMAGE_FILE_RELOCS_STRIPPED).0 == 0 {
                Ok(())
            } else {
                Err(PeError::NotADriver("its relocations are stripped"))
            };
        };
        while let Some(block) = blocks.next().map_err(|_| broken.clone())? {
            for relocation in block {
                match relocation.typ {
                    IMAGE_REL_BASED_ABSOLUTE => {}
                    IMAGE_REL_BASED_DIR64 => {
                        let at = relocation.virtual_address as usize;
                        let value = read64(memory, at).ok_or(broken.clone())?;
                        write64(memory, at, value.wrapping_sub(preferred).wrapping_add(base))
                            .ok_or(broken.clone())?;
                    }
                    _ => return Err(broken),
                }
            }
        }
        Ok(())
    }

    fn resolve(
        &self,
        memory: &mut [u8],
        import: &mut dyn FnMut(&str, &str) -> u64,
    ) -> Result<(), PeError> {
        let broken = |_| PeError::Broken("imports");
        let Some(table) = self.file.import_table().map_err(broken)? else {
            return Ok(());
        };
        let mut descriptors = table.descriptors().map_err(broken)?;
        while let Some(descriptor) = descriptors.next().map_err(broken)? {
            let module = table.name(descriptor.name.get(LE)).map_err(broken)?;
            let module = String::from_utf8_lossy(module).into_owned();
            let mut thunks = table
                .thunks(descriptor.original_first_thunk.get(LE))
                .map_err(broken)?;
            let mut slot = descriptor.first_thunk.get(LE) as usize;
            while let Some(thunk) = thunks
                .next::<object::pe::ImageNtHeaders64>()
                .map_err(broken)?
            {
                let name = match table
                    .import::<object::pe::ImageNtHeaders64>(thunk)
                    .map_err(broken)?
                {
                    Import::Name(_, name) => String::from_utf8_lossy(name).into_owned(),
                    Import::Ordinal(number) => return Err(PeError::Ordinal { module, number }),
                };
                write64(memory, slot, import(&module, &name)).ok_or(PeError::Broken("imports"))?;
                slot += 8;
            }
        }
        Ok(())
    }

    fn seed_cookie(&self, memory: &mut [u8], base: u64, cookie: u64) {
        let directory = self.file.data_directory(IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG);
        let Some(start) = directory.map(|directory| directory.virtual_address.get(LE) as usize)
        else {
            return;
        };
        let Some(address) = read64(memory, start + COOKIE_OFFSET) else {
            return;
        };
        let place = address.wrapping_sub(base) as usize;
        if start != 0 && read64(memory, place) == Some(DEFAULT_COOKIE) {
            write64(memory, place, cookie);
        }
    }
}

fn round_up(bytes: u32) -> Option<u32> {
    bytes.checked_next_multiple_of(PAGE)
}

fn read64(memory: &[u8], at: usize) -> Option<u64> {
    let bytes = memory.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

fn write64(memory: &mut [u8], at: usize, value: u64) -> Option<()> {
    memory
        .get_mut(at..at.checked_add(8)?)?
        .copy_from_slice(&value.to_le_bytes());
    Some(())
}

/// A section of the rig's own image, already in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSection {
    /// Offset of its first byte, page-aligned.
    pub start: u32,
    /// Bytes in memory.
    pub size: u32,
    /// Protection.
    pub protection: Protection,
}

/// The sections of an image that lies in memory as a loader laid it out; empty if its headers are broken.
pub fn own_sections(memory: &[u8]) -> Vec<OwnSection> {
    let word = |at: usize, length: usize| -> Option<u32> {
        let bytes = memory.get(at..at.checked_add(length)?)?;
        Some(
            bytes
                .iter()
                .rev()
                .fold(0, |value, &byte| value << 8 | u32::from(byte)),
        )
    };
    let read = || -> Option<Vec<OwnSection>> {
        let header = word(0x3C, 4)? as usize;
        let table = header + 24 + word(header + 20, 2)? as usize;
        (0..word(header + 6, 2)? as usize)
            .map(|index| {
                let at = table + index * 40;
                let flags = word(at + 36, 4)?;
                let protection = if flags & IMAGE_SCN_MEM_WRITE.0 != 0 {
                    Protection::Write
                } else if flags & IMAGE_SCN_MEM_EXECUTE.0 != 0 {
                    Protection::Execute
                } else {
                    Protection::Read
                };
                Some(OwnSection {
                    start: word(at + 12, 4)?,
                    size: word(at + 8, 4)?,
                    protection,
                })
            })
            .collect()
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests;
