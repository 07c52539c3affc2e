//! The DXGKRNL_INTERFACE that StartDevice gets, in one of the sizes that Windows may give it.

use crate::adapter::Adapter;
use crate::callbacks;
use crate::config::PostAnswer;
use crate::machine::Machine;
use core::ptr::NonNull;
use dxgk_sys::*;

/// What a pointer of the interface reads as once StartDevice has returned, and beyond the declared version.
const POISON: usize = 0xDEAD_DEAD_DEAD_DEAD;
const PAGE: usize = 4096;

/// The interface at the end of a page of its own.
pub(crate) struct Interface {
    machine: &'static dyn Machine,
    page: NonNull<u8>,
    bytes: usize,
}

impl Interface {
    /// The interface for `adapter`. `None` if the machine has no memory.
    pub fn new(adapter: &Adapter) -> Option<Self> {
        let (machine, config) = (adapter.machine(), adapter.port().config());
        let sizes = adapter.port().sizes();
        let page = machine.allocate_source(PAGE)?;
        let interface = Self {
            machine,
            page,
            bytes: config.interface_bytes(&sizes),
        };
        let mut known = DXGKRNL_INTERFACE {
            Size: interface.bytes as u32,
            Version: sizes.version,
            ..callbacks::interface(adapter.handle())
        };
        if config.post_answer == PostAnswer::Absent {
            known.DxgkCbAcquirePostDisplayOwnership = None;
        }
        let words = interface.bytes / size_of::<usize>();
        let declared = sizes.interface / size_of::<usize>();
        let target = interface.pointer().cast::<usize>();
        let prefix = size_of::<DXGKRNL_INTERFACE>() / size_of::<usize>();
        for word in 0..words {
            let value = if word < declared {
                callbacks::newer()
            } else {
                POISON
            };
            // SAFETY: the word is one of the interface's, which end with the page.
            unsafe { target.add(word).write(value) };
        }
        // SAFETY: the structure is whole words, and no more of them are written than the interface has.
        unsafe {
            let source = (&raw const known).cast::<usize>();
            target.copy_from_nonoverlapping(source, prefix.min(words));
        }
        Some(interface)
    }

    /// As the driver gets it: so that it ends where the page ends.
    pub fn pointer(&self) -> *mut DXGKRNL_INTERFACE {
        // SAFETY: the interface is smaller than a page.
        unsafe { self.page.add(PAGE - self.bytes) }.as_ptr().cast()
    }
}

impl Drop for Interface {
    fn drop(&mut self) {
        let words = PAGE / size_of::<usize>();
        // SAFETY: the page is this interface's own.
        let memory =
            unsafe { core::slice::from_raw_parts_mut(self.page.as_ptr().cast::<usize>(), words) };
        memory.fill(POISON);
        self.machine.free_source(self.page, PAGE);
    }
}
