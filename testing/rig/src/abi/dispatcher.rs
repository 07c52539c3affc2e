//! Objects that threads wait for, and deferred calls: `wdm.h`'s layouts on x64.
#![allow(non_snake_case, non_camel_case_types)]

use core::mem::{offset_of, size_of};

use super::{KEVENT, LIST_ENTRY, PVOID};

/// Kinds of objects that can be waited for: DISPATCHER_HEADER's type.
pub mod kind {
    /// KEVENT that stays signalled.
    pub const NOTIFICATION_EVENT: u8 = 0;
    /// KEVENT that one wait takes.
    pub const SYNCHRONIZATION_EVENT: u8 = 1;
    /// KMUTEX.
    pub const MUTANT: u8 = 2;
    /// KSEMAPHORE.
    pub const SEMAPHORE: u8 = 5;
    /// KTHREAD.
    pub const THREAD: u8 = 6;
    /// KTIMER that stays signalled.
    pub const NOTIFICATION_TIMER: u8 = 8;
    /// KTIMER that one wait takes.
    pub const SYNCHRONIZATION_TIMER: u8 = 9;
}

/// A counting semaphore.
#[derive(Debug)]
#[repr(C)]
pub struct KSEMAPHORE {
    /// Its count is the header's state.
    pub Header: KEVENT,
    /// Most.
    pub Limit: i32,
}

/// A mutex: state 1 is free, 0 and below are held so often more.
#[derive(Debug)]
#[repr(C)]
pub struct KMUTANT {
    /// Header.
    pub Header: KEVENT,
    /// Link in the owner's list.
    pub MutantListEntry: LIST_ENTRY,
    /// The thread that has it.
    pub OwnerThread: PVOID,
    /// Its owner ended without releasing it.
    pub Abandoned: u8,
    /// APCs are off while it is held.
    pub ApcDisable: u8,
}

/// A mutex without recursion, at APC_LEVEL.
#[derive(Debug)]
#[repr(C)]
pub struct FAST_MUTEX {
    /// 1: free.
    pub Count: i32,
    /// The thread that has it.
    pub Owner: PVOID,
    /// Waits.
    pub Contention: u32,
    /// Signalled when it becomes free.
    pub Event: KEVENT,
    /// IRQL to go back to.
    pub OldIrql: u32,
}

/// A timer.
#[derive(Debug)]
#[repr(C)]
pub struct KTIMER {
    /// Header.
    pub Header: KEVENT,
    /// When it expires.
    pub DueTime: u64,
    /// Link.
    pub TimerListEntry: LIST_ENTRY,
    /// Queued then.
    pub Dpc: *mut KDPC,
    /// Processor.
    pub Processor: u32,
    /// Milliseconds, of a periodic timer.
    pub Period: u32,
}

/// A deferred procedure call's routine.
pub type DEFERRED_ROUTINE = unsafe extern "system" fn(*mut KDPC, PVOID, PVOID, PVOID);

/// A deferred procedure call.
#[derive(Debug)]
#[repr(C)]
pub struct KDPC {
    /// 19, or 26 of a threaded one.
    pub Type: u8,
    /// 0 low, 1 medium, 2 high.
    pub Importance: u8,
    /// Target processor plus 0x800; 0: the one that queues it.
    pub Number: u16,
    /// Link.
    pub DpcListEntry: PVOID,
    /// Not used.
    pub ProcessorHistory: usize,
    /// Called.
    pub DeferredRoutine: Option<DEFERRED_ROUTINE>,
    /// With this.
    pub DeferredContext: PVOID,
    /// And this.
    pub SystemArgument1: PVOID,
    /// And this.
    pub SystemArgument2: PVOID,
    /// Not NULL: queued.
    pub DpcData: PVOID,
}

/// The place of an in-stack queued spin lock's taker.
#[derive(Debug)]
#[repr(C)]
pub struct KLOCK_QUEUE_HANDLE {
    /// Next in the queue.
    pub Next: PVOID,
    /// The lock.
    pub Lock: *mut u64,
    /// IRQL to go back to.
    pub OldIrql: u8,
}

const _: () = {
    assert!(size_of::<KSEMAPHORE>() == 32);
    assert!(size_of::<KMUTANT>() == 56 && offset_of!(KMUTANT, OwnerThread) == 40);
    assert!(size_of::<FAST_MUTEX>() == 56 && offset_of!(FAST_MUTEX, OldIrql) == 48);
    assert!(size_of::<KTIMER>() == 64 && offset_of!(KTIMER, Period) == 60);
    assert!(size_of::<KDPC>() == 64 && offset_of!(KDPC, DpcData) == 56);
    assert!(size_of::<KLOCK_QUEUE_HANDLE>() == 24);
};
