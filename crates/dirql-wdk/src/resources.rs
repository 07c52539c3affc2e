//! What the resources of a device say about its interrupt.

use core::num::NonZeroU32;
use core::ptr;

use dirql::InterruptResource;
use wdk_sys::{
    CM_PARTIAL_RESOURCE_DESCRIPTOR, CM_RESOURCE_INTERRUPT_MESSAGE, CM_RESOURCE_LIST,
    CmResourceTypeInterrupt,
};

/// The descriptors of a resource list, such as those of IRP_MN_START_DEVICE; none if there is no
/// list.
///
/// A PnP device has one full descriptor, and only that is read.
///
/// # Safety
///
/// `list` is null, or a list that stays as it is for as long as the iterator is used.
pub unsafe fn descriptors(
    list: *const CM_RESOURCE_LIST,
) -> impl Iterator<Item = CM_PARTIAL_RESOURCE_DESCRIPTOR> {
    let (first, count) = if list.is_null() {
        (ptr::null(), 0)
    } else {
        // SAFETY: the caller's list, whose fields have the alignment of 4 that the structures are
        // packed to.
        unsafe {
            let partial = &raw const (*list).List[0].PartialResourceList;
            let count = match (&raw const (*list).Count).read_unaligned() {
                0 => 0,
                _ => (&raw const (*partial).Count).read_unaligned(),
            };
            ((&raw const (*partial).PartialDescriptors).cast(), count)
        }
    };
    (0..count as usize).map(move |index| {
        let descriptor: *const CM_PARTIAL_RESOURCE_DESCRIPTOR = first;
        // SAFETY: the list has so many, one behind the other.
        unsafe { descriptor.add(index).read_unaligned() }
    })
}

/// The interrupt that a device was granted, from the descriptors of its **raw** resources.
///
/// Those have the number of messages: MSI has one descriptor however many messages are granted,
/// MSI-X one for each ("Using interrupt resource descriptors").
pub fn interrupt(
    raw: impl IntoIterator<Item = CM_PARTIAL_RESOURCE_DESCRIPTOR>,
) -> Option<InterruptResource> {
    let mut messages = 0_u32;
    let mut line = false;
    for descriptor in raw {
        if i32::from(descriptor.Type) != CmResourceTypeInterrupt as i32 {
            continue;
        }
        if u32::from(descriptor.Flags) & CM_RESOURCE_INTERRUPT_MESSAGE == 0 {
            line = true;
            continue;
        }
        // SAFETY: the member of a raw descriptor with this flag.
        let count = unsafe {
            descriptor
                .u
                .MessageInterrupt
                .__bindgen_anon_1
                .Raw
                .MessageCount
        };
        messages = messages.saturating_add(u32::from(count.max(1)));
    }
    match NonZeroU32::new(messages) {
        Some(messages) => Some(InterruptResource::Messages(messages)),
        None => line.then_some(InterruptResource::Line),
    }
}
