//! DDIs of the adapter's life: add, start, interrupt, DPC, power, stop, remove, unload.

use alloc::boxed::Box;
use core::ffi::c_void;
use core::mem::MaybeUninit;

use dxgk_sys::{
    BOOLEAN, DEVICE_OBJECT, DEVICE_POWER_STATE, DXGK_DISPLAY_INFORMATION, DXGK_EVENT_TYPE,
    DXGK_START_INFO, DXGK_SURPRISE_REMOVAL_TYPE, DXGKRNL_INTERFACE, FALSE, GUID, NTSTATUS,
    POWER_ACTION, QUERY_INTERFACE, STATUS_SUCCESS, TRUE, VIDEO_REQUEST_PACKET,
};

use super::{adapter, passive, status};
use crate::adapter::{Adapter, Started};
use crate::check::{DISPATCH_LEVEL, debug_irql};
use crate::heap::try_box;
use crate::id::{ChildUid, Counts, VidPnTargetId};
use crate::interface::Interface;
use crate::interrupt::{MessageMap, Prepared, SourceSet};
use crate::irql::{Dispatch, High, Passive};
use crate::miniport::{
    Miniport, Parts, PhysicalDevice, PowerAction, PowerState, PowerTarget, StartDevice,
    StartRefusal,
};
use crate::status::Status;
use crate::worker::Worker;

/// The DeviceUid of the adapter itself in DxgkDdiSetPowerState (dispmprt.h).
const DISPLAY_ADAPTER_HW_ID: u32 = 0xFFFF_FFFF;

pub(super) unsafe extern "system" fn add_device<M: Miniport>(
    device: *mut DEVICE_OBJECT,
    context: *mut *mut c_void,
) -> NTSTATUS {
    if device.is_null() || context.is_null() {
        return Status::INVALID_PARAMETER.raw();
    }
    // SAFETY: DxgkDdiAddDevice runs at PASSIVE_LEVEL.
    let mut irql = unsafe { passive::<M>("DxgkDdiAddDevice") };
    let added = M::add_device(PhysicalDevice(device), &mut irql)
        .and_then(|miniport| Adapter::new(miniport).inspect_err(|_| M::removed(&mut irql)));
    status(added.map(|adapter| {
        // SAFETY: dxgkrnl's out-pointer.
        unsafe { context.write(Box::into_raw(adapter).cast()) };
    }))
}

pub(super) unsafe extern "system" fn start_device<M: Miniport>(
    context: *mut c_void,
    _: *mut DXGK_START_INFO,
    interface: *mut DXGKRNL_INTERFACE,
    sources: *mut u32,
    children: *mut u32,
) -> NTSTATUS {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return Status::INVALID_PARAMETER.raw();
    };
    if sources.is_null() || children.is_null() {
        return Status::INVALID_PARAMETER.raw();
    }
    // SAFETY: DxgkDdiStartDevice runs at PASSIVE_LEVEL.
    let mut irql = unsafe { passive::<M>("DxgkDdiStartDevice") };
    // SAFETY: dxgkrnl's interface.
    match unsafe { start(adapter, interface, &mut irql) } {
        Ok(counts) => {
            // SAFETY: dxgkrnl's out-pointers.
            unsafe {
                sources.write(counts.0);
                children.write(counts.1);
            }
            STATUS_SUCCESS
        }
        Err(NotStarted::ByMiniport(status)) => status.raw(),
        Err(NotStarted::Refused(refusal)) => {
            adapter.miniport.start_refused(refusal, &mut irql);
            refusal.status().raw()
        }
    }
}

/// Who did not want to start.
enum NotStarted {
    ByMiniport(Status),
    Refused(StartRefusal),
}

