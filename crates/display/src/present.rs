//! DxgkDdiPresentDisplayOnly: copy what changed, hand the device one batch, and return.
//!
//! It never waits for the device. When the queue has no room the frame waits in the control source's state, united with
//! others that wait, and the interrupt routine sends it when something has completed: its progress is reported then, as
//! that of any other. If the port refuses to synchronize, nothing is lost either: what was copied is remembered, and goes
//! with the next frame.
//!
//! By default the present is pending until then. With the setting `PresentAtOnce` it has ended with its call, and how the device
//! fares is told to the trace alone.

use dxgk::adapter::Started;
use dxgk::irql::Passive;
use dxgk::present::{PresentDisplayOnly, PresentedRect};
use dxgk::status::Status;
use virtio_gpu::rect::Rect;

use crate::frame::{Frame, NotSent, PIXEL, Rects, send};
use crate::interrupts::{ControlState, Tag, add, control, count};
use crate::screen::{FrameBuffer, Screen};
use crate::{Platform, TraceEvent, Vgpu};

/// DxgkDdiPresentDisplayOnly.
pub(crate) fn present<P: Platform>(
    started: &Started<Vgpu<P>>,
    present: &PresentDisplayOnly<'_>,
    irql: &mut Passive<'_>,
) -> Result<(), Status> {
    let counters = &started.device.counters;
    let presented = check(present).and_then(|()| {
        started
            .device
            .screen
            .with(irql, |screen, irql| show(started, screen, present, irql))
    });
    match presented {
        Ok(Shown::Already) => counters.frames_skipped.count(),
        Ok(Shown::Later) => {}
        Err(_) => counters.frames_refused.count(),
    }
    presented.map(|_| ())
}

/// When the picture is on the screen.
enum Shown {
    /// There is nothing to show, or nobody sees it.
    Already,
    /// When the device has done it. The present is pending until then, unless the setting ends it with its call.
    Later,
}

fn check(present: &PresentDisplayOnly<'_>) -> Result<(), Status> {
    if present.bytes_per_pixel() != PIXEL {
        return Err(Status::INVALID_PARAMETER);
    }
    // Whether present.rotate() says so or not: every path is rotated by nothing, so there is nothing to rotate.
    Ok(())
}

/// With the screen's mutex held, so that presents come one after the other and to one frame buffer.
fn show<P: Platform>(
    started: &Started<Vgpu<P>>,
    screen: &mut Screen<P>,
    present: &PresentDisplayOnly<'_>,
    irql: &mut Passive<'_>,
) -> Result<Shown, Status> {
    let seen = screen.visible && screen.lit;
    let Some(buffer) = &mut screen.frame_buffer else {
        // Nothing is shown, so what is shown is up to date.
        return Ok(Shown::Already);
    };
    // Whether there is a device does not matter to who sees nothing of it, as while the adapter sleeps.
    if seen && started.device.is_quiet() {
        return Err(Status::IO_DEVICE_ERROR);
    }
    buffer.black = false;
    let copied = copy(buffer, present, &mut screen.behind, irql);
    let bytes = copied.map_err(|NotCopied { rect, status }| {
        // Once for each cause: whatever is wrong with one surface is likely to be wrong with the next.
        if screen.copy_failed.replace(status) != Some(status) {
            P::trace(&TraceEvent::CopyFailed {
                status: status.raw(),
                pitch: present.pitch(),
                width: rect.width,
                height: rect.height,
            });
        }
        status
    })?;
    if !seen || screen.behind.is_empty() {
        // Becoming visible will show it.
        if bytes != 0 {
            let _ = control(started, irql, |at| add(&mut at.totals.dirty_bytes, bytes));
        }
        return Ok(Shown::Already);
    }
    let frame = Frame {
        target: buffer.target,
        rects: screen.behind,
        presents: 1,
    };
    let device = &started.device;
    let submitted = control(started, irql, |at| {
        add(&mut at.totals.dirty_bytes, bytes);
        let kick = submit(at, &device.memory, &frame)?;
        if !device.settings.present_at_once {
            // From here on its progress is reported, when it is known.
            at.pending.extend(present.pend());
        }
        Ok(kick)
    });
    match submitted {
        Ok(Ok(kick)) => {
            screen.behind = Rects::new();
            if kick {
                device.kick_control();
            }
            Ok(Shown::Later)
        }
        Ok(Err(status)) => Err(status),
        Err(refusal) => Err(refusal.into()),
    }
}

/// At DIRQL: hands the frame to the device, or lets it wait for room. Says whether to kick.
fn submit(
    state: &mut ControlState,
    memory: &impl virtio_gpu::Memory,
    frame: &Frame,
) -> Result<bool, Status> {
    if state.fault.is_some() {
        return Err(Status::IO_DEVICE_ERROR);
    }
    // Those that wait already come first.
    let sent = if state.waiting.presents == 0 {
        let tag = Tag::Presents(frame.presents).number();
        send(&mut state.queue, memory, frame, tag)
    } else {
        Err(NotSent::NoRoom)
    };
    let kick = match sent {
        Ok(sent) => {
            state.totals.sent(&sent);
            sent.kick
        }
        Err(NotSent::NoRoom) => {
            count(&mut state.totals.frames_deferred);
            state.waiting.unite(frame);
            false
        }
        Err(NotSent::Down) => return Err(Status::IO_DEVICE_ERROR),
    };
    count(&mut state.totals.frames_submitted);
    Ok(kick)
}

/// A rectangle that was not copied, and why.
struct NotCopied {
    rect: Rect,
    status: Status,
}

/// Copies the moved and the dirty rectangles, in this order, and adds what was copied to `behind`. Returns how many bytes
/// that was.
///
/// A moved rectangle is copied from where it goes: the presented picture has it there already (PRESENT/move-rect-meaning).
/// What lies outside the mode was cut off.
fn copy<P: Platform>(
    buffer: &FrameBuffer<P>,
    present: &PresentDisplayOnly<'_>,
    behind: &mut Rects,
    irql: &Passive<'_>,
) -> Result<u64, NotCopied> {
    let bounds = buffer.target.bounds();
    let mut bytes = 0u64;
    for part in present.rects() {
        let rect = Rect {
            x: part.left(),
            y: part.top(),
            width: part.width(),
            height: part.height(),
        };
        // The frame buffer is of the committed mode; while another one is being committed it need not be.
        if rect.clip(bounds) != rect {
            continue;
        }
        // Also if reading it fails half-way: the frame buffer may have changed.
        behind.add(rect, bounds);
        if let Err(status) = copy_rect(buffer, &part, rect, irql) {
            return Err(NotCopied { rect, status });
        }
        let pixels = rect.area().saturating_mul(u64::from(PIXEL));
        bytes = bytes.saturating_add(pixels);
    }
    Ok(bytes)
}

fn copy_rect<P: Platform>(
    buffer: &FrameBuffer<P>,
    part: &PresentedRect<'_>,
    rect: Rect,
    irql: &Passive<'_>,
) -> Result<(), Status> {
    let stride = buffer.target.stride();
    let place = rect.byte_offset(stride, PIXEL);
    let place = place.and_then(|place| usize::try_from(place).ok());
    let place = place.ok_or(Status::INVALID_PARAMETER)?;
    buffer.memory.copy_rect(place, stride as usize, part, irql)
}
