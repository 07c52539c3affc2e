//! Rtl: counted strings; and the rig's own reading of them.

use alloc::string::String;
use core::fmt::Write;

use super::{pool, strings};
use crate::abi::{
    NTSTATUS, STATUS_BUFFER_OVERFLOW, STATUS_BUFFER_TOO_SMALL, STATUS_INSUFFICIENT_RESOURCES,
    STATUS_INVALID_PARAMETER, STATUS_SUCCESS, UNICODE_STRING,
};

/// Tag of the strings that Rtl allocates.
const TAG: u32 = u32::from_le_bytes(*b"RtlS");

/// RtlInitUnicodeString.
pub extern "system" fn rtl_init_unicode_string(string: *mut UNICODE_STRING, source: *const u16) {
    let length = if source.is_null() {
        0
    } else {
        // SAFETY: the caller's string ends with a zero.
        unsafe { strings::length(source) }
    };
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

/// RtlInitAnsiString: an ANSI_STRING is laid out as a UNICODE_STRING, and its characters are bytes.
pub extern "system" fn rtl_init_ansi_string(string: *mut UNICODE_STRING, source: *const u8) {
    let length = if source.is_null() {
        0
    } else {
        // SAFETY: the caller's string ends with a zero.
        unsafe { strings::length(source) }.min(0xFFFE)
    };
    // SAFETY: the caller's structure.
    unsafe {
        string.write(UNICODE_STRING {
            Length: length as u16,
            MaximumLength: (length + usize::from(!source.is_null())) as u16,
            Buffer: source.cast_mut().cast(),
        });
    }
}

/// RtlAnsiStringToUnicodeString: the characters are Latin ones.
pub extern "system" fn rtl_ansi_string_to_unicode_string(
    target: *mut UNICODE_STRING,
    source: *const UNICODE_STRING,
    allocate: u8,
) -> NTSTATUS {
    // SAFETY: the caller's strings.
    unsafe {
        let bytes = core::slice::from_raw_parts(
            (*source).Buffer.cast::<u8>(),
            usize::from((*source).Length),
        );
        let size = (bytes.len() + 1) * 2;
        if size > 0xFFFE {
            return STATUS_INVALID_PARAMETER;
        }
        if allocate != 0 {
            let Some(block) = pool::allocate(size, TAG, 0, true) else {
                return STATUS_INSUFFICIENT_RESOURCES;
            };
            (*target).Buffer = block.as_mut_ptr();
            (*target).MaximumLength = size as u16;
        } else if usize::from((*target).MaximumLength) < size - 2 {
            return STATUS_BUFFER_OVERFLOW;
        }
        for (index, &byte) in bytes.iter().enumerate() {
            (*target).Buffer.add(index).write(u16::from(byte));
        }
        (*target).Length = (bytes.len() * 2) as u16;
        terminate(target);
    }
    STATUS_SUCCESS
}

/// RtlFreeUnicodeString and RtlFreeAnsiString.
pub extern "system" fn rtl_free_unicode_string(string: *mut UNICODE_STRING) {
    // SAFETY: the caller's string.
    unsafe {
        if !(*string).Buffer.is_null() {
            pool::ex_free_pool_with_tag((*string).Buffer.cast(), TAG);
            string.write(UNICODE_STRING {
                Length: 0,
                MaximumLength: 0,
                Buffer: core::ptr::null_mut(),
            });
        }
    }
}

/// Puts a zero behind the characters if there is room.
///
/// # Safety
/// `string` must be valid.
unsafe fn terminate(string: *mut UNICODE_STRING) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*string).Length + 2 <= (*string).MaximumLength {
            (*string)
                .Buffer
                .add(usize::from((*string).Length) / 2)
                .write(0);
        }
    }
}

/// Puts `units` at the end of `string`, as many as fit; whether all did.
///
/// # Safety
/// `string` must be valid.
unsafe fn append(string: *mut UNICODE_STRING, units: &[u16]) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let used = usize::from((*string).Length) / 2;
        let room = usize::from((*string).MaximumLength) / 2 - used;
        let count = units.len().min(room);
        for (index, &unit) in units[..count].iter().enumerate() {
            (*string).Buffer.add(used + index).write(unit);
        }
        (*string).Length = ((used + count) * 2) as u16;
        count == units.len()
    }
}

