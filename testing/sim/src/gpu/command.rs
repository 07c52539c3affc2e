//! The 2D commands and the cursor's (VIRTIO 1.2, 5.7.6), executed on the device's own state.
//!
//! Answers errors as QEMU's device does. Knows nothing of queues and interrupts.

use super::counters::Counters;
use super::edid::edid;
use super::fault::{Fault, Faults};
use super::lie::Lie;
use super::queue::Buffer;
use super::resource::{BYTES_PER_PIXEL, Rect, Resource};
use super::scanout::{Cursor, Scanout};
use crate::memory::{DmaFault, PhysicalMemory};
use std::collections::HashMap;

/// How many scanouts GET_DISPLAY_INFO always lists.
pub(super) const MAX_SCANOUTS: usize = 16;
/// The most entries of a backing that QEMU takes.
const MAX_ENTRIES: u32 = 16384;
/// The most memory that resources may take, as QEMU's `max_hostmem`.
const MAX_BYTES: u64 = 256 << 20;
/// The least width and height of a scanout, as in QEMU.
const MIN_SCANOUT: u32 = 16;
/// The formats of 5.7.6.8.
const FORMATS: [u32; 8] = [1, 2, 3, 4, 67, 68, 121, 134];

/// Command and response types.
pub(super) mod code {
    pub const GET_DISPLAY_INFO: u32 = 0x0100;
    pub const RESOURCE_CREATE_2D: u32 = 0x0101;
    pub const RESOURCE_UNREF: u32 = 0x0102;
    pub const SET_SCANOUT: u32 = 0x0103;
    pub const RESOURCE_FLUSH: u32 = 0x0104;
    pub const TRANSFER_TO_HOST_2D: u32 = 0x0105;
    pub const ATTACH_BACKING: u32 = 0x0106;
    pub const DETACH_BACKING: u32 = 0x0107;
    pub const GET_EDID: u32 = 0x010A;
    pub const UPDATE_CURSOR: u32 = 0x0300;
    pub const MOVE_CURSOR: u32 = 0x0301;
    pub const OK_NODATA: u32 = 0x1100;
    pub const OK_DISPLAY_INFO: u32 = 0x1101;
    pub const OK_EDID: u32 = 0x1104;
    pub const ERR_UNSPEC: u32 = 0x1200;
    pub const ERR_OUT_OF_MEMORY: u32 = 0x1201;
    pub const ERR_INVALID_SCANOUT_ID: u32 = 0x1202;
    pub const ERR_INVALID_RESOURCE_ID: u32 = 0x1203;
    pub const ERR_INVALID_PARAMETER: u32 = 0x1205;
}

/// Bytes of a header.
pub(super) const HEADER: usize = 24;
/// In a header's flags: the response has the same fence, and comes when the command has been carried out.
const FLAG_FENCE: u32 = 1;

/// The device's pictures.
#[derive(Debug)]
pub(super) struct Screen {
    pub scanouts: Vec<Scanout>,
    pub resources: HashMap<u32, Resource>,
}

/// Little-endian numbers of a command, front to back.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u32(&mut self) -> Option<u32> {
        let (now, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*now))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from(self.u32()?) | u64::from(self.u32()?) << 32)
    }

    fn rect(&mut self) -> Option<Rect> {
        Some(Rect {
            x: self.u32()?,
            y: self.u32()?,
            width: self.u32()?,
            height: self.u32()?,
        })
    }
}

/// How a command went: a response's type and what follows its header.
type Answer = Result<Vec<u8>, u32>;

/// A response with its header.
pub(super) fn response(request: &[u8], kind: u32, body: &[u8]) -> Vec<u8> {
    let mut header = [0; HEADER];
    header[..4].copy_from_slice(&kind.to_le_bytes());
    let mut fields = Fields(request);
    let flags = fields.u32().and_then(|_| fields.u32()).unwrap_or(0);
    if flags & FLAG_FENCE != 0 && request.len() >= HEADER {
        // Flags, fence id and context come back.
        header[4..8].copy_from_slice(&FLAG_FENCE.to_le_bytes());
        header[8..20].copy_from_slice(&request[8..20]);
    }
    [&header, body].concat()
}

