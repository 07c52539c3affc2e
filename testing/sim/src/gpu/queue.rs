//! The device's side of a split virtqueue (VIRTIO 1.2, 2.7), with EVENT_IDX and indirect descriptors.
//!
//! Written from the specification and from the other end than `virtio-gpu`'s queue, so that each checks the other. Every
//! chain is validated; a driver that breaks a rule is told so by a [`Fault`].

use super::fault::Fault;
use crate::memory::{DmaFault, PhysicalMemory};

const NEXT: u16 = 1;
const WRITE: u16 = 2;
const INDIRECT: u16 = 4;
/// In the available ring's flags: no interrupts, please.
const NO_INTERRUPT: u16 = 1;

/// Why a queue can't go on. The device needs a reset then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A rule of the ring was broken.
    Fault(Fault),
    /// Memory was out of reach; recorded by the memory itself.
    Dma,
}

impl From<DmaFault> for Broken {
    fn from(_: DmaFault) -> Self {
        Self::Dma
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A run of guest memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Buffer {
    pub address: u64,
    pub length: u32,
}

/// A descriptor chain: what the device may read, and what it may write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chain {
    pub head: u16,
    pub readable: Vec<Buffer>,
    pub writable: Vec<Buffer>,
}

impl Chain {
    /// How many bytes the device may write.
    pub fn room(&self) -> u64 {
        self.writable
            .iter()
            .map(|buffer| u64::from(buffer.length))
            .sum()
    }

    /// What the driver sent.
    pub fn request(&self, memory: &PhysicalMemory) -> Result<Vec<u8>, DmaFault> {
        let mut request = Vec::new();
        for buffer in &self.readable {
            let start = request.len();
            request.resize(start + buffer.length as usize, 0);
            memory.read(buffer.address, &mut request[start..])?;
        }
        Ok(request)
    }

    /// Writes as much of the response as there is room for; returns how much that was.
    pub fn respond(&self, memory: &PhysicalMemory, mut response: &[u8]) -> Result<u32, DmaFault> {
        let mut written = 0;
        for buffer in &self.writable {
            let (now, rest) = response.split_at(response.len().min(buffer.length as usize));
            memory.write(buffer.address, now)?;
            written += now.len() as u32;
            response = rest;
        }
        Ok(written)
    }
}

/// An enabled queue.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub size: u16,
    pub descriptors: u64,
    pub available: u64,
    pub used: u64,
    pub event_idx: bool,
    pub indirect: bool,
    /// The available index up to which chains were taken.
    next_available: u16,
    /// The used index as it was last published.
    next_used: u16,
    /// Nothing was given back since the reset, so that `used_event` has nothing to be compared with.
    first: bool,
}

impl Queue {
    pub fn new(
        size: u16,
        [descriptors, available, used]: [u64; 3],
        event_idx: bool,
        indirect: bool,
    ) -> Self {
        Self {
            size,
            descriptors,
            available,
            used,
            event_idx,
            indirect,
            next_available: 0,
            next_used: 0,
            first: true,
        }
    }

    /// The next chain that the driver made available.
    pub fn pop(&mut self, memory: &PhysicalMemory) -> Result<Option<Chain>, Broken> {
        let index = memory.load_u16(self.available + 2)?;
        let waiting = index.wrapping_sub(self.next_available);
        if waiting == 0 {
            return Ok(None);
        }
        if waiting > self.size {
            return Err(Fault::AvailableIndex.into());
        }
        let slot = u64::from(self.next_available % self.size);
        let head = memory.load_u16(self.available + 4 + 2 * slot)?;
        let chain = self.walk(memory, head)?;
        self.next_available = self.next_available.wrapping_add(1);
        Ok(Some(chain))
    }

    /// Asks to be notified of the next chain. Says whether there is one already, which no notification may come for.
    pub fn ask_for_kick(&self, memory: &PhysicalMemory) -> Result<bool, Broken> {
        if self.event_idx {
            // avail_event, behind the used ring.
            memory.store_u16(
                self.used + 4 + 8 * u64::from(self.size),
                self.next_available,
            )?;
        }
        Ok(memory.load_u16(self.available + 2)? != self.next_available)
    }

