//! DXGK_VIDPNTOPOLOGY_INTERFACE: the paths of a VidPN.

use super::loans::Misuse;
use super::modeset::{ModeSet, Owner};
use super::open;
use super::store::{Access, Path, Store, VidPn};
use crate::adapter::Adapter;
use crate::handle;
use crate::machine::NtStatus;
use crate::port::check;
use dxgk_sys::*;

/// Opens a topology's handle: its adapter, store and VidPN; the error is the status of an invalid topology.
macro_rules! open_topology {
    ($handle:expr, $at:expr => $adapter:ident, $store:ident, $vidpn:ident) => {
        let Some(($adapter, $vidpn)) = open($handle, handle::Kind::Topology, $at) else {
            return STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY;
        };
        let machine = $adapter.machine();
        #[allow(unused_mut)]
        let mut $store = $adapter.vidpn.lock(machine);
        let live = $store.vidpns.contains_key(&$vidpn);
        if !check!($adapter.port(), IntfHandles, $at, live, "a live topology"; "{:?}", $handle) {
            return STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY;
        }
    };
}

/// Offset0 of D3DKMDT_VIDPN_PRESENT_PATH_ROTATION_SUPPORT, which comes after the four rotations from interface version 0x4003
/// on.
const OFFSET0: u32 = 1 << 4;

fn paths(store: &Store, vidpn: u32) -> &[D3DKMDT_VIDPN_PRESENT_PATH] {
    store.vidpns.get(&vidpn).map_or(&[], |vidpn| &vidpn.paths)
}

/// Writes through an out-pointer of the driver's.
fn put<T>(out: *mut T, value: T) -> NtStatus {
    if out.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: not NULL, so by the function's page it points to a variable of the driver's.
    unsafe { out.write(value) };
    STATUS_SUCCESS
}

/// Whether `source` is one the OS has given out; if not, that is an offence.
fn source_exists(adapter: &Adapter, source: u32, at: &'static str) -> bool {
    let count = adapter.source_count();
    check!(adapter.port(), StartSourceIds, at, source < count, "a source below {count}"; "{source}")
}

unsafe extern "system" fn num_paths(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    count: *mut SIZE_T,
) -> NtStatus {
    open_topology!(topology, "pfnGetNumPaths" => adapter, store, vidpn);
    let _ = adapter;
    put(count, paths(&store, vidpn).len())
}

unsafe extern "system" fn num_paths_from_source(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    source: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
    count: *mut SIZE_T,
) -> NtStatus {
    const AT: &str = "pfnGetNumPathsFromSource";
    open_topology!(topology, AT => adapter, store, vidpn);
    if !source_exists(adapter, source, AT) {
        return STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE;
    }
    match paths(&store, vidpn)
        .iter()
        .filter(|path| path.VidPnSourceId == source)
        .count()
    {
        // An error that the page does not list but ntstatus.h has; drivers must not take it for a failure.
        0 => STATUS_GRAPHICS_SOURCE_NOT_IN_TOPOLOGY,
        paths => put(count, paths),
    }
}

unsafe extern "system" fn enum_targets(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    source: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
    index: D3DKMDT_VIDPN_PRESENT_PATH_INDEX,
    target: *mut D3DDDI_VIDEO_PRESENT_TARGET_ID,
) -> NtStatus {
    const AT: &str = "pfnEnumPathTargetsFromSource";
    open_topology!(topology, AT => adapter, store, vidpn);
    if !source_exists(adapter, source, AT) {
        return STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE;
    }
    let mut from_source = paths(&store, vidpn)
        .iter()
        .filter(|path| path.VidPnSourceId == source);
    let found = from_source.nth(index).map(|path| path.VidPnTargetId);
    check!(adapter.port(), TopoEnum, AT, found.is_some(), "an index of the source's paths"; "{index}");
    match found {
        Some(found) => put(target, found),
        None => STATUS_INVALID_PARAMETER,
    }
}

unsafe extern "system" fn source_from_target(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    source: *mut D3DDDI_VIDEO_PRESENT_SOURCE_ID,
) -> NtStatus {
    open_topology!(topology, "pfnGetPathSourceFromTarget" => adapter, store, vidpn);
    let _ = adapter;
    match paths(&store, vidpn)
        .iter()
        .find(|path| path.VidPnTargetId == target)
    {
        Some(path) => put(source, path.VidPnSourceId),
        None => STATUS_GRAPHICS_TARGET_NOT_IN_TOPOLOGY,
    }
}

fn lend(
    store: &mut Store,
    vidpn: u32,
    index: Option<usize>,
    out: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
    processor: u32,
    none: NtStatus,
) -> NtStatus {
    if out.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let path = index.and_then(|index| Some((index, *paths(store, vidpn).get(index)?)));
    let (pointer, status) = match path {
        Some((index, path)) => (
            store.paths.lend(Path(path), vidpn, index, processor).cast(),
            STATUS_SUCCESS,
        ),
        None => (core::ptr::null(), none),
    };
    put(out, pointer);
    status
}

