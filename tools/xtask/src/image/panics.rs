//! No function of the driver can panic, but for those on a list.
//!
//! In a driver a panic is a bugcheck: the panic handler (wdk-panic) calls KeBugCheckEx, so every way to a panic ends at that import.
//! From there the check goes back over all references in the code and data, through the functions that are the panic
//! machinery of Rust's library. The first function that is not part of it is one that can panic. With the program compiled as one
//! module, what cannot be reached is not in the image, and neither then is KeBugCheckEx.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use iced_x86::{Decoder, DecoderOptions, OpKind};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile64};
use object::{LittleEndian as LE, pe};

use super::Map;

/// A function that may panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Its path, as the symbol has it when demangled.
    pub function: String,
    /// Why that is so, and why it does not happen.
    pub reason: String,
}

/// Where every panic ends.
const END: &str = "KeBugCheckEx";

/// Parts of the paths of Rust's panic machinery: what only passes a caller's panic on.
const MACHINERY: &[&str] = &[
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::cell::panic_already_",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "alloc::alloc::handle_alloc_error",
    "__rust_alloc_error_handler",
    "__rustc::rust_begin_unwind",
    "__rustc::__rust_alloc_error_handler",
    "__rustc::__rdl_oom",
    "wdk_panic::",
];

/// Reads the list of functions that may panic: a name and a reason in each row.
pub fn parse(text: &str) -> Result<Vec<Allowed>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [function, reason] if !reason.trim().is_empty() => Ok(Allowed {
                function: function.to_owned(),
                reason: reason.to_owned(),
            }),
            _ => bail!("{line:?} is not a function and a reason"),
        })
        .collect()
}

pub fn findings(image: &PeFile64<'_>, map: &Map, allowed: &[Allowed]) -> Result<Vec<String>> {
    let references = References::of(image, map)?;
    let mut targets: Vec<(u32, String)> = Vec::new();
    for name in [END.to_owned(), format!("__imp_{END}")] {
        targets.extend(map.address(&name).map(|address| (address, name)));
    }
    let mut seen: BTreeSet<u32> = targets.iter().map(|(address, _)| *address).collect();
    let mut panicking: BTreeMap<String, String> = BTreeMap::new();
    while let Some((target, what)) = targets.pop() {
        for &from in references.to(target) {
            let (start, names) = map
                .containing(from)
                .with_context(|| format!("code at {from:#x} has no name"))?;
            if names.iter().any(|name| name == END) {
                continue;
            }
            let path = path(names);
            if MACHINERY.iter().any(|part| path.contains(part)) {
                if seen.insert(start) {
                    targets.push((start, path));
                }
            } else {
                panicking.entry(path).or_insert_with(|| what.clone());
            }
        }
    }

    let mut findings: Vec<String> = panicking
        .iter()
        .filter(|(function, _)| !allowed.iter().any(|allowed| allowed.function == **function))
        .map(|(function, what)| format!("{function} can panic (it refers to {what})"))
        .collect();
    for allowed in allowed {
        if !panicking.contains_key(&allowed.function) {
            findings.push(format!(
                "{} is listed as one that may panic, and cannot",
                allowed.function
            ));
        }
    }
    Ok(findings)
}

/// The path of a symbol without its digest.
fn path(names: &[String]) -> String {
    names
        .first()
        .map(|name| format!("{:#}", rustc_demangle::demangle(name)))
        .unwrap_or_default()
}

/// All places in the image that refer to an address in it: by a distance within the code, or by an address that is relocated.
struct References {
    by_target: BTreeMap<u32, Vec<u32>>,
}

