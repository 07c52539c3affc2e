//! A monitor's modes: those that the operating system took from its EDID or, without one, from a list of its own, and
//! those that the driver adds.

use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use dxgk_sys::{
    D3DDDI_RATIONAL, D3DDDI_VSSLO_PROGRESSIVE, D3DKMDT_2DREGION, D3DKMDT_CB_SRGB,
    D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES, D3DKMDT_FREQUENCY_NOTSPECIFIED,
    D3DKMDT_HMONITORSOURCEMODESET, D3DKMDT_MCO_DRIVER, D3DKMDT_MONITOR_SOURCE_MODE,
    D3DKMDT_MP_NOTPREFERRED, D3DKMDT_MP_PREFERRED, D3DKMDT_VSS_OTHER,
    DXGK_MONITORSOURCEMODESET_INTERFACE, DXGKARG_RECOMMENDMONITORMODES,
};

use crate::irql::Passive;
use crate::status::Status;

/// The modes of a monitor that has arrived, for as long as DxgkDdiRecommendMonitorModes runs. The set came as the DDI's
/// argument, so it is neither acquired nor released.
#[derive(Debug)]
pub struct MonitorModes<'a> {
    handle: D3DKMDT_HMONITORSOURCEMODESET,
    functions: NonNull<DXGK_MONITORSOURCEMODESET_INTERFACE>,
    ddi: PhantomData<&'a ()>,
}

impl MonitorModes<'_> {
    /// # Safety
    ///
    /// `argument` is the argument of the DDI that runs for the lifetime.
    pub(crate) unsafe fn open(
        argument: &DXGKARG_RECOMMENDMONITORMODES,
        _: &Passive<'_>,
    ) -> Result<Self, Status> {
        let functions = argument.pMonitorSourceModeSetInterface.cast_mut();
        Ok(Self {
            handle: argument.hMonitorSourceModeSet,
            functions: NonNull::new(functions).ok_or(Status::INVALID_PARAMETER)?,
            ddi: PhantomData,
        })
    }

    fn functions(&self) -> &DXGK_MONITORSOURCEMODESET_INTERFACE {
        // SAFETY: came with the handle and is good as long as it is.
        unsafe { self.functions.as_ref() }
    }

    fn release(&self, mode: *const D3DKMDT_MONITOR_SOURCE_MODE) {
        if let Some(release) = self.functions().pfnReleaseModeInfo {
            // SAFETY: a mode of this set that is ours, and is released once.
            let _ = unsafe { release(self.handle, mode) };
        }
    }

    /// Adds a progressive mode without timing. The last one added as preferred is the preferred one. A mode that is there
    /// already counts once.
    ///
    /// # Errors
    ///
    /// The port's status.
    pub fn add(
        &self,
        width: u32,
        height: u32,
        preferred: bool,
        _: &Passive<'_>,
    ) -> Result<(), Status> {
        let missing = Status::INVALID_PARAMETER;
        if width == 0 || height == 0 {
            return Err(Status::INVALID_PARAMETER);
        }
        let create = self.functions().pfnCreateNewModeInfo.ok_or(missing)?;
        let add = self.functions().pfnAddMode.ok_or(missing)?;
        let mut mode = ptr::null_mut();
        // SAFETY: the handle came with the function; our out-pointer.
        Status::check(unsafe { create(self.handle, &raw mut mode) })?;
        // SAFETY: made for us just now, and nobody else has it.
        let info = unsafe { mode.as_mut() }.ok_or(Status::NO_MEMORY)?;
        describe(info, width, height, preferred);
        // SAFETY: made for this set.
        match Status::new(unsafe { add(self.handle, mode) }) {
            // Whatever passes NT_SUCCESS has taken it over.
            None => Ok(()),
            Some(status) => {
                self.release(mode);
                match status {
                    Status::GRAPHICS_MODE_ALREADY_IN_MODESET => Ok(()),
                    status => Err(status),
                }
            }
        }
    }
}

/// Fills in everything but the id, which the port has given it.
fn describe(mode: &mut D3DKMDT_MONITOR_SOURCE_MODE, width: u32, height: u32, preferred: bool) {
    const UNSPECIFIED: D3DDDI_RATIONAL = D3DDDI_RATIONAL {
        Numerator: D3DKMDT_FREQUENCY_NOTSPECIFIED,
        Denominator: D3DKMDT_FREQUENCY_NOTSPECIFIED,
    };
    const BITS: u32 = 8;
    let size = D3DKMDT_2DREGION {
        cx: width,
        cy: height,
    };
    let signal = &mut mode.VideoSignalInfo;
    signal.VideoStandard = D3DKMDT_VSS_OTHER;
    signal.TotalSize = size;
    signal.ActiveSize = size;
    signal.VSyncFreq = UNSPECIFIED;
    signal.HSyncFreq = UNSPECIFIED;
    signal.PixelRate = D3DKMDT_FREQUENCY_NOTSPECIFIED as usize;
    signal.Anonymous.ScanLineOrdering = D3DDDI_VSSLO_PROGRESSIVE;
    mode.ColorBasis = D3DKMDT_CB_SRGB;
    mode.ColorCoeffDynamicRanges = D3DKMDT_COLOR_COEFF_DYNAMIC_RANGES {
        FirstChannel: BITS,
        SecondChannel: BITS,
        ThirdChannel: BITS,
        FourthChannel: BITS,
    };
    mode.Origin = D3DKMDT_MCO_DRIVER;
    mode.Preference = if preferred {
        D3DKMDT_MP_PREFERRED
    } else {
        D3DKMDT_MP_NOTPREFERRED
    };
}
