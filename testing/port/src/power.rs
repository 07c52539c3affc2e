//! Power, the handing over of the display, surprise removal and bugcheck-time DDIs.

use crate::adapter::{Adapter, State};
use crate::ddi::Ddi;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::Rule;
use core::sync::atomic::Ordering;
use dxgk_sys::*;

/// DISPLAY_ADAPTER_HW_ID of video.h: SetPowerState for the adapter itself.
pub const ADAPTER: u32 = 0xFFFF_FFFF;

/// How [`Adapter::stop_and_release`] went.
#[derive(Clone, Copy, Debug)]
pub enum Released {
    /// The driver left this mode behind.
    Left(DXGK_DISPLAY_INFORMATION),
    /// It refused with this status and was stopped by StopDevice.
    Refused(NtStatus),
}

impl Adapter {
    /// DxgkDdiSetPowerState for the adapter ([`ADAPTER`]) or a child, which may be gone. PASSIVE_LEVEL.
    pub fn set_power(&self, uid: u32, state: DEVICE_POWER_STATE, action: POWER_ACTION) {
        let at = Ddi::SetPowerState.name();
        let Some(set) = self.table().DxgkDdiSetPowerState else {
            return;
        };
        self.acquired_post.store(false, Ordering::Relaxed);
        // SAFETY: the driver gave this function for this purpose, with this context.
        let status = self.call(Ddi::SetPowerState, || unsafe {
            set(self.context(), uid, state, action)
        });
        if !self.is_started() {
            // It comes before the start and after the stop as well, and there is nothing to do.
            check!(self.port(), FieldUnstartedPower, at, NT_SUCCESS(status), "success"; "{:#010x}", status as u32);
            return;
        }
        check!(self.port(), PowerNeverFail, at, NT_SUCCESS(status), "success"; "{:#010x}", status as u32);
        let offered = self.port().config().offers_post();
        if uid == ADAPTER && state == PowerDeviceD0 && offered {
            let acquired = self.acquired_post.load(Ordering::Relaxed);
            check!(self.port(), PowerD0Reacquire, at, acquired, "AcquirePostDisplayOwnership called"; "not called");
        }
    }

    /// DxgkDdiStopDeviceAndReleasePostDisplayOwnership for the display `target`, and DxgkDdiStopDevice if that fails.
    /// `connected`: whether a display is connected there. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The status of StopDevice, if that was called; the adapter is stopped nevertheless.
    pub fn stop_and_release(
        &'static self,
        target: u32,
        connected: bool,
    ) -> Result<Released, NtStatus> {
        const AT: &str = "DxgkDdiStopDeviceAndReleasePostDisplayOwnership";
        let port = self.port();
        let Some(release) = self.table().DxgkDdiStopDeviceAndReleasePostDisplayOwnership else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        check!(port, StopOneOfTwo, AT, self.is_started(), "a started adapter"; "{:?}", self.state());
        let (announced, post) = (self.caps().SupportNonVGA != 0, port.config().post_device);
        check!(port, StopWhen, AT, announced && post, "SupportNonVGA and a POST device"; "{announced}, {post}");
        let mut info = DXGK_DISPLAY_INFORMATION {
            TargetId: D3DDDI_ID_UNINITIALIZED,
            ..Default::default()
        };
        let argument = &raw mut info;
        let status = self.call(Ddi::StopDeviceAndReleasePostDisplayOwnership, || {
            // SAFETY: the driver gave this function for this purpose; the argument is live.
            unsafe { release(self.context(), target, argument) }
        });
        if !connected {
            self.documented(
                Rule::StopTarget,
                Ddi::StopDeviceAndReleasePostDisplayOwnership,
                status,
                &[STATUS_NOT_SUPPORTED],
            );
        }
        if !NT_SUCCESS(status) {
            self.stop()?;
            return Ok(Released::Refused(status));
        }
        self.stopped(AT);
        // SAFETY: all bit patterns of the union are valid.
        let address = unsafe { info.PhysicAddress.QuadPart };
        let format = matches!(info.ColorFormat, D3DDDIFMT_X8R8G8B8 | D3DDDIFMT_A8R8G8B8);
        let lit = info.Width != 0 && info.Height != 0 && info.Pitch >= info.Width.saturating_mul(4);
        // Which target it names is not judged: known drivers copy what they were asked for.
        let whole = lit && format && address != 0;
        check!(port, StopRelease, AT, whole, "size, pitch, address, 32-bit format";
            "{}x{}, {}, {address:#x}, {}", info.Width, info.Height, info.Pitch, info.ColorFormat);
        Ok(Released::Left(info))
    }

