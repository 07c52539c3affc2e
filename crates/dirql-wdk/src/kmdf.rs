//! KMDF: framework interrupt objects, WdfInterruptSynchronize and WdfInterruptQueueDpcForIsr.
//!
//! The framework connects and disconnects interrupts by itself, with the device's power. So there
//! are two things that the driver promises where it makes the objects ([`Created::create`]): when
//! it calls [`Created::suspend`], and what has a reference to the interrupts.

use core::ffi::c_void;
use core::mem::transmute;
use core::num::NonZeroU32;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicPtr, Ordering};

use dirql::{
    Connection, InterruptResource, Interrupts, MAX_SOURCES, MessageMap, Passive, Prepared, Routine,
    SourceSet,
};
use wdk_sys::ntddk::KeFlushQueuedDpcs;
use wdk_sys::{
    _WDF_EXECUTION_LEVEL, _WDF_SYNCHRONIZATION_SCOPE, _WDF_TRI_STATE, _WDFFUNCENUM, BOOLEAN,
    CM_PARTIAL_RESOURCE_DESCRIPTOR, CM_RESOURCE_INTERRUPT_MESSAGE, CmResourceTypeInterrupt,
    NT_SUCCESS, NTSTATUS, PFN_WDFCMRESOURCELISTGETCOUNT, PFN_WDFCMRESOURCELISTGETDESCRIPTOR,
    PFN_WDFINTERRUPTCREATE, PFN_WDFINTERRUPTQUEUEDPCFORISR, PFN_WDFINTERRUPTSYNCHRONIZE,
    PFN_WDFOBJECTGETTYPEDCONTEXTWORKER, STATUS_DEVICE_CONFIGURATION_ERROR,
    STATUS_INSUFFICIENT_RESOURCES, STATUS_NOT_SUPPORTED, STATUS_SUCCESS, STATUS_UNSUCCESSFUL,
    WDF_INTERRUPT_CONFIG, WDF_OBJECT_ATTRIBUTES, WDF_OBJECT_CONTEXT_TYPE_INFO, WDFCMRESLIST,
    WDFDEVICE, WDFFUNC, WDFINTERRUPT, WDFINTERRUPT__, WDFOBJECT,
};

use crate::place::{Deferred, Place};

/// An entry of the framework's function table, or none if the framework does not have it.
#[inline]
fn function(index: _WDFFUNCENUM::Type) -> WDFFUNC {
    // SAFETY: the entry stub has bound the framework before DriverEntry, and both variables stay as
    // they are from then on.
    let (table, count) = unsafe { (wdk_sys::WdfFunctions, wdk_sys::WdfFunctionCount) };
    let index = u32::try_from(index).ok().filter(|index| *index < count)?;
    // SAFETY: the table has `count` entries.
    unsafe { table.add(index as usize).read() }
}

/// Calls a function of the framework: none if it has no such function.
macro_rules! framework {
    ($index:ident: $Type:ty, $($argument:expr),*) => {{
        // SAFETY: the type of this entry (wdffuncenum.h); one pointer for another.
        let function: $Type = unsafe { transmute(function(_WDFFUNCENUM::$index)) };
        // SAFETY: the globals are the entry stub's; the caller answers for the rest.
        function.map(|function| unsafe { function(wdk_sys::WdfDriverGlobals, $($argument),*) })
    }};
}

/// The framework interrupt objects of a device: WdfInterruptSynchronize, and
/// WdfInterruptQueueDpcForIsr.
///
/// A driver only names it: `type Connection = WdfInterrupt`. [`Created`] makes it.
#[derive(Debug)]
pub struct WdfInterrupt {
    /// The interrupt object of each message, while it is enabled.
    enabled: [AtomicPtr<WDFINTERRUPT__>; MAX_SOURCES],
    /// The object whose DPC is the device's.
    first: AtomicPtr<WDFINTERRUPT__>,
}

