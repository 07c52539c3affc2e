//! A processor's queue of deferred calls, and the thread that runs them at DISPATCH_LEVEL.

use super::processor;
use crate::sync::{Condvar, Guard, Mutex};
use port::machine::{Deferred, irql::DISPATCH_LEVEL};
use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;

/// Calls that may be queued to one processor.
const ROOM: usize = 64;

#[derive(Default)]
struct Calls {
    waiting: VecDeque<Deferred>,
    queued: u64,
    done: u64,
    stopped: bool,
}

/// One processor's queue.
pub(super) struct Queue {
    calls: Mutex<Calls>,
    changed: Condvar,
}

impl Queue {
    /// An empty queue with its thread.
    pub fn start(processor: u32) -> Arc<Self> {
        let calls = Calls {
            waiting: VecDeque::with_capacity(ROOM),
            ..Calls::default()
        };
        let queue = Arc::new(Self {
            calls: Mutex::new(calls),
            changed: Condvar::new(),
        });
        let mine = Arc::clone(&queue);
        let made = thread::Builder::new()
            .name(format!("dpc {processor}"))
            .spawn(move || mine.run());
        made.expect("the machine needs its threads");
        queue
    }

    fn lock(&self) -> Guard<'_, Calls> {
        self.calls.lock()
    }

    fn run(&self) {
        processor::index();
        let mut calls = self.lock();
        loop {
            if let Some(call) = calls.waiting.pop_front() {
                drop(calls);
                processor::at(DISPATCH_LEVEL, || (call.routine)(call.context));
                calls = self.lock();
                calls.done += 1;
                self.changed.notify_all();
            } else if calls.stopped {
                return;
            } else {
                self.changed.wait(&mut calls);
            }
        }
    }

    /// Queues a call. Allocates nothing. False if the queue is full or stopped.
    pub fn push(&self, call: Deferred) -> bool {
        let mut calls = self.lock();
        if calls.stopped || calls.waiting.len() == ROOM {
            return false;
        }
        calls.waiting.push_back(call);
        calls.queued += 1;
        self.changed.notify_all();
        true
    }

    /// Returns when everything that was queued before has ended.
    pub fn flush(&self) {
        let mut calls = self.lock();
        let until = calls.queued;
        while calls.done < until {
            self.changed.wait(&mut calls);
        }
    }

    /// Ends the thread when the queue is empty.
    pub fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static SEEN: AtomicUsize = AtomicUsize::new(0);

    fn note(context: usize) {
        assert_eq!(processor::irql(), DISPATCH_LEVEL);
        thread::sleep(std::time::Duration::from_millis(5));
        SEEN.fetch_add(context, Ordering::SeqCst);
    }

    #[test]
    fn flushing_waits_for_the_call_that_runs() {
        let queue = Queue::start(0);
        for context in [1, 10, 100] {
            assert!(queue.push(Deferred {
                routine: note,
                context
            }));
        }
        queue.flush();
        assert_eq!(SEEN.load(Ordering::SeqCst), 111);
        queue.stop();
        assert!(!queue.push(Deferred {
            routine: note,
            context: 1
        }));
    }
}
