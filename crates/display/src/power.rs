//! DxgkDdiSetPowerState. It can't fail: an adapter that does not come back shows nothing, and is tried again.
//!
//! The device keeps nothing over a low-power state that this driver relies upon: going down resets it, and coming back
//! brings it up as a start does. Everything else stays: the mode, whether the output is lit, and the frame buffer's memory,
//! so that nothing has to be allocated while the system wakes (POWER/save-then-restore). The picture is black until the
//! source is made visible.

use core::sync::atomic::Ordering;

use dxgk::adapter::Started;
use dxgk::id::ChildUid;
use dxgk::irql::Passive;
use dxgk::miniport::{PowerAction, PowerState};
use dxgk::status::Status;

use crate::bring_up::{bring_up, listen};
use crate::fault::Fault;
use crate::frame::Rects;
use crate::interrupts::{control, end_all};
use crate::modeset::ModeSetting;
use crate::start::{OUTPUTS, acquire_post_display};
use crate::stop::silence;
use crate::{Platform, TraceEvent, Vgpu};

/// Whether the adapter works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Power {
    /// As far as power is concerned.
    On,
    /// It is in a low-power state.
    Asleep,
    /// It has its power again, and the device could not be brought back yet. The port need not synchronize while the
    /// interrupt is not connected, and does not say when that is.
    Late,
}

/// A child goes to another state. Its path is turned off by commits; a monitor that gets its power is lit again, whether or not
/// another commit follows.
pub(crate) fn set_child_state<P: Platform>(
    started: &Started<Vgpu<P>>,
    child: ChildUid,
    state: PowerState,
    irql: &mut Passive<'_>,
) {
    if child.number() >= OUTPUTS || state != PowerState::D0 {
        return;
    }
    started.device.modeset.with(irql, |setting, irql| {
        let screen = &started.device.screen;
        let was_lit = screen.with(irql, |screen, _| core::mem::replace(&mut screen.lit, true));
        if !was_lit && let Err(fault) = setting.show(started, irql) {
            P::trace(&TraceEvent::ResumeFailed(fault));
        }
    });
}

/// The adapter goes to another state.
pub(crate) fn set_adapter_state<P: Platform>(
    started: &Started<Vgpu<P>>,
    state: PowerState,
    action: PowerAction,
    irql: &mut Passive<'_>,
) {
    P::trace(&TraceEvent::Power {
        state: state.number(),
    });
    let modeset = &started.device.modeset;
    if state == PowerState::D0 {
        let post_display = acquire_post_display::<P>(&started.interface, irql);
        modeset.with(irql, |setting, irql| {
            setting.post_display = post_display;
            if setting.power != Power::On {
                hide(started, irql);
                wake(started, setting, irql);
            }
        });
    } else {
        modeset.with(irql, |setting, irql| {
            sleep(started, setting, action, irql);
        });
    }
}

/// Tries again to bring back an adapter that has its power and not its device.
pub(crate) fn wake_late<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    irql: &mut Passive<'_>,
) {
    if setting.power == Power::Late {
        wake(started, setting, irql);
    }
}

fn sleep<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    action: PowerAction,
    irql: &mut Passive<'_>,
) {
    if setting.power == Power::Asleep {
        return;
    }
    setting.power = Power::Asleep;
    // Presents end at once from here on.
    started
        .device
        .screen
        .with(irql, |screen, _| screen.visible = false);
    // While the system hibernates its progress is still to be seen (POWER/hibernate-vga); the bus driver turns the device
    // off.
    if action != PowerAction::Hibernate && !started.device.is_quiet() {
        put_down(started, setting, irql);
    }
}

/// What was on the screen before the low-power state is not shown again (VIS/invisible-at-start-and-D0).
fn hide<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Passive<'_>) {
    started.device.screen.with(irql, |screen, _| {
        screen.visible = false;
        screen.behind = Rects::new();
        if let Some(buffer) = &mut screen.frame_buffer {
            buffer.blacken();
        }
    });
}

fn put_down<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    irql: &mut Passive<'_>,
) {
    silence(
        started,
        Fault::new("asleep", Status::DEVICE_NOT_READY),
        irql,
    );
    setting.forget_all();
}

// Not part of the stack frames of those who try again.
#[inline(never)]
fn wake<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    irql: &mut Passive<'_>,
) {
    setting.power = Power::Late;
    // After hibernation the device was not put down before.
    if !started.device.is_quiet() {
        put_down(started, setting, irql);
    }
    setting.forget_all();
    if let Err(fault) = come_back(started, irql) {
        silence(started, fault, irql);
        P::trace(&TraceEvent::ResumeFailed(fault));
        return;
    }
    // The device works. If it can't show the mode now, the next commit or the first frame asks for it again.
    if let Err(fault) = setting.show(started, irql) {
        P::trace(&TraceEvent::ResumeFailed(fault));
    }
    if !started.device.is_quiet() {
        setting.power = Power::On;
    }
}

#[inline(never)]
fn come_back<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Passive<'_>) -> Result<(), Fault> {
    let device = &started.device;
    // The port may have refused this when the device was put down.
    control(started, irql, |at| end_all(at, device))?;
    let before = *device.brought()?;
    let mut queues = started;
    let brought = bring_up(
        &device.transport,
        &device.memory,
        &device.vectors,
        before.features,
        &mut queues,
        irql,
    )?;
    if brought.features != before.features || brought.kicks != before.kicks {
        return Err(Fault::new("another device", Status::DEVICE_PROTOCOL_ERROR)
            .with("features", brought.features.bits()));
    }
    listen(&device.memory, &mut queues, irql)?;
    control(started, irql, |at| at.fault = None)?;
    device.quiet.store(false, Ordering::Release);
    Ok(())
}
