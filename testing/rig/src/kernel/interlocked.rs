//! Lists that are changed under a spin lock, at any IRQL.

use x86_64::instructions::interrupts;

use super::spin;
use crate::abi::LIST_ENTRY;

fn locked<R>(lock: *mut u64, export: &'static str, body: impl FnOnce() -> R) -> R {
    interrupts::without_interrupts(|| {
        spin::acquire(lock, export);
        let result = body();
        spin::release(lock, export);
        result
    })
}

/// Puts `entry` between two neighbours.
///
/// # Safety
/// They are linked to each other, and the entry is in no list.
unsafe fn link(entry: *mut LIST_ENTRY, before: *mut LIST_ENTRY, behind: *mut LIST_ENTRY) {
    // SAFETY: the caller's promise.
    unsafe {
        (*entry).Flink = behind;
        (*entry).Blink = before;
        (*before).Flink = entry;
        (*behind).Blink = entry;
    }
}

fn other_than(entry: *mut LIST_ENTRY, head: *mut LIST_ENTRY) -> *mut LIST_ENTRY {
    if entry == head {
        core::ptr::null_mut()
    } else {
        entry
    }
}

/// ExInterlockedInsertTailList: the old last entry, NULL if the list was empty.
pub extern "system" fn ex_interlocked_insert_tail_list(
    head: *mut LIST_ENTRY,
    entry: *mut LIST_ENTRY,
    lock: *mut u64,
) -> *mut LIST_ENTRY {
    locked(lock, "ExInterlockedInsertTailList", || {
        // SAFETY: the caller's list and entry, under its lock.
        unsafe {
            let last = (*head).Blink;
            link(entry, last, head);
            other_than(last, head)
        }
    })
}

/// ExInterlockedInsertHeadList: the old first entry, NULL if the list was empty.
pub extern "system" fn ex_interlocked_insert_head_list(
    head: *mut LIST_ENTRY,
    entry: *mut LIST_ENTRY,
    lock: *mut u64,
) -> *mut LIST_ENTRY {
    locked(lock, "ExInterlockedInsertHeadList", || {
        // SAFETY: as above.
        unsafe {
            let first = (*head).Flink;
            link(entry, head, first);
            other_than(first, head)
        }
    })
}

/// ExInterlockedRemoveHeadList: NULL if the list is empty.
pub extern "system" fn ex_interlocked_remove_head_list(
    head: *mut LIST_ENTRY,
    lock: *mut u64,
) -> *mut LIST_ENTRY {
    locked(lock, "ExInterlockedRemoveHeadList", || {
        // SAFETY: as above.
        unsafe {
            let first = (*head).Flink;
            if first != head {
                let next = (*first).Flink;
                (*head).Flink = next;
                (*next).Blink = head;
            }
            other_than(first, head)
        }
    })
}
