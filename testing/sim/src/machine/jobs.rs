//! Program threads on other processors.

use crate::sync::Mutex;
use port::machine::{Job, JobId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

/// The jobs that were not waited for yet.
#[derive(Default)]
pub(super) struct Jobs {
    next: AtomicU64,
    threads: Mutex<HashMap<u64, JoinHandle<()>>>,
}

impl Jobs {
    /// Starts a job on a thread of its own; `None` if the system has no more threads.
    pub fn start(&self, job: Job) -> Option<JobId> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let thread = thread::Builder::new()
            .name(format!("job {id}"))
            .spawn(move || {
                super::processor::index();
                (job.routine)(job.context);
            })
            .ok()?;
        self.threads.lock().insert(id, thread);
        Some(JobId(id))
    }

    /// Waits for a job. A panic of it goes on here.
    pub fn wait(&self, job: JobId) {
        let thread = self.threads.lock().remove(&job.0);
        if let Some(Err(panic)) = thread.map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    }
}