impl WdfInterrupt {
    fn new() -> Self {
        Self {
            enabled: [const { AtomicPtr::new(ptr::null_mut()) }; MAX_SOURCES],
            first: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Sets the object of a message.
    fn set(&self, message: u32, interrupt: WDFINTERRUPT) {
        if let Some(place) = self.enabled.get(message as usize) {
            place.store(interrupt, Ordering::SeqCst);
        }
    }
}

// SAFETY: WdfInterruptSynchronize runs the routine on the caller's processor before it returns,
// with the spin lock of the interrupt object held, under which EvtInterruptIsr runs: the objects
// are made for DIRQL and without a lock in common.
unsafe impl Connection for WdfInterrupt {
    #[inline]
    unsafe fn synchronize(&self, routine: Routine, context: *mut c_void, message: u32) -> i32 {
        /// What crosses the framework's context: its routine has another form than the kernel's.
        struct Call(Routine, *mut c_void);
        /// EvtInterruptSynchronize.
        ///
        /// # Safety
        ///
        /// `call` is the call below.
        unsafe extern "C" fn synchronized(_: WDFINTERRUPT, call: *mut c_void) -> BOOLEAN {
            // SAFETY: the frame below waits for this.
            let Call(routine, context) = unsafe { call.cast::<Call>().read() };
            // SAFETY: what the caller of `synchronize` asked for.
            unsafe { routine(context) }
        }
        let interrupt = match self.enabled.get(message as usize) {
            Some(interrupt) => interrupt.load(Ordering::Acquire),
            None => return STATUS_UNSUCCESSFUL,
        };
        if interrupt.is_null() {
            return STATUS_UNSUCCESSFUL;
        }
        let mut call = Call(routine, context);
        let ran = framework!(
            WdfInterruptSynchronizeTableIndex: PFN_WDFINTERRUPTSYNCHRONIZE,
            interrupt, Some(synchronized), (&raw mut call).cast()
        );
        // The routine says itself that it ran, so its BOOLEAN is not looked at.
        ran.map_or(STATUS_UNSUCCESSFUL, |_| STATUS_SUCCESS)
    }

    #[inline]
    unsafe fn queue_dpc(&self) {
        let first = self.first.load(Ordering::Acquire);
        if !first.is_null() {
            // FALSE says that it is queued already, which serves as well.
            let _ = framework!(
                WdfInterruptQueueDpcForIsrTableIndex: PFN_WDFINTERRUPTQUEUEDPCFORISR, first
            );
        }
    }
}

/// The context of an interrupt object.
struct Context {
    interrupts: *const c_void,
    place: *const c_void,
    message: u32,
}

/// A description of [`Context`] that the framework reads.
struct ContextType(WDF_OBJECT_CONTEXT_TYPE_INFO);

// SAFETY: constant.
unsafe impl Sync for ContextType {}

static CONTEXT_TYPE: ContextType = ContextType(WDF_OBJECT_CONTEXT_TYPE_INFO {
    Size: size_of::<WDF_OBJECT_CONTEXT_TYPE_INFO>() as u32,
    ContextName: c"dirql".as_ptr(),
    ContextSize: size_of::<Context>(),
    UniqueType: &raw const CONTEXT_TYPE.0,
    EvtDriverGetUniqueContextType: None,
});

/// Where the framework has the context of an interrupt object of this module's.
#[inline]
fn context_of(interrupt: WDFINTERRUPT) -> Option<NonNull<Context>> {
    let context = framework!(
        WdfObjectGetTypedContextWorkerTableIndex: PFN_WDFOBJECTGETTYPEDCONTEXTWORKER,
        interrupt.cast(), &raw const CONTEXT_TYPE.0
    )?;
    NonNull::new(context.cast())
}

/// The context of an interrupt object of this module's.
///
/// # Safety
///
/// It is one, and has been made.
#[inline]
unsafe fn context<'a>(interrupt: WDFINTERRUPT) -> Option<&'a Context> {
    // SAFETY: the framework's, for as long as the object; written when the object was made, and
    // never again.
    context_of(interrupt).map(|context| unsafe { context.as_ref() })
}

/// The interrupts that a device was granted, as the framework's two lists have them.
struct Granted {
    descriptors: [[*mut CM_PARTIAL_RESOURCE_DESCRIPTOR; 2]; MAX_SOURCES],
    resource: Option<InterruptResource>,
}

/// Reads the two lists. Of the descriptors, those of the first [`MAX_SOURCES`] messages are kept.
///
/// # Safety
///
/// The lists of EvtDevicePrepareHardware.
unsafe fn granted(raw: WDFCMRESLIST, translated: WDFCMRESLIST) -> Option<Granted> {
    let mut descriptors = [[ptr::null_mut(); 2]; MAX_SOURCES];
    let (mut found, mut messages) = (0_usize, 0_u32);
    let count =
        framework!(WdfCmResourceListGetCountTableIndex: PFN_WDFCMRESOURCELISTGETCOUNT, raw)?;
    for index in 0..count {
        let [raw, translated] = [raw, translated].map(|list| {
            framework!(
                WdfCmResourceListGetDescriptorTableIndex: PFN_WDFCMRESOURCELISTGETDESCRIPTOR,
                list, index
            )
        });
        let (raw, translated) = (raw?, translated?);
        // SAFETY: null, or a descriptor of the list.
        let descriptor = unsafe { raw.as_ref() }?;
        if i32::from(descriptor.Type) != CmResourceTypeInterrupt as i32 {
            continue;
        }
        if u32::from(descriptor.Flags) & CM_RESOURCE_INTERRUPT_MESSAGE != 0 {
            messages = messages.saturating_add(1);
        }
        if let Some(place) = descriptors.get_mut(found) {
            *place = [raw, translated];
            found = found.saturating_add(1);
        }
    }
    let resource = match NonZeroU32::new(messages) {
        Some(messages) => Some(InterruptResource::Messages(messages)),
        None => (found != 0).then_some(InterruptResource::Line),
    };
    Some(Granted {
        descriptors,
        resource,
    })
}

/// The interrupt objects of a device, from EvtDevicePrepareHardware to EvtDeviceReleaseHardware.
///
/// If it is dropped and not [deleted](Self::delete), its memory is leaked.
#[must_use = "its memory is leaked"]
pub struct Created<T: SourceSet<Connection = WdfInterrupt>> {
    place: NonNull<Place<T>>,
}

// SAFETY: it owns the interrupts, which are Send and Sync themselves, and a function.
unsafe impl<T: SourceSet<Connection = WdfInterrupt>> Send for Created<T> {}
// SAFETY: as above.
unsafe impl<T: SourceSet<Connection = WdfInterrupt>> Sync for Created<T> {}

impl<T: SourceSet<Connection = WdfInterrupt>> core::fmt::Debug for Created<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Created")
    }
}

