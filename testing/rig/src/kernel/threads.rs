//! Ps: system threads, over the coroutines of [`crate::cpu::threads`].

use alloc::boxed::Box;
use core::sync::atomic::Ordering;

use super::objects::{self, Opened};
use super::{counted, rules, waits};
use crate::abi::dispatcher::kind;
use crate::abi::{
    HANDLE, KEVENT, NTSTATUS, PVOID, STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER,
    STATUS_SUCCESS,
};
use crate::cpu::irql::{self, APC_LEVEL, PASSIVE_LEVEL};
use crate::cpu::{idle, threads};
use crate::log;

/// Words of 32 bits in the head of a KTHREAD, as far as it is there.
const THREAD_WORDS: u8 = 6;
/// The system process' number; a thread's is made of its object's address.
const SYSTEM_PROCESS: u64 = 4;
/// A thread's priority that nobody set.
const NORMAL_PRIORITY: i32 = 8;
/// Where a thread's object keeps its priority, behind the head.
const PRIORITY: usize = 64;

/// `PKSTART_ROUTINE`.
type Start = unsafe extern "system" fn(PVOID);

struct Begin {
    routine: Start,
    context: PVOID,
}

/// PsCreateSystemThread.
pub extern "system" fn ps_create_system_thread(
    handle: *mut HANDLE,
    _access: u32,
    _attributes: PVOID,
    process: HANDLE,
    client: *mut [u64; 2],
    routine: Option<Start>,
    context: PVOID,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "PsCreateSystemThread");
    let Some(routine) = routine.filter(|_| !handle.is_null()) else {
        return STATUS_INVALID_PARAMETER;
    };
    let Some(object) = counted::new("a thread") else {
        return STATUS_INSUFFICIENT_RESOURCES;
    };
    if !process.is_null() && process as isize != -1 {
        log!("PsCreateSystemThread: the process is not looked at");
    }
    // The first reference is the thread's own, the second the handle's.
    counted::reference(object);
    // SAFETY: the object's page is fresh; the handle and the identifiers are out-parameters.
    unsafe {
        waits::initialize(object as *mut KEVENT, kind::THREAD, THREAD_WORDS, 0);
        ((object + PRIORITY as u64) as *mut i32).write(NORMAL_PRIORITY);
        handle.write(objects::new_handle(Opened::Object(object)));
        if let Some(client) = client.as_mut() {
            *client = [SYSTEM_PROCESS, object];
        }
    }
    let begin = Box::into_raw(Box::new(Begin { routine, context }));
    threads::start(run, begin as usize, object);
    STATUS_SUCCESS
}

fn run(begin: usize) {
    // SAFETY: `ps_create_system_thread` made the box for this one call.
    let Begin { routine, context } = *unsafe { Box::from_raw(begin as *mut Begin) };
    // SAFETY: the driver's own routine and argument.
    unsafe { routine(context) };
    signal_end();
}

/// What waits for the thread goes on, and the thread's own reference goes away.
fn signal_end() {
    let level = irql::current();
    if level != PASSIVE_LEVEL {
        rules::check(
            port::rules::Rule::IrqlCallback,
            "PsTerminateSystemThread",
            false,
            format_args!("a thread ends at PASSIVE_LEVEL"),
            format_args!("IRQL {level} ({})", irql::name(level)),
        );
        irql::set(PASSIVE_LEVEL);
    }
    let Some(thread) = threads::current() else {
        return;
    };
    let object = thread.object;
    // SAFETY: the thread's reference keeps the object.
    unsafe {
        waits::state(object as *mut KEVENT, &[kind::THREAD], "a thread's end")
            .store(1, Ordering::SeqCst);
    }
    counted::dereference(object);
    idle::wake_waiting();
}

/// PsTerminateSystemThread: does not return in a thread.
pub extern "system" fn ps_terminate_system_thread(_status: NTSTATUS) -> NTSTATUS {
    rules::at_most(APC_LEVEL, "PsTerminateSystemThread");
    if threads::current().is_none() {
        return STATUS_INVALID_PARAMETER;
    }
    signal_end();
    threads::end()
}

/// KeGetCurrentThread and PsGetCurrentThread.
pub extern "system" fn ke_get_current_thread() -> PVOID {
    threads::identity() as PVOID
}

/// PsGetCurrentThreadId.
pub extern "system" fn ps_get_current_thread_id() -> HANDLE {
    threads::identity() as HANDLE
}

/// PsGetCurrentProcessId.
pub extern "system" fn ps_get_current_process_id() -> HANDLE {
    SYSTEM_PROCESS as HANDLE
}

/// KeSetPriorityThread: kept and given back; the threads of a processor take turns.
pub extern "system" fn ke_set_priority_thread(thread: PVOID, priority: i32) -> i32 {
    if counted::reference(thread as u64).is_none() {
        return NORMAL_PRIORITY;
    }
    // SAFETY: a thread's object, which the reference keeps.
    let old = unsafe {
        let place = thread.cast::<u8>().add(PRIORITY).cast::<i32>();
        place.replace(priority)
    };
    counted::dereference(thread as u64);
    old
}
