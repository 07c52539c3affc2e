//! The subset of C's format strings that drivers give to DbgPrint: `%s %S %d %i %u %x %X %p %c %%`, with `-`, `0`, a
//! width, `.precision` and the lengths `l ll I64 z h w`; and `%wZ`.
//!
//! Every argument of the Microsoft x64 convention is one 64-bit word. Reading strings is left to the caller, who alone
//! knows how to look at an address safely.

use core::fmt::{self, Write};

/// What a string argument points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// `%s`: bytes up to a zero.
    Narrow,
    /// `%S`, `%ws`, `%ls`: 16-bit characters up to a zero.
    Wide,
    /// `%wZ`: a UNICODE_STRING.
    Counted,
}

/// Where the arguments come from.
pub trait Arguments {
    /// The next argument.
    fn next(&mut self) -> u64;
    /// Writes at most `most` characters of the string at `address`.
    ///
    /// # Errors
    /// Only those of `out`.
    fn text(&mut self, kind: Text, address: u64, most: usize, out: &mut dyn Write) -> fmt::Result;
}

#[derive(Default)]
struct Spec {
    left: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    wide: bool,
    long: bool,
    short: bool,
}

/// Writes `format` with `arguments`. What is not understood is written as it stands.
///
/// # Errors
/// Only those of `out`.
pub fn print(out: &mut dyn Write, format: &[u8], arguments: &mut dyn Arguments) -> fmt::Result {
    let mut rest = format;
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        plain(out, &rest[..at])?;
        let (spec, length) = parse(&rest[at + 1..], arguments);
        let Some(&conversion) = rest.get(at + 1 + length) else {
            return plain(out, &rest[at..]);
        };
        let end = at + length + 2;
        if !convert(out, &spec, conversion, arguments)? {
            plain(out, &rest[at..end])?;
        }
        rest = &rest[end..];
    }
    plain(out, rest)
}

fn plain(out: &mut dyn Write, bytes: &[u8]) -> fmt::Result {
    for &byte in bytes {
        out.write_char(char::from(byte))?;
    }
    Ok(())
}

/// Reads flags, width, precision and length; returns them and how many bytes they took.
fn parse(text: &[u8], arguments: &mut dyn Arguments) -> (Spec, usize) {
    let mut spec = Spec::default();
    let mut at = 0;
    let mut after_point = false;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'-' => spec.left = true,
            b'+' | b' ' | b'#' => {}
            b'.' => {
                after_point = true;
                spec.precision = Some(0);
            }
            b'0' if !after_point && spec.width == 0 => spec.zero = true,
            b'0'..=b'9' => {
                let field = if after_point {
                    spec.precision.get_or_insert(0)
                } else {
                    &mut spec.width
                };
                *field = (*field * 10 + usize::from(byte - b'0')).min(1000);
            }
            b'*' => {
                let value = (arguments.next() as u32 as usize).min(1000);
                if after_point {
                    spec.precision = Some(value)
                } else {
                    spec.width = value
                }
            }
            b'l' => {
                // One `l` is 32 bits wide in Microsoft's C, two are 64.
                spec.long |= text.get(at + 1) == Some(&b'l');
                spec.wide = true;
            }
            b'h' => spec.short = true,
            b'w' => spec.wide = true,
            b'z' => spec.long = true,
            b'I' if text[at..].starts_with(b"I64") => {
                spec.long = true;
                at += 2;
            }
            _ => break,
        }
        at += 1;
    }
    (spec, at)
}

/// A few characters on the stack: the longest number is 22 octal digits.
#[derive(Default)]
struct Digits {
    bytes: [u8; 24],
    length: usize,
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            *self.bytes.get_mut(self.length).ok_or(fmt::Error)? = byte;
            self.length += 1;
        }
        Ok(())
    }
}

