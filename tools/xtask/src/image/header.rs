//! Headers and sections: a kernel-mode image for the framework's entry point, relocatable, with code that cannot be written.

use anyhow::{Context, Result};
use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile64};

use super::Map;

const PAGE: u32 = 4096;

/// What the loader and Windows' own policies ask for (PE format, "Optional Header", DLL characteristics).
const CHARACTERISTICS: &[(pe::DllFlags, &str)] = &[
    (
        pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT,
        "NX_COMPAT: it does not run data as code",
    ),
    (
        pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE,
        "DYNAMIC_BASE: it can be loaded anywhere",
    ),
    (
        pe::IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
        "HIGH_ENTROPY_VA: anywhere in 64 bits",
    ),
    (
        pe::IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY,
        "FORCE_INTEGRITY: its signature is checked",
    ),
    (
        pe::IMAGE_DLLCHARACTERISTICS_GUARD_CF,
        "GUARD_CF: its calls through pointers can be checked",
    ),
];

/// The entry point that KMDF's stub provides.
const ENTRY: &str = "FxDriverEntry";

pub fn findings(image: &PeFile64<'_>, map: &Map) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let file_header = image.nt_headers().file_header();
    let header = image.nt_headers().optional_header();

    if file_header.machine.get(LE) != pe::IMAGE_FILE_MACHINE_AMD64 {
        findings.push(format!(
            "it is for machine {:#06x}, not x64",
            file_header.machine.get(LE)
        ));
    }
    if header.subsystem() != pe::IMAGE_SUBSYSTEM_NATIVE {
        findings.push(format!(
            "its subsystem is {}, not native (1)",
            header.subsystem()
        ));
    }
    for (what, major, minor) in [
        (
            "operating system",
            header.major_operating_system_version(),
            header.minor_operating_system_version(),
        ),
        (
            "subsystem",
            header.major_subsystem_version(),
            header.minor_subsystem_version(),
        ),
    ] {
        if (major, minor) != (10, 0) {
            findings.push(format!("its {what} version is {major}.{minor}, not 10.0"));
        }
    }
    findings.extend(load_configuration(image)?);
    match map.address(ENTRY) {
        Some(entry) if entry == header.address_of_entry_point() => {}
        Some(entry) => {
            findings.push(format!(
                "its entry point is {:#x}, not {ENTRY} at {entry:#x}",
                header.address_of_entry_point()
            ));
        }
        None => findings.push(format!("the map has no {ENTRY}")),
    }
    for (flag, meaning) in CHARACTERISTICS {
        if (header.dll_characteristics() & *flag).0 == 0 {
            findings.push(format!("it lacks {meaning}"));
        }
    }
    if header.section_alignment() != PAGE {
        findings.push(format!(
            "its sections are aligned to {}, not to pages of {PAGE}",
            header.section_alignment()
        ));
    }
    if (file_header.characteristics.get(LE) & pe::IMAGE_FILE_RELOCS_STRIPPED).0 != 0 {
        findings.push(
            "its relocations are stripped: it could be loaded at one address only".to_owned(),
        );
    }
    let relocations = image.data_directory(pe::IMAGE_DIRECTORY_ENTRY_BASERELOC);
    if relocations.is_none_or(|directory| directory.size.get(LE) == 0) {
        findings.push("it has no relocations: it could be loaded at one address only".to_owned());
    }

    for section in image.section_table().iter() {
        let flags = section.characteristics.get(LE);
        let name = String::from_utf8_lossy(section.raw_name()).into_owned();
        if (flags & pe::IMAGE_SCN_MEM_WRITE).0 != 0 && (flags & pe::IMAGE_SCN_MEM_EXECUTE).0 != 0 {
            findings.push(format!("section {name} can be written and executed"));
        }
        if section.virtual_address.get(LE) % PAGE != 0 {
            findings.push(format!("section {name} does not start at a page"));
        }
    }
    Ok(findings)
}

