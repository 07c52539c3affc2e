//! What Windows does beyond one mode and its presents: policy, made of the DDIs of [`crate::adapter::Adapter`].
//!
//! Everything here is for an adapter that shows a picture, except [`unstarted`]. Where drivers of the field differ,
//! [`crate::config::Config`] says which way it goes.

mod bugcheck;
mod changes;
mod crowd;
mod rounds;
mod sleep;
mod unstarted;

use crate::adapter::Adapter;
use crate::machine::NtStatus;
use crate::picture::Frame;
use crate::present::{Presented, Surface};
use dxgk_sys::*;

/// A source that shows a picture, and the surface that its presents come from.
pub struct Desktop {
    /// The adapter.
    pub adapter: &'static Adapter,
    /// The source.
    pub source: u32,
    /// The target it is shown on.
    pub target: u32,
    /// As large as the mode.
    pub surface: Surface,
    /// Frames are made from it.
    pub seed: u32,
}

impl Desktop {
    /// Presents a whole frame, and waits for its end.
    ///
    /// # Errors
    /// The driver's status; STATUS_UNSUCCESSFUL or STATUS_IO_TIMEOUT if the present failed later or was lost.
    pub fn show(&mut self) -> Result<(), NtStatus> {
        self.seed = self.seed.wrapping_add(0x11);
        let frame = Frame::whole(&self.adapter.picture(), self.seed);
        match self
            .adapter
            .present(self.source, &mut self.surface, &frame)?
        {
            Presented::AtOnce | Presented::Completed => Ok(()),
            Presented::Failed => Err(STATUS_UNSUCCESSFUL),
            Presented::Lost => Err(STATUS_IO_TIMEOUT),
        }
    }

    /// What follows a mode or a wake: a frame, visibility, and a whole frame again, since the first may have been dropped as
    /// known drivers drop it. Or visibility first, and twice.
    ///
    /// # Errors
    /// The driver's status.
    pub fn light(&mut self) -> Result<(), NtStatus> {
        if self.adapter.port().config().visible_first {
            self.adapter.set_visibility(self.source, true)?;
            self.adapter.set_visibility(self.source, true)?;
        }
        self.show()?;
        self.adapter.set_visibility(self.source, true)?;
        self.show()
    }
}
