//! The stress run: every processor asks for statistics, each answer being one snapshot that the driver takes in a
//! synchronized closure, while the first processor presents small frames and so makes the device interrupt.
//!
//! A snapshot must be whole (what was submitted is completed, failed or outstanding) and never older than the one before;
//! and at the end the driver must have counted as many synchronized calls as the port has run.

use alloc::vec::Vec;
use core::mem::size_of;
use core::sync::atomic::{AtomicU64, Ordering};

use dxgk_sys::RECT;
use ioctl::{Header, Operation, Statistics, VERSION};
use port::adapter::Adapter;
use port::machine::{Job, Machine};
use port::picture::{Frame, Frames, Picture};
use port::present::{Presented, Surface};
use zerocopy::{FromBytes, IntoBytes};

use super::channel::CONTROL_DEVICE;
use super::user;
use crate::abi::nt_success;
use crate::cpu::{jobs, percpu, watchdog};
use crate::log;

/// Snapshots to take on each processor.
static WANTED: AtomicU64 = AtomicU64::new(0);
/// Snapshots taken.
pub static SNAPSHOTS: AtomicU64 = AtomicU64::new(0);
/// Snapshots that were torn, went backwards or failed, and synchronized calls lost.
pub static WRONG: AtomicU64 = AtomicU64::new(0);
/// Synchronized calls that the port ran meanwhile.
pub static CALLS: AtomicU64 = AtomicU64::new(0);
/// Interrupts meanwhile.
pub static INTERRUPTS: AtomicU64 = AtomicU64::new(0);
/// Presents made meanwhile.
pub static PRESENTS: AtomicU64 = AtomicU64::new(0);
/// Jobs that have not ended.
static RUNNING: AtomicU64 = AtomicU64::new(0);

/// A word on progress after so many presents.
const PROGRESS: u64 = 10_000;

/// The request for statistics of the first adapter.
pub fn request() -> Header {
    Header {
        size: size_of::<Header>() as u32,
        version: VERSION,
        code: Operation::Statistics.code(),
        adapter: 0,
    }
}

fn ask(device: &user::Opened, buffer: &user::SystemBuffer) -> Option<Statistics> {
    let header = request();
    let mut output = [0; size_of::<Statistics>()];
    let (status, length) =
        device.control_through(buffer, header.code, header.as_bytes(), &mut output, false);
    if nt_success(status) && length == output.len() {
        Statistics::read_from_bytes(&output).ok()
    } else {
        None
    }
}

fn wrong(what: &str, now: &Statistics) {
    if WRONG.fetch_add(1, Ordering::Relaxed) < 10 {
        log!("stress: {what}: {now:?}");
    }
}

/// Whether no counter of `now` is below that of `before`. `frames_outstanding` is no counter.
fn grown(before: &Statistics, now: &Statistics) -> bool {
    before
        .counters()
        .zip(now.counters())
        .filter(|((name, _), _)| *name != "frames_outstanding")
        .all(|((_, before), (_, now))| now >= before)
        && before
            .source_interrupts
            .iter()
            .zip(now.source_interrupts)
            .all(|(before, now)| now >= *before)
}

fn snapshots(_context: usize) {
    let Ok(device) = user::open(CONTROL_DEVICE) else {
        WRONG.fetch_add(1, Ordering::Relaxed);
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        return;
    };
    let buffer = user::SystemBuffer::new(size_of::<Statistics>());
    let mut before: Option<Statistics> = None;
    for _ in 0..WANTED.load(Ordering::Relaxed) {
        let Some(now) = ask(&device, &buffer) else {
            WRONG.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        if now.frames_submitted != now.frames_completed + now.frames_failed + now.frames_outstanding
        {
            wrong("a torn snapshot", &now);
        }
        if before.is_some_and(|before| !grown(&before, &now)) {
            wrong("a counter went backwards", &now);
        }
        before = Some(now);
        watchdog::progress();
        SNAPSHOTS.fetch_add(1, Ordering::Relaxed);
    }
    device.close();
    RUNNING.fetch_sub(1, Ordering::SeqCst);
}

/// A frame of one small rectangle.
fn small(frames: &mut Frames, size: &Picture) -> Frame {
    let mut frame = frames.frame(size);
    frame.moves.clear();
    frame.dirty.truncate(1);
    for RECT {
        left,
        top,
        right,
        bottom,
    } in &mut frame.dirty
    {
        *right = (*right).min(*left + 8);
        *bottom = (*bottom).min(*top + 8);
    }
    frame
}

/// Runs `count` snapshots on each processor, with at least `presents` presents meanwhile (0: a tenth of the snapshots).
/// PASSIVE_LEVEL.
pub fn run(machine: &'static dyn Machine, adapter: &'static Adapter, count: u64, presents: u64) {
    let Ok(control) = user::open(CONTROL_DEVICE) else {
        WRONG.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let presents = match presents {
        0 => count * u64::from(percpu::count()) / 10,
        given => given,
    };
    let buffer = user::SystemBuffer::new(size_of::<Statistics>());
    let begin = ask(&control, &buffer);
    let calls = adapter.figures().synchronized;
    let interrupts_before: u64 = adapter.figures().interrupts.iter().sum();
    WANTED.store(count, Ordering::Relaxed);
    let job = Job {
        routine: snapshots,
        context: 0,
    };
    RUNNING.store(u64::from(percpu::count() - 1), Ordering::SeqCst);
    let running: Vec<_> = (1..percpu::count())
        .filter_map(|index| jobs::run_on(index, job))
        .collect();
    present(machine, adapter, presents);
    running.into_iter().for_each(jobs::wait_for);
    RUNNING.store(1, Ordering::SeqCst);
    snapshots(0);
    let made = adapter.figures().synchronized - calls;
    CALLS.store(made, Ordering::Relaxed);
    let interrupts: u64 = adapter.figures().interrupts.iter().sum();
    INTERRUPTS.store(interrupts - interrupts_before, Ordering::Relaxed);
    if let (Some(begin), Some(end)) = (begin, ask(&control, &buffer)) {
        // The driver's count includes the snapshot that tells it, as did the first.
        let counted = end.synchronized_calls - begin.synchronized_calls;
        let refused = end.refused_synchronized_calls - begin.refused_synchronized_calls;
        log!(
            "stress: {made} synchronized calls made, {counted} counted by the driver, {refused} refused"
        );
        if counted != made + 1 && counted != made {
            wrong("synchronized calls were lost", &end);
        }
    }
    control.close();
}

fn present(machine: &'static dyn Machine, adapter: &'static Adapter, presents: u64) {
    let size = adapter.picture();
    let Some(mut surface) = Surface::new(machine, size.width(), size.height()) else {
        WRONG.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let mut frames = Frames::new(0xF00D, false);
    let mut made = 0;
    while made < presents || RUNNING.load(Ordering::SeqCst) != 0 {
        let frame = small(&mut frames, &size);
        match adapter.present(0, &mut surface, &frame) {
            Ok(Presented::Completed | Presented::AtOnce) => {}
            other => {
                WRONG.fetch_add(1, Ordering::Relaxed);
                log!("stress: a present ended with {other:?}");
                return;
            }
        }
        made += 1;
        watchdog::progress();
        PRESENTS.store(made, Ordering::Relaxed);
        if made % PROGRESS == 0 {
            log!(
                "stress: {made} presents, {} snapshots",
                SNAPSHOTS.load(Ordering::Relaxed)
            );
        }
    }
}
