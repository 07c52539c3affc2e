//! `DXGK_DRIVERCAPS` and the other answers to `DxgkDdiQueryAdapterInfo`.

use crate::*;

abi! {
    /// Argument of `DxgkDdiQueryAdapterInfo`; sizes are in bytes.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkarg_queryadapterinfo).
    pub struct DXGKARG_QUERYADAPTERINFO {
        pub Type: DXGK_QUERYADAPTERINFOTYPE,
        pub pInputData: *mut c_void,
        pub InputDataSize: UINT,
        pub pOutputData: *mut c_void,
        pub OutputDataSize: UINT,
    }

    /// Gamma ramps the device can take.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_gammarampcaps).
    pub bits(UINT) DXGK_GAMMARAMPCAPS {
        Gamma_Rgb256x3x16: 0,
        Reserved: 1..=31,
    }

    /// The unnamed union in [`DXGK_DRIVERCAPS`].
    pub union DXGK_DRIVERCAPS_Anonymous {
        pub GammaRampCaps: DXGK_GAMMARAMPCAPS,
    }

    /// What a full driver can draw. Zero for display-only drivers.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_presentationcaps).
    pub bits(UINT) DXGK_PRESENTATIONCAPS {
        NoScreenToScreenBlt: 0,
        NoOverlapScreenBlt: 1,
        SupportKernelModeCommandBuffer: 2,
        NoSameBitmapAlphaBlend: 3,
        NoSameBitmapStretchBlt: 4,
        NoSameBitmapTransparentBlt: 5,
        NoSameBitmapOverlappedAlphaBlend: 6,
        NoSameBitmapOverlappedStretchBlt: 7,
        DriverSupportsCddDwmInterop: 8,
        Reserved0: 9,
        AlignmentShift: 10..=13,
        MaxTextureWidthShift: 14..=16,
        MaxTextureHeightShift: 17..=19,
        SupportAllBltRops: 20,
        SupportMirrorStretchBlt: 21,
        SupportMonoStretchBltModes: 22,
        StagingRectStartPitchAligned: 23,
        NoSameBitmapBitBlt: 24,
        NoSameBitmapOverlappedBitBlt: 25,
        Reserved1: 26,
        NoTempSurfaceForClearTypeBlend: 27,
        SupportSoftwareDeviceBitmaps: 28,
        NoCacheCoherentApertureMemory: 29,
        SupportLinearHeap: 30,
        Reserved: 31,
    }

    /// How a full driver flips. Zero for display-only drivers.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_flipcaps).
    pub bits(UINT) DXGK_FLIPCAPS {
        FlipOnVSyncWithNoWait: 0,
        FlipOnVSyncMmIo: 1,
        FlipInterval: 2,
        FlipImmediateMmIo: 3,
        Reserved: 4..=31,
    }

    /// What the GPU scheduler may do.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_vidschcaps).
    pub bits(UINT) DXGK_VIDSCHCAPS {
        MultiEngineAware: 0,
        VSyncPowerSaveAware: 1,
        PreemptionAware: 2,
        NoDmaPatching: 3,
        CancelCommandAware: 4,
        Reserved: 5..=31,
    }

    /// The unnamed bit-fields of [`DXGK_VIDMMCAPS`].
    pub bits(UINT) DXGK_VIDMMCAPS_Anonymous {
        OutOfOrderLock: 0,
        DedicatedPagingEngine: 1,
        PagingEngineCanSwizzle: 2,
        SectionBackedPrimary: 3,
        Reserved: 4..=31,
    }

    /// What the video memory manager may do.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_vidmmcaps).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_VIDMMCAPS {
        pub Anonymous: DXGK_VIDMMCAPS_Anonymous,
        pub PagingNode: UINT,
    }

    /// The engines of a GPU.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_gpuenginetopology).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_GPUENGINETOPOLOGY {
        pub NbAsymetricProcessingNodes: UINT,
        pub Reserved: [UINT; 64],
    }

    /// The unnamed bit-fields of [`DXGK_VIRTUALADDRESSCAPS_DEPRECATED`].
    pub bits(UINT) DXGK_VIRTUALADDRESSCAPS_DEPRECATED_Anonymous {
        PrivilegedMemorySupported: 0,
        ReadOnlyMemorySupported: 1,
        Reserved: 2..=31,
    }

    /// Reserved.
    #[derive(PartialEq, Eq)]
    pub struct DXGK_VIRTUALADDRESSCAPS_DEPRECATED {
        pub Anonymous: DXGK_VIRTUALADDRESSCAPS_DEPRECATED_Anonymous,
        pub VirtualAddressBitCount: UINT,
        pub PageTableCoverageBitCount: UINT,
        pub PageDirectoryEntrySize: UINT,
        pub PageDirectorySegment: UINT,
        pub PageTableSegment: UINT,
        pub IdealGPUPageSize: UINT,
    }

    /// The member `PresentDmaBuffer` of [`DXGK_DMABUFFERCAPS_DEPRECATED`].
    #[derive(PartialEq, Eq)]
    pub struct DXGK_DMABUFFERCAPS_DEPRECATED_PresentDmaBuffer {
        pub Size: UINT,
        pub PrivateDriverDataSize: UINT,
        pub SegmentId: UINT,
        pub Reserved1: UINT,
        pub Reserved: [UINT; 16],
    }

    /// The member `PagingDmaBuffer` of [`DXGK_DMABUFFERCAPS_DEPRECATED`].
    #[derive(PartialEq, Eq)]
    pub struct DXGK_DMABUFFERCAPS_DEPRECATED_PagingDmaBuffer {
        pub Size: UINT,
        pub PrivateDriverDataSize: UINT,
        pub SegmentId: UINT,
        pub Reserved1: UINT,
        pub Reserved: [UINT; 16],
    }

    /// Reserved.
    #[derive(PartialEq, Eq)]
    pub struct DXGK_DMABUFFERCAPS_DEPRECATED {
        pub PresentDmaBuffer: DXGK_DMABUFFERCAPS_DEPRECATED_PresentDmaBuffer,
        pub PagingDmaBuffer: DXGK_DMABUFFERCAPS_DEPRECATED_PagingDmaBuffer,
    }

    /// How finely the device's work can be preempted.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ns-d3dkmdt-_d3dkmdt_preemption_caps).
    #[derive(PartialEq, Eq)]
    pub struct D3DKMDT_PREEMPTION_CAPS {
        pub GraphicsPreemptionGranularity: D3DKMDT_GRAPHICS_PREEMPTION_GRANULARITY,
        pub ComputePreemptionGranularity: D3DKMDT_COMPUTE_PREEMPTION_GRANULARITY,
    }

    /// What the driver and the device can do.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_drivercaps).
    pub struct DXGK_DRIVERCAPS {
        pub HighestAcceptableAddress: PHYSICAL_ADDRESS,
        pub MaxAllocationListSlotId: UINT,
        pub ApertureSegmentCommitLimit: SIZE_T,
        pub MaxPointerWidth: UINT,
        pub MaxPointerHeight: UINT,
        pub PointerCaps: DXGK_POINTERFLAGS,
        pub InterruptMessageNumber: UINT,
        pub NumberOfSwizzlingRanges: UINT,
        pub MaxOverlays: UINT,
        pub Anonymous: DXGK_DRIVERCAPS_Anonymous,
        pub PresentationCaps: DXGK_PRESENTATIONCAPS,
        pub MaxQueuedFlipOnVSync: UINT,
        pub FlipCaps: DXGK_FLIPCAPS,
        pub SchedulingCaps: DXGK_VIDSCHCAPS,
        pub MemoryManagementCaps: DXGK_VIDMMCAPS,
        pub GpuEngineTopology: DXGK_GPUENGINETOPOLOGY,
        pub WDDMVersion: DXGK_WDDMVERSION,
        pub Reserved: DXGK_VIRTUALADDRESSCAPS_DEPRECATED,
        pub Reserved1: DXGK_DMABUFFERCAPS_DEPRECATED,
        pub PreemptionCaps: D3DKMDT_PREEMPTION_CAPS,
        pub SupportNonVGA: BOOLEAN,
        pub SupportSmoothRotation: BOOLEAN,
        pub SupportPerEngineTDR: BOOLEAN,
        pub SupportDirectFlip: BOOLEAN,
        pub SupportMultiPlaneOverlay: BOOLEAN,
        pub SupportRuntimePowerManagement: BOOLEAN,
        pub SupportSurpriseRemovalInHibernation: BOOLEAN,
    }

    /// One F-state of a power component; times in units of 100 ns.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_power_runtime_state).
    #[derive(PartialEq, Eq)]
    pub struct DXGK_POWER_RUNTIME_STATE {
        pub TransitionLatency: ULONGLONG,
        pub ResidencyRequirement: ULONGLONG,
        pub NominalPower: ULONG,
    }

    /// A power component that is an engine.
    #[derive(PartialEq, Eq)]
    pub struct DXGK_POWER_COMPONENT_ENGINE_DESC {
        pub NodeIndex: UINT,
    }

    /// A power component that refreshes a source.
    #[derive(PartialEq, Eq)]
    pub struct DXGK_POWER_COMPONENT_MONITOR_REFRESH_DESC {
        pub VidPnSourceID: UINT,
    }

    /// A power component that is a monitor.
    #[derive(PartialEq, Eq)]
    pub struct DXGK_POWER_COMPONENT_MONITOR_DESC {
        pub VidPnTargetID: UINT,
    }

    /// The unnamed union in [`DXGK_POWER_COMPONENT_MAPPING`].
    pub union DXGK_POWER_COMPONENT_MAPPING_Anonymous {
        pub EngineDesc: DXGK_POWER_COMPONENT_ENGINE_DESC,
        pub MonitorRefreshDesc: DXGK_POWER_COMPONENT_MONITOR_REFRESH_DESC,
        pub MonitorDesc: DXGK_POWER_COMPONENT_MONITOR_DESC,
    }

    /// What a power component stands for.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_power_component_mapping).
    pub struct DXGK_POWER_COMPONENT_MAPPING {
        pub ComponentType: DXGK_POWER_COMPONENT_TYPE,
        pub Anonymous: DXGK_POWER_COMPONENT_MAPPING_Anonymous,
    }

    /// Flags of [`DXGK_POWER_RUNTIME_COMPONENT`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_power_component_flags).
    pub bits(UINT) DXGK_POWER_COMPONENT_FLAGS {
        Reserved0: 0,
        DriverCompletesFStateTransition: 1,
        TransitionTo_F0_OnDx: 2,
        Reserved: 3..=31,
    }

    /// A part of the device with F-states of its own.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_power_runtime_component).
    pub struct DXGK_POWER_RUNTIME_COMPONENT {
        pub StateCount: ULONG,
        pub States: [DXGK_POWER_RUNTIME_STATE; 8],
        pub ComponentMapping: DXGK_POWER_COMPONENT_MAPPING,
        pub Flags: DXGK_POWER_COMPONENT_FLAGS,
        pub ComponentGuid: GUID,
        pub ComponentName: [UCHAR; 40],
        pub ProviderCount: ULONG,
        pub Providers: [ULONG; 16],
    }
}

