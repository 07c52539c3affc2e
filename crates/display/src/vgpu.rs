//! The miniport: which DDI is answered where.

use alloc::boxed::Box;
use core::fmt;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, Ordering};

use dxgk::adapter::{Registry, Started};
use dxgk::id::{ChildUid, Sources, VidPnSourceId, VidPnTargetId};
use dxgk::irql::{Dispatch, Passive};
use dxgk::miniport::{
    ChildDescriptor, Children, Escape, HardwareCapability, Miniport, Parts, PhysicalDevice,
    Pointer, PowerAction, PowerState, PowerTarget, Presents, StartDevice, SystemDisplay, VidPns,
};
use dxgk::post_display::LitDisplay;
use dxgk::present::PresentDisplayOnly;
use dxgk::status::Status;
use dxgk::vidpn::{Cofunctional, Commit, MonitorModes, Path, VidPn};

use crate::device::Device;
use crate::settings::Settings;
use crate::{
    HardwareInformation, Platform, TraceEvent, children, commit, interrupts, power, present,
    requests, start, stop, vidpn, visibility,
};

/// A virtio GPU's miniport, from DxgkDdiAddDevice to DxgkDdiRemoveDevice.
pub struct Vgpu<P: Platform> {
    /// The device has been removed by surprise; it is not touched any more.
    removed: AtomicBool,
    settings: Settings,
    platform: PhantomData<fn() -> P>,
}

impl<P: Platform> fmt::Debug for Vgpu<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vgpu").finish_non_exhaustive()
    }
}

impl<P: Platform> Vgpu<P> {
    fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Acquire)
    }

    /// # Errors
    ///
    /// STATUS_DEVICE_REMOVED once the device has been.
    fn check_present(&self) -> Result<(), Status> {
        if self.is_removed() {
            Err(Status::DEVICE_REMOVED)
        } else {
            Ok(())
        }
    }
}

impl<P: Platform> Miniport for Vgpu<P> {
    type Kernel = P;
    type Sources = interrupts::Sources<P>;
    type Device = Box<Device<P>>;
    type Context = ();

    fn registry() -> &'static Registry<Self> {
        P::registry()
    }

    fn add_device(device: PhysicalDevice, irql: &mut Passive<'_>) -> Result<Self, Status> {
        P::adapter_added(irql);
        let recorded =
            P::record_hardware_information(device, &HardwareInformation::VIRTIO_GPU, irql);
        if let Err(status) = recorded {
            P::trace(&TraceEvent::HardwareInformationNotRecorded {
                status: status.raw(),
            });
        }
        Ok(Self {
            removed: AtomicBool::new(false),
            settings: Settings::read::<P>(device, irql),
            platform: PhantomData,
        })
    }

    fn removed(irql: &mut Passive<'_>) {
        P::adapter_removed(irql);
    }

    fn start_device(
        &self,
        start: &mut StartDevice<'_, Self>,
        irql: &mut Passive<'_>,
    ) -> Result<Parts<Self>, Status> {
        start::start_device(start, self.settings, irql)
    }

    fn enable_interrupts(
        &self,
        adapter: &Started<Self>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        start::enable_interrupts(adapter, irql)
    }

    fn stop_device(&self, adapter: &Started<Self>, irql: &mut Passive<'_>) {
        if self.is_removed() {
            stop::stop_removed(adapter, irql);
        } else {
            stop::stop_device(adapter, irql);
        }
    }

    fn release_post_display(
        &self,
        adapter: &Started<Self>,
        target: Option<VidPnTargetId>,
        irql: &mut Passive<'_>,
    ) -> Result<LitDisplay, Status> {
        self.check_present()?;
        stop::release_post_display(adapter, target, irql)
    }

    fn dpc(&self, adapter: &Started<Self>, irql: &mut Dispatch<'_>) {
        interrupts::dpc(adapter, irql);
    }

    fn set_power_state(
        &self,
        adapter: Option<&Started<Self>>,
        device: PowerTarget,
        state: PowerState,
        action: PowerAction,
        irql: &mut Passive<'_>,
    ) {
        let Some(adapter) = adapter.filter(|_| !self.is_removed()) else {
            return;
        };
        match device {
            PowerTarget::Adapter => power::set_adapter_state(adapter, state, action, irql),
            PowerTarget::Child(child) => power::set_child_state(adapter, child, state, irql),
        }
    }

    fn notify_surprise_removal(&self) {
        self.removed.store(true, Ordering::Release);
    }
}

impl<P: Platform> Children for Vgpu<P> {
    fn query_child_relations(
        &self,
        adapter: &Started<Self>,
        _: ChildUid,
        _: &mut Passive<'_>,
    ) -> Result<ChildDescriptor, Status> {
        Ok(children::descriptor(adapter.device.output()?.connector))
    }

    fn query_connection(
        &self,
        _: &Started<Self>,
        _: ChildUid,
        _: &mut Passive<'_>,
    ) -> Result<bool, Status> {
        Ok(children::CONNECTED)
    }

    fn query_device_descriptor(
        &self,
        adapter: &Started<Self>,
        _: ChildUid,
        offset: usize,
        to: &mut [u8],
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        children::query_descriptor(adapter.device.output()?, offset, to)
    }
}

impl<P: Platform> VidPns for Vgpu<P> {
    fn recommend_monitor_modes(
        &self,
        adapter: &Started<Self>,
        _: VidPnTargetId,
        modes: &MonitorModes<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        children::recommend_modes::<P>(adapter.device.output()?, modes, irql)
    }

    fn is_supported_vidpn(
        &self,
        adapter: &Started<Self>,
        vidpn: &VidPn<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<bool, Status> {
        vidpn::is_supported(vidpn, adapter.device.output()?.preferred, irql)
    }

    fn enum_vidpn_cofunc_modality(
        &self,
        adapter: &Started<Self>,
        request: &Cofunctional<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        vidpn::enum_cofunctional(request, adapter.device.output()?.preferred, irql)
    }

    fn commit_vidpn(
        &self,
        adapter: &Started<Self>,
        commit: &Commit<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        if self.is_removed() {
            return Err(Status::GRAPHICS_INVALID_VIDPN);
        }
        commit::commit(adapter, commit, irql)
    }

    fn update_active_vidpn_present_path(
        &self,
        adapter: &Started<Self>,
        path: &Path,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        commit::update_path(adapter, path, irql)
    }

    fn set_vidpn_source_visibility(
        &self,
        adapter: &Started<Self>,
        _: Sources,
        visible: bool,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        self.check_present()?;
        visibility::set_visibility(adapter, visible, irql)
    }

    fn query_vidpn_hw_capability(
        &self,
        _: &Started<Self>,
        _: VidPnSourceId,
        _: VidPnTargetId,
        _: &mut Passive<'_>,
    ) -> Result<HardwareCapability, Status> {
        // No bit is set, since no transformation that one of them is about is offered.
        Ok(HardwareCapability::default())
    }
}

impl<P: Platform> Presents for Vgpu<P> {
    fn present_display_only(
        &self,
        adapter: &Started<Self>,
        present: &PresentDisplayOnly<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        self.check_present()?;
        present::present(adapter, present, irql)
    }
}

// The operating system draws the pointer.
impl<P: Platform> Pointer for Vgpu<P> {}

// A picture takes commands, which nothing answers when the system stops.
impl<P: Platform> SystemDisplay for Vgpu<P> {}

impl<P: Platform> Escape for Vgpu<P> {
    fn escape(
        &self,
        adapter: &Started<Self>,
        data: &mut [u8],
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        requests::escape(adapter, data, irql)
    }
}
