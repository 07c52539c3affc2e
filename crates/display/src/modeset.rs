//! What the device scans out: its resources, and the order in which they come and go.
//!
//! A new resource is created, backed, filled and shown before the one it replaces is freed, so that the output never goes
//! dark in between. Memory is freed only when the device has said that it does not use it any more, or has been reset.

use dxgk::adapter::Started;
use dxgk::irql::Passive;
use dxgk::kernel::PAGE_SIZE;
use dxgk::post_display::PostDisplay;
use dxgk::present::Presented;
use dxgk::status::Status;
use virtio_gpu::Memory;
use virtio_gpu::backing::{EntryList, MAX_ENTRIES, write_entries};
use virtio_gpu::commands::{Batch, FailedCommand, Failure, PushError, Reason};
use virtio_gpu::memory::segments;
use virtio_gpu::protocol::{
    Format, MemEntry, ResourceAttachBacking, ResourceCreate2d, ResourceFlush, ResourceUnref,
    ResponseType, SetScanout,
};

use crate::commands::{NotDone, Waits, give_up, run};
use crate::device::{DmaMemory, Joined};
use crate::frame::{Rects, Target};
use crate::interrupts::{control, drop_waiting};
use crate::modes::Mode;
use crate::power::Power;
use crate::screen::{FrameBuffer, Wanted};
use crate::{Fault, Platform, TraceEvent, Vgpu};

/// Who holds this sets modes, alone. Behind a mutex that is held while the device is waited for.
pub(crate) struct ModeSetting<P: Platform> {
    pub(crate) waits: Waits,
    last_resource: u32,
    /// What the device scans out now.
    shown: Wanted,
    /// A resource without a picture, of the active mode's size, if one was needed.
    black: Option<Black<P>>,
    /// Nothing was copied to the frame buffer's resource yet, so it is black.
    untouched: bool,
    /// What the firmware had lit when the adapter got its power, if it had lit anything: at the start, and again with every
    /// return to D0, since another sleep may leave another mode or none (POWER/d0-post-info).
    pub(crate) post_display: Option<PostDisplay>,
    pub(crate) power: Power,
    /// The list of the frame buffer's pages, for the device.
    backing: Option<Backing<P>>,
    /// The frame buffer's resource went with a reset of the device, and is to be made anew before it can be shown.
    lost: bool,
}

/// A list of pages, which is kept so that a resource can be made again without allocating anything.
struct Backing<P: Platform> {
    list: DmaMemory<P>,
    entries: EntryList,
}

/// A black resource. The device does not scan out a resource without backing, so the page of zeros behind it stays.
struct Black<P: Platform> {
    target: Target,
    #[expect(
        dead_code,
        reason = "the device's backing of the resource, as long as that is there"
    )]
    zeros: DmaMemory<P>,
}

/// What every function here works on.
type Adapter<'a, P> = &'a Started<Vgpu<P>>;

impl<P: Platform> ModeSetting<P> {
    pub(crate) const fn new(post_display: Option<PostDisplay>) -> Self {
        Self {
            waits: Waits::new(),
            post_display,
            last_resource: 0,
            shown: Wanted::Dark,
            black: None,
            untouched: true,
            power: Power::On,
            backing: None,
            lost: false,
        }
    }

    /// The device was reset: it has no resources and shows nothing.
    pub(crate) fn forget_all(&mut self) {
        self.shown = Wanted::Dark;
        self.black = None;
        self.lost = true;
    }

    fn new_target(&mut self, mode: Mode) -> Target {
        // Zero means "no resource".
        self.last_resource = self.last_resource.wrapping_add(1).max(1);
        Target {
            resource: self.last_resource,
            width: mode.width,
            height: mode.height,
        }
    }

    fn run(
        &mut self,
        started: Adapter<'_, P>,
        memory: &impl Memory,
        irql: &mut Passive<'_>,
        count: usize,
        fill: impl Fn(&mut Batch) -> Result<(), PushError>,
    ) -> Result<(), NotDone> {
        let done = run(started, &mut self.waits, memory, irql, count, fill);
        if let Err(reason) = done {
            started.device.counters.failed_commands.count();
            P::trace(&TraceEvent::CommandFailed(reason.into()));
        }
        done
    }