impl From<StartRefusal> for NotStarted {
    fn from(refusal: StartRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// # Safety
///
/// `interface` is NULL or what dxgkrnl passed to the DxgkDdiStartDevice that runs.
unsafe fn start<M: Miniport>(
    adapter: &Adapter<M>,
    interface: *const DXGKRNL_INTERFACE,
    irql: &mut Passive<'_>,
) -> Result<(u32, u32), NotStarted> {
    if adapter.started().is_some() {
        return Err(StartRefusal::InvalidState.into());
    }
    let life = adapter.begin_life().ok_or(StartRefusal::InvalidState)?;
    // SAFETY: the caller's promise.
    let interface = unsafe { Interface::take(interface, life) };
    let counts = interface
        .map_err(|error| StartRefusal::Interface(error).into())
        .and_then(|interface| start_with(adapter, interface, irql));
    // A stop may have ended it already.
    if counts.is_err() && life.is_alive() {
        // What was made has been dropped; what the miniport kept is dead.
        life.end::<M::Kernel>(irql);
    }
    counts
}

fn start_with<M: Miniport>(
    adapter: &Adapter<M>,
    interface: Interface<M::Kernel>,
    irql: &mut Passive<'_>,
) -> Result<(u32, u32), NotStarted> {
    let resources = interface
        .resources(irql)
        .map_err(StartRefusal::NoResources)?;
    let map = MessageMap::new(
        resources.interrupt(),
        M::Sources::COUNT,
        M::Sources::NOTIFYING,
    )
    .map_err(StartRefusal::Interrupts)?;
    // Both allocations come first: once the miniport has set its device going, nothing of this layer may fail any more.
    let interrupts = Prepared::new(interface.port().again(), map, irql);
    let mut interrupts = interrupts.map_err(StartRefusal::Sources)?;
    // SAFETY: nothing has to be written for it to be a value.
    let place = unsafe { try_box::<MaybeUninit<Started<M>>>(|_| ()) };
    let place = place.map_err(|_| StartRefusal::NoMemory)?;
    let mut start = StartDevice {
        interface: &interface,
        resources: &resources,
        interrupts: &mut interrupts,
    };
    let Parts {
        device,
        context,
        video_present_sources,
        children,
    } = adapter
        .miniport
        .start_device(&mut start, irql)
        .map_err(NotStarted::ByMiniport)?;
    let worker = match adapter.miniport.has_worker() {
        true => Some(Worker::new(irql).map_err(|_| StartRefusal::NoMemory)?),
        false => None,
    };
    let counts = Counts::checked(video_present_sources, children);
    let counts = counts.ok_or(StartRefusal::Announced {
        video_present_sources,
        children,
    })?;
    let started = Started {
        interrupts: interrupts.connect(device),
        interface,
        worker,
        context,
    };
    let started = adapter
        .publish(Box::write(place, started))
        .ok_or(StartRefusal::InvalidState)?;
    let enabled = adapter
        .miniport
        .enable_interrupts(started, irql)
        .map_err(NotStarted::ByMiniport)
        .and_then(|()| {
            // Only now: dxgkrnl has no children to hear of while they are being enabled, and the worker would speak of them.
            started.interface.announced().announce(counts);
            let worker = adapter.start_worker(started, irql);
            worker.map_err(|_| NotStarted::Refused(StartRefusal::NoMemory))
        });
    if let Err(why) = enabled {
        adapter.stop(irql);
        return Err(why);
    }
    adapter.open_requests();
    Ok((video_present_sources, children))
}

pub(super) unsafe extern "system" fn stop_device<M: Miniport>(context: *mut c_void) -> NTSTATUS {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return Status::INVALID_PARAMETER.raw();
    };
    // SAFETY: DxgkDdiStopDevice runs at PASSIVE_LEVEL.
    let mut irql = unsafe { passive::<M>("DxgkDdiStopDevice") };
    adapter.stop(&mut irql);
    STATUS_SUCCESS
}

pub(super) unsafe extern "system" fn stop_device_and_release_post_display_ownership<M: Miniport>(
    context: *mut c_void,
    target: u32,
    information: *mut DXGK_DISPLAY_INFORMATION,
) -> NTSTATUS {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return Status::INVALID_PARAMETER.raw();
    };
    let Some(started) = adapter.started() else {
        return Status::DEVICE_NOT_READY.raw();
    };
    if information.is_null() {
        return Status::INVALID_PARAMETER.raw();
    }
    // SAFETY: the DDI runs at PASSIVE_LEVEL.
    let mut irql = unsafe { passive::<M>("DxgkDdiStopDeviceAndReleasePostDisplayOwnership") };
    let counts = started.interface.counts();
    let target = VidPnTargetId::below(target, counts.children);
    let released = adapter
        .miniport
        .release_post_display(started, target, &mut irql);
    status(released.and_then(|display| {
        // The next driver will draw there: it has to be this adapter's, and on a target that there is.
        let own = display.memory().is_of(started.interface.life())
            && display.target().number() < counts.children;
        if !own {
            return Err(Status::NOT_SUPPORTED);
        }
        adapter.stop(&mut irql);
        // SAFETY: dxgkrnl's structure.
        unsafe { information.write(display.information()) };
        Ok(())
    }))
}

pub(super) unsafe extern "system" fn remove_device<M: Miniport>(context: *mut c_void) -> NTSTATUS {
    // SAFETY: DxgkDdiRemoveDevice runs at PASSIVE_LEVEL.
    let mut irql = unsafe { passive::<M>("DxgkDdiRemoveDevice") };
    // SAFETY: dxgkrnl passes the context of an added adapter; the reference ends before the block does.
    match unsafe { adapter::<M>(context) } {
        // An adapter that was stopped has nothing left to stop.
        Some(adapter) => adapter.stop(&mut irql),
        None => return Status::INVALID_PARAMETER.raw(),
    }
    // SAFETY: made by `add_device` from a box; dxgkrnl does not use the context after this, and the stop left no interrupt
    // routine and no DPC that could.
    drop(unsafe { Box::from_raw(context.cast::<Adapter<M>>()) });
    M::removed(&mut irql);
    STATUS_SUCCESS
}

pub(super) unsafe extern "system" fn unload<M: Miniport>() {
    // SAFETY: DxgkDdiUnload runs at PASSIVE_LEVEL.
    let mut irql = unsafe { passive::<M>("DxgkDdiUnload") };
    M::unload(&mut irql);
}

