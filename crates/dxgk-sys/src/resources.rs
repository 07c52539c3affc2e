//! Hardware resources: what `CM_RESOURCE_LIST` says about a device's memory, ports and interrupts (`wdm.h`).
#![allow(missing_docs)]
use crate::*;

abi! {
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Generic {
        pub Start: PHYSICAL_ADDRESS,
        pub Length: ULONG,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Port {
        pub Start: PHYSICAL_ADDRESS,
        pub Length: ULONG,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Interrupt {
        pub Level: ULONG,
        pub Vector: ULONG,
        pub Affinity: KAFFINITY,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Raw {
        pub Reserved: USHORT,
        pub MessageCount: USHORT,
        pub Vector: ULONG,
        pub Affinity: KAFFINITY,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Translated {
        pub Level: ULONG,
        pub Vector: ULONG,
        pub Affinity: KAFFINITY,
    }

    pub union CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Anonymous {
        pub Raw: CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Raw,
        pub Translated: CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Translated,
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt {
        pub Anonymous: CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Anonymous,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory {
        pub Start: PHYSICAL_ADDRESS,
        pub Length: ULONG,
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Dma {
        pub Channel: ULONG,
        pub Port: ULONG,
        pub Reserved1: ULONG,
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_DmaV3 {
        pub Channel: ULONG,
        pub RequestLine: ULONG,
        pub TransferWidth: UCHAR,
        pub Reserved1: UCHAR,
        pub Reserved2: UCHAR,
        pub Reserved3: UCHAR,
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_DevicePrivate {
        pub Data: [ULONG; 3],
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_BusNumber {
        pub Start: ULONG,
        pub Length: ULONG,
        pub Reserved: ULONG,
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_DeviceSpecificData {
        pub DataSize: ULONG,
        pub Reserved1: ULONG,
        pub Reserved2: ULONG,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory40 {
        pub Start: PHYSICAL_ADDRESS,
        pub Length40: ULONG,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory48 {
        pub Start: PHYSICAL_ADDRESS,
        pub Length48: ULONG,
    }

    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory64 {
        pub Start: PHYSICAL_ADDRESS,
        pub Length64: ULONG,
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Connection {
        pub Class: UCHAR,
        pub Type: UCHAR,
        pub Reserved1: UCHAR,
        pub Reserved2: UCHAR,
        pub IdLowPart: ULONG,
        pub IdHighPart: ULONG,
    }

    pub union CM_PARTIAL_RESOURCE_DESCRIPTOR_u {
        pub Generic: CM_PARTIAL_RESOURCE_DESCRIPTOR_Generic,
        pub Port: CM_PARTIAL_RESOURCE_DESCRIPTOR_Port,
        pub Interrupt: CM_PARTIAL_RESOURCE_DESCRIPTOR_Interrupt,
        pub MessageInterrupt: CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt,
        pub Memory: CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory,
        pub Dma: CM_PARTIAL_RESOURCE_DESCRIPTOR_Dma,
        pub DmaV3: CM_PARTIAL_RESOURCE_DESCRIPTOR_DmaV3,
        pub DevicePrivate: CM_PARTIAL_RESOURCE_DESCRIPTOR_DevicePrivate,
        pub BusNumber: CM_PARTIAL_RESOURCE_DESCRIPTOR_BusNumber,
        pub DeviceSpecificData: CM_PARTIAL_RESOURCE_DESCRIPTOR_DeviceSpecificData,
        pub Memory40: CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory40,
        pub Memory48: CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory48,
        pub Memory64: CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory64,
        pub Connection: CM_PARTIAL_RESOURCE_DESCRIPTOR_Connection,
    }

    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR {
        pub Type: UCHAR,
        pub ShareDisposition: UCHAR,
        pub Flags: USHORT,
        pub u: CM_PARTIAL_RESOURCE_DESCRIPTOR_u,
    }

    pub struct CM_PARTIAL_RESOURCE_LIST {
        pub Version: USHORT,
        pub Revision: USHORT,
        pub Count: ULONG,
        pub PartialDescriptors: [CM_PARTIAL_RESOURCE_DESCRIPTOR; 1],
    }

    pub struct CM_FULL_RESOURCE_DESCRIPTOR {
        pub InterfaceType: INTERFACE_TYPE,
        pub BusNumber: ULONG,
        pub PartialResourceList: CM_PARTIAL_RESOURCE_LIST,
    }

    pub struct CM_RESOURCE_LIST {
        pub Count: ULONG,
        pub List: [CM_FULL_RESOURCE_DESCRIPTOR; 1],
    }
}

constants! {
    pub define u32 {
        CM_RESOURCE_INTERRUPT_LATCHED = 1,
        CM_RESOURCE_INTERRUPT_LEVEL_LATCHED_BITS = 1,
        CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE = 0,
        CM_RESOURCE_INTERRUPT_MESSAGE = 2,
        CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN = 0xfffffffe,
        CM_RESOURCE_INTERRUPT_POLICY_INCLUDED = 4,
        CM_RESOURCE_INTERRUPT_SECONDARY_INTERRUPT = 16,
        CM_RESOURCE_INTERRUPT_WAKE_HINT = 32,
        CM_RESOURCE_MEMORY_24 = 16,
        CM_RESOURCE_MEMORY_BAR = 128,
        CM_RESOURCE_MEMORY_CACHEABLE = 32,
        CM_RESOURCE_MEMORY_COMBINEDWRITE = 8,
        CM_RESOURCE_MEMORY_COMPAT_FOR_INACCESSIBLE_RANGE = 0x100,
        CM_RESOURCE_MEMORY_LARGE = 0xe00,
        CM_RESOURCE_MEMORY_LARGE_40 = 0x200,
        CM_RESOURCE_MEMORY_LARGE_48 = 0x400,
        CM_RESOURCE_MEMORY_LARGE_64 = 0x800,
        CM_RESOURCE_MEMORY_PREFETCHABLE = 4,
        CM_RESOURCE_MEMORY_READ_ONLY = 1,
        CM_RESOURCE_MEMORY_READ_WRITE = 0,
        CM_RESOURCE_MEMORY_WINDOW_DECODE = 64,
        CM_RESOURCE_MEMORY_WRITEABILITY_MASK = 3,
        CM_RESOURCE_MEMORY_WRITE_ONLY = 2,
        CM_RESOURCE_PORT_10_BIT_DECODE = 4,
        CM_RESOURCE_PORT_12_BIT_DECODE = 8,
        CM_RESOURCE_PORT_16_BIT_DECODE = 16,
        CM_RESOURCE_PORT_BAR = 0x100,
        CM_RESOURCE_PORT_IO = 1,
        CM_RESOURCE_PORT_MEMORY = 0,
        CM_RESOURCE_PORT_PASSIVE_DECODE = 64,
        CM_RESOURCE_PORT_POSITIVE_DECODE = 32,
        CM_RESOURCE_PORT_WINDOW_DECODE = 128,
        CmResourceTypeBusNumber = 6,
        CmResourceTypeConfigData = 128,
        CmResourceTypeConnection = 132,
        CmResourceTypeDevicePrivate = 129,
        CmResourceTypeDeviceSpecific = 5,
        CmResourceTypeDma = 4,
        CmResourceTypeInterrupt = 2,
        CmResourceTypeMaximum = 8,
        CmResourceTypeMemory = 3,
        CmResourceTypeMemoryLarge = 7,
        CmResourceTypeMfCardConfig = 131,
        CmResourceTypeNonArbitrated = 128,
        CmResourceTypeNull = 0,
        CmResourceTypePcCardConfig = 130,
        CmResourceTypePort = 1,
    }
}
