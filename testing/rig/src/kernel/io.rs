//! Io: devices, requests, and `\Device\DxgKrnl`, which hands out the port's registration function.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::mem::size_of;

use super::{ke, objects, rtl, rules};
use crate::abi::*;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{APC_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL};
use crate::memory::{PAGE, blocks, pages};
use crate::sync::Lock;

/// The internal device control that asks for the registration function of display-only drivers.
const GET_INITIALIZER: u64 = 0x23_0043;
/// Type of an IRP.
const IRP_TYPE: i16 = 6;
/// Stack locations of every IRP here: a driver's device, and the bus driver's below it.
const LOCATIONS: usize = 2;
/// MULTIPLE_IRP_COMPLETE_REQUESTS.
const MULTIPLE_IRP_COMPLETE_REQUESTS: u32 = 0x44;
/// NO_MORE_IRP_STACK_LOCATIONS.
const NO_MORE_IRP_STACK_LOCATIONS: u32 = 0x35;

/// A device of the driver.
#[derive(Debug)]
struct Device {
    address: u64,
    /// Pages of its block.
    pages: usize,
    /// IoDeleteDevice was called: only handles keep it.
    deleted: bool,
}

impl Device {
    fn pointer(&self) -> *mut DEVICE_OBJECT {
        self.address as *mut DEVICE_OBJECT
    }
}

static DEVICES: Lock<Vec<Device>> = Lock::new(Vec::new());

/// Says what was not given back: devices.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    for device in DEVICES.lock().iter() {
        say(format_args!("device object {:#x}", device.address));
    }
}

fn device_object(
    driver: *mut DRIVER_OBJECT,
    extension: PVOID,
    size: u16,
    kind: u32,
    characteristics: u32,
) -> DEVICE_OBJECT {
    DEVICE_OBJECT {
        Type: 3,
        Size: size,
        ReferenceCount: 0,
        DriverObject: driver,
        NextDevice: core::ptr::null_mut(),
        AttachedDevice: core::ptr::null_mut(),
        CurrentIrp: core::ptr::null_mut(),
        Timer: core::ptr::null_mut(),
        Flags: DO_DEVICE_INITIALIZING,
        Characteristics: characteristics,
        Vpb: core::ptr::null_mut(),
        DeviceExtension: extension,
        DeviceType: kind,
        StackSize: 1,
        Queue: [0; 9],
        AlignmentRequirement: 0,
        DeviceQueue: [0; 13],
        ActiveThreadCount: 0,
        SecurityDescriptor: core::ptr::null_mut(),
        DeviceLock: KEVENT {
            Type: 1,
            Signalling: 0,
            Size: 6,
            Reserved1: 0,
            SignalState: 1,
            WaitListHead: LIST_ENTRY {
                Flink: core::ptr::null_mut(),
                Blink: core::ptr::null_mut(),
            },
        },
        SectorSize: 0,
        Spare1: 0,
        DeviceObjectExtension: core::ptr::null_mut(),
        Reserved: core::ptr::null_mut(),
    }
}

/// IoCreateDevice.
pub extern "system" fn io_create_device(
    driver: *mut DRIVER_OBJECT,
    extension: u32,
    name: *const UNICODE_STRING,
    kind: u32,
    characteristics: u32,
    _exclusive: u8,
    device: *mut *mut DEVICE_OBJECT,
) -> NTSTATUS {
    rules::at_most(APC_LEVEL, "IoCreateDevice");
    let size = size_of::<DEVICE_OBJECT>() + extension as usize;
    let count = pages(size);
    let Some(start) = blocks::allocate(blocks::Kind::Pool, count) else {
        return STATUS_INSUFFICIENT_RESOURCES;
    };
    // At the end of its pages, so that an overrun of the extension faults.
    let made = (start + ((count * PAGE - size) & !15) as u64).as_mut_ptr::<DEVICE_OBJECT>();
    // SAFETY: the block has room for the object and the extension, which is zeroed as fresh pages are.
    unsafe {
        let behind = if extension == 0 {
            core::ptr::null_mut()
        } else {
            made.add(1).cast::<c_void>()
        };
        made.write(device_object(
            driver,
            behind,
            size as u16,
            kind,
            characteristics,
        ));
        if let Some(name) = name.as_ref()
            && let Err(status) = objects::name_device(&rtl::text(name), made)
        {
            blocks::free(start, count);
            return status;
        }
        (*made).NextDevice = (*driver).DeviceObject;
        (*driver).DeviceObject = made;
        device.write(made);
    }
    DEVICES.lock().push(Device {
        address: made as u64,
        pages: count,
        deleted: false,
    });
    STATUS_SUCCESS
}

