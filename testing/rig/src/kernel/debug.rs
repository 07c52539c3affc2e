//! DbgPrint: the driver's lines on the rig's log.

use core::fmt::{self, Write};

use x86_64::VirtAddr;

use crate::abi::UNICODE_STRING;
use crate::log;
use crate::memory::paging;
use crate::printf::{self, Arguments, Text};

/// Most characters of a string argument.
const LONGEST: usize = 4096;
/// Characters of one call that Windows prints at most.
const MOST: usize = 512;

/// DbgPrint: puts the register arguments into their home places, where the stack arguments follow them, and goes on with
/// the address of the first.
#[unsafe(naked)]
pub extern "system" fn dbg_print() -> i32 {
    core::arch::naked_asm!(
        "mov [rsp + 8], rcx",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], r8",
        "mov [rsp + 32], r9",
        "lea rcx, [rsp + 8]",
        "sub rsp, 40",
        "call {print}",
        "add rsp, 40",
        "ret",
        print = sym print,
    )
}

/// DbgPrintEx: everything is printed, whatever its component and level.
#[unsafe(naked)]
pub extern "system" fn dbg_print_ex() -> i32 {
    core::arch::naked_asm!(
        "mov [rsp + 8], rcx",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], r8",
        "mov [rsp + 32], r9",
        "lea rcx, [rsp + 24]",
        "sub rsp, 40",
        "call {print}",
        "add rsp, 40",
        "ret",
        print = sym print,
    )
}

/// vDbgPrintEx.
pub extern "system" fn v_dbg_print_ex(
    _component: u32,
    _level: u32,
    format: u64,
    arguments: *const u64,
) -> i32 {
    print_with(format, arguments)
}

extern "system" fn print(arguments: *const u64) -> i32 {
    let mut words = Words(arguments);
    let format = words.next();
    print_with(format, words.0)
}

fn print_with(format: u64, arguments: *const u64) -> i32 {
    let mut out = Line {
        text: [0; MOST],
        length: 0,
    };
    let mut words = Words(arguments);
    let mut text = [0; MOST];
    let length = Bytes(format)
        .take(MOST)
        .zip(text.iter_mut())
        .map(|(byte, place)| *place = u16::from(byte))
        .count();
    // Only `Line` could fail, and it cuts instead.
    let _ = printf::print(&mut out, &text[..length], false, &mut words);
    let bytes = &out.text[..out.length];
    for line in bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        log!("driver: {}", line.trim_ascii_end().escape_ascii());
    }
    0
}

struct Line {
    text: [u8; MOST],
    length: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if let Some(place) = self.text.get_mut(self.length) {
                *place = byte;
                self.length += 1;
            }
        }
        Ok(())
    }
}

/// The bytes at an address, up to a zero or to where nothing is mapped.
struct Bytes(u64);

impl Iterator for Bytes {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let address = VirtAddr::try_new(self.0).ok()?;
        paging::translate(address)?;
        // SAFETY: the page is mapped.
        let byte = unsafe { address.as_ptr::<u8>().read() };
        self.0 += 1;
        (byte != 0).then_some(byte)
    }
}

/// Arguments as the Microsoft x64 convention passes them on: a `va_list`.
pub struct Words(pub *const u64);

impl Arguments for Words {
    fn next(&mut self) -> u64 {
        // SAFETY: the caller pushed as many arguments as its format names, or there is some stack of its.
        unsafe {
            let word = self.0.read();
            self.0 = self.0.add(1);
            word
        }
    }

    fn text(&mut self, kind: Text, address: u64, most: usize, out: &mut dyn Write) -> fmt::Result {
        match kind {
            Text::Narrow => Bytes(address)
                .take(most)
                .try_for_each(|byte| out.write_char(char::from(byte))),
            Text::Wide => {
                for index in 0..most.min(LONGEST) {
                    let at = (address + index as u64 * 2) as *const u16;
                    if VirtAddr::try_new(at as u64)
                        .ok()
                        .and_then(paging::translate)
                        .is_none()
                    {
                        break;
                    }
                    // SAFETY: the page is mapped.
                    let unit = unsafe { at.read_unaligned() };
                    if unit == 0 {
                        break;
                    }
                    out.write_char(char::from_u32(u32::from(unit)).unwrap_or('?'))?;
                }
                Ok(())
            }
            Text::CountedNarrow => {
                // SAFETY: the caller says that it is an ANSI_STRING, which is laid out as a UNICODE_STRING.
                let (length, buffer) = unsafe {
                    let text = address as *const UNICODE_STRING;
                    (usize::from((*text).Length), (*text).Buffer as u64)
                };
                Bytes(buffer)
                    .take(length.min(most))
                    .try_for_each(|byte| out.write_char(char::from(byte)))
            }
            Text::Counted => {
                // SAFETY: the caller says that it is a UNICODE_STRING.
                let text = unsafe { super::rtl::text(address as *const UNICODE_STRING) };
                out.write_str(&text)
            }
        }
    }
}
