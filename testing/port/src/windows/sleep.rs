//! Monitors that sleep, and the adapter: commits and power calls around them as the page of DXGKARG_COMMITVIDPN_FLAGS has
//! them (F081, F084, F122, F126, F130).

use super::Desktop;
use crate::config::Wake;
use crate::machine::NtStatus;
use crate::power::ADAPTER;
use dxgk_sys::*;

/// A normal commit.
const PLAIN: DXGKARG_COMMITVIDPN_FLAGS = DXGKARG_COMMITVIDPN_FLAGS { Value: 0 };

fn transition() -> DXGKARG_COMMITVIDPN_FLAGS {
    PLAIN.with(DXGKARG_COMMITVIDPN_FLAGS::PathPowerTransition, 1)
}

fn powered_off() -> DXGKARG_COMMITVIDPN_FLAGS {
    PLAIN.with(DXGKARG_COMMITVIDPN_FLAGS::PathPoweredOff, 1)
}

impl Desktop {
    fn commit_active(&self, flags: DXGKARG_COMMITVIDPN_FLAGS) -> Result<(), NtStatus> {
        match self.adapter.active_vidpn() {
            Some(active) => self.adapter.commit(active, self.source, flags),
            None => Ok(()),
        }
    }

    /// The monitor goes to sleep, presents go on and must end, the mode is set again while it is off, and it wakes.
    ///
    /// # Errors
    /// The driver's status.
    pub fn monitor_sleeps(&mut self) -> Result<(), NtStatus> {
        let adapter = self.adapter;
        adapter.set_visibility(self.source, false)?;
        self.commit_active(transition())?;
        adapter.set_power(self.target, PowerDeviceD3, PowerActionNone);
        self.present_nowhere();
        self.commit_active(powered_off())?;
        self.present_nowhere();
        self.commit_active(transition())?;
        adapter.set_power(self.target, PowerDeviceD0, PowerActionNone);
        self.light()
    }

    /// The adapter goes to D3 and comes back, presents coming in between (F085, F142), and shows its picture again.
    ///
    /// # Errors
    /// The driver's status.
    pub fn adapter_sleeps(&mut self) -> Result<(), NtStatus> {
        let adapter = self.adapter;
        let wake = adapter.port().config().wake;
        adapter.late_dpc();
        adapter.set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
        self.present_nowhere();
        // The page says not to rely on the action on the way up.
        let action = match wake {
            Wake::NoCommit => PowerActionSleep,
            _ => PowerActionNone,
        };
        adapter.set_power(ADAPTER, PowerDeviceD0, action);
        if wake != Wake::NoCommit {
            let mode = adapter.picture();
            self.commit_nothing()?;
            let size = Some((mode.width(), mode.height()));
            adapter.set_mode(self.source, self.target, size)?;
        }
        if wake == Wake::PowerTransition {
            self.commit_active(transition())?;
        }
        self.light()
    }
}
