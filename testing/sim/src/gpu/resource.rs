//! 2D resources: the host's copy of a picture, and the guest memory behind it (VIRTIO 1.2, 5.7.6.8).

use super::queue::Buffer;
use crate::memory::{DmaFault, PhysicalMemory};

/// Bytes of a pixel; every 2D format has four.
pub(super) const BYTES_PER_PIXEL: u32 = 4;

/// A rectangle as the protocol has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge in pixels.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width; 0 is empty.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Rect {
    /// Whether it lies inside a picture of that size and is not empty.
    pub(super) fn fits(&self, width: u32, height: u32) -> bool {
        self.width != 0
            && self.height != 0
            && self
                .x
                .checked_add(self.width)
                .is_some_and(|end| end <= width)
            && self
                .y
                .checked_add(self.height)
                .is_some_and(|end| end <= height)
    }
}

/// A resource.
#[derive(Debug)]
pub(super) struct Resource {
    pub format: u32,
    pub width: u32,
    pub height: u32,
    pub backing: Option<Vec<Buffer>>,
    /// One number for each pixel, as the four bytes stand in memory, little-endian.
    pub pixels: Vec<u32>,
}

impl Resource {
    pub fn new(format: u32, width: u32, height: u32) -> Self {
        let pixels = vec![0; width as usize * height as usize];
        Self {
            format,
            width,
            height,
            backing: None,
            pixels,
        }
    }

    /// A pixel's colour as 0x00RRGGBB. The formats are named for the order of their bytes in memory.
    pub fn colour(&self, pixel: u32) -> u32 {
        let [a, b, c, d] = pixel.to_le_bytes();
        let [red, green, blue] = match self.format {
            // B8G8R8A8, B8G8R8X8
            1 | 2 => [c, b, a],
            // A8R8G8B8, X8R8G8B8
            3 | 4 => [b, c, d],
            // R8G8B8A8, R8G8B8X8
            67 | 134 => [a, b, c],
            // X8B8G8R8, A8B8G8R8
            _ => [d, c, b],
        };
        u32::from_be_bytes([0, red, green, blue])
    }

    /// Copies a rectangle from the backing; `offset` is where its first pixel is there. Returns the bytes copied, or none
    /// if the backing is too short.
    pub fn transfer(
        &mut self,
        memory: &PhysicalMemory,
        rect: Rect,
        offset: u64,
    ) -> Result<Option<u64>, DmaFault> {
        let Some(backing) = &self.backing else {
            return Ok(None);
        };
        let stride = u64::from(self.width) * u64::from(BYTES_PER_PIXEL);
        let mut line = vec![0; (rect.width * BYTES_PER_PIXEL) as usize];
        for row in 0..rect.height {
            let Some(from) = offset.checked_add(stride * u64::from(row)) else {
                return Ok(None);
            };
            if !gather(memory, backing, from, &mut line)? {
                return Ok(None);
            }
            let start = (rect.y + row) as usize * self.width as usize + rect.x as usize;
            let to = &mut self.pixels[start..start + rect.width as usize];
            for (pixel, bytes) in to.iter_mut().zip(line.as_chunks().0) {
                *pixel = u32::from_le_bytes(*bytes);
            }
        }
        Ok(Some(
            u64::from(rect.width) * u64::from(rect.height) * u64::from(BYTES_PER_PIXEL),
        ))
    }
}

/// Reads bytes at `offset` of scattered memory; says whether there were enough.
fn gather(
    memory: &PhysicalMemory,
    backing: &[Buffer],
    mut offset: u64,
    mut to: &mut [u8],
) -> Result<bool, DmaFault> {
    for buffer in backing {
        if to.is_empty() {
            break;
        }
        let length = u64::from(buffer.length);
        if offset >= length {
            offset -= length;
            continue;
        }
        let run = to.len().min((length - offset) as usize);
        let (now, rest) = to.split_at_mut(run);
        memory.read(buffer.address + offset, now)?;
        (to, offset) = (rest, 0);
    }
    Ok(to.is_empty())
}
