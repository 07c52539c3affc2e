//! Child devices: connectors, their status and their descriptors (`dispmprt.h`).
#![allow(missing_docs)]
use crate::*;

abi! {
    pub struct DXGK_CHILD_STATUS_HotPlug {
        pub Connected: BOOLEAN,
    }

    pub struct DXGK_CHILD_STATUS_Rotation {
        pub Angle: UCHAR,
    }

    pub union DXGK_CHILD_STATUS_Anonymous {
        pub HotPlug: DXGK_CHILD_STATUS_HotPlug,
        pub Rotation: DXGK_CHILD_STATUS_Rotation,
    }

    pub struct DXGK_CHILD_STATUS {
        pub Type: DXGK_CHILD_STATUS_TYPE,
        pub ChildUid: ULONG,
        pub Anonymous: DXGK_CHILD_STATUS_Anonymous,
    }

    pub struct DXGK_VIDEO_OUTPUT_CAPABILITIES {
        pub InterfaceTechnology: D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY,
        pub MonitorOrientationAwareness: D3DKMDT_MONITOR_ORIENTATION_AWARENESS,
        pub SupportsSdtvModes: BOOLEAN,
    }

    pub struct DXGK_CHILD_CAPABILITIES_Other {
        pub MustBeZero: UINT,
    }

    pub struct DXGK_INTEGRATED_DISPLAY_CHILD {
        pub InterfaceTechnology: D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY,
        pub DescriptorLength: USHORT,
    }

    pub union DXGK_CHILD_CAPABILITIES_Type {
        pub VideoOutput: DXGK_VIDEO_OUTPUT_CAPABILITIES,
        pub Other: DXGK_CHILD_CAPABILITIES_Other,
        pub IntegratedDisplayChild: DXGK_INTEGRATED_DISPLAY_CHILD,
    }

    pub struct DXGK_CHILD_CAPABILITIES {
        pub Type: DXGK_CHILD_CAPABILITIES_Type,
        pub HpdAwareness: DXGK_CHILD_DEVICE_HPD_AWARENESS,
    }

    pub struct DXGK_CHILD_DESCRIPTOR {
        pub ChildDeviceType: DXGK_CHILD_DEVICE_TYPE,
        pub ChildCapabilities: DXGK_CHILD_CAPABILITIES,
        pub AcpiUid: ULONG,
        pub ChildUid: ULONG,
    }

    pub struct DXGK_DEVICE_DESCRIPTOR {
        pub DescriptorOffset: ULONG,
        pub DescriptorLength: ULONG,
        pub DescriptorBuffer: PVOID,
    }

    pub struct DXGK_CHILD_CONTAINER_ID_EldInfo {
        pub PortId: ULONG64,
        pub ManufacturerName: USHORT,
        pub ProductCode: USHORT,
    }

    pub struct DXGK_CHILD_CONTAINER_ID {
        pub ContainerId: GUID,
        pub EldInfo: DXGK_CHILD_CONTAINER_ID_EldInfo,
    }

    pub struct DXGK_GENERIC_DESCRIPTOR {
        pub HardwareId: [WCHAR; 51],
        pub InstanceId: [WCHAR; 51],
        pub CompatibleId: [WCHAR; 51],
        pub DeviceText: [WCHAR; 51],
    }
}

constants! {
    pub enum DXGK_CHILD_STATUS_TYPE: i32 {
        StatusUninitialized = 0,
        StatusConnection = 1,
        StatusRotation = 2,
    }

    pub enum DXGK_CHILD_DEVICE_TYPE: i32 {
        TypeUninitialized = 0,
        TypeVideoOutput = 1,
        TypeOther = 2,
        TypeIntegratedDisplay = 3,
    }
}
