//! DXGK_VIDPN_INTERFACE: topology handle, and mode sets acquired, created, assigned, released.

use super::kinds::{Kind, Source, Target};
use super::modeset::{self, ModeSet, Owner};
use super::store::{Access, Pivot, Store, VidPn};
use super::{open, topology};
use crate::adapter::Adapter;
use crate::handle;
use crate::machine::NtStatus;
use crate::port::{Port, check};
use alloc::collections::BTreeMap;
use dxgk_sys::*;

type Set<K> = *mut <K as Kind>::Handle;

/// What differs between the source and the target half of the interface.
trait Half: Kind {
    /// The interface of its mode sets.
    type Interface: 'static;
    fn interface() -> &'static Self::Interface;
    fn map(vidpn: &mut VidPn) -> &mut BTreeMap<u32, u32>;
    fn is_pivot(pivot: Pivot, id: u32) -> bool;
}

impl Half for Source {
    type Interface = DXGK_VIDPNSOURCEMODESET_INTERFACE;

    fn interface() -> &'static Self::Interface {
        &modeset::SOURCE
    }

    fn map(vidpn: &mut VidPn) -> &mut BTreeMap<u32, u32> {
        &mut vidpn.sources
    }

    fn is_pivot(pivot: Pivot, id: u32) -> bool {
        pivot == Pivot::Source(id)
    }
}

impl Half for Target {
    type Interface = DXGK_VIDPNTARGETMODESET_INTERFACE;

    fn interface() -> &'static Self::Interface {
        &modeset::TARGET
    }

    fn map(vidpn: &mut VidPn) -> &mut BTreeMap<u32, u32> {
        &mut vidpn.targets
    }

    fn is_pivot(pivot: Pivot, id: u32) -> bool {
        pivot == Pivot::Target(id)
    }
}

/// Opens a VidPN's handle: its adapter, store and id; the error is the status of an invalid VidPN.
macro_rules! open_vidpn {
    ($handle:expr, $at:expr => $adapter:ident, $store:ident, $vidpn:ident) => {
        let Some(($adapter, $vidpn)) = open($handle, handle::Kind::VidPn, $at) else {
            return STATUS_GRAPHICS_INVALID_VIDPN;
        };
        let machine = $adapter.machine();
        #[allow(unused_mut)]
        let mut $store = $adapter.vidpn.lock(machine);
        let live = $store.vidpns.contains_key(&$vidpn);
        if !check!($adapter.port(), IntfHandles, $at, live, "a live VidPN"; "{:?}", $handle) {
            return STATUS_GRAPHICS_INVALID_VIDPN;
        }
    };
}

/// DxgkCbQueryVidPnInterface.
pub(crate) unsafe extern "system" fn query(
    vidpn: D3DKMDT_HVIDPN,
    version: DXGK_VIDPN_INTERFACE_VERSION,
    out: *mut *const DXGK_VIDPN_INTERFACE,
) -> NtStatus {
    const AT: &str = "DxgkCbQueryVidPnInterface";
    let found = handle::object(vidpn, handle::Kind::VidPn);
    let Some(port) = found.map(|(adapter, _)| adapter.port()).or_else(Port::last) else {
        return STATUS_GRAPHICS_INVALID_VIDPN;
    };
    let known = version == DXGK_VIDPN_INTERFACE_VERSION_V1;
    check!(port, IntfVersion, AT, known && found.is_some() && !out.is_null(),
        "version 1, a VidPN and a pointer"; "version {version}, {vidpn:?}, {out:?}");
    let Some((adapter, _)) = found else {
        return STATUS_GRAPHICS_INVALID_VIDPN;
    };
    if !crate::callbacks::allowed(adapter, crate::rules::Callback::QueryVidPnInterface)
        || out.is_null()
    {
        return STATUS_INVALID_PARAMETER;
    }
    if !known {
        return STATUS_NOT_SUPPORTED;
    }
    // SAFETY: not NULL, so by the page it points to a pointer of the driver's.
    unsafe { out.write(&raw const INTERFACE) };
    STATUS_SUCCESS
}

unsafe extern "system" fn get_topology(
    vidpn: D3DKMDT_HVIDPN,
    out: *mut D3DKMDT_HVIDPNTOPOLOGY,
    interface: *mut *const DXGK_VIDPNTOPOLOGY_INTERFACE,
) -> NtStatus {
    open_vidpn!(vidpn, "pfnGetTopology" => adapter, store, id);
    drop(store);
    if out.is_null() || interface.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: neither is NULL, so by the page they point to variables of the driver's.
    unsafe {
        out.write(handle::pack(handle::Kind::Topology, adapter.slot(), id).cast());
        interface.write(&raw const topology::INTERFACE);
    }
    STATUS_SUCCESS
}

