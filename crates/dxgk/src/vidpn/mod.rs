//! Video present networks: what dxgkrnl asks about, what is pinned in it, and the mode sets that go into it.
//!
//! The interfaces behind count references and move ownership in ways that are easily got wrong. Here each object is
//! acquired and released inside one method; what comes out is a copy, what goes in is a list.

mod mode;
mod monitor;
mod path;
mod sets;

use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use dxgk_sys::{
    D3DKMDT_EPT_ROTATION, D3DKMDT_EPT_SCALING, D3DKMDT_EPT_VIDPNSOURCE, D3DKMDT_EPT_VIDPNTARGET,
    D3DKMDT_HVIDPN, D3DKMDT_HVIDPNTOPOLOGY, D3DKMDT_MCC_ENFORCE, D3DKMDT_VIDPN_PRESENT_PATH,
    DXGK_VIDPN_INTERFACE, DXGK_VIDPNTOPOLOGY_INTERFACE, DXGKARG_COMMITVIDPN,
    DXGKARG_COMMITVIDPN_FLAGS, DXGKARG_ENUMVIDPNCOFUNCMODALITY, STATUS_SUCCESS,
};

pub use mode::{GraphicsMode, PixelFormat, SignalMode, SourceMode, TargetMode};
pub use monitor::MonitorModes;
pub use path::{GammaRamp, Path, PathSupport, Rotation, Rotations, Scaling, Scalings};

use crate::id::{Counts, Sources, VidPnSourceId, VidPnTargetId};
use crate::interface::Interface;
use crate::irql::Passive;
use crate::kernel::Kernel;
use crate::status::Status;

/// A VidPN, for as long as the DDI runs that got it.
#[derive(Debug)]
pub struct VidPn<'a> {
    handle: D3DKMDT_HVIDPN,
    functions: NonNull<DXGK_VIDPN_INTERFACE>,
    counts: Counts,
    ddi: PhantomData<&'a ()>,
}

/// The topology of a VidPN; the VidPN owns it, so nothing is released.
struct Topology {
    handle: D3DKMDT_HVIDPNTOPOLOGY,
    functions: NonNull<DXGK_VIDPNTOPOLOGY_INTERFACE>,
}

/// A path of a topology, released when dropped.
struct PathInfo<'a> {
    topology: &'a Topology,
    path: NonNull<D3DKMDT_VIDPN_PRESENT_PATH>,
}

impl Drop for PathInfo<'_> {
    fn drop(&mut self) {
        // SAFETY: the functions came with the topology; the path is from it and is released once.
        unsafe {
            if let Some(release) = self.topology.functions.as_ref().pfnReleasePathInfo {
                let _ = release(self.topology.handle, self.path.as_ptr());
            }
        }
    }
}

impl Topology {
    /// One step of an enumeration: the object, or none at the end of the set or where there is nothing.
    fn step<'t>(
        &'t self,
        status: i32,
        path: *const D3DKMDT_VIDPN_PRESENT_PATH,
    ) -> Result<Option<PathInfo<'t>>, Status> {
        Ok(step(status, path)?.map(|path| PathInfo {
            topology: self,
            path,
        }))
    }

    fn first(&self) -> Result<Option<PathInfo<'_>>, Status> {
        // SAFETY: the functions came with the topology.
        let call = unsafe { self.functions.as_ref() }
            .pfnAcquireFirstPathInfo
            .ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
        let mut path = ptr::null();
        // SAFETY: the handle came with the function; our out-pointer.
        let status = unsafe { call(self.handle, &raw mut path) };
        self.step(status, path)
    }

    fn next(&self, current: &PathInfo<'_>) -> Result<Option<PathInfo<'_>>, Status> {
        // SAFETY: the functions came with the topology.
        let call = unsafe { self.functions.as_ref() }
            .pfnAcquireNextPathInfo
            .ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
        let mut path = ptr::null();
        // SAFETY: as above; `current` is still acquired.
        let status = unsafe { call(self.handle, current.path.as_ptr(), &raw mut path) };
        self.step(status, path)
    }
}

/// What a status and an out-pointer of an acquire function say: an object, none, or an error. The codes for "none" pass
/// NT_SUCCESS.
fn step<T>(status: i32, object: *const T) -> Result<Option<NonNull<T>>, Status> {
    match Status::new(status) {
        Some(failure) => Err(failure),
        // STATUS_GRAPHICS_DATASET_IS_EMPTY, _NO_MORE_ELEMENTS_IN_DATASET, _MODE_NOT_PINNED: there is none.
        None if status != STATUS_SUCCESS => Ok(None),
        None => Ok(NonNull::new(object.cast_mut())),
    }
}

