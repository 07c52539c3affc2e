//! WDM: IoConnectInterruptEx, KeSynchronizeExecution and a KDPC.

use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::mem::transmute;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicPtr, Ordering};

use dirql::{
    Connection, InterruptResource, Interrupts, MessageMap, Passive, Prepared, Routine, SourceSet,
};
use wdk_sys::ntddk::{
    IoConnectInterruptEx, IoDisconnectInterruptEx, KeFlushQueuedDpcs, KeInitializeDpc,
    KeInsertQueueDpc, KeSynchronizeExecution,
};
use wdk_sys::{
    _KINTERRUPT, BOOLEAN, CONNECT_LINE_BASED, CONNECT_MESSAGE_BASED, DEVICE_OBJECT,
    IO_CONNECT_INTERRUPT_PARAMETERS, IO_DISCONNECT_INTERRUPT_PARAMETERS, IO_INTERRUPT_MESSAGE_INFO,
    IO_INTERRUPT_MESSAGE_INFO_ENTRY, KDPC, NT_SUCCESS, NTSTATUS, PKSYNCHRONIZE_ROUTINE,
    STATUS_DEVICE_CONFIGURATION_ERROR, STATUS_INSUFFICIENT_RESOURCES, STATUS_SUCCESS,
    STATUS_UNSUCCESSFUL,
};

use crate::place::{Deferred, Place};

/// The interrupt objects of a device: KeSynchronizeExecution, and KeInsertQueueDpc.
///
/// A driver only names it: `type Connection = KeInterrupt`. [`Connected`] makes it.
#[derive(Debug)]
pub struct KeInterrupt {
    /// The interrupt object of a line, while it is connected.
    line: AtomicPtr<_KINTERRUPT>,
    /// The interrupt objects of messages, while they are connected.
    messages: AtomicPtr<IO_INTERRUPT_MESSAGE_INFO>,
    dpc: UnsafeCell<KDPC>,
}

// SAFETY: pointers to the kernel's objects, which any thread may use; the KDPC is used by the
// kernel alone.
unsafe impl Send for KeInterrupt {}
// SAFETY: as above.
unsafe impl Sync for KeInterrupt {}

impl KeInterrupt {
    fn new() -> Self {
        Self {
            line: AtomicPtr::new(ptr::null_mut()),
            messages: AtomicPtr::new(ptr::null_mut()),
            dpc: UnsafeCell::new(KDPC::default()),
        }
    }

    /// The interrupt object of a message; zero is the line.
    #[inline]
    fn object(&self, message: u32) -> Option<NonNull<_KINTERRUPT>> {
        let line = NonNull::new(self.line.load(Ordering::Acquire));
        if line.is_some() {
            return line;
        }
        let table = self.messages.load(Ordering::Acquire);
        // SAFETY: null, or IoConnectInterruptEx's table, which is there until the interrupt is
        // disconnected.
        if message >= unsafe { table.as_ref() }?.MessageCount {
            return None;
        }
        // SAFETY: as above; the table has so many entries, one behind the other.
        unsafe {
            let first = (&raw const (*table).MessageInfo).cast::<IO_INTERRUPT_MESSAGE_INFO_ENTRY>();
            NonNull::new((*first.add(message as usize)).InterruptObject)
        }
    }
}

// SAFETY: KeSynchronizeExecution runs the routine on the caller's processor before it returns, with
// the spin lock of the interrupt object held, which is that of the message's interrupt routine.
unsafe impl Connection for KeInterrupt {
    #[inline]
    unsafe fn synchronize(&self, routine: Routine, context: *mut c_void, message: u32) -> i32 {
        let Some(object) = self.object(message) else {
            return STATUS_UNSUCCESSFUL;
        };
        // SAFETY: the calling conventions "system" and "C" are one on 64-bit Windows.
        let routine: PKSYNCHRONIZE_ROUTINE = Some(unsafe {
            transmute::<Routine, unsafe extern "C" fn(*mut c_void) -> BOOLEAN>(routine)
        });
        // The routine says itself that it ran, so its BOOLEAN is not looked at.
        // SAFETY: a connected interrupt object; the caller answers for the routine.
        let _ = unsafe { KeSynchronizeExecution(object.as_ptr(), routine, context) };
        STATUS_SUCCESS
    }

    #[inline]
    unsafe fn queue_dpc(&self) {
        // FALSE says that it is queued already, which serves as well. SAFETY: initialized before
        // the interrupt was connected, and in its place until no routine can queue it.
        let _ = unsafe { KeInsertQueueDpc(self.dpc.get(), ptr::null_mut(), ptr::null_mut()) };
    }
}

