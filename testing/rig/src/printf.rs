//! C's format strings, as DbgPrint and the `printf` family of the kernel take them: `%s %S %d %i %u %o %x %X %p %c %C %%`, with the
//! flags `- + space # 0`, a width, `.precision` and the lengths `h l ll w z I I32 I64`; and `%wZ`, `%hZ`.
//!
//! Every argument of the Microsoft x64 convention is one 64-bit word. Reading strings is left to the caller, who alone
//! knows how to look at an address safely. Floating point is not for kernels.

use core::fmt::{self, Write};

/// What a string argument points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Bytes up to a zero.
    Narrow,
    /// 16-bit characters up to a zero.
    Wide,
    /// `%wZ`: a UNICODE_STRING.
    Counted,
    /// `%hZ`: an ANSI_STRING.
    CountedNarrow,
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
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    wide: bool,
    long: bool,
    short: bool,
}

/// Writes `format` with `arguments`. `wide` is the format itself, so that `%s` means such a string and `%S` the other kind. What is
/// not understood is written as it stands.
///
/// # Errors
/// Only those of `out`.
pub fn print(
    out: &mut dyn Write,
    format: &[u16],
    wide: bool,
    arguments: &mut dyn Arguments,
) -> fmt::Result {
    let mut rest = format;
    while let Some(at) = rest.iter().position(|&unit| unit == u16::from(b'%')) {
        plain(out, &rest[..at])?;
        let (spec, length) = parse(&rest[at + 1..], arguments);
        let Some(&conversion) = rest.get(at + 1 + length) else {
            return plain(out, &rest[at..]);
        };
        let end = at + length + 2;
        let conversion = u8::try_from(conversion).unwrap_or(0);
        if !convert(out, &spec, conversion, wide, arguments)? {
            plain(out, &rest[at..end])?;
        }
        rest = &rest[end..];
    }
    plain(out, rest)
}

fn plain(out: &mut dyn Write, units: &[u16]) -> fmt::Result {
    for character in char::decode_utf16(units.iter().copied()) {
        out.write_char(character.unwrap_or('?'))?;
    }
    Ok(())
}

