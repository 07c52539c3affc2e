//! Mode sets: reading what is pinned, and building a new set to assign over an old one.
//!
//! Ownership, as the pages have it: a mode set that was acquired is released once. One that was created is assigned, which
//! gives it away, or released. If assigning fails because of a bad argument the set is still ours; if it fails later it
//! has been released already. A mode info that was created is added, which gives it away on success only, or released.

use core::ptr;

use dxgk_sys::{
    D3DKMDT_VIDPN_SOURCE_MODE, D3DKMDT_VIDPN_TARGET_MODE,
    STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE, STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET,
    STATUS_GRAPHICS_INVALID_VIDPN, STATUS_GRAPHICS_INVALID_VIDPN_SOURCEMODESET,
    STATUS_GRAPHICS_INVALID_VIDPN_TARGETMODESET,
};

use super::mode::{GraphicsMode, SignalMode, SourceMode, TargetMode};
use super::{VidPn, step};
use crate::id::{VidPnSourceId, VidPnTargetId};
use crate::status::Status;

/// One kind of mode set: source and target sets have the same functions with other types.
macro_rules! mode_set {
    (
        $pinned:ident, $assign:ident, $Id:ty, $raw:ty, $mode:ty, $item:ty, $Set:ident,
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

            fn acquire(vidpn: &'a VidPn<'a>, id: $Id) -> Result<Self, Status> {
                let call = vidpn.functions().$acquire.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let (mut handle, mut functions) = (ptr::null_mut(), ptr::null());
                // SAFETY: the handle came with the function; our out-pointers.
                let status = unsafe { call(vidpn.handle, id.number(), &raw mut handle, &raw mut functions) };
                Self::new(vidpn, status, handle, functions)
            }

            fn create(vidpn: &'a VidPn<'a>, id: $Id) -> Result<Self, Status> {
                let call = vidpn.functions().$create.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let (mut handle, mut functions) = (ptr::null_mut(), ptr::null());
                // SAFETY: the handle came with the function; our out-pointers.
                let status = unsafe { call(vidpn.handle, id.number(), &raw mut handle, &raw mut functions) };
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
                // SAFETY: acquired just now, written by dxgkrnl and not released yet; the values of it are copied.
                let copy = <$mode>::read(unsafe { mode.as_ref() });
                self.release_mode(mode.as_ptr());
                Ok(Some(copy))
            }

            /// A mode that was acquired, or made and not added. It is released once.
            fn release_mode(&self, mode: *const $raw) {
                if let Some(release) = self.functions.pfnReleaseModeInfo {
                    // SAFETY: a mode of this set that is ours.
                    let _ = unsafe { release(self.handle, mode) };
                }
            }

            fn add(&self, item: $item) -> Result<(), Status> {
                let create = self.functions.pfnCreateNewModeInfo.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let add = self.functions.pfnAddMode.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                let mut mode = ptr::null_mut();
                // SAFETY: the handle came with the function; our out-pointer.
                Status::check(unsafe { create(self.handle, &raw mut mode) })?;
                // SAFETY: made for us just now, and nobody else has it.
                let info: &mut $raw = unsafe { mode.as_mut() }.ok_or(Status::NO_MEMORY)?;
                if let Err(invalid) = item.write(info) {
                    self.release_mode(mode);
                    return Err(invalid);
                }
                // SAFETY: made for this set.
                match Status::new(unsafe { add(self.handle, mode) }) {
                    // Whatever passes NT_SUCCESS has taken it over: what may be the port's is never released.
                    None => Ok(()),
                    Some(status) => {
                        self.release_mode(mode);
                        match status {
                            Status::GRAPHICS_MODE_ALREADY_IN_MODESET => Ok(()),
                            status => Err(status),
                        }
                    }
                }
            }

            fn assign(self, id: $Id) -> Result<(), Status> {
                let call = self.vidpn.functions().$assign_set.ok_or(Status::GRAPHICS_INVALID_VIDPN)?;
                // SAFETY: the set was created for this id of this VidPN.
                let status = unsafe { call(self.vidpn.handle, id.number(), self.handle) };
                if !matches!(status, $($refused)|*) {
                    // Given away, or released already by the failure.
                    core::mem::forget(self);
                }
                Status::check(status)
            }
        }

        pub(super) fn $pinned(vidpn: &VidPn<'_>, id: $Id) -> Result<Option<$mode>, Status> {
            $Set::acquire(vidpn, id)?.pinned()
        }

        pub(super) fn $assign(
            vidpn: &VidPn<'_>,
            id: $Id,
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
    pinned_source_mode, assign_source_modes, VidPnSourceId, D3DKMDT_VIDPN_SOURCE_MODE, SourceMode, GraphicsMode, SourceSet,
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
    pinned_target_mode, assign_target_modes, VidPnTargetId, D3DKMDT_VIDPN_TARGET_MODE, TargetMode, SignalMode, TargetSet,
    acquire: pfnAcquireTargetModeSet, release: pfnReleaseTargetModeSet, create: pfnCreateNewTargetModeSet,
    assign_set: pfnAssignTargetModeSet,
    handle: dxgk_sys::D3DKMDT_HVIDPNTARGETMODESET, functions: dxgk_sys::DXGK_VIDPNTARGETMODESET_INTERFACE,
    refused: [
        STATUS_GRAPHICS_INVALID_VIDPN,
        STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET,
        STATUS_GRAPHICS_INVALID_VIDPN_TARGETMODESET
    ]
}
