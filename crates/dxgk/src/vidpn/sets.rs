//! Mode sets: reading what is pinned, and building a new set to assign over an old one.
//!
//! Ownership, as the pages have it: a mode set that was acquired is released once. One that was created is assigned, which
//! gives it away, or released. If assigning fails because of a bad argument the set is still ours; if it fails later it
//! has been released already. A mode info that was created is added, which gives it away on success only, or released.

use core::ptr;

use dxgk_sys::{
    D3DDDI_RATIONAL, D3DDDI_VSSLO_PROGRESSIVE, D3DDDIFORMAT, D3DKMDT_2DREGION, D3DKMDT_CB_SCRGB,
    D3DKMDT_FREQUENCY_NOTSPECIFIED, D3DKMDT_GRAPHICS_RENDERING_FORMAT, D3DKMDT_MP_NOTPREFERRED,
    D3DKMDT_MP_PREFERRED, D3DKMDT_PVAM_DIRECT, D3DKMDT_RMT_GRAPHICS, D3DKMDT_VIDEO_SIGNAL_INFO,
    D3DKMDT_VIDPN_SOURCE_MODE, D3DKMDT_VIDPN_TARGET_MODE, D3DKMDT_VSS_OTHER,
    STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE, STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET,
    STATUS_GRAPHICS_INVALID_VIDPN, STATUS_GRAPHICS_INVALID_VIDPN_SOURCEMODESET,
    STATUS_GRAPHICS_INVALID_VIDPN_TARGETMODESET,
};

use super::{VidPn, step};
use crate::status::Status;

/// A linear 32-bit source mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphicsMode {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from line to line.
    pub stride: u32,
    /// The pixel format.
    pub format: D3DDDIFORMAT,
}

impl GraphicsMode {
    fn write(self, mode: &mut D3DKMDT_VIDPN_SOURCE_MODE) {
        let size = D3DKMDT_2DREGION {
            cx: self.width,
            cy: self.height,
        };
        mode.Type = D3DKMDT_RMT_GRAPHICS;
        mode.Format.Graphics = D3DKMDT_GRAPHICS_RENDERING_FORMAT {
            PrimSurfSize: size,
            VisibleRegionSize: size,
            Stride: self.stride,
            PixelFormat: self.format,
            ColorBasis: D3DKMDT_CB_SCRGB,
            PixelValueAccessMode: D3DKMDT_PVAM_DIRECT,
        };
    }

    /// The mode that a pinned source mode asks for, if it is a linear graphics mode.
    #[must_use]
    pub fn read(mode: &D3DKMDT_VIDPN_SOURCE_MODE) -> Option<Self> {
        if mode.Type != D3DKMDT_RMT_GRAPHICS {
            return None;
        }
        // SAFETY: the type says that this arm is valid.
        let graphics = unsafe { mode.Format.Graphics };
        (graphics.PixelValueAccessMode == D3DKMDT_PVAM_DIRECT).then_some(Self {
            width: graphics.PrimSurfSize.cx,
            height: graphics.PrimSurfSize.cy,
            stride: graphics.Stride,
            format: graphics.PixelFormat,
        })
    }
}

/// A progressive target mode without timing: what a display without VSync control reports, for which dxgkrnl then
/// simulates VSync (VSYNC pages: every frequency is D3DKMDT_FREQUENCY_NOTSPECIFIED).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalMode {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether the adapter prefers it for the source mode that is pinned.
    pub preferred: bool,
}

impl SignalMode {
    fn write(self, mode: &mut D3DKMDT_VIDPN_TARGET_MODE) {
        mode.VideoSignalInfo = self.signal();
        mode.Preference = if self.preferred {
            D3DKMDT_MP_PREFERRED
        } else {
            D3DKMDT_MP_NOTPREFERRED
        };
    }

    fn signal(self) -> D3DKMDT_VIDEO_SIGNAL_INFO {
        const UNSPECIFIED: D3DDDI_RATIONAL = D3DDDI_RATIONAL {
            Numerator: D3DKMDT_FREQUENCY_NOTSPECIFIED,
            Denominator: D3DKMDT_FREQUENCY_NOTSPECIFIED,
        };
        let size = D3DKMDT_2DREGION {
            cx: self.width,
            cy: self.height,
        };
        let mut signal = D3DKMDT_VIDEO_SIGNAL_INFO {
            VideoStandard: D3DKMDT_VSS_OTHER,
            TotalSize: size,
            ActiveSize: size,
            VSyncFreq: UNSPECIFIED,
            HSyncFreq: UNSPECIFIED,
            PixelRate: D3DKMDT_FREQUENCY_NOTSPECIFIED as usize,
            ..Default::default()
        };
        signal.Anonymous.ScanLineOrdering = D3DDDI_VSSLO_PROGRESSIVE;
        signal
    }
}

