//! A port of a few lines for a host: what a driver's own unit tests, and the examples of this crate, run on.
//!
//! It has one lock per message, as the kernel has one spin lock, and refuses where dxgkrnl may refuse. It knows none of
//! dxgkrnl's other rules. [`Host`] is the operating system to it.

extern crate std;

mod kernel;

pub use kernel::{Event, Host, Mutex as HostMutex};

use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};
use std::boxed::Box;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use dxgk_sys::{
    BOOLEAN, DXGKARGCB_NOTIFY_INTERRUPT_DATA, DXGKDDI_INTERFACE_VERSION_WIN8, DXGKRNL_INTERFACE,
    HANDLE, NTSTATUS, PKSYNCHRONIZE_ROUTINE, STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED,
    STATUS_SUCCESS, STATUS_UNSUCCESSFUL, TRUE,
};

use crate::check::{Checks, DISPATCH_LEVEL, PASSIVE_LEVEL};
use crate::interface::Interface;
use crate::interrupt::{Interrupts, MapError, MessageMap, SourceSet};
use crate::irql::{Dispatch, Passive};
use crate::lifetime::Lifetimes;
use crate::resources::InterruptResource;

/// What a driver has asked of the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortCall {
    /// A message's lock was taken, by an interrupt or by DxgkCbSynchronizeExecution.
    Lock(u32),
    /// DxgkCbNotifyInterrupt with this InterruptType.
    NotifyInterrupt(i32),
    /// DxgkCbQueueDpc.
    QueueDpc,
    /// The lock was released.
    Unlock(u32),
}

struct Shared {
    locks: Vec<Mutex<()>>,
    connected: AtomicBool,
    refusals: Mutex<VecDeque<Option<NTSTATUS>>>,
    calls: Mutex<Vec<PortCall>>,
}

/// The IRQL of every interrupt here.
const DIRQL: u8 = 5;

/// All that is hosted lives as long as the process.
static LIVES: Lifetimes = Lifetimes::new();

std::thread_local! {
    /// The level of the capability that this thread has out.
    static LENT: Cell<Option<u8>> = const { Cell::new(None) };
    /// The message whose lock this thread holds.
    static HELD: Cell<Option<u32>> = const { Cell::new(None) };
}

