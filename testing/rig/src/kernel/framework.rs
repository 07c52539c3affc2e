//! The framework for a driver of a PnP device: one device with a default queue and interrupt
//! objects, without power management.
//!
//! The device is prepared and enters D0 when it is started, and leaves it when it is removed, in
//! the order of "PnP and Power Management Scenarios". A handle is the address of its object. What a
//! driver does that the framework forbids is a bugcheck.

mod interrupts;
mod pnp;
mod requests;

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::connect::{self, Interrupt as KernelInterrupt};
use super::{io, rules, stack, wdf};
use crate::abi::dispatcher::KDPC;
use crate::abi::*;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::PASSIVE_LEVEL;

use interrupts::{interrupt_create, interrupt_queue_dpc, interrupt_synchronize};
use pnp::{list_get_count, list_get_descriptor, pnp};
use requests::{
    complete_with_information, device_control, io_queue_create, io_queue_get_device,
    retrieve_input_buffer, retrieve_output_buffer,
};

/// WdfPowerDeviceD3Final.
const D3_FINAL: i32 = 5;

type PowerCallback = Option<extern "system" fn(*mut Device, i32) -> NTSTATUS>;
type Prepare = Option<extern "system" fn(*mut Device, *const List, *const List) -> NTSTATUS>;
type Release = Option<extern "system" fn(*mut Device, *const List) -> NTSTATUS>;
type Control = Option<extern "system" fn(*mut Queue, *mut Request, usize, usize, u32)>;
type Isr = Option<extern "system" fn(*mut Interrupt, u32) -> u8>;
type Synchronize = extern "system" fn(*mut Interrupt, PVOID) -> u8;
type Dpc = Option<extern "system" fn(*mut Interrupt, *mut Device)>;
type Enable = Option<extern "system" fn(*mut Interrupt, *mut Device) -> NTSTATUS>;
/// EvtDriverDeviceAdd.
pub type DeviceAdd = extern "system" fn(PVOID, *mut Init) -> NTSTATUS;

/// The head of every object: the context that its attributes asked for.
#[derive(Debug)]
#[repr(C)]
pub struct Object {
    context_type: *const c_void,
    context: *mut c_void,
}

impl Object {
    /// An object with these attributes. Its context is never freed.
    fn new(attributes: *const Attributes) -> Self {
        // SAFETY: null, or the caller's attributes with a description of a context.
        let info = unsafe {
            attributes
                .as_ref()
                .and_then(|all| all.context_type.as_ref())
        };
        let words = info.map_or(0, |info| info.context_size.div_ceil(8));
        Self {
            context_type: info.map_or(core::ptr::null(), |info| info.unique_type),
            context: Box::leak(vec![0_u64; words].into_boxed_slice())
                .as_mut_ptr()
                .cast(),
        }
    }
}

/// WDF_OBJECT_ATTRIBUTES.
#[derive(Debug)]
#[repr(C)]
struct Attributes {
    size: u32,
    cleanup: PVOID,
    destroy: PVOID,
    execution_level: i32,
    scope: i32,
    parent: PVOID,
    context_size: usize,
    context_type: *const ContextType,
}

/// WDF_OBJECT_CONTEXT_TYPE_INFO.
#[derive(Debug)]
#[repr(C)]
struct ContextType {
    size: u32,
    name: *const u8,
    context_size: usize,
    unique_type: *const c_void,
    get: PVOID,
}

/// WDF_PNPPOWER_EVENT_CALLBACKS.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Callbacks {
    size: u32,
    d0_entry: PowerCallback,
    d0_entry_post_interrupts_enabled: PowerCallback,
    d0_exit: PowerCallback,
    d0_exit_pre_interrupts_disabled: PowerCallback,
    prepare_hardware: Prepare,
    release_hardware: Release,
    others: [PVOID; 11],
}

/// WDF_INTERRUPT_CONFIG.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct InterruptConfig {
    size: u32,
    spin_lock: PVOID,
    share_vector: i32,
    floating_save: u8,
    automatic_serialization: u8,
    isr: Isr,
    dpc: Dpc,
    enable: Enable,
    disable: Enable,
    work_item: PVOID,
    raw: PVOID,
    translated: PVOID,
    wait_lock: PVOID,
    passive_handling: u8,
    report_inactive: i32,
    can_wake: u8,
}