impl<T: SourceSet<Connection = WdfInterrupt>> Created<T> {
    const HAS_SOURCES: () = assert!(
        T::COUNT != 0,
        "a device without sources has no interrupt object"
    );

    /// Makes an interrupt object for each message that has a source, or for the line
    /// (WdfInterruptCreate).
    ///
    /// A granted message is one descriptor: of MSI one message is used, of MSI-X as many as there
    /// are sources. `deferred` is the DPC. It runs each time the interrupt has been enabled, so
    /// that what it was refused before is not lost.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdfinterrupt/nf-wdfinterrupt-wdfinterruptcreate).
    ///
    /// # Errors
    ///
    /// STATUS_DEVICE_CONFIGURATION_ERROR if the device has no interrupt;
    /// STATUS_INSUFFICIENT_RESOURCES; STATUS_NOT_SUPPORTED if the framework is older than this; the
    /// framework's status. The driver returns it from EvtDevicePrepareHardware.
    ///
    /// # Safety
    ///
    /// Called in EvtDevicePrepareHardware with its arguments; `deferred` uses the interrupts only
    /// while it runs. The driver calls [`suspend`](Self::suspend) in
    /// EvtDeviceD0ExitPreInterruptsDisabled, and [`delete`](Self::delete) in
    /// EvtDeviceReleaseHardware.
    pub unsafe fn create(
        device: WDFDEVICE,
        raw: WDFCMRESLIST,
        translated: WDFCMRESLIST,
        shared: T::Device,
        deferred: Deferred<T>,
        irql: &Passive<'_>,
    ) -> Result<Self, NTSTATUS> {
        const { Self::HAS_SOURCES };
        // SAFETY: the caller's lists.
        let granted = unsafe { granted(raw, translated) }.ok_or(STATUS_NOT_SUPPORTED)?;
        let map = MessageMap::new(granted.resource, T::COUNT, T::NOTIFYING)
            .map_err(|_| STATUS_DEVICE_CONFIGURATION_ERROR)?;
        let prepared = Prepared::<T>::new(WdfInterrupt::new(), map, irql)
            .map_err(|_| STATUS_INSUFFICIENT_RESOURCES)?;
        let place =
            Place::new(prepared.connect(shared), deferred).ok_or(STATUS_INSUFFICIENT_RESOURCES)?;
        let created = Self { place };
        for (message, [raw, translated]) in (0..map.messages()).zip(granted.descriptors) {
            // SAFETY: the caller's device, and descriptors of its lists.
            if let Err(status) = unsafe { created.object(device, message, raw, translated) } {
                // The objects that were made go with the device, and are never connected.
                // SAFETY: nothing has been connected.
                unsafe { Place::free(place) };
                return Err(status);
            }
        }
        Ok(created)
    }

