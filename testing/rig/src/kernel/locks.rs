//! Mutexes and semaphores: KMUTEX, which its owner may take again, FAST_MUTEX, KSEMAPHORE.

use core::sync::atomic::Ordering;

use super::{rules, waits};
use crate::abi::dispatcher::{FAST_MUTEX, KMUTANT, KSEMAPHORE, kind};
use crate::abi::{KEVENT, STATUS_SEMAPHORE_LIMIT_EXCEEDED};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{self, APC_LEVEL, DISPATCH_LEVEL};
use crate::cpu::raise::raise_status;
use crate::cpu::{idle, threads};

/// Words of 32 bits in each object.
const MUTANT_WORDS: u8 = 14;
const SEMAPHORE_WORDS: u8 = 8;
const EVENT_WORDS: u8 = 6;
/// STATUS_MUTANT_NOT_OWNED.
const STATUS_MUTANT_NOT_OWNED: i32 = 0xC000_0046_u32 as i32;

/// KeInitializeMutex.
pub extern "system" fn ke_initialize_mutex(mutex: *mut KMUTANT, _level: u32) {
    // SAFETY: the caller's mutex.
    unsafe {
        waits::initialize(mutex.cast(), kind::MUTANT, MUTANT_WORDS, 1);
        let list = &raw mut (*mutex).MutantListEntry;
        (*list).Flink = list;
        (*list).Blink = list;
        (*mutex).OwnerThread = core::ptr::null_mut();
        (*mutex).Abandoned = 0;
        (*mutex).ApcDisable = 1;
    }
}

/// KeReleaseMutex.
pub extern "system" fn ke_release_mutex(mutex: *mut KMUTANT, _wait: u8) -> i32 {
    const EXPORT: &str = "KeReleaseMutex";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let held = waits::DISPATCHER.lock();
    // SAFETY: the caller's mutex.
    let (state, owner) = unsafe {
        (
            waits::state(mutex.cast(), &[kind::MUTANT], EXPORT),
            (*mutex).OwnerThread as u64,
        )
    };
    if owner != threads::identity() || state.load(Ordering::SeqCst) > 0 {
        drop(held);
        raise_status(STATUS_MUTANT_NOT_OWNED);
    }
    let old = state.fetch_add(1, Ordering::SeqCst);
    if old == 0 {
        // SAFETY: as above.
        unsafe { (*mutex).OwnerThread = core::ptr::null_mut() };
    }
    drop(held);
    idle::wake_waiting();
    old
}

/// KeReadStateMutex and KeReadStateSemaphore.
pub extern "system" fn ke_read_state(object: *mut KEVENT) -> i32 {
    let kinds = [kind::MUTANT, kind::SEMAPHORE];
    // SAFETY: the caller's object.
    unsafe { waits::state(object, &kinds, "KeReadState") }.load(Ordering::SeqCst)
}

/// KeInitializeSemaphore.
pub extern "system" fn ke_initialize_semaphore(semaphore: *mut KSEMAPHORE, count: i32, limit: i32) {
    // SAFETY: the caller's semaphore.
    unsafe {
        waits::initialize(semaphore.cast(), kind::SEMAPHORE, SEMAPHORE_WORDS, count);
        (*semaphore).Limit = limit;
    }
}

/// KeReleaseSemaphore.
pub extern "system" fn ke_release_semaphore(
    semaphore: *mut KSEMAPHORE,
    _increment: i32,
    adjustment: i32,
    _wait: u8,
) -> i32 {
    const EXPORT: &str = "KeReleaseSemaphore";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let held = waits::DISPATCHER.lock();
    // SAFETY: the caller's semaphore.
    let (state, limit) = unsafe {
        (
            waits::state(semaphore.cast(), &[kind::SEMAPHORE], EXPORT),
            (*semaphore).Limit,
        )
    };
    let old = state.load(Ordering::SeqCst);
    match old.checked_add(adjustment) {
        Some(new) if new <= limit && adjustment > 0 => state.store(new, Ordering::SeqCst),
        _ => {
            drop(held);
            raise_status(STATUS_SEMAPHORE_LIMIT_EXCEEDED);
        }
    }
    drop(held);
    idle::wake_waiting();
    old
}

