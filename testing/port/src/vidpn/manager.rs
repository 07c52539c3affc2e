//! The VidPN manager's side: asks, enumerates, pins and commits, in the documented order.

use super::kinds::{Kind, Source, Target, shown};
use super::store::{Access, Pivot, VidPn};
use super::{modes, topology};
use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::handle;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::Rule;
use alloc::vec::Vec;
use dxgk_sys::*;

/// Sizes of modes, in pixels and lines.
pub(crate) type Sizes = Vec<(u32, u32)>;

/// A mode that was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Source id.
    pub source: u32,
    /// Target id.
    pub target: u32,
    /// Pixels of the primary surface.
    pub width: u32,
    /// Its scan lines.
    pub height: u32,
    /// Its bytes a line.
    pub stride: u32,
}

impl Adapter {
    /// A VidPN with these paths (source, target) and empty mode sets. PASSIVE_LEVEL.
    pub fn new_vidpn(&self, paths: &[(u32, u32)]) -> u32 {
        let id = handle::serial();
        let basis = self.port().config().target_color_basis;
        let mut store = self.vidpn.lock(self.machine());
        store.vidpns.insert(id, VidPn::default());
        for (source, target) in paths {
            topology::insert(&mut store, id, modes::path(*source, *target, basis));
        }
        id
    }

    /// Checks a status against what the header allows of the VidPN DDIs. Windows logs any other as a driver's fault and drops
    /// every candidate (F064). Around a start and a stop the DDIs may come to an adapter that is not started, and only have to
    /// survive (F100).
    pub(super) fn judge_vidpn_status(&self, ddi: Ddi, status: NtStatus) {
        /// STATUS_SEVERITY_ERROR and FACILITY_VIDEO.
        const GRAPHICS: u32 = 0xC01E_0000;
        if !self.is_started() {
            return;
        }
        let legal = matches!(status, STATUS_SUCCESS | STATUS_NO_MEMORY)
            || status as u32 & 0xFFFF_0000 == GRAPHICS;
        if !check!(self.port(), StatusVidPn, ddi.name(), legal,
            "success, no memory or a STATUS_GRAPHICS_*"; "{:#010x}", status as u32)
        {
            self.log_unlisted(ddi, status);
        }
    }

    /// Forgets a VidPN that is not active. PASSIVE_LEVEL.
    pub fn drop_vidpn(&self, vidpn: u32) {
        let mut store = self.vidpn.lock(self.machine());
        if store.active == Some(vidpn) {
            return;
        }
        store.vidpns.remove(&vidpn);
        store.source.all.retain(|_, set| set.vidpn != vidpn);
        store.target.all.retain(|_, set| set.vidpn != vidpn);
    }

    /// The handle of a VidPN, as DDIs get it.
    pub fn vidpn_handle(&self, vidpn: u32) -> D3DKMDT_HVIDPN {
        handle::pack(handle::Kind::VidPn, self.slot(), vidpn).cast()
    }

    pub(crate) fn with_vidpn<R>(
        &self,
        vidpn: u32,
        body: impl FnOnce(&mut VidPn) -> R,
    ) -> Option<R> {
        self.vidpn
            .lock(self.machine())
            .vidpns
            .get_mut(&vidpn)
            .map(body)
    }

