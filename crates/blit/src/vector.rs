//! Four pixels at once, and every access to memory that this crate makes.
//!
//! On x86-64 these are SSE2 instructions, which each processor has and which the Windows kernel
//! saves and restores. AVX is neither needed nor allowed there without saving its state first.
//! Elsewhere, and under Miri, single pixels are read and written with volatile accesses.

#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) use sse2::{V4, finish_streams, load_pixel, store_pixel};

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(crate) use portable::{V4, finish_streams, load_pixel, store_pixel};

/// Rows for columns in a block of 4 x 4 pixels.
#[inline(always)]
pub(crate) fn transpose(rows: [V4; 4]) -> [V4; 4] {
    let [a, b, c, d] = rows;
    let (ab_low, ab_high) = a.interleave(b);
    let (cd_low, cd_high) = c.interleave(d);
    let (first, second) = ab_low.join_halves(cd_low);
    let (third, fourth) = ab_high.join_halves(cd_high);
    [first, second, third, fourth]
}

/// Writes 16 pixels.
///
/// # Safety
///
/// As [`V4::stream_line`] if it `STREAMS`, else as [`V4::store_line`].
#[inline(always)]
pub(crate) unsafe fn write_line<const STREAMS: bool>(line: [V4; 4], to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe {
        if STREAMS {
            V4::stream_line(line, to);
        } else {
            V4::store_line(line, to);
        }
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod sse2 {
    use core::arch::asm;
    use core::arch::x86_64::{
        __m128i, _mm_shuffle_epi32, _mm_unpackhi_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi32,
        _mm_unpacklo_epi64,
    };

    /// Four pixels.
    #[derive(Clone, Copy)]
    pub(crate) struct V4(__m128i);

    impl V4 {
        /// Reads 4 pixels.
        ///
        /// # Safety
        ///
        /// 16 bytes at `from` may be read.
        #[inline(always)]
        pub(crate) unsafe fn load(from: *const u8) -> Self {
            let pixels;
            // SAFETY: the caller's promise; the instruction does nothing but read.
            unsafe {
                asm!("movdqu {pixels}, [{from}]", from = in(reg) from, pixels = lateout(xmm_reg) pixels,
                    options(nostack, preserves_flags, readonly));
            }
            Self(pixels)
        }

        /// Reads 16 pixels.
        ///
        /// # Safety
        ///
        /// 64 bytes at `from` may be read.
        #[inline(always)]
        pub(crate) unsafe fn load_line(from: *const u8) -> [Self; 4] {
            let (a, b, c, d);
            // SAFETY: the caller's promise; the instructions do nothing but read.
            unsafe {
                asm!(
                    "movdqu {a}, [{from}]",
                    "movdqu {b}, [{from} + 16]",
                    "movdqu {c}, [{from} + 32]",
                    "movdqu {d}, [{from} + 48]",
                    from = in(reg) from,
                    a = out(xmm_reg) a, b = out(xmm_reg) b, c = out(xmm_reg) c, d = out(xmm_reg) d,
                    options(nostack, preserves_flags, readonly)
                );
            }
            [Self(a), Self(b), Self(c), Self(d)]
        }

        /// Writes 4 pixels.
        ///
        /// # Safety
        ///
        /// 16 bytes at `to` may be written, and nothing else uses them.
        #[inline(always)]
        pub(crate) unsafe fn store(self, to: *mut u8) {
            // SAFETY: the caller's promise; the instruction does nothing but write.
            unsafe {
                asm!("movdqu [{to}], {pixels}", to = in(reg) to, pixels = in(xmm_reg) self.0,
                    options(nostack, preserves_flags));
            }
        }

        /// Writes 16 pixels.
        ///
        /// # Safety
        ///
        /// 64 bytes at `to` may be written, and nothing else uses them.
        #[inline(always)]
        pub(crate) unsafe fn store_line(line: [Self; 4], to: *mut u8) {
            let [a, b, c, d] = line;
            // SAFETY: the caller's promise; the instructions do nothing but write.
            unsafe {
                asm!(
                    "movdqu [{to}], {a}",
                    "movdqu [{to} + 16], {b}",
                    "movdqu [{to} + 32], {c}",
                    "movdqu [{to} + 48], {d}",
                    to = in(reg) to,
                    a = in(xmm_reg) a.0, b = in(xmm_reg) b.0, c = in(xmm_reg) c.0, d = in(xmm_reg) d.0,
                    options(nostack, preserves_flags)
                );
            }
        }

        /// Writes 16 pixels past the caches.
        ///
        /// # Safety
        ///
        /// As [`store_line`](Self::store_line), and `to` is aligned to 16 bytes.
        #[inline(always)]
        pub(crate) unsafe fn stream_line(line: [Self; 4], to: *mut u8) {
            let [a, b, c, d] = line;
            // SAFETY: the caller's promise; the instructions do nothing but write.
            unsafe {
                asm!(
                    "movntdq [{to}], {a}",
                    "movntdq [{to} + 16], {b}",
                    "movntdq [{to} + 32], {c}",
                    "movntdq [{to} + 48], {d}",
                    to = in(reg) to,
                    a = in(xmm_reg) a.0, b = in(xmm_reg) b.0, c = in(xmm_reg) c.0, d = in(xmm_reg) d.0,
                    options(nostack, preserves_flags)
                );
            }
        }

        /// The last pixel first.
        #[inline(always)]
        pub(crate) fn reversed(self) -> Self {
            // SAFETY: SSE2 is part of x86-64.
            Self(unsafe { _mm_shuffle_epi32::<0b00_01_10_11>(self.0) })
        }

        /// Pixels of `self` and `other` in turns: the first two of each, and the last two of each.
        #[inline(always)]
        pub(super) fn interleave(self, other: Self) -> (Self, Self) {
            // SAFETY: SSE2 is part of x86-64.
            unsafe {
                (
                    Self(_mm_unpacklo_epi32(self.0, other.0)),
                    Self(_mm_unpackhi_epi32(self.0, other.0)),
                )
            }
        }

        /// The first halves of both, and the last halves of both.
        #[inline(always)]
        pub(super) fn join_halves(self, other: Self) -> (Self, Self) {
            // SAFETY: SSE2 is part of x86-64.
            unsafe {
                (
                    Self(_mm_unpacklo_epi64(self.0, other.0)),
                    Self(_mm_unpackhi_epi64(self.0, other.0)),
                )
            }
        }
    }

    /// Reads a pixel.
    ///
    /// # Safety
    ///
    /// 4 bytes at `from` may be read.
    #[inline(always)]
    pub(crate) unsafe fn load_pixel(from: *const u8) -> u32 {
        let pixel;
        // SAFETY: the caller's promise; the instruction does nothing but read.
        unsafe {
            asm!("mov {pixel:e}, [{from}]", from = in(reg) from, pixel = lateout(reg) pixel,
                options(nostack, preserves_flags, readonly));
        }
        pixel
    }

    /// Writes a pixel.
    ///
    /// # Safety
    ///
    /// 4 bytes at `to` may be written, and nothing else uses them.
    #[inline(always)]
    pub(crate) unsafe fn store_pixel(to: *mut u8, pixel: u32) {
        // SAFETY: the caller's promise; the instruction does nothing but write.
        unsafe {
            asm!("mov [{to}], {pixel:e}", to = in(reg) to, pixel = in(reg) pixel,
                options(nostack, preserves_flags));
        }
    }

    /// Orders what was streamed before every later write.
    #[inline(always)]
    pub(crate) fn finish_streams() {
        // SAFETY: a fence touches no memory.
        unsafe { asm!("sfence", options(nostack, preserves_flags)) }
    }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
mod portable {
    use core::sync::atomic::{Ordering, fence};

    use crate::PIXEL;

    /// Four pixels.
    #[derive(Clone, Copy)]
    pub(crate) struct V4([u32; 4]);

    impl V4 {
        /// Reads 4 pixels.
        ///
        /// # Safety
        ///
        /// 16 bytes at `from` may be read.
        pub(crate) unsafe fn load(from: *const u8) -> Self {
            Self([0, 1, 2, 3].map(|index: usize| {
                // SAFETY: one of the caller's 16 bytes.
                unsafe { load_pixel(from.add(index.wrapping_mul(PIXEL))) }
            }))
        }

        /// Reads 16 pixels.
        ///
        /// # Safety
        ///
        /// 64 bytes at `from` may be read.
        pub(crate) unsafe fn load_line(from: *const u8) -> [Self; 4] {
            [0, 16, 32, 48].map(|offset| {
                // SAFETY: a quarter of the caller's 64 bytes.
                unsafe { Self::load(from.add(offset)) }
            })
        }

        /// Writes 4 pixels.
        ///
        /// # Safety
        ///
        /// 16 bytes at `to` may be written, and nothing else uses them.
        pub(crate) unsafe fn store(self, to: *mut u8) {
            let mut at = to;
            for pixel in self.0 {
                // SAFETY: one of the caller's 16 bytes.
                unsafe { store_pixel(at, pixel) };
                at = at.wrapping_add(PIXEL);
            }
        }

        /// Writes 16 pixels.
        ///
        /// # Safety
        ///
        /// 64 bytes at `to` may be written, and nothing else uses them.
        pub(crate) unsafe fn store_line(line: [Self; 4], to: *mut u8) {
            let mut at = to;
            for pixels in line {
                // SAFETY: a quarter of the caller's 64 bytes.
                unsafe { pixels.store(at) };
                at = at.wrapping_add(16);
            }
        }

        /// Writes 16 pixels.
        ///
        /// # Safety
        ///
        /// As [`store_line`](Self::store_line), and `to` is aligned to 16 bytes.
        pub(crate) unsafe fn stream_line(line: [Self; 4], to: *mut u8) {
            debug_assert!(to.addr().is_multiple_of(16));
            // SAFETY: the caller's promise.
            unsafe { Self::store_line(line, to) };
        }

        /// The last pixel first.
        pub(crate) fn reversed(self) -> Self {
            let [a, b, c, d] = self.0;
            Self([d, c, b, a])
        }

        /// Pixels of `self` and `other` in turns: the first two of each, and the last two of each.
        pub(super) fn interleave(self, other: Self) -> (Self, Self) {
            let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
            (Self([a, e, b, f]), Self([c, g, d, h]))
        }

        /// The first halves of both, and the last halves of both.
        pub(super) fn join_halves(self, other: Self) -> (Self, Self) {
            let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
            (Self([a, b, e, f]), Self([c, d, g, h]))
        }
    }

    /// Reads a pixel.
    ///
    /// # Safety
    ///
    /// 4 bytes at `from` may be read.
    pub(crate) unsafe fn load_pixel(from: *const u8) -> u32 {
        let bytes = [0, 1, 2, 3].map(|index| {
            // SAFETY: one of the caller's 4 bytes. The address may have any alignment.
            unsafe { from.add(index).read_volatile() }
        });
        u32::from_ne_bytes(bytes)
    }

    /// Writes a pixel.
    ///
    /// # Safety
    ///
    /// 4 bytes at `to` may be written, and nothing else uses them.
    pub(crate) unsafe fn store_pixel(to: *mut u8, pixel: u32) {
        let mut at = to;
        for byte in pixel.to_ne_bytes() {
            // SAFETY: one of the caller's 4 bytes. The address may have any alignment.
            unsafe { at.write_volatile(byte) };
            at = at.wrapping_add(1);
        }
    }

    /// Orders what was written before every later write.
    pub(crate) fn finish_streams() {
        fence(Ordering::Release);
    }
}
