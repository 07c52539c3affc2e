//! Ke: DPC objects. One runs on the processor that queues it, or on its target processor.

use port::machine::Deferred;

use super::ps::ProcessorNumber;
use crate::abi::dispatcher::{DEFERRED_ROUTINE, KDPC};
use crate::abi::{NTSTATUS, PVOID, STATUS_INVALID_PARAMETER, STATUS_SUCCESS};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::{deferred, percpu};
use crate::sync::Lock;

/// DpcObject (KOBJECTS).
const DPC: u8 = 19;
/// What a target is stored as: its number and this. Zero is the processor that queues.
const TARGETED: u16 = 0x800;
/// DpcData of a KDPC that is queued.
const QUEUED: PVOID = 1 as PVOID;

/// Held while a KDPC's mark changes.
static DPCS: Lock<()> = Lock::new(());

/// KeInitializeDpc.
pub extern "system" fn ke_initialize_dpc(
    dpc: *mut KDPC,
    routine: Option<DEFERRED_ROUTINE>,
    context: PVOID,
) {
    // SAFETY: the caller's object.
    unsafe {
        dpc.write_bytes(0, 1);
        (*dpc).Type = DPC;
        (*dpc).Importance = 1;
        (*dpc).DeferredRoutine = routine;
        (*dpc).DeferredContext = context;
    }
}

/// KeSetTargetProcessorDpc.
pub extern "system" fn ke_set_target_processor_dpc(dpc: *mut KDPC, number: i8) {
    // SAFETY: the caller's object.
    unsafe { (*dpc).Number = TARGETED + number as u16 };
}

/// KeSetTargetProcessorDpcEx.
pub extern "system" fn ke_set_target_processor_dpc_ex(
    dpc: *mut KDPC,
    number: *const ProcessorNumber,
) -> NTSTATUS {
    // SAFETY: the caller's structure.
    let Some(number) = (unsafe { &*number }).index() else {
        return STATUS_INVALID_PARAMETER;
    };
    // SAFETY: the caller's object, which is not queued.
    unsafe { (*dpc).Number = TARGETED + number as u16 };
    STATUS_SUCCESS
}

/// KeSetImportanceDpc: there is one queue, in order.
pub extern "system" fn ke_set_importance_dpc(dpc: *mut KDPC, importance: i32) {
    // SAFETY: the caller's object.
    unsafe { (*dpc).Importance = importance as u8 };
}

/// KeInsertQueueDpc: false if it is queued already.
pub extern "system" fn ke_insert_queue_dpc(dpc: *mut KDPC, one: PVOID, two: PVOID) -> u8 {
    u8::from(insert(dpc, one, two))
}

/// As [`ke_insert_queue_dpc`].
pub fn insert(dpc: *mut KDPC, one: PVOID, two: PVOID) -> bool {
    let target = {
        let _held = DPCS.lock();
        // SAFETY: the caller's object.
        unsafe {
            if (*dpc).Type != DPC {
                bugcheck(
                    bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                    [0, dpc as u64, 0, 0],
                    format_args!("KeInsertQueueDpc: no initialized KDPC"),
                );
            }
            if !(*dpc).DpcData.is_null() {
                return false;
            }
            (*dpc).DpcData = QUEUED;
            (*dpc).SystemArgument1 = one;
            (*dpc).SystemArgument2 = two;
            (*dpc).Number
        }
    };
    let processor = match target.checked_sub(TARGETED) {
        Some(number) => u32::from(number),
        None => percpu::index(),
    };
    let call = Deferred {
        routine: run,
        context: dpc as usize,
    };
    if !deferred::queue(processor, call) {
        bugcheck(
            bugcheck::MANUALLY_INITIATED_CRASH,
            [u64::from(processor), 0, 0, 0],
            format_args!("the queue of deferred calls of processor {processor} is full"),
        );
    }
    true
}

/// Runs a queued KDPC: it may be queued again as soon as its routine runs.
fn run(context: usize) {
    let dpc = context as *mut KDPC;
    let call = {
        let _held = DPCS.lock();
        // SAFETY: it was queued, so the driver keeps it.
        unsafe {
            (*dpc).DpcData = core::ptr::null_mut();
            (*dpc).DeferredRoutine.map(|routine| {
                let dpc = &*dpc;
                (
                    routine,
                    dpc.DeferredContext,
                    dpc.SystemArgument1,
                    dpc.SystemArgument2,
                )
            })
        }
    };
    if let Some((routine, context, one, two)) = call {
        // SAFETY: the driver's own routine and arguments.
        unsafe { routine(dpc, context, one, two) };
    }
}

/// KeRemoveQueueDpc: true if it was queued.
pub extern "system" fn ke_remove_queue_dpc(dpc: *mut KDPC) -> u8 {
    let _held = DPCS.lock();
    // SAFETY: the caller's object.
    unsafe {
        let queued = !(*dpc).DpcData.is_null();
        (*dpc).DpcData = core::ptr::null_mut();
        if queued {
            deferred::cancel(run, dpc as usize);
        }
        u8::from(queued)
    }
}
