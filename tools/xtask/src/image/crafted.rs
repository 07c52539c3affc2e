//! A small driver image made by hand, for the checks' tests: right in every way, and easily put wrong in one.
//!
//! `.text` holds `driver::start` (which calls DbgPrint), FxDriverEntry and, in one variant, a panic; `.idata` the imports; `.reloc` one
//! relocation of the pointer at the start of `.data`.

use super::panics::Allowed;
use super::{Expected, Image, checksum};
use crate::wdk_lite::Import;

const TEXT: u32 = 0x1000;
const DATA: u32 = 0x2000;
const IDATA: u32 = 0x3000;
const RELOC: u32 = 0x4000;
const BASE: u64 = 0x1_8000_0000;
const HEADERS: u32 = 0x80;
const OPTIONAL: usize = HEADERS as usize + 24;
const SECTIONS: usize = OPTIONAL + 240;
/// Where `.data` is in the file, and in it the load configuration and the cookie.
const DATA_FILE: usize = 0x600;
const LOAD_CONFIGURATION: usize = 0x140;
const COOKIE: usize = 0x1e0;

/// A field of the headers that a test puts wrong: where, and how many bytes.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    Machine,
    FileCharacteristics,
    EntryPoint,
    SectionAlignment,
    OperatingSystemVersion,
    Subsystem,
    SubsystemVersion,
    LoadConfiguration,
    Cookie,
    GuardFlags,
    GuardCount,
    GuardDispatch,
    DllCharacteristics,
    RelocationsSize,
    TextFlags,
}

impl Field {
    const fn place(self) -> (usize, usize) {
        match self {
            Self::Machine => (HEADERS as usize + 4, 2),
            Self::FileCharacteristics => (HEADERS as usize + 22, 2),
            Self::EntryPoint => (OPTIONAL + 16, 4),
            Self::SectionAlignment => (OPTIONAL + 32, 4),
            Self::OperatingSystemVersion => (OPTIONAL + 40, 2),
            Self::SubsystemVersion => (OPTIONAL + 48, 2),
            Self::LoadConfiguration => (OPTIONAL + 112 + 10 * 8, 4),
            Self::Cookie => (DATA_FILE + COOKIE, 4),
            Self::GuardFlags => (DATA_FILE + LOAD_CONFIGURATION + 0x90, 4),
            Self::GuardCount => (DATA_FILE + LOAD_CONFIGURATION + 0x88, 4),
            Self::GuardDispatch => (DATA_FILE + LOAD_CONFIGURATION + 0x78, 4),
            Self::Subsystem => (OPTIONAL + 68, 2),
            Self::DllCharacteristics => (OPTIONAL + 70, 2),
            Self::RelocationsSize => (OPTIONAL + 112 + 5 * 8 + 4, 4),
            Self::TextFlags => (SECTIONS + 36, 4),
        }
    }
}

/// The image as it should be.
pub fn image() -> Image {
    Image::new(bytes(), &map(false)).unwrap()
}

/// The image with one field changed.
pub fn image_with(field: Field, change: impl FnOnce(u32) -> u32) -> Image {
    let mut bytes = bytes();
    let (at, length) = field.place();
    let mut value = [0; 4];
    value[..length].copy_from_slice(&bytes[at..at + length]);
    let changed = change(u32::from_le_bytes(value)).to_le_bytes();
    bytes[at..at + length].copy_from_slice(&changed[..length]);
    Image::new(bytes, &map(false)).unwrap()
}

/// The image with a panic that `driver::start` can reach.
pub fn image_that_panics() -> Image {
    Image::new(build(true), &map(true)).unwrap()
}

/// The bytes of [`image`].
pub fn bytes() -> Vec<u8> {
    build(false)
}

/// What [`image`] is to be held against.
pub fn expected() -> Expected {
    let import = |module: &str, name: &str| Import {
        module: module.into(),
        name: name.into(),
        reason: "crafted".into(),
    };
    Expected {
        imports: vec![import("ntoskrnl.exe", "DbgPrint")],
        panics: Vec::new(),
        folders: vec!["/srv/build".into()],
    }
}

