//! Mode sets of all three kinds and the functions of their interfaces.

use super::kinds::{Kind, Monitor, Source, Target};
use super::loans::{Loans, Misuse};
use super::open;
use crate::handle;
use crate::machine::NtStatus;
use crate::port::{Port, check};
use crate::rules::Rule;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use dxgk_sys::*;

/// Who owns a mode set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The driver: made by pfnCreateNew*ModeSet on this processor, to be assigned or released.
    Driver(u32),
    /// The port: assigned, or its own.
    Port,
    /// Nobody: the driver released it.
    Released,
    /// Nobody: assigning it failed after its arguments were validated, which releases it.
    Taken,
}

/// One mode set.
pub(crate) struct ModeSet<K: Kind> {
    /// The VidPN it belongs to; 0 for a monitor's.
    pub vidpn: u32,
    /// The source or target it is for.
    pub id: u32,
    pub modes: Vec<K::Info>,
    pub pinned: Option<u32>,
    pub owner: Owner,
    next_mode: u32,
    preferred_added: u32,
}

/// All mode sets of one kind.
pub(crate) struct Sets<K: Kind> {
    pub all: BTreeMap<u32, ModeSet<K>>,
    pub infos: Loans<K::Info>,
    /// Acquired and not released: set and processor.
    pub acquired: Vec<(u32, u32)>,
}

impl<K: Kind> Default for Sets<K> {
    fn default() -> Self {
        Self {
            all: BTreeMap::new(),
            infos: Loans::default(),
            acquired: Vec::new(),
        }
    }
}

impl<K: Kind> ModeSet<K> {
    /// An empty set.
    pub fn new(vidpn: u32, id: u32, owner: Owner) -> Self {
        Self {
            vidpn,
            id,
            modes: Vec::new(),
            pinned: None,
            owner,
            next_mode: 1,
            preferred_added: 0,
        }
    }

    /// A mode id that no mode of this set has.
    pub fn mode_id(&mut self) -> u32 {
        let id = self.next_mode;
        self.next_mode += 1;
        id
    }

    /// The mode with this id.
    pub fn mode(&self, id: u32) -> Option<&K::Info> {
        self.modes.iter().find(|mode| *K::id(mode) == id)
    }

    /// The pinned mode.
    pub fn pinned_mode(&self) -> Option<&K::Info> {
        self.mode(self.pinned?)
    }
}

impl<K: Kind> Sets<K> {
    /// Adds a set; returns its id.
    pub fn add(&mut self, set: ModeSet<K>) -> u32 {
        let id = handle::serial();
        self.all.insert(id, set);
        id
    }
}

type Handle<K> = *mut <K as Kind>::Handle;

/// Opens a set's handle: its adapter, store and id; the error is the status of an invalid set.
macro_rules! open_set {
    ($kind:ty, $handle:expr, $at:expr => $adapter:ident, $store:ident, $set:ident) => {
        let Some(($adapter, $set)) = open($handle, <$kind>::HANDLE, $at) else { return <$kind>::INVALID_SET };
        let machine = $adapter.machine();
        #[allow(unused_mut)]
        let mut guard = $adapter.vidpn.lock(machine);
        let $store = <$kind>::sets(&mut guard);
        let live = $store.all.get(&$set).is_some_and(|set| !matches!(set.owner, Owner::Released | Owner::Taken));
        if !check!($adapter.port(), IntfHandles, $at, live, "a live mode set"; "{:?}", $handle) {
            return <$kind>::INVALID_SET;
        }
    };
}

unsafe extern "system" fn num_modes<K: Kind>(handle: Handle<K>, count: *mut SIZE_T) -> NtStatus {
    open_set!(K, handle, "pfnGetNumModes" => adapter, store, set);
    let Some(set) = store.all.get(&set) else {
        return K::INVALID_SET;
    };
    if count.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: not NULL, so by the page it points to a SIZE_T of the driver's.
    unsafe { count.write(set.modes.len()) };
    STATUS_SUCCESS
}

