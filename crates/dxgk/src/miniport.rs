//! The trait that a display-only miniport implements: DDIs as safe methods.
//!
//! Each method is named after its DDI and documents only what differs from Microsoft's page. Methods without a body are
//! what no display-only driver can do without; the others answer as the page says a driver without the feature does.

use dxgk_sys::{
    D3DKMDT_VIDPN_HW_CAPABILITY, D3DKMDT_VIDPN_PRESENT_PATH, DEVICE_OBJECT, DEVICE_POWER_STATE,
    DXGK_CHILD_DESCRIPTOR, DXGK_DISPLAY_INFORMATION, DXGK_DRIVERCAPS, DXGKARG_SETPOINTERPOSITION,
    DXGKARG_SETPOINTERSHAPE, POWER_ACTION, PowerDeviceD0,
};

use crate::adapter::{Registry, Started};
use crate::interface::{Interface, InterfaceError};
use crate::interrupt::{
    Contains, Dxgkrnl, MapError, Message, MessageMap, Prepared, Source, SourceSet,
};
use crate::irql::{Dispatch, Passive};
use crate::kernel::Kernel;
use crate::present::PresentDisplayOnly;
use crate::resources::Resources;
use crate::status::Status;
use crate::vidpn::{Cofunctional, Commit, MonitorModes, VidPn};

