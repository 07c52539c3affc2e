//! Waits: events, mutexes, semaphores, timers and threads are taken under one lock, alone or several at once.

use core::sync::atomic::{AtomicI32, Ordering};

use super::rules;
use crate::abi::dispatcher::{KMUTANT, kind};
use crate::abi::{
    KEVENT, LIST_ENTRY, NTSTATUS, STATUS_INVALID_PARAMETER, STATUS_SUCCESS, STATUS_TIMEOUT,
};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{APC_LEVEL, DISPATCH_LEVEL};
use crate::cpu::{idle, threads};
use crate::devices::clock;
use crate::sync::Lock;

/// Held while objects are looked at and taken.
pub static DISPATCHER: Lock<()> = Lock::new(());

/// Most objects of one wait: MAXIMUM_WAIT_OBJECTS.
const MOST: usize = 64;
/// WaitAny; WaitAll is 0.
const WAIT_ANY: i32 = 1;

/// Fills an object's header in.
///
/// # Safety
/// `header` must be writable.
pub unsafe fn initialize(header: *mut KEVENT, kind: u8, words: u8, state: i32) {
    // SAFETY: the caller's promise.
    unsafe {
        let list = &raw mut (*header).WaitListHead;
        header.write(KEVENT {
            Type: kind,
            Signalling: 0,
            Size: words,
            Reserved1: 0,
            SignalState: state,
            WaitListHead: LIST_ENTRY {
                Flink: list,
                Blink: list,
            },
        });
    }
}

/// The state of an object of one of `kinds`; anything else is a bugcheck.
///
/// # Safety
/// `object` must be readable, and stay an object until the reference is used no more.
pub unsafe fn state<'a>(object: *mut KEVENT, kinds: &[u8], export: &'static str) -> &'a AtomicI32 {
    // SAFETY: the caller's promise; every access to the state is atomic.
    unsafe {
        if (*object).Size == 0 || !kinds.contains(&(*object).Type) {
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0, object as u64, 0, 0],
                format_args!("{export}: the object is not initialized, or of another kind"),
            );
        }
        AtomicI32::from_ptr(&raw mut (*object).SignalState)
    }
}

/// All kinds that can be waited for.
const KINDS: [u8; 7] = [
    kind::NOTIFICATION_EVENT,
    kind::SYNCHRONIZATION_EVENT,
    kind::MUTANT,
    kind::SEMAPHORE,
    kind::THREAD,
    kind::NOTIFICATION_TIMER,
    kind::SYNCHRONIZATION_TIMER,
];

/// Whether a wait of `who` for the object would end now. The dispatcher's lock is held.
fn is_ready(object: *mut KEVENT, who: u64, export: &'static str) -> bool {
    // SAFETY: the caller of the wait gave an object.
    let state = unsafe { state(object, &KINDS, export) }.load(Ordering::SeqCst);
    // SAFETY: as above; a mutex is as long as its type says.
    let is_owner = || unsafe { (*object.cast::<KMUTANT>()).OwnerThread as u64 == who };
    // SAFETY: as above.
    state > 0 || (unsafe { (*object).Type } == kind::MUTANT && is_owner())
}

/// Takes an object that is ready. The dispatcher's lock is held.
fn take(object: *mut KEVENT, who: u64) {
    // SAFETY: as in `is_ready`.
    unsafe {
        let state = AtomicI32::from_ptr(&raw mut (*object).SignalState);
        match (*object).Type {
            kind::SYNCHRONIZATION_EVENT | kind::SYNCHRONIZATION_TIMER => {
                state.store(0, Ordering::SeqCst);
            }
            kind::SEMAPHORE => {
                state.fetch_sub(1, Ordering::SeqCst);
            }
            kind::MUTANT => {
                state.fetch_sub(1, Ordering::SeqCst);
                (*object.cast::<KMUTANT>()).OwnerThread = who as *mut _;
            }
            _ => {}
        }
    }
}

/// When a wait with this timeout is over, 100 ns since start: relative if it is negative.
pub fn deadline(timeout: i64) -> u64 {
    // The rig's system time starts with the rig.
    if timeout <= 0 {
        clock::since_start() + timeout.unsigned_abs()
    } else {
        timeout as u64
    }
}

/// Waits for all of `objects`, or for any; the index of the one it was.
fn wait(
    objects: &[*mut KEVENT],
    any: bool,
    timeout: Option<i64>,
    export: &'static str,
) -> Option<usize> {
    rules::at_most(
        if timeout == Some(0) {
            DISPATCH_LEVEL
        } else {
            APC_LEVEL
        },
        export,
    );
    let who = threads::identity();
    let found = core::cell::Cell::new(0);
    let taken = || {
        let _held = DISPATCHER.lock();
        let mut ready = objects.iter().map(|&object| is_ready(object, who, export));
        let index = if any {
            ready.position(|ready| ready)
        } else {
            ready.all(|ready| ready).then_some(0)
        };
        let Some(index) = index else { return false };
        found.set(index);
        if any {
            take(objects[index], who);
        } else {
            objects.iter().for_each(|&object| take(object, who));
        }
        true
    };
    let ended = if timeout == Some(0) {
        taken()
    } else {
        idle::wait(timeout.map(deadline), taken)
    };
    ended.then(|| found.get())
}

/// KeWaitForSingleObject.
pub extern "system" fn ke_wait_for_single_object(
    object: *mut KEVENT,
    _reason: i32,
    _mode: i8,
    _alertable: u8,
    timeout: *const i64,
) -> NTSTATUS {
    // SAFETY: NULL or the caller's number.
    let timeout = unsafe { timeout.as_ref() }.copied();
    match wait(&[object], true, timeout, "KeWaitForSingleObject") {
        Some(_) => STATUS_SUCCESS,
        None => STATUS_TIMEOUT,
    }
}

/// KeWaitForMultipleObjects.
pub extern "system" fn ke_wait_for_multiple_objects(
    count: u32,
    objects: *const *mut KEVENT,
    kind: i32,
    _reason: i32,
    _mode: i8,
    _alertable: u8,
    timeout: *const i64,
    _blocks: *mut u8,
) -> NTSTATUS {
    let count = count as usize;
    if count == 0 || count > MOST {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: NULL or the caller's number; so many objects of the caller's.
    let (timeout, objects) = unsafe {
        (
            timeout.as_ref().copied(),
            core::slice::from_raw_parts(objects, count),
        )
    };
    let any = kind == WAIT_ANY;
    match wait(objects, any, timeout, "KeWaitForMultipleObjects") {
        Some(index) => index as NTSTATUS,
        None => STATUS_TIMEOUT,
    }
}

/// KeDelayExecutionThread.
pub extern "system" fn ke_delay_execution_thread(
    _mode: i8,
    _alertable: u8,
    interval: *const i64,
) -> NTSTATUS {
    rules::at_most(APC_LEVEL, "KeDelayExecutionThread");
    // SAFETY: the caller's number.
    idle::sleep(Some(deadline(unsafe { *interval })));
    STATUS_SUCCESS
}