/// WDF_IO_QUEUE_CONFIG.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct QueueConfig {
    size: u32,
    dispatch: i32,
    power_managed: i32,
    zero_length: u8,
    default: u8,
    before: [PVOID; 3],
    control: Control,
    after: [PVOID; 4],
    presented: u32,
    driver: PVOID,
}

const _: () = {
    assert!(size_of::<Attributes>() == 56 && size_of::<ContextType>() == 40);
    assert!(size_of::<Callbacks>() == 144);
    assert!(size_of::<InterruptConfig>() == 104);
    assert!(size_of::<QueueConfig>() == 96);
};

/// A WDFDEVICE_INIT.
#[derive(Debug)]
pub struct Init {
    driver: *mut DRIVER_OBJECT,
    physical: *mut DEVICE_OBJECT,
    callbacks: Option<Callbacks>,
}

/// A WDFDEVICE.
#[derive(Debug)]
#[repr(C)]
pub struct Device {
    object: Object,
    callbacks: Option<Callbacks>,
    own: *mut DEVICE_OBJECT,
    below: *mut DEVICE_OBJECT,
    physical: *mut DEVICE_OBJECT,
    queue: *mut Queue,
    interrupts: Vec<*mut Interrupt>,
    /// In EvtDevicePrepareHardware.
    preparing: bool,
    /// What the interrupts were connected with, to disconnect them.
    connection: connect::Connection,
}

/// A WDFQUEUE.
#[derive(Debug)]
#[repr(C)]
pub struct Queue {
    object: Object,
    device: *mut Device,
    config: QueueConfig,
}

/// A WDFREQUEST, of a device control with METHOD_BUFFERED.
#[derive(Debug)]
#[repr(C)]
pub struct Request {
    object: Object,
    irp: *mut IRP,
    completed: bool,
}

/// A WDFINTERRUPT.
#[derive(Debug)]
#[repr(C)]
pub struct Interrupt {
    object: Object,
    config: InterruptConfig,
    device: *mut Device,
    /// While it is connected.
    kernel: AtomicPtr<KernelInterrupt>,
    dpc: KDPC,
}

/// A WDFCMRESLIST: a CM_RESOURCE_LIST.
#[derive(Debug)]
#[repr(C)]
pub struct List(u32);

/// Whether the driver is one of a PnP device, and no miniport.
static EXPECTED: AtomicBool = AtomicBool::new(false);

/// Says that the driver is one of a PnP device.
pub fn expect() {
    EXPECTED.store(true, Ordering::SeqCst);
}

/// Whether it is.
pub fn is_expected() -> bool {
    EXPECTED.load(Ordering::SeqCst)
}

/// The driver's EvtDriverDeviceAdd.
static DEVICE_ADD: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());

fn violation(export: &'static str, what: &str) -> ! {
    bugcheck(
        bugcheck::WDF_VIOLATION,
        [0; 4],
        format_args!("{export}: {what}"),
    )
}

/// What WdfDriverCreate does for a driver of PnP devices: the driver object's routines become the
/// framework's.
///
/// # Safety
/// The driver's own object.
pub unsafe fn take_over(driver: *mut DRIVER_OBJECT, device_add: DeviceAdd) {
    extern "system" fn unload(_: *mut DRIVER_OBJECT) {
        wdf::delete_driver();
    }
    DEVICE_ADD.store(device_add as *mut c_void, Ordering::SeqCst);
    // SAFETY: the caller's promise.
    unsafe {
        (*(*driver).DriverExtension).AddDevice = add_device as *mut c_void;
        (*driver).MajorFunction[usize::from(IRP_MJ_PNP)] = Some(pnp);
        (*driver).MajorFunction[usize::from(IRP_MJ_DEVICE_CONTROL)] = Some(device_control);
        (*driver).DriverUnload = Some(unload);
    }
}