    /// DxgkDdiNotifySurpriseRemoval, if the driver announced it. PASSIVE_LEVEL.
    pub fn surprise_removal(&self, kind: DXGK_SURPRISE_REMOVAL_TYPE) {
        let announced = self.caps().SupportSurpriseRemovalInHibernation != 0;
        let (true, Some(notify)) = (announced, self.table().DxgkDdiNotifySurpriseRemoval) else {
            return;
        };
        let status = self.call(Ddi::NotifySurpriseRemoval, || {
            // SAFETY: the driver gave this function for this purpose, with this context.
            unsafe { notify(self.context(), kind) }
        });
        let pnp = kind == DxgkRemovalPnPNotify;
        let rule = if pnp {
            Rule::SurpriseResult
        } else {
            Rule::SurpriseHibernation
        };
        self.documented(rule, Ddi::NotifySurpriseRemoval, status, &[STATUS_SUCCESS]);
    }

    /// DxgkDdiSystemDisplayEnable: the mode for the bugcheck screen on `target`. At the caller's IRQL, which is HIGH_LEVEL on
    /// Windows.
    ///
    /// # Errors
    /// The driver's status.
    pub fn system_display_enable(&self, target: u32) -> Result<(u32, u32), NtStatus> {
        const AT: &str = "DxgkDdiSystemDisplayEnable";
        let Some(enable) = self.table().DxgkDdiSystemDisplayEnable else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let mut flags = DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS::zeroed();
        let (mut width, mut height, mut format) = (0, 0, D3DDDIFMT_UNKNOWN);
        let arguments = (
            &raw mut flags,
            &raw mut width,
            &raw mut height,
            &raw mut format,
        );
        let status = self.call(Ddi::SystemDisplayEnable, || {
            // SAFETY: the driver gave this function for this purpose; the arguments are live.
            unsafe {
                enable(
                    self.context(),
                    target,
                    arguments.0,
                    arguments.1,
                    arguments.2,
                    arguments.3,
                )
            }
        });
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        let known = matches!(
            format,
            D3DDDIFMT_X8R8G8B8 | D3DDDIFMT_A8R8G8B8 | D3DDDIFMT_R8G8B8
        );
        check!(self.port(), BugcheckEnable, AT, width >= 640 && height >= 480 && known,
            "at least 640x480 in 24 or 32 bits"; "{width}x{height}, format {format}");
        self.display_enabled.store(true, Ordering::Relaxed);
        Ok((width, height))
    }

    /// DxgkDdiSystemDisplayWrite of `width` x `height` 32-bit pixels at (`x`, `y`).
    pub fn system_display_write(
        &self,
        pixels: &mut [u32],
        width: u32,
        height: u32,
        x: u32,
        y: u32,
    ) {
        const AT: &str = "DxgkDdiSystemDisplayWrite";
        let enabled = self.display_enabled.load(Ordering::Relaxed);
        check!(self.port(), SysdispWrite, AT, enabled, "SystemDisplayEnable before"; "enabled: {enabled}");
        let long_enough = pixels.len() as u64 >= u64::from(width) * u64::from(height);
        let (true, Some(write)) = (
            enabled && long_enough,
            self.table().DxgkDdiSystemDisplayWrite,
        ) else {
            return;
        };
        let source = pixels.as_mut_ptr();
        self.call(Ddi::SystemDisplayWrite, || {
            // SAFETY: the driver gave this function for this purpose; the source has that many pixels.
            unsafe {
                write(
                    self.context(),
                    source.cast(),
                    width,
                    height,
                    width * 4,
                    x,
                    y,
                )
            }
        });
    }

    /// DxgkDdiResetDevice.
    pub fn reset(&self) {
        if let Some(reset) = self.table().DxgkDdiResetDevice {
            // SAFETY: the driver gave this function for this purpose, with this context.
            self.call(Ddi::ResetDevice, || unsafe { reset(self.context()) });
        }
    }

    /// Whether the adapter was added and not removed.
    pub fn is_present(&self) -> bool {
        matches!(self.state(), State::Added | State::Started)
    }
}
