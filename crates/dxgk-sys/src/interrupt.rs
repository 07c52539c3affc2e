//! What a driver reports at interrupt time: `DXGKARGCB_NOTIFY_INTERRUPT_DATA` and its callbacks.
#![allow(missing_docs)]
use crate::*;
pub type DXGKCB_NOTIFY_INTERRUPT = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pNotifyInterruptData: *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA,
    ),
>;
pub type DXGKCB_NOTIFY_DPC = Option<unsafe extern "system" fn(hAdapter: HANDLE)>;
pub type DXGKCB_PRESENT_DISPLAYONLY_PROGRESS = Option<
    unsafe extern "system" fn(
        hAdapter: HANDLE,
        pProgress: *const DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS,
    ),
>;

abi! {
    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaCompleted {
        pub SubmissionFenceId: UINT,
        pub NodeOrdinal: UINT,
        pub EngineOrdinal: UINT,
    }

    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaPreempted {
        pub PreemptionFenceId: UINT,
        pub LastCompletedFenceId: UINT,
        pub NodeOrdinal: UINT,
        pub EngineOrdinal: UINT,
    }

    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DmaFaulted {
        pub FaultedFenceId: UINT,
        pub Status: NTSTATUS,
        pub NodeOrdinal: UINT,
        pub EngineOrdinal: UINT,
    }

    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_CrtcVsync {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub PhysicalAddress: PHYSICAL_ADDRESS,
        pub PhysicalAdapterMask: UINT,
    }

    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_DisplayOnlyVsync {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    }

    pub bits(UINT) DXGK_MULTIPLANE_OVERLAY_FLAGS {
        VerticalFlip: 0,
        HorizontalFlip: 1,
        Reserved: 2..=31,
    }

    pub bits(UINT) DXGK_MULTIPLANE_OVERLAY_BLEND {
        AlphaBlend: 0,
        Reserved: 1..=31,
    }

    pub bits(UINT) DXGK_MULTIPLANE_OVERLAY_YCbCr_FLAGS {
        NominalRange: 0,
        Bt709: 1,
        xvYCC: 2,
        Reserved: 3..=31,
    }

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

    pub struct DXGK_MULTIPLANE_OVERLAY_VSYNC_INFO {
        pub LayerIndex: DWORD,
        pub Enabled: BOOL,
        pub PhysicalAddress: PHYSICAL_ADDRESS,
        pub PlaneAttributes: DXGK_MULTIPLANE_OVERLAY_ATTRIBUTES,
    }

    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_CrtcVsyncWithMultiPlaneOverlay {
        pub VidPnTargetId: D3DDDI_VIDEO_PRESENT_TARGET_ID,
        pub PhysicalAdapterMask: UINT,
        pub MultiPlaneOverlayVsyncInfoCount: UINT,
        pub pMultiPlaneOverlayVsyncInfo: *mut DXGK_MULTIPLANE_OVERLAY_VSYNC_INFO,
    }

    pub struct DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS {
        pub VidPnSourceId: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
        pub ProgressId: DXGK_PRESENT_DISPLAY_ONLY_PROGRESS_ID,
    }

    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA_Reserved {
        pub Reserved: [UINT; 16],
    }

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

    pub bits(UINT) DXGKCB_NOTIFY_INTERRUPT_DATA_FLAGS {
        ValidPhysicalAdapterMask: 0,
        Reserved: 1..=31,
    }

    pub struct DXGKARGCB_NOTIFY_INTERRUPT_DATA {
        pub InterruptType: DXGK_INTERRUPT_TYPE,
        pub Anonymous: DXGKARGCB_NOTIFY_INTERRUPT_DATA_Anonymous,
        pub Flags: DXGKCB_NOTIFY_INTERRUPT_DATA_FLAGS,
    }
}

constants! {
    pub enum DXGK_INTERRUPT_TYPE: i32 {
        DXGK_INTERRUPT_DMA_COMPLETED = 1,
        DXGK_INTERRUPT_DMA_PREEMPTED = 2,
        DXGK_INTERRUPT_CRTC_VSYNC = 3,
        DXGK_INTERRUPT_DMA_FAULTED = 4,
        DXGK_INTERRUPT_DISPLAYONLY_VSYNC = 5,
        DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS = 6,
        DXGK_INTERRUPT_CRTC_VSYNC_WITH_MULTIPLANE_OVERLAY = 7,
    }

    pub enum DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT: i32 {
        DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT_PROGRESSIVE = 0,
        DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT_INTERLACED_TOP_FIELD_FIRST = 1,
        DXGK_MULTIPLANE_OVERLAY_VIDEO_FRAME_FORMAT_INTERLACED_BOTTOM_FIELD_FIRST = 2,
    }

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

    pub enum DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_MODE: i32 {
        DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_NONE = 0,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_FRAME0 = 1,
        DXGK_MULTIPLANE_OVERLAY_STEREO_FLIP_FRAME1 = 2,
    }

    pub enum DXGK_PRESENT_DISPLAY_ONLY_PROGRESS_ID: i32 {
        DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE = 0,
        DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED = 1,
    }
}