impl References {
    fn of(image: &PeFile64<'_>, map: &Map) -> Result<Self> {
        let mut by_target: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let data = image.data();
        for section in image.section_table().iter() {
            let flags = section.characteristics.get(LE);
            if (flags & pe::IMAGE_SCN_MEM_EXECUTE).0 == 0 {
                continue;
            }
            let bytes = section.pe_data(data)?;
            let start = section.virtual_address.get(LE);
            // Functions begin where the map says; what follows one is padding.
            let end = start.wrapping_add(u32::try_from(bytes.len())?);
            let mut begins: Vec<u32> = map.starts(start..end).collect();
            begins.insert(0, start);
            begins.push(end);
            for piece in begins.windows(2) {
                let [from, to] = [piece[0], piece[1]];
                let code = &bytes[(from - start) as usize..(to - start) as usize];
                for (at, target) in referred(code, from) {
                    by_target.entry(target).or_default().push(at);
                }
            }
        }
        let base = image.nt_headers().optional_header().image_base();
        if let Some(mut blocks) = image
            .data_directories()
            .relocation_blocks(data, &image.section_table())?
        {
            while let Some(block) = blocks.next()? {
                for relocation in block {
                    let at = relocation.virtual_address;
                    let pointer = image
                        .section_table()
                        .pe_data_at(data, at)
                        .and_then(|bytes| bytes.get(..8));
                    let pointer = u64::from_le_bytes(
                        pointer
                            .context("a relocation outside the sections")?
                            .try_into()?,
                    );
                    if let Some(target) = pointer
                        .checked_sub(base)
                        .and_then(|target| u32::try_from(target).ok())
                    {
                        by_target.entry(target).or_default().push(at);
                    }
                }
            }
        }
        Ok(Self { by_target })
    }

    fn to(&self, target: u32) -> &[u32] {
        self.by_target.get(&target).map_or(&[], Vec::as_slice)
    }
}

/// What the instructions of this code refer to by a distance from themselves: calls, jumps and addresses. Where something is no
/// instruction, every four bytes of the rest are taken for such a distance: too many references to look at are no harm, too few
/// would be.
fn referred(code: &[u8], begin: u32) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut decoder = Decoder::with_ip(64, code, u64::from(begin), DecoderOptions::NONE);
    for instruction in &mut decoder {
        let at = instruction.ip() as u32;
        if instruction.is_invalid() {
            let rest = code.get((at - begin) as usize..).unwrap_or_default();
            for (field, at) in rest.windows(4).zip(at..) {
                let distance = i32::from_le_bytes([field[0], field[1], field[2], field[3]]);
                found.push((at, at.wrapping_add(4).wrapping_add_signed(distance)));
            }
            break;
        }
        if instruction.is_ip_rel_memory_operand() {
            found.push((at, instruction.ip_rel_memory_address() as u32));
        }
        if instruction.op0_kind() == OpKind::NearBranch64 {
            found.push((at, instruction.near_branch64() as u32));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::crafted;
    use super::*;

    #[test]
    fn a_call_to_the_panic_machinery_is_found_by_its_callers_name() {
        let findings = crafted::image_that_panics()
            .findings(&crafted::expected_with_panics(&[]))
            .unwrap();
        assert_eq!(
            findings,
            ["driver::start can panic (it refers to core::panicking::panic_fmt)"]
        );
    }

    #[test]
    fn a_function_on_the_list_may_panic() {
        let findings = crafted::image_that_panics()
            .findings(&crafted::expected_with_panics(&["driver::start"]))
            .unwrap();
        assert_eq!(findings, Vec::<String>::new());
    }

    #[test]
    fn a_listed_function_that_cannot_panic_is_found() {
        let mut expected = crafted::expected();
        expected.panics = vec![Allowed {
            function: "driver::start".into(),
            reason: "none".into(),
        }];
        let findings = crafted::image().findings(&expected).unwrap();
        assert_eq!(
            findings,
            ["driver::start is listed as one that may panic, and cannot"]
        );
    }

    #[test]
    fn a_number_that_happens_to_be_a_distance_is_no_reference() {
        // mov eax, 0x10; call +0x20; lea rcx, [rip + 0x30]; ret
        let code = [
            0xB8, 0x10, 0, 0, 0, 0xE8, 0x20, 0, 0, 0, 0x48, 0x8D, 0x0D, 0x30, 0, 0, 0, 0xC3,
        ];
        assert_eq!(
            referred(&code, 0x1000),
            [(0x1005, 0x102A), (0x100A, 0x1041)]
        );
    }

    #[test]
    fn what_is_no_instruction_hides_no_reference() {
        // Not an instruction in 64-bit mode, then a distance.
        let found = referred(&[0x06, 0x20, 0, 0, 0], 0x1000);
        assert!(found.contains(&(0x1001, 0x1025)), "{found:x?}");
    }

    #[test]
    fn a_row_has_a_function_and_a_reason() {
        assert_eq!(
            parse("# heading\n\na::b\tbecause\n").unwrap()[0].function,
            "a::b"
        );
        assert!(parse("a::b\t \n").is_err());
        assert!(parse("a::b\n").is_err());
    }
}
