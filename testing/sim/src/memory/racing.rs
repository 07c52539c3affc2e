//! Copies between the device and memory that the driver may access meanwhile. They are made in the same way as the driver's,
//! so that a race is a mixture of old and new, as with a real device, and never undefined.

use std::ptr::{NonNull, with_exposed_provenance_mut};

use dxgk::kernel::{read_shared, write_shared};

/// Reads `to.len()` bytes at an address of the process.
///
/// # Safety
///
/// So many bytes are there, in pages whose address was exposed, and everything else accesses them as the driver does.
pub(super) unsafe fn read(host: usize, to: &mut [u8]) {
    if let Some(place) = NonNull::new(with_exposed_provenance_mut(host)) {
        // SAFETY: the caller's promise.
        unsafe { read_shared(place, to) };
    }
}

/// Writes `from` at an address of the process.
///
/// # Safety
///
/// As for [`read`].
pub(super) unsafe fn write(host: usize, from: &[u8]) {
    if let Some(place) = NonNull::new(with_exposed_provenance_mut(host)) {
        // SAFETY: the caller's promise.
        unsafe { write_shared(place, from.as_ptr(), from.len()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_and_length_is_copied_whole_and_nothing_beside_it() {
        let mut memory = [0_u64; 8];
        let base = memory.as_mut_ptr().expose_provenance();
        let source: Vec<u8> = (1..=40).collect();
        for start in 0..8 {
            for length in 0..source.len() {
                // SAFETY: inside the memory, which nothing else knows.
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