/// Writes one conversion; false if it is none.
fn convert(
    out: &mut dyn Write,
    spec: &Spec,
    conversion: u8,
    arguments: &mut dyn Arguments,
) -> Result<bool, fmt::Error> {
    let mut digits = Digits::default();
    let mut negative = false;
    match conversion {
        b'%' => {
            out.write_char('%')?;
            return Ok(true);
        }
        b's' | b'S' | b'Z' => {
            let kind = match (conversion, spec.wide) {
                (b'Z', true) => Text::Counted,
                (b's', false) | (b'Z', false) => Text::Narrow,
                _ => Text::Wide,
            };
            let address = arguments.next();
            arguments.text(kind, address, spec.precision.unwrap_or(usize::MAX), out)?;
            return Ok(true);
        }
        b'c' => digits.write_char(char::from(arguments.next() as u8))?,
        b'd' | b'i' => {
            let value = arguments.next();
            let value = if spec.long {
                value as i64
            } else {
                i64::from(value as i32)
            };
            negative = value < 0;
            write!(digits, "{}", value.unsigned_abs())?;
        }
        b'u' | b'x' | b'X' => {
            let value = arguments.next();
            let value = if spec.long {
                value
            } else {
                u64::from(value as u32)
            };
            match conversion {
                b'u' => write!(digits, "{value}")?,
                b'x' => write!(digits, "{value:x}")?,
                _ => write!(digits, "{value:X}")?,
            }
        }
        b'p' => write!(digits, "{:016X}", arguments.next())?,
        _ => return Ok(false),
    }
    let padding = spec
        .width
        .saturating_sub(digits.length + usize::from(negative));
    if !spec.left && !spec.zero {
        repeat(out, ' ', padding)?;
    }
    if negative {
        out.write_char('-')?;
    }
    if !spec.left && spec.zero {
        repeat(out, '0', padding)?;
    }
    plain(out, &digits.bytes[..digits.length])?;
    if spec.left {
        repeat(out, ' ', padding)?;
    }
    Ok(true)
}

fn repeat(out: &mut dyn Write, character: char, count: usize) -> fmt::Result {
    (0..count).try_for_each(|_| out.write_char(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Given(Vec<u64>, &'static str);

    impl Arguments for Given {
        fn next(&mut self) -> u64 {
            self.0.remove(0)
        }

        fn text(
            &mut self,
            kind: Text,
            address: u64,
            most: usize,
            out: &mut dyn Write,
        ) -> fmt::Result {
            write!(
                out,
                "{kind:?}@{address}:{}",
                self.1.chars().take(most).collect::<String>()
            )
        }
    }

    fn printed(format: &str, arguments: &[u64]) -> String {
        let mut out = String::new();
        let mut given = Given(arguments.to_vec(), "text");
        print(&mut out, format.as_bytes(), &mut given).unwrap();
        assert!(given.0.is_empty(), "{format}: arguments left over");
        out
    }

    #[test]
    fn strings_of_each_kind() {
        assert_eq!(
            printed("[%s] [%ws] [%S] [%wZ]", &[1, 2, 3, 4]),
            "[Narrow@1:text] [Wide@2:text] [Wide@3:text] [Counted@4:text]"
        );
        assert_eq!(printed("%.2s %.*s", &[1, 3, 2]), "Narrow@1:te Narrow@2:tex");
    }

    #[test]
    fn numbers_are_32_bits_unless_said_otherwise() {
        assert_eq!(
            printed("%d %u %x %lu", &[u64::MAX, u64::MAX, u64::MAX, u64::MAX]),
            "-1 4294967295 ffffffff 4294967295"
        );
        assert_eq!(
            printed("%lld %I64u %zx %llX", &[u64::MAX, u64::MAX, 255, 255]),
            "-1 18446744073709551615 ff FF"
        );
        assert_eq!(printed("%p", &[0xABC]), "0000000000000ABC");
    }

    #[test]
    fn width_and_flags() {
        assert_eq!(
            printed(
                "[%5d] [%-5d] [%05d] [%08X] [%*d]",
                &[42, 42, 0xFFFF_FFD6, 0xBEEF, 4, 7]
            ),
            "[   42] [42   ] [-0042] [0000BEEF] [   7]"
        );
    }

    #[test]
    fn what_is_not_understood_stays() {
        assert_eq!(printed("100%% %y %", &[]), "100% %y %");
    }
}
