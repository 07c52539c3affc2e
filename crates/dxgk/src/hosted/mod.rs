//! A port of a few lines for a host: what a driver's own unit tests, and the examples of this crate, run on.
//!
//! It has one lock per message, as the kernel has one spin lock, and refuses where dxgkrnl may refuse. It knows none of
//! dxgkrnl's other rules. [`Host`] is the operating system to it.

extern crate std;

mod kernel;

pub use kernel::{Event, Host, Mutex as HostMutex};

use core::ffi::c_void;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use dirql::hosted::Port;
use dxgk_sys::{
    BOOLEAN, DXGKARGCB_NOTIFY_INTERRUPT_DATA, DXGKDDI_INTERFACE_VERSION_WIN8, DXGKRNL_INTERFACE,
    HANDLE, NTSTATUS, PKSYNCHRONIZE_ROUTINE, STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED,
    STATUS_SUCCESS, STATUS_UNSUCCESSFUL, TRUE,
};

use crate::interface::Interface;
use crate::interrupt::{Dxgkrnl, Interrupts, MapError, MessageMap, Prepared, SourceSet};
use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::lifetime::Lifetimes;
use crate::present::PendingPresent;
use crate::resources::InterruptResource;

pub use dirql::hosted::{current_irql, dispatch, passive};

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

/// All that is hosted lives as long as the process.
static LIVES: Lifetimes = Lifetimes::new();

/// A present that each hosted adapter takes a report of, and no other.
pub(crate) fn pending() -> PendingPresent {
    PendingPresent::hosted(LIVES.begin())
}

/// The services of a port for an adapter that lives as long as the process, for a test of what needs them. It has no resources,
/// and nothing can be mapped.
///
/// # Panics
///
/// Never: the interface is complete.
#[must_use]
pub fn interface<K: Kernel>() -> Interface<K> {
    // SAFETY: our own complete table. What an interface can call of it takes any handle.
    let interface = unsafe { Interface::take(&table(core::ptr::null_mut()), LIVES.begin()) };
    interface.expect("a complete interface")
}

/// A started adapter's interrupts on a host.
///
/// It is lent the IRQL capabilities of [`passive`] and [`dispatch`].
#[derive(Debug)]
pub struct Hosted<T: SourceSet> {
    // Before the port, which it points to.
    interrupts: Box<Interrupts<T>>,
    port: Arc<Port>,
}

impl<T: SourceSet<Connection = Dxgkrnl>> Hosted<T> {
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
        let table = table(Arc::as_ptr(&port).cast_mut().cast());
        // SAFETY: our own complete table, whose handle outlives the interrupts.
        let interface = unsafe { Interface::<Host>::take(&table, LIVES.begin()) };
        let interface = interface.expect("a complete interface");
        // SAFETY: nothing is done that needs the level; a host has none.
        let prepared = Prepared::new(interface.port().again(), map, &unsafe { Passive::assume() });
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
            // SAFETY: the lock of `message` is held, and this stands for DxgkDdiInterruptRoutine.
            unsafe { self.interrupts.interrupt(message) }
        };
        self.port.at_dirql(message, run).unwrap_or(false)
    }

    /// Connects or disconnects the interrupt: while it is not connected, synchronizing is refused.
    pub fn connect(&self, connected: bool) {
        self.port.connect(connected);
    }

    /// Makes the next call of DxgkCbSynchronizeExecution that has none yet return this status without running anything;
    /// `None` lets it pass.
    pub fn refuse(&self, status: Option<i32>) {
        self.port.refuse(status);
    }

    /// What was asked of the port since this was last called.
    pub fn take_calls(&self) -> Vec<PortCall> {
        let of = |call| match call {
            dirql::hosted::PortCall::Lock(message) => Some(PortCall::Lock(message)),
            dirql::hosted::PortCall::Other(kind) => Some(PortCall::NotifyInterrupt(kind)),
            dirql::hosted::PortCall::QueueDpc => Some(PortCall::QueueDpc),
            dirql::hosted::PortCall::Unlock(message) => Some(PortCall::Unlock(message)),
            _ => None,
        };
        self.port.take_calls().into_iter().filter_map(of).collect()
    }
}

/// # Safety
///
/// `handle` is the handle of a port that lives.
unsafe fn port<'a>(handle: HANDLE) -> &'a Port {
    // SAFETY: the caller's promise.
    unsafe { &*handle.cast::<Port>() }
}

unsafe extern "system" fn synchronize(
    handle: HANDLE,
    routine: PKSYNCHRONIZE_ROUTINE,
    context: *mut c_void,
    message: u32,
    returned: *mut BOOLEAN,
) -> NTSTATUS {
    let Some(routine) = routine else {
        return STATUS_INVALID_PARAMETER;
    };
    // SAFETY: the handle of this table; what the driver asked for.
    let status = unsafe { port(handle).synchronize(routine, context, message) };
    if status == STATUS_SUCCESS {
        // SAFETY: the driver's out-pointer.
        unsafe { returned.write(TRUE) };
    }
    status
}

unsafe extern "system" fn notify_interrupt(
    handle: HANDLE,
    data: *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA,
) {
    assert_eq!(
        dirql::hosted::held_message(),
        Some(0),
        "the notifying source's message is 0"
    );
    // SAFETY: the handle of this table and the driver's structure.
    unsafe { port(handle).log(dirql::hosted::PortCall::Other((*data).InterruptType)) };
}

unsafe extern "system" fn queue_dpc(handle: HANDLE) -> BOOLEAN {
    // SAFETY: the handle of this table.
    unsafe { port(handle) }.queue_dpc();
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