/// Lends mode `index` of a set through `out`; `none` is the status when there is no such mode.
fn lend<K: Kind>(
    store: &mut Sets<K>,
    set: u32,
    index: Option<usize>,
    out: *mut *const K::Info,
    processor: u32,
    none: NtStatus,
) -> NtStatus {
    if out.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let mode = index.and_then(|index| Some((index, *store.all.get(&set)?.modes.get(index)?)));
    let (pointer, status) = match mode {
        Some((index, mode)) => (
            store.infos.lend(mode, set, index, processor),
            STATUS_SUCCESS,
        ),
        None => (core::ptr::null(), none),
    };
    // SAFETY: not NULL, so by the page it points to a pointer of the driver's.
    unsafe { out.write(pointer) };
    status
}

unsafe extern "system" fn first_mode<K: Kind>(
    handle: Handle<K>,
    out: *mut *const K::Info,
) -> NtStatus {
    open_set!(K, handle, "pfnAcquireFirstModeInfo" => adapter, store, set);
    lend(
        store,
        set,
        Some(0),
        out,
        adapter.machine().processor(),
        STATUS_GRAPHICS_DATASET_IS_EMPTY,
    )
}

unsafe extern "system" fn next_mode<K: Kind>(
    handle: Handle<K>,
    previous: *const K::Info,
    out: *mut *const K::Info,
) -> NtStatus {
    open_set!(K, handle, "pfnAcquireNextModeInfo" => adapter, store, set);
    let index = store.infos.index(previous, set);
    let valid = index.is_some();
    check!(adapter.port(), ModeReleased, "pfnAcquireNextModeInfo", valid, "a mode that is lent"; "{previous:?}");
    let Some(index) = index else {
        return K::INVALID_MODE;
    };
    lend(
        store,
        set,
        Some(index + 1),
        out,
        adapter.machine().processor(),
        STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET,
    )
}

unsafe extern "system" fn pinned_mode<K: Kind>(
    handle: Handle<K>,
    out: *mut *const K::Info,
) -> NtStatus {
    open_set!(K, handle, "pfnAcquirePinnedModeInfo" => adapter, store, set);
    let index = store.all.get(&set).and_then(|set| {
        let pinned = set.pinned?;
        set.modes.iter().position(|mode| *K::id(mode) == pinned)
    });
    // Nothing pinned is a success with NULL, says the page.
    lend(
        store,
        set,
        index,
        out,
        adapter.machine().processor(),
        STATUS_SUCCESS,
    )
}

unsafe extern "system" fn preferred_mode(
    handle: Handle<Monitor>,
    out: *mut *const D3DKMDT_MONITOR_SOURCE_MODE,
) -> NtStatus {
    open_set!(Monitor, handle, "pfnAcquirePreferredModeInfo" => adapter, store, set);
    let index = store.all.get(&set).and_then(|set| {
        set.modes
            .iter()
            .rposition(|mode| mode.Preference == D3DKMDT_MP_PREFERRED)
    });
    lend(
        store,
        set,
        index,
        out,
        adapter.machine().processor(),
        STATUS_GRAPHICS_NO_PREFERRED_MODE,
    )
}

unsafe extern "system" fn release_mode<K: Kind>(
    handle: Handle<K>,
    info: *const K::Info,
) -> NtStatus {
    const AT: &str = "pfnReleaseModeInfo";
    open_set!(K, handle, AT => adapter, store, set);
    let released = store.infos.release(info, set);
    report_release(adapter.port(), AT, released);
    match released {
        Ok(_) => STATUS_SUCCESS,
        Err(Misuse::Foreign) => STATUS_GRAPHICS_RESOURCES_NOT_RELATED,
        Err(_) => K::INVALID_MODE,
    }
}

