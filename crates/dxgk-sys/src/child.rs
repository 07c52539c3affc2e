//! Child devices: connectors, their status and their descriptors (`dispmprt.h`).

use crate::*;

abi! {
    /// The member `HotPlug` of [`DXGK_CHILD_STATUS`].
    #[derive(PartialEq, Eq)]
    pub struct DXGK_CHILD_STATUS_HotPlug {
        pub Connected: BOOLEAN,
    }

    /// The member `Rotation` of [`DXGK_CHILD_STATUS`].
    #[derive(PartialEq, Eq)]
    pub struct DXGK_CHILD_STATUS_Rotation {
        pub Angle: UCHAR,
    }

    /// The unnamed union in [`DXGK_CHILD_STATUS`].
    pub union DXGK_CHILD_STATUS_Anonymous {
        pub HotPlug: DXGK_CHILD_STATUS_HotPlug,
        pub Rotation: DXGK_CHILD_STATUS_Rotation,
    }

    /// The status of a child.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_child_status).
    pub struct DXGK_CHILD_STATUS {
        pub Type: DXGK_CHILD_STATUS_TYPE,
        pub ChildUid: ULONG,
        pub Anonymous: DXGK_CHILD_STATUS_Anonymous,
    }

    /// What a connector can do.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_video_output_capabilities).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_VIDEO_OUTPUT_CAPABILITIES {
        pub InterfaceTechnology: D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY,
        pub MonitorOrientationAwareness: D3DKMDT_MONITOR_ORIENTATION_AWARENESS,
        pub SupportsSdtvModes: BOOLEAN,
    }

    /// The member `Other` of [`DXGK_CHILD_CAPABILITIES`].
    #[derive(PartialEq, Eq)]
    pub struct DXGK_CHILD_CAPABILITIES_Other {
        pub MustBeZero: UINT,
    }

    /// What a built-in panel can do (interface version WDDM 2.0 and later).
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_integrated_display_child).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_INTEGRATED_DISPLAY_CHILD {
        pub InterfaceTechnology: D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY,
        pub DescriptorLength: USHORT,
    }

    /// The member `Type` of [`DXGK_CHILD_CAPABILITIES`].
    pub union DXGK_CHILD_CAPABILITIES_Type {
        pub VideoOutput: DXGK_VIDEO_OUTPUT_CAPABILITIES,
        pub Other: DXGK_CHILD_CAPABILITIES_Other,
        pub IntegratedDisplayChild: DXGK_INTEGRATED_DISPLAY_CHILD,
    }

    /// What a child can do; the child's type says which member of `Type` holds.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_child_capabilities).
    pub struct DXGK_CHILD_CAPABILITIES {
        pub Type: DXGK_CHILD_CAPABILITIES_Type,
        pub HpdAwareness: DXGK_CHILD_DEVICE_HPD_AWARENESS,
    }

    /// One child, as `DxgkDdiQueryChildRelations` describes it.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_child_descriptor).
    pub struct DXGK_CHILD_DESCRIPTOR {
        pub ChildDeviceType: DXGK_CHILD_DEVICE_TYPE,
        pub ChildCapabilities: DXGK_CHILD_CAPABILITIES,
        pub AcpiUid: ULONG,
        pub ChildUid: ULONG,
    }

    /// The piece of a descriptor that `DxgkDdiQueryDeviceDescriptor` shall copy; offset and length in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_device_descriptor).
    pub struct DXGK_DEVICE_DESCRIPTOR {
        pub DescriptorOffset: ULONG,
        pub DescriptorLength: ULONG,
        pub DescriptorBuffer: PVOID,
    }

    /// The member `EldInfo` of [`DXGK_CHILD_CONTAINER_ID`].
    #[derive(PartialEq, Eq)]
    pub struct DXGK_CHILD_CONTAINER_ID_EldInfo {
        pub PortId: ULONG64,
        pub ManufacturerName: USHORT,
        pub ProductCode: USHORT,
    }

    /// A child's container.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_child_container_id).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_CHILD_CONTAINER_ID {
        pub ContainerId: GUID,
        pub EldInfo: DXGK_CHILD_CONTAINER_ID_EldInfo,
    }

    /// The descriptor of a child that is not a monitor.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ns-dispmprt-_dxgk_generic_descriptor).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_GENERIC_DESCRIPTOR {
        pub HardwareId: [WCHAR; 51],
        pub InstanceId: [WCHAR; 51],
        pub CompatibleId: [WCHAR; 51],
        pub DeviceText: [WCHAR; 51],
    }
}

constants! {
    /// What a [`DXGK_CHILD_STATUS`] tells.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ne-dispmprt-_dxgk_child_status_type).
    pub enum DXGK_CHILD_STATUS_TYPE: i32 {
        StatusUninitialized = 0,
        StatusConnection = 1,
        StatusRotation = 2,
    }

    /// The kind of a child device.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/ne-dispmprt-_dxgk_child_device_type).
    pub enum DXGK_CHILD_DEVICE_TYPE: i32 {
        TypeUninitialized = 0,
        TypeVideoOutput = 1,
        TypeOther = 2,
        TypeIntegratedDisplay = 3,
    }

    /// The kind of a connector.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_video_output_technology).
    pub enum D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY: i32 {
        D3DKMDT_VOT_UNINITIALIZED = -2,
        D3DKMDT_VOT_OTHER = -1,
        D3DKMDT_VOT_HD15 = 0,
        D3DKMDT_VOT_SVIDEO = 1,
        D3DKMDT_VOT_COMPOSITE_VIDEO = 2,
        D3DKMDT_VOT_COMPONENT_VIDEO = 3,
        D3DKMDT_VOT_DVI = 4,
        D3DKMDT_VOT_HDMI = 5,
        D3DKMDT_VOT_LVDS = 6,
        D3DKMDT_VOT_D_JPN = 8,
        D3DKMDT_VOT_SDI = 9,
        D3DKMDT_VOT_DISPLAYPORT_EXTERNAL = 10,
        D3DKMDT_VOT_DISPLAYPORT_EMBEDDED = 11,
        D3DKMDT_VOT_UDI_EXTERNAL = 12,
        D3DKMDT_VOT_UDI_EMBEDDED = 13,
        D3DKMDT_VOT_SDTVDONGLE = 14,
        D3DKMDT_VOT_MIRACAST = 15,
        D3DKMDT_VOT_INTERNAL = -2147483648,
        D3DKMDT_VOT_SVIDEO_4PIN = 1,
        D3DKMDT_VOT_SVIDEO_7PIN = 1,
        D3DKMDT_VOT_RF = 2,
        D3DKMDT_VOT_RCA_3COMPONENT = 3,
        D3DKMDT_VOT_BNC = 3,
    }

    /// How the driver learns that a monitor was turned.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_monitor_orientation_awareness).
    pub enum D3DKMDT_MONITOR_ORIENTATION_AWARENESS: i32 {
        D3DKMDT_MOA_UNINITIALIZED = 0,
        D3DKMDT_MOA_NONE = 1,
        D3DKMDT_MOA_POLLED = 2,
        D3DKMDT_MOA_INTERRUPTIBLE = 3,
    }

    /// How the driver learns that a monitor was connected.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_dxgk_child_device_hpd_awareness).
    pub enum DXGK_CHILD_DEVICE_HPD_AWARENESS: i32 {
        HpdAwarenessUninitialized = 0,
        HpdAwarenessAlwaysConnected = 1,
        HpdAwarenessNone = 2,
        HpdAwarenessPolled = 3,
        HpdAwarenessInterruptible = 4,
    }
}
