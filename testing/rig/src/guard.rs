//! Control Flow Guard: what an image's load configuration says of it.
//!
//! An image that was compiled with the guard calls through two pointers in it, which the loader
//! points to its checks, and has a table of the functions that may be called so. Source: "PE
//! format", the load configuration structure, and "PE Metadata" of Control Flow Guard in
//! Microsoft's documentation.

#[cfg(target_os = "uefi")]
use alloc::{vec, vec::Vec};

use crate::pe::PeError;

/// Offsets in IMAGE_LOAD_CONFIG_DIRECTORY64.
const CHECK: usize = 0x70;
const DISPATCH: usize = 0x78;
const TABLE: usize = 0x80;
const COUNT: usize = 0x88;
const FLAGS: usize = 0x90;
/// IMAGE_GUARD_CF_INSTRUMENTED.
const INSTRUMENTED: u32 = 0x100;
/// IMAGE_GUARD_CF_FUNCTION_TABLE_PRESENT.
const TABLE_PRESENT: u32 = 0x400;
/// IMAGE_GUARD_CF_FUNCTION_TABLE_SIZE_SHIFT: bytes of an entry beyond four.
const STRIDE_SHIFT: u32 = 28;

/// The functions that may be called through a pointer: a byte for each byte of the image, not zero
/// where one begins.
pub type Targets = Vec<u8>;

/// Points the guard's pointers of an image in `memory` to these two routines, and reads its table;
/// `None` if it has no guard. `base` is the address that the image was laid out for.
///
/// # Errors
/// [`PeError::Broken`] if a pointer or the table is outside the image.
pub fn arm(
    memory: &mut [u8],
    base: u64,
    check: u64,
    dispatch: u64,
) -> Result<Option<Targets>, PeError> {
    let broken = || PeError::Broken("its Control Flow Guard");
    let Some(start) = load_configuration(memory) else {
        return Ok(None);
    };
    let size = word(memory, start).ok_or_else(broken)? as usize;
    let flags = word(memory, start + FLAGS).unwrap_or(0);
    let wanted = INSTRUMENTED | TABLE_PRESENT;
    if size < FLAGS + 4 || flags & wanted != wanted {
        return Ok(None);
    }
    let place = |address: u64| usize::try_from(address.wrapping_sub(base)).map_err(|_| broken());
    for (pointer, routine) in [(CHECK, check), (DISPATCH, dispatch)] {
        let slot = place(long(memory, start + pointer).ok_or_else(broken)?)?;
        let slot = memory
            .get_mut(slot..slot.saturating_add(8))
            .ok_or_else(broken)?;
        slot.copy_from_slice(&routine.to_le_bytes());
    }
    let table = place(long(memory, start + TABLE).ok_or_else(broken)?)?;
    let count = long(memory, start + COUNT).ok_or_else(broken)? as usize;
    let stride = 4 + (flags >> STRIDE_SHIFT) as usize;
    let mut targets = vec![0; memory.len()];
    for entry in 0..count {
        let at = table.saturating_add(entry.saturating_mul(stride));
        let target = word(memory, at).ok_or_else(broken)? as usize;
        *targets.get_mut(target).ok_or_else(broken)? = 1;
    }
    Ok(Some(targets))
}

/// The offset of the load configuration.
fn load_configuration(memory: &[u8]) -> Option<usize> {
    const DIRECTORY: usize = 10;
    let directory = word(memory, 0x3C)? as usize + 24 + 112 + DIRECTORY * 8;
    Some(word(memory, directory)? as usize).filter(|start| *start != 0)
}

fn word(memory: &[u8], at: usize) -> Option<u32> {
    let bytes = memory.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn long(memory: &[u8], at: usize) -> Option<u64> {
    let bytes = memory.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: u64 = 0x1_8000_0000;
    const CONFIGURATION: usize = 0x200;
    const SLOTS: usize = 0x300;
    const FUNCTIONS: usize = 0x380;

    fn put(memory: &mut [u8], at: usize, bytes: &[u8]) {
        memory[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// An image whose table has entries of five bytes for 0x400 and 0x410.
    fn image(flags: u32) -> Vec<u8> {
        let mut memory = vec![0; 0x1000];
        put(&mut memory, 0x3C, &0x80_u32.to_le_bytes());
        let directory = 0x80 + 24 + 112 + 80;
        put(
            &mut memory,
            directory,
            &(CONFIGURATION as u32).to_le_bytes(),
        );
        put(&mut memory, CONFIGURATION, &0xC0_u32.to_le_bytes());
        for (member, place) in [(CHECK, SLOTS), (DISPATCH, SLOTS + 8), (TABLE, FUNCTIONS)] {
            let address = BASE + place as u64;
            put(&mut memory, CONFIGURATION + member, &address.to_le_bytes());
        }
        put(&mut memory, CONFIGURATION + COUNT, &2_u64.to_le_bytes());
        put(&mut memory, CONFIGURATION + FLAGS, &flags.to_le_bytes());
        put(&mut memory, FUNCTIONS, &0x400_u32.to_le_bytes());
        put(&mut memory, FUNCTIONS + 5, &0x410_u32.to_le_bytes());
        memory
    }

    #[test]
    fn its_pointers_are_the_loaders_and_its_functions_are_targets() {
        let mut memory = image(0x1000_0500);
        let targets = arm(&mut memory, BASE, 7, 8).unwrap().expect("a guard");
        assert_eq!(
            (long(&memory, SLOTS), long(&memory, SLOTS + 8)),
            (Some(7), Some(8))
        );
        let allowed: Vec<usize> = (0..targets.len()).filter(|at| targets[*at] != 0).collect();
        assert_eq!(allowed, [0x400, 0x410]);
    }

    #[test]
    fn an_image_without_the_guard_stays_as_it_is() {
        for flags in [0, 0x100, 0x400] {
            let mut memory = image(flags);
            assert_eq!(arm(&mut memory, BASE, 7, 8), Ok(None), "{flags:#x}");
            assert_eq!(memory, image(flags));
        }
    }

    #[test]
    fn what_points_out_of_the_image_is_broken() {
        for member in [CHECK, DISPATCH, TABLE, COUNT] {
            let mut memory = image(0x1000_0500);
            put(&mut memory, CONFIGURATION + member, &[0xFF; 8]);
            assert!(arm(&mut memory, BASE, 7, 8).is_err(), "{member:#x}");
        }
    }
}
