//! The queue of deferred calls of each processor.
//!
//! Queueing one sends the processor an interrupt of class 2. The APIC holds it back while the IRQL is DISPATCH_LEVEL or
//! above, whoever raised it and however, and delivers it the moment the IRQL falls: no code of ours has to watch for that.

use core::sync::atomic::{AtomicU64, Ordering};

use port::machine::Deferred;
use x86_64::instructions::interrupts;

use super::entry::DEFERRED_VECTOR;
use super::percpu::{self, MOST_DEFERRED};
use super::{count, idle, irql};
use crate::devices::apic;
use crate::memory::paging;

static QUEUED: [AtomicU64; percpu::MOST] = [const { AtomicU64::new(0) }; percpu::MOST];
static DONE: [AtomicU64; percpu::MOST] = [const { AtomicU64::new(0) }; percpu::MOST];

/// Queues `call` to processor `index`; false if its queue is full or there is no such processor. Any IRQL.
pub fn queue(index: u32, call: Deferred) -> bool {
    let Some(processor) = percpu::get(index) else {
        return false;
    };
    {
        let mut queue = processor.deferred.lock();
        if queue.len() == MOST_DEFERRED {
            return false;
        }
        queue.push_back(call);
        QUEUED[index as usize].fetch_add(1, Ordering::SeqCst);
    }
    apic::send(processor.apic_id, DEFERRED_VECTOR);
    true
}

/// Takes calls of `routine` with `context` off all queues: they do not run any more unless one runs already. Any IRQL.
pub fn cancel(routine: fn(context: usize), context: usize) {
    for processor in percpu::all() {
        let mut queue = processor.deferred.lock();
        let before = queue.len();
        queue.retain(|call| {
            call.context != context || !core::ptr::fn_addr_eq(call.routine, routine)
        });
        let taken = before - queue.len();
        DONE[processor.index() as usize].fetch_add(taken as u64, Ordering::SeqCst);
    }
}

/// The interrupt: runs what is queued, at DISPATCH_LEVEL on the deferred calls' stack.
pub extern "C" fn interrupt() {
    let processor = percpu::current();
    if idle::awake() {
        paging::flush_own();
    }
    let old = irql::current();
    irql::set(irql::DISPATCH_LEVEL);
    // Ended before the calls run: one that is queued meanwhile stays pending until the IRQL falls again.
    apic::end_of_interrupt();
    interrupts::enable();
    count::interruption(|| {
        loop {
            let next = processor.deferred.lock().pop_front();
            let Some(call) = next else { break };
            (call.routine)(call.context);
            DONE[processor.index() as usize].fetch_add(1, Ordering::SeqCst);
            idle::wake_waiting();
        }
    });
    interrupts::disable();
    irql::set(old);
}

/// Waits until every call that is queued now has finished, on all processors. PASSIVE_LEVEL.
pub fn flush() {
    for index in 0..percpu::count() as usize {
        let target = QUEUED[index].load(Ordering::SeqCst);
        idle::wait(None, || DONE[index].load(Ordering::SeqCst) >= target);
    }
}