    /// Makes `mode` the active one, with a frame buffer that is black, and shows it as far as it is to be seen.
    ///
    /// If that fails what was shown before is shown again.
    pub(crate) fn set_mode(
        &mut self,
        started: Adapter<'_, P>,
        mode: Mode,
        lit: bool,
        irql: &mut Passive<'_>,
    ) -> Result<(), Fault> {
        let (buffer, backing) = self.new_frame_buffer(started, mode, irql)?;
        let target = buffer.target;
        let (old_shown, old_untouched) = (self.shown, self.untouched);
        let old_backing = self.backing.replace(backing);
        let old_lost = core::mem::replace(&mut self.lost, false);
        let (old, was_lit) = swap(started, Some(buffer), lit, irql);
        self.untouched = true;
        // The black resource, if there is one, has the old size.
        let old_black = self.black.take();
        if let Err(fault) = self.show(started, irql) {
            let (new, _) = swap(started, old, was_lit, irql);
            self.untouched = old_untouched;
            let new_black = core::mem::replace(&mut self.black, old_black);
            self.lost = old_lost || started.device.is_quiet();
            let new_backing = core::mem::replace(&mut self.backing, old_backing);
            // Whatever the device shows now: what it showed before is what is wanted again.
            let _ = self.scan_out(started, old_shown, irql);
            if let Some(black) = &new_black {
                self.free(started, black.target, irql);
            }
            self.free(started, target, irql);
            drop((new, new_backing, new_black));
            return Err(fault);
        }
        if let Some(old) = &old
            && !old_lost
        {
            self.free(started, old.target, irql);
        }
        if let Some(black) = &old_black {
            self.free(started, black.target, irql);
        }
        drop(old_black);
        drop((old, old_backing));
        started.device.counters.mode_sets.count();
        P::trace(&TraceEvent::ModeSet {
            width: mode.width,
            height: mode.height,
            resource: target.resource,
        });
        Ok(())
    }

    /// Takes the active mode away: no signal, no frame buffer.
    pub(crate) fn unset_mode(
        &mut self,
        started: Adapter<'_, P>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Fault> {
        let (old, was_lit) = swap(started, None, true, irql);
        if let Err(fault) = self.show(started, irql) {
            drop(swap(started, old, was_lit, irql));
            return Err(fault);
        }
        if let Some(old) = &old
            && !self.lost
        {
            self.free(started, old.target, irql);
        }
        self.backing = None;
        Ok(())
    }

    /// Has the device show what the screen's state asks for. A device that has been given up shows no picture any more, but
    /// anything darker than that.
    pub(crate) fn show(
        &mut self,
        started: Adapter<'_, P>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Fault> {
        let wanted = started
            .device
            .screen
            .with(irql, |screen, _| screen.wanted());
        let picture = matches!(wanted, Wanted::Picture(_));
        if started.device.is_quiet() {
            // A device that has been reset shows nothing already, and may not be asked for it.
            self.forget_all();
            if !picture {
                return Ok(());
            }
        }
        if wanted != self.shown {
            let done = self.scan_out(started, wanted, irql);
            if started.device.is_quiet() {
                // It was given up over this.
                self.forget_all();
                if !picture {
                    return Ok(());
                }
            }
            done?;
        }
        if !matches!(wanted, Wanted::Black(_))
            && let Some(black) = self.black.take()
        {
            self.free(started, black.target, irql);
        }
        Ok(())
    }