/// ExInitializeFastMutex, which headers have inline; exported for who takes its address.
pub extern "system" fn ex_initialize_fast_mutex(mutex: *mut FAST_MUTEX) {
    // SAFETY: the caller's mutex.
    unsafe {
        (*mutex).Count = 1;
        (*mutex).Owner = core::ptr::null_mut();
        (*mutex).Contention = 0;
        waits::initialize(
            &raw mut (*mutex).Event,
            kind::SYNCHRONIZATION_EVENT,
            EVENT_WORDS,
            0,
        );
        (*mutex).OldIrql = 0;
    }
}

/// Takes the mutex if it is free.
fn take(mutex: *mut FAST_MUTEX) -> bool {
    let _held = waits::DISPATCHER.lock();
    // SAFETY: the caller's mutex, under the lock.
    unsafe {
        let free = (*mutex).Count == 1;
        if free {
            (*mutex).Count = 0;
            (*mutex).Owner = threads::identity() as *mut _;
        }
        free
    }
}

/// ExAcquireFastMutex: goes to APC_LEVEL.
pub extern "system" fn ex_acquire_fast_mutex(mutex: *mut FAST_MUTEX) {
    rules::at_most(APC_LEVEL, "ExAcquireFastMutex");
    let old = irql::current();
    acquire(mutex, "ExAcquireFastMutex");
    irql::set(APC_LEVEL);
    // SAFETY: the caller's mutex, which it has now.
    unsafe { (*mutex).OldIrql = u32::from(old) };
}

/// ExAcquireFastMutexUnsafe: stays at its IRQL.
pub extern "system" fn ex_acquire_fast_mutex_unsafe(mutex: *mut FAST_MUTEX) {
    rules::at_most(APC_LEVEL, "ExAcquireFastMutexUnsafe");
    acquire(mutex, "ExAcquireFastMutexUnsafe");
}

fn acquire(mutex: *mut FAST_MUTEX, export: &'static str) {
    // SAFETY: the caller's mutex.
    let owner = unsafe { (*mutex).Owner as u64 };
    if owner == threads::identity() {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, mutex as u64, 0, 0],
            format_args!("{export}: its owner takes the fast mutex again, and would wait forever"),
        );
    }
    idle::wait(None, || take(mutex));
}

/// ExTryToAcquireFastMutex.
pub extern "system" fn ex_try_to_acquire_fast_mutex(mutex: *mut FAST_MUTEX) -> u8 {
    rules::at_most(APC_LEVEL, "ExTryToAcquireFastMutex");
    let old = irql::current();
    let taken = take(mutex);
    if taken {
        irql::set(APC_LEVEL);
        // SAFETY: as in `ex_acquire_fast_mutex`.
        unsafe { (*mutex).OldIrql = u32::from(old) };
    }
    u8::from(taken)
}

/// ExReleaseFastMutex.
pub extern "system" fn ex_release_fast_mutex(mutex: *mut FAST_MUTEX) {
    // SAFETY: the caller's mutex, which it has.
    let old = unsafe { (*mutex).OldIrql };
    release(mutex, "ExReleaseFastMutex");
    irql::lower(old as u8);
}

/// ExReleaseFastMutexUnsafe.
pub extern "system" fn ex_release_fast_mutex_unsafe(mutex: *mut FAST_MUTEX) {
    release(mutex, "ExReleaseFastMutexUnsafe");
}

fn release(mutex: *mut FAST_MUTEX, export: &'static str) {
    rules::at_most(APC_LEVEL, export);
    let held = waits::DISPATCHER.lock();
    // SAFETY: the caller's mutex, under the lock.
    let owned = unsafe { (*mutex).Owner as u64 == threads::identity() };
    if owned {
        // SAFETY: as above.
        unsafe {
            (*mutex).Owner = core::ptr::null_mut();
            (*mutex).Count = 1;
        }
    }
    drop(held);
    if !owned {
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, mutex as u64, 0, 0],
            format_args!("{export}: the caller does not have the fast mutex"),
        );
    }
    idle::wake_waiting();
}
