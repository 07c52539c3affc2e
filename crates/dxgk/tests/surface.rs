//! No safe signature of the public interface has a raw pointer, or a type of the ABI: what crosses
//! a DDI is built of checked parts.
#![cfg(not(loom))]

use std::fs;
use std::path::{Path, PathBuf};

/// Each with its reason. They are for unsafe code in effect: nothing else takes what they return or
/// have.
const ALLOWED: &[&str] = &[
    // For DxgkInitializeDisplayOnlyDriver, which is unsafe to call.
    "pub const fn as_ptr(&self) -> *const c_void",
    // Hidden from the documentation; the structure holds functions that are unsafe to call.
    "pub const fn into_raw(self) -> KMDDOD_INITIALIZATION_DATA",
    // Of `RectCopy`, which a kernel's unsafe function gets, and which only unsafe code can have
    // carried out.
    "pub from: *const u8",
    "pub to: NonNull<u8>",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names that a file imports from `dxgk_sys`.
fn imported(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for import in text.split("use dxgk_sys::").skip(1) {
        let list = import.split(';').next().unwrap_or_default();
        names.extend(
            list.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
                .filter(|name| !name.is_empty()),
        );
    }
    names
}

/// The public functions of a file, those of public traits included, and its public fields and
/// types, up to their bodies.
fn public(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut lines = text.lines().peekable();
    let mut in_trait = false;
    while let Some(line) = lines.next() {
        let words = line.trim_start();
        if line.starts_with("pub trait ") || line.starts_with("pub unsafe trait ") {
            in_trait = true;
        } else if line == "}" {
            in_trait = false;
        }
        let public = words.starts_with("pub ") && !words.starts_with("pub use");
        if !(public || in_trait && words.starts_with("fn ")) || words.contains("unsafe fn") {
            continue;
        }
        let mut item = words.to_owned();
        while !item.contains(['{', ';']) && !item.ends_with(',') {
            let Some(next) = lines.next() else { break };
            item.push(' ');
            item.push_str(next.trim());
            if item.contains("fn ") && item.ends_with(',') {
                // An argument's end, not a field's.
                item.push(' ');
            }
        }
        let end = item.find(['{', ';']).unwrap_or(item.len());
        item.truncate(end);
        // What a constant is made of is its own affair.
        let item = item.split(" = ").next().unwrap_or_default();
        items.push(item.trim().trim_end_matches(',').to_owned());
    }
    items
}

#[test]
#[cfg_attr(
    miri,
    ignore = "reads the repository's text and runs nothing of the crate"
)]
fn no_safe_signature_has_a_raw_value() {
    let mut found = Vec::new();
    files(Path::new("src"), &mut found);
    let mut looked_at = 0;
    for file in found {
        let text = fs::read_to_string(&file).expect("text");
        let of_abi = imported(&text);
        for item in public(&text) {
            looked_at += 1;
            if ALLOWED.contains(&item.as_str()) || item.starts_with("pub struct") {
                continue;
            }
            let raw = item.contains("*const") || item.contains("*mut") || item.contains("dxgk_sys");
            let named = item
                .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
                .find(|word| of_abi.contains(word));
            // What a kernel hands out is for unsafe code, which alone can ask for it.
            let of_kernel = file.ends_with("kernel.rs") && item.contains("NonNull");
            let pointer = item.contains("NonNull") && !of_kernel;
            assert!(
                !raw && !pointer && named.is_none(),
                "{}: {item}: {named:?}",
                file.display()
            );
        }
    }
    assert!(looked_at > 300, "{looked_at} items were found");
}

#[test]
fn what_is_looked_for_is_found() {
    let text = "use dxgk_sys::{HANDLE, NTSTATUS};\npub trait A {\n    fn a(\n        &self,\n        b: HANDLE,\n    );\n}\n\
                pub struct B {\n    pub c: *mut u8,\n    d: HANDLE,\n}\nimpl B {\n    pub fn e(&self) -> NTSTATUS {\n        0\n    }\n    \
                pub unsafe fn f(&self) -> HANDLE {\n    }\n}\n";
    assert_eq!(imported(text), ["HANDLE", "NTSTATUS"]);
    assert_eq!(
        public(text),
        [
            "pub trait A",
            "fn a( &self,  b: HANDLE,  )",
            "pub struct B",
            "pub c: *mut u8",
            "pub fn e(&self) -> NTSTATUS",
        ]
    );
}
