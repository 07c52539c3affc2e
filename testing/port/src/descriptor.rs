//! Device descriptors (EDID) and container ids of children, asked for as the port and Monitor.sys do.

use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::Rule;
use alloc::vec::Vec;
use dxgk_sys::*;

const AT: &str = "DxgkDdiQueryDeviceDescriptor";
/// Bytes of an EDID block.
pub const BLOCK: usize = 128;
/// Blocks an EDID may have.
const BLOCKS: usize = 256;
const GUARD: u8 = 0xC7;

impl Adapter {
    /// DxgkDdiQueryDeviceDescriptor: `length` bytes from `offset`. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn descriptor(&self, uid: u32, offset: usize, length: usize) -> Result<Vec<u8>, NtStatus> {
        let port = self.port();
        let Some(query) = self.table().DxgkDdiQueryDeviceDescriptor else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let index = self
            .children()
            .iter()
            .position(|child| child.uid() == uid)
            .unwrap_or(0);
        let mut buffer = alloc::vec![GUARD; length + 64];
        let mut descriptor = DXGK_DEVICE_DESCRIPTOR {
            DescriptorOffset: offset as u32,
            DescriptorLength: length as u32,
            DescriptorBuffer: buffer.as_mut_ptr().cast(),
        };
        let argument = &raw mut descriptor;
        let status = self.call_for_child(Ddi::QueryDeviceDescriptor, index, || {
            // SAFETY: the driver gave this function for this purpose; the buffer has more than that length.
            unsafe { query(self.context(), uid, argument) }
        });
        let inside = buffer[length..].iter().all(|byte| *byte == GUARD);
        check!(port, DescriptorOverrun, AT, inside, "at most {length} bytes written"; "more");
        let named = [
            STATUS_SUCCESS,
            STATUS_MONITOR_NO_DESCRIPTOR,
            STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA,
            STATUS_GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED,
        ];
        // A stopped driver still gets it from a queued work item, and owes nothing but to survive (F049).
        if self.is_started() {
            self.documented(
                Rule::DescriptorStatus,
                Ddi::QueryDeviceDescriptor,
                status,
                &named,
            );
        }
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        buffer.truncate(length);
        Ok(buffer)
    }

    /// The whole EDID of a child, as the port (block 0) and then Monitor.sys (block 0 again, windows, extension blocks)
    /// read it. Empty if there is none. PASSIVE_LEVEL.
    pub fn read_edid(&self, uid: u32) -> Vec<u8> {
        let Ok(first) = self.descriptor(uid, 0, BLOCK) else {
            return Vec::new();
        };
        let mut same = self.descriptor(uid, 0, BLOCK).as_ref() == Ok(&first);
        // Any window is possible: one inside the block, at an odd place.
        same &= self.descriptor(uid, 8, 10).as_deref() == Ok(&first[8..18]);
        let port = self.port();
        check!(port, DescriptorWindow, AT, same, "the same bytes for every window"; "others for {uid:#x}");
        let announced = usize::from(first.get(126).copied().unwrap_or(0));
        let mut edid = first;
        while edid.len() < BLOCK * BLOCKS {
            match self.descriptor(uid, edid.len(), BLOCK) {
                Ok(block) => edid.extend(block),
                Err(status) => {
                    // That there are no more blocks is said in one way only.
                    self.documented(
                        Rule::DescriptorStatus,
                        Ddi::QueryDeviceDescriptor,
                        status,
                        &[STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA],
                    );
                    break;
                }
            }
        }
        let blocks = edid.len() / BLOCK - 1;
        check!(port, DescriptorWindow, AT, blocks >= announced, "{announced} extension blocks"; "{blocks}");
        edid
    }

    /// DxgkDdiGetChildContainerId with a default made from the EDID. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// A status other than the two the page allows.
    pub fn container_id(&self, uid: u32) -> Result<GUID, NtStatus> {
        const AT: &str = "DxgkDdiGetChildContainerId";
        let Some(get) = self.table().DxgkDdiGetChildContainerId else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let offered = GUID {
            Data1: 0x4F53_0000 | uid,
            Data2: 1,
            Data3: 2,
            Data4: *b"default!",
        };
        let mut id = DXGK_CHILD_CONTAINER_ID {
            ContainerId: offered,
            ..Default::default()
        };
        let argument = &raw mut id;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::GetChildContainerId, || unsafe {
            get(self.context(), uid, argument)
        });
        let kept = words(&id.ContainerId) == words(&offered);
        let sound = match status {
            STATUS_SUCCESS => !kept,
            STATUS_MONITOR_NO_DESCRIPTOR => kept,
            _ => false,
        };
        check!(self.port(), DescriptorContainer, AT, sound, "an id and success, or none and no descriptor";
            "{:#010x}, default kept: {kept}", status as u32);
        if sound {
            Ok(id.ContainerId)
        } else {
            Err(status)
        }
    }
}

fn words(guid: &GUID) -> (u32, u16, u16, [u8; 8]) {
    (guid.Data1, guid.Data2, guid.Data3, guid.Data4)
}

/// Size of the preferred timing of an EDID's first detailed descriptor, in pixels and lines.
///
/// VESA E-EDID 1.4, section 3.10.2: the 18 bytes at offset 54, width and height split in 8 and 4 bits.
pub fn preferred_size(edid: &[u8]) -> Option<(u32, u32)> {
    let timing = edid.get(54..72)?;
    if edid.get(..8)? != [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]
        || timing[0] == 0 && timing[1] == 0
    {
        return None;
    }
    let width = u32::from(timing[2]) | u32::from(timing[4] >> 4) << 8;
    let height = u32::from(timing[5]) | u32::from(timing[7] >> 4) << 8;
    (width != 0 && height != 0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_size_is_read_from_the_first_detailed_timing() {
        let mut edid = [0_u8; BLOCK];
        edid[..8].copy_from_slice(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]);
        assert_eq!(preferred_size(&edid), None, "no pixel clock: not a timing");
        edid[54] = 1;
        (edid[56], edid[58], edid[59], edid[61]) = (0x80, 0x70, 0x38, 0x40);
        assert_eq!(preferred_size(&edid), Some((1920, 1080)));
        edid[0] = 1;
        assert_eq!(preferred_size(&edid), None);
    }
}