/// IoDeleteDevice: the name goes at once, the device with its last handle.
pub extern "system" fn io_delete_device(device: *mut DEVICE_OBJECT) {
    const EXPORT: &str = "IoDeleteDevice";
    rules::at_most(APC_LEVEL, EXPORT);
    let mut devices = DEVICES.lock();
    let found = devices
        .iter_mut()
        .find(|one| one.address == device as u64 && !one.deleted);
    let Some(one) = found else {
        drop(devices);
        bugcheck(
            bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
            [0, device as u64, 0, 0],
            format_args!("{EXPORT}: no device of the driver's, or deleted before"),
        );
    };
    one.deleted = true;
    drop(devices);
    objects::forget_device(device);
    free_unused();
}

/// Counts a handle of `device` in or out.
pub fn count_handle(device: *mut DEVICE_OBJECT, by: i32) {
    // SAFETY: a device is there while it has a handle or a name.
    unsafe { (*device).ReferenceCount += by };
    free_unused();
}

/// Frees the devices that are deleted and have no handle.
fn free_unused() {
    loop {
        let mut devices = DEVICES.lock();
        // SAFETY: devices in the table are there.
        let unused = |one: &Device| one.deleted && unsafe { (*one.pointer()).ReferenceCount } == 0;
        let Some(index) = devices.iter().position(unused) else {
            return;
        };
        let one = devices.swap_remove(index);
        drop(devices);
        let device = one.pointer();
        // SAFETY: it was in the table, so it and its driver object are there.
        unsafe {
            let mut link = &raw mut (*(*device).DriverObject).DeviceObject;
            while !(*link).is_null() && *link != device {
                link = &raw mut (**link).NextDevice;
            }
            if !(*link).is_null() {
                *link = (*device).NextDevice;
            }
        }
        blocks::free(
            x86_64::VirtAddr::new(one.address & !(PAGE as u64 - 1)),
            one.pages,
        );
    }
}

/// A request with its stack locations.
#[repr(C)]
pub struct Packet {
    /// The request.
    pub irp: IRP,
    locations: [IO_STACK_LOCATION; LOCATIONS],
    /// It was completed.
    pub done: bool,
    /// Freed on completion: the driver built it.
    threaded: bool,
    /// A driver has forwarded it and gets it back when the one below completes it.
    forwarded: bool,
}

/// A stack location that nothing has been copied to.
const NO_LOCATION: IO_STACK_LOCATION = IO_STACK_LOCATION {
    MajorFunction: 0,
    MinorFunction: 0,
    Flags: 0,
    Control: 0,
    Parameters: DEVICE_IO_CONTROL {
        OutputBufferLength: 0,
        InputBufferLength: 0,
        IoControlCode: 0,
        Type3InputBuffer: core::ptr::null_mut(),
    },
    DeviceObject: core::ptr::null_mut(),
    FileObject: core::ptr::null_mut(),
    CompletionRoutine: core::ptr::null_mut(),
    Context: core::ptr::null_mut(),
};

/// A new request, with what the first driver finds in its stack location.
pub fn new_packet(
    major: u8,
    file: *mut FILE_OBJECT,
    parameters: DEVICE_IO_CONTROL,
    threaded: bool,
) -> *mut Packet {
    let nobody = LIST_ENTRY {
        Flink: core::ptr::null_mut(),
        Blink: core::ptr::null_mut(),
    };
    let irp = IRP {
        Type: IRP_TYPE,
        Size: (size_of::<IRP>() + LOCATIONS * size_of::<IO_STACK_LOCATION>()) as u16,
        MdlAddress: core::ptr::null_mut(),
        Flags: 0,
        SystemBuffer: core::ptr::null_mut(),
        ThreadListEntry: nobody,
        IoStatus: IO_STATUS_BLOCK {
            Status: 0,
            Pointer: 0,
            Information: 0,
        },
        RequestorMode: 0,
        PendingReturned: 0,
        StackCount: LOCATIONS as i8,
        CurrentLocation: LOCATIONS as i8 + 1,
        Cancel: 0,
        CancelIrql: 0,
        ApcEnvironment: 0,
        AllocationFlags: 0,
        UserIosb: core::ptr::null_mut(),
        UserEvent: core::ptr::null_mut(),
        Overlay: [0; 2],
        CancelRoutine: core::ptr::null_mut(),
        UserBuffer: core::ptr::null_mut(),
        DriverContext: [core::ptr::null_mut(); 4],
        Thread: core::ptr::null_mut(),
        AuxiliaryBuffer: core::ptr::null_mut(),
        ListEntry: nobody,
        CurrentStackLocation: core::ptr::null_mut(),
        OriginalFileObject: file,
        IrpExtension: core::ptr::null_mut(),
    };
    let location = IO_STACK_LOCATION {
        MajorFunction: major,
        MinorFunction: 0,
        Flags: 0,
        Control: 0,
        Parameters: parameters,
        DeviceObject: core::ptr::null_mut(),
        FileObject: file,
        CompletionRoutine: core::ptr::null_mut(),
        Context: core::ptr::null_mut(),
    };
    let packet = Box::into_raw(Box::new(Packet {
        irp,
        locations: [NO_LOCATION, location],
        done: false,
        threaded,
        forwarded: false,
    }));
    // SAFETY: the packet was just made; the current location starts behind the last one.
    unsafe {
        (*packet).irp.CurrentStackLocation = (&raw mut (*packet).locations)
            .cast::<IO_STACK_LOCATION>()
            .add(LOCATIONS)
    };
    packet
}