/// Reads flags, width, precision and length; returns them and how many characters they took.
fn parse(text: &[u16], arguments: &mut dyn Arguments) -> (Spec, usize) {
    let mut spec = Spec::default();
    let mut at = 0;
    let mut after_point = false;
    let byte_at = |at: usize| text.get(at).map(|&unit| u8::try_from(unit).unwrap_or(0));
    while let Some(byte) = byte_at(at) {
        match byte {
            b'-' => spec.left = true,
            b'+' => spec.plus = true,
            b' ' => spec.space = true,
            b'#' => spec.alternate = true,
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
                let value = arguments.next() as u32 as i32;
                let size = (value.unsigned_abs() as usize).min(1000);
                if !after_point {
                    spec.left |= value < 0;
                    spec.width = size;
                } else {
                    // A negative precision is none.
                    spec.precision = (value >= 0).then_some(size);
                }
            }
            b'l' => {
                // One `l` is 32 bits wide in Microsoft's C, two are 64.
                spec.long |= byte_at(at + 1) == Some(b'l');
                spec.wide = true;
            }
            b'h' => spec.short = true,
            b'w' => spec.wide = true,
            b'z' => spec.long = true,
            b'I' => match (byte_at(at + 1), byte_at(at + 2)) {
                (Some(b'6'), Some(b'4')) => {
                    spec.long = true;
                    at += 2;
                }
                (Some(b'3'), Some(b'2')) => at += 2,
                _ => spec.long = true,
            },
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
    wide: bool,
    arguments: &mut dyn Arguments,
) -> Result<bool, fmt::Error> {
    match conversion {
        b'%' => out.write_char('%')?,
        b's' | b'S' | b'Z' => {
            let is_wide = match (spec.wide, spec.short) {
                (true, _) => true,
                (_, true) => false,
                _ => wide != (conversion == b'S'),
            };
            let kind = match (conversion, is_wide) {
                (b'Z', _) if spec.wide => Text::Counted,
                (b'Z', _) => Text::CountedNarrow,
                (_, true) => Text::Wide,
                (_, false) => Text::Narrow,
            };
            let address = arguments.next();
            let most = spec.precision.unwrap_or(usize::MAX);
            if spec.width == 0 {
                arguments.text(kind, address, most, out)?;
                return Ok(true);
            }
            let mut counted = Count(0);
            arguments.text(kind, address, most, &mut counted)?;
            let padding = spec.width.saturating_sub(counted.0);
            if !spec.left {
                repeat(out, ' ', padding)?;
            }
            arguments.text(kind, address, most, out)?;
            if spec.left {
                repeat(out, ' ', padding)?;
            }
        }
        b'c' | b'C' => {
            let value = arguments.next() as u32;
            let is_wide = spec.wide || (!spec.short && wide != (conversion == b'C'));
            let unit = if is_wide {
                value & 0xFFFF
            } else {
                value & 0xFF
            };
            let padding = spec.width.saturating_sub(1);
            if !spec.left {
                repeat(out, ' ', padding)?;
            }
            out.write_char(char::from_u32(unit).unwrap_or('?'))?;
            if spec.left {
                repeat(out, ' ', padding)?;
            }
        }
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' | b'p' => {
            number(out, spec, conversion, arguments.next())?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Counts characters.
struct Count(usize);

impl Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.chars().count();
        Ok(())
    }
}

fn number(out: &mut dyn Write, spec: &Spec, conversion: u8, value: u64) -> fmt::Result {
    let mut digits = Digits::default();
    let mut sign = "";
    let unsigned = match (spec.long, spec.short) {
        (true, _) => value,
        (_, true) => u64::from(value as u16),
        _ => u64::from(value as u32),
    };
    match conversion {
        b'd' | b'i' => {
            let signed = match (spec.long, spec.short) {
                (true, _) => value as i64,
                (_, true) => i64::from(value as i16),
                _ => i64::from(value as i32),
            };
            sign = match signed {
                ..0 => "-",
                _ if spec.plus => "+",
                _ if spec.space => " ",
                _ => "",
            };
            write!(digits, "{}", signed.unsigned_abs())?;
        }
        b'u' => write!(digits, "{unsigned}")?,
        b'o' => write!(digits, "{unsigned:o}")?,
        b'x' => write!(digits, "{unsigned:x}")?,
        b'X' => write!(digits, "{unsigned:X}")?,
        _ => write!(digits, "{value:016X}")?,
    }
    if spec.alternate && unsigned != 0 {
        sign = match conversion {
            b'x' => "0x",
            b'X' => "0X",
            b'o' => "0",
            _ => sign,
        };
    }
    let zeroes = spec.precision.unwrap_or(0).saturating_sub(digits.length);
    let padding = spec
        .width
        .saturating_sub(digits.length + sign.len() + zeroes);
    // A precision says how many digits there are, so zeroes fill nothing.
    let zero = spec.zero && !spec.left && spec.precision.is_none();
    if !spec.left && !zero {
        repeat(out, ' ', padding)?;
    }
    out.write_str(sign)?;
    repeat(out, '0', zeroes + if zero { padding } else { 0 })?;
    for &byte in &digits.bytes[..digits.length] {
        out.write_char(char::from(byte))?;
    }
    if spec.left {
        repeat(out, ' ', padding)?;
    }
    Ok(())
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
        printed_as(false, format, arguments)
    }

    fn printed_as(wide: bool, format: &str, arguments: &[u64]) -> String {
        let mut out = String::new();
        let mut given = Given(arguments.to_vec(), "text");
        let units: Vec<u16> = format.encode_utf16().collect();
        print(&mut out, &units, wide, &mut given).unwrap();
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
    fn in_a_wide_format_s_is_a_wide_string() {
        assert_eq!(
            printed_as(true, "\u{e9}%s %S %hs %ws %c", &[1, 2, 3, 4, 0x20AC]),
            "\u{e9}Wide@1:text Narrow@2:text Narrow@3:text Wide@4:text \u{20AC}"
        );
        assert_eq!(printed("%hZ", &[1]), "CountedNarrow@1:text");
    }

    #[test]
    fn signs_precisions_and_prefixes() {
        assert_eq!(
            printed(
                "[%+d] [% d] [%.4d] [%8.3d] [%-8.3d] [%#x] [%o] [%Iu] [%I32u] [%hx]",
                &[5, 5, 5, 5, 5, 255, 8, u64::MAX, 7, 0x1_2345]
            ),
            "[+5] [ 5] [0005] [     005] [005     ] [0xff] [10] [18446744073709551615] [7] [2345]"
        );
        assert_eq!(
            printed("[%14s] [%-14s]", &[1, 2]),
            "[ Narrow@1:text] [Narrow@2:text ]"
        );
    }

    #[test]
    fn what_is_not_understood_stays() {
        assert_eq!(printed("100%% %y %", &[]), "100% %y %");
    }
}