/// What [`image_that_panics`] is to be held against if these functions may panic.
pub fn expected_with_panics(functions: &[&str]) -> Expected {
    let mut expected = expected();
    expected.imports.push(Import {
        name: "KeBugCheckEx".into(),
        ..expected.imports[0].clone()
    });
    let allowed = |function: &&str| Allowed {
        function: (*function).to_owned(),
        reason: "crafted".into(),
    };
    expected.panics = functions.iter().map(allowed).collect();
    expected
}

fn map(panics: bool) -> String {
    let mut map = format!(" crafted\n\n Preferred load address is {BASE:016x}\n\n");
    let mut symbol = |name: &str, rva: u32| {
        map.push_str(&format!(
            " 0001:00000000       {name}     {:016x}     a.obj\n",
            BASE + u64::from(rva)
        ));
    };
    symbol("_ZN6driver5start17h0123456789abcdefE", TEXT);
    symbol("FxDriverEntry", TEXT + 0x20);
    if panics {
        symbol(
            "_ZN4core9panicking9panic_fmt17h0123456789abcdefE",
            TEXT + 0x40,
        );
        symbol("__imp_KeBugCheckEx", IDATA + slot(1));
    }
    map
}

/// Offset in `.idata` of the address table's entry for an import.
const fn slot(index: u32) -> u32 {
    0x80 + 8 * index
}

fn build(panics: bool) -> Vec<u8> {
    let mut text = vec![0xcc; 0x200];
    // start: call [DbgPrint]; call panic_fmt
    refer(&mut text, 0, &[0xff, 0x15], IDATA + slot(0));
    if panics {
        refer(&mut text, 6, &[0xe8], TEXT + 0x40);
        // panic_fmt: call [KeBugCheckEx]
        refer(&mut text, 0x40, &[0xff, 0x15], IDATA + slot(1));
    }
    // FxDriverEntry: jmp start
    refer(&mut text, 0x20, &[0xe9], TEXT);

    let mut data = vec![0; 0x200];
    data[..8].copy_from_slice(&(BASE + u64::from(TEXT)).to_le_bytes());
    put(&mut data, LOAD_CONFIGURATION, 0x94);
    let cookie = BASE + u64::from(DATA) + COOKIE as u64;
    data[LOAD_CONFIGURATION + 0x58..][..8].copy_from_slice(&cookie.to_le_bytes());
    // One function, through pointers that lie behind the cookie.
    for (member, address) in [(0x70, COOKIE + 8), (0x78, COOKIE + 8), (0x80, COOKIE + 16)] {
        let address = BASE + u64::from(DATA) + address as u64;
        data[LOAD_CONFIGURATION + member..][..8].copy_from_slice(&address.to_le_bytes());
    }
    put(&mut data, COOKIE + 16, TEXT);
    put(&mut data, LOAD_CONFIGURATION + 0x88, 1);
    put(&mut data, LOAD_CONFIGURATION + 0x90, 0x500);
    data[COOKIE..][..8].copy_from_slice(&0x2B99_2DDF_A232_u64.to_le_bytes());

    let names: &[&str] = if panics {
        &["DbgPrint", "KeBugCheckEx"]
    } else {
        &["DbgPrint"]
    };
    let idata = imports(names);

    let mut reloc = vec![0; 0x200];
    reloc[..4].copy_from_slice(&DATA.to_le_bytes());
    reloc[4..8].copy_from_slice(&12u32.to_le_bytes());
    reloc[8..10].copy_from_slice(&0xa000u16.to_le_bytes());

    let sections: [(&[u8], u32, Vec<u8>, u32); 4] = [
        (b".text", TEXT, text, 0x6000_0020),
        (b".data", DATA, data, 0xc000_0040),
        (b".idata", IDATA, idata, 0x4000_0040),
        (b".reloc", RELOC, reloc, 0x4200_0040),
    ];
    let mut image = headers(&sections);
    for (_, _, bytes, _) in &sections {
        image.extend(bytes);
    }
    let sum = checksum::compute(&image).unwrap();
    put(&mut image, OPTIONAL + 64, sum);
    image
}

