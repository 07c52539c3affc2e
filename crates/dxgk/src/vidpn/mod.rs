//! Video present networks: what dxgkrnl asks about, what is pinned in it, and the mode sets that go into it.
//!
//! The interfaces behind count references and move ownership in ways that are easily got wrong. Here each object is
//! acquired and released inside one method; what comes out is a copy, what goes in is a list.

mod monitor;
mod sets;

use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use dxgk_sys::{
    D3DDDI_ID_ALL, D3DKMDT_EPT_ROTATION, D3DKMDT_EPT_SCALING, D3DKMDT_EPT_VIDPNSOURCE,
    D3DKMDT_EPT_VIDPNTARGET, D3DKMDT_HVIDPN, D3DKMDT_HVIDPNTOPOLOGY, D3DKMDT_MCC_ENFORCE,
    D3DKMDT_VIDPN_PRESENT_PATH, D3DKMDT_VIDPN_SOURCE_MODE, D3DKMDT_VIDPN_TARGET_MODE,
    DXGK_VIDPN_INTERFACE, DXGK_VIDPNTOPOLOGY_INTERFACE, DXGKARG_COMMITVIDPN,
    DXGKARG_COMMITVIDPN_FLAGS, DXGKARG_ENUMVIDPNCOFUNCMODALITY, STATUS_SUCCESS,
};

pub use monitor::MonitorModes;
pub use sets::{GraphicsMode, SignalMode};

use crate::interface::Interface;
use crate::irql::Passive;
use crate::status::Status;

/// A VidPN, for as long as the DDI runs that got it.
#[derive(Debug)]
pub struct VidPn<'a> {
    handle: D3DKMDT_HVIDPN,
    functions: NonNull<DXGK_VIDPN_INTERFACE>,
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
    pub(crate) unsafe fn open(
        interface: &Interface,
        handle: D3DKMDT_HVIDPN,
        irql: &Passive<'_>,
    ) -> Result<Self, Status> {
        Ok(Self {
            handle,
            functions: interface.vidpn(handle, irql)?,
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
    /// The port's or the visitor's status.
    pub fn for_each_path(
        &self,
        _: &Passive<'_>,
        mut visit: impl FnMut(&D3DKMDT_VIDPN_PRESENT_PATH) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let topology = self.topology()?;
        let mut current = topology.first()?;
        while let Some(path) = current {
            // SAFETY: acquired and not yet released.
            visit(unsafe { path.path.as_ref() })?;
            // The next is acquired while the current one is still held, as the function wants it.
            current = topology.next(&path)?;
        }
        Ok(())
    }

    /// Says for a path which scalings and rotations it could have; the path is found by its two ids.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_vidpntopology_updatepathsupportinfo).
    ///
    /// # Errors
    ///
    /// The port's status: STATUS_ACCESS_DENIED where the DDI that runs may not change it.
    pub fn update_path_support(
        &self,
        path: &D3DKMDT_VIDPN_PRESENT_PATH,
        _: &Passive<'_>,
    ) -> Result<(), Status> {
        let topology = self.topology()?;
        // SAFETY: the functions came with the topology.
        let call = unsafe { topology.functions.as_ref() }
            .pfnUpdatePathSupportInfo
            .ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
        // SAFETY: the handle came with the function; a path of our own.
        Status::check(unsafe { call(topology.handle, path) })
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
        source: u32,
        _: &Passive<'_>,
    ) -> Result<Option<D3DKMDT_VIDPN_SOURCE_MODE>, Status> {
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
        target: u32,
        _: &Passive<'_>,
    ) -> Result<Option<D3DKMDT_VIDPN_TARGET_MODE>, Status> {
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
        source: u32,
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
        target: u32,
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
    Source(u32),
    /// The modes of this target.
    Target(u32),
    /// The scaling support of the path from source to target.
    Scaling(u32, u32),
    /// The rotation support of the path from source to target.
    Rotation(u32, u32),
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
    pub(crate) const fn from_argument(argument: &DXGKARG_ENUMVIDPNCOFUNCMODALITY) -> Self {
        let (source, target) = (
            argument.EnumPivot.VidPnSourceId,
            argument.EnumPivot.VidPnTargetId,
        );
        match argument.EnumPivotType {
            D3DKMDT_EPT_VIDPNSOURCE => Self::Source(source),
            D3DKMDT_EPT_VIDPNTARGET => Self::Target(target),
            D3DKMDT_EPT_SCALING => Self::Scaling(source, target),
            D3DKMDT_EPT_ROTATION => Self::Rotation(source, target),
            _ => Self::None,
        }
    }
}

/// The argument of DxgkDdiCommitVidPn.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The functional VidPN.
    pub vidpn: VidPn<'a>,
    /// The source whose paths change, or none for the whole VidPN, all or nothing.
    pub source: Option<u32>,
    /// Whether a target without a monitor makes the commit fail.
    pub monitor_required: bool,
    flags: DXGKARG_COMMITVIDPN_FLAGS,
}

impl<'a> Commit<'a> {
    pub(crate) fn new(vidpn: VidPn<'a>, argument: &DXGKARG_COMMITVIDPN) -> Self {
        Self {
            vidpn,
            source: (argument.AffectedVidPnSourceId != D3DDDI_ID_ALL)
                .then_some(argument.AffectedVidPnSourceId),
            monitor_required: argument.MonitorConnectivityChecks == D3DKMDT_MCC_ENFORCE,
            flags: argument.Flags,
        }
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
