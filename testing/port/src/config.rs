//! How the model behaves where Windows may behave either way, and how strict it is.
//!
//! [`Config::default`] is for drivers of this project; [`Config::foreign`] for any other. [`crate::variants`] names what is
//! varied, one member at a time.

use crate::version::Sizes;
use dxgk_sys::*;

/// What happens to a driver that breaks a rule, beyond its being noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// A driver of this project: it has to keep every rule, and what a page says dxgkrnl refuses is refused.
    Own,
    /// Any other driver: it is told and goes on. Only what Windows was seen to refuse is refused.
    Foreign,
}

/// The display that firmware left behind, for DxgkCbAcquirePostDisplayOwnership.
#[derive(Clone, Copy, Debug)]
pub struct PostDisplay {
    /// Pixels.
    pub width: u32,
    /// Scan lines.
    pub height: u32,
    /// Bytes a line.
    pub pitch: u32,
    /// Physical address of the frame buffer.
    pub address: u64,
}

/// What DxgkCbAcquirePostDisplayOwnership says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostAnswer {
    /// What firmware left behind, if it lies in the adapter's resources; else Width 0.
    Truth,
    /// The same with 24 bits a pixel, which firmware of a BIOS may have set.
    ThreeBytes,
    /// STATUS_UNSUCCESSFUL, as after a driver that did not hand the display over.
    Fails,
    /// The callback is NULL, as in an interface of before Windows 8.
    Absent,
}

/// How large the DXGKRNL_INTERFACE is that StartDevice gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterfaceSize {
    /// As at the version that the driver declared.
    Exact,
    /// So many bytes more, as a newer Windows may give. The extra members fault when called.
    Larger(u32),
    /// As at Windows 7, at the end of a page, as an older Windows may give.
    Smaller,
}

/// What DxgkCbSynchronizeExecution does with message 0 of an adapter that has no interrupt at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutInterrupt {
    /// Runs the routine at a DIRQL under a lock, which the first present of Microsoft's sample needs.
    Runs,
    /// Returns STATUS_UNSUCCESSFUL, which its page suggests.
    Refuses,
}

/// Which VSync the model enables, if the driver has VSync control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VSync {
    /// DXGK_INTERRUPT_CRTC_VSYNC, the only type that the page of ControlInterrupt has.
    Crtc,
    /// DXGK_INTERRUPT_DISPLAYONLY_VSYNC, the only type that a driver of the field accepts.
    DisplayOnly,
    /// None at all, as on Windows 8.
    Never,
}

/// What comes between SetPowerState(D0) and the next present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// An empty VidPN, then the one from before.
    Commit,
    /// Nothing: presents go on at once.
    NoCommit,
    /// An empty VidPN, then the one from before with PathPowerTransition.
    PowerTransition,
}

/// How the model behaves where Windows may behave either way.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Whose driver it is. Default: one of this project.
    pub judge: Judge,
    /// Interrupts are connected before DxgkDdiStartDevice is called; else after it returned, so that
    /// DxgkCbSynchronizeExecution says STATUS_UNSUCCESSFUL during the start. Default: true, since shipped drivers wait in
    /// StartDevice for interrupts of their device.
    pub interrupt_connected_during_start: bool,
    /// What an adapter without interrupts gets of DxgkCbSynchronizeExecution. Default: the routine runs.
    pub without_interrupt: WithoutInterrupt,
    /// The size of the DXGKRNL_INTERFACE that StartDevice gets. Default: 40 bytes larger than at the declared version.
    pub interface_size: InterfaceSize,
    /// Bytes by which the buffer for DXGK_DRIVERCAPS is larger than at the declared version. Default: 0.
    pub caps_extra: u32,
    /// Time a pending present may take, in 100 ns. Default: two seconds (TdrDodPresentDelay).
    pub present_watchdog: u64,
    /// Time a thread may stay in a DDI, in 100 ns. Default: five seconds (TdrDdiDelay).
    pub ddi_limit: u64,
    /// Kernel stack that a DDI may use, in bytes. Default: 8 KiB of Windows' 24.
    pub stack_limit: usize,
    /// Whether the adapter is the POST device. Default: true.
    pub post_device: bool,
    /// What firmware left behind on it, as far as dxgkrnl knows. Default: nothing is known, Width is 0.
    pub post: Option<PostDisplay>,
    /// What the driver is told of it in StartDevice and when it wakes. Default: the truth.
    pub post_answer: PostAnswer,
    /// VidPnTargetColorBasis of the paths that the model makes. Default: D3DKMDT_CB_UNINITIALIZED, since known drivers accept
    /// only that and SCRGB.
    pub target_color_basis: D3DKMDT_COLOR_BASIS,
    /// Scaling and rotation stay UNPINNED, also in the VidPN that is committed. Default: false.
    pub unpinned: bool,
    /// What is enabled of VSync. Default: CRTC_VSYNC.
    pub vsync: VSync,
    /// Lines of a present's source have padding. Default: true; foreign drivers get a pitch of four times the width.
    pub padded: bool,
    /// A present's source is a user address of the process that the present runs in, where the machine has such addresses.
    /// Default: false.
    pub user_source: bool,
    /// A mode change and a stop may come while a present is pending. Default: true; foreign drivers are spared.
    pub busy: bool,
    /// What comes after D0. Default: an empty commit and the old one.
    pub wake: Wake,
    /// The source becomes visible before its first frame, and is told so twice. Default: false, frame first.
    pub visible_first: bool,
    /// Mapping memory write-combined fails. Default: false.
    pub no_write_combining: bool,
    /// DPCs that the driver queued are still to run when DxgkDdiStopDevice and D3 come. Default: false.
    pub late_dpc: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            judge: Judge::Own,
            interrupt_connected_during_start: true,
            without_interrupt: WithoutInterrupt::Runs,
            interface_size: InterfaceSize::Larger(40),
            caps_extra: 0,
            present_watchdog: 20_000_000,
            ddi_limit: 50_000_000,
            stack_limit: 8 * 1024,
            post_device: true,
            post: None,
            post_answer: PostAnswer::Truth,
            target_color_basis: D3DKMDT_CB_UNINITIALIZED,
            unpinned: false,
            vsync: VSync::Crtc,
            padded: true,
            user_source: false,
            busy: true,
            wake: Wake::Commit,
            visible_first: false,
            no_write_combining: false,
            late_dpc: false,
        }
    }
}

impl Config {
    /// For a driver that is not this project's. It gets what Microsoft's sample relies on: a pitch of four times the width, and
    /// no mode change or stop while a present is pending.
    pub fn foreign() -> Self {
        Self {
            judge: Judge::Foreign,
            padded: false,
            busy: false,
            ..Self::default()
        }
    }

    /// Whether the interface has DxgkCbAcquirePostDisplayOwnership.
    pub(crate) fn offers_post(&self) -> bool {
        self.post_answer != PostAnswer::Absent && self.interface_size != InterfaceSize::Smaller
    }

    /// Bytes of the DXGKRNL_INTERFACE for a driver that declared the version of these sizes.
    pub(crate) fn interface_bytes(&self, sizes: &Sizes) -> usize {
        match self.interface_size {
            InterfaceSize::Exact => sizes.interface,
            InterfaceSize::Larger(extra) => sizes.interface + extra as usize,
            InterfaceSize::Smaller => crate::version::WIN7_INTERFACE,
        }
    }
}
