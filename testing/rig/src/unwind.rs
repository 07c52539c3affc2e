//! Stack unwinding by an x64 image's table of functions (.pdata) and unwind information: for traces in a bugcheck, and for
//! structured exception handling.
//!
//! Written here because the crate `pe-unwind-info` needs `std` through one of its dependencies, and the rig has none.
//! An address inside an epilogue is unwound as if it stood before it; nothing else of the format is left out. Source:
//! "x64 exception handling" in Microsoft's C++ documentation.

/// Number of RSP in the order of the instruction set.
pub const RSP: usize = 4;

/// A thread's state, as far as unwinding needs it: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15.
pub type Registers = [u64; 16];

/// The same with XMM0 to XMM15, of which a caller expects the upper ten back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct State {
    /// Integer registers.
    pub registers: Registers,
    /// Vector registers.
    pub vectors: [u128; 16],
}

/// An image as unwinding sees it.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// Its bytes in memory.
    pub image: &'a [u8],
    /// Start and end of its table of functions.
    pub functions: (usize, usize),
}

/// What a function's unwind information says besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// Offset of its entry in the table.
    pub entry: u32,
    /// Its frame: what handlers take their variables from.
    pub establisher: u64,
    /// Its language's handler, if it has one and the address is behind the prologue.
    pub handler: Option<Handler>,
}

/// A language's handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Offset of its code.
    pub routine: u32,
    /// Offset of what the function has for it.
    pub data: u32,
    /// It is asked for exceptions.
    pub for_exceptions: bool,
    /// It is told of unwinding.
    pub for_unwinding: bool,
}

/// One step up the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the caller goes on, or where the processor was interrupted.
    pub rip: u64,
    /// There was an interruption, so the caller's stack may be another one.
    pub machine_frame: bool,
    /// The function that was left; none for a leaf.
    pub function: Option<Function>,
}

/// Finds the caller of the function at offset `rva`: changes `registers` to the caller's and returns its address.
///
/// `image` is the image in memory, `table` start and end of its table of functions; `read` reads a word of the stack.
pub fn step(
    image: &[u8],
    table: (usize, usize),
    rva: u32,
    registers: &mut Registers,
    read: impl Fn(u64) -> Option<u64>,
) -> Option<u64> {
    let mut state = State {
        registers: *registers,
        ..State::default()
    };
    let tables = Tables {
        image,
        functions: table,
    };
    let step = unwind(&tables, rva, &mut state, &read)?;
    *registers = state.registers;
    Some(step.rip)
}

/// As [`step`], with vector registers, and says what the function has for exceptions.
pub fn unwind(
    tables: &Tables<'_>,
    rva: u32,
    state: &mut State,
    read: &dyn Fn(u64) -> Option<u64>,
) -> Option<Step> {
    let image = tables.image;
    let function = match lookup(image, tables.functions, rva) {
        Some((entry, begin, info)) => {
            let (info, offset) = (info as usize, rva - begin);
            let function = Function {
                entry,
                establisher: establisher(image, info, offset, &state.registers)?,
                handler: handler(image, info, offset, 0)?,
            };
            let base = function.establisher;
            if let Some(rip) = undo(image, (info, base), Some(offset), state, read, 0)? {
                return Some(Step {
                    rip,
                    machine_frame: true,
                    function: Some(function),
                });
            }
            Some(function)
        }
        None => None,
    };
    // A function without an entry is a leaf: its return address is on top.
    let rip = read(state.registers[RSP])?;
    state.registers[RSP] = state.registers[RSP].wrapping_add(8);
    Some(Step {
        rip,
        machine_frame: false,
        function,
    })
}

fn word(image: &[u8], at: usize, size: usize) -> Option<u32> {
    let bytes = image.get(at..at.checked_add(size)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |value, &byte| value << 8 | u32::from(byte)),
    )
}

