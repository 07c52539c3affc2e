//! DxgkDdiSetPowerState. It can't fail: an adapter that does not come back shows nothing and refuses presents.
//!
//! The device keeps nothing over a low-power state that this driver relies upon: going down resets it, and coming back
//! brings it up as a start does, with the mode that was active, black until the source is made visible.

use dxgk::adapter::Started;
use dxgk::irql::Passive;
use dxgk::status::Status;
use dxgk::sys::{
    DEVICE_POWER_STATE, POWER_ACTION, PowerActionHibernate, PowerDeviceD0, PowerDeviceD1,
    PowerDeviceD2, PowerDeviceD3,
};

use crate::bring_up::{bring_up, listen};
use crate::fault::Fault;
use crate::frame::Rects;
use crate::interrupts::control;
use crate::modeset::{Asleep, ModeSetting};
use crate::screen::FrameBuffer;
use crate::start::acquire_post_display;
use crate::stop::silence;
use crate::{Platform, TraceEvent, Vgpu};
use core::sync::atomic::Ordering;

/// The adapter goes to another state. A child's state needs nothing: its path is turned off and on by commits.
pub(crate) fn set_adapter_state<P: Platform>(
    started: &Started<Vgpu<P>>,
    state: DEVICE_POWER_STATE,
    action: POWER_ACTION,
    irql: &mut Passive<'_>,
) {
    P::trace(&TraceEvent::Power { state });
    let modeset = &started.device.modeset;
    if state == PowerDeviceD0 {
        let post_display = acquire_post_display::<P>(&started.interface, irql);
        modeset.with(irql, |setting, irql| {
            setting.post_display = post_display;
            wake(started, setting, irql);
        });
    } else if [PowerDeviceD1, PowerDeviceD2, PowerDeviceD3].contains(&state) {
        modeset.with(irql, |setting, irql| {
            sleep(started, setting, action, irql);
        });
    }
}

fn sleep<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    action: POWER_ACTION,
    irql: &mut Passive<'_>,
) {
    if setting.asleep.is_some() {
        return;
    }
    let buffer = take_frame_buffer(started, irql);
    setting.asleep = Some(Asleep {
        mode: buffer.as_ref().map(FrameBuffer::mode),
    });
    // While the system hibernates its progress is still to be seen (POWER/hibernate-vga); the bus driver turns the device
    // off.
    if action != PowerActionHibernate {
        put_down(started, setting, irql);
        drop(buffer);
    } else {
        give_back(started, buffer, irql);
    }
}

/// Nothing is seen from here on. Returns what was.
fn take_frame_buffer<P: Platform>(
    started: &Started<Vgpu<P>>,
    irql: &mut Passive<'_>,
) -> Option<FrameBuffer<P>> {
    started.device.screen.with(irql, |screen, _| {
        screen.visible = false;
        screen.behind = Rects::new();
        screen.frame_buffer.take()
    })
}

fn give_back<P: Platform>(
    started: &Started<Vgpu<P>>,
    buffer: Option<FrameBuffer<P>>,
    irql: &mut Passive<'_>,
) {
    started
        .device
        .screen
        .with(irql, |screen, _| screen.frame_buffer = buffer);
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

fn wake<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    irql: &mut Passive<'_>,
) {
    let Some(asleep) = setting.asleep.take() else {
        return;
    };
    // After hibernation the device was not put down before.
    let before = take_frame_buffer(started, irql);
    put_down(started, setting, irql);
    drop(before);
    if let Err(fault) = come_back(started, setting, asleep, irql) {
        silence(started, fault, irql);
        P::trace(&TraceEvent::ResumeFailed(fault));
    }
}

fn come_back<P: Platform>(
    started: &Started<Vgpu<P>>,
    setting: &mut ModeSetting<P>,
    asleep: Asleep,
    irql: &mut Passive<'_>,
) -> Result<(), Fault> {
    let device = &started.device;
    let mut queues = started;
    let brought = bring_up(
        &device.transport,
        &device.memory,
        &device.vectors,
        device.identity.features,
        &mut queues,
        irql,
    )?;
    if brought.features != device.identity.features || brought.kicks != device.kicks {
        return Err(Fault::new("another device", Status::DEVICE_PROTOCOL_ERROR)
            .with("features", brought.features.bits()));
    }
    listen(&device.memory, &mut queues, irql)?;
    device.quiet.store(false, Ordering::Release);
    control(started, irql, |isr| isr.state.fault = None)?;
    match asleep.mode {
        Some(mode) => setting.set_mode(started, mode, true, irql),
        None => Ok(()),
    }
}
