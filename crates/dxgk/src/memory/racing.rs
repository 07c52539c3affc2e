//! Copies between private memory and memory that others may access meanwhile: the device, or another thread through the
//! same shared reference.
//!
//! They are made of relaxed atomic accesses, words where the shared side is aligned and bytes at the ends, so that a race
//! is a mixture of old and new and never undefined.

use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

const WORD: usize = size_of::<u64>();

/// How many bytes lie before the first aligned word.
fn head(shared: *const u8, length: usize) -> usize {
    shared.align_offset(WORD).min(length)
}

/// Reads `to.len()` bytes.
///
/// # Safety
///
/// `from` is valid for reads and writes of so many bytes, and everybody else accesses them atomically or from outside of
/// the program.
pub(super) unsafe fn read(from: *mut u8, to: &mut [u8]) {
    let head = head(from, to.len());
    let Some((first, rest)) = to.split_at_mut_checked(head) else {
        return;
    };
    let mut place = from;
    for to in first {
        // SAFETY: inside.
        *to = unsafe { AtomicU8::from_ptr(place).load(Ordering::Relaxed) };
        place = place.wrapping_add(1);
    }
    let mut place = place.cast::<u64>();
    let mut words = rest.chunks_exact_mut(WORD);
    for word in &mut words {
        // SAFETY: aligned after the head, and inside.
        let value = unsafe { AtomicU64::from_ptr(place).load(Ordering::Relaxed) };
        word.copy_from_slice(&value.to_ne_bytes());
        place = place.wrapping_add(1);
    }
    let mut place = place.cast::<u8>();
    for to in words.into_remainder() {
        // SAFETY: inside.
        *to = unsafe { AtomicU8::from_ptr(place).load(Ordering::Relaxed) };
        place = place.wrapping_add(1);
    }
}

/// Writes `from.len()` bytes.
///
/// # Safety
///
/// As for [`read`].
pub(super) unsafe fn write(to: *mut u8, from: &[u8]) {
    let Some((first, rest)) = from.split_at_checked(head(to, from.len())) else {
        return;
    };
    let mut place = to;
    for byte in first {
        // SAFETY: inside.
        unsafe { AtomicU8::from_ptr(place).store(*byte, Ordering::Relaxed) };
        place = place.wrapping_add(1);
    }
    let mut place = place.cast::<u64>();
    let words = rest.chunks_exact(WORD);
    let tail = words.remainder();
    for word in words {
        let mut value = [0; WORD];
        value.copy_from_slice(word);
        // SAFETY: aligned after the head, and inside.
        unsafe { AtomicU64::from_ptr(place).store(u64::from_ne_bytes(value), Ordering::Relaxed) };
        place = place.wrapping_add(1);
    }
    let mut place = place.cast::<u8>();
    for byte in tail {
        // SAFETY: inside.
        unsafe { AtomicU8::from_ptr(place).store(*byte, Ordering::Relaxed) };
        place = place.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec;

    #[test]
    fn every_length_at_every_alignment_copies_exactly_that() {
        for start in 0..9 {
            for length in 0..40 {
                let mut shared = vec![u64::from_ne_bytes([0xEE; 8]); 8];
                let place = shared.as_mut_ptr().cast::<u8>().wrapping_add(start);
                let written: Vec<u8> = (1..).take(length).collect();
                let mut read = vec![0; length];
                // SAFETY: inside of a vector of 64 bytes that nobody else has.
                unsafe {
                    super::write(place, &written);
                    super::read(place, &mut read);
                }
                assert_eq!(read, written);
                let bytes: Vec<u8> = shared.iter().flat_map(|word| word.to_ne_bytes()).collect();
                let outside = bytes.iter().filter(|byte| **byte == 0xEE).count();
                assert_eq!(outside, 64 - length, "nothing beside it is touched");
            }
        }
    }
}
