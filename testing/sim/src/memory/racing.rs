//! Copies between the device and memory that the driver may access meanwhile: relaxed atomic accesses, so that a race is a
//! mixture of old and new, as with a real device, and never undefined.

use std::ptr::with_exposed_provenance_mut;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

const WORD: usize = size_of::<u64>();

/// How many bytes lie before the first whole word.
fn unaligned(host: usize, length: usize) -> usize {
    (host.next_multiple_of(WORD) - host).min(length)
}

fn byte<'a>(host: usize) -> &'a AtomicU8 {
    // SAFETY: the callers' promise: the byte is there, and everybody else accesses it atomically too.
    unsafe { AtomicU8::from_ptr(with_exposed_provenance_mut(host)) }
}

fn word<'a>(host: usize) -> &'a AtomicU64 {
    // SAFETY: as for a byte; the callers come with aligned addresses.
    unsafe { AtomicU64::from_ptr(with_exposed_provenance_mut(host)) }
}

/// Reads `to.len()` bytes at an address of the process.
///
/// # Safety
///
/// So many bytes are there, in memory whose address was exposed, and nobody accesses them but atomically.
pub(super) unsafe fn read(host: usize, to: &mut [u8]) {
    let (first, rest) = to.split_at_mut(unaligned(host, to.len()));
    let words = host + first.len();
    for (index, to) in first.iter_mut().enumerate() {
        *to = byte(host + index).load(Ordering::Relaxed);
    }
    let (whole, last) = rest.as_chunks_mut::<WORD>();
    let end = words + whole.len() * WORD;
    for (index, to) in whole.iter_mut().enumerate() {
        *to = word(words + index * WORD)
            .load(Ordering::Relaxed)
            .to_ne_bytes();
    }
    for (index, to) in last.iter_mut().enumerate() {
        *to = byte(end + index).load(Ordering::Relaxed);
    }
}

/// Writes `from` at an address of the process.
///
/// # Safety
///
/// As for [`read`].
pub(super) unsafe fn write(host: usize, from: &[u8]) {
    let (first, rest) = from.split_at(unaligned(host, from.len()));
    let words = host + first.len();
    for (index, from) in first.iter().enumerate() {
        byte(host + index).store(*from, Ordering::Relaxed);
    }
    let (whole, last) = rest.as_chunks::<WORD>();
    let end = words + whole.len() * WORD;
    for (index, from) in whole.iter().enumerate() {
        word(words + index * WORD).store(u64::from_ne_bytes(*from), Ordering::Relaxed);
    }
    for (index, from) in last.iter().enumerate() {
        byte(end + index).store(*from, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_and_length_is_copied_whole_and_nothing_beside_it() {
        let memory = [const { AtomicU64::new(0) }; 8];
        let base = memory.as_ptr().expose_provenance();
        let source: Vec<u8> = (1..=40).collect();
        for start in 0..WORD {
            for length in 0..source.len() {
                // SAFETY: inside the memory, which nobody else knows.
                unsafe {
                    write(base, &[0; 64]);
                    write(base + start, &source[..length]);
                    let mut all = [0; 64];
                    read(base, &mut all);
                    let mut expected = [0; 64];
                    expected[start..start + length].copy_from_slice(&source[..length]);
                    assert_eq!(all, expected);
                    let mut back = vec![0; length];
                    read(base + start, &mut back);
                    assert_eq!(back, source[..length]);
                }
            }
        }
    }
}
