//! Numbers of VidPN sources, VidPN targets and children, each a type of its own.
//!
//! What dxgkrnl names is checked against what the adapter announced when it started, before a miniport sees it. What a
//! miniport names is checked where it goes to dxgkrnl.

use dxgk_sys::D3DDDI_ID_ALL;

/// The most VidPN sources, and the most children, that an adapter can announce (`MAX_VIDEO_PRESENT_SOURCES`-many: dxgkrnl
/// keeps sets of sources in 16 bits).
pub const MAX_SOURCES: u32 = 16;

/// The most children that an adapter can announce here.
pub const MAX_CHILDREN: u32 = 256;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $most:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The first one.
            pub const FIRST: Self = Self(0);

            #[doc = concat!("The ", $what, " with this number; none if no adapter can have so many.")]
            #[must_use]
            pub const fn new(number: u32) -> Option<Self> {
                if number < $most { Some(Self(number)) } else { None }
            }

            /// The number, from zero.
            #[must_use]
            pub const fn number(self) -> u32 {
                self.0
            }

            /// The number, to index with.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The one with this number, if the adapter announced so many.
            pub(crate) const fn below(number: u32, count: u32) -> Option<Self> {
                if number < count { Self::new(number) } else { None }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

id! {
    /// A VidPN source: what the operating system draws a desktop for (D3DDDI_VIDEO_PRESENT_SOURCE_ID).
    VidPnSourceId, MAX_SOURCES, "source"
}

id! {
    /// A VidPN target: a monitor output (D3DDDI_VIDEO_PRESENT_TARGET_ID). Its number is that of its child.
    VidPnTargetId, MAX_CHILDREN, "target"
}

id! {
    /// A child of the adapter: here always a video output (DXGK_CHILD_DESCRIPTOR.ChildUid).
    ChildUid, MAX_CHILDREN, "child"
}

impl VidPnTargetId {
    /// The child that this target is.
    #[must_use]
    pub const fn child(self) -> ChildUid {
        ChildUid(self.0)
    }
}

impl ChildUid {
    /// The target that this child is.
    #[must_use]
    pub const fn target(self) -> VidPnTargetId {
        VidPnTargetId(self.0)
    }
}

/// One source or all of them (D3DDDI_ID_ALL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sources {
    /// Every source.
    All,
    /// This one.
    One(VidPnSourceId),
}

impl Sources {
    /// Reads what dxgkrnl names; none if the adapter has no such source.
    pub(crate) fn read(number: u32, count: u32) -> Option<Self> {
        if number == D3DDDI_ID_ALL {
            Some(Self::All)
        } else {
            VidPnSourceId::below(number, count).map(Self::One)
        }
    }

    /// Whether `source` is among them.
    #[must_use]
    pub fn contain(self, source: VidPnSourceId) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => one == source,
        }
    }
}

/// How many sources and children a started adapter announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) sources: u32,
    pub(crate) children: u32,
}

impl Counts {
    /// The counts, if they can be announced: at least one source, and no more than children.
    pub(crate) const fn checked(sources: u32, children: u32) -> Option<Self> {
        if sources == 0 || sources > MAX_SOURCES || sources > children || children > MAX_CHILDREN {
            return None;
        }
        Some(Self { sources, children })
    }
}