    /// DxgkDdiIsSupportedVidPn; `None` asks for hDesiredVidPn 0. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn is_supported(&self, vidpn: Option<u32>) -> Result<bool, NtStatus> {
        const AT: &str = "DxgkDdiIsSupportedVidPn";
        let Some(ask) = self.table().DxgkDdiIsSupportedVidPn else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let empty = vidpn
            .is_none_or(|id| self.with_vidpn(id, |vidpn| vidpn.paths.is_empty()) == Some(true));
        let mut arguments = DXGKARG_ISSUPPORTEDVIDPN {
            hDesiredVidPn: vidpn.map_or(core::ptr::null_mut(), |id| self.vidpn_handle(id)),
            IsVidPnSupported: 0xCC,
        };
        let argument = &raw mut arguments;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::IsSupportedVidPn, || unsafe {
            ask(self.context(), argument)
        });
        let answer = arguments.IsVidPnSupported;
        self.judge_vidpn_status(Ddi::IsSupportedVidPn, status);
        if !self.is_started() {
            // A stopped driver owes no answer.
            return if status == STATUS_SUCCESS {
                Ok(answer == TRUE)
            } else {
                Err(status)
            };
        }
        let named = matches!(
            status,
            STATUS_SUCCESS | STATUS_NO_MEMORY | STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY
        );
        check!(self.port(), IssupAnswer, AT, named && (answer <= TRUE || !NT_SUCCESS(status)),
            "success with TRUE or FALSE"; "{:#010x} with {answer}", status as u32);
        if empty {
            check!(self.port(), IssupEmpty, AT, status == STATUS_SUCCESS && answer == TRUE,
                "nothing is supported"; "{:#010x} with {answer}", status as u32);
        }
        // A shipped driver says so of modes that are too large, and is taken at its word (F071).
        if status == STATUS_NO_MEMORY && !empty {
            return Ok(false);
        }
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        let supported = answer != 0;
        if let Some(id) = vidpn {
            self.with_vidpn(id, |vidpn| vidpn.supported = supported);
        }
        Ok(supported)
    }

    /// DxgkDdiEnumVidPnCofuncModality. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn enumerate(&self, vidpn: u32, pivot: Pivot) -> Result<(), NtStatus> {
        const AT: &str = "DxgkDdiEnumVidPnCofuncModality";
        let Some(enumerate) = self.table().DxgkDdiEnumVidPnCofuncModality else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let asked = self.with_vidpn(vidpn, |object| {
            object.access = Access::Modes;
            object.pivot = Some(pivot);
            object.supported
        });
        check!(self.port(), CofuncAsked, AT, asked == Some(true), "a VidPN that IsSupportedVidPn confirmed"; "{asked:?}");
        let undefined = D3DDDI_ID_UNINITIALIZED;
        let (kind, source, target) = match pivot {
            Pivot::Source(id) => (D3DKMDT_EPT_VIDPNSOURCE, id, undefined),
            Pivot::Target(id) => (D3DKMDT_EPT_VIDPNTARGET, undefined, id),
            Pivot::Scaling(source, target) => (D3DKMDT_EPT_SCALING, source, target),
            Pivot::Rotation(source, target) => (D3DKMDT_EPT_ROTATION, source, target),
            Pivot::None => (D3DKMDT_EPT_NOPIVOT, undefined, undefined),
        };
        let arguments = DXGKARG_ENUMVIDPNCOFUNCMODALITY {
            hConstrainingVidPn: self.vidpn_handle(vidpn),
            EnumPivotType: kind,
            EnumPivot: DXGK_ENUM_PIVOT {
                VidPnSourceId: source,
                VidPnTargetId: target,
            },
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::EnumVidPnCofuncModality, || unsafe {
            enumerate(self.context(), argument)
        });
        self.with_vidpn(vidpn, |object| {
            object.access = Access::Read;
            object.pivot = None;
        });
        self.judge_vidpn_status(Ddi::EnumVidPnCofuncModality, status);
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        self.check_cofunctional(vidpn, pivot);
        Ok(())
    }

    /// Pins the mode of this size (or any) at a source or target; its size.
    fn pin<K: Kind>(
        &self,
        vidpn: u32,
        id: u32,
        choose: impl Fn(&[K::Info]) -> Option<u32>,
    ) -> Option<K::Info> {
        let mut store = self.vidpn.lock(self.machine());
        let set = store
            .vidpns
            .get(&vidpn)
            .and_then(|vidpn| store.assigned::<K>(vidpn, id))?;
        let set = K::sets(&mut store).all.get_mut(&set)?;
        let mode = choose(&set.modes)?;
        set.pinned = Some(mode);
        let info = set.mode(mode).copied();
        if let Some(vidpn) = store.vidpns.get_mut(&vidpn) {
            vidpn.supported = false;
        }
        info
    }

    /// The VidPN that was committed last.
    pub(crate) fn active_vidpn(&self) -> Option<u32> {
        self.vidpn.lock(self.machine()).active
    }

    /// The sizes of the modes that a VidPN has at both ends of a path.
    pub(crate) fn offered(&self, vidpn: u32, source: u32, target: u32) -> (Sizes, Sizes) {
        let store = self.vidpn.lock(self.machine());
        let Some(object) = store.vidpns.get(&vidpn) else {
            return Default::default();
        };
        let sources = object
            .sources
            .get(&source)
            .and_then(|set| store.source.all.get(set));
        let targets = object
            .targets
            .get(&target)
            .and_then(|set| store.target.all.get(set));
        (
            sources.map_or_else(Vec::new, |set| set.modes.iter().map(surface).collect()),
            targets.map_or_else(Vec::new, |set| {
                let signals = set.modes.iter().map(|mode| &mode.VideoSignalInfo);
                signals.map(shown).collect()
            }),
        )
    }

    /// Gives `source` a mode of the model's own making, of this size, and pins it.
    pub(crate) fn pin_remembered(&self, vidpn: u32, source: u32, size: (u32, u32)) {
        let mut store = self.vidpn.lock(self.machine());
        let set = store
            .vidpns
            .get(&vidpn)
            .and_then(|vidpn| store.assigned::<Source>(vidpn, source));
        if let Some(set) = set.and_then(|set| store.source.all.get_mut(&set)) {
            let id = set.mode_id();
            set.modes.push(modes::source_mode(id, size));
            set.pinned = Some(id);
        }
    }

    /// IsSupportedVidPn, then EnumVidPnCofuncModality.
    pub(crate) fn ask_and_enumerate(&self, vidpn: u32, pivot: Pivot) -> Result<(), NtStatus> {
        if !self.is_supported(Some(vidpn))? {
            return Err(STATUS_GRAPHICS_VIDPN_TOPOLOGY_NOT_SUPPORTED);
        }
        self.enumerate(vidpn, pivot)
    }

    /// Builds a functional VidPN for one path, preferring a mode of `size`, else the monitor's preferred one, else the
    /// first that is offered. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status, or the one for a driver that offers no mode.
    pub fn build(
        &self,
        source: u32,
        target: u32,
        size: Option<(u32, u32)>,
    ) -> Result<(u32, Committed), NtStatus> {
        let vidpn = self.new_vidpn(&[(source, target)]);
        let built = self.constrain(
            vidpn,
            source,
            target,
            size.or_else(|| self.preferred_mode(target)),
        );
        if built.is_err() {
            self.drop_vidpn(vidpn);
        }
        built.map(|committed| (vidpn, committed))
    }

    fn constrain(
        &self,
        vidpn: u32,
        source: u32,
        target: u32,
        size: Option<(u32, u32)>,
    ) -> Result<Committed, NtStatus> {
        self.ask_and_enumerate(vidpn, Pivot::None)?;
        let source_mode = self
            .pin::<Source>(vidpn, source, |modes| {
                let fits = |mode: &&D3DKMDT_VIDPN_SOURCE_MODE| size == Some(surface(mode));
                modes
                    .iter()
                    .find(fits)
                    .or(modes.first())
                    .map(|mode| mode.Id)
            })
            .ok_or(STATUS_GRAPHICS_INVALID_VIDPN_SOURCEMODESET)?;
        self.ask_and_enumerate(vidpn, Pivot::Source(source))?;
        let (width, height) = surface(&source_mode);
        self.pin::<Target>(vidpn, target, |modes| {
            let fits =
                |mode: &&D3DKMDT_VIDPN_TARGET_MODE| shown(&mode.VideoSignalInfo) == (width, height);
            modes
                .iter()
                .find(fits)
                .or(modes.first())
                .map(|mode| mode.Id)
        })
        .ok_or(STATUS_GRAPHICS_INVALID_VIDPN_TARGETMODESET)?;
        self.ask_and_enumerate(vidpn, Pivot::Target(target))?;
        let unpinned = self.port().config().unpinned;
        self.with_vidpn(vidpn, |object| {
            for path in object.paths.iter_mut().filter(|_| !unpinned) {
                let support = path.ContentTransformation.ScalingSupport;
                let identity = support.has(D3DKMDT_VIDPN_PRESENT_PATH_SCALING_SUPPORT::Identity);
                path.ContentTransformation.Scaling = if identity {
                    D3DKMDT_VPPS_IDENTITY
                } else {
                    D3DKMDT_VPPS_CENTERED
                };
            }
            object.supported = false;
        });
        self.ask_and_enumerate(vidpn, Pivot::Scaling(source, target))?;
        self.with_vidpn(vidpn, |object| {
            for path in object.paths.iter_mut().filter(|_| !unpinned) {
                path.ContentTransformation.Rotation = D3DKMDT_VPPR_IDENTITY;
            }
            object.supported = false;
        });
        self.ask_and_enumerate(vidpn, Pivot::Rotation(source, target))?;
        // SAFETY: the mode was added with type GRAPHICS, which says that this member is filled.
        let stride = unsafe { source_mode.Format.Graphics.Stride };
        Ok(Committed {
            source,
            target,
            width,
            height,
            stride,
        })
    }

    /// DxgkDdiCommitVidPn. The VidPN becomes the active one if the driver says so. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status; the old VidPN stays active.
    pub fn commit(
        &self,
        vidpn: u32,
        affected: u32,
        flags: DXGKARG_COMMITVIDPN_FLAGS,
    ) -> Result<(), NtStatus> {
        let Some(commit) = self.table().DxgkDdiCommitVidPn else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let arguments = DXGKARG_COMMITVIDPN {
            hFunctionalVidPn: self.vidpn_handle(vidpn),
            AffectedVidPnSourceId: affected,
            MonitorConnectivityChecks: D3DKMDT_MCC_IGNORE,
            hPrimaryAllocation: core::ptr::null_mut(),
            Flags: flags,
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::CommitVidPn, || unsafe {
            commit(self.context(), argument)
        });
        self.judge_vidpn_status(Ddi::CommitVidPn, status);
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        let old = self.vidpn.lock(self.machine()).active.replace(vidpn);
        if let Some(old) = old.filter(|old| *old != vidpn) {
            self.drop_vidpn(old);
        }
        Ok(())
    }

    /// A whole mode change: build, hardware capabilities, commit. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status, or the one for a driver that offers no mode.
    pub fn set_mode(
        &self,
        source: u32,
        target: u32,
        size: Option<(u32, u32)>,
    ) -> Result<Committed, NtStatus> {
        let (vidpn, mode) = self.build(source, target, size)?;
        self.hardware_capability(vidpn, source, target);
        if let Err(status) = self.commit(vidpn, source, DXGKARG_COMMITVIDPN_FLAGS::zeroed()) {
            self.drop_vidpn(vidpn);
            return Err(status);
        }
        self.picture
            .lock(self.machine())
            .resize(mode.width, mode.height);
        Ok(mode)
    }

    fn hardware_capability(&self, vidpn: u32, source: u32, target: u32) {
        let Some(query) = self.table().DxgkDdiQueryVidPnHWCapability else {
            return;
        };
        let mut arguments = DXGKARG_QUERYVIDPNHWCAPABILITY {
            hFunctionalVidPn: self.vidpn_handle(vidpn),
            SourceId: source,
            TargetId: target,
            ..Default::default()
        };
        let argument = &raw mut arguments;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::QueryVidPnHWCapability, || unsafe {
            query(self.context(), argument)
        });
        let reserved = arguments
            .VidPnHWCaps
            .get(D3DKMDT_VIDPN_HW_CAPABILITY::Reserved);
        check!(self.port(), HwcapReserved, "DxgkDdiQueryVidPnHWCapability", !NT_SUCCESS(status) || reserved == 0,
            "reserved bits 0"; "{reserved:#x}");
    }

    /// DxgkDdiSetVidPnSourceVisibility. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn set_visibility(&self, source: u32, visible: bool) -> Result<(), NtStatus> {
        let Some(set) = self.table().DxgkDdiSetVidPnSourceVisibility else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let arguments = DXGKARG_SETVIDPNSOURCEVISIBILITY {
            VidPnSourceId: source,
            Visible: BOOLEAN::from(visible),
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::SetVidPnSourceVisibility, || unsafe {
            set(self.context(), argument)
        });
        if super::is_active(self, source) {
            self.documented(
                Rule::VisibilityResult,
                Ddi::SetVidPnSourceVisibility,
                status,
                &[STATUS_SUCCESS],
            );
        }
        self.picture.lock(self.machine()).visible = visible && NT_SUCCESS(status);
        if NT_SUCCESS(status) {
            Ok(())
        } else {
            Err(status)
        }
    }
}

fn surface(mode: &D3DKMDT_VIDPN_SOURCE_MODE) -> (u32, u32) {
    // SAFETY: modes are added with type GRAPHICS only, which says that this member is filled.
    let size = unsafe { mode.Format.Graphics.PrimSurfSize };
    (size.cx, size.cy)
}