extern "system" fn add_device(
    driver: *mut DRIVER_OBJECT,
    physical: *mut DEVICE_OBJECT,
) -> NTSTATUS {
    let mut init = Init {
        driver,
        physical,
        callbacks: None,
    };
    // SAFETY: stored by `take_over`.
    let routine = unsafe {
        core::mem::transmute::<*mut c_void, DeviceAdd>(DEVICE_ADD.load(Ordering::SeqCst))
    };
    routine(driver.cast(), &raw mut init)
}

/// Every entry of the function table that is here.
pub fn entries() -> [(&'static str, u64); 12] {
    macro_rules! entries {
        ($($name:literal $function:ident;)*) => { [$(($name, $function as *const () as u64)),*] };
    }
    entries! {
        "WdfDeviceInitSetPnpPowerEventCallbacks" set_pnp_power_event_callbacks;
        "WdfDeviceCreate" device_create;
        "WdfObjectGetTypedContextWorker" get_typed_context;
        "WdfIoQueueCreate" io_queue_create;
        "WdfIoQueueGetDevice" io_queue_get_device;
        "WdfRequestRetrieveInputBuffer" retrieve_input_buffer;
        "WdfRequestRetrieveOutputBuffer" retrieve_output_buffer;
        "WdfRequestCompleteWithInformation" complete_with_information;
        "WdfCmResourceListGetCount" list_get_count;
        "WdfCmResourceListGetDescriptor" list_get_descriptor;
        "WdfInterruptCreate" interrupt_create;
        "WdfInterruptSynchronize" interrupt_synchronize;
    }
}

/// WdfInterruptQueueDpcForIsr, apart: it is called at any IRQL.
pub const QUEUE_DPC: (&str, extern "system" fn(PVOID, *mut Interrupt) -> u8) =
    ("WdfInterruptQueueDpcForIsr", interrupt_queue_dpc);

extern "system" fn set_pnp_power_event_callbacks(
    _: PVOID,
    init: *mut Init,
    callbacks: *const Callbacks,
) {
    const EXPORT: &str = "WdfDeviceInitSetPnpPowerEventCallbacks";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: the init that EvtDriverDeviceAdd got, and the caller's structure.
    unsafe {
        if (*callbacks).size as usize != size_of::<Callbacks>() {
            violation(EXPORT, "a structure of another size");
        }
        (*init).callbacks = Some(*callbacks);
    }
}

extern "system" fn device_create(
    _: PVOID,
    init: *mut *mut Init,
    attributes: *const Attributes,
    handle: *mut *mut Device,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "WdfDeviceCreate");
    // SAFETY: the init that EvtDriverDeviceAdd got, which is used up here.
    let init = unsafe { &*core::mem::replace(&mut *init, core::ptr::null_mut()) };
    let mut own = core::ptr::null_mut();
    let bytes = size_of::<*mut Device>() as u32;
    let none = core::ptr::null_mut();
    let status = io::io_create_device(init.driver, bytes, none, 0x22, 0, 0, &raw mut own);
    if !nt_success(status) {
        return status;
    }
    let device = Box::leak(Box::new(Device {
        object: Object::new(attributes),
        callbacks: init.callbacks,
        own,
        below: stack::io_attach_device_to_device_stack(own, init.physical),
        physical: init.physical,
        queue: core::ptr::null_mut(),
        interrupts: Vec::new(),
        preparing: false,
        connection: connect::Connection::default(),
    }));
    // SAFETY: the extension has room for the pointer; the handle is an out-parameter.
    unsafe {
        (*own).DeviceExtension.cast::<*mut Device>().write(device);
        (*own).Flags &= !DO_DEVICE_INITIALIZING;
        handle.write(device);
    }
    STATUS_SUCCESS
}

extern "system" fn get_typed_context(
    _: PVOID,
    object: *const Object,
    info: *const ContextType,
) -> PVOID {
    // SAFETY: an object's handle, and a description of a context.
    unsafe {
        if (*object).context_type != (*info).unique_type {
            return core::ptr::null_mut();
        }
        (*object).context
    }
}
