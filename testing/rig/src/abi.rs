//! The kernel objects that the driver touches directly, in the layout of x64 Windows (`wdm.h`), under Microsoft's names.
//!
//! Written out here because the declarations in the crate `windows-sys` lack the pointer alignment of the fields of
//! IO_STACK_LOCATION.Parameters. Sizes and offsets are asserted below, against a C compiler's figures.
#![allow(non_snake_case, non_camel_case_types)]

pub mod dispatcher;
pub mod exception;

use core::ffi::c_void;
use core::mem::{offset_of, size_of};

/// `NTSTATUS`.
pub type NTSTATUS = i32;
/// A pointer to anything.
pub type PVOID = *mut c_void;
/// A handle.
pub type HANDLE = *mut c_void;

/// A counted UTF-16 string; lengths in bytes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct UNICODE_STRING {
    /// Bytes in use.
    pub Length: u16,
    /// Bytes of the buffer.
    pub MaximumLength: u16,
    /// The characters.
    pub Buffer: *mut u16,
}

/// A doubly linked list's head or link.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct LIST_ENTRY {
    /// Next.
    pub Flink: *mut LIST_ENTRY,
    /// Previous.
    pub Blink: *mut LIST_ENTRY,
}

/// The head of an object that can be waited for; KEVENT is nothing more.
#[derive(Debug)]
#[repr(C)]
pub struct KEVENT {
    /// 0: notification event, 1: synchronization event.
    pub Type: u8,
    /// Flags of other objects.
    pub Signalling: u8,
    /// Size in words of 32 bits.
    pub Size: u8,
    /// Not used.
    pub Reserved1: u8,
    /// Not 0: signalled.
    pub SignalState: i32,
    /// Waiting threads.
    pub WaitListHead: LIST_ENTRY,
}

/// The outcome of an I/O request.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct IO_STATUS_BLOCK {
    /// Status; the union's other arm is a pointer.
    pub Status: NTSTATUS,
    /// The rest of that pointer.
    pub Pointer: u32,
    /// Bytes, usually.
    pub Information: usize,
}

/// A driver's routine for one kind of request.
pub type DRIVER_DISPATCH =
    Option<unsafe extern "system" fn(*mut DEVICE_OBJECT, *mut IRP) -> NTSTATUS>;
/// A driver's unload routine.
pub type DRIVER_UNLOAD = Option<unsafe extern "system" fn(*mut DRIVER_OBJECT)>;

/// A loaded driver.
#[derive(Debug)]
#[repr(C)]
pub struct DRIVER_OBJECT {
    /// 4.
    pub Type: i16,
    /// Bytes.
    pub Size: i16,
    /// First of its devices.
    pub DeviceObject: *mut DEVICE_OBJECT,
    /// Flags.
    pub Flags: u32,
    /// The image.
    pub DriverStart: PVOID,
    /// Its bytes.
    pub DriverSize: u32,
    /// The loader's entry.
    pub DriverSection: PVOID,
    /// More of the driver.
    pub DriverExtension: *mut DRIVER_EXTENSION,
    /// Name in the object manager.
    pub DriverName: UNICODE_STRING,
    /// Registry path of the hardware description.
    pub HardwareDatabase: *mut UNICODE_STRING,
    /// Not used.
    pub FastIoDispatch: PVOID,
    /// DriverEntry.
    pub DriverInit: PVOID,
    /// Not used.
    pub DriverStartIo: PVOID,
    /// Unload.
    pub DriverUnload: DRIVER_UNLOAD,
    /// Routines by kind of request.
    pub MajorFunction: [DRIVER_DISPATCH; 28],
}

/// The rest of a driver object.
#[derive(Debug)]
#[repr(C)]
pub struct DRIVER_EXTENSION {
    /// Its driver object.
    pub DriverObject: *mut DRIVER_OBJECT,
    /// AddDevice.
    pub AddDevice: PVOID,
    /// Re-initialisations.
    pub Count: u32,
    /// Name of the service key.
    pub ServiceKeyName: UNICODE_STRING,
}

