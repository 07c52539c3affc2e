//! Kernel types of `wdm.h`, `ntdef.h`, `guiddef.h`, `windef.h`, `video.h` and `acpiioct.h` that the display interfaces mention.
#![allow(missing_docs)]
use crate::*;
pub type PINTERFACE_REFERENCE = Option<unsafe extern "system" fn(Context: PVOID)>;
pub type PINTERFACE_DEREFERENCE = Option<unsafe extern "system" fn(Context: PVOID)>;
pub type KSYNCHRONIZE_ROUTINE =
    Option<unsafe extern "system" fn(SynchronizeContext: PVOID) -> BOOLEAN>;
pub type PKSYNCHRONIZE_ROUTINE = KSYNCHRONIZE_ROUTINE;
pub type VP_STATUS = LONG;
pub type CCHAR = CHAR;
pub type KPROCESSOR_MODE = CCHAR;

abi! {
    pub opaque DEVICE_OBJECT {}

    pub struct GUID {
        pub Data1: ULONG,
        pub Data2: USHORT,
        pub Data3: USHORT,
        pub Data4: [UCHAR; 8],
    }

    pub struct LUID {
        pub LowPart: ULONG,
        pub HighPart: LONG,
    }

    pub opaque ACPI_EVAL_INPUT_BUFFER_COMPLEX_V1 {}

    pub opaque ACPI_EVAL_OUTPUT_BUFFER_V1 {}

    pub struct UNICODE_STRING {
        pub Length: USHORT,
        pub MaximumLength: USHORT,
        pub Buffer: *mut WCHAR,
    }

    pub struct LARGE_INTEGER_Anonymous {
        pub LowPart: ULONG,
        pub HighPart: LONG,
    }

    pub struct LARGE_INTEGER_u {
        pub LowPart: ULONG,
        pub HighPart: LONG,
    }

    pub union LARGE_INTEGER {
        pub Anonymous: LARGE_INTEGER_Anonymous,
        pub u: LARGE_INTEGER_u,
        pub QuadPart: LONGLONG,
    }

    pub struct INTERFACE {
        pub Size: USHORT,
        pub Version: USHORT,
        pub Context: PVOID,
        pub InterfaceReference: PINTERFACE_REFERENCE,
        pub InterfaceDereference: PINTERFACE_DEREFERENCE,
    }

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

    pub struct RECT {
        pub left: LONG,
        pub top: LONG,
        pub right: LONG,
        pub bottom: LONG,
    }

    pub union STATUS_BLOCK_Anonymous {
        pub Status: VP_STATUS,
        pub Pointer: PVOID,
    }

    pub struct STATUS_BLOCK {
        pub Anonymous: STATUS_BLOCK_Anonymous,
        pub Information: ULONG_PTR,
    }

    pub struct VIDEO_REQUEST_PACKET {
        pub IoControlCode: ULONG,
        pub StatusBlock: *mut STATUS_BLOCK,
        pub InputBuffer: PVOID,
        pub InputBufferLength: ULONG,
        pub OutputBuffer: PVOID,
        pub OutputBufferLength: ULONG,
    }

    pub struct QUERY_INTERFACE {
        pub InterfaceType: *const GUID,
        pub Size: USHORT,
        pub Version: USHORT,
        pub Interface: *mut INTERFACE,
        pub InterfaceSpecificData: PVOID,
        pub DeviceUid: ULONG,
    }

    pub struct POINT {
        pub x: LONG,
        pub y: LONG,
    }

    pub opaque DRIVER_OBJECT {}
}

constants! {
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

    pub enum DEVICE_POWER_STATE: i32 {
        PowerDeviceUnspecified = 0,
        PowerDeviceD0 = 1,
        PowerDeviceD1 = 2,
        PowerDeviceD2 = 3,
        PowerDeviceD3 = 4,
        PowerDeviceMaximum = 5,
    }

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
}
