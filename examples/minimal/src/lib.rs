//! A display-only miniport on `dxgk` alone, for no device: the picture goes to memory that nobody looks at.
//!
//! It shows what every such driver has: one interrupt source with a state, a start and a stop, one output with one mode,
//! and presents whose progress is reported at DIRQL through [`Interrupts::report`](dxgk::interrupt::Interrupts::report).
//! There is no unsafe code in it, and no function here is called at the wrong IRQL or twice at once: what may not be does
//! not compile. The methods stand in the order in which dxgkrnl calls them.
#![no_std]
#![forbid(unsafe_code)]

use core::iter::once;
use core::marker::PhantomData;

use dxgk::adapter::{Registry, Started};
use dxgk::id::Sources;
use dxgk::interrupt::{AtDirql, Cause, Dxgkrnl, InterruptDevice, Notify, Notifying, Source};
use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use dxgk::lock::PassiveMutex;
use dxgk::memory::{SharedPages, Turn};
use dxgk::miniport::{
    Children, Escape, Miniport, Parts, PhysicalDevice, Pointer, Presents, StartDevice,
    SystemDisplay, VidPns,
};
use dxgk::present::{PresentDisplayOnly, Presented};
use dxgk::status::Status;
use dxgk::vidpn::{
    Cofunctional, Commit, GraphicsMode, Path, PathSupport, Pivot, PixelFormat, Rotations, Scalings,
    SignalMode, SourceMode, VidPn,
};

/// The operating system: `dxgk`'s services, and the place of the registry, which is a static of the driver's package.
pub trait System: Sized + 'static {
    /// The services.
    type Kernel: Kernel;
    /// Where the started adapters are.
    fn registry() -> &'static Registry<Minimal<Self>>;
}

/// The only mode.
pub const MODE: GraphicsMode = GraphicsMode {
    width: 1024,
    height: 768,
    stride: 1024 * 4,
    format: PixelFormat::A8R8G8B8,
};

/// The same as it goes to the monitor.
const SIGNAL: SignalMode = SignalMode {
    width: MODE.width,
    height: MODE.height,
    preferred: true,
};

/// The only interrupt source. It is the one that notifies, so its message is 0; there is nothing that would interrupt.
#[derive(Debug)]
pub struct Frames<S>(PhantomData<fn() -> S>);

impl<S> Copy for Frames<S> {}
impl<S> Clone for Frames<S> {
    fn clone(&self) -> Self {
        *self
    }
}

/// What exists while the adapter is started. Interrupt routines may look at it, so it is Sync; `dxgk` drops it when none of
/// them runs any more.
#[derive(Debug)]
pub struct Screen<S: System> {
    /// The picture.
    pub memory: SharedPages<S::Kernel>,
    /// Presents are re-entrant, pictures are not: held while one is copied.
    copying: PassiveMutex<S::Kernel, ()>,
}

impl<S: System> InterruptDevice for Screen<S> {
    type Connection = Dxgkrnl;

    fn acknowledge_line(&self) -> Option<u32> {
        // A line may be shared, and it was not us: the others on it get their turn.
        None
    }
}

impl<S: System> Source for Frames<S> {
    type Device = Screen<S>;
    /// What the interrupt routine shares with the rest, reachable there and in closures and nowhere else: presents reported.
    type State = u32;
    type Role = Notifying;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Screen<S>, _: Cause) {
        // A device would be asked here what it has done, and `at.notify` would tell dxgkrnl.
    }
}

/// The miniport: what belongs to an adapter from DxgkDdiAddDevice to DxgkDdiRemoveDevice. Nothing does.
#[derive(Debug)]
pub struct Minimal<S>(PhantomData<fn() -> S>);

impl<S: System> Miniport for Minimal<S> {
    type Kernel = S::Kernel;
    type Sources = (Frames<S>,);
    type Device = Screen<S>;
    type Context = ();

    fn registry() -> &'static Registry<Self> {
        S::registry()
    }

    fn add_device(_: PhysicalDevice, _: &mut Passive<'_>) -> Result<Self, Status> {
        Ok(Self(PhantomData))
    }

    fn start_device(
        &self,
        start: &mut StartDevice<'_, Self>,
        irql: &mut Passive<'_>,
    ) -> Result<Parts<Self>, Status> {
        // A driver with a device finds its registers in `start.resources` and maps them with MappedRange.
        Ok(Parts {
            device: Screen {
                memory: SharedPages::new(
                    start.interface,
                    (MODE.stride * MODE.height) as usize,
                    irql,
                )?,
                copying: PassiveMutex::new((), irql)?,
            },
            context: (),
            video_present_sources: 1,
            children: 1,
        })
    }

    fn stop_device(&self, _: &Started<Self>, _: &mut Passive<'_>) {
        // A device would be silenced. The rest is `dxgk`'s: it drops the screen when nothing can reach it any more.
    }
}