/// A display-only miniport. The value is what belongs to an adapter from DxgkDdiAddDevice to DxgkDdiRemoveDevice, where
/// it is dropped; what exists only while the adapter is started is the [`Device`](Self::Device) and the sources' states.
pub trait Miniport: Sized + Send + Sync + 'static {
    /// The operating system's services.
    type Kernel: Kernel;
    /// The interrupt sources, as a tuple.
    type Sources: SourceSet<Device = Self::Device, Connection = Dxgkrnl>;
    /// The part of a started adapter that interrupt routines may read. Dropped after the stop barrier.
    type Device: Send + Sync + 'static;

    /// Where the driver's started adapters can be found.
    fn registry() -> &'static Registry<Self>;

    /// DxgkDdiAddDevice.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_add_device).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn add_device(device: PhysicalDevice, irql: &mut Passive<'_>) -> Result<Self, Status>;

    /// The first half of DxgkDdiStartDevice: makes the device. No routine of the driver runs before this has returned: the
    /// states are open through [`StartDevice::state`], and commands to the device have to be polled.
    ///
    /// The interrupt is connected already on the systems that were looked at. A line that rises here finds nothing that
    /// could dismiss it: where [`StartDevice::is_connected`], whatever makes the device interrupt belongs in
    /// [`enable_interrupts`](Self::enable_interrupts).
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_start_device).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets; everything made so far is dropped, and the display is left as the firmware set it.
    fn start_device(
        &self,
        start: &mut StartDevice<'_, Self>,
        irql: &mut Passive<'_>,
    ) -> Result<Parts<Self>, Status>;

    /// Says why dxgk did not let the adapter start: [`start_device`](Self::start_device) was not called, or its device
    /// dropped again. dxgkrnl gets [`StartRefusal::status`].
    fn start_refused(&self, refusal: StartRefusal, irql: &mut Passive<'_>) {
        let _ = (refusal, irql);
    }

    /// The second half of DxgkDdiStartDevice: lets the device interrupt. Interrupt routines and DPCs find the adapter from
    /// here on, so that a line which rises is dismissed and claimed; requests through the [`Registry`] come only after it.
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets. The adapter is stopped then, with [`stop_device`](Self::stop_device) as its first step.
    fn enable_interrupts(
        &self,
        adapter: &Started<Self>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, irql);
        Ok(())
    }

    /// The first step of DxgkDdiStopDevice, of its variant that releases the display, and of a removal without either: makes the device stop interrupting and reaching memory. Interrupt routines, closures and
    /// DPCs may still run; what they use is dropped when they have ended.
    fn stop_device(&self, adapter: &Started<Self>, irql: &mut Passive<'_>);

    /// DxgkDdiStopDeviceAndReleasePostDisplayOwnership: leaves `target` lit with a linear, black 32-bit frame buffer and
    /// says where it is. If this succeeds, the adapter is stopped as by DxgkDdiStopDevice, which is not called then.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_stop_device_and_release_post_display_ownership).
    ///
    /// # Errors
    ///
    /// STATUS_NOT_SUPPORTED if the target has no display; dxgkrnl then stops the device.
    fn release_post_display(
        &self,
        adapter: &Started<Self>,
        target: u32,
        irql: &mut Passive<'_>,
    ) -> Result<DXGK_DISPLAY_INFORMATION, Status> {
        let _ = (adapter, target, irql);
        Err(Status::NOT_SUPPORTED)
    }

    /// An adapter that [`add_device`](Self::add_device) made is gone, and its value has been dropped: by DxgkDdiRemoveDevice, or
    /// because DxgkDdiAddDevice failed after all. Undoes what `add_device` did outside that value.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_remove_device).
    fn removed(irql: &mut Passive<'_>) {
        let _ = irql;
    }

    /// DxgkDdiUnload: frees what DriverEntry made.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_unload).
    fn unload(irql: &mut Passive<'_>) {
        let _ = irql;
    }

    /// DxgkDdiDpcRoutine. May run on two processors at once and beside interrupt routines. DxgkCbNotifyDpc follows.
    ///
    /// IRQL: DISPATCH_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_dpc_routine).
    fn dpc(&self, adapter: &Started<Self>, irql: &mut Dispatch<'_>) {
        let _ = (adapter, irql);
    }

    /// Whether a started adapter has a thread of its own for [`work`](Self::work).
    fn has_worker(&self) -> bool {
        false
    }

    /// What an interrupt routine or a DPC found to do that takes PASSIVE_LEVEL, such as asking the device after a hot plug. Runs
    /// on the adapter's own thread, once for each [`Started::wake_worker`] or for several. It has ended before
    /// [`stop_device`](Self::stop_device) is called, so it must not wait forever for a device that does not answer.
    ///
    /// IRQL: PASSIVE_LEVEL, concurrently with any DDI.
    fn work(&self, adapter: &Started<Self>, irql: &mut Passive<'_>) {
        let _ = (adapter, irql);
    }

    /// DxgkDdiSetPowerState. Can't fail, also for a child whose monitor is gone. A miniport that does nothing about it still
    /// takes the display over again when the adapter comes back to D0, which is what this does by itself.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_set_power_state).
    fn set_power_state(
        &self,
        adapter: Option<&Started<Self>>,
        device: PowerTarget,
        state: DEVICE_POWER_STATE,
        action: POWER_ACTION,
        irql: &mut Passive<'_>,
    ) {
        let _ = action;
        if let (Some(adapter), PowerTarget::Adapter) = (adapter, device)
            && state == PowerDeviceD0
        {
            // That there is no display to take over, or none that is lit, changes nothing here.
            let _ = adapter.interface.acquire_post_display_ownership(irql);
        }
    }

    /// DxgkDdiResetDevice, at any IRQL: puts the hardware where the firmware can show text.
    ///
    /// IRQL: any. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_reset_device).
    fn reset_device(&self) {}

    /// DxgkDdiNotifySurpriseRemoval. Other DDIs may be running. No hardware access from here on.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_notify_surprise_removal).
    fn notify_surprise_removal(&self) {}

    /// DXGKQAITYPE_DRIVERCAPS. What every display-only driver must say is filled in already; InterruptMessageNumber is not
    /// the miniport's to say.
    ///
    /// IRQL: PASSIVE_LEVEL, beside any other DDI. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_queryadapterinfo).
    fn driver_caps(&self, caps: &mut DXGK_DRIVERCAPS) {
        let _ = caps;
    }

    /// DxgkDdiQueryChildRelations: one zeroed descriptor per child that StartDevice announced.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_child_relations).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn query_child_relations(
        &self,
        adapter: &Started<Self>,
        children: &mut [DXGK_CHILD_DESCRIPTOR],
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;

    /// DxgkDdiQueryChildStatus, StatusConnection: whether a monitor is connected.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_child_status).
    ///
    /// # Errors
    ///
    /// STATUS_INVALID_PARAMETER for a child that does not exist.
    fn query_connection(
        &self,
        adapter: &Started<Self>,
        child: u32,
        irql: &mut Passive<'_>,
    ) -> Result<bool, Status>;

    /// DxgkDdiQueryDeviceDescriptor: copies EDID from byte `offset` into `to` and returns how many bytes there were.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_query_device_descriptor).
    ///
    /// # Errors
    ///
    /// STATUS_MONITOR_NO_DESCRIPTOR without an EDID, STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA past its end.
    fn query_device_descriptor(
        &self,
        adapter: &Started<Self>,
        child: u32,
        offset: usize,
        to: &mut [u8],
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;

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
        target: u32,
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
        path: &D3DKMDT_VIDPN_PRESENT_PATH,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;

    /// DxgkDdiSetVidPnSourceVisibility. `None` stands for every source (D3DDDI_ID_ALL).
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setvidpnsourcevisibility).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn set_vidpn_source_visibility(
        &self,
        adapter: &Started<Self>,
        source: Option<u32>,
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
        source: u32,
        target: u32,
        irql: &mut Passive<'_>,
    ) -> Result<D3DKMDT_VIDPN_HW_CAPABILITY, Status> {
        let _ = (adapter, source, target, irql);
        Ok(D3DKMDT_VIDPN_HW_CAPABILITY::default())
    }

    /// DxgkDdiPresentDisplayOnly. Re-entrant, and beside any other DDI but those of level three.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_presentdisplayonly).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets; no progress is reported then.
    fn present_display_only(
        &self,
        adapter: &Started<Self>,
        present: &PresentDisplayOnly<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<Present, Status>;

    /// DxgkDdiSetPointerPosition. Comes also for disabled sources and without pointer capabilities.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setpointerposition).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets.
    fn set_pointer_position(
        &self,
        adapter: &Started<Self>,
        position: &DXGKARG_SETPOINTERPOSITION,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, position, irql);
        Ok(())
    }

    /// DxgkDdiSetPointerShape.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_setpointershape).
    ///
    /// # Errors
    ///
    /// STATUS_NOT_SUPPORTED has the operating system draw the pointer itself.
    fn set_pointer_shape(
        &self,
        adapter: &Started<Self>,
        shape: &DXGKARG_SETPOINTERSHAPE,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, shape, irql);
        Err(Status::NOT_SUPPORTED)
    }

    /// DxgkDdiEscape. `data` is the kernel's copy of a buffer from user mode, answered in place.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_escape).
    ///
    /// # Errors
    ///
    /// The status that the caller in user mode gets.
    fn escape(
        &self,
        adapter: &Started<Self>,
        data: &mut [u8],
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, data, irql);
        Err(Status::INVALID_PARAMETER)
    }
}