/// A device.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct DEVICE_OBJECT {
    /// 3.
    pub Type: i16,
    /// Bytes, with the extension.
    pub Size: u16,
    /// Open handles.
    pub ReferenceCount: i32,
    /// Its driver.
    pub DriverObject: *mut DRIVER_OBJECT,
    /// Next device of the driver.
    pub NextDevice: *mut DEVICE_OBJECT,
    /// The device attached above.
    pub AttachedDevice: *mut DEVICE_OBJECT,
    /// Not used.
    pub CurrentIrp: *mut IRP,
    /// Not used.
    pub Timer: PVOID,
    /// `DO_...`.
    pub Flags: u32,
    /// `FILE_...`.
    pub Characteristics: u32,
    /// Not used.
    pub Vpb: PVOID,
    /// The driver's part.
    pub DeviceExtension: PVOID,
    /// `FILE_DEVICE_...`.
    pub DeviceType: u32,
    /// Stack locations that an IRP to it needs.
    pub StackSize: i8,
    /// Queue.
    pub Queue: [u64; 9],
    /// Alignment of transfers.
    pub AlignmentRequirement: u32,
    /// Queue, DPC.
    pub DeviceQueue: [u64; 13],
    /// Not used.
    pub ActiveThreadCount: u32,
    /// Who may open it.
    pub SecurityDescriptor: PVOID,
    /// Lock.
    pub DeviceLock: KEVENT,
    /// Not used.
    pub SectorSize: u16,
    /// Not used.
    pub Spare1: u16,
    /// The I/O manager's part.
    pub DeviceObjectExtension: PVOID,
    /// Not used.
    pub Reserved: PVOID,
}

/// An I/O request, followed by its stack locations.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct IRP {
    /// 6.
    pub Type: i16,
    /// Bytes, with the stack locations.
    pub Size: u16,
    /// MDL of a direct transfer.
    pub MdlAddress: *mut MDL,
    /// `IRP_...`.
    pub Flags: u32,
    /// The buffer of a buffered request.
    pub SystemBuffer: PVOID,
    /// Link in the thread's list.
    pub ThreadListEntry: LIST_ENTRY,
    /// The outcome.
    pub IoStatus: IO_STATUS_BLOCK,
    /// 0: kernel, 1: user.
    pub RequestorMode: i8,
    /// Was marked pending.
    pub PendingReturned: u8,
    /// Number of stack locations.
    pub StackCount: i8,
    /// Number of the current one; `StackCount + 1` before the first.
    pub CurrentLocation: i8,
    /// Cancelled.
    pub Cancel: u8,
    /// IRQL of cancelling.
    pub CancelIrql: u8,
    /// Not used.
    pub ApcEnvironment: i8,
    /// Not used.
    pub AllocationFlags: u8,
    /// Where the outcome goes.
    pub UserIosb: *mut IO_STATUS_BLOCK,
    /// What is set then.
    pub UserEvent: *mut KEVENT,
    /// Not used.
    pub Overlay: [u64; 2],
    /// Not used.
    pub CancelRoutine: PVOID,
    /// The caller's output buffer.
    pub UserBuffer: PVOID,
    /// The driver's while it owns the request.
    pub DriverContext: [PVOID; 4],
    /// The requesting thread.
    pub Thread: PVOID,
    /// Not used.
    pub AuxiliaryBuffer: PVOID,
    /// The driver's link.
    pub ListEntry: LIST_ENTRY,
    /// The current stack location.
    pub CurrentStackLocation: *mut IO_STACK_LOCATION,
    /// The file of the request.
    pub OriginalFileObject: *mut FILE_OBJECT,
    /// Not used.
    pub IrpExtension: PVOID,
}

/// The part of a request for one driver.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct IO_STACK_LOCATION {
    /// `IRP_MJ_...`.
    pub MajorFunction: u8,
    /// `IRP_MN_...`.
    pub MinorFunction: u8,
    /// Flags.
    pub Flags: u8,
    /// `SL_...`.
    pub Control: u8,
    /// Parameters; for a device control as [`DEVICE_IO_CONTROL`].
    pub Parameters: DEVICE_IO_CONTROL,
    /// The device asked.
    pub DeviceObject: *mut DEVICE_OBJECT,
    /// The file asked through.
    pub FileObject: *mut FILE_OBJECT,
    /// Called on completion.
    pub CompletionRoutine: PVOID,
    /// With this.
    pub Context: PVOID,
}

/// Parameters of IRP_MJ_DEVICE_CONTROL; each field is aligned as a pointer.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DEVICE_IO_CONTROL {
    /// Bytes.
    pub OutputBufferLength: u64,
    /// Bytes.
    pub InputBufferLength: u64,
    /// IOCTL code.
    pub IoControlCode: u64,
    /// Input of METHOD_NEITHER.
    pub Type3InputBuffer: PVOID,
}

