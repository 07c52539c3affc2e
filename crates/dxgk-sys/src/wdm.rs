//! Kernel types of `wdm.h`, `ntdef.h`, `guiddef.h`, `windef.h` and `video.h` that the display interfaces mention.

use crate::*;

/// Takes a reference on an interface.
///
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nc-wdm-pinterface_reference).
pub type PINTERFACE_REFERENCE = Option<unsafe extern "system" fn(Context: PVOID)>;

/// Gives back a reference on an interface.
///
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nc-wdm-pinterface_dereference).
pub type PINTERFACE_DEREFERENCE = Option<unsafe extern "system" fn(Context: PVOID)>;

/// A routine that `DxgkCbSynchronizeExecution` runs, at the interrupt's DIRQL and under its spin lock. It must not wait,
/// allocate, or synchronize again.
///
/// IRQL: DIRQL.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nc-wdm-ksynchronize_routine).
pub type KSYNCHRONIZE_ROUTINE =
    Option<unsafe extern "system" fn(SynchronizeContext: PVOID) -> BOOLEAN>;

/// [`KSYNCHRONIZE_ROUTINE`] as a parameter's type.
pub type PKSYNCHRONIZE_ROUTINE = KSYNCHRONIZE_ROUTINE;

/// A status of the old video port driver, still used by [`STATUS_BLOCK`].
pub type VP_STATUS = LONG;

/// A small signed integer.
pub type CCHAR = CHAR;

/// Whether a wait is made for kernel or for user mode: 0 or 1.
pub type KPROCESSOR_MODE = CCHAR;

abi! {
    /// A device object of the I/O manager. Display drivers only pass pointers to it on.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_device_object).
    pub opaque DEVICE_OBJECT {}

    /// A globally unique identifier.
    #[derive(PartialEq, Eq)]
    pub struct GUID {
        pub Data1: ULONG,
        pub Data2: USHORT,
        pub Data3: USHORT,
        pub Data4: [UCHAR; 8],
    }

    /// An identifier that is unique until the machine restarts.
    #[derive(PartialEq, Eq)]
    pub struct LUID {
        pub LowPart: ULONG,
        pub HighPart: LONG,
    }

    /// The input of an ACPI method (`ACPI_EVAL_INPUT_BUFFER_COMPLEX`), not described here.
    pub opaque ACPI_EVAL_INPUT_BUFFER_COMPLEX_V1 {}

    /// The output of an ACPI method (`ACPI_EVAL_OUTPUT_BUFFER`), not described here.
    pub opaque ACPI_EVAL_OUTPUT_BUFFER_V1 {}

    /// A counted UTF-16 string; lengths are in bytes, and there need be no terminator.
    pub struct UNICODE_STRING {
        pub Length: USHORT,
        pub MaximumLength: USHORT,
        pub Buffer: *mut WCHAR,
    }

    /// The unnamed struct in [`LARGE_INTEGER`].
    #[derive(PartialEq, Eq)]
    pub struct LARGE_INTEGER_Anonymous {
        pub LowPart: ULONG,
        pub HighPart: LONG,
    }

    /// The member `u` of [`LARGE_INTEGER`].
    #[derive(PartialEq, Eq)]
    pub struct LARGE_INTEGER_u {
        pub LowPart: ULONG,
        pub HighPart: LONG,
    }

    /// A 64-bit integer that C may also see as two halves.
    pub union LARGE_INTEGER {
        pub Anonymous: LARGE_INTEGER_Anonymous,
        pub u: LARGE_INTEGER_u,
        pub QuadPart: LONGLONG,
    }

    /// The head that all queried interfaces share.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_interface).
    pub struct INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
    }

    /// What `DxgkCbIsDevicePresent` looks for on the PCI buses.
    #[derive(PartialEq, Eq)]
    pub struct PCI_DEVICE_PRESENCE_PARAMETERS {
        pub Size: ULONG,
        pub Flags: ULONG,
        pub VendorID: USHORT,
        pub DeviceID: USHORT,
        pub RevisionID: UCHAR,
        pub SubVendorID: USHORT,
        pub SubSystemID: USHORT,
        pub BaseClass: UCHAR,
        pub SubClass: UCHAR,
        pub ProgIf: UCHAR,
    }

    /// A rectangle in pixels; `right` and `bottom` lie just outside.
    #[derive(PartialEq, Eq)]
    pub struct RECT {
        pub left: LONG,
        pub top: LONG,
        pub right: LONG,
        pub bottom: LONG,
    }

    /// The unnamed union in [`STATUS_BLOCK`].
    pub union STATUS_BLOCK_Anonymous {
        pub Status: VP_STATUS,
        pub Pointer: PVOID,
    }

    /// The result of a [`VIDEO_REQUEST_PACKET`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/video/ns-video-_status_block).
    pub struct STATUS_BLOCK {
        pub Anonymous: STATUS_BLOCK_Anonymous,
        pub Information: ULONG_PTR,
    }

    /// An I/O control request for `DxgkDdiDispatchIoRequest`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/video/ns-video-_video_request_packet).
    pub struct VIDEO_REQUEST_PACKET {
        pub IoControlCode: ULONG,
        pub StatusBlock: *mut STATUS_BLOCK,
        pub InputBuffer: PVOID,
        pub InputBufferLength: ULONG,
        pub OutputBuffer: PVOID,
        pub OutputBufferLength: ULONG,
    }

    /// A request for an interface of the driver, for `DxgkDdiQueryInterface`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/video/ns-video-_query_interface).
    pub struct QUERY_INTERFACE {
        pub InterfaceType: *const GUID,
        pub Size: USHORT,
        pub Version: USHORT,
        pub Interface: *mut INTERFACE,
        pub InterfaceSpecificData: PVOID,
        pub DeviceUid: ULONG,
    }

    /// A point in pixels.
    #[derive(PartialEq, Eq)]
    pub struct POINT {
        pub x: LONG,
        pub y: LONG,
    }

    /// A driver object of the I/O manager. Display drivers only pass pointers to it on.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_driver_object).
    pub opaque DRIVER_OBJECT {}
}