/// The entry for `rva`: where it is, where the function begins and where its unwind information is.
fn lookup(image: &[u8], (start, end): (usize, usize), rva: u32) -> Option<(u32, u32, u32)> {
    (start..end).step_by(12).find_map(|at| {
        let (begin, end) = (word(image, at, 4)?, word(image, at + 4, 4)?);
        (begin..end)
            .contains(&rva)
            .then_some((at as u32, begin, word(image, at + 8, 4)?))
    })
}

/// The frame of the function with this unwind information, `offset` bytes into its code: the frame pointer's place once it is
/// set, else RSP.
fn establisher(image: &[u8], info: usize, offset: u32, registers: &Registers) -> Option<u64> {
    let frame = word(image, info + 3, 1)?;
    let count = word(image, info + 2, 1)? as usize;
    let is_set = (0..count).any(|index| {
        let code = word(image, info + 4 + 2 * index, 2).unwrap_or(0);
        (code >> 8) as u8 & 15 == SET_FRAME_POINTER && code & 0xFF <= offset
    });
    let prologue = word(image, info + 1, 1)?;
    Some(if frame & 15 != 0 && (is_set || offset >= prologue) {
        registers[(frame & 15) as usize].wrapping_sub(u64::from(frame >> 4) * 16)
    } else {
        registers[RSP]
    })
}

/// The handler of the function with this unwind information, or of the one it is a part of.
fn handler(image: &[u8], info: usize, offset: u32, depth: u32) -> Option<Option<Handler>> {
    let flags = word(image, info, 1)? >> 3;
    if depth == 0 && offset < word(image, info + 1, 1)? {
        return Some(None);
    }
    let behind = info + 4 + 2 * (word(image, info + 2, 1)? as usize).next_multiple_of(2);
    if flags & CHAINED != 0 && depth < LONGEST_CHAIN {
        return handler(
            image,
            word(image, behind + 8, 4)? as usize,
            offset,
            depth + 1,
        );
    }
    if flags & (EXCEPTION_HANDLER | TERMINATION_HANDLER) == 0 {
        return Some(None);
    }
    Some(Some(Handler {
        routine: word(image, behind, 4)?,
        data: behind as u32 + 4,
        for_exceptions: flags & EXCEPTION_HANDLER != 0,
        for_unwinding: flags & TERMINATION_HANDLER != 0,
    }))
}

const PUSH_NONVOLATILE: u8 = 0;
const ALLOCATE_LARGE: u8 = 1;
const ALLOCATE_SMALL: u8 = 2;
const SET_FRAME_POINTER: u8 = 3;
const SAVE_NONVOLATILE: u8 = 4;
const SAVE_NONVOLATILE_FAR: u8 = 5;
const EPILOG: u8 = 6;
const SPARE: u8 = 7;
const SAVE_XMM: u8 = 8;
const SAVE_XMM_FAR: u8 = 9;
const PUSH_MACHINE_FRAME: u8 = 10;

const EXCEPTION_HANDLER: u32 = 1;
const TERMINATION_HANDLER: u32 = 2;
const CHAINED: u32 = 4;
/// Chains are as long as a function has split parts; more is a broken image.
const LONGEST_CHAIN: u32 = 32;

