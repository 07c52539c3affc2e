//! Strings: the C run-time's, and its `printf` family.

use core::fmt::{self, Write};

use super::debug::Words;
use crate::printf;

/// A string's end is a zero. Its length in characters.
///
/// # Safety
/// The string ends.
pub unsafe fn length<T: Copy + Default + PartialEq>(string: *const T) -> usize {
    let mut length = 0;
    // SAFETY: the caller's promise.
    while unsafe { string.add(length).read_unaligned() } != T::default() {
        length += 1;
    }
    length
}

/// strlen.
pub extern "system" fn strlen(string: *const u8) -> usize {
    // SAFETY: strlen's own contract.
    unsafe { length(string) }
}

/// wcslen.
pub extern "system" fn wcslen(string: *const u16) -> usize {
    // SAFETY: wcslen's own contract.
    unsafe { length(string) }
}

/// Compares at most `most` characters of two strings as `key` shows them.
///
/// # Safety
/// Both strings end, or have `most` characters.
unsafe fn compare<T: Copy + Into<u32>>(
    one: *const T,
    other: *const T,
    most: usize,
    key: impl Fn(u32) -> u32,
) -> i32 {
    for index in 0..most {
        // SAFETY: the caller's promise.
        let (a, b) = unsafe {
            (
                key(one.add(index).read_unaligned().into()),
                key(other.add(index).read_unaligned().into()),
            )
        };
        if a != b {
            return if a < b { -1 } else { 1 };
        }
        if a == 0 {
            break;
        }
    }
    0
}

fn same(unit: u32) -> u32 {
    unit
}

fn lower(unit: u32) -> u32 {
    char::from_u32(unit).map_or(unit, |character| character.to_ascii_lowercase().into())
}

/// strcmp.
pub extern "system" fn strcmp(one: *const u8, other: *const u8) -> i32 {
    // SAFETY: strcmp's own contract.
    unsafe { compare(one, other, usize::MAX, same) }
}

/// strncmp.
pub extern "system" fn strncmp(one: *const u8, other: *const u8, most: usize) -> i32 {
    // SAFETY: strncmp's own contract.
    unsafe { compare(one, other, most, same) }
}

/// _stricmp.
pub extern "system" fn stricmp(one: *const u8, other: *const u8) -> i32 {
    // SAFETY: _stricmp's own contract.
    unsafe { compare(one, other, usize::MAX, lower) }
}

/// wcscmp.
pub extern "system" fn wcscmp(one: *const u16, other: *const u16) -> i32 {
    // SAFETY: wcscmp's own contract.
    unsafe { compare(one, other, usize::MAX, same) }
}

/// wcsncmp.
pub extern "system" fn wcsncmp(one: *const u16, other: *const u16, most: usize) -> i32 {
    // SAFETY: wcsncmp's own contract.
    unsafe { compare(one, other, most, same) }
}

/// _wcsicmp.
pub extern "system" fn wcsicmp(one: *const u16, other: *const u16) -> i32 {
    // SAFETY: _wcsicmp's own contract.
    unsafe { compare(one, other, usize::MAX, lower) }
}

/// Copies what is written to it into a buffer of `T`, and counts the rest.
struct Buffer<T> {
    at: *mut T,
    size: usize,
    length: usize,
}

impl Buffer<u8> {
    fn put(&mut self, unit: u8) {
        if self.length < self.size {
            // SAFETY: inside the caller's buffer.
            unsafe { self.at.add(self.length).write(unit) };
        }
        self.length += 1;
    }
}

impl Write for Buffer<u8> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.put(u8::try_from(u32::from(character)).unwrap_or(b'?'));
        }
        Ok(())
    }
}

impl Write for Buffer<u16> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for unit in text.encode_utf16() {
            if self.length < self.size {
                // SAFETY: inside the caller's buffer.
                unsafe { self.at.add(self.length).write_unaligned(unit) };
            }
            self.length += 1;
        }
        Ok(())
    }
}

/// What `_vsnprintf` and `_vsnwprintf` return: characters, or -1 if they do not fit; a zero follows if there is room for it.
fn finish<T: Copy + Default>(buffer: &Buffer<T>) -> i32 {
    if buffer.length < buffer.size {
        // SAFETY: inside the caller's buffer.
        unsafe { buffer.at.add(buffer.length).write_unaligned(T::default()) };
    }
    if buffer.length > buffer.size {
        -1
    } else {
        buffer.length as i32
    }
}

/// _vsnwprintf.
pub extern "system" fn vsnwprintf(
    to: *mut u16,
    size: usize,
    format: *const u16,
    arguments: *const u64,
) -> i32 {
    let mut buffer = Buffer {
        at: to,
        size,
        length: 0,
    };
    // SAFETY: the caller's format ends, and its arguments are those that it names.
    let format = unsafe { core::slice::from_raw_parts(format, length(format)) };
    // `Buffer` never fails.
    let _ = printf::print(&mut buffer, format, true, &mut Words(arguments));
    finish(&buffer)
}

/// _vsnprintf.
pub extern "system" fn vsnprintf(
    to: *mut u8,
    size: usize,
    format: *const u8,
    arguments: *const u64,
) -> i32 {
    let mut buffer = Buffer {
        at: to,
        size,
        length: 0,
    };
    // SAFETY: as above.
    let format = unsafe { core::slice::from_raw_parts(format, length(format)) };
    let format: alloc::vec::Vec<u16> = format.iter().map(|&byte| u16::from(byte)).collect();
    let _ = printf::print(&mut buffer, &format, false, &mut Words(arguments));
    finish(&buffer)
}

/// A variadic export over one with a `va_list`: the arguments behind the third register's, whose home places precede the stack's.
macro_rules! variadic {
    ($(#[$doc:meta])* $name:ident $target:path) => {
        $(#[$doc])*
        #[unsafe(naked)]
        pub extern "system" fn $name() -> i32 {
            core::arch::naked_asm!(
                "mov [rsp + 32], r9",
                "lea r9, [rsp + 32]",
                "sub rsp, 40",
                "call {target}",
                "add rsp, 40",
                "ret",
                target = sym $target,
            )
        }
    };
}

variadic! {
    /// _snprintf.
    snprintf vsnprintf
}
variadic! {
    /// _snwprintf.
    snwprintf vsnwprintf
}