/// The IRQL of this thread, which stands for a processor: DIRQL while it holds a message's lock, else that of the
/// capability it has, else PASSIVE_LEVEL.
#[must_use]
pub fn current_irql() -> u8 {
    match HELD.get() {
        Some(_) => DIRQL,
        None => LENT.get().unwrap_or(PASSIVE_LEVEL),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic inside a closure is carried past the lock, so there is nothing half done behind it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn log(&self, call: PortCall) {
        lock(&self.calls).push(call);
    }

    /// Runs `body` with the lock of `message` held, or not at all if there is no such message.
    fn at_dirql<R>(&self, message: u32, body: impl FnOnce() -> R) -> Option<R> {
        assert_eq!(
            HELD.get(),
            None,
            "a spin lock is taken at DIRQL: this deadlocks"
        );
        /// Gives the lock back on every way out.
        struct Held<'a> {
            port: &'a Shared,
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
}

/// A started adapter's interrupts on a host.
/// It is lent the IRQL capabilities of [`passive`] and [`dispatch`].
#[derive(Debug)]
pub struct Hosted<T: SourceSet> {
    // Before the port, which it points to.
    interrupts: Box<Interrupts<T>>,
    device: T::Device,
    port: Box<Shared>,
}

impl core::fmt::Debug for Shared {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Shared")
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

impl<T: SourceSet> Hosted<T> {
    /// Connects the sources of `T` to a line or to so many messages.
    ///
    /// # Errors
    ///
    /// As [`MessageMap::new`].
    ///
    /// # Panics
    ///
    /// Without memory.
    pub fn new(resource: InterruptResource, device: T::Device) -> Result<Self, MapError> {
        let map = MessageMap::new(Some(resource), T::COUNT, T::NOTIFYING)?;
        let port = Box::new(Shared {
            locks: (0..map.messages()).map(|_| Mutex::new(())).collect(),
            connected: AtomicBool::new(true),
            refusals: Mutex::default(),
            calls: Mutex::default(),
        });
        let table = table(ptr::from_ref(&*port).cast_mut().cast());
        // SAFETY: our own complete table, whose handle outlives the interrupts.
        let interface = unsafe { Interface::take(&table, Checks::of::<Host>(), LIVES.begin()) };
        let interface = interface.expect("a complete interface");
        let interrupts = Interrupts::new(interface.port(), map).expect("memory");
        Ok(Self {
            interrupts,
            device,
            port,
        })
    }

    /// The interrupts.
    #[must_use]
    pub fn interrupts(&self) -> &Interrupts<T> {
        &self.interrupts
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> &T::Device {
        &self.device
    }

    /// Lets the device interrupt on `message`; says whether the interrupt was claimed.
    ///
    /// # Panics
    ///
    /// From inside a closure or an interrupt routine: the thread stands for a processor, which is at DIRQL there.
    pub fn interrupt(&self, message: u32) -> bool {
        let run = || {
            // SAFETY: the lock of `message` is held, and this stands for DxgkDdiInterruptRoutine.
            unsafe { self.interrupts.interrupt(&self.device, message) }
        };
        self.port.at_dirql(message, run).unwrap_or(false)
    }

    /// Connects or disconnects the interrupt: while it is not connected, synchronizing is refused.
    pub fn connect(&self, connected: bool) {
        self.port.connected.store(connected, Ordering::SeqCst);
    }

    /// Makes the next call of DxgkCbSynchronizeExecution that has none yet return this status without running anything;
    /// `None` lets it pass.
    pub fn refuse(&self, status: Option<NTSTATUS>) {
        lock(&self.port.refusals).push_back(status);
    }

    /// What was asked of the port since this was last called.
    pub fn take_calls(&self) -> Vec<PortCall> {
        core::mem::take(&mut *lock(&self.port.calls))
    }
}

/// Runs `body` as if this thread were at PASSIVE_LEVEL in a DDI.
///
/// # Panics
///
/// If the thread has a capability already, or runs at DIRQL.
pub fn passive<R>(body: impl FnOnce(&mut Passive<'_>) -> R) -> R {
    let lent = Lent::new(PASSIVE_LEVEL);
    // SAFETY: this thread has no other capability, as was checked, and is interrupted by nobody.
    let result = body(&mut unsafe { Passive::assume() });
    drop(lent);
    result
}

/// Runs `body` as if this thread were at DISPATCH_LEVEL in a DPC.
///
/// # Panics
///
/// If the thread has a capability already, or runs at DIRQL.
pub fn dispatch<R>(body: impl FnOnce(&mut Dispatch<'_>) -> R) -> R {
    let lent = Lent::new(DISPATCH_LEVEL);
    // SAFETY: this thread has no other capability, as was checked, and is interrupted by nobody.
    let result = body(&mut unsafe { Dispatch::assume() });
    drop(lent);
    result
}

/// That this thread's capability is out.
struct Lent;

impl Lent {
    fn new(level: u8) -> Self {
        assert_eq!(HELD.get(), None, "this thread is at DIRQL");
        assert_eq!(
            LENT.get(),
            None,
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

/// # Safety
///
/// `handle` is the handle of a port that lives.
unsafe fn shared<'a>(handle: HANDLE) -> &'a Shared {
    // SAFETY: the caller's promise.
    unsafe { &*handle.cast::<Shared>() }
}

unsafe extern "system" fn synchronize(
    handle: HANDLE,
    routine: PKSYNCHRONIZE_ROUTINE,
    context: *mut c_void,
    message: u32,
    returned: *mut BOOLEAN,
) -> NTSTATUS {
    // SAFETY: the handle of this table.
    let port = unsafe { shared(handle) };
    if let Some(Some(status)) = lock(&port.refusals).pop_front() {
        return status;
    }
    if !port.connected.load(Ordering::SeqCst) {
        return STATUS_UNSUCCESSFUL;
    }
    let Some(routine) = routine else {
        return STATUS_INVALID_PARAMETER;
    };
    // SAFETY: what the driver asked for, at DIRQL with the lock held; its out-pointer.
    match port.at_dirql(message, || unsafe { returned.write(routine(context)) }) {
        Some(()) => STATUS_SUCCESS,
        None => STATUS_INVALID_PARAMETER,
    }
}

unsafe extern "system" fn notify_interrupt(
    handle: HANDLE,
    data: *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA,
) {
    assert_eq!(HELD.get(), Some(0), "the notifying source's message is 0");
    // SAFETY: the handle of this table and the driver's structure.
    unsafe { shared(handle).log(PortCall::NotifyInterrupt((*data).InterruptType)) };
}

unsafe extern "system" fn queue_dpc(handle: HANDLE) -> BOOLEAN {
    assert!(HELD.get().is_some(), "queued before the lock is released");
    // SAFETY: the handle of this table.
    unsafe { shared(handle) }.log(PortCall::QueueDpc);
    TRUE
}

/// A complete interface of which only what interrupts need does something.
pub(crate) fn table(handle: HANDLE) -> DXGKRNL_INTERFACE {
    unsafe extern "system" fn notify_dpc(_: HANDLE) {}
    unsafe extern "system" fn get_device_information(
        _: HANDLE,
        _: *mut dxgk_sys::DXGK_DEVICE_INFO,
    ) -> NTSTATUS {
        STATUS_INVALID_PARAMETER
    }
    unsafe extern "system" fn indicate_child_status(
        _: HANDLE,
        _: *mut dxgk_sys::DXGK_CHILD_STATUS,
    ) -> NTSTATUS {
        STATUS_SUCCESS
    }
    unsafe extern "system" fn map_memory(
        _: HANDLE,
        _: dxgk_sys::PHYSICAL_ADDRESS,
        _: u32,
        _: BOOLEAN,
        _: BOOLEAN,
        _: dxgk_sys::MEMORY_CACHING_TYPE,
        _: *mut *mut c_void,
    ) -> NTSTATUS {
        STATUS_UNSUCCESSFUL
    }
    unsafe extern "system" fn unmap_memory(_: HANDLE, _: *mut c_void) -> NTSTATUS {
        STATUS_INVALID_PARAMETER
    }
    unsafe extern "system" fn device_space(
        _: HANDLE,
        _: u32,
        _: *mut c_void,
        _: u32,
        _: u32,
        _: *mut u32,
    ) -> NTSTATUS {
        STATUS_UNSUCCESSFUL
    }
    unsafe extern "system" fn query_vidpn_interface(
        _: dxgk_sys::D3DKMDT_HVIDPN,
        _: dxgk_sys::DXGK_VIDPN_INTERFACE_VERSION,
        _: *mut *const dxgk_sys::DXGK_VIDPN_INTERFACE,
    ) -> NTSTATUS {
        STATUS_NOT_SUPPORTED
    }
    DXGKRNL_INTERFACE {
        Size: size_of::<DXGKRNL_INTERFACE>() as u32,
        Version: DXGKDDI_INTERFACE_VERSION_WIN8,
        DeviceHandle: handle,
        DxgkCbGetDeviceInformation: Some(get_device_information),
        DxgkCbIndicateChildStatus: Some(indicate_child_status),
        DxgkCbMapMemory: Some(map_memory),
        DxgkCbQueueDpc: Some(queue_dpc),
        DxgkCbReadDeviceSpace: Some(device_space),
        DxgkCbSynchronizeExecution: Some(synchronize),
        DxgkCbUnmapMemory: Some(unmap_memory),
        DxgkCbWriteDeviceSpace: Some(device_space),
        DxgkCbNotifyInterrupt: Some(notify_interrupt),
        DxgkCbNotifyDpc: Some(notify_dpc),
        DxgkCbQueryVidPnInterface: Some(query_vidpn_interface),
        ..Default::default()
    }
}