unsafe extern "system" fn acquire(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    source: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
    target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
    out: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
) -> NtStatus {
    open_topology!(topology, "pfnAcquirePathInfo" => adapter, store, vidpn);
    let _ = adapter;
    let index = position(paths(&store, vidpn), source, target);
    lend(
        &mut store,
        vidpn,
        index,
        out,
        adapter.machine().processor(),
        STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY,
    )
}

fn position(paths: &[D3DKMDT_VIDPN_PRESENT_PATH], source: u32, target: u32) -> Option<usize> {
    paths
        .iter()
        .position(|path| path.VidPnSourceId == source && path.VidPnTargetId == target)
}

unsafe extern "system" fn acquire_first(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    out: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
) -> NtStatus {
    open_topology!(topology, "pfnAcquireFirstPathInfo" => adapter, store, vidpn);
    let _ = adapter;
    lend(
        &mut store,
        vidpn,
        Some(0),
        out,
        adapter.machine().processor(),
        STATUS_GRAPHICS_DATASET_IS_EMPTY,
    )
}

unsafe extern "system" fn acquire_next(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    previous: *const D3DKMDT_VIDPN_PRESENT_PATH,
    out: *mut *const D3DKMDT_VIDPN_PRESENT_PATH,
) -> NtStatus {
    const AT: &str = "pfnAcquireNextPathInfo";
    open_topology!(topology, AT => adapter, store, vidpn);
    let index = store.paths.index(previous.cast(), vidpn);
    check!(adapter.port(), TopoReleased, AT, index.is_some(), "a path that is lent"; "{previous:?}");
    let Some(index) = index else {
        return STATUS_GRAPHICS_INVALID_VIDPN_PRESENT_PATH;
    };
    let none = STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET;
    lend(
        &mut store,
        vidpn,
        Some(index + 1),
        out,
        adapter.machine().processor(),
        none,
    )
}

unsafe extern "system" fn release(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    path: *const D3DKMDT_VIDPN_PRESENT_PATH,
) -> NtStatus {
    const AT: &str = "pfnReleasePathInfo";
    open_topology!(topology, AT => adapter, store, vidpn);
    let port = adapter.port();
    let released = store.paths.release(path.cast(), vidpn);
    let added = released == Err(Misuse::Added);
    check!(port, TopoAddXorRelease, AT, !added, "a path info that was not added"; "{released:?}");
    check!(port, TopoReleased, AT, added || released.is_ok(), "a path info of this topology, once"; "{released:?}");
    if let Ok(kept) = released {
        check!(port, TopoConst, AT, kept, "a lent info as it was"; "kept: {kept}");
    }
    if released.is_ok() {
        STATUS_SUCCESS
    } else {
        STATUS_GRAPHICS_INVALID_VIDPN_PRESENT_PATH
    }
}

unsafe extern "system" fn create(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    out: *mut *mut D3DKMDT_VIDPN_PRESENT_PATH,
) -> NtStatus {
    open_topology!(topology, "pfnCreateNewPathInfo" => adapter, store, vidpn);
    let _ = adapter;
    if out.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let fresh = Path(D3DKMDT_VIDPN_PRESENT_PATH::zeroed());
    let pointer = store
        .paths
        .create(fresh, vidpn, adapter.machine().processor());
    put(out, pointer.cast())
}

/// Whether the present DDI may change paths (or, with `update`, their support flags).
fn changeable(
    adapter: &Adapter,
    store: &Store,
    vidpn: u32,
    update: bool,
    at: &'static str,
) -> bool {
    let access = store
        .vidpns
        .get(&vidpn)
        .map_or(Access::Read, |vidpn| vidpn.access);
    let allowed = access == Access::Topology || (update && access == Access::Modes);
    check!(adapter.port(), TopoDenied, at, allowed, "a DDI that may change this"; "{access:?}")
}

unsafe extern "system" fn add(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    path: *mut D3DKMDT_VIDPN_PRESENT_PATH,
) -> NtStatus {
    const AT: &str = "pfnAddPath";
    open_topology!(topology, AT => adapter, store, vidpn);
    let port = adapter.port();
    let read = store.paths.read_new(path.cast(), vidpn);
    let misuse = read.as_ref().err().copied();
    check!(port, TopoAddXorRelease, AT, misuse.is_none(), "a new path info"; "{misuse:?}");
    let Ok(Path(new)) = read else {
        return STATUS_GRAPHICS_INVALID_VIDPN_PRESENT_PATH;
    };
    // pfnAddPath "releases the new path info", whether it succeeds or not: the header has no "on success" here.
    store.paths.consume(path.cast());
    if !changeable(adapter, &store, vidpn, false, AT) {
        return STATUS_ACCESS_DENIED;
    }
    let (source, target) = (new.VidPnSourceId, new.VidPnTargetId);
    let known = adapter.targets().any(|uid| uid == target);
    check!(port, TopoIds, AT, known && source < adapter.source_count(), "a source and a target that exist";
        "{source}, {target:#x}");
    if !source_exists(adapter, source, AT) {
        return STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE;
    }
    if !known {
        return STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET;
    }
    let taken = paths(&store, vidpn)
        .iter()
        .any(|path| path.VidPnTargetId == target);
    if !check!(port, TopoOnePath, AT, !taken, "a target without a path"; "{target:#x} again") {
        return STATUS_GRAPHICS_PATH_ALREADY_IN_TOPOLOGY;
    }
    insert(&mut store, vidpn, new);
    STATUS_SUCCESS
}