/// IoBuildDeviceIoControlRequest, of METHOD_NEITHER.
pub extern "system" fn io_build_device_io_control_request(
    code: u32,
    _device: *mut DEVICE_OBJECT,
    input: PVOID,
    input_bytes: u32,
    output: PVOID,
    output_bytes: u32,
    internal: u8,
    event: *mut KEVENT,
    outcome: *mut IO_STATUS_BLOCK,
) -> *mut IRP {
    rules::at_most(PASSIVE_LEVEL, "IoBuildDeviceIoControlRequest");
    if code & 3 != 3 {
        bugcheck(
            bugcheck::MANUALLY_INITIATED_CRASH,
            [u64::from(code), 0, 0, 0],
            format_args!("IoBuildDeviceIoControlRequest: the rig has METHOD_NEITHER only"),
        );
    }
    let major = if internal != 0 {
        IRP_MJ_INTERNAL_DEVICE_CONTROL
    } else {
        IRP_MJ_DEVICE_CONTROL
    };
    let parameters = DEVICE_IO_CONTROL {
        OutputBufferLength: u64::from(output_bytes),
        InputBufferLength: u64::from(input_bytes),
        IoControlCode: u64::from(code),
        Type3InputBuffer: input,
    };
    let packet = new_packet(major, core::ptr::null_mut(), parameters, true);
    // SAFETY: just made.
    unsafe {
        (*packet).irp.UserBuffer = output;
        (*packet).irp.UserEvent = event;
        (*packet).irp.UserIosb = outcome;
        &raw mut (*packet).irp
    }
}

/// IofCallDriver.
pub extern "system" fn iof_call_driver(device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    rules::at_most(DISPATCH_LEVEL, "IofCallDriver");
    // SAFETY: the caller owns the request, which one of this file's functions made, and the device is there.
    unsafe {
        (*irp).CurrentLocation -= 1;
        if (*irp).CurrentLocation <= 0 {
            bugcheck(
                NO_MORE_IRP_STACK_LOCATIONS,
                [irp as u64, 0, 0, 0],
                format_args!("IofCallDriver: no stack location left"),
            );
        }
        (*irp).CurrentStackLocation = (*irp).CurrentStackLocation.sub(1);
        let location = (*irp).CurrentStackLocation;
        (*location).DeviceObject = device;
        let major = usize::from((*location).MajorFunction);
        let routines = &(*(*device).DriverObject).MajorFunction;
        match routines.get(major).copied().flatten() {
            Some(routine) => routine(device, irp),
            None => {
                (*irp).IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
                iof_complete_request(irp, 0);
                STATUS_INVALID_DEVICE_REQUEST
            }
        }
    }
}

/// IofCompleteRequest.
pub extern "system" fn iof_complete_request(irp: *mut IRP, _boost: i8) {
    rules::at_most(DISPATCH_LEVEL, "IofCompleteRequest");
    let packet = irp.cast::<Packet>();
    // SAFETY: the caller owns the request, which `new_packet` made.
    unsafe {
        if core::mem::replace(&mut (*packet).forwarded, false) {
            // Back to the driver that has forwarded it, as by a completion routine that stops here.
            (*irp).CurrentLocation += 1;
            (*irp).CurrentStackLocation = (*irp).CurrentStackLocation.add(1);
            return;
        }
        if core::mem::replace(&mut (*packet).done, true) {
            bugcheck(
                MULTIPLE_IRP_COMPLETE_REQUESTS,
                [irp as u64, 0, 0, 0],
                format_args!("IofCompleteRequest: completed before"),
            );
        }
        if (*irp).IoStatus.Status == STATUS_PENDING {
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0x6, irp as u64, 0, 0],
                format_args!("IofCompleteRequest: completed with STATUS_PENDING"),
            );
        }
        let outcome = (*irp).IoStatus;
        if let Some(place) = (*irp).UserIosb.as_mut() {
            *place = outcome;
        }
        let (event, threaded) = ((*irp).UserEvent, (*packet).threaded);
        // Who gets the status from the dispatch routine itself does not wait.
        let pending = (*packet).locations[LOCATIONS - 1].Control & SL_PENDING_RETURNED != 0;
        if !event.is_null() && (pending || threaded) {
            ke::ke_set_event(event, 0, 0);
        }
        if threaded {
            drop(Box::from_raw(packet));
        }
    }
}

