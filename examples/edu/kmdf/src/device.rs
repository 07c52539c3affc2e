//! The device's context, and what the framework calls while it comes and goes.

use core::cell::UnsafeCell;

use dirql::{Dispatch, Interrupts, Passive};
use dirql_wdk::kmdf::{Created, WdfInterrupt};
use edu::Edu;
use wdk_sys::{
    CM_PARTIAL_RESOURCE_DESCRIPTOR, CmResourceTypeMemory, NTSTATUS, PHYSICAL_ADDRESS,
    STATUS_DEVICE_CONFIGURATION_ERROR, STATUS_INSUFFICIENT_RESOURCES, STATUS_SUCCESS,
    WDF_OBJECT_CONTEXT_TYPE_INFO, WDF_POWER_DEVICE_STATE, WDFCMRESLIST, WDFDEVICE,
    call_unsafe_wdf_function_binding,
};

use crate::registers::Mapped;

/// The device's sources.
pub type Sources = edu::Sources<Mapped, WdfInterrupt>;

/// The device's context. The framework makes it of zeros, which are none.
pub struct Context {
    created: UnsafeCell<Option<Created<Sources>>>,
}

struct ContextType(WDF_OBJECT_CONTEXT_TYPE_INFO);

// SAFETY: constant.
unsafe impl Sync for ContextType {}

static CONTEXT_TYPE: ContextType = ContextType(WDF_OBJECT_CONTEXT_TYPE_INFO {
    Size: size_of::<WDF_OBJECT_CONTEXT_TYPE_INFO>() as u32,
    ContextName: c"edu".as_ptr(),
    ContextSize: size_of::<Context>(),
    UniqueType: &raw const CONTEXT_TYPE.0,
    EvtDriverGetUniqueContextType: None,
});

/// The description of the context.
pub fn context_type() -> *const WDF_OBJECT_CONTEXT_TYPE_INFO {
    &raw const CONTEXT_TYPE.0
}

impl Context {
    /// The context of this driver's device.
    ///
    /// # Safety
    ///
    /// It is one, and lives for longer than the reference.
    pub unsafe fn of<'a>(device: WDFDEVICE) -> &'a Self {
        // SAFETY: made with this context, as the caller promises.
        unsafe {
            let context = call_unsafe_wdf_function_binding!(
                WdfObjectGetTypedContextWorker,
                device.cast(),
                context_type()
            );
            &*context.cast::<Self>()
        }
    }

    /// The device's interrupts.
    ///
    /// # Safety
    ///
    /// In a request of the device's power-managed queue, and used only there.
    pub unsafe fn interrupts(&self) -> Option<&Interrupts<Sources>> {
        // SAFETY: written while there is no request. Then the promise of `Created::interrupts`,
        // which is the caller's.
        unsafe {
            (*self.created.get())
                .as_ref()
                .map(|created| created.interrupts())
        }
    }
}

/// EvtDevicePrepareHardware: maps the registers and makes the interrupt object.
///
/// # Safety
///
/// The framework's call, at PASSIVE_LEVEL.
pub unsafe extern "C" fn prepare_hardware(
    device: WDFDEVICE,
    raw: WDFCMRESLIST,
    translated: WDFCMRESLIST,
) -> NTSTATUS {
    // SAFETY: the framework's call.
    match unsafe { prepare(device, raw, translated) } {
        Ok(()) => STATUS_SUCCESS,
        Err(status) => status,
    }
}

/// # Safety
///
/// As [`prepare_hardware`].
unsafe fn prepare(
    device: WDFDEVICE,
    raw: WDFCMRESLIST,
    translated: WDFCMRESLIST,
) -> Result<(), NTSTATUS> {
    // SAFETY: PASSIVE_LEVEL; there is no other capability.
    let irql = unsafe { Passive::assume() };
    // SAFETY: the framework's list.
    let memory = unsafe { memory(translated) }.ok_or(STATUS_DEVICE_CONFIGURATION_ERROR)?;
    // SAFETY: the device's memory, long enough; unmapped in EvtDeviceReleaseHardware.
    let registers = unsafe { Mapped::map(memory, &irql) }.ok_or(STATUS_INSUFFICIENT_RESOURCES)?;
    let edu = Edu::new(registers).ok_or(STATUS_DEVICE_CONFIGURATION_ERROR)?;
    // SAFETY: EvtDevicePrepareHardware with its arguments. The other callbacks are below; the DPC
    // keeps no reference.
    let created = unsafe { Created::create(device, raw, translated, edu, collect, &irql) }?;
    // SAFETY: there are no requests yet, and nothing else looks there.
    unsafe { *Context::of(device).created.get() = Some(created) };
    Ok(())
}

/// Where the registers are, from the translated resources.
///
/// # Safety
///
/// The framework's list.
unsafe fn memory(list: WDFCMRESLIST) -> Option<PHYSICAL_ADDRESS> {
    // SAFETY: as said.
    let count = unsafe { call_unsafe_wdf_function_binding!(WdfCmResourceListGetCount, list) };
    (0..count).find_map(|index| {
        // SAFETY: as said; null, or a descriptor of the list.
        let descriptor: &CM_PARTIAL_RESOURCE_DESCRIPTOR = unsafe {
            call_unsafe_wdf_function_binding!(WdfCmResourceListGetDescriptor, list, index).as_ref()
        }?;
        if u32::from(descriptor.Type) != CmResourceTypeMemory {
            return None;
        }
        // SAFETY: the member of this type.
        let memory = unsafe { descriptor.u.Memory };
        (memory.Length as usize >= edu::REGISTERS).then_some(memory.Start)
    })
}

/// EvtDeviceD0ExitPreInterruptsDisabled: makes the device stop interrupting.
///
/// # Safety
///
/// The framework's call, at PASSIVE_LEVEL.
pub unsafe extern "C" fn before_interrupts_are_disabled(
    device: WDFDEVICE,
    _: WDF_POWER_DEVICE_STATE,
) -> NTSTATUS {
    // SAFETY: written while the hardware was prepared; there are no requests, and the device is in
    // D0 until this returns.
    unsafe {
        if let Some(created) = &*Context::of(device).created.get() {
            created.interrupts().device.quiet();
            created.suspend(&Passive::assume());
        }
    }
    STATUS_SUCCESS
}

/// EvtDeviceReleaseHardware.
///
/// # Safety
///
/// The framework's call, at PASSIVE_LEVEL.
pub unsafe extern "C" fn release_hardware(device: WDFDEVICE, _: WDFCMRESLIST) -> NTSTATUS {
    // SAFETY: there are no requests, and the interrupt is disconnected.
    unsafe {
        if let Some(created) = (*Context::of(device).created.get()).take() {
            created.delete(&mut Passive::assume());
        }
    }
    STATUS_SUCCESS
}

/// The DPC.
fn collect(interrupts: &Interrupts<Sources>, irql: &mut Dispatch<'_>) {
    // While the interrupt is not connected it is refused. What was to be collected stays.
    let _ = edu::collect(interrupts, irql);
}
