//! A frame on its way to the device: which rectangles of which resource, and which commands that takes.

use virtio_gpu::commands::{Batch, ControlQueue, PushError, ReserveError, SubmitError};
use virtio_gpu::protocol::{ResourceFlush, TransferToHost2d};
use virtio_gpu::rect::{Rect, RectList};
use virtio_gpu::{Memory, rect::COMMAND_COST};

/// Bytes of a pixel: every mode has 32 bits per pixel.
pub(crate) const PIXEL: u32 = 4;

/// How many rectangles a frame has at most; more are united where that costs least.
pub(crate) const MAX_RECTS: usize = 8;

/// The smallest batch that a queue must be able to take: the three commands that make a resource.
pub(crate) const MIN_BATCH: usize = 3;

/// A short list of rectangles.
pub(crate) type Rects = RectList<MAX_RECTS>;

/// What a frame goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    /// The device's resource.
    pub(crate) resource: u32,
    /// Its width in pixels.
    pub(crate) width: u32,
    /// Its height in pixels.
    pub(crate) height: u32,
}

impl Target {
    /// No resource.
    pub(crate) const NONE: Self = Self {
        resource: 0,
        width: 0,
        height: 0,
    };

    /// All of it.
    pub(crate) const fn bounds(&self) -> Rect {
        Rect::of_size(self.width, self.height)
    }

    /// Bytes from line to line.
    pub(crate) const fn stride(&self) -> u32 {
        self.width.saturating_mul(PIXEL)
    }

    /// The command that copies `rect` to the host.
    pub(crate) fn transfer(&self, rect: Rect) -> TransferToHost2d {
        let offset = rect.byte_offset(self.stride(), PIXEL).unwrap_or(0);
        TransferToHost2d::new(self.resource, rect, offset)
    }
}

/// Rectangles of one or more presents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) target: Target,
    pub(crate) rects: Rects,
    /// How many presents have to be reported when it is done.
    pub(crate) presents: u32,
}

impl Frame {
    /// No frame.
    pub(crate) const NONE: Self = Self {
        target: Target::NONE,
        rects: Rects::new(),
        presents: 0,
    };

    /// Takes another frame in, of the same target.
    pub(crate) fn unite(&mut self, other: &Self) {
        if self.presents == 0 {
            *self = *other;
            return;
        }
        for rect in other.rects.as_slice() {
            self.rects.add(*rect, self.target.bounds());
        }
        self.presents = self.presents.saturating_add(other.presents);
    }
}

/// What a frame that was handed to the device took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) commands: u64,
    pub(crate) bytes: u64,
    pub(crate) kick: bool,
}

/// Why a frame was not handed to the device, which has seen none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// There is no room in the queue now. There will be when the device has done something.
    NoRoom,
    /// The queue takes nothing more.
    Down,
}

/// What a frame is sent as.
struct Plan {
    rects: Rects,
    /// One flush around everything, instead of one for each rectangle.
    flush: Option<Rect>,
}

impl Plan {
    /// One transfer for each rectangle. One flush if the area around all of them is not much more than their own, since
    /// what is flushed has to be shown anew by whoever watches; otherwise one for each.
    fn new(rects: &Rects, max_batch: usize) -> Self {
        let around = rects.bounding_box();
        let apart = around.area() > rects.cost().saturating_add(COMMAND_COST);
        let count = rects.as_slice().len();
        if apart && count.saturating_mul(2) <= max_batch {
            return Self {
                rects: *rects,
                flush: None,
            };
        }
        if count < max_batch {
            return Self {
                rects: *rects,
                flush: Some(around),
            };
        }
        let mut all = Rects::new();
        all.add(around, around);
        Self {
            rects: all,
            flush: Some(around),
        }
    }

    fn commands(&self) -> usize {
        let rects = self.rects.as_slice().len();
        match self.flush {
            Some(_) => rects.saturating_add(1),
            None => rects.saturating_mul(2),
        }
    }