/// RtlIntegerToUnicodeString.
pub extern "system" fn rtl_integer_to_unicode_string(
    value: u32,
    base: u32,
    string: *mut UNICODE_STRING,
) -> NTSTATUS {
    let mut text = String::new();
    let _ = match base {
        0 | 10 => write!(text, "{value}"),
        2 => write!(text, "{value:b}"),
        8 => write!(text, "{value:o}"),
        16 => write!(text, "{value:X}"),
        _ => return STATUS_INVALID_PARAMETER,
    };
    // SAFETY: the caller's string.
    unsafe {
        if usize::from((*string).MaximumLength) < text.len() * 2 {
            return STATUS_BUFFER_OVERFLOW;
        }
        (*string).Length = 0;
        for unit in text.encode_utf16() {
            append(string, &[unit]);
        }
        terminate(string);
    }
    STATUS_SUCCESS
}

/// RtlCopyUnicodeString: as much as fits.
pub extern "system" fn rtl_copy_unicode_string(
    target: *mut UNICODE_STRING,
    source: *const UNICODE_STRING,
) {
    // SAFETY: the caller's strings.
    unsafe {
        (*target).Length = 0;
        if let Some(source) = source.as_ref() {
            let units = core::slice::from_raw_parts(source.Buffer, usize::from(source.Length) / 2);
            append(target, units);
            terminate(target);
        }
    }
}

/// RtlAppendUnicodeToString: all of it or nothing.
pub extern "system" fn rtl_append_unicode_to_string(
    target: *mut UNICODE_STRING,
    source: *const u16,
) -> NTSTATUS {
    if source.is_null() {
        return STATUS_SUCCESS;
    }
    // SAFETY: the caller's strings.
    let units = unsafe { core::slice::from_raw_parts(source, strings::length(source)) };
    append_whole(target, units)
}

/// RtlAppendUnicodeStringToString: all of it or nothing.
pub extern "system" fn rtl_append_unicode_string_to_string(
    target: *mut UNICODE_STRING,
    source: *const UNICODE_STRING,
) -> NTSTATUS {
    // SAFETY: the caller's strings.
    let units =
        unsafe { core::slice::from_raw_parts((*source).Buffer, usize::from((*source).Length) / 2) };
    append_whole(target, units)
}

fn append_whole(target: *mut UNICODE_STRING, units: &[u16]) -> NTSTATUS {
    // SAFETY: the caller's string.
    unsafe {
        let room = usize::from((*target).MaximumLength - (*target).Length) / 2;
        if units.len() > room {
            return STATUS_BUFFER_TOO_SMALL;
        }
        append(target, units);
        terminate(target);
    }
    STATUS_SUCCESS
}

/// RtlEqualUnicodeString.
pub extern "system" fn rtl_equal_unicode_string(
    one: *const UNICODE_STRING,
    other: *const UNICODE_STRING,
    without_case: u8,
) -> u8 {
    u8::from(rtl_compare_unicode_string(one, other, without_case) == 0)
}

/// RtlCompareUnicodeString.
pub extern "system" fn rtl_compare_unicode_string(
    one: *const UNICODE_STRING,
    other: *const UNICODE_STRING,
    without_case: u8,
) -> i32 {
    // SAFETY: the caller's strings.
    let (mut one, mut other) = unsafe { (text(one), text(other)) };
    if without_case != 0 {
        (one, other) = (one.to_uppercase(), other.to_uppercase());
    }
    one.cmp(&other) as i32
}

/// RtlCompareMemory: how many bytes are the same.
pub extern "system" fn rtl_compare_memory(one: *const u8, other: *const u8, bytes: usize) -> usize {
    (0..bytes)
        // SAFETY: the caller's memory.
        .find(|&index| unsafe { one.add(index).read() != other.add(index).read() })
        .unwrap_or(bytes)
}
