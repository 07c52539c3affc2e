//! UNICODE_STRINGs for the names that the driver gives the kernel, made when it is compiled.

use wdk_sys::UNICODE_STRING;

/// The UTF-16 form of an ASCII text, which is `N` characters long.
pub const fn utf16<const N: usize>(text: &str) -> [u16; N] {
    let mut wide = [0; N];
    let (mut from, mut to): (&[u8], &mut [u16]) = (text.as_bytes(), &mut wide);
    while let ([character, rest @ ..], [place, places @ ..]) = (from, to) {
        *place = *character as u16;
        (from, to) = (rest, places);
    }
    wide
}

/// A string for the kernel. It never writes to what `wide` is.
pub const fn string(wide: &'static [u16]) -> UNICODE_STRING {
    let bytes = (size_of_val(wide) & 0xfffe) as u16;
    UNICODE_STRING {
        Length: bytes,
        MaximumLength: bytes,
        Buffer: wide.as_ptr().cast_mut(),
    }
}

/// A `static` text in UTF-16.
macro_rules! wide {
    ($text:literal) => {{
        static WIDE: [u16; $text.len()] = $crate::unicode::utf16($text);
        &WIDE
    }};
}
pub(crate) use wide;