    /// Gives a chain back.
    pub fn push(&mut self, memory: &PhysicalMemory, id: u32, written: u32) -> Result<(), Broken> {
        let slot = u64::from(self.next_used % self.size);
        let mut element = [0; 8];
        element[..4].copy_from_slice(&id.to_le_bytes());
        element[4..].copy_from_slice(&written.to_le_bytes());
        memory.write(self.used + 4 + 8 * slot, &element)?;
        self.publish(memory, 1)
    }

    /// Moves the used index on by so many elements.
    pub fn publish(&mut self, memory: &PhysicalMemory, elements: u16) -> Result<(), Broken> {
        self.next_used = self.next_used.wrapping_add(elements);
        Ok(memory.store_u16(self.used + 2, self.next_used)?)
    }

    /// Whether the device interrupts for the element that was pushed last.
    ///
    /// With EVENT_IDX the first element after a reset always interrupts, whatever `used_event` says, as QEMU has it: it
    /// compares with the used index of its last interrupt, and there was none. VIRTIO 1.2, 2.7.7.1 allows that, since a
    /// suppressed interrupt is a hint. Without EVENT_IDX the flag holds from the start.
    pub fn wants_interrupt(&mut self, memory: &PhysicalMemory) -> Result<bool, Broken> {
        if self.event_idx {
            let first = std::mem::replace(&mut self.first, false);
            // used_event, behind the available ring.
            let event = memory.load_u16(self.available + 4 + 2 * u64::from(self.size))?;
            return Ok(first || self.next_used.wrapping_sub(1) == event);
        }
        Ok(memory.load_u16(self.available)? & NO_INTERRUPT == 0)
    }

    fn walk(&self, memory: &PhysicalMemory, head: u16) -> Result<Chain, Broken> {
        let mut chain = Chain {
            head,
            ..Default::default()
        };
        let mut table = (self.descriptors, u32::from(self.size));
        let mut index = u32::from(head);
        let mut seen = 0;
        let mut indirect = false;
        loop {
            if index >= table.1 {
                return Err(Fault::Chain("an index is outside the table").into());
            }
            seen += 1;
            if seen > table.1 {
                return Err(Fault::Chain("it loops").into());
            }
            let mut raw = [0; 16];
            memory.read(table.0 + 16 * u64::from(index), &mut raw)?;
            let descriptor = Descriptor::read(&raw);
            if descriptor.flags & INDIRECT != 0 {
                if !self.indirect || indirect || descriptor.flags & (NEXT | WRITE) != 0 {
                    return Err(Fault::Chain("an indirect descriptor that is not allowed").into());
                }
                if !descriptor.length.is_multiple_of(16) || descriptor.length == 0 {
                    return Err(Fault::Chain("an indirect table of no whole descriptors").into());
                }
                indirect = true;
                seen = 0;
                index = 0;
                table = (descriptor.address, descriptor.length / 16);
                continue;
            }
            let buffer = Buffer {
                address: descriptor.address,
                length: descriptor.length,
            };
            if buffer.length == 0 {
                return Err(Fault::Chain("a descriptor without bytes").into());
            }
            if descriptor.flags & WRITE != 0 {
                chain.writable.push(buffer);
            } else if chain.writable.is_empty() {
                chain.readable.push(buffer);
            } else {
                return Err(Fault::Chain("a readable descriptor behind a writable one").into());
            }
            if descriptor.flags & NEXT == 0 {
                return Ok(chain);
            }
            index = u32::from(descriptor.next);
        }
    }
}

struct Descriptor {
    address: u64,
    length: u32,
    flags: u16,
    next: u16,
}

impl Descriptor {
    fn read(raw: &[u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *raw;
        Self {
            address: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            length: u32::from_le_bytes([i, j, k, l]),
            flags: u16::from_le_bytes([m, n]),
            next: u16::from_le_bytes([o, p]),
        }
    }
}