constants! {
    /// What `DxgkDdiQueryAdapterInfo` is asked.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_queryadapterinfotype).
    pub enum DXGK_QUERYADAPTERINFOTYPE: i32 {
        DXGKQAITYPE_UMDRIVERPRIVATE = 0,
        DXGKQAITYPE_DRIVERCAPS = 1,
        DXGKQAITYPE_QUERYSEGMENT = 2,
        DXGKQAITYPE_RESERVED = 3,
        DXGKQAITYPE_QUERYSEGMENT2 = 4,
        DXGKQAITYPE_QUERYSEGMENT3 = 5,
        DXGKQAITYPE_NUMPOWERCOMPONENTS = 6,
        DXGKQAITYPE_POWERCOMPONENTINFO = 7,
        DXGKQAITYPE_PREFERREDGPUNODE = 8,
    }

    /// Versions of the driver model.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_wddmversion).
    pub enum DXGK_WDDMVERSION: i32 {
        DXGKDDI_WDDMv1 = 4096,
        DXGKDDI_WDDMv1_2 = 4608,
        DXGKDDI_WDDMv1_3 = 4864,
        DXGKDDI_WDDMv2 = 8192,
        DXGKDDI_WDDMv2_1 = 8448,
        DXGKDDI_WDDMv2_2 = 8704,
        DXGKDDI_WDDMv2_3 = 8960,
    }

    /// How finely graphics work can be preempted.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_graphics_preemption_granularity).
    pub enum D3DKMDT_GRAPHICS_PREEMPTION_GRANULARITY: i32 {
        D3DKMDT_GRAPHICS_PREEMPTION_NONE = 0,
        D3DKMDT_GRAPHICS_PREEMPTION_DMA_BUFFER_BOUNDARY = 100,
        D3DKMDT_GRAPHICS_PREEMPTION_PRIMITIVE_BOUNDARY = 200,
        D3DKMDT_GRAPHICS_PREEMPTION_TRIANGLE_BOUNDARY = 300,
        D3DKMDT_GRAPHICS_PREEMPTION_PIXEL_BOUNDARY = 400,
        D3DKMDT_GRAPHICS_PREEMPTION_SHADER_BOUNDARY = 500,
    }

    /// How finely compute work can be preempted.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmdt/ne-d3dkmdt-_d3dkmdt_compute_preemption_granularity).
    pub enum D3DKMDT_COMPUTE_PREEMPTION_GRANULARITY: i32 {
        D3DKMDT_COMPUTE_PREEMPTION_NONE = 0,
        D3DKMDT_COMPUTE_PREEMPTION_DMA_BUFFER_BOUNDARY = 100,
        D3DKMDT_COMPUTE_PREEMPTION_DISPATCH_BOUNDARY = 200,
        D3DKMDT_COMPUTE_PREEMPTION_THREAD_GROUP_BOUNDARY = 300,
        D3DKMDT_COMPUTE_PREEMPTION_THREAD_BOUNDARY = 400,
        D3DKMDT_COMPUTE_PREEMPTION_SHADER_BOUNDARY = 500,
    }

    /// The kind of a power component.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_power_component_type).
    pub enum DXGK_POWER_COMPONENT_TYPE: i32 {
        DXGK_POWER_COMPONENT_ENGINE = 0,
        DXGK_POWER_COMPONENT_MONITOR = 1,
        DXGK_POWER_COMPONENT_MONITOR_REFRESH = 2,
        DXGK_POWER_COMPONENT_OTHER = 5,
        DXGK_POWER_COMPONENT_MAX = 6,
    }

    /// The most F-states a power component may have.
    pub define u32 {
        DXGK_MAX_F_STATES = 8,
    }

    /// The size of a power component's name in bytes.
    pub define u32 {
        DXGK_POWER_COMPONENT_NAME_SIZE = 40,
    }

    /// The most components one power component may depend on.
    pub define u32 {
        DXGK_MAX_POWER_COMPONENT_PROVIDERS = 16,
    }

    /// A value the driver does not know, in [`DXGK_POWER_RUNTIME_STATE`].
    pub define u32 {
        DXGK_FSTATE_UNKNOWN_POWER = 0xffffffff,
        DXGK_FSTATE_UNKNOWN_TIME = 0xffffffff,
    }

    /// The most processing nodes a GPU may have.
    pub define u32 {
        DXGK_MAX_ASYMETRICAL_PROCESSING_NODES = 64,
    }
}