fn report_release(port: &Port, at: &'static str, released: Result<bool, Misuse>) {
    let added = released == Err(Misuse::Added);
    check!(port, ModeAddConsumes, at, !added, "a mode info that was not added"; "{released:?}");
    let sound = added || released.is_ok();
    check!(port, ModeReleased, at, sound, "a mode info of this set, once"; "{released:?}");
    if let Ok(kept) = released {
        check!(port, TopoConst, at, kept, "a lent info as it was"; "kept: {kept}");
    }
}

unsafe extern "system" fn create_mode<K: Kind>(
    handle: Handle<K>,
    out: *mut *mut K::Info,
) -> NtStatus {
    open_set!(K, handle, "pfnCreateNewModeInfo" => adapter, store, set);
    let Some(object) = store.all.get_mut(&set) else {
        return K::INVALID_SET;
    };
    if out.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    let fresh = K::fresh(object.mode_id());
    let pointer = store
        .infos
        .create(fresh, set, adapter.machine().processor());
    // SAFETY: not NULL, so by the page it points to a pointer of the driver's.
    unsafe { out.write(pointer) };
    STATUS_SUCCESS
}

unsafe extern "system" fn add_mode<K: Kind>(handle: Handle<K>, info: *mut K::Info) -> NtStatus {
    const AT: &str = "pfnAddMode";
    open_set!(K, handle, AT => adapter, store, set);
    let port = adapter.port();
    let read = store.infos.read_new(info, set);
    let misuse = read.as_ref().err().copied();
    check!(port, ModeAddConsumes, AT, misuse != Some(Misuse::Added), "a mode info that was not added"; "{misuse:?}");
    let known = misuse.is_none() || misuse == Some(Misuse::Added);
    port.violations().check(
        K::ADD_XOR_RELEASE,
        AT,
        known,
        format_args!("a new mode info of this set"),
        format_args!("{misuse:?}"),
    );
    let mode = match read {
        Ok(mode) => mode,
        Err(Misuse::Foreign) => return STATUS_GRAPHICS_RESOURCES_NOT_RELATED,
        Err(_) => return K::INVALID_MODE,
    };
    if let Err(status) = K::validate(adapter, &mode, AT) {
        return status;
    }
    let Some(object) = store.all.get_mut(&set) else {
        return K::INVALID_SET;
    };
    let edited = object.owner == Owner::Port && K::HANDLE != handle::Kind::MonitorSet;
    check!(port, IntfReplace, AT, !edited, "a new set"; "one that the VidPN has");
    let id = *K::id(&mode);
    let unique = object.mode(id).is_none();
    if !check!(port, ModeIds, AT, unique, "a mode id of its own"; "{id} twice") {
        return STATUS_GRAPHICS_MODE_ID_MUST_BE_UNIQUE;
    }
    if object.modes.iter().any(|other| K::same(other, &mode)) {
        return STATUS_GRAPHICS_MODE_ALREADY_IN_MODESET;
    }
    object.modes.push(mode);
    store.infos.consume(info);
    STATUS_SUCCESS
}

