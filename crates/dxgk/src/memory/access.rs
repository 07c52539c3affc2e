//! Single accesses to memory that others access meanwhile: the device, or another thread through the same shared reference.
//!
//! There is one way for each number, and it is opaque to the compiler: one instruction, which moves the whole number. Rust
//! knows no race between atomic accesses of different sizes, and a device knows nothing of Rust; machine code does what the
//! processor's manual says. Loads have acquire order and stores have release order, which costs nothing on x86-64.
//!
//! An interpreter has no instructions. There, and on other processors, every access is made of atomic accesses of one size:
//! the aligned words that the number lies in.

use core::ptr::NonNull;

/// A number that shared memory is accessed in.
pub(crate) trait Word: Copy {
    /// # Safety
    ///
    /// `place` is aligned and inside memory that is valid for reads and writes, of whole words of 8 bytes, and that is
    /// accessed only by this module and by what is no part of the program.
    unsafe fn load(place: NonNull<Self>) -> Self;

    /// # Safety
    ///
    /// As for [`load`](Self::load).
    unsafe fn store(place: NonNull<Self>, value: Self);
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
macro_rules! words {
    ($($type:ty, $size:literal, $modifier:literal, $class:ident;)*) => {
        $(
            impl Word for $type {
                #[inline(always)]
                unsafe fn load(place: NonNull<Self>) -> Self {
                    let value: Self;
                    // SAFETY: the caller's promise. Intel SDM 3A 8.1.1, 8.2.2: an aligned move is atomic, and loads are not
                    // reordered with later accesses.
                    unsafe {
                        core::arch::asm!(
                            concat!("mov {value", $modifier, "}, ", $size, " ptr [{place}]"),
                            place = in(reg) place.as_ptr(),
                            value = lateout($class) value,
                            options(nostack, preserves_flags),
                        );
                    }
                    value
                }

                #[inline(always)]
                unsafe fn store(place: NonNull<Self>, value: Self) {
                    // SAFETY: as above; stores are not reordered with earlier accesses.
                    unsafe {
                        core::arch::asm!(
                            concat!("mov ", $size, " ptr [{place}], {value", $modifier, "}"),
                            place = in(reg) place.as_ptr(),
                            value = in($class) value,
                            options(nostack, preserves_flags),
                        );
                    }
                }
            }
        )*
    };
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
words! {
    u8, "byte", "", reg_byte;
    u16, "word", ":x", reg;
    u32, "dword", ":e", reg;
    u64, "qword", ":r", reg;
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
macro_rules! words {
    ($($type:ty, $load:literal, $store:literal, $modifier:literal;)*) => {
        $(
            impl Word for $type {
                #[inline(always)]
                unsafe fn load(place: NonNull<Self>) -> Self {
                    let value: u64;
                    // SAFETY: the caller's promise; an aligned load-acquire is single-copy atomic.
                    unsafe {
                        core::arch::asm!(
                            concat!($load, " {value", $modifier, "}, [{place}]"),
                            place = in(reg) place.as_ptr(),
                            value = lateout(reg) value,
                            options(nostack, preserves_flags),
                        );
                    }
                    value as Self
                }

                #[inline(always)]
                unsafe fn store(place: NonNull<Self>, value: Self) {
                    // SAFETY: as above.
                    unsafe {
                        core::arch::asm!(
                            concat!($store, " {value", $modifier, "}, [{place}]"),
                            place = in(reg) place.as_ptr(),
                            value = in(reg) u64::from(value),
                            options(nostack, preserves_flags),
                        );
                    }
                }
            }
        )*
    };
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
words! {
    u8, "ldarb", "stlrb", ":w";
    u16, "ldarh", "stlrh", ":w";
    u32, "ldar", "stlr", ":w";
    u64, "ldar", "stlr", ":x";
}

#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod one_size {
    use core::ptr::NonNull;
    use core::sync::atomic::{AtomicU64, Ordering};

    use super::Word;

    const WORD: usize = size_of::<u64>();

    /// The word that `place` lies in, and how far its low bit is from that of the word.
    ///
    /// # Safety
    ///
    /// As for [`Word::load`].
    unsafe fn around<'a, T>(place: NonNull<T>) -> (&'a AtomicU64, u32) {
        let place = place.as_ptr().cast::<u8>();
        let inside = place.addr() % WORD;
        let word = place.wrapping_sub(inside).cast::<u64>();
        let bytes = if cfg!(target_endian = "little") {
            inside
        } else {
            WORD - inside - size_of::<T>()
        };
        // SAFETY: the whole word belongs to the memory, by the caller's promise.
        (unsafe { AtomicU64::from_ptr(word) }, bytes as u32 * 8)
    }

    macro_rules! words {
        ($($type:ty),*) => {
            $(
                impl Word for $type {
                    unsafe fn load(place: NonNull<Self>) -> Self {
                        // SAFETY: the caller's promise.
                        let (word, shift) = unsafe { around(place) };
                        (word.load(Ordering::Acquire) >> shift) as Self
                    }

                    #[allow(
                        deprecated,
                        reason = "its new name, try_update, is newer than the oldest compiler that will do"
                    )]
                    unsafe fn store(place: NonNull<Self>, value: Self) {
                        // SAFETY: the caller's promise.
                        let (word, shift) = unsafe { around(place) };
                        let others = !(u64::from(Self::MAX) << shift);
                        let value = u64::from(value) << shift;
                        let _ = word.fetch_update(Ordering::AcqRel, Ordering::Acquire, |old| {
                            Some(old & others | value)
                        });
                    }
                }
            )*
        };
    }

    words!(u8, u16, u32, u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_moves_its_own_bytes_and_no_others() {
        fn moves<T: Word + Into<u64> + TryFrom<u64>>(at: usize) {
            let mut memory = [0x1111_1111_1111_1111_u64; 3];
            let place = NonNull::from(&mut memory).cast::<u8>();
            let size = size_of::<T>();
            let value = 0xA5C3_96F0_1E2D_3B4C_u64 >> (64 - 8 * size);
            let narrow = T::try_from(value).ok();
            // SAFETY: aligned, inside of an array of words.
            let read = unsafe {
                let place = place.add(at).cast::<T>();
                narrow
                    .into_iter()
                    .for_each(|narrow| T::store(place, narrow));
                T::load(place).into()
            };
            assert_eq!(read, value);
            let bytes = memory.map(u64::to_ne_bytes).concat();
            let outside = [&bytes[..at], &bytes[at + size..]].concat();
            assert!(outside.iter().all(|byte| *byte == 0x11));
        }
        extern crate std;
        for at in 0..16 {
            moves::<u8>(at);
        }
        for at in (0..16).step_by(8) {
            moves::<u16>(at + 2);
            moves::<u32>(at + 4);
            moves::<u64>(at);
        }
    }
}
