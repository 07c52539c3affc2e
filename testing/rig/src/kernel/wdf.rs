//! WDFLDR.SYS and the framework's function table: binding, and the driver object.
//!
//! The table has KMDF 1.31's 458 entries. Those that a driver may use in miniport mode and does use are here, those of a driver of
//! a PnP device in [`framework`]; every other one bugchecks with its name.

use alloc::boxed::Box;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::framework::{self, DeviceAdd};
use super::{rtl, rules};
use crate::abi::{
    DRIVER_OBJECT, NTSTATUS, STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED,
    STATUS_OBJECT_TYPE_MISMATCH, STATUS_SUCCESS, UNICODE_STRING,
};
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::PASSIVE_LEVEL;
use crate::log;

/// Entries of KMDF 1.31's table.
pub const ENTRIES: usize = 458;
/// Names and indices of the entries.
const NAMES: &str = include_str!("../../../wdk-lite/kmdf-function-index.tsv");

/// WdfDriverInitNoDispatchOverride: the driver is a miniport.
const NO_DISPATCH_OVERRIDE: u32 = 2;
/// Bytes of a stub for an unused entry.
const STUB: usize = 16;

core::arch::global_asm!(
    ".balign 16",
    ".global rig_wdf_stubs",
    "rig_wdf_stubs:",
    ".set index, 0",
    ".rept 458",
    ".balign 16",
    "movl $index, %ecx",
    "jmp {unused}",
    ".set index, index + 1",
    ".endr",
    unused = sym unused,
    options(att_syntax),
);

unsafe extern "C" {
    static rig_wdf_stubs: u8;
}

/// WDF_DRIVER_GLOBALS.
#[derive(Debug)]
#[repr(C)]
pub struct Globals {
    driver: *mut c_void,
    driver_flags: u32,
    driver_tag: u32,
    driver_name: [u8; 32],
    displace_driver_unload: u8,
}

/// WDF_BIND_INFO.
#[derive(Debug)]
#[repr(C)]
pub struct BindInfo {
    size: u32,
    component: *const u16,
    version: [u32; 3],
    function_count: u32,
    function_table: *mut *const u64,
    module: *mut c_void,
}

/// WDF_DRIVER_CONFIG.
#[derive(Debug)]
#[repr(C)]
pub struct DriverConfig {
    size: u32,
    device_add: *mut c_void,
    unload: *mut c_void,
    init_flags: u32,
    pool_tag: u32,
}

const _: () = {
    assert!(
        size_of::<Globals>() == 56
            && size_of::<BindInfo>() == 48
            && size_of::<DriverConfig>() == 32
    );
};

static BOUND: AtomicBool = AtomicBool::new(false);
/// The framework's driver object, once created.
static DRIVER: AtomicPtr<DRIVER_OBJECT> = AtomicPtr::new(core::ptr::null_mut());

/// Whether the driver is bound to the framework.
pub fn is_bound() -> bool {
    BOUND.load(Ordering::SeqCst)
}

fn violation(export: &'static str, what: &str) -> ! {
    bugcheck(
        bugcheck::WDF_VIOLATION,
        [0; 4],
        format_args!("{export}: {what}"),
    )
}

/// The entry's name.
fn name(index: usize) -> &'static str {
    NAMES
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(_, number)| number.trim().parse() == Ok(index))
        .map_or("?", |(name, _)| name.trim_end_matches("TableIndex"))
}

fn index_of(wanted: &str) -> Option<usize> {
    NAMES
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(name, _)| name.trim_end_matches("TableIndex") == wanted)
        .and_then(|(_, number)| number.trim().parse().ok())
}

extern "system" fn unused(index: u32) -> ! {
    bugcheck(
        bugcheck::WDF_VIOLATION,
        [u64::from(index), 0, 0, 0],
        format_args!(
            "the driver called {}, which the rig's framework does not have",
            name(index as usize)
        ),
    )
}

