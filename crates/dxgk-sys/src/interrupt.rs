//! What a driver reports at interrupt time: `DXGKARGCB_NOTIFY_INTERRUPT_DATA` and its callbacks.

use crate::*;

/// Reports an interrupt to the graphics kernel. Not reentrant; a DPC must be queued after it.
///
/// IRQL: DIRQL of the message in `DXGK_DRIVERCAPS::InterruptMessageNumber`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_notify_interrupt).
pub type DXGKCB_NOTIFY_INTERRUPT = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pNotifyInterruptData: *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA,
    ),
>;

/// Tells the graphics kernel, from the DPC, to handle what `DxgkCbNotifyInterrupt` reported.
///
/// IRQL: `DISPATCH_LEVEL`.
/// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkcb_notify_dpc).
pub type DXGKCB_NOTIFY_DPC = Option<unsafe extern "system" fn(hAdapter: HANDLE)>;

/// Progress of a present. NULL in [`DXGKARG_PRESENT_DISPLAYONLY`]: interrupts report it.
///
/// IRQL: below `PROFILE_LEVEL`.
pub type DXGKCB_PRESENT_DISPLAYONLY_PROGRESS = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pProgress: *const DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS,
    ),
>;

abi! {
    /// The member `DmaCompleted` of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaCompleted {
        pub SubmissionFenceId: UINT,
        pub NodeOrdinal: UINT,
        pub EngineOrdinal: UINT,
    }

    /// The member `DmaPreempted` of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaPreempted {
        pub PreemptionFenceId: UINT,
        pub LastCompletedFenceId: UINT,
        pub NodeOrdinal: UINT,
        pub EngineOrdinal: UINT,
    }

    /// The member `DmaFaulted` of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaFaulted {
        pub FaultedFenceId: UINT,
        pub Status: NTSTATUS,
        pub NodeOrdinal: UINT,
        pub EngineOrdinal: UINT,
    }

    /// The member `CrtcVsync` of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_CrtcVsync {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub PhysicalAddress: PHYSICAL_ADDRESS,
        pub PhysicalAdapterMask: UINT,
    }

    /// The member `DisplayOnlyVsync` of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DisplayOnlyVsync {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    }

    /// Flips of an overlay plane.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_multiplane_overlay_flags).
    pub bits(UINT) DXGK_MULTIPLANE_OVERLAY_FLAGS {
        VerticalFlip: 0,
        HorizontalFlip: 1,
        Reserved: 2..=31,
    }

    /// Blending of an overlay plane.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_multiplane_overlay_blend).
    pub bits(UINT) DXGK_MULTIPLANE_OVERLAY_BLEND {
        AlphaBlend: 0,
        Reserved: 1..=31,
    }

    /// Colour range of an overlay plane.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_multiplane_overlay_ycbcr_flags).
    pub bits(UINT) DXGK_MULTIPLANE_OVERLAY_YCbCr_FLAGS {
        NominalRange: 0,
        Bt709: 1,
        xvYCC: 2,
        Reserved: 3..=31,
    }

    /// How an overlay plane is shown.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_multiplane_overlay_attributes).
    pub struct DXGK_MULTIPLANE_OVERLAY_ATTRIBUTES {
        pub Flags: DXGK_MULTIPLANE_OVERLAY_FLAGS,
        pub SrcRect: RECT,
        pub DstRect: RECT,
        pub Rotation: D3DDDI_ROTATION,
        pub Blend: DXGK_MULTIPLANE_OVERLAY_BLEND,
        pub NumFilters: UINT,
        pub pFilters: *mut c_void,
        pub VideoFrameFormat: DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT,
        pub YCbCrFlags: DXGK_MULTIPLANE_OVERLAY_YCbCr_FLAGS,
        pub StereoFormat: DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT,
        pub StereoLeftViewFrame0: BOOL,
        pub StereoBaseViewFrame0: BOOL,
        pub StereoFlipMode: DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_MODE,
    }

    /// The state of an overlay plane at a vertical sync.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgk_multiplane_overlay_vsync_info).
    pub struct DXGK_MULTIPLANE_OVERLAY_VSYNC_INFO {
        pub LayerIndex: DWORD,
        pub Enabled: BOOL,
        pub PhysicalAddress: PHYSICAL_ADDRESS,
        pub PlaneAttributes: DXGK_MULTIPLANE_OVERLAY_ATTRIBUTES,
    }

    /// The member `CrtcVsyncWithMultiPlaneOverlay` of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_CrtcVsyncWithMultiPlaneOverlay {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub PhysicalAdapterMask: UINT,
        pub MultiPlaneOverlayVsyncInfoCount: UINT,
        pub pMultiPlaneOverlayVsyncInfo: *mut DXGK_MULTIPLANE_OVERLAY_VSYNC_INFO,
    }

    /// The end of a pending `DxgkDdiPresentDisplayOnly`.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkargcb_present_displayonly_progress).
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub ProgressId: DXGK_PRESENT_DISPLAY_ONLY_PROGRESS_ID,
    }

    /// The member `Reserved` of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    #[derive(PartialEq, Eq)]
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_Reserved {
        pub Reserved: [UINT; 16],
    }

    /// The unnamed union in [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    pub union DXGKARGCB_NOTIFY_INTERRUPT_DATA_Anonymous {
        pub DmaCompleted: DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaCompleted,
        pub DmaPreempted: DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaPreempted,
        pub DmaFaulted: DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaFaulted,
        pub CrtcVsync: DXGKARGCB_NOTIFY_INTERRUPT_DATA_CrtcVsync,
        pub DisplayOnlyVsync: DXGKARGCB_NOTIFY_INTERRUPT_DATA_DisplayOnlyVsync,
        pub CrtcVsyncWithMultiPlaneOverlay: DXGKARGCB_NOTIFY_INTERRUPT_DATA_CrtcVsyncWithMultiPlaneOverlay,
        pub DisplayOnlyPresentProgress: DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS,
        pub Reserved: DXGKARGCB_NOTIFY_INTERRUPT_DATA_Reserved,
    }

    /// Flags of [`DXGKARGCB_NOTIFY_INTERRUPT_DATA`].
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkcb_notify_interrupt_data_flags).
    pub bits(UINT) DXGKCB_NOTIFY_INTERRUPT_DATA_FLAGS {
        ValidPhysicalAdapterMask: 0,
        Reserved: 1..=31,
    }

    /// What `DxgkCbNotifyInterrupt` reports; `InterruptType` says which member of the union holds.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ns-d3dkmddi-_dxgkargcb_notify_interrupt_data).
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA {
        pub InterruptType: DXGK_INTERRUPT_TYPE,
        pub Anonymous: DXGKARGCB_NOTIFY_INTERRUPT_DATA_Anonymous,
        pub Flags: DXGKCB_NOTIFY_INTERRUPT_DATA_FLAGS,
    }
}

