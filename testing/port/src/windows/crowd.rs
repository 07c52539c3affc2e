//! Presents from several threads at once, without waiting for the ones before (F099; the DDI is of level zero).

use super::Desktop;
use crate::adapter::Adapter;
use crate::machine::{Job, NtStatus};
use crate::picture::{Frame, Picture};
use crate::port::check;
use crate::present::Surface;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicI32, Ordering};
use dxgk_sys::*;

/// Pixels and lines of what each present changes, so that the time they take is the driver's and not the device's.
const SIDE: u32 = 96;

/// One thread of the crowd.
struct Member {
    adapter: &'static Adapter,
    source: u32,
    surface: Surface,
    picture: Picture,
    presents: u32,
    status: AtomicI32,
}

fn present(context: usize) {
    // SAFETY: the address of a member of `present_from_threads`, which waits for this job and lends each to one.
    let member = unsafe { &mut *core::ptr::with_exposed_provenance_mut::<Member>(context) };
    let frame = Frame::corner(&member.picture, SIDE);
    for _ in 0..member.presents {
        member.surface.fill(&member.picture);
        let (source, surface) = (member.source, &mut member.surface);
        let status = member.adapter.present_in_crowd(source, surface, &frame);
        if !NT_SUCCESS(status) {
            member.status.store(status, Ordering::Relaxed);
        }
    }
}

impl Desktop {
    /// `presents` from each of `threads`, all of the picture that is shown, and waits until all have ended. On a machine without
    /// other processors they come one after the other, faster than the device answers.
    ///
    /// # Errors
    /// A status that one of them ended with; STATUS_IO_TIMEOUT if progress is missing.
    pub fn present_from_threads(&mut self, threads: u32, presents: u32) -> Result<(), NtStatus> {
        let (adapter, source) = (self.adapter, self.source);
        let (port, machine) = (adapter.port(), adapter.machine());
        let picture = adapter.picture();
        let mut members = Vec::new();
        for _ in 0..threads {
            let (width, height) = (picture.width(), picture.height());
            let surface = Surface::new(machine, port.config(), width, height);
            members.push(Member {
                adapter,
                source,
                surface: surface.ok_or(STATUS_NO_MEMORY)?,
                picture: picture.clone(),
                presents,
                status: AtomicI32::new(STATUS_SUCCESS),
            });
        }
        let progress = &adapter.interrupts().sources[source as usize];
        progress.gather();
        let mut jobs = Vec::new();
        for (index, member) in members.iter_mut().enumerate() {
            let context = core::ptr::from_mut(member).expose_provenance();
            let processor = (machine.processor() + 1 + index as u32) % machine.processors();
            let job = Job {
                routine: present,
                context,
            };
            match machine.run_on(processor, job) {
                Some(id) => jobs.push(id),
                None => present(context),
            }
        }
        for job in jobs {
            machine.wait_for(job);
        }
        let start = machine.now();
        let limit = port.config().present_watchdog;
        while !progress.gathered() && machine.now().saturating_sub(start) < limit {
            machine.delay(500);
        }
        let complete = progress.disperse();
        check!(port, PresentMustReport, "DxgkDdiPresentDisplayOnly", complete,
            "progress for each of {} presents", threads * presents; "less");
        let failed = members
            .iter()
            .map(|member| member.status.load(Ordering::Relaxed))
            .find(|status| !NT_SUCCESS(*status));
        match failed {
            Some(status) => Err(status),
            None if complete => Ok(()),
            None => Err(STATUS_IO_TIMEOUT),
        }
    }
}