    fn write<M: Memory>(
        &self,
        target: &Target,
        memory: &M,
        batch: &mut Batch,
    ) -> Result<(), PushError> {
        let flush = |batch: &mut Batch, rect| {
            batch.push(memory, &ResourceFlush::new(target.resource, rect))
        };
        for rect in self.rects.as_slice() {
            batch.push(memory, &target.transfer(*rect))?;
        }
        match self.flush {
            Some(around) => flush(batch, around),
            None => {
                let mut rects = self.rects.as_slice().iter();
                rects.try_for_each(|rect| flush(batch, *rect))
            }
        }
    }
}

/// Hands a frame to the device as one batch named `tag`.
///
/// Does a bounded amount of work, for DIRQL. The caller kicks the device if [`Sent::kick`] says so.
pub(crate) fn send<M: Memory>(
    queue: &mut ControlQueue,
    memory: &M,
    frame: &Frame,
    tag: u64,
) -> Result<Sent, NotSent> {
    let plan = Plan::new(&frame.rects, queue.max_batch());
    let mut batch = Batch::new();
    match queue.reserve(plan.commands(), &mut batch) {
        Ok(()) => {}
        Err(ReserveError::Full { .. }) => return Err(NotSent::NoRoom),
        Err(_) => return Err(NotSent::Down),
    }
    let sent = match plan.write(&frame.target, memory, &mut batch) {
        Ok(()) => queue.submit(memory, &mut batch, tag),
        Err(_) => Err(SubmitError::Down),
    };
    match sent {
        Ok(submitted) => Ok(Sent {
            commands: plan.commands() as u64,
            bytes: plan.rects.as_slice().iter().fold(0u64, |sum, rect| {
                sum.saturating_add(rect.area().saturating_mul(u64::from(PIXEL)))
            }),
            kick: submitted.kick,
        }),
        Err(error) => {
            queue.release(&mut batch);
            Err(match error {
                SubmitError::Full => NotSent::NoRoom,
                _ => NotSent::Down,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const SCREEN: Rect = Rect::of_size(1920, 1080);

    fn rects(list: &[(u32, u32, u32, u32)]) -> Rects {
        let mut rects = Rects::new();
        for (x, y, width, height) in list.iter().copied() {
            let rect = Rect {
                x,
                y,
                width,
                height,
            };
            rects.add(rect, SCREEN);
        }
        rects
    }

    #[test]
    fn rectangles_far_apart_are_flushed_one_by_one() {
        let plan = Plan::new(&rects(&[(0, 0, 32, 32), (1800, 1000, 32, 32)]), 32);
        assert_eq!(plan.flush, None);
        assert_eq!(plan.commands(), 4);
    }

    #[test]
    fn rectangles_close_together_are_flushed_at_once() {
        let plan = Plan::new(&rects(&[(0, 0, 400, 400), (0, 420, 400, 400)]), 32);
        assert_eq!(plan.flush, Some(Rect::of_size(400, 820)));
    }

    #[test]
    fn a_frame_never_has_more_commands_than_a_batch_takes() {
        let many: Vec<_> = (0..40)
            .map(|n| (n * 97 % 1900, n * 53 % 1000, 9, 9))
            .collect();
        let rects = rects(&many);
        for max_batch in MIN_BATCH..40 {
            let plan = Plan::new(&rects, max_batch);
            assert!(plan.commands() <= max_batch);
            let sent = plan.rects.as_slice();
            for (x, y, width, height) in many.iter().copied() {
                let pixel = |x, y| {
                    let one = Rect {
                        x,
                        y,
                        width: 1,
                        height: 1,
                    };
                    sent.iter().any(|rect| rect.contains(one))
                };
                assert!(
                    pixel(x, y) && pixel(x + width - 1, y + height - 1),
                    "a pixel is lost"
                );
            }
        }
    }

    #[test]
    fn frames_that_wait_are_united_and_each_present_is_counted() {
        let target = Target {
            resource: 1,
            width: 1920,
            height: 1080,
        };
        let one = |x| Frame {
            target,
            rects: rects(&[(x, 0, 8, 8)]),
            presents: 1,
        };
        let mut waiting = Frame::NONE;
        waiting.unite(&one(0));
        waiting.unite(&one(1000));
        assert_eq!(waiting.presents, 2);
        assert_eq!(waiting.rects.bounding_box().width, 1008);
    }
}
