//! Bit-fields of C structures as typed positions in the integer that holds them.

use core::marker::PhantomData;

/// The position of one bit-field in the flags structure `T`.
///
/// Each flags structure has one constant per bit-field under Microsoft's name, such as `DXGK_POINTERFLAGS::Color`, and
/// `get`, `has` and `with` take only its own.
pub struct Bits<T> {
    first: u32,
    last: u32,
    owner: PhantomData<fn() -> T>,
}

impl<T> Bits<T> {
    /// The bits `first` to `last`, inclusive, counted from the least significant.
    #[doc(hidden)]
    pub const fn new(first: u32, last: u32) -> Self {
        assert!(first <= last && last < 64);
        Self {
            first,
            last,
            owner: PhantomData,
        }
    }

    /// The lowest bit.
    pub const fn first(self) -> u32 {
        self.first
    }

    /// The highest bit, inclusive.
    pub const fn last(self) -> u32 {
        self.last
    }

    /// A mask with exactly these bits set, in place.
    pub const fn mask(self) -> u64 {
        // `new` has checked the range; wrapping operations leave no panic behind in the image.
        let width_less_one = self.last.wrapping_sub(self.first);
        u64::MAX
            .wrapping_shr(63_u32.wrapping_sub(width_less_one))
            .wrapping_shl(self.first)
    }
}

impl<T> Clone for Bits<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Bits<T> {}
