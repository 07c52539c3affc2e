//! The framework for a driver of a PnP device: one device with a default queue and interrupt
//! objects, without power management.
//!
//! The device is prepared and enters D0 when it is started, and leaves it when it is removed, in
//! the order of "PnP and Power Management Scenarios". A handle is the address of its object. What a
//! driver does that the framework forbids is a bugcheck.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::connect::{self, Interrupt as KernelInterrupt};
use super::{dpc, io, rules, stack, wdf};
use crate::abi::dispatcher::KDPC;
use crate::abi::*;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::deferred;
use crate::cpu::irql::{DISPATCH_LEVEL, PASSIVE_LEVEL};

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

/// Bytes before the partial descriptors, where their number is, and of each.
const HEADER: usize = 20;
const COUNT: usize = 16;
const DESCRIPTOR: usize = 20;

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

extern "system" fn io_queue_create(
    _: PVOID,
    device: *mut Device,
    config: *const QueueConfig,
    attributes: *const Attributes,
    handle: *mut *mut Queue,
) -> NTSTATUS {
    const EXPORT: &str = "WdfIoQueueCreate";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    // SAFETY: the caller's structure and device; the handle is an out-parameter.
    unsafe {
        let config = *config;
        if config.size as usize != size_of::<QueueConfig>() || config.default == 0 {
            violation(
                EXPORT,
                "the rig has a default queue, of this structure's size",
            );
        }
        let queue = Box::leak(Box::new(Queue {
            object: Object::new(attributes),
            device,
            config,
        }));
        (*device).queue = queue;
        if !handle.is_null() {
            handle.write(queue);
        }
    }
    STATUS_SUCCESS
}

extern "system" fn io_queue_get_device(_: PVOID, queue: *const Queue) -> *mut Device {
    // SAFETY: a queue's handle.
    unsafe { (*queue).device }
}

/// The buffer, if it is long enough.
fn retrieve(
    request: *mut Request,
    least: usize,
    length: impl Fn(&DEVICE_IO_CONTROL) -> u64,
    buffer: *mut PVOID,
    out: *mut usize,
) -> NTSTATUS {
    // SAFETY: a request's handle and out-parameters.
    unsafe {
        let irp = (*request).irp;
        let length = length(&(*(*irp).CurrentStackLocation).Parameters) as u32 as usize;
        if length < least || length == 0 {
            return STATUS_BUFFER_TOO_SMALL;
        }
        buffer.write((*irp).SystemBuffer);
        if !out.is_null() {
            out.write(length);
        }
    }
    STATUS_SUCCESS
}

extern "system" fn retrieve_input_buffer(
    _: PVOID,
    request: *mut Request,
    least: usize,
    buffer: *mut PVOID,
    length: *mut usize,
) -> NTSTATUS {
    rules::at_most(DISPATCH_LEVEL, "WdfRequestRetrieveInputBuffer");
    retrieve(request, least, |all| all.InputBufferLength, buffer, length)
}

extern "system" fn retrieve_output_buffer(
    _: PVOID,
    request: *mut Request,
    least: usize,
    buffer: *mut PVOID,
    length: *mut usize,
) -> NTSTATUS {
    rules::at_most(DISPATCH_LEVEL, "WdfRequestRetrieveOutputBuffer");
    retrieve(request, least, |all| all.OutputBufferLength, buffer, length)
}

extern "system" fn complete_with_information(
    _: PVOID,
    request: *mut Request,
    status: NTSTATUS,
    information: usize,
) {
    const EXPORT: &str = "WdfRequestCompleteWithInformation";
    rules::at_most(DISPATCH_LEVEL, EXPORT);
    // SAFETY: a request's handle.
    unsafe {
        if core::mem::replace(&mut (*request).completed, true) {
            violation(EXPORT, "completed before");
        }
        (*(*request).irp).IoStatus.Status = status;
        (*(*request).irp).IoStatus.Information = information;
    }
}

extern "system" fn list_get_count(_: PVOID, list: *const List) -> u32 {
    // SAFETY: a list's handle.
    unsafe { list.byte_add(COUNT).cast::<u32>().read() }
}

extern "system" fn list_get_descriptor(_: PVOID, list: *const List, index: u32) -> PVOID {
    if index >= list_get_count(core::ptr::null_mut(), list) {
        return core::ptr::null_mut();
    }
    // SAFETY: inside the list.
    unsafe { list.byte_add(HEADER + index as usize * DESCRIPTOR) }
        .cast_mut()
        .cast()
}