/// The connected interrupts of a started device.
///
/// If it is dropped and not [disconnected](Self::disconnect), the interrupt stays connected and
/// nothing is freed.
#[must_use = "the interrupt stays connected"]
pub struct Connected<T: SourceSet<Connection = KeInterrupt>> {
    place: NonNull<Place<T>>,
}

// SAFETY: it owns the interrupts, which are Send and Sync themselves, and a function.
unsafe impl<T: SourceSet<Connection = KeInterrupt>> Send for Connected<T> {}
// SAFETY: as above.
unsafe impl<T: SourceSet<Connection = KeInterrupt>> Sync for Connected<T> {}

impl<T: SourceSet<Connection = KeInterrupt>> core::fmt::Debug for Connected<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Connected").field(self.interrupts()).finish()
    }
}

impl<T: SourceSet<Connection = KeInterrupt>> Connected<T> {
    const HAS_SOURCES: () = assert!(
        T::COUNT != 0,
        "a device without sources connects no interrupt"
    );

    /// Connects the interrupt (IoConnectInterruptEx, line-based or message-based as `resource`
    /// says).
    ///
    /// Interrupt routines of the sources may run before this returns. `deferred` is the DPC that
    /// they queue. It runs once after the interrupt has been connected, so that what it was refused
    /// before is not lost.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-ioconnectinterruptex).
    ///
    /// # Errors
    ///
    /// STATUS_INSUFFICIENT_RESOURCES; STATUS_DEVICE_CONFIGURATION_ERROR, if there are fewer
    /// messages than `resource` says; otherwise the operating system's status. The device is
    /// dropped.
    ///
    /// # Safety
    ///
    /// `physical_device` is the physical device object of the device, and `resource` is what
    /// [`interrupt`](crate::interrupt) reads in the raw resources that the device was started with.
    /// The device stays started until this has been disconnected.
    pub unsafe fn connect(
        physical_device: *mut DEVICE_OBJECT,
        resource: InterruptResource,
        device: T::Device,
        deferred: Deferred<T>,
        irql: &Passive<'_>,
    ) -> Result<Self, NTSTATUS> {
        const { Self::HAS_SOURCES };
        let map = MessageMap::new(Some(resource), T::COUNT, T::NOTIFYING)
            .map_err(|_| STATUS_DEVICE_CONFIGURATION_ERROR)?;
        let prepared = Prepared::<T>::new(KeInterrupt::new(), map, irql)
            .map_err(|_| STATUS_INSUFFICIENT_RESOURCES)?;
        let place =
            Place::new(prepared.connect(device), deferred).ok_or(STATUS_INSUFFICIENT_RESOURCES)?;
        let connected = Self { place };
        let connection = connected.interrupts().connection();
        // SAFETY: the KDPC of this connection, which nothing has queued yet and which stays where
        // it is.
        unsafe { KeInitializeDpc(connection.dpc.get(), Some(dpc::<T>), place.as_ptr().cast()) };
        // SAFETY: the caller's device object.
        let status = match unsafe { connected.connect_objects(physical_device) } {
            Ok(()) => {
                // SAFETY: PASSIVE_LEVEL, and `disconnect` waits for it.
                unsafe { connection.queue_dpc() };
                return Ok(connected);
            }
            Err(status) => status,
        };
        // SAFETY: PASSIVE_LEVEL. An interrupt routine may have queued the DPC.
        unsafe { KeFlushQueuedDpcs() };
        // SAFETY: no interrupt is connected, and no DPC is queued.
        unsafe { Place::free(place) };
        Err(status)
    }

    /// # Safety
    ///
    /// The physical device object of the device.
    unsafe fn connect_objects(&self, physical_device: *mut DEVICE_OBJECT) -> Result<(), NTSTATUS> {
        let interrupts = self.interrupts();
        let connection = interrupts.connection();
        // SAFETY: the place is there.
        let context = unsafe { self.place.as_ref() }.address().as_ptr().cast();
        let mut parameters = IO_CONNECT_INTERRUPT_PARAMETERS::default();
        if interrupts.map().is_line() {
            let mut object = ptr::null_mut();
            parameters.Version = CONNECT_LINE_BASED;
            // SAFETY: zero is a value of every member of the union.
            let line = unsafe { &mut parameters.__bindgen_anon_1.LineBased };
            line.PhysicalDeviceObject = physical_device;
            line.InterruptObject = &raw mut object;
            line.ServiceRoutine = Some(service_line::<T>);
            line.ServiceContext = context;
            // SAFETY: our structure; the context stays until the interrupt is disconnected.
            success(unsafe { IoConnectInterruptEx(&raw mut parameters) })?;
            connection.line.store(object, Ordering::Release);
            return Ok(());
        }
        let mut table: *mut IO_INTERRUPT_MESSAGE_INFO = ptr::null_mut();
        parameters.Version = CONNECT_MESSAGE_BASED;
        // SAFETY: as above.
        let message = unsafe { &mut parameters.__bindgen_anon_1.MessageBased };
        message.PhysicalDeviceObject = physical_device;
        message.ConnectionContext.InterruptMessageTable = &raw mut table;
        message.MessageServiceRoutine = Some(service_message::<T>);
        message.ServiceContext = context;
        // SAFETY: as above. Without a routine for it the operating system does not fall back to a
        // line.
        success(unsafe { IoConnectInterruptEx(&raw mut parameters) })?;
        connection.messages.store(table, Ordering::Release);
        // SAFETY: the table that was connected.
        if unsafe { (*table).MessageCount } < interrupts.map().messages() {
            self.disconnect_objects();
            return Err(STATUS_DEVICE_CONFIGURATION_ERROR);
        }
        Ok(())
    }