    fn scan_out(
        &mut self,
        started: Adapter<'_, P>,
        wanted: Wanted,
        irql: &mut Passive<'_>,
    ) -> Result<(), Fault> {
        if let Wanted::Black(target) | Wanted::Picture(target) = wanted
            && self.lost
        {
            self.restore(started, target, irql)?;
        }
        match wanted {
            Wanted::Dark => self.disable(started, irql)?,
            Wanted::Picture(target) => {
                self.untouched = false;
                self.set_scanout(started, target, true, irql)?;
            }
            Wanted::Black(target) if self.untouched => {
                self.set_scanout(started, target, false, irql)?;
            }
            Wanted::Black(target) => match self.black_of(started, target, irql) {
                Ok(black) => self.set_scanout(started, black, false, irql)?,
                // No signal is what comes closest to black.
                Err(_) => self.disable(started, irql)?,
            },
        }
        self.shown = wanted;
        Ok(())
    }

    /// Makes the frame buffer's resource anew, with the same memory. Allocates nothing.
    #[inline(never)]
    fn restore(
        &mut self,
        started: Adapter<'_, P>,
        target: Target,
        irql: &mut Passive<'_>,
    ) -> Result<(), Fault> {
        let Some(backing) = self.backing.take() else {
            // There is no frame buffer without.
            return Err(Status::UNSUCCESSFUL.into());
        };
        let joined = Joined {
            first: &started.device.memory,
            second: &backing.list,
        };
        let created = self.create(started, &joined, target, &backing.entries, irql);
        self.backing = Some(backing);
        created?;
        self.lost = false;
        // Looked at after the copy: a present in between is in the memory, and may be in the resource.
        self.untouched = started.device.screen.with(irql, |screen, _| {
            screen
                .frame_buffer
                .as_ref()
                .is_some_and(|buffer| buffer.black)
        });
        Ok(())
    }

    fn disable(&mut self, started: Adapter<'_, P>, irql: &mut Passive<'_>) -> Result<(), Fault> {
        let memory = &started.device.memory;
        let scanout = started.device.output()?.scanout;
        Ok(self.run(started, memory, irql, 1, |batch| {
            batch.push(memory, &SetScanout::disable(scanout))
        })?)
    }

    /// Shows all of a resource, after copying all of its backing if `transfer` says so.
    fn set_scanout(
        &mut self,
        started: Adapter<'_, P>,
        target: Target,
        transfer: bool,
        irql: &mut Passive<'_>,
    ) -> Result<(), Fault> {
        let memory = &started.device.memory;
        let scanout = started.device.output()?.scanout;
        let all = target.bounds();
        let count = if transfer { 3 } else { 2 };
        Ok(self.run(started, memory, irql, count, |batch| {
            if transfer {
                batch.push(memory, &target.transfer(all))?;
            }
            batch.push(memory, &SetScanout::new(scanout, target.resource, all))?;
            batch.push(memory, &ResourceFlush::new(target.resource, all))
        })?)
    }

    /// A frame buffer with its resource, both black.
    #[inline(never)]
    fn new_frame_buffer(
        &mut self,
        started: Adapter<'_, P>,
        mode: Mode,
        irql: &mut Passive<'_>,
    ) -> Result<(FrameBuffer<P>, Backing<P>), Fault> {
        let memory = DmaMemory::new(&started.interface, mode.bytes(), irql)?;
        let pages = mode.bytes().div_ceil(PAGE_SIZE);
        let table = table_at(pages).saturating_add(EntryList::TABLE_LEN);
        let list = DmaMemory::new(&started.interface, table, irql)?;
        let joined = Joined {
            first: &started.device.memory,
            second: &list,
        };
        let entries = write_entries(
            &joined,
            joined.second_at(),
            list_len(pages),
            segments(&memory, 0, mode.bytes()),
        )?
        .with_table(joined.second_at().saturating_add(table_at(pages)));
        let target = self.new_target(mode);
        self.create(started, &joined, target, &entries, irql)?;
        Ok((FrameBuffer::new(memory, target), Backing { list, entries }))
    }

