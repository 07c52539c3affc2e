//! An operating system of a few lines for a host: what a driver's own unit tests, and the examples of this crate, run on.
//!
//! It has one lock per message, as the kernel has one spin lock, and refuses where the kernel may refuse. A thread stands for
//! a processor.

extern crate std;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::connection::{Connection, Routine};
use crate::interrupts::{Interrupts, Prepared};
use crate::irql::{Dispatch, Passive};
use crate::level::{has_capability, is_raised};
use crate::map::{InterruptResource, MapError, MessageMap};
use crate::set::SourceSet;

/// PASSIVE_LEVEL (wdm.h).
pub const PASSIVE_LEVEL: u8 = 0;
/// DISPATCH_LEVEL (wdm.h).
pub const DISPATCH_LEVEL: u8 = 2;
/// The IRQL of every interrupt here.
pub const DIRQL: u8 = 5;

/// What has been asked of the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortCall {
    /// A message's lock was taken, by an interrupt or by the synchronize call.
    Lock(u32),
    /// A call of a layer above, by its number there.
    Other(i32),
    /// A DPC was queued.
    QueueDpc,
    /// The lock was released.
    Unlock(u32),
}

/// The locks of a device's messages, and a log of what was asked for.
#[derive(Debug)]
pub struct Port {
    locks: Vec<Mutex<()>>,
    connected: AtomicBool,
    refusals: Mutex<VecDeque<Option<i32>>>,
    calls: Mutex<Vec<PortCall>>,
}

std::thread_local! {
    /// The level of the capability that this thread has from here.
    static LENT: Cell<Option<u8>> = const { Cell::new(None) };
    /// The message whose lock this thread holds.
    static HELD: Cell<Option<u32>> = const { Cell::new(None) };
}

/// The IRQL of this thread: DIRQL while it holds a message's lock or is in an interrupt routine or a closure, else that
/// of the capability it has from here, else PASSIVE_LEVEL.
#[must_use]
pub fn current_irql() -> u8 {
    if HELD.get().is_some() || is_raised() {
        DIRQL
    } else {
        LENT.get().unwrap_or(PASSIVE_LEVEL)
    }
}

