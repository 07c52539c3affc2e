//! What the port's answers become: resources, configuration space, the modes of firmware.

extern crate std;

use core::ffi::c_void;
use core::sync::atomic::{AtomicU32, Ordering};
use std::vec;
use std::vec::Vec;

use dxgk_sys::{
    CM_PARTIAL_RESOURCE_DESCRIPTOR, CM_RESOURCE_INTERRUPT_LATCHED, CM_RESOURCE_INTERRUPT_MESSAGE,
    CM_RESOURCE_LIST, CmResourceTypeInterrupt, CmResourceTypeMemory, DXGK_DEVICE_INFO,
    DXGK_DISPLAY_INFORMATION, DXGK_WHICHSPACE_CONFIG, HANDLE, NTSTATUS, STATUS_SUCCESS,
    STATUS_UNSUCCESSFUL,
};

use super::*;
use crate::hosted::{self, Host, passive};
use crate::lifetime::Lifetimes;
use crate::resources::InterruptResource;

static LIVES: Lifetimes = Lifetimes::new();

fn interface(change: impl FnOnce(&mut DXGKRNL_INTERFACE)) -> Interface<Host> {
    let mut table = hosted::table(ptr::null_mut());
    change(&mut table);
    // SAFETY: our own table; the callbacks that are called below take any handle.
    let interface = unsafe { Interface::<Host>::take(&table, LIVES.begin()) };
    interface.expect("complete")
}

/// A list with these descriptors, as bytes: it is longer than its type.
fn list(descriptors: &[CM_PARTIAL_RESOURCE_DESCRIPTOR]) -> Vec<u64> {
    let mut bytes = vec![0_u64; 64];
    let list = bytes.as_mut_ptr().cast::<CM_RESOURCE_LIST>();
    // SAFETY: large enough for the list and a dozen descriptors.
    unsafe {
        (&raw mut (*list).Count).write(1);
        let partial = &raw mut (*list).List[0].PartialResourceList;
        (&raw mut (*partial).Count).write_unaligned(descriptors.len() as u32);
        let first =
            (&raw mut (*partial).PartialDescriptors).cast::<CM_PARTIAL_RESOURCE_DESCRIPTOR>();
        for (index, descriptor) in descriptors.iter().enumerate() {
            first.add(index).write_unaligned(*descriptor);
        }
    }
    bytes
}

fn descriptor(kind: u32, flags: u32) -> CM_PARTIAL_RESOURCE_DESCRIPTOR {
    CM_PARTIAL_RESOURCE_DESCRIPTOR {
        Type: kind as u8,
        Flags: flags as u16,
        ..Default::default()
    }
}

fn read(descriptors: &[CM_PARTIAL_RESOURCE_DESCRIPTOR]) -> Resources {
    let list = list(descriptors);
    // SAFETY: the list made above.
    unsafe { Resources::read(list.as_ptr().cast(), LIVES.begin()) }
}

/// MSI/resource-descriptors, MSI/all-or-one.
#[test]
fn messages_are_counted_by_their_descriptors_and_a_line_is_a_line() {
    let message = descriptor(
        CmResourceTypeInterrupt,
        CM_RESOURCE_INTERRUPT_MESSAGE | CM_RESOURCE_INTERRUPT_LATCHED,
    );
    let line = descriptor(CmResourceTypeInterrupt, 0);
    assert_eq!(read(&[]).interrupt(), None);
    assert_eq!(read(&[line]).interrupt(), Some(InterruptResource::Line));
    for count in 1..=8_u32 {
        let messages = vec![message; count as usize];
        let expected = core::num::NonZeroU32::new(count).map(InterruptResource::Messages);
        assert_eq!(read(&messages).interrupt(), expected);
    }
    // SAFETY: NULL is one of the two things that may be passed.
    let none = unsafe { Resources::read(ptr::null(), LIVES.begin()) };
    assert_eq!(none.interrupt(), None);
}

