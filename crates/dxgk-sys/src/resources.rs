//! Hardware resources: what `CM_RESOURCE_LIST` says about a device's memory, ports and interrupts (`wdm.h`).

use crate::*;

abi! {
    /// The member `Generic` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Generic {
        pub Start: PHYSICAL_ADDRESS,
        pub Length: ULONG,
    }

    /// The member `Port` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Port {
        pub Start: PHYSICAL_ADDRESS,
        pub Length: ULONG,
    }

    /// The member `Interrupt` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[derive(PartialEq, Eq)]
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Interrupt {
        pub Level: ULONG,
        pub Vector: ULONG,
        pub Affinity: KAFFINITY,
    }

    /// The member `Raw` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt`].
    #[derive(PartialEq, Eq)]
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Raw {
        pub Reserved: USHORT,
        pub MessageCount: USHORT,
        pub Vector: ULONG,
        pub Affinity: KAFFINITY,
    }

    /// The member `Translated` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt`].
    #[derive(PartialEq, Eq)]
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Translated {
        pub Level: ULONG,
        pub Vector: ULONG,
        pub Affinity: KAFFINITY,
    }

    /// The unnamed union in [`CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt`].
    pub union CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Anonymous {
        pub Raw: CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Raw,
        pub Translated: CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Translated,
    }

    /// The member `MessageInterrupt` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt {
        pub Anonymous: CM_PARTIAL_RESOURCE_DESCRIPTOR_MessageInterrupt_Anonymous,
    }

    /// The member `Memory` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory {
        pub Start: PHYSICAL_ADDRESS,
        pub Length: ULONG,
    }

    /// The member `Dma` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[derive(PartialEq, Eq)]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Dma {
        pub Channel: ULONG,
        pub Port: ULONG,
        pub Reserved1: ULONG,
    }

    /// The member `DmaV3` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[derive(PartialEq, Eq)]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_DmaV3 {
        pub Channel: ULONG,
        pub RequestLine: ULONG,
        pub TransferWidth: UCHAR,
        pub Reserved1: UCHAR,
        pub Reserved2: UCHAR,
        pub Reserved3: UCHAR,
    }

    /// The member `DevicePrivate` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[derive(PartialEq, Eq)]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_DevicePrivate {
        pub Data: [ULONG; 3],
    }

    /// The member `BusNumber` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[derive(PartialEq, Eq)]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_BusNumber {
        pub Start: ULONG,
        pub Length: ULONG,
        pub Reserved: ULONG,
    }

    /// The member `DeviceSpecificData` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[derive(PartialEq, Eq)]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_DeviceSpecificData {
        pub DataSize: ULONG,
        pub Reserved1: ULONG,
        pub Reserved2: ULONG,
    }

    /// The member `Memory40` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory40 {
        pub Start: PHYSICAL_ADDRESS,
        pub Length40: ULONG,
    }

    /// The member `Memory48` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory48 {
        pub Start: PHYSICAL_ADDRESS,
        pub Length48: ULONG,
    }

    /// The member `Memory64` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[repr(packed(4))]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Memory64 {
        pub Start: PHYSICAL_ADDRESS,
        pub Length64: ULONG,
    }

    /// The member `Connection` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    #[derive(PartialEq, Eq)]
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR_Connection {
        pub Class: UCHAR,
        pub Type: UCHAR,
        pub Reserved1: UCHAR,
        pub Reserved2: UCHAR,
        pub IdLowPart: ULONG,
        pub IdHighPart: ULONG,
    }

    /// The member `u` of [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
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

    /// One resource; `Type` says which member of `u` holds.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_cm_partial_resource_descriptor).
    pub struct CM_PARTIAL_RESOURCE_DESCRIPTOR {
        pub Type: UCHAR,
        pub ShareDisposition: UCHAR,
        pub Flags: USHORT,
        pub u: CM_PARTIAL_RESOURCE_DESCRIPTOR_u,
    }

    /// Resources of one device; `PartialDescriptors` really has `Count` elements.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_cm_partial_resource_list).
    pub struct CM_PARTIAL_RESOURCE_LIST {
        pub Version: USHORT,
        pub Revision: USHORT,
        pub Count: ULONG,
        pub PartialDescriptors: [CM_PARTIAL_RESOURCE_DESCRIPTOR; 1],
    }

    /// The resources of one device on one bus.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_cm_full_resource_descriptor).
    pub struct CM_FULL_RESOURCE_DESCRIPTOR {
        pub InterfaceType: INTERFACE_TYPE,
        pub BusNumber: ULONG,
        pub PartialResourceList: CM_PARTIAL_RESOURCE_LIST,
    }

    /// All resources of a device; `List` really has `Count` elements of varying size.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_cm_resource_list).
    pub struct CM_RESOURCE_LIST {
        pub Count: ULONG,
        pub List: [CM_FULL_RESOURCE_DESCRIPTOR; 1],
    }
}

