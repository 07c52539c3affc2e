//! A display-only miniport on `dxgk` for QEMU's `VGA`, `secondary-vga` and `bochs-display`: a
//! linear frame buffer, and no interrupt.
//!
//! What `minimal` has, with a device: the Bochs registers set the one mode, and a present copies
//! its rectangles into the frame buffer and ends in its call, since no interrupt says when a
//! picture is shown. There is no unsafe code in it. The VGA half of `virtio-vga` is such a device
//! too; the interrupts of its other half are not used.
#![no_std]
#![forbid(unsafe_code)]

use core::iter::once;
use core::marker::PhantomData;

use dxgk::adapter::{Registry, Started};
use dxgk::id::Sources;
use dxgk::interrupt::NoSources;
use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use dxgk::lock::PassiveMutex;
use dxgk::memory::{MappedRange, SharedPages, Turn};
use dxgk::miniport::{
    Children, Escape, Miniport, Parts, PhysicalDevice, Pointer, Presents, StartDevice,
    SystemDisplay, VidPns,
};
use dxgk::present::{PresentDisplayOnly, PresentedRect};
use dxgk::status::Status;
use dxgk::vidpn::{
    Cofunctional, Commit, GraphicsMode, Path, PathSupport, Pivot, PixelFormat, Rotations, Scalings,
    SignalMode, SourceMode, VidPn,
};

/// The operating system: `dxgk`'s services, and the place of the registry, which is a static of the
/// driver's package.
pub trait System: Sized + 'static {
    /// The services.
    type Kernel: Kernel;
    /// Where the started adapters are.
    fn registry() -> &'static Registry<StdVga<Self>>;
}

/// The only mode.
const MODE: GraphicsMode = GraphicsMode {
    width: 1024,
    height: 768,
    stride: STRIDE as u32,
    format: PixelFormat::A8R8G8B8,
};

/// Bytes from a line to the next.
const STRIDE: usize = 1024 * 4;

/// The same as it goes to the monitor.
const SIGNAL: SignalMode = SignalMode {
    width: MODE.width,
    height: MODE.height,
    preferred: true,
};

/// The Bochs registers in the second memory range ("QEMU Standard VGA" in QEMU's documents): offset
/// and value, in the order in which they set [`MODE`].
const MODE_SET: [(usize, u16); 8] = [
    (ENABLE, 0),
    (0x502, 1024),
    (0x504, 768),
    (0x506, 32),
    (0x50c, 1024),
    (0x510, 0),
    (0x512, 0),
    // Enabled, with a linear frame buffer.
    (ENABLE, 0x41),
];

/// The register that turns the mode on and off.
const ENABLE: usize = 0x508;

/// What exists while the adapter is started.
#[derive(Debug)]
pub struct Screen<S: System> {
    frame_buffer: MappedRange<S::Kernel>,
    registers: MappedRange<S::Kernel>,
    /// Presented pictures are copied here first, since reading them may fault. Presents are
    /// re-entrant: held while one is copied.
    copied: PassiveMutex<S::Kernel, SharedPages<S::Kernel>>,
}

impl<S: System> Screen<S> {
    /// STATUS_UNSUCCESSFUL if the ranges are smaller than the device's.
    fn set_mode(&self) -> Result<(), Status> {
        MODE_SET
            .iter()
            .try_for_each(|&(register, value)| self.registers.write_u16(register, value))
            .ok_or(Status::UNSUCCESSFUL)
    }

    /// Copies a rectangle from `pages`, where all lines have their places in the picture.
    fn show(&self, pages: &SharedPages<S::Kernel>, rect: &PresentedRect<'_>) -> Option<()> {
        for line in 0..rect.height() {
            let start = offset(rect).wrapping_add((line as usize).wrapping_mul(STRIDE));
            for pixel in 0..rect.width() as usize {
                let at = start.wrapping_add(pixel.wrapping_mul(size_of::<u32>()));
                self.frame_buffer.write_u32(at, pages.read_u32(at)?)?;
            }
        }
        Some(())
    }
}

/// Where a rectangle begins in the picture, which it lies in.
fn offset(rect: &PresentedRect<'_>) -> usize {
    let (top, left) = (rect.top() as usize, rect.left() as usize);
    top.wrapping_mul(STRIDE)
        .wrapping_add(left.wrapping_mul(size_of::<u32>()))
}

/// The miniport.
#[derive(Debug)]
pub struct StdVga<S>(PhantomData<fn() -> S>);

impl<S: System> Miniport for StdVga<S> {
    type Kernel = S::Kernel;
    type Sources = NoSources<Screen<S>>;
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
        let mut ranges = start.resources.memory();
        let (Some(frame_buffer), Some(registers)) = (ranges.next(), ranges.next()) else {
            return Err(Status::DEVICE_CONFIGURATION_ERROR);
        };
        // The device may have more memory than the picture takes.
        let picture = STRIDE.wrapping_mul(MODE.height as usize);
        let frame_buffer = frame_buffer.part(0, picture as u64);
        let frame_buffer = frame_buffer.ok_or(Status::DEVICE_CONFIGURATION_ERROR)?;
        let pages = SharedPages::new(start.interface, picture, irql)?;
        Ok(Parts {
            device: Screen {
                frame_buffer: MappedRange::map(start.interface, frame_buffer, irql)?,
                registers: MappedRange::map(start.interface, registers, irql)?,
                copied: PassiveMutex::new(pages, irql)?,
            },
            context: (),
            video_present_sources: 1,
            children: 1,
        })
    }

    fn stop_device(&self, _: &Started<Self>, _: &mut Passive<'_>) {}
}

/// One output, with a monitor that is always there and says nothing of itself.
impl<S: System> Children for StdVga<S> {}

/// The operating system draws the pointer.
impl<S: System> Pointer for StdVga<S> {}

/// Nothing is shown in a bug check.
impl<S: System> SystemDisplay for StdVga<S> {}

/// User mode has nothing to ask.
impl<S: System> Escape for StdVga<S> {}

impl<S: System> VidPns for StdVga<S> {
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
            if !path.rotation.is_pinned() {
                support.rotation = Rotations::IDENTITY;
            }
            vidpn.update_path_support(source, target, support, irql)
        })
    }

    fn commit_vidpn(
        &self,
        adapter: &Started<Self>,
        commit: &Commit<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        if !asks_for_our_mode_alone(&commit.vidpn, irql)? {
            return Err(Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE);
        }
        adapter.device.set_mode()
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

impl<S: System> Presents for StdVga<S> {
    fn present_display_only(
        &self,
        adapter: &Started<Self>,
        present: &PresentDisplayOnly<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let screen = &adapter.device;
        screen.copied.with(irql, |pages, irql| {
            // Each lies inside the committed mode, which is ours.
            present.rects().try_for_each(|rect| {
                pages.copy_rect(offset(&rect), STRIDE, &rect, Turn::None, irql)?;
                screen.show(pages, &rect).ok_or(Status::UNSUCCESSFUL)
            })
        })
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