/// An open file.
#[derive(Debug)]
#[repr(C)]
pub struct FILE_OBJECT {
    /// 5.
    pub Type: i16,
    /// Bytes.
    pub Size: i16,
    /// Its device.
    pub DeviceObject: *mut DEVICE_OBJECT,
    /// Not used.
    pub Vpb: PVOID,
    /// The driver's.
    pub FsContext: PVOID,
    /// The driver's.
    pub FsContext2: PVOID,
    /// Everything else.
    pub Rest: [u64; 22],
}

/// A list of physical pages, which follow it as frame numbers of 64 bits.
#[derive(Debug)]
#[repr(C)]
pub struct MDL {
    /// Next of a chain.
    pub Next: *mut MDL,
    /// Bytes, with the frame numbers.
    pub Size: i16,
    /// `MDL_...`.
    pub MdlFlags: i16,
    /// Not used.
    pub Process: PVOID,
    /// Where it is mapped, if it is.
    pub MappedSystemVa: PVOID,
    /// The page of the buffer's start.
    pub StartVa: PVOID,
    /// Bytes described.
    pub ByteCount: u32,
    /// Offset of the first byte in its page.
    pub ByteOffset: u32,
}

const _: () = {
    assert!(size_of::<UNICODE_STRING>() == 16);
    assert!(size_of::<KEVENT>() == 24 && offset_of!(KEVENT, SignalState) == 4);
    assert!(size_of::<DRIVER_OBJECT>() == 336);
    assert!(offset_of!(DRIVER_OBJECT, DriverExtension) == 48);
    assert!(offset_of!(DRIVER_OBJECT, DriverName) == 56);
    assert!(offset_of!(DRIVER_OBJECT, HardwareDatabase) == 72);
    assert!(offset_of!(DRIVER_OBJECT, DriverUnload) == 104);
    assert!(offset_of!(DRIVER_OBJECT, MajorFunction) == 112);
    assert!(size_of::<DEVICE_OBJECT>() == 336);
    assert!(offset_of!(DEVICE_OBJECT, Flags) == 48);
    assert!(offset_of!(DEVICE_OBJECT, DeviceExtension) == 64);
    assert!(offset_of!(DEVICE_OBJECT, StackSize) == 76);
    assert!(offset_of!(DEVICE_OBJECT, AlignmentRequirement) == 152);
    assert!(offset_of!(DEVICE_OBJECT, DeviceQueue) == 160);
    assert!(offset_of!(DEVICE_OBJECT, ActiveThreadCount) == 264);
    assert!(offset_of!(DEVICE_OBJECT, SecurityDescriptor) == 272);
    assert!(offset_of!(DEVICE_OBJECT, DeviceLock) == 280);
    assert!(offset_of!(DEVICE_OBJECT, DeviceObjectExtension) == 312);
    assert!(size_of::<IRP>() == 208);
    assert!(offset_of!(IRP, SystemBuffer) == 0x18);
    assert!(offset_of!(IRP, IoStatus) == 0x30);
    assert!(offset_of!(IRP, RequestorMode) == 0x40);
    assert!(offset_of!(IRP, UserIosb) == 0x48);
    assert!(offset_of!(IRP, UserBuffer) == 0x70);
    assert!(offset_of!(IRP, CurrentStackLocation) == 0xB8);
    assert!(size_of::<IO_STACK_LOCATION>() == 72);
    assert!(offset_of!(IO_STACK_LOCATION, Parameters) == 8);
    assert!(offset_of!(IO_STACK_LOCATION, DeviceObject) == 40);
    assert!(size_of::<FILE_OBJECT>() == 216);
    assert!(size_of::<MDL>() == 48 && offset_of!(MDL, MappedSystemVa) == 24);
};

