//! The adapter's children (its outputs): relations, status, hot plug.
//!
//! Everything a DPC may touch (DxgkCbIndicateChildStatus) is atomic.

use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::Callback;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use dxgk_sys::*;

const CHILDREN: usize = 16;

/// What the model keeps about one child.
#[derive(Debug, Default)]
pub struct Child {
    uid: AtomicU32,
    acpi: AtomicU32,
    video: AtomicBool,
    hpd: AtomicU32,
    technology: AtomicU32,
    connected: AtomicBool,
    indications: AtomicU64,
}

impl Child {
    /// ChildUid, which is also the target id of a video output.
    pub fn uid(&self) -> u32 {
        self.uid.load(Ordering::Relaxed)
    }

    /// Whether it is an ACPI device.
    pub fn acpi(&self) -> bool {
        self.acpi.load(Ordering::Relaxed) != 0
    }

    /// Whether it is a video output.
    pub fn is_video(&self) -> bool {
        self.video.load(Ordering::Relaxed)
    }

    /// HpdAwareness.
    pub fn hpd(&self) -> DXGK_CHILD_DEVICE_HPD_AWARENESS {
        self.hpd.load(Ordering::Relaxed) as i32
    }

    /// InterfaceTechnology, if it is a video output.
    pub fn technology(&self) -> D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY {
        self.technology.load(Ordering::Relaxed) as i32
    }

    /// Whether a monitor is known to be connected.
    pub fn connected(&self) -> bool {
        self.connected.load(Ordering::SeqCst)
    }

    /// DxgkCbIndicateChildStatus(StatusConnection) calls for it.
    pub fn indications(&self) -> u64 {
        self.indications.load(Ordering::SeqCst)
    }
}

/// All children.
#[derive(Debug, Default)]
pub(crate) struct Children {
    count: AtomicU32,
    known: AtomicU32,
    all: [Child; CHILDREN],
}

impl Children {
    /// NumberOfChildren, from StartDevice.
    pub fn set_count(&self, count: u32) {
        self.count.store(count, Ordering::Relaxed);
        self.known.store(0, Ordering::Release);
    }

    /// The children that QueryChildRelations described.
    pub fn known(&self) -> &[Child] {
        &self.all[..self.known.load(Ordering::Acquire) as usize]
    }

    /// The child with this ChildUid.
    pub fn by_uid(&self, uid: u32) -> Option<&Child> {
        self.known().iter().find(|child| child.uid() == uid)
    }
}

impl Adapter {
    /// The children that QueryChildRelations described.
    pub fn children(&self) -> &[Child] {
        self.children.known()
    }

    /// Target ids: the ChildUids of the video outputs.
    pub fn targets(&self) -> impl Iterator<Item = u32> {
        self.children
            .known()
            .iter()
            .filter(|child| child.is_video())
            .map(Child::uid)
    }