unsafe extern "system" fn add_monitor_mode(
    handle: Handle<Monitor>,
    info: *mut D3DKMDT_MONITOR_SOURCE_MODE,
) -> NtStatus {
    // SAFETY: the caller's promise is the same.
    let status = unsafe { add_mode::<Monitor>(handle, info) };
    if status != STATUS_SUCCESS {
        return status;
    }
    open_set!(Monitor, handle, "pfnAddMode" => adapter, store, set);
    if let Some(object) = store.all.get_mut(&set)
        && object
            .modes
            .last()
            .is_some_and(|mode| mode.Preference == D3DKMDT_MP_PREFERRED)
    {
        object.preferred_added += 1;
        let count = object.preferred_added;
        check!(adapter.port(), MonPreferred, "pfnAddMode", count <= 1, "one preferred mode"; "{count}");
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn pin_mode<K: Kind>(handle: Handle<K>, id: u32) -> NtStatus {
    const AT: &str = "pfnPinMode";
    open_set!(K, handle, AT => adapter, store, set);
    let Some(object) = store.all.get_mut(&set) else {
        return K::INVALID_SET;
    };
    let there = object.mode(id).is_some();
    if !check!(adapter.port(), ModeIdInSet, AT, there, "the id of a mode in the set"; "{id}") {
        return K::INVALID_MODE;
    }
    object.pinned = Some(id);
    STATUS_SUCCESS
}

/// The interface of source mode sets.
pub(crate) static SOURCE: DXGK_VIDPNSOURCEMODESET_INTERFACE = DXGK_VIDPNSOURCEMODESET_INTERFACE {
    pfnGetNumModes: Some(num_modes::<Source>),
    pfnAcquireFirstModeInfo: Some(first_mode::<Source>),
    pfnAcquireNextModeInfo: Some(next_mode::<Source>),
    pfnAcquirePinnedModeInfo: Some(pinned_mode::<Source>),
    pfnReleaseModeInfo: Some(release_mode::<Source>),
    pfnCreateNewModeInfo: Some(create_mode::<Source>),
    pfnAddMode: Some(add_mode::<Source>),
    pfnPinMode: Some(pin_mode::<Source>),
};

/// The interface of target mode sets.
pub(crate) static TARGET: DXGK_VIDPNTARGETMODESET_INTERFACE = DXGK_VIDPNTARGETMODESET_INTERFACE {
    pfnGetNumModes: Some(num_modes::<Target>),
    pfnAcquireFirstModeInfo: Some(first_mode::<Target>),
    pfnAcquireNextModeInfo: Some(next_mode::<Target>),
    pfnAcquirePinnedModeInfo: Some(pinned_mode::<Target>),
    pfnReleaseModeInfo: Some(release_mode::<Target>),
    pfnCreateNewModeInfo: Some(create_mode::<Target>),
    pfnAddMode: Some(add_mode::<Target>),
    pfnPinMode: Some(pin_mode::<Target>),
};

/// The interface of monitor source mode sets.
pub(crate) static MONITOR: DXGK_MONITORSOURCEMODESET_INTERFACE =
    DXGK_MONITORSOURCEMODESET_INTERFACE {
        pfnGetNumModes: Some(num_modes::<Monitor>),
        pfnAcquirePreferredModeInfo: Some(preferred_mode),
        pfnAcquireFirstModeInfo: Some(first_mode::<Monitor>),
        pfnAcquireNextModeInfo: Some(next_mode::<Monitor>),
        pfnCreateNewModeInfo: Some(create_mode::<Monitor>),
        pfnAddMode: Some(add_monitor_mode),
        pfnReleaseModeInfo: Some(release_mode::<Monitor>),
    };

/// What a processor left behind of one kind of sets when its DDI returned.
pub(crate) fn settle<K: Kind>(port: &Port, store: &mut Sets<K>, processor: u32, at: &'static str) {
    let infos = store.infos.settle(processor);
    if infos.new != 0 {
        port.violations().check(
            K::ADD_XOR_RELEASE,
            at,
            false,
            format_args!("new mode infos added or released"),
            format_args!("{} left", infos.new),
        );
    }
    if infos.lent != 0 {
        check!(port, ModeReleased, at, false, "lent mode infos released"; "{} left", infos.lent);
    }
    let mut kept = 0;
    store.acquired.retain(|(_, holder)| {
        kept += usize::from(*holder == processor);
        *holder != processor
    });
    if kept != 0 {
        check!(port, IntfRefcount, at, false, "acquired mode sets released"; "{kept} left");
    }
    let mut unassigned = 0;
    store.all.retain(|_, set| match set.owner {
        Owner::Driver(holder) if holder == processor => {
            unassigned += 1;
            false
        }
        Owner::Released | Owner::Taken => false,
        _ => true,
    });
    if unassigned != 0 {
        port.violations().check(
            Rule::IntfAssignXorRelease,
            at,
            false,
            format_args!("new mode sets assigned or released"),
            format_args!("{unassigned} left"),
        );
    }
}
