//! The traits that a display-only miniport implements: DDIs as safe methods, in Microsoft's groups.
//!
//! [`Miniport`] is the life cycle. [`Children`], [`VidPns`], [`Presents`], [`Pointer`], [`SystemDisplay`] and [`Escape`] are the
//! other groups, and a type that implements all of them is [`DisplayOnly`].
//!
//! Each method is named after its DDI and documents only what differs from Microsoft's page. Methods without a body are
//! what no display-only driver can do without; the others answer as the page says a driver without the feature does. A group
//! without need for a word is implemented with `impl dxgk::miniport::Pointer for Driver {}`.

mod caps;
mod children;
mod escape;
mod pointer;
mod power;
mod presents;
mod system_display;
mod vidpns;

pub use caps::{DriverCaps, PointerCaps};
pub use children::{ChildDescriptor, Children, HotPlug, OutputTechnology};
pub use escape::Escape;
pub use pointer::{Pointer, PointerKind, PointerPosition, PointerShape};
pub use power::{PowerAction, PowerState, PowerTarget};
pub use presents::Presents;
pub use system_display::{SystemDisplay, SystemMode, SystemPicture};
pub use vidpns::{HardwareCapability, VidPns};

use core::ffi::c_void;

use dxgk_sys::DEVICE_OBJECT;

use crate::adapter::{Registry, Started};
use crate::id::VidPnTargetId;
use crate::interface::{Interface, InterfaceError};
use crate::interrupt::{
    Contains, Dxgkrnl, MapError, Message, MessageMap, PrepareError, Prepared, Source, SourceSet,
};
use crate::irql::{Dispatch, Passive};
use crate::kernel::Kernel;
use crate::post_display::LitDisplay;
use crate::resources::Resources;
use crate::status::Status;

/// A whole display-only miniport: every group is implemented. It is, by itself, when they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` lacks a group of a display-only miniport's DDIs",
    label = "not a whole miniport",
    note = "a group without need for a word takes one line, such as `impl dxgk::miniport::Pointer for {Self} {{}}`"
)]
pub trait DisplayOnly:
    Miniport + Children + VidPns + Presents + Pointer + SystemDisplay + Escape
{
}

impl<M> DisplayOnly for M where
    M: Miniport + Children + VidPns + Presents + Pointer + SystemDisplay + Escape
{
}

/// A display-only miniport's life cycle. The value is what belongs to an adapter from DxgkDdiAddDevice to
/// DxgkDdiRemoveDevice, where it is dropped. What exists only while the adapter is started is the
/// [`Device`](Self::Device), the [`Context`](Self::Context), and the sources' states.
pub trait Miniport: Sized + Send + Sync + 'static {
    /// The operating system's services.
    type Kernel: Kernel;
    /// The interrupt sources, as a tuple.
    type Sources: SourceSet<Device = Self::Device, Connection = Dxgkrnl>;
    /// The part of a started adapter that interrupt routines may read. Dropped after the stop barrier.
    type Device: Send + Sync + 'static;
    /// What else lives from start to stop. Interrupt routines can't reach it, so that it may hold what they must not touch:
    /// mutexes, events, allocations. Dropped after the stop barrier, and after the device.
    type Context: Send + Sync + 'static;

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
    /// here on, so that a line which rises is dismissed and claimed; the worker and requests through the [`Registry`] come only
    /// after it, and so does what dxgkrnl hears of children.
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
    /// says where it is. None stands for a target that the adapter does not have. If this succeeds, the adapter is stopped as by DxgkDdiStopDevice, which is not called then.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkddi_stop_device_and_release_post_display_ownership).
    ///
    /// # Errors
    ///
    /// STATUS_NOT_SUPPORTED if the target has no display; dxgkrnl then stops the device.
    fn release_post_display(
        &self,
        adapter: &Started<Self>,
        target: Option<VidPnTargetId>,
        irql: &mut Passive<'_>,
    ) -> Result<LitDisplay, Status> {
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
        state: PowerState,
        action: PowerAction,
        irql: &mut Passive<'_>,
    ) {
        let _ = action;
        if let (Some(adapter), PowerTarget::Adapter) = (adapter, device)
            && state == PowerState::D0
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

    /// DXGKQAITYPE_DRIVERCAPS: what is not the same for every display-only driver. InterruptMessageNumber is not the miniport's
    /// to say.
    ///
    /// IRQL: PASSIVE_LEVEL, concurrently with any other DDI. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_queryadapterinfo).
    fn driver_caps(&self) -> DriverCaps {
        DriverCaps::default()
    }
}