    /// DxgkDdiQueryChildRelations. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn query_children(&self) -> Result<(), NtStatus> {
        const AT: &str = "DxgkDdiQueryChildRelations";
        let port = self.port();
        let Some(query) = self.table().DxgkDdiQueryChildRelations else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let count = self.children.count.load(Ordering::Relaxed) as usize;
        let mut relations: Vec<DXGK_CHILD_DESCRIPTOR> =
            alloc::vec![DXGK_CHILD_DESCRIPTOR::zeroed(); count + 1];
        let size = size_of_val(relations.as_slice()) as u32;
        let array = relations.as_mut_ptr();
        // SAFETY: the driver gave this function for this purpose; the array is as long as its size says.
        let status = self.call(Ddi::QueryChildRelations, || unsafe {
            query(self.context(), array, size)
        });
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        let last = &relations[count];
        let zero = is_zero(last);
        check!(port, ChildArray, AT, zero, "the last of {} elements zero", count + 1; "type {}, uid {}",
            last.ChildDeviceType, last.ChildUid);
        let described = relations[..count]
            .iter()
            .filter(|child| !is_zero(child))
            .count();
        check!(port, StartChildren, AT, described == count, "{count} children described"; "{described}");
        for (index, child) in relations[..count.min(CHILDREN)].iter().enumerate() {
            self.check_child(child);
            let unique = !relations[..index]
                .iter()
                .any(|other| other.ChildUid == child.ChildUid);
            check!(port, ChildUid, AT, unique, "ChildUids that differ"; "{:#x} twice", child.ChildUid);
            let known = &self.children.all[index];
            known.uid.store(child.ChildUid, Ordering::Relaxed);
            known.acpi.store(child.AcpiUid, Ordering::Relaxed);
            known
                .video
                .store(child.ChildDeviceType == TypeVideoOutput, Ordering::Relaxed);
            known.hpd.store(
                child.ChildCapabilities.HpdAwareness as u32,
                Ordering::Relaxed,
            );
            // SAFETY: all bit patterns of the union are valid.
            let technology =
                unsafe { child.ChildCapabilities.Type.VideoOutput.InterfaceTechnology };
            known.technology.store(technology as u32, Ordering::Relaxed);
            let always = child.ChildCapabilities.HpdAwareness == HpdAwarenessAlwaysConnected;
            known.connected.store(always, Ordering::SeqCst);
        }
        self.children
            .known
            .store(count.min(CHILDREN) as u32, Ordering::Release);
        Ok(())
    }

    fn check_child(&self, child: &DXGK_CHILD_DESCRIPTOR) {
        const AT: &str = "DxgkDdiQueryChildRelations";
        let port = self.port();
        let kind = child.ChildDeviceType;
        // SAFETY: all bit patterns of the union are valid.
        let must_be_zero = unsafe { child.ChildCapabilities.Type.Other.MustBeZero };
        let known = kind == TypeVideoOutput || (kind == TypeOther && must_be_zero == 0);
        check!(port, ChildType, AT, known, "a video output, or another with MustBeZero 0"; "{kind}, {must_be_zero:#x}");
        let hpd = child.ChildCapabilities.HpdAwareness;
        let known = matches!(
            hpd,
            HpdAwarenessAlwaysConnected | HpdAwarenessPolled | HpdAwarenessInterruptible
        );
        check!(port, ChildHpd, AT, known, "AlwaysConnected, Polled or Interruptible"; "{hpd}");
    }

    /// DxgkDdiQueryChildStatus(StatusConnection) for each Polled or Interruptible child. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The first status that the driver failed with.
    pub fn query_connections(&self) -> Result<(), NtStatus> {
        for child in self.children.known() {
            if matches!(child.hpd(), HpdAwarenessPolled | HpdAwarenessInterruptible) {
                self.query_connection(child.uid())?;
            }
        }
        Ok(())
    }

    /// DxgkDdiQueryChildStatus of a type that no version has, once: the driver may refuse it as it likes (F045).
    pub fn query_unknown_status(&self, uid: u32) {
        let Some(query) = self.table().DxgkDdiQueryChildStatus else {
            return;
        };
        let mut argument = StatusArgument {
            status: DXGK_CHILD_STATUS {
                Type: 0x77,
                ChildUid: uid,
                ..Default::default()
            },
            newer: 0,
        };
        let pointer: *mut StatusArgument = &raw mut argument;
        self.call_for_child(Ddi::QueryChildStatus, 0, || {
            // SAFETY: the driver gave this function for this purpose; the argument is live.
            unsafe { query(self.context(), pointer.cast(), TRUE) }
        });
    }

    /// DxgkDdiQueryChildStatus(StatusConnection) for one child. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status; STATUS_INVALID_PARAMETER for a child that nobody knows.
    pub fn query_connection(&self, uid: u32) -> Result<bool, NtStatus> {
        const AT: &str = "DxgkDdiQueryChildStatus";
        let port = self.port();
        let Some(query) = self.table().DxgkDdiQueryChildStatus else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let known = self.children.known();
        let Some((index, child)) = known
            .iter()
            .enumerate()
            .find(|(_, child)| child.uid() == uid)
        else {
            return Err(STATUS_INVALID_PARAMETER);
        };
        let hpd = child.hpd();
        check!(port, ChildQueryScope, AT, hpd != HpdAwarenessAlwaysConnected, "a child that can be unplugged"; "{hpd}");
        let mut argument = StatusArgument {
            status: DXGK_CHILD_STATUS {
                Type: StatusConnection,
                ChildUid: uid,
                ..Default::default()
            },
            newer: 0,
        };
        let pointer: *mut StatusArgument = &raw mut argument;
        let result = self.call_for_child(Ddi::QueryChildStatus, index, || {
            // SAFETY: the driver gave this function for this purpose; the argument is live.
            unsafe { query(self.context(), pointer.cast(), TRUE) }
        });
        let status = argument.status;
        let kept = status.Type == StatusConnection && status.ChildUid == uid;
        check!(port, ChildStatusAnswer, AT, kept, "Type and ChildUid as they were";
            "{}, {:#x}", status.Type, status.ChildUid);
        if !NT_SUCCESS(result) {
            return Err(result);
        }
        // SAFETY: all bit patterns of the union are valid.
        let connected = unsafe { status.Anonymous.HotPlug.Connected } != 0;
        child.connected.store(connected, Ordering::SeqCst);
        Ok(connected)
    }

    /// DxgkCbIndicateChildStatus.
    pub(crate) fn indicated(
        &self,
        kind: DXGK_CHILD_STATUS_TYPE,
        uid: u32,
        connected: BOOLEAN,
    ) -> NtStatus {
        let at = Callback::IndicateChildStatus.name();
        let known = self
            .children
            .by_uid(uid)
            .filter(|_| matches!(kind, StatusConnection | StatusRotation));
        // Before QueryChildRelations the port can't know the child: documented nowhere, so not an offence.
        let early = self.children.known().is_empty();
        check!(self.port(), ChildUid, at, known.is_some() || early, "a ChildUid of QueryChildRelations";
            "{uid:#x}, type {kind}");
        let Some(child) = known else {
            return STATUS_INVALID_PARAMETER;
        };
        if kind == StatusConnection {
            child.connected.store(connected != 0, Ordering::SeqCst);
            child.indications.fetch_add(1, Ordering::SeqCst);
        }
        STATUS_SUCCESS
    }

    /// Checks that the driver indicates `connected` for an Interruptible child after `plug` made the device say so,
    /// within `patience` (100 ns units). PASSIVE_LEVEL.
    pub fn hot_plug(&self, uid: u32, connected: bool, patience: u64, plug: impl FnOnce()) -> bool {
        let machine = self.machine();
        let Some(child) = self.children.by_uid(uid) else {
            return false;
        };
        let before = child.indications();
        plug();
        let start = machine.now();
        let done = || child.indications() != before && child.connected() == connected;
        while !done() && machine.now().saturating_sub(start) < patience {
            machine.delay(1_000);
        }
        let told = done();
        if child.hpd() == HpdAwarenessInterruptible {
            check!(self.port(), ChildHotPlug, "DxgkCbIndicateChildStatus", told,
                "connected {connected} for {uid:#x}"; "{} indications", child.indications() - before);
        }
        told
    }
}

/// DXGK_CHILD_STATUS as newer versions have it: longer at the end.
#[repr(C)]
struct StatusArgument {
    status: DXGK_CHILD_STATUS,
    newer: u32,
}

/// Whether every field is zero. Padding has no value that could be read.
fn is_zero(child: &DXGK_CHILD_DESCRIPTOR) -> bool {
    let capabilities = &child.ChildCapabilities;
    if (child.ChildDeviceType, child.ChildUid, child.AcpiUid) != (TypeUninitialized, 0, 0) {
        return false;
    }
    // SAFETY: the array was zeroed, and what describes no child is left so by a driver, or written as a whole; any
    // bits are a value of this member.
    let video = unsafe { capabilities.Type.VideoOutput };
    capabilities.HpdAwareness == 0
        && video.InterfaceTechnology == 0
        && video.MonitorOrientationAwareness == 0
        && video.SupportsSdtvModes == 0
}