/// Undoes the prologue's operations up to `offset` (all of them for a chained part). Returns the interrupted address if
/// there was a machine frame. `base` is the frame, from which saved registers are found.
fn undo(
    image: &[u8],
    (info, base): (usize, u64),
    offset: Option<u32>,
    state: &mut State,
    read: &dyn Fn(u64) -> Option<u64>,
    depth: u32,
) -> Option<Option<u64>> {
    let State { registers, vectors } = &mut *state;
    let flags = word(image, info, 1)? >> 3;
    let count = word(image, info + 2, 1)? as usize;
    let frame = word(image, info + 3, 1)?;
    let slot = |index: usize, size: usize| word(image, info + 4 + 2 * index, size);
    let mut index = 0;
    while index < count {
        let code = slot(index, 2)?;
        let operation = (code >> 8) as u8 & 15;
        let argument = (code >> 12) as usize;
        let size = match operation {
            ALLOCATE_LARGE => 2 + usize::from(argument != 0),
            SAVE_NONVOLATILE | SAVE_XMM | EPILOG => 2,
            SAVE_NONVOLATILE_FAR | SAVE_XMM_FAR | SPARE => 3,
            _ => 1,
        };
        // An operation counts once its instruction has run.
        let done = offset.is_none_or(|offset| code & 0xFF <= offset);
        if done {
            match operation {
                PUSH_NONVOLATILE => {
                    registers[argument] = read(registers[RSP])?;
                    registers[RSP] = registers[RSP].wrapping_add(8);
                }
                ALLOCATE_LARGE => {
                    let bytes = if argument == 0 {
                        u64::from(slot(index + 1, 2)?) * 8
                    } else {
                        u64::from(slot(index + 1, 4)?)
                    };
                    registers[RSP] = registers[RSP].wrapping_add(bytes);
                }
                ALLOCATE_SMALL => {
                    registers[RSP] = registers[RSP].wrapping_add(argument as u64 * 8 + 8)
                }
                SET_FRAME_POINTER => {
                    registers[RSP] =
                        registers[(frame & 15) as usize].wrapping_sub(u64::from(frame >> 4) * 16);
                }
                SAVE_NONVOLATILE => {
                    registers[argument] =
                        read(base.wrapping_add(u64::from(slot(index + 1, 2)?) * 8))?;
                }
                SAVE_NONVOLATILE_FAR => {
                    registers[argument] = read(base.wrapping_add(u64::from(slot(index + 1, 4)?)))?;
                }
                SAVE_XMM | SAVE_XMM_FAR => {
                    let at = if operation == SAVE_XMM {
                        u64::from(slot(index + 1, 2)?) * 16
                    } else {
                        u64::from(slot(index + 1, 4)?)
                    };
                    let at = base.wrapping_add(at);
                    let (low, high) = (read(at)?, read(at.wrapping_add(8))?);
                    vectors[argument] = u128::from(high) << 64 | u128::from(low);
                }
                PUSH_MACHINE_FRAME => {
                    let at = registers[RSP].wrapping_add(argument as u64 * 8);
                    let rip = read(at)?;
                    registers[RSP] = read(at.wrapping_add(24))?;
                    return Some(Some(rip));
                }
                _ => {}
            }
        }
        index += size;
    }
    if flags & CHAINED == 0 {
        return Some(None);
    }
    if depth == LONGEST_CHAIN {
        return None;
    }
    let chained = info + 4 + 2 * count.next_multiple_of(2);
    undo(
        image,
        (word(image, chained + 8, 4)? as usize, base),
        None,
        state,
        read,
        depth + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: (usize, usize) = (0, 24);

    /// Two functions: 0x100..0x140 with the given unwind codes, 0x200..0x210 chained to the first.
    fn image(codes: &[u16], frame: u8) -> Vec<u8> {
        let mut image = vec![0; 0x100];
        for (at, value) in [
            (0, 0x100_u32),
            (4, 0x140),
            (8, 0x40),
            (12, 0x200),
            (16, 0x210),
            (20, 0x80),
        ] {
            image[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        image[0x40..0x44].copy_from_slice(&[1, 0x10, codes.len() as u8, frame]);
        for (index, code) in codes.iter().enumerate() {
            image[0x44 + 2 * index..][..2].copy_from_slice(&code.to_le_bytes());
        }
        image[0x80] = 1 | (CHAINED as u8) << 3;
        image.copy_within(0..12, 0x84);
        image
    }

    /// A stack at 0x1000 whose words are their own addresses plus one.
    fn stack(address: u64) -> Option<u64> {
        (0x1000..0x3000).contains(&address).then_some(address + 1)
    }

    fn code(offset: u16, operation: u8, argument: u16) -> u16 {
        offset | u16::from(operation) << 8 | argument << 12
    }

    fn stepped(
        codes: &[u16],
        frame: u8,
        rva: u32,
        mut registers: Registers,
    ) -> (Option<u64>, Registers) {
        let rip = step(&image(codes, frame), TABLE, rva, &mut registers, stack);
        (rip, registers)
    }

    fn at_rsp() -> Registers {
        let mut registers = [0; 16];
        registers[RSP] = 0x1000;
        registers
    }

    #[test]
    fn a_push_and_an_allocation_are_undone_in_order() {
        let (rip, registers) = stepped(
            &[code(6, ALLOCATE_SMALL, 3), code(2, PUSH_NONVOLATILE, 3)],
            0,
            0x120,
            at_rsp(),
        );
        assert_eq!(registers[3], 0x1021);
        assert_eq!((rip, registers[RSP]), (Some(0x1029), 0x1030));
    }

    #[test]
    fn what_the_prologue_has_not_done_yet_is_not_undone() {
        let codes = [code(6, ALLOCATE_SMALL, 3), code(2, PUSH_NONVOLATILE, 3)];
        assert_eq!(stepped(&codes, 0, 0x100, at_rsp()).0, Some(0x1001));
        assert_eq!(stepped(&codes, 0, 0x102, at_rsp()).0, Some(0x1009));
    }

    #[test]
    fn large_allocations_saved_registers_and_frame_pointers() {
        let codes = [
            code(4, SAVE_NONVOLATILE, 6),
            2,
            code(3, ALLOCATE_LARGE, 0),
            0x20,
        ];
        let (rip, registers) = stepped(&codes, 0, 0x120, at_rsp());
        assert_eq!((rip, registers[6]), (Some(0x1101), 0x1011));

        let mut registers = at_rsp();
        registers[5] = 0x2020;
        let (rip, _) = stepped(&[code(3, SET_FRAME_POINTER, 0)], 0x25, 0x120, registers);
        assert_eq!(rip, Some(0x2001));
    }

    #[test]
    fn a_chained_part_undoes_its_parent_whole() {
        let (rip, _) = stepped(&[code(6, ALLOCATE_SMALL, 0)], 0, 0x200, at_rsp());
        assert_eq!(rip, Some(0x1009));
    }

    #[test]
    fn vector_registers_and_handlers() {
        let mut memory = image(
            &[code(4, SAVE_XMM, 6), 2, code(3, ALLOCATE_LARGE, 0), 0x20],
            0,
        );
        // Version 1 with both kinds of handler, whose offset and data follow the codes.
        memory[0x40] = 1 | 3 << 3;
        memory[0x4C..0x50].copy_from_slice(&0x777_u32.to_le_bytes());
        let tables = Tables {
            image: &memory,
            functions: TABLE,
        };
        let mut state = State {
            registers: at_rsp(),
            ..State::default()
        };
        let step = unwind(&tables, 0x120, &mut state, &stack).unwrap();
        assert_eq!(state.vectors[6], 0x1029 << 64 | 0x1021);
        let function = step.function.unwrap();
        let handler = Handler {
            routine: 0x777,
            data: 0x50,
            for_exceptions: true,
            for_unwinding: true,
        };
        assert_eq!((function.establisher, function.entry), (0x1000, 0));
        assert_eq!(function.handler, Some(handler));
        // Nobody is asked about what happens in a prologue.
        let mut state = State {
            registers: at_rsp(),
            ..State::default()
        };
        let step = unwind(&tables, 0x103, &mut state, &stack).unwrap();
        assert_eq!(step.function.unwrap().handler, None);
    }

    #[test]
    fn a_leaf_and_a_broken_stack() {
        assert_eq!(stepped(&[], 0, 0x300, at_rsp()).0, Some(0x1001));
        let mut registers = at_rsp();
        registers[RSP] = 0x8000;
        assert_eq!(stepped(&[], 0, 0x120, registers).0, None);
    }
}
