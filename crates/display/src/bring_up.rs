//! From reset to DRIVER_OK (VIRTIO 1.2, 3.1.1), at the start and when power comes back, and the questions asked before
//! interrupts are there.

use dxgk::adapter::Started;
use dxgk::irql::Passive;
use dxgk::miniport::StartDevice;
use dxgk::status::Status;
use virtio_gpu::commands::{Batch, ControlQueue, CursorQueue, PushError, ReserveError};
use virtio_gpu::transport::Transport;
use virtio_gpu::{CONTROL_QUEUE, CURSOR_QUEUE, Features};

use crate::commands::{NotDone, run};
use crate::device::{Bars, Device, DmaMemory, Kicks, Vectors, layout, patience};
use crate::frame::MIN_BATCH;
use crate::interrupts::{Control, Cursor, control, cursor};
use crate::{Fault, Platform, Vgpu};

/// How long the device may take for an answer, in units of 100 ns: three seconds.
const ANSWER_TIME: u64 = 30_000_000;
/// How long to sleep between two looks, in microseconds.
const ANSWER_PAUSE: u32 = 100;
/// How many looks there are before the first sleep.
const ANSWER_LOOKS: u32 = 200;

/// The two queues, however they can be reached now.
pub(crate) trait Queues<P: Platform> {
    /// Has the device do the one command that `fill` writes, and waits until it has.
    fn ask(
        &mut self,
        device: &Device<P>,
        irql: &mut Passive<'_>,
        fill: impl Fn(&mut Batch) -> Result<(), PushError>,
    ) -> Result<(), NotDone>;

    /// The control queue. `access` may run at DIRQL.
    fn control<R>(
        &mut self,
        irql: &mut Passive<'_>,
        access: impl FnMut(&mut ControlQueue) -> R,
    ) -> Result<R, Fault>;

    /// The cursor queue. `access` may run at DIRQL.
    fn cursor<R>(
        &mut self,
        irql: &mut Passive<'_>,
        access: impl FnMut(&mut CursorQueue) -> R,
    ) -> Result<R, Fault>;
}

/// In the first half of DxgkDdiStartDevice: no interrupt routine runs yet, so that answers are looked for.
impl<P: Platform> Queues<P> for StartDevice<'_, Vgpu<P>> {
    fn ask(
        &mut self,
        device: &Device<P>,
        irql: &mut Passive<'_>,
        fill: impl Fn(&mut Batch) -> Result<(), PushError>,
    ) -> Result<(), NotDone> {
        look_for_answer(device, self, irql, fill)
    }

    fn control<R>(
        &mut self,
        _: &mut Passive<'_>,
        mut access: impl FnMut(&mut ControlQueue) -> R,
    ) -> Result<R, Fault> {
        Ok(access(&mut self.state(Control::<P>::SOURCE).queue))
    }

    fn cursor<R>(
        &mut self,
        _: &mut Passive<'_>,
        mut access: impl FnMut(&mut CursorQueue) -> R,
    ) -> Result<R, Fault> {
        Ok(access(&mut self.state(Cursor::<P>::SOURCE).queue))
    }
}

/// In an adapter whose interrupt routines run, and take the answers.
impl<P: Platform> Queues<P> for &Started<Vgpu<P>> {
    fn ask(
        &mut self,
        device: &Device<P>,
        irql: &mut Passive<'_>,
        fill: impl Fn(&mut Batch) -> Result<(), PushError>,
    ) -> Result<(), NotDone> {
        device.modeset.with(irql, |setting, irql| {
            run(self, &mut setting.waits, &device.memory, irql, 1, &fill)
        })
    }

    fn control<R>(
        &mut self,
        irql: &mut Passive<'_>,
        mut access: impl FnMut(&mut ControlQueue) -> R,
    ) -> Result<R, Fault> {
        Ok(control(self, irql, |at| access(&mut at.queue))?)
    }

    fn cursor<R>(
        &mut self,
        irql: &mut Passive<'_>,
        mut access: impl FnMut(&mut CursorQueue) -> R,
    ) -> Result<R, Fault> {
        Ok(cursor(self, irql, |at| access(&mut at.queue))?)
    }
}

