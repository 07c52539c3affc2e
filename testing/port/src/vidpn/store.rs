//! The VidPN objects of an adapter.

use super::kinds::{Kind, Monitor, Source, Target};
use super::loans::Loans;
use super::modeset::Sets;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use dxgk_sys::*;

/// What the present DDI may do to a VidPN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Access {
    /// Look at it.
    #[default]
    Read,
    /// Assign mode sets and update support flags (EnumVidPnCofuncModality).
    Modes,
    /// Change the topology too (RecommendFunctionalVidPn).
    Topology,
}

/// What EnumVidPnCofuncModality must leave alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pivot {
    /// The mode set of this source.
    Source(u32),
    /// The mode set of this target.
    Target(u32),
    /// The scaling support of this path.
    Scaling(u32, u32),
    /// The rotation support of this path.
    Rotation(u32, u32),
    /// Nothing.
    None,
}

/// One VidPN.
#[derive(Default)]
pub(crate) struct VidPn {
    pub paths: Vec<D3DKMDT_VIDPN_PRESENT_PATH>,
    /// Set ids by source id.
    pub sources: BTreeMap<u32, u32>,
    /// Set ids by target id.
    pub targets: BTreeMap<u32, u32>,
    pub access: Access,
    pub pivot: Option<Pivot>,
    /// IsSupportedVidPn said yes to it as it is now.
    pub supported: bool,
}

// SAFETY: the pointers in a path (gamma ramps) are only handed through.
unsafe impl Send for VidPn {}

/// Everything of an adapter.
#[derive(Default)]
pub(crate) struct Store {
    pub vidpns: BTreeMap<u32, VidPn>,
    pub source: Sets<Source>,
    pub target: Sets<Target>,
    pub monitor: Sets<Monitor>,
    pub paths: Loans<PathInfo>,
    /// Monitor mode sets by target id.
    pub monitors: BTreeMap<u32, u32>,
    /// The VidPN that was committed last.
    pub active: Option<u32>,
}

/// A path as it is lent; a type of its own so that it can be sent.
pub(crate) type PathInfo = Path;

/// D3DKMDT_VIDPN_PRESENT_PATH, whose gamma ramp pointer the model never follows.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Path(pub D3DKMDT_VIDPN_PRESENT_PATH);

// SAFETY: see `VidPn`.
unsafe impl Send for Path {}

impl Store {
    /// The set that a VidPN has for a source or target.
    pub fn assigned<K: Kind>(&self, vidpn: &VidPn, owner: u32) -> Option<u32> {
        match K::HANDLE {
            crate::handle::Kind::SourceSet => vidpn.sources.get(&owner).copied(),
            crate::handle::Kind::TargetSet => vidpn.targets.get(&owner).copied(),
            _ => None,
        }
    }
}
