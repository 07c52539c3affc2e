//! The other side of the crate's traits: memory in scattered pages, and a device that uses a split virtqueue as VIRTIO 1.2
//! says, or lies where a test tells it to. The device finds everything by bus address, as a real one does.
#![allow(dead_code, reason = "each test file uses the part it needs")]

pub mod gpu;
pub mod queue;
pub mod registers;

use proptest::prelude::ProptestConfig;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use virtio_gpu::memory::{AccessError, Memory, Segment};
use virtio_gpu::queue::Addresses;
use virtio_gpu::{ConfigSpace, Features};

pub const PAGE: usize = 4096;

/// How often a test repeats itself: `times`, or `under_miri` where Miri runs it, a few hundred times slower.
pub const fn repeat(times: u32, under_miri: u32) -> u32 {
    if cfg!(miri) { under_miri } else { times }
}

/// proptest's settings for that many cases; under Miri a few, and no file of failures, because Miri keeps files away.
pub fn cases(cases: u32, under_miri: u32) -> ProptestConfig {
    let mut config = ProptestConfig::with_cases(repeat(cases, under_miri));
    if cfg!(miri) {
        config.failure_persistence = None;
    }
    config
}

type Hook<'a> = Box<dyn FnMut(&Ram<'a>) + 'a>;

/// Guest memory whose pages have bus addresses of their own. A hook can run between any two accesses of the driver, so that
/// a device can act at the worst moment.
pub struct Ram<'a> {
    bytes: RefCell<Vec<u8>>,
    pages: Vec<u64>,
    hook: RefCell<Option<Hook<'a>>>,
    /// Offsets from here on cannot be accessed.
    pub end: Cell<usize>,
}

impl<'a> Ram<'a> {
    /// Pages of which no two neighbours are contiguous for the device.
    pub fn scattered(pages: usize) -> Self {
        let address = |page: usize| 0x1_0000_0000 + ((pages - page) * 2 * PAGE) as u64;
        Self::with_pages((0..pages).map(address).collect())
    }

    /// Pages that are one run for the device.
    pub fn contiguous(pages: usize) -> Self {
        Self::with_pages(
            (0..pages)
                .map(|page| 0x7f00_0000 + (page * PAGE) as u64)
                .collect(),
        )
    }

    /// Pages at these bus addresses.
    pub fn with_pages(pages: Vec<u64>) -> Self {
        let len = pages.len() * PAGE;
        Ram {
            // Not zero: what the driver does not initialize must not happen to be right.
            bytes: RefCell::new(vec![0xa5; len]),
            pages,
            hook: RefCell::new(None),
            end: Cell::new(len),
        }
    }

