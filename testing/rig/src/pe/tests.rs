//! Images made piece by piece with `object`'s writer.

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
    /// `.data` lies on `.text`'s page.
    overlap: bool,
    /// The second import is by number.
    ordinal: bool,
    /// There is a TLS directory.
    tls: bool,
    /// What the file says of its relocations if it has none.
    without_relocations: Option<pe::FileFlags>,
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
            overlap: false,
            ordinal: false,
            tls: false,
            without_relocations: None,
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
const OTHER_HINT: u32 = 0x120;
/// Offsets of the sections in memory: `.text` first.
const DATA: u32 = 0x2000;

fn file(scene: &Scene) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(true, 0x1000, 0x200, &mut bytes);
    writer.reserve_dos_header();
    writer.reserve_nt_headers(16);
    writer.reserve_section_headers(if scene.without_relocations.is_some() {
        2
    } else {
        3
    });
    let text = writer.reserve_text_section(16);
    let data = writer.reserve_section(*b".data\0\0\0", scene.data, 0x200, 0x200);
    assert_eq!(data.virtual_address, DATA);
    if scene.without_relocations.is_none() {
        writer.add_reloc(DATA + POINTER, scene.relocation);
        writer.reserve_reloc_section();
    }
    if scene.tls {
        writer.set_data_directory(pe::IMAGE_DIRECTORY_ENTRY_TLS, DATA, 40);
    }
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
        characteristics: pe::IMAGE_FILE_EXECUTABLE_IMAGE
            | scene.without_relocations.unwrap_or_default(),
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
    let other = if scene.ordinal {
        1 << 63 | 7
    } else {
        u64::from(DATA + OTHER_HINT)
    };
    put(NAMES + 8, &other.to_le_bytes());
    put(OTHER_HINT, b"\0\0ZwClose\0");
    put(HINT, b"\0\0DbgPrint\0");
    put(MODULE, b"ntoskrnl.exe\0");
    writer.write_section(data.file_offset, &content);
    if scene.without_relocations.is_none() {
        writer.write_reloc_section();
    }
    if scene.overlap {
        // The second header's address in memory becomes the first's.
        let headers = bytes.windows(5).position(|name| name == b".text").unwrap();
        let text = bytes[headers + 12..headers + 16].to_vec();
        bytes[headers + 40 + 12..headers + 40 + 16].copy_from_slice(&text);
    }
    bytes
}

fn laid_out(scene: &Scene) -> Result<Vec<u8>, PeError> {
    let file = file(scene);
    Image::parse(&file)?.lay_out(BASE, 0x1234_5678, |module, name| match (module, name) {
        ("ntoskrnl.exe", "DbgPrint") => 0x1111,
        ("ntoskrnl.exe", "ZwClose") => 0x2222,
        other => panic!("{other:?} is not imported"),
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
fn an_import_by_number_is_an_error_with_its_module() {
    let scene = Scene {
        ordinal: true,
        ..Scene::default()
    };
    let error = laid_out(&scene).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the driver imports ntoskrnl.exe number 7: imports must be by name"
    );
}

#[test]
fn sections_that_overlap_are_named() {
    let scene = Scene {
        overlap: true,
        ..Scene::default()
    };
    let error = laid_out(&scene).unwrap_err().to_string();
    assert!(error.contains(".text") && error.contains(".data") && error.contains("overlap"));
}

#[test]
fn an_image_with_thread_local_storage_is_refused() {
    let scene = Scene {
        tls: true,
        ..Scene::default()
    };
    let error = laid_out(&scene).unwrap_err().to_string();
    assert!(error.contains("TLS directory"), "{error}");
}

#[test]
fn an_image_without_relocations_loads_unless_they_were_stripped() {
    let scene = |flags| Scene {
        without_relocations: Some(flags),
        ..Scene::default()
    };
    let memory = laid_out(&scene(pe::FileFlags::default())).unwrap();
    assert_eq!(
        read64(&memory, (DATA + POINTER) as usize),
        Some(PREFERRED + u64::from(DATA))
    );
    let error = laid_out(&scene(pe::IMAGE_FILE_RELOCS_STRIPPED)).unwrap_err();
    assert_eq!(error, PeError::NotADriver("its relocations are stripped"));
}

#[test]
fn a_file_that_ends_early_names_the_section() {
    let whole = file(&Scene::default());
    let error = Image::parse(&whole[..0x500]).unwrap_err();
    assert!(error.to_string().contains(".data"), "{error}");
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
            let _ = image.lay_out(BASE, 0, |_, _| 0);
        }
    }
    assert!(Image::parse(b"MZ").is_err());
}