/// What came of bringing the device up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brought {
    pub(crate) features: Features,
    pub(crate) kicks: Kicks,
    pub(crate) scanouts: u32,
    pub(crate) control_queue_size: u16,
}

/// Resets the device, agrees on features and gives it its queues. It may not interrupt yet; see [`listen`].
#[inline(never)]
pub(crate) fn bring_up<P: Platform>(
    transport: &Transport<Bars<P>>,
    memory: &DmaMemory<P>,
    vectors: &Vectors,
    wanted: Features,
    queues: &mut impl Queues<P>,
    irql: &mut Passive<'_>,
) -> Result<Brought, Fault> {
    transport.reset(patience::<P>(irql))?;
    let features = transport.negotiate(wanted)?;
    transport.set_config_vector(vectors.config)?;
    let size = transport.queue_size(CONTROL_QUEUE, ControlQueue::MAX_SIZE)?;
    let addresses = queues.control(irql, |queue| {
        queue.configure(memory, &layout::CONTROL, size, features)
    })??;
    let control = transport.enable_queue(CONTROL_QUEUE, &addresses, vectors.control)?;
    if queues.control(irql, |queue| queue.max_batch())? < MIN_BATCH {
        return Err(
            Fault::new("queue too small", Status::DEVICE_CONFIGURATION_ERROR)
                .with("queue", CONTROL_QUEUE)
                .with("size", size),
        );
    }
    let cursor_size = transport.queue_size(CURSOR_QUEUE, CursorQueue::MAX_SIZE)?;
    let addresses = queues.cursor(irql, |queue| {
        queue.configure(memory, &layout::CURSOR, cursor_size, features)
    })??;
    let cursor = transport.enable_queue(CURSOR_QUEUE, &addresses, vectors.cursor)?;
    transport.driver_ok()?;
    let scanouts = transport.num_scanouts()?;
    Ok(Brought {
        features,
        kicks: Kicks { control, cursor },
        scanouts,
        control_queue_size: size,
    })
}

/// Sends a command and looks for the answer until it is there: for when interrupts are not.
#[inline(never)]
fn look_for_answer<P: Platform>(
    device: &Device<P>,
    queues: &mut impl Queues<P>,
    irql: &mut Passive<'_>,
    fill: impl Fn(&mut Batch) -> Result<(), PushError>,
) -> Result<(), NotDone> {
    let memory = &device.memory;
    let submitted = queues.control(irql, |queue| {
        let mut batch = Batch::new();
        queue.reserve(1, &mut batch).map_err(reserve_fault)?;
        let submitted = fill(&mut batch).map_err(Fault::from).and_then(|()| {
            queue
                .submit(memory, &mut batch, 0)
                .map_err(|_| Fault::new("queue refuses", Status::UNSUCCESSFUL))
        });
        if submitted.is_err() {
            queue.release(&mut batch);
        }
        submitted
    })??;
    if submitted.kick {
        device.kick_control();
    }
    let deadline = P::time().saturating_add(ANSWER_TIME);
    let mut looks = 0u32;
    loop {
        let polled = queues.control(irql, |queue| queue.poll(memory))?;
        if let Some(completed) = polled.map_err(Fault::from)? {
            return completed.result.map_err(NotDone::Failed);
        }
        if P::time() >= deadline {
            return Err(Fault::timeout("no answer while starting").into());
        }
        looks = looks.saturating_add(1);
        if looks > ANSWER_LOOKS {
            P::delay(irql, ANSWER_PAUSE);
        }
    }
}

pub(crate) fn reserve_fault(error: ReserveError) -> Fault {
    match error {
        ReserveError::Full { free } => {
            Fault::new("no room in the queue", Status::UNSUCCESSFUL).with("free", free)
        }
        _ => Fault::new("queue down", Status::UNSUCCESSFUL),
    }
}

/// Lets the device interrupt.
pub(crate) fn listen<P: Platform>(
    memory: &DmaMemory<P>,
    queues: &mut impl Queues<P>,
    irql: &mut Passive<'_>,
) -> Result<(), Fault> {
    // Nothing is outstanding, so there is nothing that could have been missed.
    queues.control(irql, |queue| queue.set_interrupts(memory, true))??;
    queues.cursor(irql, |queue| queue.set_interrupts(memory, true))??;
    Ok(())
}