    pub fn set_hook(&self, hook: impl FnMut(&Ram<'a>) + 'a) {
        *self.hook.borrow_mut() = Some(Box::new(hook));
    }

    pub fn clear_hook(&self) {
        *self.hook.borrow_mut() = None;
    }

    fn access(&self, offset: usize, width: usize, align: usize) -> Result<(), AccessError> {
        // Taken out while it runs: the device's own accesses do not call it.
        let hook = self.hook.borrow_mut().take();
        if let Some(mut hook) = hook {
            hook(self);
            *self.hook.borrow_mut() = Some(hook);
        }
        AccessError::check(offset, width, align, self.end.get())
    }

    fn load<const N: usize>(&self, offset: usize) -> Result<[u8; N], AccessError> {
        self.access(offset, N, N)?;
        let mut value = [0; N];
        value.copy_from_slice(&self.bytes.borrow()[offset..][..N]);
        Ok(value)
    }

    fn store<const N: usize>(&self, offset: usize, value: [u8; N]) -> Result<(), AccessError> {
        self.access(offset, N, N)?;
        self.bytes.borrow_mut()[offset..][..N].copy_from_slice(&value);
        Ok(())
    }

    /// The device's view: where the byte at a bus address lies. Panics where the driver has sent it astray.
    fn at(&self, address: u64) -> usize {
        let page = address & !(PAGE as u64 - 1);
        let index = self
            .pages
            .iter()
            .position(|p| *p == page)
            .unwrap_or_else(|| panic!("the device was sent to {address:#x}, which is no memory"));
        index * PAGE + (address - page) as usize
    }

    pub fn device_read(&self, address: u64, len: usize) -> Vec<u8> {
        let bytes = self.bytes.borrow();
        (0..len as u64)
            .map(|i| bytes[self.at(address + i)])
            .collect()
    }

    pub fn device_write(&self, address: u64, bytes: &[u8]) {
        for (i, byte) in bytes.iter().enumerate() {
            self.bytes.borrow_mut()[self.at(address + i as u64)] = *byte;
        }
    }

    pub fn device_u16(&self, address: u64) -> u16 {
        u16::from_le_bytes(self.device_read(address, 2).try_into().unwrap())
    }
}

impl Memory for Ram<'_> {
    fn len(&self) -> usize {
        self.end.get()
    }
    fn read_u16(&self, offset: usize) -> Result<u16, AccessError> {
        self.load(offset).map(u16::from_le_bytes)
    }
    fn read_u32(&self, offset: usize) -> Result<u32, AccessError> {
        self.load(offset).map(u32::from_le_bytes)
    }
    fn read_u64(&self, offset: usize) -> Result<u64, AccessError> {
        self.load(offset).map(u64::from_le_bytes)
    }
    fn write_u16(&self, offset: usize, value: u16) -> Result<(), AccessError> {
        self.store(offset, value.to_le_bytes())
    }
    fn write_u32(&self, offset: usize, value: u32) -> Result<(), AccessError> {
        self.store(offset, value.to_le_bytes())
    }
    fn write_u64(&self, offset: usize, value: u64) -> Result<(), AccessError> {
        self.store(offset, value.to_le_bytes())
    }
    fn read_bytes(&self, offset: usize, bytes: &mut [u8]) -> Result<(), AccessError> {
        self.access(offset, bytes.len(), 1)?;
        bytes.copy_from_slice(&self.bytes.borrow()[offset..][..bytes.len()]);
        Ok(())
    }
    fn write_bytes(&self, offset: usize, bytes: &[u8]) -> Result<(), AccessError> {
        self.access(offset, bytes.len(), 1)?;
        self.bytes.borrow_mut()[offset..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
    fn segment(&self, offset: usize, len: usize) -> Result<Segment, AccessError> {
        AccessError::check(offset, len.max(1), 1, self.end.get())?;
        let mut page = offset / PAGE;
        let address = self.pages[page] + (offset % PAGE) as u64;
        let mut run = PAGE - offset % PAGE;
        while run < len && self.pages.get(page + 1) == Some(&(self.pages[page] + PAGE as u64)) {
            run += PAGE;
            page += 1;
        }
        Ok(Segment {
            address,
            len: u32::try_from(run.min(len)).unwrap(),
        })
    }
}

/// A chain as the device sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub head: u16,
    pub readable: Vec<Segment>,
    pub writable: Vec<Segment>,
    /// How many descriptors of the ring it takes.
    pub descriptors: u16,
}

impl Chain {
    /// What the driver has written for the device.
    pub fn request(&self, ram: &Ram) -> Vec<u8> {
        self.readable
            .iter()
            .flat_map(|s| ram.device_read(s.address, s.len as usize))
            .collect()
    }

    pub fn room(&self) -> usize {
        self.writable.iter().map(|s| s.len as usize).sum()
    }

    /// Puts as much of `bytes` as there is room for where the driver wants it.
    pub fn respond(&self, ram: &Ram, mut bytes: &[u8]) {
        for segment in &self.writable {
            let (now, later) = bytes.split_at(bytes.len().min(segment.len as usize));
            ram.device_write(segment.address, now);
            bytes = later;
        }
    }
}

/// The device's end of a queue.
#[derive(Clone, Debug)]
pub struct DeviceQueue {
    pub addresses: Addresses,
    pub event_idx: bool,
    pub seen: u16,
    pub used: u16,
}

impl DeviceQueue {
    pub fn new(addresses: Addresses, features: Features) -> Self {
        DeviceQueue {
            addresses,
            event_idx: features.contains(Features::EVENT_IDX),
            seen: 0,
            used: 0,
        }
    }

    pub fn available(&self, ram: &Ram) -> u16 {
        ram.device_u16(self.addresses.driver + 2)
    }

