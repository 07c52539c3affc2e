//! Jobs: routines at PASSIVE_LEVEL that one processor asks another to run. They stand in for system worker threads.

use alloc::collections::BTreeSet;
use core::sync::atomic::{AtomicU64, Ordering};

use port::machine::{Job, JobId};

use super::{idle, percpu};
use crate::devices::apic::{self, WAKE_VECTOR};
use crate::sync::Lock;

/// A job that has not begun.
#[derive(Clone, Copy, Debug)]
pub struct Queued {
    job: Job,
    id: u64,
}

static NEXT: AtomicU64 = AtomicU64::new(1);
static UNFINISHED: Lock<BTreeSet<u64>> = Lock::new(BTreeSet::new());

/// Gives `job` to another processor; `None` if there is none of that number but the caller's own. PASSIVE_LEVEL.
pub fn run_on(index: u32, job: Job) -> Option<JobId> {
    if index == percpu::index() {
        return None;
    }
    let processor = percpu::get(index)?;
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    UNFINISHED.lock().insert(id);
    processor.jobs.lock().push_back(Queued { job, id });
    apic::send(processor.apic_id, WAKE_VECTOR);
    Some(JobId(id))
}

/// Returns when the job has ended. PASSIVE_LEVEL.
pub fn wait_for(id: JobId) {
    idle::wait(None, || !UNFINISHED.lock().contains(&id.0));
}

/// Whether the running processor has a job to begin.
pub fn is_waiting() -> bool {
    !percpu::current().jobs.lock().is_empty()
}

/// Runs one job of the running processor, if it has one.
pub fn run_one() -> bool {
    let next = percpu::current().jobs.lock().pop_front();
    let Some(Queued { job, id }) = next else {
        return false;
    };
    let depth = &percpu::current().job_depth;
    depth.fetch_add(1, Ordering::Relaxed);
    (job.routine)(job.context);
    depth.fetch_sub(1, Ordering::Relaxed);
    UNFINISHED.lock().remove(&id);
    idle::wake_waiting();
    true
}