    /// Makes the interrupt object of a message.
    ///
    /// # Safety
    ///
    /// The device that is being prepared, and descriptors of its resources.
    unsafe fn object(
        &self,
        device: WDFDEVICE,
        message: u32,
        raw: *mut CM_PARTIAL_RESOURCE_DESCRIPTOR,
        translated: *mut CM_PARTIAL_RESOURCE_DESCRIPTOR,
    ) -> Result<(), NTSTATUS> {
        let mut config = WDF_INTERRUPT_CONFIG {
            Size: size_of::<WDF_INTERRUPT_CONFIG>() as u32,
            ShareVector: _WDF_TRI_STATE::WdfUseDefault,
            EvtInterruptIsr: Some(isr::<T>),
            EvtInterruptDpc: (message == 0).then_some(dpc::<T> as _),
            EvtInterruptEnable: Some(enable::<T>),
            EvtInterruptDisable: Some(disable::<T>),
            InterruptRaw: raw,
            InterruptTranslated: translated,
            ReportInactiveOnPowerDown: _WDF_TRI_STATE::WdfUseDefault,
            ..WDF_INTERRUPT_CONFIG::default()
        };
        let mut attributes = WDF_OBJECT_ATTRIBUTES {
            Size: size_of::<WDF_OBJECT_ATTRIBUTES>() as u32,
            ExecutionLevel: _WDF_EXECUTION_LEVEL::WdfExecutionLevelInheritFromParent,
            SynchronizationScope:
                _WDF_SYNCHRONIZATION_SCOPE::WdfSynchronizationScopeInheritFromParent,
            ContextTypeInfo: &raw const CONTEXT_TYPE.0,
            ..WDF_OBJECT_ATTRIBUTES::default()
        };
        let mut interrupt: WDFINTERRUPT = ptr::null_mut();
        let status = framework!(
            WdfInterruptCreateTableIndex: PFN_WDFINTERRUPTCREATE,
            device, &raw mut config, &raw mut attributes, &raw mut interrupt
        )
        .ok_or(STATUS_NOT_SUPPORTED)?;
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        // SAFETY: the place is there.
        let place = unsafe { self.place.as_ref() };
        let context = context_of(interrupt).ok_or(STATUS_NOT_SUPPORTED)?;
        let written = Context {
            interrupts: place.address().as_ptr().cast(),
            place: self.place.as_ptr().cast(),
            message,
        };
        // SAFETY: made just now with room for this, and connected later.
        unsafe { context.write(written) };
        if message == 0 {
            let connection = place.interrupts().connection();
            connection.first.store(interrupt, Ordering::Release);
        }
        Ok(())
    }

    /// The interrupts.
    ///
    /// # Safety
    ///
    /// The reference is used only while the device is in D0: in a callback of the framework's that
    /// belongs to a power-managed queue, or between EvtDeviceD0EntryPostInterruptsEnabled and
    /// EvtDeviceD0ExitPreInterruptsDisabled.
    #[must_use]
    pub unsafe fn interrupts(&self) -> &Interrupts<T> {
        // SAFETY: made by `create` and freed by `delete` alone, which takes `self`.
        unsafe { self.place.as_ref() }.interrupts()
    }

