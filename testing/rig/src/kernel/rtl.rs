//! Rtl: counted strings; and the rig's own reading of them.

use alloc::string::String;

use crate::abi::UNICODE_STRING;

/// RtlInitUnicodeString.
pub extern "system" fn rtl_init_unicode_string(string: *mut UNICODE_STRING, source: *const u16) {
    let mut length = 0;
    if !source.is_null() {
        // SAFETY: the caller's string ends with a zero.
        while unsafe { source.add(length).read() } != 0 {
            length += 1;
        }
    }
    let bytes = (length * 2).min(0xFFFC);
    let terminated = if source.is_null() { 0 } else { bytes + 2 };
    // SAFETY: the caller's structure.
    unsafe {
        string.write(UNICODE_STRING {
            Length: bytes as u16,
            MaximumLength: terminated as u16,
            Buffer: source.cast_mut(),
        });
    }
}

/// The text of a counted string.
///
/// # Safety
/// `string` must be NULL or point to a valid UNICODE_STRING.
pub unsafe fn text(string: *const UNICODE_STRING) -> String {
    // SAFETY: the caller's promise.
    let Some(string) = (unsafe { string.as_ref() }) else {
        return String::new();
    };
    if string.Buffer.is_null() {
        return String::new();
    }
    // SAFETY: as above: the buffer holds at least `Length` bytes.
    let units =
        unsafe { core::slice::from_raw_parts(string.Buffer, usize::from(string.Length) / 2) };
    String::from_utf16_lossy(units)
}

/// A counted string that owns its characters for good.
pub fn leak(text: &str) -> UNICODE_STRING {
    let units: alloc::vec::Vec<u16> = text.encode_utf16().chain([0]).collect();
    let bytes = (units.len() * 2) as u16;
    UNICODE_STRING {
        Length: bytes - 2,
        MaximumLength: bytes,
        Buffer: units.leak().as_mut_ptr(),
    }
}
