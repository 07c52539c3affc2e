//! The driver image as a file: what Windows' loader reads from it, and the memory image it makes of it.
//!
//! Parsing is the crate `object`'s; this file lays the sections out, relocates, resolves imports by name, seeds the
//! security cookie and says which protection each page gets. It maps nothing: see `image` for that.

#[cfg(target_os = "uefi")]
use alloc::{string::String, vec, vec::Vec};
use core::fmt;

use object::LittleEndian as LE;
use object::pe::{
    IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, IMAGE_FILE_MACHINE_AMD64, IMAGE_REL_BASED_ABSOLUTE,
    IMAGE_REL_BASED_DIR64, IMAGE_SCN_MEM_DISCARDABLE, IMAGE_SCN_MEM_EXECUTE, IMAGE_SCN_MEM_WRITE,
    IMAGE_SUBSYSTEM_NATIVE,
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
    /// It imports something that the rig does not have.
    UnknownImport {
        /// The module, as the image names it.
        module: String,
        /// The name, or `#ordinal`.
        name: String,
    },
}

impl fmt::Display for PeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeError::Broken(what) => write!(f, "the driver image is broken: {what}"),
            PeError::NotADriver(what) => write!(f, "the file is no driver image: {what}"),
            PeError::UnknownImport { module, name } => {
                write!(
                    f,
                    "the driver imports {module}!{name}, which the rig does not have"
                )
            }
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
        let mut sections = Vec::new();
        for section in file.section_table().iter() {
            let start = section.virtual_address.get(LE);
            let bytes = section
                .virtual_size
                .get(LE)
                .max(section.size_of_raw_data.get(LE));
            let bytes = round_up(bytes).ok_or(PeError::Broken("section size"))?;
            if start % PAGE != 0 || start.checked_add(bytes).is_none_or(|end| end > size) {
                return Err(PeError::Broken("a section lies outside the image"));
            }
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
            sections.push(Section {
                name: String::from_utf8_lossy(section.raw_name()).into_owned(),
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

    /// Makes the memory image for `base`. `import` gives the address of each imported `(module, name)`.
    ///
    /// # Errors
    /// [`PeError::UnknownImport`] for the first import without an address; [`PeError::Broken`].
    pub fn lay_out(
        &self,
        base: u64,
        cookie: u64,
        mut import: impl FnMut(&str, &str) -> Option<u64>,
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
            .map_err(|_| broken.clone())?
            .ok_or(PeError::NotADriver("it has no relocations"))?;
        let mut blocks = blocks;
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
        import: &mut dyn FnMut(&str, &str) -> Option<u64>,
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
                    Import::Ordinal(number) => {
                        use core::fmt::Write;
                        let mut name = String::new();
                        let _ = write!(name, "#{number}");
                        name
                    }
                };
                let Some(address) = import(&module, &name) else {
                    return Err(PeError::UnknownImport { module, name });
                };
                write64(memory, slot, address).ok_or(PeError::Broken("imports"))?;
                slot += 8;
            }
        }
        Ok(())
    }

    /// Every import, as `(module, name)`, in the file's order; names of ordinals are left out.
    pub fn imports(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut memory = vec![0; self.size as usize];
        let _ = self.resolve(&mut memory, &mut |module, name| {
            all.push((String::from(module), String::from(name)));
            Some(0)
        });
        all
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
mod tests {
    use super::*;
    use object::pe;
    use object::write::pe::{NtHeaders, Writer};

    const PREFERRED: u64 = 0x1_4000_0000;
    const BASE: u64 = 0xFFFF_F800_5000_0000;

    /// What is special in an image; the default is a driver that loads.
    struct Scene {
        subsystem: pe::Subsystem,
        machine: pe::Machine,
        data: pe::SectionFlags,
        relocation: pe::BaseRelocationType,
        entry_in_data: bool,
    }

    impl Default for Scene {
        fn default() -> Self {
            Self {
                subsystem: pe::IMAGE_SUBSYSTEM_NATIVE,
                machine: pe::IMAGE_FILE_MACHINE_AMD64,
                data: pe::IMAGE_SCN_CNT_INITIALIZED_DATA
                    | pe::IMAGE_SCN_MEM_READ
                    | pe::IMAGE_SCN_MEM_WRITE,
                relocation: pe::IMAGE_REL_BASED_DIR64,
                entry_in_data: false,
            }
        }
    }

    /// Where things lie in `.data`: a pointer to itself, the cookie, the load configuration, the imports.
    const POINTER: u32 = 0;
    const COOKIE: u32 = 8;
    const CONFIGURATION: u32 = 0x10;
    const DESCRIPTOR: u32 = 0x80;
    const NAMES: u32 = 0xB0;
    const SLOTS: u32 = 0xC8;
    const HINT: u32 = 0xE0;
    const MODULE: u32 = 0x100;
    /// Offsets of the sections in memory: `.text` first.
    const DATA: u32 = 0x2000;

    fn file(scene: &Scene) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(true, 0x1000, 0x200, &mut bytes);
        writer.reserve_dos_header();
        writer.reserve_nt_headers(16);
        writer.reserve_section_headers(3);
        let text = writer.reserve_text_section(16);
        let data = writer.reserve_section(*b".data\0\0\0", scene.data, 0x200, 0x200);
        assert_eq!(data.virtual_address, DATA);
        writer.add_reloc(DATA + POINTER, scene.relocation);
        writer.reserve_reloc_section();
        writer.set_data_directory(
            pe::IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG,
            DATA + CONFIGURATION,
            0x70,
        );
        writer.set_data_directory(pe::IMAGE_DIRECTORY_ENTRY_IMPORT, DATA + DESCRIPTOR, 40);
        writer.write_empty_dos_header().unwrap();
        writer.write_nt_headers(NtHeaders {
            machine: scene.machine,
            time_date_stamp: 0,
            characteristics: pe::IMAGE_FILE_EXECUTABLE_IMAGE,
            major_linker_version: 0,
            minor_linker_version: 0,
            address_of_entry_point: if scene.entry_in_data {
                DATA
            } else {
                text.virtual_address
            },
            image_base: PREFERRED,
            major_operating_system_version: 10,
            minor_operating_system_version: 0,
            major_image_version: 0,
            minor_image_version: 0,
            major_subsystem_version: 10,
            minor_subsystem_version: 0,
            subsystem: scene.subsystem,
            dll_characteristics: pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE,
            size_of_stack_reserve: 0,
            size_of_stack_commit: 0,
            size_of_heap_reserve: 0,
            size_of_heap_commit: 0,
        });
        writer.write_section_headers();
        writer.write_section(text.file_offset, &[0xC3; 16]);
        let mut content = vec![0; 0x200];
        let mut put =
            |at: u32, bytes: &[u8]| content[at as usize..][..bytes.len()].copy_from_slice(bytes);
        put(
            POINTER,
            &(PREFERRED + u64::from(DATA + POINTER)).to_le_bytes(),
        );
        put(COOKIE, &DEFAULT_COOKIE.to_le_bytes());
        // The file says where the cookie is without a relocation of its own, so it is written for the new base.
        put(
            CONFIGURATION + COOKIE_OFFSET as u32,
            &(BASE + u64::from(DATA + COOKIE)).to_le_bytes(),
        );
        put(DESCRIPTOR, &(DATA + NAMES).to_le_bytes());
        put(DESCRIPTOR + 12, &(DATA + MODULE).to_le_bytes());
        put(DESCRIPTOR + 16, &(DATA + SLOTS).to_le_bytes());
        put(NAMES, &u64::from(DATA + HINT).to_le_bytes());
        put(NAMES + 8, &(1_u64 << 63 | 7).to_le_bytes());
        put(HINT, b"\0\0DbgPrint\0");
        put(MODULE, b"ntoskrnl.exe\0");
        writer.write_section(data.file_offset, &content);
        writer.write_reloc_section();
        bytes
    }

    fn laid_out(scene: &Scene) -> Result<Vec<u8>, PeError> {
        let file = file(scene);
        Image::parse(&file)?.lay_out(BASE, 0x1234_5678, |module, name| match (module, name) {
            ("ntoskrnl.exe", "DbgPrint") => Some(0x1111),
            ("ntoskrnl.exe", "#7") => Some(0x2222),
            _ => None,
        })
    }

    #[test]
    fn an_image_is_relocated_linked_and_given_its_cookie() {
        let memory = laid_out(&Scene::default()).unwrap();
        let word = |at: u32| read64(&memory, (DATA + at) as usize);
        assert_eq!(word(POINTER), Some(BASE + u64::from(DATA)));
        assert_eq!(word(COOKIE), Some(0x1234_5678));
        assert_eq!((word(SLOTS), word(SLOTS + 8)), (Some(0x1111), Some(0x2222)));
        assert_eq!(&memory[..2], b"MZ");
        assert_eq!(memory[0x1000], 0xC3);
    }

    #[test]
    fn sections_keep_their_protections() {
        let file = file(&Scene::default());
        let image = Image::parse(&file).unwrap();
        let got: Vec<_> = image
            .sections
            .iter()
            .map(|one| (one.start, one.protection, one.discardable))
            .collect();
        assert_eq!(
            got,
            [
                (0x1000, Protection::Execute, false),
                (DATA, Protection::Write, false),
                (0x3000, Protection::Read, true)
            ]
        );
        assert_eq!((image.size, image.entry), (0x4000, 0x1000));
        let own = own_sections(&laid_out(&Scene::default()).unwrap());
        assert_eq!(own.len(), 3);
        assert_eq!((own[1].start, own[1].protection), (DATA, Protection::Write));
    }

    #[test]
    fn an_unknown_import_is_an_error_by_name() {
        let file = file(&Scene::default());
        let image = Image::parse(&file).unwrap();
        let error = image
            .lay_out(BASE, 0, |_, name| (name != "#7").then_some(1))
            .unwrap_err();
        assert_eq!(
            error,
            PeError::UnknownImport {
                module: "ntoskrnl.exe".into(),
                name: "#7".into()
            }
        );
    }

    #[test]
    fn what_windows_would_not_load_as_a_driver_is_refused() {
        let scenes = [
            Scene {
                subsystem: pe::IMAGE_SUBSYSTEM_WINDOWS_CUI,
                ..Scene::default()
            },
            Scene {
                machine: pe::IMAGE_FILE_MACHINE_ARM64,
                ..Scene::default()
            },
            Scene {
                data: Scene::default().data | pe::IMAGE_SCN_MEM_EXECUTE,
                ..Scene::default()
            },
            Scene {
                entry_in_data: true,
                ..Scene::default()
            },
        ];
        for (index, scene) in scenes.iter().enumerate() {
            assert!(
                matches!(laid_out(scene), Err(PeError::NotADriver(_))),
                "scene {index}"
            );
        }
        let odd = Scene {
            relocation: pe::IMAGE_REL_BASED_HIGHLOW,
            ..Scene::default()
        };
        assert_eq!(laid_out(&odd), Err(PeError::Broken("relocations")));
    }

    #[test]
    fn a_cut_file_is_an_error_and_no_panic() {
        let whole = file(&Scene::default());
        for length in 0..whole.len() {
            let cut = &whole[..length];
            if let Ok(image) = Image::parse(cut) {
                let _ = image.lay_out(BASE, 0, |_, _| Some(0));
                let _ = image.imports();
            }
        }
        assert!(Image::parse(b"MZ").is_err());
    }
}
