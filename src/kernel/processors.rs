//! Sees every processor at DISPATCH_LEVEL: a DPC of our own runs on each.

use core::ffi::c_void;
use core::ptr;

use wdk_sys::ntddk::{
    KeFlushQueuedDpcs, KeGetProcessorNumberFromIndex, KeInitializeDpc, KeInsertQueueDpc,
    KeQueryActiveProcessorCountEx, KeSetTargetProcessorDpcEx,
};
use wdk_sys::{ALL_PROCESSOR_GROUPS, KDPC, NT_SUCCESS, PROCESSOR_NUMBER};

/// Does nothing: that it runs is what matters.
unsafe extern "C" fn seen(_: *mut KDPC, _: *mut c_void, _: *mut c_void, _: *mut c_void) {}

/// Returns when each active processor has run a DPC that was queued by this.
///
/// A DPC runs when its processor has left DIRQL, and DPCs of a processor run one after the other: every interrupt routine and
/// DPC that was running there has ended. PASSIVE_LEVEL.
pub(super) fn see_every() {
    // The stack stays in memory: KeFlushQueuedDpcs waits in kernel mode, and only a wait in user mode lets it be paged out.
    let mut dpc = KDPC::default();
    // SAFETY: may be called anywhere.
    let count = unsafe { KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS as u16) };
    for index in 0..count {
        let mut number = PROCESSOR_NUMBER::default();
        // SAFETY: our out-parameter.
        let status = unsafe { KeGetProcessorNumberFromIndex(index, &raw mut number) };
        if !NT_SUCCESS(status) {
            continue;
        }
        // SAFETY: our object, which is in no queue: the flush below has emptied it.
        unsafe { KeInitializeDpc(&raw mut dpc, Some(seen), ptr::null_mut()) };
        // SAFETY: an initialized DPC and the number of a processor.
        let _ = unsafe { KeSetTargetProcessorDpcEx(&raw mut dpc, &raw mut number) };
        // SAFETY: as above; it is not touched before the flush has returned.
        let _ = unsafe { KeInsertQueueDpc(&raw mut dpc, ptr::null_mut(), ptr::null_mut()) };
        // SAFETY: PASSIVE_LEVEL, as the caller has it.
        unsafe { KeFlushQueuedDpcs() };
    }
}