    /// The interrupts.
    #[must_use]
    pub fn interrupts(&self) -> &Interrupts<T> {
        // SAFETY: made by `connect` and freed by `disconnect` alone, which takes `self`.
        unsafe { self.place.as_ref() }.interrupts()
    }

    /// Disconnects the interrupt and drops the device, after which none of its interrupt routines,
    /// closures and DPCs runs.
    ///
    /// The driver has made the device stop interrupting. A DPC that is still queued runs, and may
    /// be refused.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-iodisconnectinterruptex).
    pub fn disconnect(self, irql: &mut Passive<'_>) {
        let _ = irql;
        self.disconnect_objects();
        // SAFETY: no closure has a reference, since this was moved here; no interrupt routine runs
        // any more; DPCs are through.
        unsafe { Place::free(self.place) };
    }

    /// Disconnects, and waits for interrupt routines and DPCs. PASSIVE_LEVEL.
    fn disconnect_objects(&self) {
        let connection = self.interrupts().connection();
        let line = connection.line.swap(ptr::null_mut(), Ordering::SeqCst);
        let messages = connection.messages.swap(ptr::null_mut(), Ordering::SeqCst);
        // A DPC that found an interrupt object ends before the object goes; one that begins from
        // here on finds none. SAFETY: PASSIVE_LEVEL.
        unsafe { KeFlushQueuedDpcs() };
        let mut parameters = IO_DISCONNECT_INTERRUPT_PARAMETERS::default();
        if line.is_null() {
            parameters.Version = CONNECT_MESSAGE_BASED;
            parameters.ConnectionContext.InterruptMessageTable = messages;
        } else {
            parameters.Version = CONNECT_LINE_BASED;
            parameters.ConnectionContext.InterruptObject = line;
        }
        // SAFETY: what was connected, once. When it returns, no interrupt routine runs.
        unsafe { IoDisconnectInterruptEx(&raw mut parameters) };
        // What the last interrupt routines queued.
        // SAFETY: as above.
        unsafe { KeFlushQueuedDpcs() };
    }
}

fn success(status: NTSTATUS) -> Result<(), NTSTATUS> {
    if NT_SUCCESS(status) {
        Ok(())
    } else {
        Err(status)
    }
}

/// InterruptService, for a line.
///
/// # Safety
///
/// The kernel's call, with the context that was connected.
unsafe extern "C" fn service_line<T: SourceSet>(
    _: *mut _KINTERRUPT,
    context: *mut c_void,
) -> BOOLEAN {
    // SAFETY: the kernel holds the lock of the line's interrupt object, which
    // KeSynchronizeExecution takes too.
    BOOLEAN::from(unsafe { (*context.cast::<Interrupts<T>>()).interrupt(0) })
}

/// InterruptMessageService.
///
/// # Safety
///
/// As [`service_line`].
unsafe extern "C" fn service_message<T: SourceSet>(
    _: *mut _KINTERRUPT,
    context: *mut c_void,
    message: u32,
) -> BOOLEAN {
    // SAFETY: the kernel holds the lock of this message's interrupt object.
    BOOLEAN::from(unsafe { (*context.cast::<Interrupts<T>>()).interrupt(message) })
}

/// The DPC.
///
/// # Safety
///
/// The kernel's call, with the context that the KDPC was initialized with.
unsafe extern "C" fn dpc<T: SourceSet>(
    _: *mut KDPC,
    context: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
) {
    // SAFETY: the place is freed when DPCs are through; a DPC runs at DISPATCH_LEVEL.
    unsafe { (*context.cast::<Place<T>>()).run() };
}