/// Adds a path with empty mode sets at both ends, where there are none yet.
pub(super) fn insert(store: &mut Store, vidpn: u32, path: D3DKMDT_VIDPN_PRESENT_PATH) {
    let (source, target) = (path.VidPnSourceId, path.VidPnTargetId);
    let Some(object) = store.vidpns.get_mut(&vidpn) else {
        return;
    };
    object.paths.push(path);
    object.supported = false;
    let VidPn {
        sources, targets, ..
    } = object;
    sources
        .entry(source)
        .or_insert_with(|| store.source.add(ModeSet::new(vidpn, source, Owner::Port)));
    targets
        .entry(target)
        .or_insert_with(|| store.target.add(ModeSet::new(vidpn, target, Owner::Port)));
}

unsafe extern "system" fn remove(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    source: D3DDDI_VIDEO_PRESENT_SOURCE_ID,
    target: D3DDDI_VIDEO_PRESENT_TARGET_ID,
) -> NtStatus {
    const AT: &str = "pfnRemovePath";
    open_topology!(topology, AT => adapter, store, vidpn);
    if !changeable(adapter, &store, vidpn, false, AT) {
        return STATUS_ACCESS_DENIED;
    }
    let Some(object) = store.vidpns.get_mut(&vidpn) else {
        return STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY;
    };
    match position(&object.paths, source, target) {
        Some(index) => {
            object.paths.remove(index);
            object.supported = false;
            STATUS_SUCCESS
        }
        None => STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY,
    }
}

unsafe extern "system" fn update_support(
    topology: D3DKMDT_HVIDPNTOPOLOGY,
    path: *const D3DKMDT_VIDPN_PRESENT_PATH,
) -> NtStatus {
    const AT: &str = "pfnUpdatePathSupportInfo";
    open_topology!(topology, AT => adapter, store, vidpn);
    if !changeable(adapter, &store, vidpn, true, AT) {
        return STATUS_ACCESS_DENIED;
    }
    // SAFETY: by the page it points to a path of the driver's, or is NULL.
    let Some(new) = (unsafe { path.as_ref() }) else {
        return STATUS_INVALID_PARAMETER;
    };
    let Some(object) = store.vidpns.get_mut(&vidpn) else {
        return STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY;
    };
    let rotation = new.ContentTransformation.RotationSupport.Value;
    if adapter.port().sizes().has_rotation_offsets() {
        // With test signing on, Windows stops the system here (F063).
        let offset = rotation == 0 || rotation & OFFSET0 != 0;
        check!(adapter.port(), XformOffset0, AT, offset, "rotation support with Offset0"; "{rotation:#x}");
    }
    match position(&object.paths, new.VidPnSourceId, new.VidPnTargetId) {
        Some(index) => {
            let old = &mut object.paths[index];
            old.ContentTransformation.ScalingSupport = new.ContentTransformation.ScalingSupport;
            old.ContentTransformation.RotationSupport = new.ContentTransformation.RotationSupport;
            old.CopyProtection.CopyProtectionSupport = new.CopyProtection.CopyProtectionSupport;
            STATUS_SUCCESS
        }
        None => STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY,
    }
}

/// The interface of topologies.
pub(super) static INTERFACE: DXGK_VIDPNTOPOLOGY_INTERFACE = DXGK_VIDPNTOPOLOGY_INTERFACE {
    pfnGetNumPaths: Some(num_paths),
    pfnGetNumPathsFromSource: Some(num_paths_from_source),
    pfnEnumPathTargetsFromSource: Some(enum_targets),
    pfnGetPathSourceFromTarget: Some(source_from_target),
    pfnAcquirePathInfo: Some(acquire),
    pfnAcquireFirstPathInfo: Some(acquire_first),
    pfnAcquireNextPathInfo: Some(acquire_next),
    pfnUpdatePathSupportInfo: Some(update_support),
    pfnReleasePathInfo: Some(release),
    pfnCreateNewPathInfo: Some(create),
    pfnAddPath: Some(add),
    pfnRemovePath: Some(remove),
};