impl LARGE_INTEGER {
    /// The integer as a whole in C's view of it.
    pub const fn new(value: i64) -> Self {
        Self { QuadPart: value }
    }

    /// The integer as a whole.
    pub const fn get(self) -> i64 {
        // SAFETY: all members of the union are plain integers over the same eight bytes.
        unsafe { self.QuadPart }
    }
}

constants! {
    /// The kind of bus a resource list belongs to.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ne-wdm-_interface_type).
    pub enum INTERFACE_TYPE: i32 {
        InterfaceTypeUndefined = -1,
        Internal = 0,
        Isa = 1,
        Eisa = 2,
        MicroChannel = 3,
        TurboChannel = 4,
        PCIBus = 5,
        VMEBus = 6,
        NuBus = 7,
        PCMCIABus = 8,
        CBus = 9,
        MPIBus = 10,
        MPSABus = 11,
        ProcessorInternal = 12,
        InternalPowerBus = 13,
        PNPISABus = 14,
        PNPBus = 15,
        Vmcs = 16,
        ACPIBus = 17,
        MaximumInterfaceType = 18,
    }

    /// How `DxgkCbMapMemory` maps memory.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ne-wdm-_memory_caching_type).
    pub enum MEMORY_CACHING_TYPE: i32 {
        MmNonCached = 0,
        MmCached = 1,
        MmWriteCombined = 2,
        MmHardwareCoherentCached = 3,
        MmNonCachedUnordered = 4,
        MmUSWCCached = 5,
        MmMaximumCacheType = 6,
        MmNotMapped = -1,
    }

    /// The power state of one device; D0 is on.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ne-wdm-_device_power_state).
    pub enum DEVICE_POWER_STATE: i32 {
        PowerDeviceUnspecified = 0,
        PowerDeviceD0 = 1,
        PowerDeviceD1 = 2,
        PowerDeviceD2 = 3,
        PowerDeviceD3 = 4,
        PowerDeviceMaximum = 5,
    }

    /// Why a power state changes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ne-wdm-power_action).
    pub enum POWER_ACTION: i32 {
        PowerActionNone = 0,
        PowerActionReserved = 1,
        PowerActionSleep = 2,
        PowerActionHibernate = 3,
        PowerActionShutdown = 4,
        PowerActionShutdownReset = 5,
        PowerActionShutdownOff = 6,
        PowerActionWarmEject = 7,
        PowerActionDisplayOff = 8,
    }

    /// The power state of the whole machine.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ne-wdm-_system_power_state).
    pub enum SYSTEM_POWER_STATE: i32 {
        PowerSystemUnspecified = 0,
        PowerSystemWorking = 1,
        PowerSystemSleeping1 = 2,
        PowerSystemSleeping2 = 3,
        PowerSystemSleeping3 = 4,
        PowerSystemHibernate = 5,
        PowerSystemShutdown = 6,
        PowerSystemMaximum = 7,
    }

    /// Why a thread waits; for the debugger's eyes.
    pub enum KWAIT_REASON: i32 {
        Executive = 0,
        FreePage = 1,
        PageIn = 2,
        PoolAllocation = 3,
        DelayExecution = 4,
        Suspended = 5,
        UserRequest = 6,
        WrExecutive = 7,
        WrFreePage = 8,
        WrPageIn = 9,
        WrPoolAllocation = 10,
        WrDelayExecution = 11,
        WrSuspended = 12,
        WrUserRequest = 13,
        WrSpare0 = 14,
        WrQueue = 15,
        WrLpcReceive = 16,
        WrLpcReply = 17,
        WrVirtualMemory = 18,
        WrPageOut = 19,
        WrRendezvous = 20,
        WrKeyedEvent = 21,
        WrTerminated = 22,
        WrProcessInSwap = 23,
        WrCpuRateControl = 24,
        WrCalloutStack = 25,
        WrKernel = 26,
        WrResource = 27,
        WrPushLock = 28,
        WrMutex = 29,
        WrQuantumEnd = 30,
        WrDispatchInt = 31,
        WrPreempted = 32,
        WrYieldExecution = 33,
        WrFastMutex = 34,
        WrGuardedMutex = 35,
        WrRundown = 36,
        WrAlertByThreadId = 37,
        WrDeferredPreempt = 38,
        WrPhysicalFault = 39,
        MaximumWaitReason = 40,
    }

    /// An interrupt request level, as x64 numbers them; device interrupts (DIRQL) lie between [`DISPATCH_LEVEL`] and
    /// [`CLOCK_LEVEL`].
    pub define KIRQL {
        PASSIVE_LEVEL = 0,
        APC_LEVEL = 1,
        DISPATCH_LEVEL = 2,
        CLOCK_LEVEL = 13,
        PROFILE_LEVEL = 15,
        HIGH_LEVEL = 15,
    }
}