/// The message whose lock this thread holds.
#[must_use]
pub fn held_message() -> Option<u32> {
    HELD.get()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic inside a closure is carried past the lock, so there is nothing half done behind it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Port {
    /// A port with so many messages, connected.
    #[must_use]
    pub fn new(messages: u32) -> Self {
        Self {
            locks: (0..messages).map(|_| Mutex::new(())).collect(),
            connected: AtomicBool::new(true),
            refusals: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// Notes a call.
    pub fn log(&self, call: PortCall) {
        lock(&self.calls).push(call);
    }

    /// What was noted since this was last called.
    #[must_use]
    pub fn take_calls(&self) -> Vec<PortCall> {
        core::mem::take(&mut *lock(&self.calls))
    }

    /// Connects or disconnects the interrupt: while it is not connected, synchronizing is refused.
    pub fn connect(&self, connected: bool) {
        self.connected.store(connected, Ordering::SeqCst);
    }

    /// Makes the next call of [`synchronize`](Self::synchronize) that has none yet return this status without running
    /// anything; `None` lets it pass.
    pub fn refuse(&self, status: Option<i32>) {
        lock(&self.refusals).push_back(status);
    }

    /// Runs `body` with the lock of `message` held, or not at all if there is no such message.
    ///
    /// # Panics
    ///
    /// If this thread holds a lock already: it would wait forever.
    pub fn at_dirql<R>(&self, message: u32, body: impl FnOnce() -> R) -> Option<R> {
        assert_eq!(
            HELD.get(),
            None,
            "a spin lock is taken at DIRQL: this deadlocks"
        );
        /// Gives the lock back on every way out.
        struct Held<'a> {
            port: &'a Port,
            message: u32,
            _spin_lock: MutexGuard<'a, ()>,
        }
        impl Drop for Held<'_> {
            fn drop(&mut self) {
                self.port.log(PortCall::Unlock(self.message));
                HELD.set(None);
            }
        }
        let _held = Held {
            port: self,
            message,
            _spin_lock: lock(self.locks.get(message as usize)?),
        };
        HELD.set(Some(message));
        self.log(PortCall::Lock(message));
        Some(body())
    }

    /// The synchronize call.
    ///
    /// # Safety
    ///
    /// `routine` may be called with `context` once, before this returns.
    pub unsafe fn synchronize(&self, routine: Routine, context: *mut c_void, message: u32) -> i32 {
        const STATUS_SUCCESS: i32 = 0;
        const STATUS_UNSUCCESSFUL: i32 = 0xC000_0001_u32.cast_signed();
        const STATUS_INVALID_PARAMETER: i32 = 0xC000_000D_u32.cast_signed();
        if let Some(Some(status)) = lock(&self.refusals).pop_front() {
            return status;
        }
        if !self.connected.load(Ordering::SeqCst) {
            return STATUS_UNSUCCESSFUL;
        }
        // SAFETY: the caller's promise, with the lock held.
        match self.at_dirql(message, || unsafe { routine(context) }) {
            Some(_) => STATUS_SUCCESS,
            None => STATUS_INVALID_PARAMETER,
        }
    }

    /// Notes that a DPC was queued.
    ///
    /// # Panics
    ///
    /// Without a message's lock.
    pub fn queue_dpc(&self) {
        assert!(HELD.get().is_some(), "queued before the lock is released");
        self.log(PortCall::QueueDpc);
    }
}

/// The connection of a [`Hosted`] device.
#[derive(Debug)]
pub struct HostConnection(*const Port);

// SAFETY: a pointer to a port, which is shared by threads.
unsafe impl Send for HostConnection {}
// SAFETY: as above.
unsafe impl Sync for HostConnection {}

impl HostConnection {
    fn port(&self) -> &Port {
        // SAFETY: made by `Hosted::new` alone, which keeps the port longer than the interrupts that have the connection.
        unsafe { &*self.0 }
    }
}

// SAFETY: the routine runs once, on this thread, with the message's mutex locked, under which interrupts run too.
unsafe impl Connection for HostConnection {
    unsafe fn synchronize(&self, routine: Routine, context: *mut c_void, message: u32) -> i32 {
        // SAFETY: the caller's promise.
        unsafe { self.port().synchronize(routine, context, message) }
    }

    unsafe fn queue_dpc(&self) {
        self.port().queue_dpc();
    }
}

/// A device's interrupts on a host.
///
/// Its IRQL capabilities come from [`passive`] and [`dispatch`].
#[derive(Debug)]
pub struct Hosted<T: SourceSet> {
    // Dropped before the port, which it points to.
    interrupts: Box<Interrupts<T>>,
    port: Arc<Port>,
}

impl<T: SourceSet<Connection = HostConnection>> Hosted<T> {
    /// Connects the sources of `T` to a line or to so many messages.
    ///
    /// # Errors
    ///
    /// As [`MessageMap::new`].
    ///
    /// # Panics
    ///
    /// As [`Prepared::new`] fails.
    pub fn new(resource: InterruptResource, device: T::Device) -> Result<Self, MapError> {
        let map = MessageMap::new(Some(resource), T::COUNT, T::NOTIFYING)?;
        let port = Arc::new(Port::new(map.messages()));
        let connection = HostConnection(Arc::as_ptr(&port));
        // SAFETY: nothing is done that needs the level; a host has none.
        let prepared = Prepared::new(connection, map, &unsafe { Passive::assume() });
        let interrupts = prepared.expect("prepared").connect(device);
        Ok(Self { interrupts, port })
    }
}

impl<T: SourceSet> Hosted<T> {
    /// The interrupts.
    #[must_use]
    pub fn interrupts(&self) -> &Interrupts<T> {
        &self.interrupts
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> &T::Device {
        &self.interrupts.device
    }

    /// Lets the device interrupt on `message`; says whether the interrupt was claimed.
    ///
    /// # Panics
    ///
    /// From inside a closure or an interrupt routine: the thread stands for a processor, which is at DIRQL there.
    pub fn interrupt(&self, message: u32) -> bool {
        let run = || {
            // SAFETY: the lock of `message` is held, and this stands for the interrupt routine.
            unsafe { self.interrupts.interrupt(message) }
        };
        self.port.at_dirql(message, run).unwrap_or(false)
    }

    /// Connects or disconnects the interrupt: while it is not connected, synchronizing is refused.
    pub fn connect(&self, connected: bool) {
        self.port.connect(connected);
    }

    /// Makes the next synchronize call that has none yet return this status without running anything; `None` lets it pass.
    pub fn refuse(&self, status: Option<i32>) {
        self.port.refuse(status);
    }

    /// What was asked of the operating system since this was last called.
    #[must_use]
    pub fn take_calls(&self) -> Vec<PortCall> {
        self.port.take_calls()
    }
}

/// Runs `body` as if this thread were at PASSIVE_LEVEL in a driver's callback.
///
/// # Panics
///
/// If the thread has a capability already, from here or from a callback that it is in, or runs at DIRQL.
pub fn passive<R>(body: impl FnOnce(&mut Passive<'_>) -> R) -> R {
    let _lent = Lent::new(PASSIVE_LEVEL);
    // SAFETY: this thread has no other capability, as was checked, and is interrupted by nothing.
    body(&mut unsafe { Passive::assume() })
}

/// Runs `body` as if this thread were at DISPATCH_LEVEL in a DPC.
///
/// # Panics
///
/// As [`passive`].
pub fn dispatch<R>(body: impl FnOnce(&mut Dispatch<'_>) -> R) -> R {
    let _lent = Lent::new(DISPATCH_LEVEL);
    // SAFETY: this thread has no other capability, as was checked, and is interrupted by nothing.
    body(&mut unsafe { Dispatch::assume() })
}

/// That this thread's capability is out.
struct Lent;

impl Lent {
    fn new(level: u8) -> Self {
        assert!(
            HELD.get().is_none() && !is_raised(),
            "this thread is at DIRQL"
        );
        assert!(
            !has_capability(),
            "this thread has an IRQL capability already"
        );
        LENT.set(Some(level));
        Self
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        LENT.set(None);
    }
}
