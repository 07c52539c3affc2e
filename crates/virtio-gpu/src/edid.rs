//! Reads an EDID (VESA E-EDID 1.4): its blocks, and the detailed timings of the base block.
//!
//! The bytes come from the device and are not trusted. What is not a whole, well-formed base block is refused; extension
//! blocks are handed out as bytes, since only the operating system reads them.

use crate::memory::{AccessError, Memory};
use crate::protocol::{EDID_CAPACITY, RespEdid};
use core::fmt;
use core::mem::offset_of;

/// Length of a block.
pub const BLOCK_LEN: usize = 128;
/// The most blocks that are kept: what a GET_EDID response has room for.
pub const MAX_BLOCKS: usize = EDID_CAPACITY / BLOCK_LEN;

const HEADER: [u8; 8] = [0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
/// Where the four 18-byte descriptors begin; the first is the preferred timing.
const DESCRIPTORS: usize = 54;
const DESCRIPTOR_LEN: usize = 18;
const DESCRIPTOR_COUNT: usize = 4;
/// The number of extension blocks that follow.
const EXTENSION_COUNT: usize = 126;

/// Why bytes are not an EDID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdidError {
    /// Fewer than 128 bytes.
    TooShort {
        /// How many.
        len: usize,
    },
    /// They do not begin with the fixed header.
    Header,
    /// A block's bytes do not add up to zero modulo 256.
    Checksum {
        /// Which block.
        block: usize,
    },
}

impl fmt::Display for EdidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { len } => write!(f, "EDID: {len} bytes, expected at least {BLOCK_LEN}"),
            Self::Header => f.write_str("EDID: the fixed header is missing"),
            Self::Checksum { block } => write!(f, "EDID: block {block} has a wrong checksum"),
        }
    }
}

impl core::error::Error for EdidError {}

/// Why no EDID could be read from a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// What it holds is no EDID.
    Edid(EdidError),
    /// The device claims more bytes than its response has room for.
    Size {
        /// How many.
        size: u32,
    },
    /// The response is not where it should be.
    Access(AccessError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edid(error) => error.fmt(f),
            Self::Size { size } => {
                write!(f, "EDID: {size} bytes, expected at most {EDID_CAPACITY}")
            }
            Self::Access(error) => write!(f, "EDID: {error}"),
        }
    }
}

impl core::error::Error for ReadError {}

/// A detailed timing: one mode, as the monitor wants it driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DetailedTiming {
    /// Hertz; a multiple of 10 kHz, never zero.
    pub pixel_clock: u32,
    /// Visible pixels in a line, never zero.
    pub width: u32,
    /// Pixels in a line that are not visible.
    pub horizontal_blanking: u32,
    /// Pixels from the end of the visible ones to the sync pulse.
    pub horizontal_front_porch: u32,
    /// Length of the sync pulse in pixels.
    pub horizontal_sync: u32,
    /// Visible lines, never zero.
    pub height: u32,
    /// Lines that are not visible.
    pub vertical_blanking: u32,
    /// Lines from the end of the visible ones to the sync pulse.
    pub vertical_front_porch: u32,
    /// Length of the sync pulse in lines.
    pub vertical_sync: u32,
    /// Visible size in millimetres, zero if unknown.
    pub millimetres: (u32, u32),
    /// Whether a frame is sent as two fields.
    pub interlaced: bool,
}

impl DetailedTiming {
    /// Reads one; `None` if this is another kind of descriptor (its clock is zero) or has no visible pixels.
    fn read(descriptor: &[u8; DESCRIPTOR_LEN]) -> Option<Self> {
        let [
            clock_low,
            clock_high,
            ha,
            hb,
            h_high,
            va,
            vb,
            v_high,
            hf,
            hs,
            v_sync,
            sync_high,
            mm_w,
            mm_h,
            mm_high,
            _,
            _,
            flags,
        ] = *descriptor;
        let wide = |low: u8, high: u8| u32::from(low) | u32::from(high) << 8;
        let timing = DetailedTiming {
            pixel_clock: wide(clock_low, clock_high).saturating_mul(10_000),
            width: wide(ha, h_high >> 4),
            horizontal_blanking: wide(hb, h_high & 15),
            horizontal_front_porch: wide(hf, sync_high >> 6),
            horizontal_sync: wide(hs, sync_high >> 4 & 3),
            height: wide(va, v_high >> 4),
            vertical_blanking: wide(vb, v_high & 15),
            vertical_front_porch: u32::from(v_sync >> 4) | u32::from(sync_high >> 2 & 3) << 4,
            vertical_sync: u32::from(v_sync & 15) | u32::from(sync_high & 3) << 4,
            millimetres: (wide(mm_w, mm_high >> 4), wide(mm_h, mm_high & 15)),
            interlaced: flags & 0x80 != 0,
        };
        (timing.pixel_clock != 0 && timing.width != 0 && timing.height != 0).then_some(timing)
    }

    /// Pixels in a line, visible or not.
    pub const fn total_width(&self) -> u32 {
        self.width.saturating_add(self.horizontal_blanking)
    }

    /// Lines in a frame, visible or not.
    pub const fn total_height(&self) -> u32 {
        self.height.saturating_add(self.vertical_blanking)
    }