pub(super) unsafe extern "system" fn interrupt_routine<M: Miniport>(
    context: *mut c_void,
    message: u32,
) -> BOOLEAN {
    debug_irql::<M::Kernel>("DxgkDdiInterruptRoutine", DISPATCH_LEVEL + 1, u8::MAX);
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return FALSE;
    };
    // SAFETY: this is DxgkDdiInterruptRoutine, at DIRQL with the lock of the message that the handle has.
    if unsafe { adapter.interrupt(message) } {
        TRUE
    } else {
        FALSE
    }
}

pub(super) unsafe extern "system" fn dpc_routine<M: Miniport>(context: *mut c_void) {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    let Some(adapter) = (unsafe { adapter::<M>(context) }) else {
        return;
    };
    if let Some(started) = adapter.started() {
        debug_irql::<M::Kernel>("DxgkDdiDpcRoutine", DISPATCH_LEVEL, DISPATCH_LEVEL);
        // SAFETY: DxgkDdiDpcRoutine runs at DISPATCH_LEVEL.
        let mut irql = unsafe { Dispatch::assume() };
        if !adapter.is_ending() {
            adapter.miniport.dpc(started, &mut irql);
        }
        started.interface.port().notify_dpc(&irql);
    }
}

pub(super) unsafe extern "system" fn set_power_state<M: Miniport>(
    context: *mut c_void,
    device: u32,
    state: DEVICE_POWER_STATE,
    action: POWER_ACTION,
) -> NTSTATUS {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    if let Some(adapter) = unsafe { adapter::<M>(context) } {
        let target = match device {
            DISPLAY_ADAPTER_HW_ID => Some(PowerTarget::Adapter),
            child => ChildUid::new(child).map(PowerTarget::Child),
        };
        let (Some(target), Some(state)) = (target, PowerState::read(state)) else {
            // Nothing that could change, and the DDI can't fail.
            return STATUS_SUCCESS;
        };
        let action = PowerAction::read(action);
        // SAFETY: the DDI runs at PASSIVE_LEVEL.
        let mut irql = unsafe { passive::<M>("DxgkDdiSetPowerState") };
        adapter
            .miniport
            .set_power_state(adapter.started(), target, state, action, &mut irql);
    }
    STATUS_SUCCESS
}

pub(super) unsafe extern "system" fn reset_device<M: Miniport>(context: *mut c_void) {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    if let Some(adapter) = unsafe { adapter::<M>(context) } {
        // SAFETY: the system stops, or the adapter does: nothing of this processor that holds a capability goes on. It is not
        // lent, and keeps a host's thread from getting another one.
        let _irql = unsafe { High::assume() };
        adapter.miniport.reset_device();
    }
}

pub(super) unsafe extern "system" fn notify_surprise_removal<M: Miniport>(
    context: *mut c_void,
    _: DXGK_SURPRISE_REMOVAL_TYPE,
) -> NTSTATUS {
    // SAFETY: dxgkrnl passes the context of an added adapter.
    if let Some(adapter) = unsafe { adapter::<M>(context) } {
        adapter.miniport.notify_surprise_removal();
    }
    STATUS_SUCCESS
}

/// There are no video port requests that this layer handles.
pub(super) unsafe extern "system" fn dispatch_io_request(
    _: *mut c_void,
    _: u32,
    _: *mut VIDEO_REQUEST_PACKET,
) -> NTSTATUS {
    Status::NOT_SUPPORTED.raw()
}

/// Every event is accepted; none makes dxgkrnl do something.
pub(super) unsafe extern "system" fn notify_acpi_event(
    _: *mut c_void,
    _: DXGK_EVENT_TYPE,
    _: u32,
    _: *mut c_void,
    flags: *mut u32,
) -> NTSTATUS {
    if !flags.is_null() {
        // SAFETY: dxgkrnl's out-pointer.
        unsafe { flags.write(0) };
    }
    STATUS_SUCCESS
}

/// No interface is exported, which passes the query to the next driver.
pub(super) unsafe extern "system" fn query_interface(
    _: *mut c_void,
    _: *mut QUERY_INTERFACE,
) -> NTSTATUS {
    Status::NOT_SUPPORTED.raw()
}

/// The driver's trace provider is switched by ETW itself.
pub(super) unsafe extern "system" fn control_etw_logging(_: BOOLEAN, _: u32, _: u8) {}

/// Not called: DXGK_DRIVERCAPS.SupportRuntimePowerManagement is FALSE.
pub(super) unsafe extern "system" fn set_power_component_fstate(
    _: *mut c_void,
    _: u32,
    _: u32,
) -> NTSTATUS {
    Status::NOT_SUPPORTED.raw()
}

/// Not called: DXGK_DRIVERCAPS.SupportRuntimePowerManagement is FALSE.
pub(super) unsafe extern "system" fn power_runtime_control_request(
    _: *mut c_void,
    _: *const GUID,
    _: *mut c_void,
    _: usize,
    _: *mut c_void,
    _: usize,
    _: *mut usize,
) -> NTSTATUS {
    Status::NOT_SUPPORTED.raw()
}