impl Screen {
    pub fn new(modes: &[(u32, u32)]) -> Self {
        let scanouts = modes
            .iter()
            .map(|(width, height)| Scanout::new(*width, *height))
            .collect();
        Self {
            scanouts,
            resources: HashMap::new(),
        }
    }

    /// A reset: all resources are gone, and nothing is shown.
    pub fn reset(&mut self) {
        self.resources.clear();
        for scanout in &mut self.scanouts {
            scanout.disable();
        }
    }

    /// Carries a command out and returns the whole response.
    pub fn execute(
        &mut self,
        queue: usize,
        request: &[u8],
        edid_negotiated: bool,
        lies: &[Lie],
        counters: &Counters,
        faults: &Faults,
    ) -> Result<Vec<u8>, DmaFault> {
        let memory = &crate::memory::MEMORY;
        let mut fields = Fields(request.get(HEADER..).unwrap_or(&[]));
        let Some(kind) = Fields(request).u32().filter(|_| request.len() >= HEADER) else {
            faults.add(Fault::Command("it is shorter than its header"));
            return Ok(response(request, code::ERR_UNSPEC, &[]));
        };
        let on_cursor_queue = matches!(kind, code::UPDATE_CURSOR | code::MOVE_CURSOR);
        if on_cursor_queue != (queue == 1) {
            faults.add(Fault::Command("it came on the other queue"));
        }
        counters.command(kind);
        let answer = match kind {
            code::GET_DISPLAY_INFO => Ok(self.display_info(lies)),
            code::GET_EDID if edid_negotiated => self.edid(&mut fields, lies),
            code::TRANSFER_TO_HOST_2D => match self.transfer(memory, &mut fields)? {
                Ok(bytes) => {
                    counters.transferred(bytes);
                    Ok(Vec::new())
                }
                Err(error) => Err(error),
            },
            code::RESOURCE_CREATE_2D => self.create(&mut fields),
            code::RESOURCE_UNREF => self.unref(&mut fields),
            code::SET_SCANOUT => self.set_scanout(&mut fields),
            code::RESOURCE_FLUSH => self.flush(&mut fields),
            code::ATTACH_BACKING => self.attach(&mut fields),
            code::DETACH_BACKING => self.detach(&mut fields),
            code::UPDATE_CURSOR => self.cursor(&mut fields, true),
            code::MOVE_CURSOR => self.cursor(&mut fields, false),
            _ => Err(code::ERR_UNSPEC),
        };
        Ok(match answer {
            Ok(body) => {
                let kind = match kind {
                    code::GET_DISPLAY_INFO => code::OK_DISPLAY_INFO,
                    code::GET_EDID => code::OK_EDID,
                    _ => code::OK_NODATA,
                };
                response(request, kind, &body)
            }
            Err(error) => {
                counters.error();
                response(request, error, &[])
            }
        })
    }

    fn display_info(&self, lies: &[Lie]) -> Vec<u8> {
        let mut body = Vec::with_capacity(MAX_SCANOUTS * 24);
        let mut x = 0;
        for index in 0..MAX_SCANOUTS {
            let scanout = self.scanouts.get(index).filter(|scanout| scanout.connected);
            let enabled = scanout.is_some() && !lies.contains(&Lie::DisplayInfoEmpty);
            let (width, height) = scanout.map_or((0, 0), |scanout| scanout.preferred);
            let words = if lies.contains(&Lie::DisplayInfoAbsurd) {
                [u32::MAX, u32::MAX, u32::MAX, u32::MAX, 1, 0]
            } else {
                [x, 0, width, height, u32::from(enabled), 0]
            };
            x += width;
            body.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        }
        body
    }

