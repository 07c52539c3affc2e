//! The scene of this crate's examples: a device with one counter register and one interrupt source.

use core::num::NonZeroU32;

pub use dirql::doc::{ControlState, Register};

pub use crate::hosted::{Hosted, PortCall};
pub use crate::interrupt::{
    AtDirql, Cause, Dxgkrnl, HandOver, InterruptDevice, Interrupts, Notify, Notifying, Refusal,
    Refused, Report, Silent, Source, SourceSet,
};
pub use crate::present::{PendingPresent, PresentProgress, Presented};
use crate::resources::InterruptResource;

/// The device.
#[derive(Debug, Default)]
pub struct Gpu {
    /// Which interrupts are on.
    pub interrupt_enable: Register,
    /// How many frames have been completed.
    pub frames: Register,
}

impl InterruptDevice for Gpu {
    type Connection = Dxgkrnl;

    fn acknowledge_line(&self) -> Option<u32> {
        Some(1)
    }
}

/// The source that reports frames.
#[derive(Debug, Clone, Copy)]
pub struct Control;

impl Source for Control {
    type Device = Gpu;
    type State = ControlState;
    type Role = Notifying;
    const INITIAL: ControlState = ControlState {
        completed: 0,
        bytes: 0,
        finished: HandOver::new(),
    };

    fn interrupt(at: &mut AtDirql<'_, Self>, device: &Gpu, _: Cause) {
        let frame = device.frames.read();
        device.frames.write(frame + 1);
        at.completed += 1;
        at.bytes += 4096;
        if at.finished.push(frame).is_ok() {
            at.queue_dpc();
        }
    }
}

/// A started adapter with that device and one message.
#[must_use]
pub fn hosted() -> Hosted<(Control,)> {
    let one = InterruptResource::Messages(NonZeroU32::MIN);
    match Hosted::new(one, Gpu::default()) {
        Ok(hosted) => hosted,
        Err(error) => unreachable!("one message, one source: {error:?}"),
    }
}

/// A present that the hosted port waits for. No other port takes its report.
pub fn pending() -> PendingPresent {
    crate::hosted::pending()
}
