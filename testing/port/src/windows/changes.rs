//! Commits that change little or nothing: the active VidPN again, an empty one, one while a present is pending.

use super::Desktop;
use crate::machine::NtStatus;
use crate::picture::Frame;
use crate::present::Presented;
use dxgk_sys::*;

impl Desktop {
    /// Commits the active VidPN again (F083). Known drivers black the screen or leave it: a whole frame follows.
    ///
    /// # Errors
    /// The driver's status.
    pub fn recommit(&mut self, flags: DXGKARG_COMMITVIDPN_FLAGS) -> Result<(), NtStatus> {
        if let Some(active) = self.adapter.active_vidpn() {
            self.adapter.commit(active, self.source, flags)?;
        }
        self.show()
    }

    /// Commits an empty VidPN while a picture is shown (F079, F080), presents into nothing (F085), and brings the picture back.
    ///
    /// # Errors
    /// The driver's status.
    pub fn empty_and_back(&mut self) -> Result<(), NtStatus> {
        let mode = self.adapter.picture();
        self.commit_nothing()?;
        self.present_nowhere();
        let size = Some((mode.width(), mode.height()));
        self.adapter.set_mode(self.source, self.target, size)?;
        self.light()
    }

    /// Commits an empty VidPN.
    ///
    /// # Errors
    /// The driver's status.
    pub fn commit_nothing(&mut self) -> Result<(), NtStatus> {
        self.adapter.set_visibility(self.source, false)?;
        let empty = self.adapter.new_vidpn(&[]);
        let flags = DXGKARG_COMMITVIDPN_FLAGS::zeroed();
        let committed = self.adapter.commit(empty, self.source, flags);
        if committed.is_err() {
            self.adapter.drop_vidpn(empty);
        }
        committed
    }

    /// A present that nobody will see: before the first commit, after an empty one, while the source is dark. What it ends with
    /// is not judged; the driver has to survive it, and may report progress.
    pub fn present_nowhere(&mut self) {
        let adapter = self.adapter;
        let frame = Frame::whole(&adapter.picture(), self.seed);
        if adapter.begin_unseen(self.source, &mut self.surface, &frame) == Ok(STATUS_PENDING) {
            let _ = adapter.wait_for_progress(self.source);
        }
    }

    /// A present whose end is not waited for, so that what follows finds it pending; whether it is. A fast device may end one
    /// before that can be seen: then another one comes. Foreign drivers are spared this.
    ///
    /// # Errors
    /// The driver's status.
    pub fn leave_pending(&mut self) -> Result<bool, NtStatus> {
        const ATTEMPTS: u32 = 20;
        let adapter = self.adapter;
        let frame = Frame::whole(&adapter.picture(), self.seed);
        for _ in 0..ATTEMPTS {
            let status = adapter.begin_present(self.source, &mut self.surface, &frame)?;
            if adapter.interrupts().is_present_pending() {
                return Ok(true);
            }
            if status == STATUS_PENDING {
                let _ = adapter.wait_for_progress(self.source);
            }
        }
        Ok(false)
    }

    /// A commit of the active VidPN while a present is pending. Foreign drivers are spared this: Microsoft's sample relies on it.
    ///
    /// # Errors
    /// The driver's status.
    pub fn commit_while_pending(&mut self) -> Result<(), NtStatus> {
        let adapter = self.adapter;
        let frame = Frame::whole(&adapter.picture(), self.seed);
        let status = adapter.begin_present(self.source, &mut self.surface, &frame)?;
        if let Some(active) = adapter.active_vidpn() {
            adapter.commit(active, self.source, DXGKARG_COMMITVIDPN_FLAGS::zeroed())?;
        }
        if status == STATUS_PENDING && adapter.wait_for_progress(self.source) == Presented::Lost {
            return Err(STATUS_IO_TIMEOUT);
        }
        self.show()
    }
}
