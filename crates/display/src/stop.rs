//! The ways out: DxgkDdiStopDevice, and giving the display back lit.

use dxgk::adapter::Started;
use dxgk::id::VidPnTargetId;
use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use dxgk::memory::MappedRange;
use dxgk::post_display::{LitDisplay, PostDisplay};
use dxgk::resources::MemoryRange;
use dxgk::status::Status;

use crate::fault::Fault;
use crate::interrupts::{control, end_all};
use crate::{Platform, TraceEvent, Vgpu};

/// The first step of a stop: the device does nothing any more and reaches no memory, and what was under way has ended.
/// Presents that come all the same reach nobody.
pub(crate) fn stop_device<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Passive<'_>) {
    let reset = silence(started, Fault::new("stopped", Status::DEVICE_REMOVED), irql);
    P::trace(&TraceEvent::Stopped { reset });
}

/// The adapter is gone: nothing of it is touched, and what was under way has ended.
pub(crate) fn stop_removed<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Passive<'_>) {
    started
        .device
        .quiet
        .store(true, core::sync::atomic::Ordering::Release);
    let gone = Fault::new("removed", Status::DEVICE_REMOVED);
    let _ = control(started, irql, |at| {
        at.fault.get_or_insert(gone);
        end_all(at, &started.device);
    });
    P::trace(&TraceEvent::Stopped { reset: false });
}

/// Lets nothing more be sent, resets the device, and ends what was under way. Returns whether the device obeyed; one that
/// did not is cut off from memory.
pub(crate) fn silence<P: Platform>(
    started: &Started<Vgpu<P>>,
    why: Fault,
    irql: &mut Passive<'_>,
) -> bool {
    let _ = control(started, irql, |at| {
        at.fault.get_or_insert(why);
    });
    let obeyed = started.device.quiesce(&started.interface, irql);
    let _ = control(started, irql, |at| end_all(at, &started.device));
    obeyed
}

/// DxgkDdiStopDeviceAndReleasePostDisplayOwnership: shows what the firmware had lit, in black.
///
/// virtio-vga has linear memory of its own, which it shows in the mode that the firmware set whenever the virtio device is
/// reset; so that is where it goes back to. A virtio-gpu-pci has none: nothing but commands brings a picture on its screen, and
/// the basic display driver has no commands.
pub(crate) fn release_post_display<P: Platform>(
    started: &Started<Vgpu<P>>,
    target: Option<VidPnTargetId>,
    irql: &mut Passive<'_>,
) -> Result<LitDisplay, Status> {
    let device = &started.device;
    let lit = device.modeset.with(irql, |setting, _| setting.post_display);
    let display = lit.ok_or(Status::NOT_SUPPORTED)?;
    // A target that is not in the active topology: another is taken (STOP/release-fallback-target), and there is one. With
    // nothing active Windows may have no target to name (D3DDDI_ID_UNINITIALIZED).
    let target = target.unwrap_or(VidPnTargetId::FIRST);
    let linear = linear_range(started, &display, irql).ok_or(Status::NOT_SUPPORTED)?;
    let left = lit_display(linear, &display, target).ok_or(Status::NOT_SUPPORTED)?;
    let memory = MappedRange::<P>::map(&started.interface, linear, irql)?;
    blacken(&memory);
    if !silence(
        started,
        Fault::new("released", Status::DEVICE_REMOVED),
        irql,
    ) {
        return Err(Status::NOT_SUPPORTED);
    }
    P::trace(&TraceEvent::PostDisplayReleased {
        width: display.width,
        height: display.height,
    });
    Ok(left)
}

/// What the next driver is told of the lit memory, if the basic display driver can use it.
fn lit_display(
    linear: MemoryRange,
    display: &PostDisplay,
    target: VidPnTargetId,
) -> Option<LitDisplay> {
    let size = (display.width, display.height);
    LitDisplay::new(linear, size, display.pitch, display.format?, target)
}

/// The lit memory, if it is the adapter's own.
fn linear_range<P: Platform>(
    started: &Started<Vgpu<P>>,
    display: &PostDisplay,
    irql: &Passive<'_>,
) -> Option<MemoryRange> {
    let length = u64::from(display.pitch).checked_mul(u64::from(display.height))?;
    let resources = started.interface.resources(irql).ok()?;
    let found = resources
        .memory()
        .find_map(|range| range.part(display.address.checked_sub(range.start())?, length));
    found.filter(|range| range.length() != 0)
}

fn blacken(memory: &MappedRange<impl Kernel>) {
    for offset in (0..memory.length()).step_by(size_of::<u32>()) {
        // A pitch is a whole number of pixels, so that there is no rest.
        let _ = memory.write_u32(offset, 0);
    }
}