/// One output, with a monitor that is always there and says nothing of itself: the operating system assumes one with the
/// common modes, of which ours is one.
impl<S: System> Children for Minimal<S> {}

/// The operating system draws the pointer.
impl<S: System> Pointer for Minimal<S> {}

/// Nothing is shown in a bug check.
impl<S: System> SystemDisplay for Minimal<S> {}

/// User mode has nothing to ask.
impl<S: System> Escape for Minimal<S> {}

impl<S: System> VidPns for Minimal<S> {
    fn is_supported_vidpn(
        &self,
        _: &Started<Self>,
        vidpn: &VidPn<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<bool, Status> {
        asks_for_our_mode_alone(vidpn, irql)
    }

    fn enum_vidpn_cofunc_modality(
        &self,
        _: &Started<Self>,
        request: &Cofunctional<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        // Every set that is free gets our mode; what is pinned or the pivot stays.
        let (vidpn, pivot) = (&request.vidpn, request.pivot);
        vidpn.for_each_path(irql, |path| {
            let (source, target) = (path.source, path.target);
            if pivot != Pivot::Source(source) && vidpn.pinned_source_mode(source, irql)?.is_none() {
                vidpn.assign_source_modes(source, once(MODE), irql)?;
            }
            if pivot != Pivot::Target(target) && vidpn.pinned_target_mode(target, irql)?.is_none() {
                vidpn.assign_target_modes(target, once(SIGNAL), irql)?;
            }
            let mut support: PathSupport = path.support;
            if !path.scaling.is_pinned() && pivot != Pivot::Scaling(source, target) {
                support.scaling = Scalings::IDENTITY;
            }
            if !path.rotation.is_pinned() && pivot != Pivot::Rotation(source, target) {
                support.rotation = Rotations::IDENTITY;
            }
            vidpn.update_path_support(source, target, support, irql)
        })
    }

    fn commit_vidpn(
        &self,
        _: &Started<Self>,
        commit: &Commit<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        // There is one mode, so there is nothing to set but to refuse what is not it.
        let ours = asks_for_our_mode_alone(&commit.vidpn, irql)?;
        let refused = Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE;
        ours.then_some(()).ok_or(refused)
    }

    fn update_active_vidpn_present_path(
        &self,
        _: &Started<Self>,
        _: &Path,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Ok(())
    }

    fn set_vidpn_source_visibility(
        &self,
        _: &Started<Self>,
        _: Sources,
        _: bool,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Ok(())
    }
}

impl<S: System> Presents for Minimal<S> {
    fn present_display_only(
        &self,
        adapter: &Started<Self>,
        present: &PresentDisplayOnly<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let screen = &adapter.device;
        screen.copying.with(irql, |(), irql| {
            // Each lies inside the committed mode, which is ours.
            present.rects().try_for_each(|rect| {
                let before = rect.top() as usize * MODE.stride as usize + rect.left() as usize * 4;
                let stride = MODE.stride as usize;
                screen
                    .memory
                    .copy_rect(before, stride, &rect, Turn::None, irql)
            })
        })?;
        // At DIRQL, under the lock of the source's message: counted and told together, and the DPC follows by itself. If that
        // is refused, for example because the interrupt is not connected, the present is not pending and ends here.
        let _ = adapter
            .interrupts
            .synchronize(Frames(PhantomData), irql, |at| {
                **at = at.wrapping_add(1);
                if let Some(pending) = present.pend() {
                    at.notify(pending.ended(Presented::Complete));
                }
            });
        Ok(())
    }
}

fn asks_for_our_mode_alone(vidpn: &VidPn<'_>, irql: &Passive<'_>) -> Result<bool, Status> {
    let mut ours = true;
    vidpn.for_each_path(irql, |path| {
        let pinned = vidpn.pinned_source_mode(path.source, irql)?;
        ours &= pinned.is_none_or(|mode| mode == SourceMode::Graphics(MODE));
        Ok(())
    })?;
    Ok(ours)
}