/// The image has a load configuration (IMAGE_LOAD_CONFIG_DIRECTORY64) whose SecurityCookie the loader can replace, and with what a
/// system takes that checks calls through pointers (Control Flow Guard).
fn load_configuration(image: &PeFile64<'_>) -> Result<Option<String>> {
    const DEFAULT_COOKIE: u64 = 0x2B99_2DDF_A232;
    const SECURITY_COOKIE: usize = 0x58;
    const POINTERS: [usize; 3] = [0x70, 0x78, 0x80];
    const FUNCTION_COUNT: usize = 0x88;
    const GUARD_FLAGS: usize = 0x90;
    // IMAGE_GUARD_CF_INSTRUMENTED and IMAGE_GUARD_CF_FUNCTION_TABLE_PRESENT.
    const GUARDED: u32 = 0x500;
    let Some(directory) = image.data_directory(pe::IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG) else {
        return Ok(Some("it has no load configuration".to_owned()));
    };
    let sections = image.section_table();
    let data = directory
        .data(image.data(), &sections)
        .context("its load configuration is in no section")?;
    let number = |bytes: &[u8], at: usize| -> Option<u64> {
        Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
    };
    let base = image.nt_headers().optional_header().image_base();
    let behind = |member: usize| {
        let address = number(data, member)?;
        let address = u32::try_from(address.checked_sub(base)?).ok()?;
        sections.pe_data_at(image.data(), address)
    };
    let flags = data.get(GUARD_FLAGS..GUARD_FLAGS + 4);
    let flags = flags.map_or(0, |bytes| {
        bytes
            .iter()
            .rev()
            .fold(0, |sum, &byte| sum << 8 | u32::from(byte))
    });
    if flags & GUARDED != GUARDED {
        return Ok(Some(format!(
            "its GuardFlags are {flags:#x}: no Control Flow Guard"
        )));
    }
    let whole = POINTERS.iter().all(|member| behind(*member).is_some());
    if !whole || number(data, FUNCTION_COUNT).is_none_or(|count| count == 0) {
        return Ok(Some(
            "its Control Flow Guard lacks a pointer or the table of functions".to_owned(),
        ));
    }
    let cookie = behind(SECURITY_COOKIE).and_then(|bytes| number(bytes, 0));
    Ok(match cookie {
        Some(DEFAULT_COOKIE) => None,
        Some(other) => Some(format!(
            "its security cookie is {other:#x}, which the loader does not take for the default"
        )),
        None => Some("its load configuration has no security cookie".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::crafted::{self, Field};

    /// The one finding after this field has been changed.
    fn finding_after(field: Field, change: impl FnOnce(u32) -> u32) -> String {
        let findings = crafted::image_with(field, change)
            .findings(&crafted::expected())
            .unwrap();
        let about_checksum = |finding: &String| finding.contains("checksum");
        let [finding] = &findings
            .into_iter()
            .filter(|finding| !about_checksum(finding))
            .collect::<Vec<_>>()[..]
        else {
            panic!("expected one finding");
        };
        finding.clone()
    }

    #[test]
    fn the_crafted_image_has_nothing_wrong() {
        assert_eq!(
            crafted::image().findings(&crafted::expected()).unwrap(),
            Vec::<String>::new()
        );
    }

    #[test]
    fn another_machine_is_found() {
        assert!(finding_after(Field::Machine, |_| 0xAA64).contains("machine 0xaa64"));
    }

    #[test]
    fn another_subsystem_is_found() {
        assert!(finding_after(Field::Subsystem, |_| 3).contains("subsystem is 3"));
    }

    #[test]
    fn another_version_of_windows_is_found() {
        let version = finding_after(Field::OperatingSystemVersion, |_| 6);
        assert!(version.contains("operating system version is 6.0, not 10.0"));
        let version = finding_after(Field::SubsystemVersion, |_| 6);
        assert!(version.contains("subsystem version is 6.0, not 10.0"));
    }

    #[test]
    fn an_image_without_control_flow_guard_is_found() {
        let none = finding_after(Field::GuardFlags, |_| 0);
        assert!(none.contains("no Control Flow Guard"), "{none}");
        for field in [Field::GuardCount, Field::GuardDispatch] {
            let half = finding_after(field, |_| 0);
            assert!(half.contains("lacks a pointer"), "{half}");
        }
        let unsaid = finding_after(Field::DllCharacteristics, |flags| flags & !0x4000);
        assert!(unsaid.contains("GUARD_CF"), "{unsaid}");
    }

    #[test]
    fn an_image_without_load_configuration_or_cookie_is_found() {
        let missing = finding_after(Field::LoadConfiguration, |_| 0);
        assert!(missing.contains("no load configuration"), "{missing}");
        let random = finding_after(Field::Cookie, |_| 7);
        assert!(random.contains("security cookie is"), "{random}");
    }

    #[test]
    fn another_entry_point_is_found() {
        assert!(finding_after(Field::EntryPoint, |entry| entry + 1).contains("not FxDriverEntry"));
    }

    #[test]
    fn each_missing_characteristic_is_found() {
        for (flag, name) in [
            (0x100, "NX_COMPAT"),
            (0x40, "DYNAMIC_BASE"),
            (0x20, "HIGH_ENTROPY_VA"),
            (0x80, "FORCE_INTEGRITY"),
        ] {
            let finding = finding_after(Field::DllCharacteristics, |flags| flags & !flag);
            assert!(finding.contains(name), "{finding}");
        }
    }

    #[test]
    fn a_section_that_is_writable_and_executable_is_found() {
        let finding = finding_after(Field::TextFlags, |flags| flags | 0x8000_0000);
        assert!(
            finding.contains("section .text can be written and executed"),
            "{finding}"
        );
    }

    #[test]
    fn stripped_or_missing_relocations_are_found() {
        assert!(finding_after(Field::FileCharacteristics, |flags| flags | 1).contains("stripped"));
        assert!(finding_after(Field::RelocationsSize, |_| 0).contains("no relocations"));
    }

    #[test]
    fn sections_not_aligned_to_pages_are_found() {
        assert!(finding_after(Field::SectionAlignment, |_| 512).contains("aligned to 512"));
    }
}
