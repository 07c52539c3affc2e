//! The handles that the model gives to the driver, and the way back from a handle to its adapter.
//!
//! A C callback gets nothing but a handle, so this is the one global of the model. A handle is never a pointer: it is
//! not canonical on x86-64, so a driver that follows it faults, and a handle of a removed adapter or of a released
//! object is recognised. Looking one up takes no lock and works at any IRQL.

use crate::adapter::Adapter;
use core::ffi::c_void;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// What a handle stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// DXGKRNL_INTERFACE.DeviceHandle.
    Adapter = 1,
    /// D3DKMDT_HVIDPN.
    VidPn = 2,
    /// D3DKMDT_HVIDPNTOPOLOGY.
    Topology = 3,
    /// D3DKMDT_HVIDPNSOURCEMODESET.
    SourceSet = 4,
    /// D3DKMDT_HVIDPNTARGETMODESET.
    TargetSet = 5,
    /// D3DKMDT_HMONITORSOURCEMODESET.
    MonitorSet = 6,
}

const MARK: usize = 0xDD;
const SLOTS: usize = 256;

struct Slot {
    serial: AtomicU32,
    adapter: AtomicPtr<Adapter>,
}

static REGISTRY: [Slot; SLOTS] = [const {
    Slot {
        serial: AtomicU32::new(0),
        adapter: AtomicPtr::new(core::ptr::null_mut()),
    }
}; SLOTS];
static SERIAL: AtomicU32 = AtomicU32::new(1);

/// A number that no other handle of this process has or had.
pub(crate) fn serial() -> u32 {
    SERIAL.fetch_add(1, Ordering::Relaxed)
}

/// The handle of object `serial` of the adapter in `slot`.
pub(crate) fn pack(kind: Kind, slot: u16, serial: u32) -> *mut c_void {
    let value =
        (MARK << 56) | ((kind as usize) << 48) | (usize::from(slot) << 32) | serial as usize;
    core::ptr::without_provenance_mut(value)
}

/// An adapter and the serial number in a handle of the wanted kind; `None` for anything else.
pub(crate) fn object<T>(handle: *mut T, kind: Kind) -> Option<(&'static Adapter, u32)> {
    let value = handle.addr();
    if value >> 56 != MARK || (value >> 48) & 0xFF != kind as usize {
        return None;
    }
    let slot = REGISTRY.get((value >> 32) & 0xFFFF)?;
    if slot.serial.load(Ordering::Acquire) == 0 {
        return None;
    }
    let adapter = slot.adapter.load(Ordering::Acquire);
    // SAFETY: adapters are leaked, so a registered pointer stays valid for good.
    let adapter = unsafe { adapter.as_ref() }?;
    Some((adapter, value as u32))
}

/// What the driver passed as an adapter's handle.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    /// The DeviceHandle of a live adapter.
    Adapter(&'static Adapter),
    /// Something else of this adapter: the driver's own context of it (the two handles were mixed up), or its handle after
    /// it was removed.
    Wrong(&'static Adapter),
    /// Neither.
    Unknown,
}

/// Looks an adapter's handle up. Any IRQL.
pub(crate) fn adapter(handle: *mut c_void) -> Found {
    if handle.is_null() {
        return Found::Unknown;
    }
    let value = handle.addr();
    let ours = value >> 56 == MARK && (value >> 48) & 0xFF == Kind::Adapter as usize;
    for (slot, index) in REGISTRY.iter().zip(0_usize..) {
        if ours && index != (value >> 32) & 0xFFFF {
            continue;
        }
        // SAFETY: adapters are leaked, so a registered pointer stays valid for good.
        let Some(adapter) = (unsafe { slot.adapter.load(Ordering::Acquire).as_ref() }) else {
            continue;
        };
        if ours {
            let live = slot.serial.load(Ordering::Relaxed) == value as u32;
            return if live {
                Found::Adapter(adapter)
            } else {
                Found::Wrong(adapter)
            };
        }
        if adapter.context() == handle {
            return Found::Wrong(adapter);
        }
    }
    Found::Unknown
}

/// Takes a slot for a new adapter; the adapter becomes visible with [`publish`]. Slots are taken in turn, so that an old
/// handle is recognised for a while.
pub(crate) fn reserve() -> Option<(u16, u32)> {
    let serial = serial();
    (0..SLOTS).find_map(|step| {
        let index = (serial as usize + step) % SLOTS;
        let slot = &REGISTRY[index];
        let taken = slot
            .serial
            .compare_exchange(0, serial, Ordering::Relaxed, Ordering::Relaxed);
        taken.ok().map(|_| (index as u16, serial))
    })
}

/// Makes an adapter's handles valid.
pub(crate) fn publish(adapter: &'static Adapter) {
    REGISTRY[usize::from(adapter.slot())]
        .adapter
        .store(core::ptr::from_ref(adapter).cast_mut(), Ordering::Release);
}

/// Makes all handles of an adapter invalid and frees its slot.
pub(crate) fn withdraw(adapter: &'static Adapter) {
    REGISTRY[usize::from(adapter.slot())]
        .serial
        .store(0, Ordering::Release);
}