fn give<K: Half>(
    adapter: &Adapter,
    set: u32,
    out: *mut Set<K>,
    interface: *mut *const K::Interface,
) -> NtStatus {
    // SAFETY: the callers have checked both for NULL; by the page they point to variables of the driver's.
    unsafe {
        out.write(handle::pack(K::HANDLE, adapter.slot(), set).cast());
        interface.write(K::interface());
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn acquire<K: Half>(
    vidpn: D3DKMDT_HVIDPN,
    id: u32,
    out: *mut Set<K>,
    interface: *mut *const K::Interface,
) -> NtStatus {
    open_vidpn!(vidpn, "pfnAcquireModeSet" => adapter, store, object);
    if out.is_null() || interface.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let Some(set) = store
        .vidpns
        .get(&object)
        .and_then(|vidpn| store.assigned::<K>(vidpn, id))
    else {
        return K::INVALID_OWNER;
    };
    K::sets(&mut store)
        .acquired
        .push((set, adapter.machine().processor()));
    give::<K>(adapter, set, out, interface)
}

unsafe extern "system" fn release<K: Half>(vidpn: D3DKMDT_HVIDPN, set: Set<K>) -> NtStatus {
    const AT: &str = "pfnReleaseModeSet";
    open_vidpn!(vidpn, AT => adapter, store, object);
    let port = adapter.port();
    let Some((other, id)) = open(set, K::HANDLE, AT) else {
        return K::INVALID_SET;
    };
    let sets = K::sets(&mut store);
    let Some(found) = sets
        .all
        .get_mut(&id)
        .filter(|_| core::ptr::eq(other, adapter))
    else {
        // Everything this DDI was given is still known, so this is an old or a foreign set.
        check!(port, IntfRefcount, AT, false, "a set that was acquired or created"; "{set:?}");
        return K::INVALID_SET;
    };
    if found.vidpn != object {
        check!(port, IntfRefcount, AT, false, "the set's own VidPN"; "another");
        return STATUS_GRAPHICS_RESOURCES_NOT_RELATED;
    }
    let owner = found.owner;
    check!(port, IntfAssignFailure, AT, owner != Owner::Taken, "a set that was not taken"; "{owner:?}");
    match owner {
        Owner::Driver(_) => {
            found.owner = Owner::Released;
            check!(port, IntfAssignXorRelease, AT, true, "assigned or released"; "released");
            STATUS_SUCCESS
        }
        Owner::Port => {
            let mine = adapter.machine().processor();
            let held = |entry: &(u32, u32)| entry.0 == id && entry.1 == mine;
            let acquired = sets
                .acquired
                .iter()
                .position(held)
                .map(|index| sets.acquired.swap_remove(index));
            check!(port, IntfRefcount, AT, acquired.is_some(), "one release for an acquire"; "one more");
            if acquired.is_some() {
                STATUS_SUCCESS
            } else {
                K::INVALID_SET
            }
        }
        Owner::Released | Owner::Taken => {
            check!(port, IntfAssignXorRelease, AT, owner == Owner::Taken, "assigned or released, once"; "{owner:?}");
            K::INVALID_SET
        }
    }
}

unsafe extern "system" fn create<K: Half>(
    vidpn: D3DKMDT_HVIDPN,
    id: u32,
    out: *mut Set<K>,
    interface: *mut *const K::Interface,
) -> NtStatus {
    const AT: &str = "pfnCreateNewModeSet";
    open_vidpn!(vidpn, AT => adapter, store, object);
    if out.is_null() || interface.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let in_topology = store
        .vidpns
        .get(&object)
        .is_some_and(|vidpn| store.assigned::<K>(vidpn, id).is_some());
    if !in_topology {
        return K::INVALID_OWNER;
    }
    let sets = K::sets(&mut store);
    let other = sets
        .all
        .values()
        .any(|set| set.vidpn == object && set.id == id && matches!(set.owner, Owner::Driver(_)));
    if !check!(adapter.port(), IntfOneUnassigned, AT, !other, "no other unassigned set for {id}"; "one")
    {
        return STATUS_GRAPHICS_UNASSIGNED_MODESET_ALREADY_EXISTS;
    }
    let set = sets.add(ModeSet::new(
        object,
        id,
        Owner::Driver(adapter.machine().processor()),
    ));
    give::<K>(adapter, set, out, interface)
}

unsafe extern "system" fn assign<K: Half>(vidpn: D3DKMDT_HVIDPN, id: u32, set: Set<K>) -> NtStatus {
    const AT: &str = "pfnAssignModeSet";
    open_vidpn!(vidpn, AT => adapter, store, object);
    let port = adapter.port();
    // Bad arguments: the set stays the driver's.
    let Some(target) = store.vidpns.get(&object) else {
        return STATUS_GRAPHICS_INVALID_VIDPN;
    };
    let (access, pivot) = (target.access, target.pivot);
    if !check!(port, IntfAssignWhere, AT, access != Access::Read, "a DDI that may assign"; "one that may look")
    {
        return STATUS_GRAPHICS_INVALID_VIDPN;
    }
    if store.assigned::<K>(target, id).is_none() {
        return K::INVALID_OWNER;
    }
    let Some((_, new)) = open(set, K::HANDLE, AT) else {
        return K::INVALID_SET;
    };
    let mine = K::sets(&mut store).all.get(&new).map(|set| set.owner);
    let unassigned = matches!(mine, Some(Owner::Driver(_)));
    if !check!(port, IntfAssignXorRelease, AT, unassigned, "a set that was neither assigned nor released"; "{mine:?}")
    {
        return K::INVALID_SET;
    }
    // From here on the set is the port's, whatever comes.
    check!(port, CofuncPivot, AT, pivot.is_none_or(|pivot| !K::is_pivot(pivot, id)),
        "a set other than the pivot's"; "that of {id}");
    let checked = check_content::<K>(&mut store, object, id, new);
    let status = *checked.as_ref().err().unwrap_or(&STATUS_SUCCESS) as u32;
    check!(port, IntfAssignContent, AT, checked.is_ok(), "modes for {id}, the pinned one among them"; "{status:#010x}");
    let pinned = match checked {
        Ok(pinned) => pinned,
        Err(status) => {
            if let Some(set) = K::sets(&mut store).all.get_mut(&new) {
                set.owner = Owner::Taken;
            }
            return status;
        }
    };
    let old = store.vidpns.get_mut(&object).and_then(|vidpn| {
        vidpn.supported = false;
        K::map(vidpn).insert(id, new)
    });
    let sets = K::sets(&mut store);
    if let Some(set) = sets.all.get_mut(&new) {
        set.owner = Owner::Port;
        set.pinned = pinned;
    }
    // A set that somebody still holds lives on until it is released.
    if let Some(old) = old
        && !sets.acquired.iter().any(|(held, _)| *held == old)
    {
        sets.all.remove(&old);
    }
    STATUS_SUCCESS
}

/// Checks a set that is to be assigned; the mode of it that is to be pinned, or why it can't be assigned.
fn check_content<K: Half>(
    store: &mut Store,
    vidpn: u32,
    id: u32,
    new: u32,
) -> Result<Option<u32>, NtStatus> {
    let old = store
        .vidpns
        .get(&vidpn)
        .and_then(|vidpn| store.assigned::<K>(vidpn, id));
    let sets = K::sets(store);
    let pinned = old.and_then(|old| sets.all.get(&old)?.pinned_mode().copied());
    let Some(set) = sets.all.get(&new) else {
        return Err(K::INVALID_SET);
    };
    if set.id != id || set.vidpn != vidpn {
        // The page names no status for this and the next; both are not among those that leave the set alone.
        return Err(STATUS_GRAPHICS_RESOURCES_NOT_RELATED);
    }
    if set.modes.is_empty() {
        return Err(STATUS_GRAPHICS_EMPTY_ADAPTER_MONITOR_MODE_SUPPORT_INTERSECTION);
    }
    match pinned {
        None => Ok(set.pinned),
        Some(pinned) => match set.modes.iter().find(|mode| K::same(mode, &pinned)) {
            Some(mode) => Ok(Some(*K::id(mode))),
            None => Err(STATUS_GRAPHICS_PINNED_MODE_MUST_REMAIN_IN_SET),
        },
    }
}

unsafe extern "system" fn assign_multisampling(
    vidpn: D3DKMDT_HVIDPN,
    _source: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
    _count: SIZE_T,
    _methods: *const D3DDDI_MULTISAMPLINGMETHOD,
) -> NtStatus {
    open_vidpn!(vidpn, "pfnAssignMultisamplingMethodSet" => adapter, store, id);
    let _ = (adapter, store, id);
    STATUS_GRAPHICS_MULTISAMPLING_NOT_SUPPORTED
}

static INTERFACE: DXGK_VIDPN_INTERFACE = DXGK_VIDPN_INTERFACE {
    Version: DXGK_VIDPN_INTERFACE_VERSION_V1,
    pfnGetTopology: Some(get_topology),
    pfnAcquireSourceModeSet: Some(acquire::<Source>),
    pfnReleaseSourceModeSet: Some(release::<Source>),
    pfnCreateNewSourceModeSet: Some(create::<Source>),
    pfnAssignSourceModeSet: Some(assign::<Source>),
    pfnAssignMultisamplingMethodSet: Some(assign_multisampling),
    pfnAcquireTargetModeSet: Some(acquire::<Target>),
    pfnReleaseTargetModeSet: Some(release::<Target>),
    pfnCreateNewTargetModeSet: Some(create::<Target>),
    pfnAssignTargetModeSet: Some(assign::<Target>),
};