/// IoForwardIrpSynchronously. The driver below is the rig's own, which completes at once.
pub extern "system" fn io_forward_irp_synchronously(
    device: *mut DEVICE_OBJECT,
    irp: *mut IRP,
) -> u8 {
    const EXPORT: &str = "IoForwardIrpSynchronously";
    rules::at_most(APC_LEVEL, EXPORT);
    let packet = irp.cast::<Packet>();
    // SAFETY: the caller owns the request, which `new_packet` made.
    unsafe {
        if (*irp).CurrentLocation <= 1 {
            return 0;
        }
        let current = (*irp).CurrentStackLocation;
        current.sub(1).write(IO_STACK_LOCATION {
            Control: 0,
            CompletionRoutine: core::ptr::null_mut(),
            Context: core::ptr::null_mut(),
            ..*current
        });
        (*packet).forwarded = true;
        iof_call_driver(device, irp);
        if (*packet).forwarded || (*irp).CurrentStackLocation != current {
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0, irp as u64, 0, 0],
                format_args!("{EXPORT}: the driver below has not completed the request"),
            );
        }
    }
    1
}

extern "system" fn port_internal_control(_device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the request is this routine's until it completes it; the output buffer is the caller's.
    let status = unsafe {
        let parameters = (*(*irp).CurrentStackLocation).Parameters;
        if parameters.IoControlCode as u32 as u64 != GET_INITIALIZER
            || parameters.OutputBufferLength as u32 != 8
            || (*irp).UserBuffer.is_null()
        {
            STATUS_INVALID_PARAMETER
        } else {
            let address = super::run::initializer();
            (*irp).UserBuffer.cast::<u64>().write_unaligned(address);
            (*irp).IoStatus.Information = 8;
            STATUS_SUCCESS
        }
    };
    // SAFETY: as above.
    unsafe { (*irp).IoStatus.Status = status };
    iof_complete_request(irp, 0);
    status
}

/// What a dispatch table holds before a driver fills it.
extern "system" fn invalid_request(_device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the request is this routine's until it completes it.
    unsafe { (*irp).IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST };
    iof_complete_request(irp, 0);
    STATUS_INVALID_DEVICE_REQUEST
}

/// A driver object, as the I/O manager makes it before DriverEntry. Never freed.
pub fn new_driver(name: &str) -> *mut DRIVER_OBJECT {
    let driver = Box::leak(Box::new(DRIVER_OBJECT {
        Type: 4,
        Size: size_of::<DRIVER_OBJECT>() as i16,
        DeviceObject: core::ptr::null_mut(),
        Flags: 2,
        DriverStart: core::ptr::null_mut(),
        DriverSize: 0,
        DriverSection: core::ptr::null_mut(),
        DriverExtension: core::ptr::null_mut(),
        DriverName: rtl::leak(&alloc::format!("\\Driver\\{name}")),
        HardwareDatabase: Box::leak(Box::new(rtl::leak(
            "\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM",
        ))),
        FastIoDispatch: core::ptr::null_mut(),
        DriverInit: core::ptr::null_mut(),
        DriverStartIo: core::ptr::null_mut(),
        DriverUnload: None,
        MajorFunction: [Some(invalid_request); 28],
    }));
    driver.DriverExtension = Box::leak(Box::new(DRIVER_EXTENSION {
        DriverObject: core::ptr::from_mut(driver),
        AddDevice: core::ptr::null_mut(),
        Count: 0,
        ServiceKeyName: rtl::leak(name),
    }));
    driver
}

/// A device of the rig's own, not counted as the driver's.
pub fn new_own_device(driver: *mut DRIVER_OBJECT, name: Option<&str>) -> *mut DEVICE_OBJECT {
    let device = Box::leak(Box::new(device_object(
        driver,
        core::ptr::null_mut(),
        336,
        0x22,
        0,
    )));
    device.Flags = 0;
    let device = core::ptr::from_mut(device);
    if let Some(name) = name {
        objects::name_device(name, device).expect("the rig's own names are free");
    }
    device
}

/// Makes `\Device\DxgKrnl`.
pub fn make_port_device() {
    let driver = new_driver("DXGKrnl");
    // SAFETY: just made.
    unsafe {
        (*driver).MajorFunction[usize::from(IRP_MJ_INTERNAL_DEVICE_CONTROL)] =
            Some(port_internal_control)
    };
    new_own_device(driver, Some("\\Device\\DxgKrnl"));
}