/// The physical device object that DxgkDdiAddDevice got, to be passed to kernel services.
#[derive(Debug, Clone, Copy)]
pub struct PhysicalDevice(pub(crate) *mut DEVICE_OBJECT);

impl PhysicalDevice {
    /// The pointer.
    #[must_use]
    pub const fn as_ptr(self) -> *mut DEVICE_OBJECT {
        self.0
    }
}

/// Why an adapter can't be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartRefusal {
    /// dxgkrnl's interface can't be used.
    Interface(InterfaceError),
    /// DxgkCbGetDeviceInformation failed.
    NoResources(Status),
    /// Interrupt sources and messages can't be brought together.
    Interrupts(MapError),
    /// The adapter is started already.
    InvalidState,
    /// There is no memory for the sources' states.
    NoMemory,
}

impl StartRefusal {
    /// What DxgkDdiStartDevice returns.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Interface(InterfaceError::Absent) => Status::INVALID_PARAMETER,
            Self::Interface(InterfaceError::Size { .. } | InterfaceError::Version(_)) => {
                Status::REVISION_MISMATCH
            }
            Self::Interface(InterfaceError::CallbackAbsent(_)) => Status::NOT_SUPPORTED,
            Self::NoResources(status) => status,
            Self::Interrupts(_) => Status::DEVICE_CONFIGURATION_ERROR,
            Self::InvalidState => Status::INVALID_DEVICE_STATE,
            Self::NoMemory => Status::NO_MEMORY,
        }
    }
}

/// What DxgkDdiSetPowerState is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerTarget {
    /// The adapter itself (DISPLAY_ADAPTER_HW_ID).
    Adapter,
    /// The child with this ChildUid.
    Child(u32),
}

/// How a present went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Present {
    /// The picture is on the screen: STATUS_SUCCESS, and no progress is reported.
    Complete,
    /// Handed to the device: STATUS_PENDING. Progress has to be reported exactly once.
    Pending,
}

/// What a start is made from.
#[derive(Debug)]
pub struct StartDevice<'a, M: Miniport> {
    /// dxgkrnl's services.
    pub interface: &'a Interface,
    /// The translated resources.
    pub resources: &'a Resources,
    pub(crate) interrupts: &'a mut Prepared<M::Sources>,
}

impl<M: Miniport> StartDevice<'_, M> {
    /// How the adapter interrupts.
    #[must_use]
    pub fn messages(&self) -> &MessageMap {
        self.interrupts.map()
    }

    /// Whether the port synchronizes with the interrupt already: it is connected, and a device that raises it is heard.
    ///
    /// IRQL: PASSIVE_LEVEL.
    pub fn is_connected(&self, irql: &mut Passive<'_>) -> bool {
        let _ = irql;
        self.interface.port().synchronizes()
    }

    /// The message that `source` comes in on.
    pub fn message<S, P>(&self, source: S) -> Message
    where
        S: Source,
        M::Sources: Contains<S, P>,
    {
        self.interrupts.message(source)
    }

    /// The state of a source. Its interrupt routine can't run before the start has succeeded.
    pub fn state<S, P>(&mut self, source: S) -> &mut S::State
    where
        S: Source,
        M::Sources: Contains<S, P>,
    {
        self.interrupts.exclusive(source)
    }
}

/// What a start has made.
#[derive(Debug)]
pub struct Parts<M: Miniport> {
    /// The device.
    pub device: M::Device,
    /// How many video present sources there are; dxgkrnl numbers them from zero. At least one, at most 16.
    pub video_present_sources: u32,
    /// How many children there are, present or potential; at least as many as sources.
    pub children: u32,
}