constants! {
    /// What kind of resource a [`CM_PARTIAL_RESOURCE_DESCRIPTOR`] holds.
    pub define u32 {
        CmResourceTypeNull = 0,
        CmResourceTypePort = 1,
        CmResourceTypeInterrupt = 2,
        CmResourceTypeMemory = 3,
        CmResourceTypeDma = 4,
        CmResourceTypeDeviceSpecific = 5,
        CmResourceTypeBusNumber = 6,
        CmResourceTypeMemoryLarge = 7,
        CmResourceTypeConfigData = 128,
        CmResourceTypeNonArbitrated = 128,
        CmResourceTypeDevicePrivate = 129,
        CmResourceTypePcCardConfig = 130,
        CmResourceTypeMfCardConfig = 131,
        CmResourceTypeConnection = 132,
    }

    /// Flags of an interrupt in a [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    pub define u32 {
        CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE = 0x0,
        CM_RESOURCE_INTERRUPT_LATCHED = 0x1,
        CM_RESOURCE_INTERRUPT_LEVEL_LATCHED_BITS = 0x1,
        CM_RESOURCE_INTERRUPT_MESSAGE = 0x2,
        CM_RESOURCE_INTERRUPT_POLICY_INCLUDED = 0x4,
        CM_RESOURCE_INTERRUPT_SECONDARY_INTERRUPT = 0x10,
        CM_RESOURCE_INTERRUPT_WAKE_HINT = 0x20,
        CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN = 0xfffffffe,
    }

    /// Flags of a memory range in a [`CM_PARTIAL_RESOURCE_DESCRIPTOR`]. A `MemoryLarge` counts its length in units of 256
    /// bytes, 64 KiB or 4 GiB, as the flag says.
    pub define u32 {
        CM_RESOURCE_MEMORY_READ_WRITE = 0x0,
        CM_RESOURCE_MEMORY_READ_ONLY = 0x1,
        CM_RESOURCE_MEMORY_WRITE_ONLY = 0x2,
        CM_RESOURCE_MEMORY_WRITEABILITY_MASK = 0x3,
        CM_RESOURCE_MEMORY_PREFETCHABLE = 0x4,
        CM_RESOURCE_MEMORY_COMBINEDWRITE = 0x8,
        CM_RESOURCE_MEMORY_24 = 0x10,
        CM_RESOURCE_MEMORY_CACHEABLE = 0x20,
        CM_RESOURCE_MEMORY_WINDOW_DECODE = 0x40,
        CM_RESOURCE_MEMORY_BAR = 0x80,
        CM_RESOURCE_MEMORY_COMPAT_FOR_INACCESSIBLE_RANGE = 0x100,
        CM_RESOURCE_MEMORY_LARGE_40 = 0x200,
        CM_RESOURCE_MEMORY_LARGE_48 = 0x400,
        CM_RESOURCE_MEMORY_LARGE_64 = 0x800,
        CM_RESOURCE_MEMORY_LARGE = 0xe00,
    }

    /// Flags of a port range in a [`CM_PARTIAL_RESOURCE_DESCRIPTOR`].
    pub define u32 {
        CM_RESOURCE_PORT_MEMORY = 0x0,
        CM_RESOURCE_PORT_IO = 0x1,
        CM_RESOURCE_PORT_10_BIT_DECODE = 0x4,
        CM_RESOURCE_PORT_12_BIT_DECODE = 0x8,
        CM_RESOURCE_PORT_16_BIT_DECODE = 0x10,
        CM_RESOURCE_PORT_POSITIVE_DECODE = 0x20,
        CM_RESOURCE_PORT_PASSIVE_DECODE = 0x40,
        CM_RESOURCE_PORT_WINDOW_DECODE = 0x80,
        CM_RESOURCE_PORT_BAR = 0x100,
    }
}
