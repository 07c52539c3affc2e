//! A miniport with one source and nothing else, started the way dxgkrnl starts one.

use core::ptr;

use dxgk::adapter::{Registry, Started};
use dxgk::id::Sources as VidPnSources;
use dxgk::interrupt::{AtDirql, Cause, Dxgkrnl, InterruptDevice, Interrupts, Notifying, Source};
use dxgk::irql::{AtMostDispatch, Passive};
use dxgk::kernel::{Kernel, PageBlock};
use dxgk::memory::RectCopy;
use dxgk::miniport::{
    Children, Escape, Miniport, Parts, PhysicalDevice, Pointer, Presents, StartDevice,
    SystemDisplay, VidPns,
};
use dxgk::present::PresentDisplayOnly;
use dxgk::status::Status;
use dxgk::sys::STATUS_SUCCESS;
use dxgk::vidpn::{Cofunctional, Commit, Path, VidPn};

use crate::port;

/// The source that the work is synchronized with.
#[derive(Debug, Clone, Copy)]
pub struct Control;

/// The adapter's sources.
pub type Sources = (Control,);

/// What the work works on.
#[derive(Debug)]
pub struct State {
    /// A counter.
    pub count: u64,
    /// More counters, for larger results.
    pub more: [u64; 8],
}

/// Nothing.
#[derive(Debug)]
pub struct Device;

impl InterruptDevice for Device {
    type Connection = Dxgkrnl;

    fn acknowledge_line(&self) -> Option<u32> {
        None
    }
}

impl Source for Control {
    type Device = Device;
    type State = State;
    type Role = Notifying;
    const INITIAL: State = State {
        count: 0,
        more: [0; 8],
    };

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Device, _: Cause) {}
}

struct Host;

// SAFETY: none of it is called.
unsafe impl Kernel for Host {
    type Event = ();
    type Mutex = ();

    fn current_irql() -> u8 {
        0
    }
    fn time() -> u64 {
        0
    }
    fn delay(_: &Passive<'_>, _: u32) {}
    fn see_every_processor(_: &mut Passive<'_>) {}
    fn flush_queued_dpcs(_: &Passive<'_>) {}
    unsafe fn allocate_pages(_: &Passive<'_>, _: usize) -> Option<PageBlock> {
        None
    }
    unsafe fn page_address(_: &PageBlock, _: usize) -> u64 {
        0
    }
    unsafe fn free_pages(_: &PageBlock) {}
    unsafe fn copy(_: &Passive<'_>, _: &RectCopy) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }
    unsafe fn new_event(_: &Passive<'_>) -> Option<()> {
        None
    }
    fn set_event(_: &impl AtMostDispatch, (): &()) {}
    fn clear_event(_: &impl AtMostDispatch, (): &()) {}
    fn wait_event(_: &Passive<'_>, (): &(), _: u32) -> bool {
        false
    }
    unsafe fn new_mutex(_: &Passive<'_>) -> Option<()> {
        None
    }
    fn lock_mutex(_: &Passive<'_>, (): &()) {}
    unsafe fn unlock_mutex((): &()) {}
}

#[derive(Debug)]
struct Bench;

static REGISTRY: Registry<Bench> = Registry::new();

impl Miniport for Bench {
    type Kernel = Host;
    type Sources = Sources;
    type Device = Device;
    type Context = ();

    fn registry() -> &'static Registry<Self> {
        &REGISTRY
    }
    fn add_device(_: PhysicalDevice, _: &mut Passive<'_>) -> Result<Self, Status> {
        Ok(Self)
    }
    fn start_device(
        &self,
        _: &mut StartDevice<'_, Self>,
        _: &mut Passive<'_>,
    ) -> Result<Parts<Self>, Status> {
        Ok(Parts {
            device: Device,
            context: (),
            video_present_sources: 1,
            children: 1,
        })
    }
    fn stop_device(&self, _: &Started<Self>, _: &mut Passive<'_>) {}
}

impl Children for Bench {}

impl Pointer for Bench {}

impl SystemDisplay for Bench {}

impl Escape for Bench {}

impl VidPns for Bench {
    fn is_supported_vidpn(
        &self,
        _: &Started<Self>,
        _: &VidPn<'_>,
        _: &mut Passive<'_>,
    ) -> Result<bool, Status> {
        Err(Status::NOT_SUPPORTED)
    }
    fn enum_vidpn_cofunc_modality(
        &self,
        _: &Started<Self>,
        _: &Cofunctional<'_>,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }
    fn commit_vidpn(
        &self,
        _: &Started<Self>,
        _: &Commit<'_>,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }
    fn update_active_vidpn_present_path(
        &self,
        _: &Started<Self>,
        _: &Path,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }
    fn set_vidpn_source_visibility(
        &self,
        _: &Started<Self>,
        _: VidPnSources,
        _: bool,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }
}

impl Presents for Bench {
    fn present_display_only(
        &self,
        _: &Started<Self>,
        _: &PresentDisplayOnly<'_>,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }
}

/// Starts the miniport and runs `body` on its interrupts; nothing if it does not start.
pub fn with_started<R>(
    body: impl FnOnce(&Interrupts<Sources>, &mut Passive<'_>) -> R,
) -> Option<R> {
    let table = dxgk::ddi::initialization_data::<Bench>().into_raw();
    let mut context = ptr::null_mut();
    let mut interface = port::interface();
    let (mut sources, mut children) = (0, 0);
    let (add, start) = (table.DxgkDdiAddDevice?, table.DxgkDdiStartDevice?);
    let mut start_info = dxgk::sys::DXGK_START_INFO::default();
    // SAFETY: as dxgkrnl calls them.
    let started = unsafe {
        add(ptr::without_provenance_mut(8), &raw mut context) == STATUS_SUCCESS
            && start(
                context,
                &raw mut start_info,
                &raw mut interface,
                &raw mut sources,
                &raw mut children,
            ) == STATUS_SUCCESS
    };
    if !started {
        return None;
    }
    // SAFETY: this thread has no other capability.
    let mut irql = unsafe { Passive::assume() };
    REGISTRY.with(0, &mut irql, |_, started, irql| {
        body(&started.interrupts, irql)
    })
}
