//! The translated resources of an adapter: which memory it has, and how it interrupts.

use core::num::NonZeroU32;

use dxgk_sys::{
    CM_PARTIAL_RESOURCE_DESCRIPTOR, CM_RESOURCE_INTERRUPT_MESSAGE, CM_RESOURCE_LIST,
    CmResourceTypeInterrupt, CmResourceTypeMemory,
};

use crate::lifetime::Life;

/// The most memory ranges that are kept: a PCI function has six base addresses and an expansion ROM.
const MAX_RANGES: usize = 8;

/// A range of translated physical addresses that the adapter was given. It can't be made up, and it is good for the start
/// of the adapter that it is from: what is mapped is always the adapter's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryRange {
    start: u64,
    length: u64,
    life: Life,
}

impl MemoryRange {
    /// The first address.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// The length in bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The part of `length` bytes at `offset`, or none if it is not all inside.
    #[must_use]
    pub fn part(&self, offset: u64, length: u64) -> Option<Self> {
        if offset.checked_add(length)? > self.length {
            return None;
        }
        Some(Self {
            start: self.start.checked_add(offset)?,
            length,
            life: self.life,
        })
    }

    /// Whether it is of this start of this adapter.
    pub(crate) fn is_of(&self, life: Life) -> bool {
        self.life == life
    }
}

pub use dirql::InterruptResource;

/// What the resource list says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Resources {
    ranges: [Option<MemoryRange>; MAX_RANGES],
    interrupt: Option<InterruptResource>,
}

impl Resources {
    /// Reads a translated CM_RESOURCE_LIST. Message interrupts have one descriptor per message there (MSI-X), or one for
    /// all (MSI), whose number only the raw list has; one is what can be relied on then.
    ///
    /// # Safety
    ///
    /// `list` is NULL or points to a resource list as long as its counts say.
    pub(crate) unsafe fn read(list: *const CM_RESOURCE_LIST, life: Life) -> Self {
        let mut resources = Self::default();
        if list.is_null() {
            return resources;
        }
        // SAFETY: for WDM drivers the list has one full descriptor, which is part of the structure.
        let (lists, count, first) = unsafe {
            let partial = &raw const (*list).List[0].PartialResourceList;
            (
                (&raw const (*list).Count).read(),
                (&raw const (*partial).Count).read_unaligned(),
                (&raw const (*partial).PartialDescriptors).cast::<CM_PARTIAL_RESOURCE_DESCRIPTOR>(),
            )
        };
        if lists == 0 {
            return resources;
        }
        for index in 0..count as usize {
            // SAFETY: below the count, so part of the list.
            let descriptor = unsafe { first.add(index).read_unaligned() };
            resources.add(&descriptor, life);
        }
        resources
    }

    fn add(&mut self, descriptor: &CM_PARTIAL_RESOURCE_DESCRIPTOR, life: Life) {
        if u32::from(descriptor.Type) == CmResourceTypeMemory {
            // SAFETY: the type says which arm of the union is valid; all are plain numbers.
            let memory = unsafe { descriptor.u.Memory };
            // SAFETY: an address is a plain number in either arm.
            let start = unsafe { memory.Start.QuadPart }.cast_unsigned();
            if let Some(free) = self.ranges.iter_mut().find(|range| range.is_none()) {
                *free = Some(MemoryRange {
                    start,
                    length: u64::from(memory.Length),
                    life,
                });
            }
        } else if u32::from(descriptor.Type) == CmResourceTypeInterrupt {
            self.interrupt = if u32::from(descriptor.Flags) & CM_RESOURCE_INTERRUPT_MESSAGE == 0 {
                Some(InterruptResource::Line)
            } else {
                let messages = match self.interrupt {
                    Some(InterruptResource::Messages(messages)) => messages.saturating_add(1),
                    _ => NonZeroU32::MIN,
                };
                Some(InterruptResource::Messages(messages))
            };
        }
    }

    /// The memory ranges, in the order of the list.
    pub fn memory(&self) -> impl Iterator<Item = MemoryRange> {
        self.ranges.into_iter().flatten()
    }

    /// The interrupt, if there is one.
    #[must_use]
    pub const fn interrupt(&self) -> Option<InterruptResource> {
        self.interrupt
    }
}
