//! The resources of an adapter as a CM_RESOURCE_LIST, translated and raw.
//!
//! One full descriptor with a partial descriptor for each range and each interrupt message, as "Using interrupt resource
//! descriptors" shows for MSI-X. The bytes are written by offset: the partial descriptors are packed to 4 bytes.

use crate::machine::{Grant, Interrupt, InterruptGrant};
use alloc::vec::Vec;
use dxgk_sys::*;

/// CmResourceShareDeviceExclusive of wdm.h.
const EXCLUSIVE: u8 = 1;
/// CmResourceShareShared of wdm.h.
const SHARED: u8 = 3;
/// Where the first partial descriptor starts.
const HEADER: usize = 20;
/// Bytes of a partial descriptor.
const PARTIAL: usize = 20;

/// The list, in memory that stays where it is.
#[derive(Debug)]
pub struct ResourceList(Vec<u32>);

impl ResourceList {
    /// The translated list for what the machine granted.
    pub fn new(grant: &Grant<'_>) -> Self {
        Self::with(grant, push_interrupt)
    }

    /// The raw list. A message's descriptor has their number there and not its level.
    pub fn raw(grant: &Grant<'_>) -> Self {
        Self::with(grant, |bytes, interrupt, line| {
            let first = if line {
                u32::from(interrupt.level)
            } else {
                1 << 16
            };
            push_words(bytes, interrupt, line, first);
        })
    }

    fn with(grant: &Grant<'_>, push: impl Fn(&mut Vec<u8>, &Interrupt, bool)) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + PARTIAL * 16);
        let (line, interrupts) = match grant.interrupts {
            InterruptGrant::None => (false, &[][..]),
            InterruptGrant::Line(ref interrupt) => (true, core::slice::from_ref(interrupt)),
            InterruptGrant::Messages(interrupts) => (false, interrupts),
        };
        let count = grant.ranges.len() + interrupts.len();
        for word in [1_u32, PCIBus as u32, 0, 0x0001_0001, count as u32] {
            bytes.extend(word.to_le_bytes());
        }
        for range in grant.ranges {
            let (kind, flags) = match (range.io_space, range.prefetchable) {
                (true, _) => (CmResourceTypePort, CM_RESOURCE_PORT_IO),
                (false, true) => (CmResourceTypeMemory, CM_RESOURCE_MEMORY_PREFETCHABLE),
                (false, false) => (CmResourceTypeMemory, CM_RESOURCE_MEMORY_READ_WRITE),
            };
            bytes.extend([kind as u8, EXCLUSIVE]);
            bytes.extend((flags as u16).to_le_bytes());
            bytes.extend(range.start.to_le_bytes());
            bytes.extend((range.length as u32).to_le_bytes());
            bytes.extend([0; 4]);
        }
        for interrupt in interrupts {
            push(&mut bytes, interrupt, line);
        }
        Self(
            bytes
                .as_chunks()
                .0
                .iter()
                .map(|word| u32::from_le_bytes(*word))
                .collect(),
        )
    }

    /// The list as the driver gets it.
    pub fn pointer(&self) -> *mut CM_RESOURCE_LIST {
        self.0.as_ptr().cast_mut().cast()
    }
}

fn push_interrupt(bytes: &mut Vec<u8>, interrupt: &Interrupt, line: bool) {
    push_words(bytes, interrupt, line, u32::from(interrupt.level));
}

fn push_words(bytes: &mut Vec<u8>, interrupt: &Interrupt, line: bool, first: u32) {
    let (share, flags) = if line {
        (SHARED, CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE)
    } else {
        (
            EXCLUSIVE,
            CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE,
        )
    };
    bytes.extend([CmResourceTypeInterrupt as u8, share]);
    bytes.extend((flags as u16).to_le_bytes());
    bytes.extend(first.to_le_bytes());
    bytes.extend(interrupt.vector.to_le_bytes());
    bytes.extend(interrupt.affinity.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Range;

    #[test]
    fn the_list_reads_back_through_the_declarations() {
        let ranges = [Range {
            start: 0x12_3456_7000,
            length: 0x4000,
            io_space: false,
            prefetchable: true,
        }];
        let messages = [7, 8].map(|level| Interrupt {
            level,
            vector: 0x80 + u32::from(level),
            affinity: 3,
        });
        let list = ResourceList::new(&Grant {
            ranges: &ranges,
            interrupts: InterruptGrant::Messages(&messages),
        });
        // SAFETY: the list has one full descriptor with three partial ones, as its counts say.
        unsafe {
            let all = &*list.pointer();
            let partial = &raw const (*list.pointer()).List[0].PartialResourceList;
            assert_eq!((all.Count, (*partial).Count), (1, 3));
            let first =
                (&raw const (*partial).PartialDescriptors).cast::<CM_PARTIAL_RESOURCE_DESCRIPTOR>();
            let memory = first.read();
            assert_eq!(
                (u32::from(memory.Type), memory.u.Memory.Length),
                (CmResourceTypeMemory, 0x4000)
            );
            assert_eq!({ memory.u.Memory.Start }.QuadPart, 0x12_3456_7000);
            let last = first.add(2).read();
            assert_eq!(
                u32::from(last.Flags),
                CM_RESOURCE_INTERRUPT_MESSAGE | CM_RESOURCE_INTERRUPT_LATCHED
            );
            let translated = last.u.MessageInterrupt.Anonymous.Translated;
            assert_eq!(
                ({ translated.Level }, { translated.Vector }, {
                    translated.Affinity
                }),
                (8, 0x88, 3)
            );
            let raw = ResourceList::raw(&Grant {
                ranges: &ranges,
                interrupts: InterruptGrant::Messages(&messages),
            });
            let partial = &raw const (*raw.pointer()).List[0].PartialResourceList;
            let first =
                (&raw const (*partial).PartialDescriptors).cast::<CM_PARTIAL_RESOURCE_DESCRIPTOR>();
            let last = first.add(2).read().u.MessageInterrupt.Anonymous.Raw;
            assert_eq!(({ last.MessageCount }, { last.Vector }), (1, 0x88));
        }
    }
}