impl<'a> VidPn<'a> {
    /// # Safety
    ///
    /// `handle` is an argument of the DDI that runs for `'a`.
    pub(crate) unsafe fn open<K: Kernel>(
        interface: &Interface<K>,
        handle: D3DKMDT_HVIDPN,
        irql: &Passive<'_>,
    ) -> Result<Self, Status> {
        Ok(Self {
            handle,
            functions: interface.vidpn(handle, irql)?,
            counts: interface.counts(),
            ddi: PhantomData,
        })
    }

    fn functions(&self) -> &DXGK_VIDPN_INTERFACE {
        // SAFETY: came with the handle and is good as long as it is.
        unsafe { self.functions.as_ref() }
    }

    fn topology(&self) -> Result<Topology, Status> {
        let call = self
            .functions()
            .pfnGetTopology
            .ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
        let (mut handle, mut functions) = (ptr::null_mut(), ptr::null());
        // SAFETY: the handle came with the function; our out-pointers.
        Status::check(unsafe { call(self.handle, &raw mut handle, &raw mut functions) })?;
        let functions =
            NonNull::new(functions.cast_mut()).ok_or(Status::GRAPHICS_INVALID_VIDPN_TOPOLOGY)?;
        Ok(Topology { handle, functions })
    }

    /// Calls `visit` with each path; stops at its first error. An empty topology has none.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_acquirefirstpathinfo).
    ///
    /// # Errors
    ///
    /// The port's or the visitor's status. STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE or _TARGET for a path of a source
    /// or target that the adapter has not announced.
    pub fn for_each_path(
        &self,
        _: &Passive<'_>,
        mut visit: impl FnMut(&Path) -> Result<(), Status>,
    ) -> Result<(), Status> {
        self.walk(|_, raw| visit(&Path::read(raw, self.counts)?))
    }

    /// Calls `visit` with each path of the port's own, while it is acquired.
    fn walk(
        &self,
        mut visit: impl FnMut(&Topology, &D3DKMDT_VIDPN_PRESENT_PATH) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let topology = self.topology()?;
        let mut current = topology.first()?;
        while let Some(path) = current {
            // SAFETY: acquired and not yet released.
            visit(&topology, unsafe { path.path.as_ref() })?;
            // The next is acquired while the current one is still held, as the function wants it.
            current = topology.next(&path)?;
        }
        Ok(())
    }

    /// Says for a path which scalings and rotations it could have. Nothing else of the path can be changed.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_updatepathsupportinfo).
    ///
    /// # Errors
    ///
    /// The port's status: STATUS_ACCESS_DENIED where the DDI that runs may not change it.
    /// STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY if there is no such path.
    pub fn update_path_support(
        &self,
        source: VidPnSourceId,
        target: VidPnTargetId,
        support: PathSupport,
        _: &Passive<'_>,
    ) -> Result<(), Status> {
        let mut found = false;
        self.walk(|topology, raw| {
            if (raw.VidPnSourceId, raw.VidPnTargetId) != (source.number(), target.number()) {
                return Ok(());
            }
            found = true;
            // The rest is the port's own, gamma ramp included, which is good while the path is acquired.
            let mut path = *raw;
            support.write(&mut path);
            // SAFETY: the functions came with the topology.
            let call = unsafe { topology.functions.as_ref() }
                .pfnUpdatePathSupportInfo
                .ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
            // SAFETY: the handle came with the function; a copy of a path that is acquired.
            Status::check(unsafe { call(topology.handle, &raw const path) })
        })?;
        if found {
            Ok(())
        } else {
            Err(Status::GRAPHICS_PATH_NOT_IN_TOPOLOGY)
        }
    }

    /// The size of each source's pinned mode, for those that are in the topology.
    pub(crate) fn for_each_pinned_size(
        &self,
        irql: &Passive<'_>,
        mut visit: impl FnMut(VidPnSourceId, u32, u32),
    ) -> Result<(), Status> {
        self.for_each_path(irql, |path| {
            let mode = self.pinned_source_mode(path.source, irql)?;
            if let Some(SourceMode::Graphics(mode)) = mode {
                visit(path.source, mode.width, mode.height);
            }
            Ok(())
        })
    }

    /// The source's pinned mode, if one is.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpnsourcemodeset_acquirepinnedmodeinfo).
    ///
    /// # Errors
    ///
    /// The port's status.
    pub fn pinned_source_mode(
        &self,
        source: VidPnSourceId,
        _: &Passive<'_>,
    ) -> Result<Option<SourceMode>, Status> {
        sets::pinned_source_mode(self, source)
    }