/// One kind of mode set: source and target sets have the same functions with other types.
macro_rules! mode_set {
    (
        $pinned:ident, $assign:ident, $mode:ty, $item:ty, $Set:ident,
        acquire: $acquire:ident, release: $release:ident, create: $create:ident, assign_set: $assign_set:ident,
        handle: $handle:ty, functions: $functions:ty,
        refused: [$($refused:ident),*]
    ) => {
        /// A mode set that has to be released.
        struct $Set<'a> {
            vidpn: &'a VidPn<'a>,
            handle: $handle,
            functions: &'a $functions,
        }

        impl Drop for $Set<'_> {
            fn drop(&mut self) {
                if let Some(release) = self.vidpn.functions().$release {
                    // SAFETY: the set is of this VidPN, is ours, and is released once.
                    let _ = unsafe { release(self.vidpn.handle, self.handle) };
                }
            }
        }

        impl<'a> $Set<'a> {
            fn new(
                vidpn: &'a VidPn<'a>,
                status: i32,
                handle: $handle,
                functions: *const $functions,
            ) -> Result<Self, Status> {
                Status::check(status)?;
                // SAFETY: comes with the handle and is good as long as it is.
                let functions = unsafe { functions.as_ref() }.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                Ok(Self { vidpn, handle, functions })
            }

            fn acquire(vidpn: &'a VidPn<'a>, id: u32) -> Result<Self, Status> {
                let call = vidpn.functions().$acquire.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let (mut handle, mut functions) = (ptr::null_mut(), ptr::null());
                // SAFETY: the handle came with the function; our out-pointers.
                let status = unsafe { call(vidpn.handle, id, &raw mut handle, &raw mut functions) };
                Self::new(vidpn, status, handle, functions)
            }

            fn create(vidpn: &'a VidPn<'a>, id: u32) -> Result<Self, Status> {
                let call = vidpn.functions().$create.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let (mut handle, mut functions) = (ptr::null_mut(), ptr::null());
                // SAFETY: the handle came with the function; our out-pointers.
                let status = unsafe { call(vidpn.handle, id, &raw mut handle, &raw mut functions) };
                Self::new(vidpn, status, handle, functions)
            }

            fn pinned(&self) -> Result<Option<$mode>, Status> {
                let call = self.functions.pfnAcquirePinnedModeInfo.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let mut mode = ptr::null();
                // SAFETY: the handle came with the function; our out-pointer.
                let status = unsafe { call(self.handle, &raw mut mode) };
                let Some(mode) = step(status, mode)? else {
                    return Ok(None);
                };
                // SAFETY: acquired just now.
                let copy = unsafe { mode.read() };
                if let Some(release) = self.functions.pfnReleaseModeInfo {
                    // SAFETY: acquired from this set, and released once.
                    let _ = unsafe { release(self.handle, mode.as_ptr()) };
                }
                Ok(Some(copy))
            }

            fn add(&self, item: $item) -> Result<(), Status> {
                let create = self.functions.pfnCreateNewModeInfo.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let add = self.functions.pfnAddMode.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let mut mode = ptr::null_mut();
                // SAFETY: the handle came with the function; our out-pointer.
                Status::check(unsafe { create(self.handle, &raw mut mode) })?;
                // SAFETY: made for us just now, and nobody else has it.
                item.write(unsafe { mode.as_mut() }.ok_or(Status::NO_MEMORY)?);
                // SAFETY: made for this set.
                match Status::new(unsafe { add(self.handle, mode) }) {
                    // Whatever passes NT_SUCCESS has taken it over: what may be the port's is never released.
                    None => Ok(()),
                    Some(status) => {
                        if let Some(release) = self.functions.pfnReleaseModeInfo {
                            // SAFETY: adding failed, so it is still ours.
                            let _ = unsafe { release(self.handle, mode) };
                        }
                        match status {
                            Status::GRAPHICS_MODE_ALREADY_IN_MODESET => Ok(()),
                            status => Err(status),
                        }
                    }
                }
            }

            fn assign(self, id: u32) -> Result<(), Status> {
                let call = self.vidpn.functions().$assign_set.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                // SAFETY: the set was created for this id of this VidPN.
                let status = unsafe { call(self.vidpn.handle, id, self.handle) };
                if !matches!(status, $($refused)|*) {
                    // Given away, or released already by the failure.
                    core::mem::forget(self);
                }
                Status::check(status)
            }
        }

        pub(super) fn $pinned(vidpn: &VidPn<'_>, id: u32) -> Result<Option<$mode>, Status> {
            $Set::acquire(vidpn, id)?.pinned()
        }

        pub(super) fn $assign(
            vidpn: &VidPn<'_>,
            id: u32,
            modes: impl Iterator<Item = $item>,
        ) -> Result<(), Status> {
            let set = $Set::create(vidpn, id)?;
            for mode in modes {
                set.add(mode)?;
            }
            set.assign(id)
        }
    };
}

mode_set! {
    pinned_source_mode, assign_source_modes, D3DKMDT_VIDPN_SOURCE_MODE, GraphicsMode, SourceSet,
    acquire: pfnAcquireSourceModeSet, release: pfnReleaseSourceModeSet, create: pfnCreateNewSourceModeSet,
    assign_set: pfnAssignSourceModeSet,
    handle: dxgk_sys::D3DKMDT_HVIDPNSOURCEMODESET, functions: dxgk_sys::DXGK_VIDPNSOURCEMODESET_INTERFACE,
    refused: [
        STATUS_GRAPHICS_INVALID_VIDPN,
        STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE,
        STATUS_GRAPHICS_INVALID_VIDPN_SOURCEMODESET
    ]
}

mode_set! {
    pinned_target_mode, assign_target_modes, D3DKMDT_VIDPN_TARGET_MODE, SignalMode, TargetSet,
    acquire: pfnAcquireTargetModeSet, release: pfnReleaseTargetModeSet, create: pfnCreateNewTargetModeSet,
    assign_set: pfnAssignTargetModeSet,
    handle: dxgk_sys::D3DKMDT_HVIDPNTARGETMODESET, functions: dxgk_sys::DXGK_VIDPNTARGETMODESET_INTERFACE,
    refused: [
        STATUS_GRAPHICS_INVALID_VIDPN,
        STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET,
        STATUS_GRAPHICS_INVALID_VIDPN_TARGETMODESET
    ]
}