/// STATUS_SUCCESS.
pub const STATUS_SUCCESS: NTSTATUS = 0;
/// STATUS_TIMEOUT.
pub const STATUS_TIMEOUT: NTSTATUS = 0x102;
/// STATUS_PENDING.
pub const STATUS_PENDING: NTSTATUS = 0x103;
/// STATUS_PARTIAL_COPY.
pub const STATUS_PARTIAL_COPY: NTSTATUS = 0x8000_000D_u32 as i32;
/// STATUS_DELETE_PENDING.
pub const STATUS_DELETE_PENDING: NTSTATUS = 0xC000_0056_u32 as i32;
/// STATUS_NOT_FOUND.
pub const STATUS_NOT_FOUND: NTSTATUS = 0xC000_0225_u32 as i32;
/// STATUS_INVALID_HANDLE.
pub const STATUS_INVALID_HANDLE: NTSTATUS = 0xC000_0008_u32 as i32;
/// STATUS_INVALID_PARAMETER.
pub const STATUS_INVALID_PARAMETER: NTSTATUS = 0xC000_000D_u32 as i32;
/// STATUS_INVALID_DEVICE_REQUEST.
pub const STATUS_INVALID_DEVICE_REQUEST: NTSTATUS = 0xC000_0010_u32 as i32;
/// STATUS_INVALID_INFO_CLASS.
pub const STATUS_INVALID_INFO_CLASS: NTSTATUS = 0xC000_0003_u32 as i32;
/// STATUS_ACCESS_VIOLATION.
pub const STATUS_ACCESS_VIOLATION: NTSTATUS = 0xC000_0005_u32 as i32;
/// STATUS_BUFFER_OVERFLOW, a warning.
pub const STATUS_BUFFER_OVERFLOW: NTSTATUS = 0x8000_0005_u32 as i32;
/// STATUS_BUFFER_TOO_SMALL.
pub const STATUS_BUFFER_TOO_SMALL: NTSTATUS = 0xC000_0023_u32 as i32;
/// STATUS_SEMAPHORE_LIMIT_EXCEEDED.
pub const STATUS_SEMAPHORE_LIMIT_EXCEEDED: NTSTATUS = 0xC000_0047_u32 as i32;
/// STATUS_ACCESS_DENIED.
pub const STATUS_ACCESS_DENIED: NTSTATUS = 0xC000_0022_u32 as i32;
/// STATUS_OBJECT_NAME_NOT_FOUND.
pub const STATUS_OBJECT_NAME_NOT_FOUND: NTSTATUS = 0xC000_0034_u32 as i32;
/// STATUS_OBJECT_NAME_COLLISION.
pub const STATUS_OBJECT_NAME_COLLISION: NTSTATUS = 0xC000_0035_u32 as i32;
/// STATUS_OBJECT_TYPE_MISMATCH.
pub const STATUS_OBJECT_TYPE_MISMATCH: NTSTATUS = 0xC000_0024_u32 as i32;
/// STATUS_INSUFFICIENT_RESOURCES.
pub const STATUS_INSUFFICIENT_RESOURCES: NTSTATUS = 0xC000_009A_u32 as i32;
/// STATUS_NOT_SUPPORTED.
pub const STATUS_NOT_SUPPORTED: NTSTATUS = 0xC000_00BB_u32 as i32;
/// STATUS_IMAGE_ALREADY_LOADED.
pub const STATUS_IMAGE_ALREADY_LOADED: NTSTATUS = 0xC000_010E_u32 as i32;

/// IRP_MJ_CREATE.
pub const IRP_MJ_CREATE: u8 = 0x00;
/// IRP_MJ_CLOSE.
pub const IRP_MJ_CLOSE: u8 = 0x02;
/// IRP_MJ_DEVICE_CONTROL.
pub const IRP_MJ_DEVICE_CONTROL: u8 = 0x0E;
/// IRP_MJ_INTERNAL_DEVICE_CONTROL.
pub const IRP_MJ_INTERNAL_DEVICE_CONTROL: u8 = 0x0F;
/// IRP_MJ_CLEANUP.
pub const IRP_MJ_CLEANUP: u8 = 0x12;
/// IRP_MJ_PNP.
pub const IRP_MJ_PNP: u8 = 0x1B;
/// IRP_MN_START_DEVICE.
pub const IRP_MN_START_DEVICE: u8 = 0x00;
/// IRP_MN_REMOVE_DEVICE.
pub const IRP_MN_REMOVE_DEVICE: u8 = 0x02;

/// DO_DEVICE_INITIALIZING: the device can't be opened yet.
pub const DO_DEVICE_INITIALIZING: u32 = 0x80;
/// SL_PENDING_RETURNED.
pub const SL_PENDING_RETURNED: u8 = 1;

/// Whether a status is a success or a warning-free information.
pub const fn nt_success(status: NTSTATUS) -> bool {
    status >= 0
}