/// WdfVersionBind.
pub extern "system" fn wdf_version_bind(
    driver: *mut DRIVER_OBJECT,
    _path: *const UNICODE_STRING,
    info: *const BindInfo,
    globals: *mut *mut Globals,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "WdfVersionBind");
    // SAFETY: the stub of the image passes its own structures.
    let info = unsafe { &*info };
    // SAFETY: as above; the component is a string with a final zero.
    let component = unsafe {
        let mut string = UNICODE_STRING {
            Length: 0,
            MaximumLength: 0,
            Buffer: core::ptr::null_mut(),
        };
        rtl::rtl_init_unicode_string(&raw mut string, info.component);
        rtl::text(&raw const string)
    };
    let [major, minor, _] = info.version;
    log!(
        "framework: {component} {major}.{minor} with {} functions",
        info.function_count
    );
    if driver.is_null() || info.size as usize != size_of::<BindInfo>() || component != "KmdfLibrary"
    {
        return STATUS_INVALID_PARAMETER;
    }
    if major != 1 || minor > 31 || info.function_count as usize > ENTRIES {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    if BOUND.swap(true, Ordering::SeqCst) {
        violation("WdfVersionBind", "the driver is bound already");
    }
    let stubs = core::ptr::addr_of!(rig_wdf_stubs) as u64;
    let mut table = Box::new([0_u64; ENTRIES]);
    for (index, entry) in table.iter_mut().enumerate() {
        *entry = stubs + (index * STUB) as u64;
    }
    let real: [(&str, u64); 2] = [
        ("WdfDriverCreate", wdf_driver_create as *const () as u64),
        (
            "WdfDriverMiniportUnload",
            wdf_driver_miniport_unload as *const () as u64,
        ),
    ];
    let (queue_dpc, address) = framework::QUEUE_DPC;
    // A miniport's framework has no devices of its own: what makes one stays unknown there.
    let of_devices = framework::entries()
        .into_iter()
        .chain([(queue_dpc, address as *const () as u64)])
        .filter(|_| framework::is_expected());
    for (name, address) in real.into_iter().chain(of_devices) {
        match index_of(name) {
            Some(index) if index < ENTRIES => table[index] = address,
            _ => violation(
                "WdfVersionBind",
                "the list of function indices lacks a name",
            ),
        }
    }
    let made = Box::leak(Box::new(Globals {
        driver: core::ptr::null_mut(),
        driver_flags: 0,
        driver_tag: 0,
        driver_name: *b"vgpudod\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        displace_driver_unload: 0,
    }));
    // SAFETY: out-parameters of the stub's.
    unsafe {
        info.function_table.write(Box::leak(table).as_ptr());
        globals.write(made);
    }
    STATUS_SUCCESS
}

/// WdfVersionUnbind.
pub extern "system" fn wdf_version_unbind(
    _path: *const UNICODE_STRING,
    _info: *const BindInfo,
    _globals: *mut Globals,
) -> NTSTATUS {
    rules::at_most(PASSIVE_LEVEL, "WdfVersionUnbind");
    if !BOUND.swap(false, Ordering::SeqCst) {
        violation("WdfVersionUnbind", "the driver is not bound");
    }
    // A failing DriverEntry unbinds without having deleted its driver object: the framework does it then.
    if !DRIVER
        .swap(core::ptr::null_mut(), Ordering::SeqCst)
        .is_null()
    {
        log!("framework: unbound with its driver object");
    }
    STATUS_SUCCESS
}

/// WdfDriverCreate, of a miniport.
extern "system" fn wdf_driver_create(
    globals: *mut Globals,
    driver: *mut DRIVER_OBJECT,
    _path: *const UNICODE_STRING,
    attributes: *const c_void,
    config: *const DriverConfig,
    handle: *mut *mut c_void,
) -> NTSTATUS {
    const EXPORT: &str = "WdfDriverCreate";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: the caller's structure.
    let config = unsafe { &*config };
    if config.size as usize != size_of::<DriverConfig>() {
        return STATUS_INVALID_PARAMETER;
    }
    let miniport = config.init_flags & NO_DISPATCH_OVERRIDE != 0;
    if !miniport && !framework::is_expected() {
        violation(
            EXPORT,
            "a display miniport sets WdfDriverInitNoDispatchOverride",
        );
    }
    if miniport && (!config.unload.is_null() || !config.device_add.is_null()) {
        violation(
            EXPORT,
            "a miniport has neither EvtDriverUnload nor EvtDriverDeviceAdd",
        );
    }
    if !attributes.is_null() {
        log!("framework: object attributes are not supported by the rig");
        return STATUS_NOT_SUPPORTED;
    }
    if !DRIVER.swap(driver, Ordering::SeqCst).is_null() {
        violation(EXPORT, "the driver object exists already");
    }
    if !miniport {
        if config.device_add.is_null() || !config.unload.is_null() {
            violation(EXPORT, "the rig has drivers with EvtDriverDeviceAdd alone");
        }
        // SAFETY: EvtDriverDeviceAdd, and the driver's own object. The stub puts itself in front of the unload routine.
        unsafe {
            let device_add = core::mem::transmute::<*mut c_void, DeviceAdd>(config.device_add);
            framework::take_over(driver, device_add);
            (*globals).displace_driver_unload = 1;
        }
    }
    // SAFETY: globals are those of the binding; the handle is an out-parameter, which may be NULL.
    unsafe {
        (*globals).driver = driver.cast();
        (*globals).driver_flags = config.init_flags;
        (*globals).driver_tag = config.pool_tag;
        if !handle.is_null() {
            handle.write(driver.cast());
        }
    }
    STATUS_SUCCESS
}

/// The driver object goes when the driver is unloaded, before it is unbound.
pub fn delete_driver() {
    DRIVER.store(core::ptr::null_mut(), Ordering::SeqCst);
}

/// WdfDriverMiniportUnload.
extern "system" fn wdf_driver_miniport_unload(_globals: *mut Globals, driver: *mut c_void) {
    const EXPORT: &str = "WdfDriverMiniportUnload";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    let old = DRIVER.swap(core::ptr::null_mut(), Ordering::SeqCst);
    if old.is_null() || old.cast() != driver {
        violation(EXPORT, "called twice, or for another driver");
    }
}
