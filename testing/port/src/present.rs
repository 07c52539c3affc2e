//! DxgkDdiPresentDisplayOnly: the source surface, the call, and the wait for its progress.

use crate::adapter::Adapter;
use crate::config::Config;
use crate::ddi::Ddi;
use crate::machine::{Machine, NtStatus, SourceAccess};
use crate::picture::{Frame, Picture};
use crate::port::check;
use crate::progress::Stage;
use crate::rules::Rule;
use core::ptr::NonNull;
use core::sync::atomic::Ordering;
use dxgk_sys::*;

/// What lines of the source are padded with, so that a driver that ignores Pitch shows.
const PADDING: usize = 192;
/// What a source holds that the driver may no longer read, on machines without page protection.
const STALE: u8 = 0xA5;

/// How a present ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// STATUS_SUCCESS: done when the call returned.
    AtOnce,
    /// STATUS_PENDING, and progress COMPLETE came.
    Completed,
    /// STATUS_PENDING, and progress FAILED came.
    Failed,
    /// STATUS_PENDING, and nothing came before the watchdog.
    Lost,
}

/// The surface in system memory that presents are made from.
#[derive(Debug)]
pub struct Surface {
    machine: &'static dyn Machine,
    memory: NonNull<u8>,
    length: usize,
    /// Where the first line starts, so that the last one ends where the memory ends.
    offset: usize,
    pitch: usize,
    unreadable: bool,
    /// It lies at an address of user mode.
    user: bool,
}

/// While it lives, its thread is attached to the process of a surface, if the surface has one.
struct Attached(Option<&'static dyn Machine>);

impl Drop for Attached {
    fn drop(&mut self) {
        if let Some(machine) = self.0 {
            machine.attach_process(false);
        }
    }
}

impl core::fmt::Debug for dyn Machine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Machine")
    }
}

impl Surface {
    /// A surface for pictures of this size, its lines padded or not, as configured. `None` if the machine has no memory.
    /// PASSIVE_LEVEL.
    pub fn new(
        machine: &'static dyn Machine,
        config: &Config,
        width: u32,
        height: u32,
    ) -> Option<Self> {
        let padding = if config.padded { PADDING } else { 0 };
        let pitch = width as usize * 4 + padding;
        let used = pitch * height as usize;
        let length = used.next_multiple_of(4096);
        let in_process = config
            .user_source
            .then(|| machine.allocate_user_source(length))
            .flatten();
        let memory = in_process.or_else(|| machine.allocate_source(length))?;
        Some(Self {
            machine,
            memory,
            length,
            offset: length - used,
            pitch,
            unreadable: false,
            user: in_process.is_some(),
        })
    }

    /// Attaches the caller's thread to the process that the surface lies in, if it lies in one.
    fn attach(&self) -> Attached {
        let process = self.user.then_some(self.machine);
        if let Some(machine) = process {
            machine.attach_process(true);
        }
        Attached(process)
    }

    /// Makes the next presents from it fault wherever the driver reads, as memory does that its owner has freed; or ends
    /// that.
    pub fn set_unreadable(&mut self, unreadable: bool) {
        self.unreadable = unreadable;
    }

    /// Opens it and paints the whole of it.
    pub(crate) fn fill(&mut self, picture: &Picture) {
        self.machine
            .protect_source(self.memory, self.length, SourceAccess::Open);
        let all = RECT {
            left: 0,
            top: 0,
            right: picture.width() as i32,
            bottom: picture.height() as i32,
        };
        let pitch = self.pitch;
        let _attached = self.attach();
        picture.copy_to(&all, self.bytes(), pitch);
    }

    /// Bytes from one line to the next.
    pub fn pitch(&self) -> usize {
        self.pitch
    }

