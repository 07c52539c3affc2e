//! DXGK_MONITOR_INTERFACE, and monitors that arrive at a target.

use super::kinds::{Kind, Monitor, shown};
use super::modes;
use super::modeset::{self, ModeSet, Owner};
use super::open;
use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::descriptor::preferred_size;
use crate::handle::{self, Found};
use crate::machine::NtStatus;
use crate::port::{Port, check};
use crate::rules::Rule;
use dxgk_sys::*;

/// The interface of this version, if the model has it.
pub(crate) fn interface(
    version: DXGK_MONITOR_INTERFACE_VERSION,
) -> Option<*const DXGK_MONITOR_INTERFACE> {
    match version {
        DXGK_MONITOR_INTERFACE_VERSION_V1 => Some(&raw const V1),
        // Version 2 begins with the members of version 1.
        DXGK_MONITOR_INTERFACE_VERSION_V2 => Some((&raw const V2).cast()),
        _ => None,
    }
}

/// The adapter of a monitor function's hAdapter, which is DXGKRNL_INTERFACE.DeviceHandle.
fn adapter_of(handle: D3DKMDT_ADAPTER, at: &'static str) -> Option<&'static Adapter> {
    let (port, adapter) = match handle::adapter(handle) {
        Found::Adapter(adapter) => (adapter.port(), Some(adapter)),
        Found::Wrong(adapter) => (adapter.port(), None),
        Found::Unknown => (Port::last()?, None),
    };
    check!(port, AddTwoHandles, at, adapter.is_some(), "the DeviceHandle"; "{handle:?}");
    let level = port.machine().irql();
    check!(port, IrqlCallback, at, level == 0, "IRQL 0"; "IRQL {level}");
    adapter.filter(|_| level == 0)
}

unsafe extern "system" fn acquire(
    handle: D3DKMDT_ADAPTER,
    target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    out: *mut D3DKMDT_HMONITORSOURCEMODESET,
    interface: *mut *const DXGK_MONITORSOURCEMODESET_INTERFACE,
) -> NtStatus {
    let Some(adapter) = adapter_of(handle, "pfnAcquireMonitorSourceModeSet") else {
        return STATUS_INVALID_PARAMETER;
    };
    if out.is_null() || interface.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    if adapter.children.by_uid(target).is_none() {
        return STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET;
    }
    let machine = adapter.machine();
    let mut store = adapter.vidpn.lock(machine);
    let Some(set) = store.monitors.get(&target).copied() else {
        return STATUS_GRAPHICS_MONITOR_NOT_CONNECTED;
    };
    store.monitor.acquired.push((set, machine.processor()));
    // SAFETY: neither is NULL, so by the page they point to variables of the driver's.
    unsafe {
        out.write(handle::pack(handle::Kind::MonitorSet, adapter.slot(), set).cast());
        interface.write(&raw const modeset::MONITOR);
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn release(
    handle: D3DKMDT_ADAPTER,
    set: D3DKMDT_HMONITORSOURCEMODESET,
) -> NtStatus {
    const AT: &str = "pfnReleaseMonitorSourceModeSet";
    let Some(adapter) = adapter_of(handle, AT) else {
        return STATUS_INVALID_PARAMETER;
    };
    let Some((_, id)) = open(set, handle::Kind::MonitorSet, AT) else {
        return Monitor::INVALID_SET;
    };
    let machine = adapter.machine();
    let mine = machine.processor();
    let mut store = adapter.vidpn.lock(machine);
    let acquired = &mut store.monitor.acquired;
    let found = acquired
        .iter()
        .position(|entry| *entry == (id, mine))
        .map(|index| acquired.swap_remove(index));
    check!(adapter.port(), IntfRefcount, AT, found.is_some(), "one release for an acquire"; "one more");
    if found.is_some() {
        STATUS_SUCCESS
    } else {
        Monitor::INVALID_SET
    }
}

// Frequency ranges, descriptors and additional modes are not modelled: display-only samples use none of them.

unsafe extern "system" fn frequency_ranges(
    _handle: D3DKMDT_ADAPTER,
    _target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    _out: *mut D3DKMDT_HMONITORFREQUENCYRANGESET,
    _interface: *mut *const DXGK_MONITORFREQUENCYRANGESET_INTERFACE,
) -> NtStatus {
    STATUS_GRAPHICS_MONITOR_NOT_CONNECTED
}

unsafe extern "system" fn descriptors(
    _handle: D3DKMDT_ADAPTER,
    _target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    _out: *mut D3DKMDT_HMONITORDESCRIPTORSET,
    _interface: *mut *const DXGK_MONITORDESCRIPTORSET_INTERFACE,
) -> NtStatus {
    STATUS_GRAPHICS_MONITOR_NOT_CONNECTED
}

unsafe extern "system" fn additional_modes(
    _handle: D3DKMDT_ADAPTER,
    _target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    _count: *mut UINT,
    _modes: *mut *mut DXGK_TARGETMODE_DETAIL_TIMING,
) -> NtStatus {
    STATUS_GRAPHICS_MONITOR_NOT_CONNECTED
}

unsafe extern "system" fn release_additional(
    _handle: D3DKMDT_ADAPTER,
    _target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    _modes: *const DXGK_TARGETMODE_DETAIL_TIMING,
) -> NtStatus {
    STATUS_INVALID_PARAMETER
}

static V1: DXGK_MONITOR_INTERFACE = DXGK_MONITOR_INTERFACE {
    Version: DXGK_MONITOR_INTERFACE_VERSION_V1,
    pfnAcquireMonitorSourceModeSet: Some(acquire),
    pfnReleaseMonitorSourceModeSet: Some(release),
    pfnGetMonitorFrequencyRangeSet: Some(frequency_ranges),
    pfnGetMonitorDescriptorSet: Some(descriptors),
};

static V2: DXGK_MONITOR_INTERFACE_V2 = DXGK_MONITOR_INTERFACE_V2 {
    Version: DXGK_MONITOR_INTERFACE_VERSION_V2,
    pfnAcquireMonitorSourceModeSet: Some(acquire),
    pfnReleaseMonitorSourceModeSet: Some(release),
    pfnGetMonitorFrequencyRangeSet: Some(frequency_ranges),
    pfnGetMonitorDescriptorSet: Some(descriptors),
    pfnGetAdditionalMonitorModeSet: Some(additional_modes),
    pfnReleaseAdditionalMonitorModeSet: Some(release_additional),
};

impl Adapter {
    /// A monitor with this EDID (empty: none) arrives at `target`: its mode set is made and DxgkDdiRecommendMonitorModes
    /// may add to it. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn monitor_arrives(&self, target: u32, edid: &[u8]) -> Result<(), NtStatus> {
        let machine = self.machine();
        let preferred = preferred_size(edid);
        let set = {
            let mut store = self.vidpn.lock(machine);
            let mut set = ModeSet::<Monitor>::new(0, target, Owner::Port);
            let sizes = preferred.iter().chain(
                modes::DEFAULTS
                    .iter()
                    .filter(|size| Some(**size) != preferred),
            );
            for (index, size) in sizes.enumerate() {
                let id = set.mode_id();
                set.modes.push(modes::monitor_mode(
                    id,
                    *size,
                    index == 0,
                    preferred.is_some(),
                ));
            }
            let id = store.monitor.add(set);
            if let Some(old) = store.monitors.insert(target, id) {
                store.monitor.all.remove(&old);
            }
            id
        };
        let Some(recommend) = self.table().DxgkDdiRecommendMonitorModes else {
            return Ok(());
        };
        let arguments = DXGKARG_RECOMMENDMONITORMODES {
            VideoPresentTargetId: target,
            hMonitorSourceModeSet: handle::pack(handle::Kind::MonitorSet, self.slot(), set).cast(),
            pMonitorSourceModeSetInterface: &raw const modeset::MONITOR,
        };
        let argument = &raw const arguments;
        let status = self.call(Ddi::RecommendMonitorModes, || {
            // SAFETY: the driver gave this function for this purpose; the argument is live.
            unsafe { recommend(self.context(), argument) }
        });
        // The set's own errors may be passed on; the model's set gives these.
        let named = [
            STATUS_SUCCESS,
            STATUS_NO_MEMORY,
            STATUS_GRAPHICS_INVALID_FREQUENCY,
            STATUS_GRAPHICS_INVALID_ACTIVE_REGION,
            STATUS_GRAPHICS_INVALID_TOTAL_REGION,
            STATUS_GRAPHICS_MODE_ALREADY_IN_MODESET,
            STATUS_GRAPHICS_MODE_ID_MUST_BE_UNIQUE,
            STATUS_GRAPHICS_RESOURCES_NOT_RELATED,
        ];
        self.documented(Rule::MonResult, Ddi::RecommendMonitorModes, status, &named);
        if NT_SUCCESS(status) {
            Ok(())
        } else {
            Err(status)
        }
    }

    /// The monitor at `target` is gone. PASSIVE_LEVEL.
    pub fn monitor_leaves(&self, target: u32) {
        let mut store = self.vidpn.lock(self.machine());
        if let Some(set) = store.monitors.remove(&target) {
            store.monitor.all.remove(&set);
        }
    }

    /// Size of the preferred mode of the monitor at `target`.
    pub(crate) fn preferred_mode(&self, target: u32) -> Option<(u32, u32)> {
        let store = self.vidpn.lock(self.machine());
        let set = store.monitor.all.get(store.monitors.get(&target)?)?;
        let mode = set
            .modes
            .iter()
            .rfind(|mode| mode.Preference == D3DKMDT_MP_PREFERRED)
            .or(set.modes.first())?;
        Some(shown(&mode.VideoSignalInfo))
    }
}