    /// The next chain the driver has made available.
    pub fn take(&mut self, ram: &Ram) -> Option<Chain> {
        if self.available(ram) == self.seen {
            return None;
        }
        let size = self.addresses.size;
        let entry = self.addresses.driver + 4 + 2 * u64::from(self.seen % size);
        let head = ram.device_u16(entry);
        self.seen = self.seen.wrapping_add(1);
        let mut chain = Chain {
            head,
            readable: vec![],
            writable: vec![],
            descriptors: 0,
        };
        let mut index = head;
        loop {
            assert!(index < size, "descriptor {index} of {size}");
            chain.descriptors += 1;
            assert!(chain.descriptors <= size, "chain loops");
            let at = self.addresses.descriptors + 16 * u64::from(index);
            let (segment, flags, next) = descriptor(ram, at);
            if flags & 4 != 0 {
                assert_eq!(flags & !4, 0, "an indirect descriptor has no other flag");
                assert_eq!(segment.len % 16, 0);
                let count = segment.len / 16;
                let mut position = 0;
                for _ in 0..count {
                    let (segment, flags, next) =
                        descriptor(ram, segment.address + 16 * u64::from(position));
                    assert_eq!(flags & 4, 0, "nested indirect descriptor");
                    chain.push(segment, flags);
                    if flags & 1 == 0 {
                        break;
                    }
                    position = next;
                    assert!(u32::from(position) < count);
                }
                return Some(chain);
            }
            chain.push(segment, flags);
            if flags & 1 == 0 {
                return Some(chain);
            }
            index = next;
        }
    }

    /// Puts an element on the used ring, true or not, and says whether the driver asked for an interrupt.
    pub fn put(&mut self, ram: &Ram, id: u32, len: u32) -> bool {
        let Addresses { size, device, .. } = self.addresses;
        let at = device + 4 + 8 * u64::from(self.used % size);
        ram.device_write(at, &id.to_le_bytes());
        ram.device_write(at + 4, &len.to_le_bytes());
        let old = self.used;
        self.used = old.wrapping_add(1);
        self.set_used_index(ram, self.used);
        if self.event_idx {
            let event =
                ram.device_u16(self.addresses.driver + 4 + 2 * u64::from(self.addresses.size));
            event == old
        } else {
            ram.device_u16(self.addresses.driver) & 1 == 0
        }
    }

    /// Uses a chain honestly.
    pub fn finish(&mut self, ram: &Ram, chain: &Chain, response: &[u8]) -> bool {
        chain.respond(ram, response);
        self.put(ram, u32::from(chain.head), response.len() as u32)
    }

    pub fn set_used_index(&self, ram: &Ram, index: u16) {
        ram.device_write(self.addresses.device + 2, &index.to_le_bytes());
    }

    pub fn set_no_notify(&self, ram: &Ram, on: bool) {
        ram.device_write(self.addresses.device, &u16::from(on).to_le_bytes());
    }

    pub fn set_available_event(&self, ram: &Ram, event: u16) {
        let at = self.addresses.device + 4 + 8 * u64::from(self.addresses.size);
        ram.device_write(at, &event.to_le_bytes());
    }
}

impl Chain {
    fn push(&mut self, segment: Segment, flags: u16) {
        if flags & 2 != 0 {
            self.writable.push(segment);
        } else {
            assert!(self.writable.is_empty(), "readable behind writable");
            self.readable.push(segment);
        }
    }
}

fn descriptor(ram: &Ram, at: u64) -> (Segment, u16, u16) {
    let bytes = ram.device_read(at, 16);
    let segment = Segment {
        address: u64::from_le_bytes(bytes[0..8].try_into().unwrap()),
        len: u32::from_le_bytes(bytes[8..12].try_into().unwrap()),
    };
    let half = |i: usize| u16::from_le_bytes(bytes[i..i + 2].try_into().unwrap());
    (segment, half(12), half(14))
}

/// Configuration space as a table of bytes; what is not set reads as zero, and one offset may be unreadable.
#[derive(Clone, Default)]
pub struct Config {
    pub bytes: HashMap<u16, u8>,
    pub unreadable: Option<u16>,
}

impl Config {
    pub fn set(&mut self, offset: u16, bytes: &[u8]) {
        for (at, byte) in (offset..).zip(bytes) {
            self.bytes.insert(at, *byte);
        }
    }
}

impl ConfigSpace for Config {
    fn read(&self, offset: u16, bytes: &mut [u8]) -> Result<(), virtio_gpu::pci::ConfigReadError> {
        for (at, byte) in (offset..).zip(bytes) {
            if self.unreadable == Some(at) || at >= 256 {
                return Err(virtio_gpu::pci::ConfigReadError { offset });
            }
            *byte = self.bytes.get(&at).copied().unwrap_or(0);
        }
        Ok(())
    }
}

/// A small deterministic generator, for tests that need many steps rather than shrinking.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 16) % n
    }
}