/// CB/device-info, CB/map-memory: ranges come in the list's order, and parts of them stay inside.
#[test]
fn memory_ranges_are_the_lists_and_their_parts_lie_inside() {
    let memory = |start: i64, length: u32| {
        let mut memory = descriptor(CmResourceTypeMemory, 0);
        memory.u.Memory = Default::default();
        memory.u.Memory.Start.QuadPart = start;
        memory.u.Memory.Length = length;
        memory
    };
    let resources = read(&[
        memory(0xFE00_0000, 0x1000),
        descriptor(CmResourceTypeInterrupt, 0),
        memory(0x8_0000_0000, 0x4000),
    ]);
    let ranges: Vec<_> = resources
        .memory()
        .map(|range| (range.start(), range.length()))
        .collect();
    assert_eq!(ranges, [(0xFE00_0000, 0x1000), (0x8_0000_0000, 0x4000)]);
    let range = resources.memory().next().expect("the first");
    let part = range.part(0x800, 0x800).expect("inside");
    assert_eq!((part.start(), part.length()), (0xFE00_0800, 0x800));
    assert_eq!(range.part(0x800, 0x801), None);
    assert_eq!(range.part(u64::MAX, 2), None);
}

static MOVED: AtomicU32 = AtomicU32::new(0);

unsafe extern "system" fn device_space(
    _: HANDLE,
    space: u32,
    _: *mut c_void,
    _: u32,
    length: u32,
    moved: *mut u32,
) -> NTSTATUS {
    assert_eq!(space, DXGK_WHICHSPACE_CONFIG);
    // SAFETY: the driver's out-pointer.
    unsafe { moved.write(MOVED.load(Ordering::Relaxed).min(length)) };
    STATUS_SUCCESS
}

/// CB/device-space: the status alone does not say that everything was moved.
#[test]
fn configuration_space_is_moved_whole_or_not_at_all() {
    let interface = interface(|table| {
        table.DxgkCbReadDeviceSpace = Some(device_space);
        table.DxgkCbWriteDeviceSpace = Some(device_space);
    });
    passive(|irql| {
        let mut buffer = [0; 4];
        for (moved, expected) in [
            (0, Err(Status::UNSUCCESSFUL)),
            (3, Err(Status::UNSUCCESSFUL)),
            (4, Ok(())),
        ] {
            MOVED.store(moved, Ordering::Relaxed);
            assert_eq!(interface.read_config(0, &mut buffer, irql), expected);
            assert_eq!(interface.write_config(0, &buffer, irql), expected);
        }
    });
}

unsafe extern "system" fn device_information(_: HANDLE, _: *mut DXGK_DEVICE_INFO) -> NTSTATUS {
    STATUS_UNSUCCESSFUL
}

unsafe extern "system" fn post_display(
    _: HANDLE,
    information: *mut DXGK_DISPLAY_INFORMATION,
) -> NTSTATUS {
    // SAFETY: the driver's structure.
    let target = unsafe { (*information).TargetId };
    assert_eq!(target, dxgk_sys::D3DDDI_ID_UNINITIALIZED);
    STATUS_SUCCESS
}

/// CB/device-info, CB/post-ownership-values.
#[test]
fn what_the_port_does_not_say_is_an_error_or_nothing() {
    let interface = interface(|table| {
        table.DxgkCbGetDeviceInformation = Some(device_information);
        table.DxgkCbAcquirePostDisplayOwnership = Some(post_display);
    });
    passive(|irql| {
        let resources = interface.resources(irql);
        assert_eq!(resources.expect_err("refused"), Status::UNSUCCESSFUL);
        let post = interface.acquire_post_display_ownership(irql);
        assert_eq!(post, Ok(None), "no display was lit");
    });
    let without = super::tests::interface(|_| ());
    let post = passive(|irql| without.acquire_post_display_ownership(irql));
    assert_eq!(post.err(), Some(Status::NOT_SUPPORTED));
}