constants! {
    /// What an interrupt reports.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_interrupt_type).
    pub enum DXGK_INTERRUPT_TYPE: i32 {
        DXGK_INTERRUPT_DMA_COMPLETED = 1,
        DXGK_INTERRUPT_DMA_PREEMPTED = 2,
        DXGK_INTERRUPT_CRTC_VSYNC = 3,
        DXGK_INTERRUPT_DMA_FAULTED = 4,
        DXGK_INTERRUPT_DISPLAYONLY_VSYNC = 5,
        DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS = 6,
        DXGK_INTERRUPT_CRTC_VSYNC_WITH_MULTIPLANE_OVERLAY = 7,
    }

    /// Whether an overlay plane's video is interlaced.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_multiplane_overlay_video_frame_format).
    pub enum DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT: i32 {
        DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT_PROGRESSIVE = 0,
        DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT_INTERLACED_TOP_FIELD_FIRST = 1,
        DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT_INTERLACED_BOTTOM_FIELD_FIRST = 2,
    }

    /// How an overlay plane holds a stereo picture.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_multiplane_overlay_stereo_format).
    pub enum DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT: i32 {
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_MONO = 0,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_HORIZONTAL = 1,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_VERTICAL = 2,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_SEPARATE = 3,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_MONO_OFFSET = 4,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_ROW_INTERLEAVED = 5,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_COLUMN_INTERLEAVED = 6,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FORMAT_CHECKERBOARD = 7,
    }

    /// How an overlay plane's stereo frames are flipped.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_multiplane_overlay_stereo_flip_mode).
    pub enum DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_MODE: i32 {
        DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_NONE = 0,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_FRAME0 = 1,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_FRAME1 = 2,
    }

    /// Whether a pending present has completed or failed.
    ///
    /// [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/ne-d3dkmddi-_dxgk_present_display_only_progress_id).
    pub enum DXGK_PRESENT_DISPLAY_ONLY_PROGRESS_ID: i32 {
        DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE = 0,
        DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED = 1,
    }
}
