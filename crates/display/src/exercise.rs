//! The request that puts the synchronization to the test: closures on every source, while the device interrupts and other
//! processors ask for the same.
//!
//! Every closure is one as the driver runs them all day, and counts in its source's [`Tally`]. The device is given one cursor
//! command, so that the cursor source, which has nothing to do otherwise, interrupts too.

use dxgk::adapter::Started;
use dxgk::interrupt::Refusal;
use dxgk::irql::Passive;
use ioctl::{Exercise, Request, Response, Source};
use virtio_gpu::commands::Batch;
use virtio_gpu::protocol::{CursorPosition, UpdateCursor};

use crate::interrupts::{config, control, cursor};
use crate::power::Power;
use crate::{Platform, Vgpu};

/// Runs what was asked for, and tells what became of it.
///
/// # Errors
///
/// The port refused the closures that read the totals.
pub(crate) fn exercise<P: Platform>(
    started: &Started<Vgpu<P>>,
    request: &Request,
    irql: &mut Passive<'_>,
) -> Result<Exercise, Refusal> {
    let mut answer = Exercise::empty(request);
    if request.rounds != 0 {
        hide_cursor(started, irql);
    }
    for _ in 0..request.rounds {
        count(&mut answer, Source::Config, config(started, irql, |_| ()));
        count(&mut answer, Source::Control, control(started, irql, |_| ()));
        count(&mut answer, Source::Cursor, cursor(started, irql, |_| ()));
    }
    let totals = [
        (Source::Config, config(started, irql, |at| at.tally)?),
        (Source::Control, control(started, irql, |at| at.tally)?),
        (Source::Cursor, cursor(started, irql, |at| at.tally)?),
    ];
    for (source, tally) in totals {
        let place = source as usize;
        put(&mut answer.total_closures, place, tally.closures);
        put(&mut answer.total_interrupts, place, tally.interrupts);
        put(&mut answer.total_torn, place, tally.torn);
    }
    Ok(answer)
}

fn count(answer: &mut Exercise, source: Source, outcome: Result<(), Refusal>) {
    let counters = match outcome {
        Ok(()) => &mut answer.ran,
        Err(_) => &mut answer.refused,
    };
    if let Some(counter) = counters.get_mut(source as usize) {
        *counter = counter.wrapping_add(1);
    }
}

fn put(counters: &mut [u64], place: usize, value: u64) {
    if let Some(counter) = counters.get_mut(place) {
        *counter = value;
    }
}

/// Has the device hide the cursor, which it never shows, and interrupt when it has. Not while the device is off; nor when
/// its queue is full, for then there are interrupts to come.
fn hide_cursor<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Passive<'_>) {
    let device = &started.device;
    device.modeset.with(irql, |setting, irql| {
        if setting.power != Power::On {
            return;
        }
        let Ok(output) = device.output() else {
            return;
        };
        let position = CursorPosition::new(output.scanout, 0, 0);
        let _ = cursor(started, irql, |at| {
            let (queue, memory) = (&mut at.queue, &device.memory);
            let mut batch = Batch::new();
            if queue.reserve(1, &mut batch).is_err() {
                return;
            }
            let submitted = batch
                .push(memory, &UpdateCursor::new(0, 0, 0, position))
                .is_ok()
                .then(|| queue.submit(memory, &mut batch, 0));
            match submitted {
                Some(Ok(submitted)) if submitted.kick => {
                    device.kick_cursor();
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => queue.release(&mut batch),
            }
        });
    });
}
