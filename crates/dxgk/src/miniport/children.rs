//! Children: which outputs there are, whether a monitor is connected, and what it says of itself.

use dxgk_sys::{
    D3DKMDT_MOA_NONE, D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY, D3DKMDT_VOT_DISPLAYPORT_EXTERNAL,
    D3DKMDT_VOT_DVI, D3DKMDT_VOT_HD15, D3DKMDT_VOT_HDMI, D3DKMDT_VOT_INTERNAL, D3DKMDT_VOT_OTHER,
    DXGK_CHILD_DESCRIPTOR, DXGK_CHILD_DEVICE_HPD_AWARENESS, DXGK_VIDEO_OUTPUT_CAPABILITIES, FALSE,
    HpdAwarenessAlwaysConnected, HpdAwarenessInterruptible, HpdAwarenessNone, HpdAwarenessPolled,
    TypeVideoOutput,
};

use super::Miniport;
use crate::adapter::Started;
use crate::id::ChildUid;
use crate::irql::Passive;
use crate::status::Status;

/// How a driver learns that a monitor was connected (DXGK_CHILD_DEVICE_HPD_AWARENESS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HotPlug {
    /// It always is.
    AlwaysConnected,
    /// The driver can't know.
    None,
    /// By looking.
    Polled,
    /// By an interrupt.
    Interruptible,
}

impl HotPlug {
    const fn raw(self) -> DXGK_CHILD_DEVICE_HPD_AWARENESS {
        match self {
            Self::AlwaysConnected => HpdAwarenessAlwaysConnected,
            Self::None => HpdAwarenessNone,
            Self::Polled => HpdAwarenessPolled,
            Self::Interruptible => HpdAwarenessInterruptible,
        }
    }
}

/// The kind of an output's connector (D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputTechnology {
    /// None of the others.
    Other,
    /// VGA's.
    Hd15,
    /// DVI.
    Dvi,
    /// HDMI.
    Hdmi,
    /// DisplayPort.
    DisplayPort,
    /// A built-in panel.
    Internal,
}

impl OutputTechnology {
    const fn raw(self) -> D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY {
        match self {
            Self::Other => D3DKMDT_VOT_OTHER,
            Self::Hd15 => D3DKMDT_VOT_HD15,
            Self::Dvi => D3DKMDT_VOT_DVI,
            Self::Hdmi => D3DKMDT_VOT_HDMI,
            Self::DisplayPort => D3DKMDT_VOT_DISPLAYPORT_EXTERNAL,
            Self::Internal => D3DKMDT_VOT_INTERNAL,
        }
    }
}

/// An output (DXGK_CHILD_DESCRIPTOR). Its uid and its kind are not the miniport's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildDescriptor {
    /// How the driver learns that a monitor was connected.
    pub hot_plug: HotPlug,
    /// The kind of its connector.
    pub technology: OutputTechnology,
}

impl ChildDescriptor {
    /// Fills in dxgkrnl's zeroed element.
    pub(crate) fn write(self, child: ChildUid, to: &mut DXGK_CHILD_DESCRIPTOR) {
        to.ChildDeviceType = TypeVideoOutput;
        to.ChildCapabilities.HpdAwareness = self.hot_plug.raw();
        to.ChildCapabilities.Type.VideoOutput = DXGK_VIDEO_OUTPUT_CAPABILITIES {
            InterfaceTechnology: self.technology.raw(),
            MonitorOrientationAwareness: D3DKMDT_MOA_NONE,
            SupportsSdtvModes: FALSE,
        };
        to.AcpiUid = 0;
        to.ChildUid = child.number();
    }
}

/// The DDIs about children.
pub trait Children: Miniport {
    /// DxgkDdiQueryChildRelations, for one of the children that the start announced.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_child_relations).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn query_child_relations(
        &self,
        adapter: &Started<Self>,
        child: ChildUid,
        irql: &mut Passive<'_>,
    ) -> Result<ChildDescriptor, Status> {
        let _ = (adapter, child, irql);
        Ok(ChildDescriptor {
            hot_plug: HotPlug::AlwaysConnected,
            technology: OutputTechnology::Other,
        })
    }

    /// DxgkDdiQueryChildStatus, StatusConnection: whether a monitor is connected.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_child_status).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn query_connection(
        &self,
        adapter: &Started<Self>,
        child: ChildUid,
        irql: &mut Passive<'_>,
    ) -> Result<bool, Status> {
        let _ = (adapter, child, irql);
        Ok(true)
    }

    /// DxgkDdiQueryDeviceDescriptor: copies EDID from byte `offset` into `to`, as much as there is and fits.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_device_descriptor).
    ///
    /// # Errors
    ///
    /// STATUS_MONITOR_NO_DESCRIPTOR without an EDID, STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA past its end.
    fn query_device_descriptor(
        &self,
        adapter: &Started<Self>,
        child: ChildUid,
        offset: usize,
        to: &mut [u8],
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, child, offset, to, irql);
        Err(Status::MONITOR_NO_DESCRIPTOR)
    }
}