/// Writes an instruction whose operand is the distance to `target`.
fn refer(text: &mut [u8], at: usize, code: &[u8], target: u32) {
    let end = at + code.len() + 4;
    let distance = target.wrapping_sub(TEXT + u32::try_from(end).unwrap());
    text[at..at + code.len()].copy_from_slice(code);
    text[at + code.len()..end].copy_from_slice(&distance.to_le_bytes());
}

/// One module's descriptor, lookup table at 0x40, address table at 0x80, names from 0xc0.
fn imports(names: &[&str]) -> Vec<u8> {
    let mut idata = vec![0; 0x200];
    put(&mut idata, 0, IDATA + 0x40);
    put(&mut idata, 12, IDATA + 0xc0);
    put(&mut idata, 16, IDATA + 0x80);
    idata[0xc0..0xcc].copy_from_slice(b"ntoskrnl.exe");
    for (index, name) in names.iter().enumerate() {
        let at = 0xe0 + 0x20 * index;
        idata[at + 2..at + 2 + name.len()].copy_from_slice(name.as_bytes());
        let rva = IDATA + u32::try_from(at).unwrap();
        put(&mut idata, 0x40 + 8 * index, rva);
        put(&mut idata, 0x80 + 8 * index, rva);
    }
    idata
}

fn headers(sections: &[(&[u8], u32, Vec<u8>, u32)]) -> Vec<u8> {
    let mut image = vec![0; 0x400];
    image[..2].copy_from_slice(b"MZ");
    put(&mut image, 0x3c, HEADERS);
    let at = HEADERS as usize;
    image[at..at + 4].copy_from_slice(b"PE\0\0");
    put16(&mut image, at + 4, 0x8664);
    put16(&mut image, at + 6, u16::try_from(sections.len()).unwrap());
    put16(&mut image, at + 20, 240);
    put16(&mut image, at + 22, 0x2022);

    put16(&mut image, OPTIONAL, 0x20b);
    put(&mut image, OPTIONAL + 16, TEXT + 0x20);
    image[OPTIONAL + 24..OPTIONAL + 32].copy_from_slice(&BASE.to_le_bytes());
    put(&mut image, OPTIONAL + 32, 0x1000);
    put(&mut image, OPTIONAL + 36, 0x200);
    put(&mut image, OPTIONAL + 56, 0x5000);
    put(&mut image, OPTIONAL + 60, 0x400);
    put16(&mut image, OPTIONAL + 40, 10);
    put16(&mut image, OPTIONAL + 48, 10);
    put16(&mut image, OPTIONAL + 68, 1);
    put16(&mut image, OPTIONAL + 70, 0x41e0);
    put(&mut image, OPTIONAL + 108, 16);
    let configuration = DATA + LOAD_CONFIGURATION as u32;
    for (index, rva, size) in [(1, IDATA, 40), (5, RELOC, 12), (10, configuration, 0x94)] {
        put(&mut image, OPTIONAL + 112 + 8 * index, rva);
        put(&mut image, OPTIONAL + 112 + 8 * index + 4, size);
    }

    let mut raw = 0x400;
    for (index, (name, rva, bytes, flags)) in sections.iter().enumerate() {
        let at = SECTIONS + 40 * index;
        let size = u32::try_from(bytes.len()).unwrap();
        image[at..at + name.len()].copy_from_slice(name);
        put(&mut image, at + 8, size);
        put(&mut image, at + 12, *rva);
        put(&mut image, at + 16, size);
        put(&mut image, at + 20, raw);
        put(&mut image, at + 36, *flags);
        raw += size;
    }
    image
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
}