    /// Whether the machine can take its memory away. Opens it.
    pub fn can_fault(&self) -> bool {
        let can = self
            .machine
            .protect_source(self.memory, self.length, SourceAccess::Closed);
        self.machine
            .protect_source(self.memory, self.length, SourceAccess::Open);
        can
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the memory is this surface's own for `length` bytes; it is open, and its process attached, when this is
        // called.
        let all = unsafe { core::slice::from_raw_parts_mut(self.memory.as_ptr(), self.length) };
        &mut all[self.offset..]
    }
}

impl Drop for Surface {
    fn drop(&mut self) {
        self.machine
            .protect_source(self.memory, self.length, SourceAccess::Open);
        self.machine.free_source(self.memory, self.length);
    }
}

impl Adapter {
    /// One present of `frame` from `surface`, waiting until it is over. The model's picture takes the frame on when the
    /// driver has taken it. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status, if it refused the present.
    pub fn present(
        &self,
        source: u32,
        surface: &mut Surface,
        frame: &Frame,
    ) -> Result<Presented, NtStatus> {
        let status = self.begin_present(source, surface, frame)?;
        if status != STATUS_PENDING {
            return Ok(Presented::AtOnce);
        }
        Ok(self.wait_for_progress(source))
    }

    /// The call alone, without waiting; the status is STATUS_SUCCESS or STATUS_PENDING. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status, if it refused the present; STATUS_DEVICE_BUSY if the last one is still pending.
    pub fn begin_present(
        &self,
        source: u32,
        surface: &mut Surface,
        frame: &Frame,
    ) -> Result<NtStatus, NtStatus> {
        if !surface.unreadable {
            let machine = self.machine();
            machine.protect_source(surface.memory, surface.length, SourceAccess::Open);
            let mut picture = self.picture.lock(machine);
            frame.apply(&mut picture);
            let pitch = surface.pitch;
            let _attached = surface.attach();
            for rectangle in frame.touched() {
                picture.copy_to(rectangle, surface.bytes(), pitch);
            }
        }
        self.begin_unseen(source, surface, frame)
    }

    /// The same with whatever the surface holds, and without a change to the picture that must be on the screen.
    ///
    /// # Errors
    /// As [`begin_present`](Self::begin_present).
    pub fn begin_unseen(
        &self,
        source: u32,
        surface: &mut Surface,
        frame: &Frame,
    ) -> Result<NtStatus, NtStatus> {
        const AT: &str = "DxgkDdiPresentDisplayOnly";
        let port = self.port();
        let Some(progress) = self.interrupts().sources.get(source as usize) else {
            return Err(STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE);
        };
        if !progress.begin() {
            return Err(STATUS_DEVICE_BUSY);
        }
        let Some(status) = self.call_present(source, surface, frame) else {
            progress.finish();
            return Err(STATUS_NOT_SUPPORTED);
        };
        if status == STATUS_PENDING {
            check!(port, PresentResult, AT, true, "a result"; "pending");
            progress.pend();
            return Ok(status);
        }
        let silent = progress.finish();
        check!(port, PresentResult, AT, silent, "no progress for a present that ended in its call";
            "{:#010x} and a report", status as u32);
        if surface.unreadable {
            check!(port, OwnUnreadable, AT, !NT_SUCCESS(status), "an error"; "{:#010x}", status as u32);
        }
        if status == STATUS_SUCCESS {
            Ok(status)
        } else {
            Err(status)
        }
    }

    /// One of several presents of a source that come at once; its status.
    pub(crate) fn present_in_crowd(
        &self,
        source: u32,
        surface: &mut Surface,
        frame: &Frame,
    ) -> NtStatus {
        let Some(progress) = self.interrupts().sources.get(source as usize) else {
            return STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE;
        };
        progress.enter_crowd();
        let status = self
            .call_present(source, surface, frame)
            .unwrap_or(STATUS_NOT_SUPPORTED);
        progress.leave_crowd(status == STATUS_PENDING);
        status
    }