    fn edid(&self, fields: &mut Fields<'_>, lies: &[Lie]) -> Answer {
        let index = fields.u32().ok_or(code::ERR_UNSPEC)? as usize;
        let scanout = self
            .scanouts
            .get(index)
            .ok_or(code::ERR_INVALID_PARAMETER)?;
        let mut block = [0; 1024];
        block[..128].copy_from_slice(&edid(scanout.preferred.0, scanout.preferred.1));
        let mut size = 128_u32;
        if lies.contains(&Lie::EdidGarbage) {
            for (place, byte) in block.iter_mut().enumerate() {
                *byte = (place as u8).wrapping_mul(151).wrapping_add(89);
            }
        }
        if lies.contains(&Lie::EdidTooLong) {
            size = u32::MAX;
        }
        if lies.contains(&Lie::EdidTooShort) {
            size = 64;
        }
        if lies.contains(&Lie::EdidRefused) {
            return Err(code::ERR_UNSPEC);
        }
        Ok([&size.to_le_bytes()[..], &[0; 4], &block].concat())
    }

    fn create(&mut self, fields: &mut Fields<'_>) -> Answer {
        let mut next = || fields.u32().ok_or(code::ERR_UNSPEC);
        let (id, format, width, height) = (next()?, next()?, next()?, next()?);
        if id == 0 || self.resources.contains_key(&id) {
            return Err(code::ERR_INVALID_RESOURCE_ID);
        }
        if !FORMATS.contains(&format) || width == 0 || height == 0 {
            return Err(code::ERR_INVALID_PARAMETER);
        }
        let bytes = |width: u32, height: u32| {
            u64::from(width) * u64::from(height) * u64::from(BYTES_PER_PIXEL)
        };
        let taken: u64 = self
            .resources
            .values()
            .map(|resource| bytes(resource.width, resource.height))
            .sum();
        if width > 1 << 16 || height > 1 << 16 || taken + bytes(width, height) > MAX_BYTES {
            return Err(code::ERR_OUT_OF_MEMORY);
        }
        self.resources
            .insert(id, Resource::new(format, width, height));
        Ok(Vec::new())
    }

    fn unref(&mut self, fields: &mut Fields<'_>) -> Answer {
        let id = fields.u32().ok_or(code::ERR_UNSPEC)?;
        self.resources
            .remove(&id)
            .ok_or(code::ERR_INVALID_RESOURCE_ID)?;
        for scanout in self
            .scanouts
            .iter_mut()
            .filter(|scanout| scanout.resource == id)
        {
            scanout.disable();
            scanout.torn += 1;
        }
        Ok(Vec::new())
    }

    fn attach(&mut self, fields: &mut Fields<'_>) -> Answer {
        let (id, entries) = (
            fields.u32().ok_or(code::ERR_UNSPEC)?,
            fields.u32().ok_or(code::ERR_UNSPEC)?,
        );
        let resource = self
            .resources
            .get_mut(&id)
            .ok_or(code::ERR_INVALID_RESOURCE_ID)?;
        if resource.backing.is_some() || entries > MAX_ENTRIES {
            return Err(code::ERR_UNSPEC);
        }
        let mut backing = Vec::with_capacity(entries as usize);
        for _ in 0..entries {
            let address = fields.u64().ok_or(code::ERR_UNSPEC)?;
            let length = fields.u32().ok_or(code::ERR_UNSPEC)?;
            fields.u32().ok_or(code::ERR_UNSPEC)?;
            backing.push(Buffer { address, length });
        }
        resource.backing = Some(backing);
        Ok(Vec::new())
    }

    fn detach(&mut self, fields: &mut Fields<'_>) -> Answer {
        let id = fields.u32().ok_or(code::ERR_UNSPEC)?;
        let resource = self
            .resources
            .get_mut(&id)
            .ok_or(code::ERR_INVALID_RESOURCE_ID)?;
        resource
            .backing
            .take()
            .map(|_| Vec::new())
            .ok_or(code::ERR_UNSPEC)
    }