    /// Refuses closures from here on, and waits for those of DPCs. The framework disconnects the
    /// interrupts next.
    ///
    /// Called in EvtDeviceD0ExitPreInterruptsDisabled. IRQL: PASSIVE_LEVEL.
    pub fn suspend(&self, irql: &Passive<'_>) {
        let _ = irql;
        // SAFETY: PASSIVE_LEVEL; used here alone.
        let connection = unsafe { self.interrupts() }.connection();
        for interrupt in &connection.enabled {
            interrupt.store(ptr::null_mut(), Ordering::SeqCst);
        }
        // SAFETY: PASSIVE_LEVEL. A DPC that found an interrupt object ends before the object is
        // disconnected.
        unsafe { KeFlushQueuedDpcs() };
    }

    /// Drops the device and what is shared with it.
    ///
    /// IRQL: PASSIVE_LEVEL.
    ///
    /// # Safety
    ///
    /// Called in EvtDeviceReleaseHardware: the interrupts have been disconnected.
    pub unsafe fn delete(self, irql: &mut Passive<'_>) {
        let _ = irql;
        // SAFETY: PASSIVE_LEVEL. What the last interrupt routines queued.
        unsafe { KeFlushQueuedDpcs() };
        // SAFETY: no interrupt routine, closure or DPC uses it any more.
        unsafe { Place::free(self.place) };
    }
}

/// EvtInterruptIsr.
///
/// # Safety
///
/// The framework's call, for an object of this module's.
unsafe extern "C" fn isr<T: SourceSet>(interrupt: WDFINTERRUPT, _: u32) -> BOOLEAN {
    // SAFETY: as said.
    let Some(context) = (unsafe { context(interrupt) }) else {
        return 0;
    };
    // SAFETY: freed after the interrupt has been disconnected; the framework holds the lock of this
    // message's object.
    BOOLEAN::from(unsafe {
        (*context.interrupts.cast::<Interrupts<T>>()).interrupt(context.message)
    })
}

/// EvtInterruptDpc.
///
/// # Safety
///
/// As [`isr`].
unsafe extern "C" fn dpc<T: SourceSet>(interrupt: WDFINTERRUPT, _: WDFOBJECT) {
    // SAFETY: as said.
    if let Some(context) = unsafe { context(interrupt) } {
        // SAFETY: freed when DPCs are through; a DPC runs at DISPATCH_LEVEL.
        unsafe { (*context.place.cast::<Place<T>>()).run() };
    }
}

/// EvtInterruptEnable: the interrupt is connected.
///
/// # Safety
///
/// As [`isr`].
unsafe extern "C" fn enable<T: SourceSet<Connection = WdfInterrupt>>(
    interrupt: WDFINTERRUPT,
    _: WDFDEVICE,
) -> NTSTATUS {
    // SAFETY: as said.
    if let Some(context) = unsafe { context(interrupt) } {
        // SAFETY: freed after the interrupt has been disconnected.
        let interrupts = unsafe { &*context.interrupts.cast::<Interrupts<T>>() };
        interrupts.connection().set(context.message, interrupt);
        // SAFETY: at DIRQL, while the interrupt is connected: `suspend` and `delete` wait for it.
        unsafe { interrupts.connection().queue_dpc() };
    }
    STATUS_SUCCESS
}

/// EvtInterruptDisable: the interrupt is going to be disconnected.
///
/// # Safety
///
/// As [`isr`].
unsafe extern "C" fn disable<T: SourceSet<Connection = WdfInterrupt>>(
    interrupt: WDFINTERRUPT,
    _: WDFDEVICE,
) -> NTSTATUS {
    // SAFETY: as said.
    if let Some(context) = unsafe { context(interrupt) } {
        // SAFETY: freed after the interrupt has been disconnected.
        let interrupts = unsafe { &*context.interrupts.cast::<Interrupts<T>>() };
        interrupts
            .connection()
            .set(context.message, ptr::null_mut());
    }
    STATUS_SUCCESS
}