    /// A black resource of the size of `like`. Its backing is one page of zeros over and over.
    #[inline(never)]
    fn black_of(
        &mut self,
        started: Adapter<'_, P>,
        like: Target,
        irql: &mut Passive<'_>,
    ) -> Result<Target, Fault> {
        if let Some(black) = &self.black {
            return Ok(black.target);
        }
        let mode = Mode {
            width: like.width,
            height: like.height,
        };
        let zeros = DmaMemory::<P>::new(&started.interface, PAGE_SIZE, irql)?;
        let zero_page = zeros.segment(0, PAGE_SIZE);
        let pages = mode.bytes().div_ceil(PAGE_SIZE);
        let table = table_at(pages).saturating_add(EntryList::TABLE_LEN);
        let list = DmaMemory::new(&started.interface, table, irql)?;
        let joined = Joined {
            first: &started.device.memory,
            second: &list,
        };
        let entries = write_entries(
            &joined,
            joined.second_at(),
            list_len(pages),
            core::iter::repeat_n(zero_page, pages),
        )?
        .with_table(joined.second_at().saturating_add(table_at(pages)));
        let target = self.new_target(mode);
        self.create(started, &joined, target, &entries, irql)?;
        self.black = Some(Black { target, zeros });
        Ok(target)
    }

    /// Has the device make a resource, back it and fill it. If that fails the device has neither.
    fn create(
        &mut self,
        started: Adapter<'_, P>,
        memory: &impl Memory,
        target: Target,
        entries: &EntryList,
        irql: &mut Passive<'_>,
    ) -> Result<(), Fault> {
        let created = self.run(started, memory, irql, 3, |batch| {
            create(batch, memory, &target, entries)
        });
        // What the device never saw, or does not have any more, needs no freeing.
        if matches!(created, Err(NotDone::Failed(_))) {
            self.free(started, target, irql);
        }
        Ok(created?)
    }

    /// Frees a resource, and with it the device's claim on its backing. A device that won't is reset.
    fn free(&mut self, started: Adapter<'_, P>, target: Target, irql: &mut Passive<'_>) {
        if started.device.is_quiet() {
            // It went with the reset.
            return;
        }
        let memory = &started.device.memory;
        let freed = run(started, &mut self.waits, memory, irql, 1, |batch| {
            batch.push(memory, &ResourceUnref::new(target.resource))
        });
        match freed {
            Ok(())
            // There is none, because it could not be created.
            | Err(NotDone::Failed(Failure::Command(FailedCommand {
                reason: Reason::Refused(ResponseType::ErrInvalidResourceId),
                ..
            }))) => {}
            Err(reason) => {
                give_up(started, reason.into(), irql);
            }
        }
    }
}

/// Bytes for a list of at most so many entries.
fn list_len(pages: usize) -> usize {
    pages
        .min(MAX_ENTRIES as usize)
        .saturating_mul(size_of::<MemEntry>())
}

/// Where behind such a list the table of its command's descriptors lies: at a page, so that it is contiguous.
fn table_at(pages: usize) -> usize {
    list_len(pages).next_multiple_of(PAGE_SIZE)
}

/// The commands that make a resource, back it and fill it.
fn create(
    batch: &mut Batch,
    memory: &impl Memory,
    target: &Target,
    entries: &EntryList,
) -> Result<(), PushError> {
    let &Target {
        resource,
        width,
        height,
    } = target;
    batch.push(
        memory,
        &ResourceCreate2d::new(resource, Format::B8G8R8X8, width, height),
    )?;
    let attach = ResourceAttachBacking::new(resource, entries.entries);
    batch.push_with_data(memory, &attach, entries)?;
    batch.push(memory, &target.transfer(target.bounds()))
}

/// Makes another frame buffer the active one, and returns the one before and whether it was lit.
///
/// Presents that wait for room were meant for the old one, which nobody will see any more; they have ended.
fn swap<P: Platform>(
    started: Adapter<'_, P>,
    buffer: Option<FrameBuffer<P>>,
    lit: bool,
    irql: &mut Passive<'_>,
) -> (Option<FrameBuffer<P>>, bool) {
    started.device.screen.with(irql, |screen, irql| {
        let old = core::mem::replace(&mut screen.frame_buffer, buffer);
        let was_lit = core::mem::replace(&mut screen.lit, lit);
        screen.behind = Rects::new();
        let _ = control(started, irql, |isr| {
            drop_waiting(isr, &started.device, Presented::Complete);
        });
        (old, was_lit)
    })
}
