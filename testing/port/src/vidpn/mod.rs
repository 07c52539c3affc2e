//! VidPN objects: topology, mode sets, monitors, and the manager that builds and commits them.
//!
//! Handles, status codes and ownership follow the pages of DXGK_VIDPN_INTERFACE and its parts. All interface functions
//! run at PASSIVE_LEVEL; what a DDI was given is its own until it returns.

mod cofunctional;
pub(crate) mod interface;
mod kinds;
mod loans;
mod manager;
mod modes;
mod modeset;
pub(crate) mod monitor;
mod recommend;
mod same;
mod store;
mod topology;

pub use manager::Committed;
pub(crate) use manager::Sizes;
pub use recommend::Outcome;
pub use store::Pivot;
pub(crate) use store::Store;

use crate::adapter::Adapter;
use crate::handle;
use crate::machine::irql::PASSIVE_LEVEL;
use crate::port::{Port, check};

/// The adapter and the object of a handle that the driver passed to an interface function, at PASSIVE_LEVEL.
fn open<T>(
    handle: *mut T,
    kind: handle::Kind,
    at: &'static str,
) -> Option<(&'static Adapter, u32)> {
    let found = handle::object(handle, kind);
    let port = match found {
        Some((adapter, _)) => adapter.port(),
        None => Port::last()?,
    };
    check!(port, IntfHandles, at, found.is_some(), "a {kind:?} handle"; "{handle:?}");
    let (adapter, object) = found?;
    let level = adapter.machine().irql();
    check!(port, IrqlCallback, at, level == PASSIVE_LEVEL, "IRQL 0"; "IRQL {level}");
    (level == PASSIVE_LEVEL).then_some((adapter, object))
}

/// After a DDI of this processor returned: everything it was given must have come back.
pub(crate) fn settle(adapter: &Adapter, at: &'static str) {
    let (port, machine) = (adapter.port(), adapter.machine());
    let processor = machine.processor();
    let mut store = adapter.vidpn.lock(machine);
    modeset::settle(port, &mut store.source, processor, at);
    modeset::settle(port, &mut store.target, processor, at);
    modeset::settle(port, &mut store.monitor, processor, at);
    let paths = store.paths.settle(processor);
    if paths.new != 0 {
        check!(port, TopoAddXorRelease, at, false, "new path infos added or released"; "{} left", paths.new);
    }
    if paths.lent != 0 {
        check!(port, TopoReleased, at, false, "lent path infos released"; "{} left", paths.lent);
    }
}

/// The adapter has stopped: its VidPNs and monitors are gone.
pub(crate) fn forget(adapter: &Adapter) {
    *adapter.vidpn.lock(adapter.machine()) = Store::default();
}

/// Whether `source` has a path in the active VidPN.
pub(crate) fn is_active(adapter: &Adapter, source: u32) -> bool {
    let store = adapter.vidpn.lock(adapter.machine());
    let active = store.active.and_then(|id| store.vidpns.get(&id));
    active.is_some_and(|vidpn| vidpn.paths.iter().any(|path| path.VidPnSourceId == source))
}
