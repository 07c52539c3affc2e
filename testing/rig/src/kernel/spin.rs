//! Spin locks: plain, in-stack queued, and the IRQL that goes with them.
//!
//! A lock's word holds the number of the processor that has it, plus one, so that taking it twice is a bugcheck and not a hang.

use core::sync::atomic::{AtomicU64, Ordering};

use super::rules;
use crate::abi::dispatcher::KLOCK_QUEUE_HANDLE;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{self, DISPATCH_LEVEL};
use crate::cpu::percpu;

fn word<'a>(lock: *mut u64) -> &'a AtomicU64 {
    // SAFETY: the caller of the export gives a spin lock; a bad pointer is a page fault, as in the kernel.
    unsafe { AtomicU64::from_ptr(lock) }
}

fn own() -> u64 {
    u64::from(percpu::index()) + 1
}

/// Takes the lock. The IRQL is DISPATCH_LEVEL or above.
pub fn acquire(lock: *mut u64, export: &'static str) {
    let (word, own) = (word(lock), own());
    loop {
        match word.compare_exchange(0, own, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return,
            Err(owner) if owner == own => bugcheck(
                bugcheck::SPIN_LOCK_ALREADY_OWNED,
                [lock as u64, 0, 0, 0],
                format_args!("{export}: this processor has the spin lock already"),
            ),
            Err(owner) if owner > u64::from(percpu::count()) => bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0, lock as u64, owner, 0],
                format_args!("{export}: no initialized spin lock"),
            ),
            Err(_) => core::hint::spin_loop(),
        }
    }
}

/// Gives the lock back.
pub fn release(lock: *mut u64, export: &'static str) {
    if word(lock)
        .compare_exchange(own(), 0, Ordering::Release, Ordering::Relaxed)
        .is_err()
    {
        bugcheck(
            bugcheck::SPIN_LOCK_NOT_OWNED,
            [lock as u64, 0, 0, 0],
            format_args!("{export}: this processor does not have the spin lock"),
        );
    }
}

/// KeInitializeSpinLock.
pub extern "system" fn ke_initialize_spin_lock(lock: *mut u64) {
    word(lock).store(0, Ordering::SeqCst);
}

/// KeAcquireSpinLockRaiseToDpc.
pub extern "system" fn ke_acquire_spin_lock_raise_to_dpc(lock: *mut u64) -> u8 {
    const EXPORT: &str = "KeAcquireSpinLockRaiseToDpc";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    let old = irql::raise(DISPATCH_LEVEL);
    acquire(lock, EXPORT);
    old
}

/// KeReleaseSpinLock.
pub extern "system" fn ke_release_spin_lock(lock: *mut u64, level: u8) {
    release(lock, "KeReleaseSpinLock");
    irql::lower(level);
}

/// KeAcquireSpinLockAtDpcLevel.
pub extern "system" fn ke_acquire_spin_lock_at_dpc_level(lock: *mut u64) {
    const EXPORT: &str = "KeAcquireSpinLockAtDpcLevel";
    at_least_dispatch(EXPORT);
    acquire(lock, EXPORT);
}

fn at_least_dispatch(export: &'static str) {
    let level = irql::current();
    rules::check(
        port::rules::Rule::IrqlCallback,
        export,
        level >= DISPATCH_LEVEL,
        format_args!("IRQL at least DISPATCH_LEVEL"),
        format_args!("IRQL {level} ({})", irql::name(level)),
    );
}

/// KeReleaseSpinLockFromDpcLevel.
pub extern "system" fn ke_release_spin_lock_from_dpc_level(lock: *mut u64) {
    release(lock, "KeReleaseSpinLockFromDpcLevel");
}

/// KeTryToAcquireSpinLockAtDpcLevel.
pub extern "system" fn ke_try_to_acquire_spin_lock_at_dpc_level(lock: *mut u64) -> u8 {
    at_least_dispatch("KeTryToAcquireSpinLockAtDpcLevel");
    let taken = word(lock).compare_exchange(0, own(), Ordering::Acquire, Ordering::Relaxed);
    u8::from(taken.is_ok())
}

/// KeAcquireInStackQueuedSpinLock.
pub extern "system" fn ke_acquire_in_stack_queued_spin_lock(
    lock: *mut u64,
    handle: *mut KLOCK_QUEUE_HANDLE,
) {
    let old = ke_acquire_spin_lock_raise_to_dpc(lock);
    // SAFETY: the caller's handle.
    unsafe {
        (*handle).Lock = lock;
        (*handle).OldIrql = old;
    }
}

/// KeAcquireInStackQueuedSpinLockAtDpcLevel.
pub extern "system" fn ke_acquire_in_stack_queued_spin_lock_at_dpc_level(
    lock: *mut u64,
    handle: *mut KLOCK_QUEUE_HANDLE,
) {
    ke_acquire_spin_lock_at_dpc_level(lock);
    // SAFETY: the caller's handle.
    unsafe { (*handle).Lock = lock };
}

/// KeReleaseInStackQueuedSpinLock.
pub extern "system" fn ke_release_in_stack_queued_spin_lock(handle: *mut KLOCK_QUEUE_HANDLE) {
    // SAFETY: the caller's handle, filled when the lock was taken.
    let (lock, old) = unsafe { ((*handle).Lock, (*handle).OldIrql) };
    release(lock, "KeReleaseInStackQueuedSpinLock");
    irql::lower(old);
}

/// KeReleaseInStackQueuedSpinLockFromDpcLevel.
pub extern "system" fn ke_release_in_stack_queued_spin_lock_from_dpc_level(
    handle: *mut KLOCK_QUEUE_HANDLE,
) {
    // SAFETY: as above.
    let lock = unsafe { (*handle).Lock };
    release(lock, "KeReleaseInStackQueuedSpinLockFromDpcLevel");
}

/// KfRaiseIrql.
pub extern "system" fn kf_raise_irql(to: u8) -> u8 {
    irql::raise(to)
}

/// KeLowerIrql.
pub extern "system" fn ke_lower_irql(to: u8) {
    irql::lower(to);
}