/// The physical device object that DxgkDdiAddDevice got, to be passed to kernel services by unsafe code.
#[derive(Debug, Clone, Copy)]
pub struct PhysicalDevice(pub(crate) *mut DEVICE_OBJECT);

impl PhysicalDevice {
    /// The pointer to its DEVICE_OBJECT.
    ///
    /// # Safety
    ///
    /// It is not used when the adapter has been removed.
    #[must_use]
    pub const unsafe fn as_ptr(self) -> *mut c_void {
        self.0.cast()
    }
}

/// Why an adapter can't be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartRefusal {
    /// dxgkrnl's interface can't be used.
    Interface(InterfaceError),
    /// DxgkCbGetDeviceInformation failed.
    NoResources(Status),
    /// Interrupt sources and messages can't be brought together.
    Interrupts(MapError),
    /// So many sources or children can't be announced.
    Announced {
        /// The sources.
        video_present_sources: u32,
        /// The children.
        children: u32,
    },
    /// The adapter is started already.
    InvalidState,
    /// The sources can't be prepared: no memory, or one of them twice.
    Sources(PrepareError),
    /// There is no memory, or no thread for the worker.
    NoMemory,
}

impl StartRefusal {
    /// What DxgkDdiStartDevice returns.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Interface(InterfaceError::Absent) => Status::INVALID_PARAMETER,
            Self::Interface(InterfaceError::Version(_)) => Status::REVISION_MISMATCH,
            Self::Interface(InterfaceError::CallbackAbsent(_)) => Status::NOT_SUPPORTED,
            Self::NoResources(status) => status,
            Self::Interrupts(_) => Status::DEVICE_CONFIGURATION_ERROR,
            Self::Announced { .. } => Status::INVALID_PARAMETER,
            Self::InvalidState => Status::INVALID_DEVICE_STATE,
            Self::Sources(PrepareError::OutOfMemory) | Self::NoMemory => Status::NO_MEMORY,
            Self::Sources(_) => Status::DEVICE_CONFIGURATION_ERROR,
        }
    }
}

impl core::fmt::Display for StartRefusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Interface(error) => core::fmt::Display::fmt(error, f),
            Self::NoResources(status) => {
                write!(f, "DxgkCbGetDeviceInformation answered {status}")
            }
            Self::Interrupts(error) => write!(
                f,
                "the interrupt sources can't be mapped to the messages of the adapter: {error}"
            ),
            Self::Announced {
                video_present_sources,
                children,
            } => write!(
                f,
                "{video_present_sources} sources and {children} children, expected 1 to 16 sources and as many children at least"
            ),
            Self::InvalidState => f.write_str("the adapter is started already"),
            Self::Sources(error) => core::fmt::Display::fmt(error, f),
            Self::NoMemory => f.write_str("no memory for the adapter, or no thread for its worker"),
        }
    }
}

impl core::error::Error for StartRefusal {}

impl From<StartRefusal> for Status {
    fn from(refusal: StartRefusal) -> Self {
        refusal.status()
    }
}

/// What a start is made from.
#[derive(Debug)]
pub struct StartDevice<'a, M: Miniport> {
    /// dxgkrnl's services.
    pub interface: &'a Interface<M::Kernel>,
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
    /// What else lives from start to stop.
    pub context: M::Context,
    /// How many video present sources there are; dxgkrnl numbers them from zero. At least one, at most 16.
    pub video_present_sources: u32,
    /// How many children there are, present or potential; at least as many as sources, at most 256.
    pub children: u32,
}
