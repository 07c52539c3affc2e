//! Ke: DPC objects and processor numbers.

use core::mem::offset_of;
use core::sync::atomic::{AtomicU64, Ordering};

use port::machine::Deferred;

use super::rules;
use crate::abi::{NTSTATUS, PVOID, STATUS_INVALID_PARAMETER, STATUS_SUCCESS};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::DISPATCH_LEVEL;
use crate::cpu::{deferred, percpu};

/// DpcObject (KOBJECTS).
const DPC_OBJECT: u8 = 19;
/// ALL_PROCESSOR_GROUPS.
const ALL_PROCESSOR_GROUPS: u16 = 0xFFFF;
/// What a target is stored as: its number and this. Zero is the processor that queues.
const TARGETED: u16 = 0x800;

type Routine = unsafe extern "system" fn(*mut Kdpc, PVOID, PVOID, PVOID);

/// KDPC.
#[repr(C)]
pub struct Kdpc {
    kind: u8,
    importance: u8,
    number: u16,
    list_entry: u64,
    processor_history: u64,
    routine: Option<Routine>,
    context: PVOID,
    arguments: [PVOID; 2],
    /// Not zero while it is queued.
    data: AtomicU64,
}

const _: () = assert!(size_of::<Kdpc>() == 64 && offset_of!(Kdpc, routine) == 24);

/// PROCESSOR_NUMBER.
#[repr(C)]
pub struct ProcessorNumber {
    group: u16,
    number: u8,
    reserved: u8,
}

/// KeInitializeDpc.
pub extern "system" fn ke_initialize_dpc(dpc: *mut Kdpc, routine: Option<Routine>, context: PVOID) {
    let initial = Kdpc {
        kind: DPC_OBJECT,
        importance: 1,
        number: 0,
        list_entry: 0,
        processor_history: 0,
        routine,
        context,
        arguments: [core::ptr::null_mut(); 2],
        data: AtomicU64::new(0),
    };
    // SAFETY: the caller's object.
    unsafe { dpc.write(initial) };
}

fn check(dpc: *mut Kdpc, export: &'static str) {
    // SAFETY: the caller's object.
    if unsafe { (*dpc).kind } != DPC_OBJECT {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, dpc as u64, 0, 0],
            format_args!("{export}: the object is no initialized DPC"),
        );
    }
}

/// KeSetTargetProcessorDpcEx.
pub extern "system" fn ke_set_target_processor_dpc_ex(
    dpc: *mut Kdpc,
    number: *const ProcessorNumber,
) -> NTSTATUS {
    check(dpc, "KeSetTargetProcessorDpcEx");
    // SAFETY: the caller's structure.
    let number = unsafe { &*number };
    if number.group != 0 || u32::from(number.number) >= percpu::count() || number.reserved != 0 {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: the caller's object, which is not queued.
    unsafe { (*dpc).number = TARGETED + u16::from(number.number) };
    STATUS_SUCCESS
}

/// KeInsertQueueDpc.
pub extern "system" fn ke_insert_queue_dpc(dpc: *mut Kdpc, first: PVOID, second: PVOID) -> u8 {
    check(dpc, "KeInsertQueueDpc");
    // SAFETY: the caller's object.
    if unsafe { (*dpc).data.swap(1, Ordering::SeqCst) } != 0 {
        return 0;
    }
    // SAFETY: not queued until now, so only this has it.
    let number = unsafe {
        (*dpc).arguments = [first, second];
        (*dpc).number
    };
    let processor = match number.checked_sub(TARGETED) {
        Some(target) => u32::from(target),
        None => percpu::current().index(),
    };
    let call = Deferred {
        routine: run,
        context: dpc as usize,
    };
    if !deferred::queue(processor, call) {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [1, dpc as u64, 0, 0],
            format_args!("KeInsertQueueDpc: the queue of processor {processor} is full"),
        );
    }
    1
}

/// Runs a queued DPC, which may be queued again from here on, and freed by its routine.
fn run(dpc: usize) {
    let dpc = dpc as *mut Kdpc;
    // SAFETY: queued by the driver, which keeps it until its routine runs.
    let (routine, context, [first, second]) = unsafe {
        let taken = ((*dpc).routine, (*dpc).context, (*dpc).arguments);
        (*dpc).data.store(0, Ordering::SeqCst);
        taken
    };
    if let Some(routine) = routine {
        // SAFETY: the driver's routine with its arguments, at DISPATCH_LEVEL.
        unsafe { routine(dpc, context, first, second) };
    }
}

/// KeQueryActiveProcessorCountEx.
pub extern "system" fn ke_query_active_processor_count_ex(group: u16) -> u32 {
    match group {
        0 | ALL_PROCESSOR_GROUPS => percpu::count(),
        _ => 0,
    }
}

/// KeGetProcessorNumberFromIndex.
pub extern "system" fn ke_get_processor_number_from_index(
    index: u32,
    number: *mut ProcessorNumber,
) -> NTSTATUS {
    rules::at_most(DISPATCH_LEVEL, "KeGetProcessorNumberFromIndex");
    if index >= percpu::count() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: the caller's structure.
    unsafe {
        number.write(ProcessorNumber {
            group: 0,
            number: index as u8,
            reserved: 0,
        });
    }
    STATUS_SUCCESS
}