extern "system" fn interrupt_create(
    _: PVOID,
    device: *mut Device,
    config: *const InterruptConfig,
    attributes: *const Attributes,
    handle: *mut *mut Interrupt,
) -> NTSTATUS {
    const EXPORT: &str = "WdfInterruptCreate";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: the caller's structure and device; the handle is an out-parameter.
    unsafe {
        let config = *config;
        if config.size as usize != size_of::<InterruptConfig>() || config.isr.is_none() {
            violation(EXPORT, "a structure of another size, or no EvtInterruptIsr");
        }
        if !(*device).preparing || config.raw.is_null() || config.translated.is_null() {
            violation(
                EXPORT,
                "the rig has it in EvtDevicePrepareHardware, with the resources",
            );
        }
        if !config.spin_lock.is_null() || config.passive_handling != 0 {
            violation(
                EXPORT,
                "the rig has interrupts at DIRQL with a lock of their own",
            );
        }
        let interrupt = Box::leak(Box::new(Interrupt {
            object: Object::new(attributes),
            config,
            device,
            kernel: AtomicPtr::new(core::ptr::null_mut()),
            dpc: core::mem::zeroed(),
        }));
        let context = core::ptr::from_mut(interrupt).cast();
        dpc::ke_initialize_dpc(&raw mut interrupt.dpc, Some(run_dpc), context);
        (*device).interrupts.push(interrupt);
        handle.write(interrupt);
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn run_dpc(_: *mut KDPC, context: PVOID, _: PVOID, _: PVOID) {
    let interrupt = context.cast::<Interrupt>();
    // SAFETY: objects are never freed; the driver's own callback.
    unsafe {
        if let Some(dpc) = (*interrupt).config.dpc {
            dpc(interrupt, (*interrupt).device);
        }
    }
}

extern "system" fn interrupt_queue_dpc(_: PVOID, interrupt: *mut Interrupt) -> u8 {
    // SAFETY: an interrupt's handle.
    let dpc = unsafe { &raw mut (*interrupt).dpc };
    dpc::ke_insert_queue_dpc(dpc, core::ptr::null_mut(), core::ptr::null_mut())
}

extern "system" fn interrupt_synchronize(
    _: PVOID,
    interrupt: *mut Interrupt,
    callback: Synchronize,
    context: PVOID,
) -> u8 {
    // SAFETY: an interrupt's handle.
    let kernel = unsafe { (*interrupt).kernel.load(Ordering::SeqCst) };
    if kernel.is_null() {
        violation("WdfInterruptSynchronize", "the interrupt is not connected");
    }
    locked(kernel, || callback(interrupt, context))
}

/// Runs `body` at the interrupt's IRQL with its lock held.
fn locked<R>(kernel: *mut KernelInterrupt, body: impl FnOnce() -> R) -> R {
    struct Call<F, R>(Option<F>, Option<R>);
    unsafe extern "system" fn run<F: FnOnce() -> R, R>(call: PVOID) -> u8 {
        // SAFETY: the call below, which waits for this.
        let call = unsafe { &mut *call.cast::<Call<F, R>>() };
        call.1 = call.0.take().map(|body| body());
        1
    }
    fn routine<F: FnOnce() -> R, R>(_: &Call<F, R>) -> unsafe extern "system" fn(PVOID) -> u8 {
        run::<F, R>
    }
    let mut call = Call(Some(body), None);
    let routine = routine(&call);
    connect::ke_synchronize_execution(kernel, routine, (&raw mut call).cast());
    call.1.expect("the routine ran")
}

/// The device of a device object of the framework's.
///
/// # Safety
/// It is one.
unsafe fn device_of(own: *mut DEVICE_OBJECT) -> *mut Device {
    // SAFETY: the caller's promise.
    unsafe { (*own).DeviceExtension.cast::<*mut Device>().read() }
}

extern "system" fn pnp(own: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the framework's device and the PnP manager's request, which is handed on once.
    unsafe {
        let device = device_of(own);
        let below = (*device).below;
        let location = *(*irp).CurrentStackLocation;
        if location.MinorFunction == IRP_MN_START_DEVICE {
            io::io_forward_irp_synchronously(below, irp);
            let raw = location.Parameters.OutputBufferLength as *const List;
            let translated = location.Parameters.InputBufferLength as *const List;
            let status = match (*irp).IoStatus.Status {
                status if nt_success(status) => start(device, raw, translated),
                status => status,
            };
            (*irp).IoStatus.Status = status;
            io::iof_complete_request(irp, 0);
            return status;
        }
        let removed = location.MinorFunction == IRP_MN_REMOVE_DEVICE;
        if removed {
            remove(device);
            (*irp).IoStatus.Status = STATUS_SUCCESS;
        }
        (*irp).CurrentLocation += 1;
        (*irp).CurrentStackLocation = (*irp).CurrentStackLocation.add(1);
        let status = io::iof_call_driver(below, irp);
        if removed {
            stack::io_detach_device(below);
            io::io_delete_device(own);
        }
        status
    }
}

/// Prepares the hardware, enters D0, connects and enables the interrupts.
///
/// # Safety
/// The framework's device, at PASSIVE_LEVEL, and its resources.
unsafe fn start(device: *mut Device, raw: *const List, translated: *const List) -> NTSTATUS {
    // SAFETY: the caller's promise; the driver's own callbacks.
    unsafe {
        let Some(callbacks) = (*device).callbacks else {
            return STATUS_SUCCESS;
        };
        (*device).preparing = true;
        let prepared = callbacks
            .prepare_hardware
            .map_or(STATUS_SUCCESS, |call| call(device, raw, translated));
        (*device).preparing = false;
        let entered = match callbacks.d0_entry {
            Some(call) if nt_success(prepared) => call(device, D3_FINAL),
            _ => prepared,
        };
        if !nt_success(entered) {
            return entered;
        }
        let interrupts = &(*device).interrupts;
        if !interrupts.is_empty() {
            let context = device.cast();
            match connect::Connection::connect((*device).physical, isr, line_isr, context) {
                Ok(connection) => (*device).connection = connection,
                Err(status) => return status,
            }
        }
        for (message, &interrupt) in interrupts.iter().enumerate() {
            let kernel = (*device).connection.object(message);
            (*interrupt).kernel.store(kernel, Ordering::SeqCst);
            if let Some(enable) = (*interrupt).config.enable {
                locked(kernel, || enable(interrupt, device));
            }
        }
        callbacks
            .d0_entry_post_interrupts_enabled
            .map_or(STATUS_SUCCESS, |call| call(device, D3_FINAL))
    }
}

/// Disables and disconnects the interrupts, leaves D0, releases the hardware.
///
/// # Safety
/// As [`start`], of a started device.
unsafe fn remove(device: *mut Device) {
    // SAFETY: as there.
    unsafe {
        let Some(callbacks) = (*device).callbacks else {
            return;
        };
        if let Some(call) = callbacks.d0_exit_pre_interrupts_disabled {
            call(device, D3_FINAL);
        }
        for &interrupt in &(*device).interrupts {
            let kernel = (*interrupt).kernel.load(Ordering::SeqCst);
            if let Some(disable) = (*interrupt).config.disable
                && !kernel.is_null()
            {
                locked(kernel, || disable(interrupt, device));
            }
            (*interrupt)
                .kernel
                .store(core::ptr::null_mut(), Ordering::SeqCst);
        }
        core::mem::take(&mut (*device).connection).disconnect();
        deferred::flush();
        if let Some(call) = callbacks.d0_exit {
            call(device, D3_FINAL);
        }
        if let Some(call) = callbacks.release_hardware {
            call(device, core::ptr::null());
        }
    }
}

/// An interrupt, at its IRQL with its lock held.
unsafe extern "system" fn isr(_: *mut KernelInterrupt, context: PVOID, message: u32) -> u8 {
    // SAFETY: devices are never freed; the driver's own callback.
    unsafe {
        let device = context.cast::<Device>();
        let interrupt = (&(*device).interrupts).get(message as usize).copied();
        match interrupt.and_then(|interrupt| Some((interrupt, (*interrupt).config.isr?))) {
            Some((interrupt, isr)) => isr(interrupt, message),
            None => 0,
        }
    }
}

/// The same for a line.
unsafe extern "system" fn line_isr(kernel: *mut KernelInterrupt, context: PVOID) -> u8 {
    // SAFETY: as there.
    unsafe { isr(kernel, context, 0) }
}

extern "system" fn device_control(own: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the framework's device and the I/O manager's request, which is completed once, here.
    unsafe {
        let queue = (*device_of(own)).queue;
        let control = queue.as_ref().and_then(|queue| queue.config.control);
        let Some(control) = control else {
            (*irp).IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
            io::iof_complete_request(irp, 0);
            return STATUS_INVALID_DEVICE_REQUEST;
        };
        let mut request = Request {
            object: Object::new(core::ptr::null()),
            irp,
            completed: false,
        };
        let all = (*(*irp).CurrentStackLocation).Parameters;
        control(
            queue,
            &raw mut request,
            all.OutputBufferLength as u32 as usize,
            all.InputBufferLength as u32 as usize,
            all.IoControlCode as u32,
        );
        if !request.completed {
            violation(
                "EvtIoDeviceControl",
                "the rig wants the request completed when it returns",
            );
        }
        let status = (*irp).IoStatus.Status;
        io::iof_complete_request(irp, 0);
        status
    }
}