    /// Frames a second as a fraction: pixels a second over pixels a frame. Neither is zero.
    pub const fn refresh_rate(&self) -> (u32, u32) {
        (
            self.pixel_clock,
            self.total_width().saturating_mul(self.total_height()),
        )
    }
}

/// A checked EDID: a base block and the extension blocks that came whole and well-formed after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edid {
    bytes: [u8; MAX_BLOCKS * BLOCK_LEN],
    blocks: usize,
}

impl Edid {
    /// Checks bytes. Extension blocks beyond those the base block announces are ignored; from the first that is missing or
    /// has a wrong checksum on, they are left out, and the count in the base block is corrected so that what is passed on is
    /// a consistent EDID.
    ///
    /// # Errors
    ///
    /// The base block is incomplete or not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, EdidError> {
        let mut edid = Self::NOTHING;
        for (place, byte) in edid.bytes.iter_mut().zip(bytes) {
            *place = *byte;
        }
        edid.check(bytes.len().min(MAX_BLOCKS * BLOCK_LEN))?;
        Ok(edid)
    }

    /// Reads the response to GET_EDID that lies at `offset`, and checks it as [`Edid::parse`] does. It is copied once,
    /// straight to where it stays: about 2 KiB of stack in all, where [`RespEdid`] and `parse` take 3.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn read<M: Memory + ?Sized>(memory: &M, offset: usize) -> Result<Self, ReadError> {
        let outside = AccessError { offset, width: 0 };
        let at = |field: usize| offset.checked_add(field).ok_or(ReadError::Access(outside));
        let size = memory
            .read_u32(at(offset_of!(RespEdid, size))?)
            .map_err(ReadError::Access)?;
        let len = usize::try_from(size).unwrap_or(usize::MAX);
        let mut edid = Self::NOTHING;
        let place = edid.bytes.get_mut(..len).ok_or(ReadError::Size { size })?;
        memory
            .read_bytes(at(offset_of!(RespEdid, edid))?, place)
            .map_err(ReadError::Access)?;
        edid.check(len).map_err(ReadError::Edid)?;
        Ok(edid)
    }

    const NOTHING: Self = Edid {
        bytes: [0; MAX_BLOCKS * BLOCK_LEN],
        blocks: 0,
    };

    /// Checks the first `len` bytes and keeps the blocks that are good.
    fn check(&mut self, len: usize) -> Result<(), EdidError> {
        let given = self.bytes.get(..len).unwrap_or(&[]);
        let (given, _) = given.as_chunks::<BLOCK_LEN>();
        let base = given.first().ok_or(EdidError::TooShort { len })?;
        if !base.starts_with(&HEADER) {
            return Err(EdidError::Header);
        }
        if !adds_up(base) {
            return Err(EdidError::Checksum { block: 0 });
        }
        let announced = usize::from(base.get(EXTENSION_COUNT).copied().unwrap_or(0));
        self.blocks = given
            .iter()
            .take(announced.saturating_add(1))
            .take_while(|block| adds_up(block))
            .count();
        let kept = self.blocks.saturating_mul(BLOCK_LEN);
        self.bytes.iter_mut().skip(kept).for_each(|byte| *byte = 0);
        self.correct_extension_count();
        Ok(())
    }

    fn correct_extension_count(&mut self) {
        let extensions = u8::try_from(self.blocks.saturating_sub(1)).unwrap_or(0);
        let (blocks, _) = self.bytes.as_chunks_mut::<BLOCK_LEN>();
        if let Some([.., count, checksum]) = blocks.first_mut() {
            let change = count.wrapping_sub(extensions);
            *count = extensions;
            *checksum = checksum.wrapping_add(change);
        }
    }

    /// All of it: a whole number of blocks.
    pub fn as_bytes(&self) -> &[u8] {
        let len = self.blocks.saturating_mul(BLOCK_LEN);
        self.bytes.get(..len).unwrap_or(&[])
    }

    /// How many blocks there are, at least one.
    pub const fn block_count(&self) -> usize {
        self.blocks
    }

    /// A block; the base block is number zero.
    pub fn block(&self, index: usize) -> Option<&[u8; BLOCK_LEN]> {
        let (blocks, _) = self.as_bytes().as_chunks::<BLOCK_LEN>();
        blocks.get(index)
    }

    /// The timing the monitor prefers: the first descriptor, which must be a detailed timing in EDID 1.4.
    pub fn preferred(&self) -> Option<DetailedTiming> {
        self.descriptor(0)
    }

    /// The base block's detailed timings, the preferred one first.
    pub fn detailed_timings(&self) -> impl Iterator<Item = DetailedTiming> + '_ {
        (0..DESCRIPTOR_COUNT).filter_map(|index| self.descriptor(index))
    }

    fn descriptor(&self, index: usize) -> Option<DetailedTiming> {
        let at = index
            .checked_mul(DESCRIPTOR_LEN)?
            .checked_add(DESCRIPTORS)?;
        DetailedTiming::read(self.bytes.get(at..)?.first_chunk()?)
    }
}

/// Whether a block's bytes add up to zero modulo 256.
fn adds_up(block: &[u8; BLOCK_LEN]) -> bool {
    block.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)) == 0
}
