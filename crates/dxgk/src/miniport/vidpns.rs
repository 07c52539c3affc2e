//! Video present networks: which can be shown, and which is.

use dxgk_sys::D3DKMDT_VIDPN_HW_CAPABILITY;

use super::Miniport;
use crate::adapter::Started;
use crate::id::{Sources, VidPnSourceId, VidPnTargetId};
use crate::irql::Passive;
use crate::status::Status;
use crate::vidpn::{Cofunctional, Commit, MonitorModes, Path, VidPn};

/// Which transformations of a path the hardware does (D3DKMDT_VIDPN_HW_CAPABILITY); what is not is done by the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HardwareCapability {
    /// The driver, not the hardware, rotates.
    pub driver_rotation: bool,
    /// The driver, not the hardware, scales.
    pub driver_scaling: bool,
    /// The driver, not the hardware, clones.
    pub driver_cloning: bool,
    /// The driver, not the hardware, converts colours.
    pub driver_color_convert: bool,
}

impl HardwareCapability {
    pub(crate) fn raw(self) -> D3DKMDT_VIDPN_HW_CAPABILITY {
        D3DKMDT_VIDPN_HW_CAPABILITY {
            Value: u32::from(self.driver_rotation)
                | u32::from(self.driver_scaling) << 1
                | u32::from(self.driver_cloning) << 2
                | u32::from(self.driver_color_convert) << 3,
        }
    }
}

/// The DDIs about VidPNs.
pub trait VidPns: Miniport {
    /// DxgkDdiRecommendMonitorModes: the monitor on `target` has arrived, with modes from its EDID or, without one, from a
    /// list of the operating system's; modes may be added.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_recommendmonitormodes).
    ///
    /// # Errors
    ///
    /// STATUS_NO_MEMORY, or the port's status.
    fn recommend_monitor_modes(
        &self,
        adapter: &Started<Self>,
        target: VidPnTargetId,
        modes: &MonitorModes<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, target, modes, irql);
        Ok(())
    }

    /// DxgkDdiIsSupportedVidPn, for a VidPN with at least one path.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_issupportedvidpn).
    ///
    /// # Errors
    ///
    /// Only for a topology that is invalid in itself, or without memory: "no" is `Ok(false)`.
    fn is_supported_vidpn(
        &self,
        adapter: &Started<Self>,
        vidpn: &VidPn<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<bool, Status>;

    /// DxgkDdiEnumVidPnCofuncModality.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_enumvidpncofuncmodality).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn enum_vidpn_cofunc_modality(
        &self,
        adapter: &Started<Self>,
        request: &Cofunctional<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;

    /// DxgkDdiCommitVidPn.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_commitvidpn).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets; the active VidPN stays as it was.
    fn commit_vidpn(
        &self,
        adapter: &Started<Self>,
        commit: &Commit<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;

    /// DxgkDdiUpdateActiveVidPnPresentPath.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_updateactivevidpnpresentpath).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn update_active_vidpn_present_path(
        &self,
        adapter: &Started<Self>,
        path: &Path,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;

    /// DxgkDdiSetVidPnSourceVisibility.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setvidpnsourcevisibility).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn set_vidpn_source_visibility(
        &self,
        adapter: &Started<Self>,
        sources: Sources,
        visible: bool,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;

    /// DxgkDdiQueryVidPnHWCapability.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_queryvidpnhwcapability).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn query_vidpn_hw_capability(
        &self,
        adapter: &Started<Self>,
        source: VidPnSourceId,
        target: VidPnTargetId,
        irql: &mut Passive<'_>,
    ) -> Result<HardwareCapability, Status> {
        let _ = (adapter, source, target, irql);
        Ok(HardwareCapability::default())
    }
}