    fn set_scanout(&mut self, fields: &mut Fields<'_>) -> Answer {
        let rect = fields.rect().ok_or(code::ERR_UNSPEC)?;
        let (index, id) = (
            fields.u32().ok_or(code::ERR_UNSPEC)?,
            fields.u32().ok_or(code::ERR_UNSPEC)?,
        );
        let scanout = self
            .scanouts
            .get_mut(index as usize)
            .ok_or(code::ERR_INVALID_SCANOUT_ID)?;
        if id == 0 {
            scanout.disable();
            return Ok(Vec::new());
        }
        let resource = self
            .resources
            .get(&id)
            .ok_or(code::ERR_INVALID_RESOURCE_ID)?;
        // QEMU scans out of what a resource is backed by, and has a word for a resource that is not.
        if resource.backing.is_none() {
            return Err(code::ERR_UNSPEC);
        }
        let large = rect.width >= MIN_SCANOUT && rect.height >= MIN_SCANOUT;
        if !large || !rect.fits(resource.width, resource.height) {
            return Err(code::ERR_INVALID_PARAMETER);
        }
        scanout.show(id, rect);
        Ok(Vec::new())
    }

    fn transfer(
        &mut self,
        memory: &PhysicalMemory,
        fields: &mut Fields<'_>,
    ) -> Result<Result<u64, u32>, DmaFault> {
        let arguments = (|| Some((fields.rect()?, fields.u64()?, fields.u32()?)))();
        let Some((rect, offset, id)) = arguments else {
            return Ok(Err(code::ERR_UNSPEC));
        };
        let Some(resource) = self.resources.get_mut(&id) else {
            return Ok(Err(code::ERR_INVALID_RESOURCE_ID));
        };
        if !rect.fits(resource.width, resource.height) {
            return Ok(Err(code::ERR_INVALID_PARAMETER));
        }
        Ok(resource
            .transfer(memory, rect, offset)?
            .ok_or(code::ERR_UNSPEC))
    }

    fn flush(&mut self, fields: &mut Fields<'_>) -> Answer {
        let rect = fields.rect().ok_or(code::ERR_UNSPEC)?;
        let id = fields.u32().ok_or(code::ERR_UNSPEC)?;
        let resource = self
            .resources
            .get(&id)
            .ok_or(code::ERR_INVALID_RESOURCE_ID)?;
        if !rect.fits(resource.width, resource.height) {
            return Err(code::ERR_INVALID_PARAMETER);
        }
        for scanout in self
            .scanouts
            .iter_mut()
            .filter(|scanout| scanout.resource == id)
        {
            scanout.flush(resource, rect);
        }
        Ok(Vec::new())
    }

    fn cursor(&mut self, fields: &mut Fields<'_>, update: bool) -> Answer {
        let mut next = || fields.u32().ok_or(code::ERR_UNSPEC);
        let (index, x, y, _) = (next()?, next()?, next()?, next()?);
        let (id, hot_x, hot_y) = (next()?, next()?, next()?);
        let scanout = self
            .scanouts
            .get_mut(index as usize)
            .ok_or(code::ERR_INVALID_SCANOUT_ID)?;
        scanout.cursor.position = (x, y);
        if update {
            let pixels = match id {
                0 => None,
                id => {
                    let resource = self
                        .resources
                        .get(&id)
                        .ok_or(code::ERR_INVALID_RESOURCE_ID)?;
                    if (resource.width, resource.height) != (64, 64) {
                        return Err(code::ERR_INVALID_PARAMETER);
                    }
                    Some(resource.pixels.clone())
                }
            };
            scanout.cursor = Cursor {
                position: (x, y),
                hot_spot: (hot_x, hot_y),
                pixels,
            };
        }
        Ok(Vec::new())
    }
}
