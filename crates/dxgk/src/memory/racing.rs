//! Copies between private memory and memory that others may access meanwhile: the device, or another thread through the
//! same shared reference.
//!
//! They are made of the single accesses of [`access`](super::access), words where the shared side is aligned and bytes at the
//! ends, so that a race is a mixture of old and new and never undefined.

use core::ptr::NonNull;

use super::access::Word;

const WORD: usize = size_of::<u64>();

/// How many bytes lie before the first aligned word.
fn head(shared: *const u8, length: usize) -> usize {
    shared.align_offset(WORD).min(length)
}

/// Reads `to.len()` bytes.
///
/// # Safety
///
/// `from` is inside memory as [`Word::load`] asks for it, with so many bytes.
pub(crate) unsafe fn read(from: NonNull<u8>, to: &mut [u8]) {
    let head = head(from.as_ptr(), to.len());
    let Some((first, rest)) = to.split_at_mut_checked(head) else {
        return;
    };
    let mut place = from;
    for to in first {
        // SAFETY: inside.
        *to = unsafe { u8::load(place) };
        // SAFETY: inside, or one past the end.
        place = unsafe { place.add(1) };
    }
    let (words, last) = rest.as_chunks_mut::<WORD>();
    for word in words {
        // SAFETY: aligned after the head, and inside.
        let value = unsafe { u64::load(place.cast()) };
        *word = value.to_ne_bytes();
        // SAFETY: as above.
        place = unsafe { place.add(WORD) };
    }
    for to in last {
        // SAFETY: inside.
        *to = unsafe { u8::load(place) };
        // SAFETY: as above.
        place = unsafe { place.add(1) };
    }
}

/// Writes `length` bytes from `from`, each word or byte of which `fetch` reads.
///
/// # Safety
///
/// `to` is inside memory as [`Word::load`] asks for it, with so many bytes. `from` is valid for reads of so many bytes, which
/// nothing writes meanwhile.
pub(crate) unsafe fn write(to: NonNull<u8>, from: *const u8, length: usize) {
    let head = head(to.as_ptr(), length);
    let mut done = 0;
    while done < length {
        // SAFETY: inside, since it is less than the length.
        let (to, from) = unsafe { (to.add(done), from.add(done)) };
        if done >= head && length.saturating_sub(done) >= WORD {
            // SAFETY: aligned after the head, and inside; the private side need not be aligned.
            unsafe { u64::store(to.cast(), from.cast::<u64>().read_unaligned()) };
            done = done.saturating_add(WORD);
        } else {
            // SAFETY: inside.
            unsafe { u8::store(to, from.read()) };
            done = done.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use core::ptr::NonNull;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn every_length_at_every_alignment_copies_exactly_that() {
        for start in 0..9 {
            for length in 0..40 {
                let mut shared = vec![u64::from_ne_bytes([0xEE; 8]); 8];
                let place = shared.as_mut_ptr().cast::<u8>().wrapping_add(start);
                let place = NonNull::new(place).expect("not NULL");
                let written: Vec<u8> = (1..).take(length).collect();
                let mut read = vec![0; length];
                // SAFETY: inside of a vector of 64 bytes that nothing else has.
                unsafe {
                    super::write(place, written.as_ptr(), written.len());
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