    /// The target's pinned mode, if one is.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntargetmodeset_acquirepinnedmodeinfo).
    ///
    /// # Errors
    ///
    /// The port's status.
    pub fn pinned_target_mode(
        &self,
        target: VidPnTargetId,
        _: &Passive<'_>,
    ) -> Result<Option<TargetMode>, Status> {
        sets::pinned_target_mode(self, target)
    }

    /// Replaces the source's modes. An equal mode given twice counts once.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_assignsourcemodeset).
    ///
    /// # Errors
    ///
    /// The port's status; the source keeps the modes it had.
    pub fn assign_source_modes(
        &self,
        source: VidPnSourceId,
        modes: impl Iterator<Item = GraphicsMode>,
        _: &Passive<'_>,
    ) -> Result<(), Status> {
        sets::assign_source_modes(self, source, modes)
    }

    /// Replaces the target's modes. An equal mode given twice counts once.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpn_assigntargetmodeset).
    ///
    /// # Errors
    ///
    /// The port's status; the target keeps the modes it had.
    pub fn assign_target_modes(
        &self,
        target: VidPnTargetId,
        modes: impl Iterator<Item = SignalMode>,
        _: &Passive<'_>,
    ) -> Result<(), Status> {
        sets::assign_target_modes(self, target, modes)
    }
}

/// What DxgkDdiEnumVidPnCofuncModality leaves as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pivot {
    /// Nothing.
    None,
    /// The modes of this source.
    Source(VidPnSourceId),
    /// The modes of this target.
    Target(VidPnTargetId),
    /// The scaling support of the path from source to target.
    Scaling(VidPnSourceId, VidPnTargetId),
    /// The rotation support of the path from source to target.
    Rotation(VidPnSourceId, VidPnTargetId),
}

/// The argument of DxgkDdiEnumVidPnCofuncModality.
#[derive(Debug)]
pub struct Cofunctional<'a> {
    /// The VidPN with the constraints, whose free sets are to be adjusted.
    pub vidpn: VidPn<'a>,
    /// What must not be touched.
    pub pivot: Pivot,
}

impl Pivot {
    /// Reads dxgkrnl's pivot; only the numbers that its kind says are looked at.
    ///
    /// # Errors
    ///
    /// STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE or _TARGET for one that the adapter has not announced.
    pub(crate) fn read(
        argument: &DXGKARG_ENUMVIDPNCOFUNCMODALITY,
        counts: Counts,
    ) -> Result<Self, Status> {
        let source = || {
            VidPnSourceId::below(argument.EnumPivot.VidPnSourceId, counts.sources)
                .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE)
        };
        let target = || {
            VidPnTargetId::below(argument.EnumPivot.VidPnTargetId, counts.children)
                .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_TARGET)
        };
        Ok(match argument.EnumPivotType {
            D3DKMDT_EPT_VIDPNSOURCE => Self::Source(source()?),
            D3DKMDT_EPT_VIDPNTARGET => Self::Target(target()?),
            D3DKMDT_EPT_SCALING => Self::Scaling(source()?, target()?),
            D3DKMDT_EPT_ROTATION => Self::Rotation(source()?, target()?),
            _ => Self::None,
        })
    }
}

/// The argument of DxgkDdiCommitVidPn.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The functional VidPN.
    pub vidpn: VidPn<'a>,
    /// The source whose paths change, or all of them, all or nothing.
    pub sources: Sources,
    /// Whether a target without a monitor makes the commit fail.
    pub monitor_required: bool,
    flags: DXGKARG_COMMITVIDPN_FLAGS,
}

impl<'a> Commit<'a> {
    pub(crate) fn read(vidpn: VidPn<'a>, argument: &DXGKARG_COMMITVIDPN) -> Result<Self, Status> {
        Ok(Self {
            sources: Sources::read(argument.AffectedVidPnSourceId, vidpn.counts.sources)
                .ok_or(Status::GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE)?,
            vidpn,
            monitor_required: argument.MonitorConnectivityChecks == D3DKMDT_MCC_ENFORCE,
            flags: argument.Flags,
        })
    }

    /// Monitors are being turned off or on; this is no mode change.
    #[must_use]
    pub const fn path_power_transition(&self) -> bool {
        self.flags
            .has(DXGKARG_COMMITVIDPN_FLAGS::PathPowerTransition)
    }

    /// The monitors are off and stay off: reprogram without lighting them.
    #[must_use]
    pub const fn path_powered_off(&self) -> bool {
        self.flags.has(DXGKARG_COMMITVIDPN_FLAGS::PathPoweredOff)
    }
}