    /// DxgkDdiPresentDisplayOnly, after which neither the lists nor the source are the driver's any more. `None` if the driver
    /// has no such DDI.
    fn call_present(&self, source: u32, surface: &mut Surface, frame: &Frame) -> Option<NtStatus> {
        let machine = self.machine();
        let present = self.table().DxgkDdiPresentDisplayOnly?;
        let (memory, length) = (surface.memory, surface.length);
        let access = if surface.unreadable {
            SourceAccess::Closed
        } else {
            SourceAccess::Open
        };
        machine.protect_source(memory, length, access);
        let mut moves = frame.moves.clone();
        let mut dirty = frame.dirty.clone();
        let arguments = DXGKARG_PRESENT_DISPLAYONLY {
            VidPnSourceId: source,
            pSource: memory.as_ptr().wrapping_add(surface.offset).cast(),
            BytesPerPixel: 4,
            Pitch: surface.pitch as i32,
            Flags: D3DKMT_PRESENT_DISPLAY_ONLY_FLAGS::zeroed(),
            NumMoves: moves.len() as u32,
            pMoves: moves.as_mut_ptr(),
            NumDirtyRects: dirty.len() as u32,
            pDirtyRect: dirty.as_mut_ptr(),
            // Reserved, and NULL, says the page.
            pfnPresentDisplayOnlyProgress: None,
        };
        let argument = &raw const arguments;
        let attached = surface.attach();
        if surface.user {
            self.user_presents.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: the driver gave this function for this purpose; the arguments and what they point to are live.
        let status = self.call(Ddi::PresentDisplayOnly, || unsafe {
            present(self.context(), argument)
        });
        drop(attached);
        let nowhere = RECT {
            left: i32::MIN,
            top: i32::MIN,
            right: i32::MAX,
            bottom: i32::MAX,
        };
        dirty.fill(nowhere);
        moves.fill(D3DKMT_MOVE_RECT {
            SourcePoint: POINT {
                x: i32::MAX,
                y: i32::MAX,
            },
            DestRect: nowhere,
        });
        if !machine.protect_source(memory, length, SourceAccess::Closed) && !surface.unreadable {
            for rectangle in frame.touched() {
                stale(surface, rectangle);
            }
        }
        Some(status)
    }

    /// Waits for the progress of a pending present. PASSIVE_LEVEL.
    pub fn wait_for_progress(&self, source: u32) -> Presented {
        const AT: &str = "DxgkDdiPresentDisplayOnly";
        let (port, machine) = (self.port(), self.machine());
        let Some(progress) = self.interrupts().sources.get(source as usize) else {
            return Presented::Lost;
        };
        let limit = port.config().present_watchdog;
        let start = machine.now();
        let mut turns = 0_u32;
        while progress.stage() != Stage::Done {
            if machine.now().saturating_sub(start) > limit {
                break;
            }
            // Most presents are over at once; after that, leave the processor to others.
            turns += 1;
            if turns < 64 {
                machine.relax()
            } else {
                machine.delay(500)
            }
        }
        let stage = progress.stage();
        let done = stage == Stage::Done;
        check!(port, PresentMustReport, AT, done, "progress by interrupt and DPC"; "{stage:?}");
        for rule in [Rule::PresentWatchdog, Rule::VsyncWatchdog] {
            let expected = format_args!("progress within {} ms", limit / 10_000);
            port.violations()
                .check(rule, AT, done, expected, format_args!("{stage:?}"));
        }
        if !done {
            progress.abandon();
            return Presented::Lost;
        }
        if progress.failed.load(Ordering::Relaxed) != 0 {
            Presented::Failed
        } else {
            Presented::Completed
        }
    }
}

fn stale(surface: &mut Surface, rectangle: &RECT) {
    let pitch = surface.pitch;
    let _attached = surface.attach();
    for y in rectangle.top..rectangle.bottom {
        let start = y as usize * pitch + rectangle.left as usize * 4;
        let end = y as usize * pitch + rectangle.right as usize * 4;
        surface.bytes()[start..end].fill(STALE);
    }
}
