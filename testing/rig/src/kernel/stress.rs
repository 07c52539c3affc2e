//! The stress run: every processor has the driver run synchronized closures on all its interrupt sources, and takes snapshots,
//! while the device interrupts: for the frames that the first processor presents, and for the cursor command that each
//! request to the driver brings along. Messages that the device did not send come in between, for sources that it seldom
//! uses.
//!
//! The driver counts closures and interrupt routines in each source's state by plain additions, which only the right lock
//! makes whole. At the end its counts must be those of the port and of the requests, to the last one; no snapshot may be torn
//! or go backwards.

use alloc::vec::Vec;
use core::mem::size_of;
use core::sync::atomic::{AtomicU64, Ordering};

use dxgk_sys::RECT;
use ioctl::{Exercise, Operation, Request, Response, Source, Statistics, VersionAndIdentity};
use port::adapter::Adapter;
use port::interrupt::Figures;
use port::machine::{Job, Machine};
use port::picture::{Frame, Frames, Picture};
use port::present::{Presented, Surface};
use zerocopy::IntoBytes;

use super::channel::CONTROL_DEVICE;
use super::user;
use crate::abi::nt_success;
use crate::cpu::{idle, jobs, percpu, watchdog};
use crate::devices::clock::{self, PERFORMANCE_HZ};
use crate::devices::msix;
use crate::log;

/// Closures on each source in one request.
const ROUNDS: u64 = 200;
/// A word on progress after so many presents.
const PROGRESS: u64 = 10_000;

/// A stray message after so many presents.
const STRAY_EVERY: u64 = 4;
/// How long no interrupt may have come before it counts as quiet, in 100 ns.
const LOOK: u64 = PERFORMANCE_HZ / 5;
/// How often that is waited for.
const LOOKS: u32 = 25;

/// Requests that each processor makes.
static WANTED: AtomicU64 = AtomicU64::new(0);
/// Closures that ran on each source, by what the requests were told.
pub static CLOSURES: [AtomicU64; SOURCES] = [const { AtomicU64::new(0) }; SOURCES];
/// Snapshots taken.
pub static SNAPSHOTS: AtomicU64 = AtomicU64::new(0);
/// What was torn, lost, refused or went backwards.
pub static WRONG: AtomicU64 = AtomicU64::new(0);
/// Synchronized calls that the port ran meanwhile.
pub static CALLS: AtomicU64 = AtomicU64::new(0);
/// Interrupts that the driver claimed meanwhile.
pub static INTERRUPTS: AtomicU64 = AtomicU64::new(0);
/// Messages among them that the device did not send.
pub static STRAY: AtomicU64 = AtomicU64::new(0);
/// Presents made meanwhile.
pub static PRESENTS: AtomicU64 = AtomicU64::new(0);
/// Processors that have not ended.
static RUNNING: AtomicU64 = AtomicU64::new(0);

const SOURCES: usize = Source::ALL.len();

fn wrong(what: &str, details: &dyn core::fmt::Debug) {
    if WRONG.fetch_add(1, Ordering::Relaxed) < 10 {
        log!("stress: {what}: {details:?}");
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

/// One processor's way to the driver.
struct Caller {
    device: user::Opened,
    buffer: user::SystemBuffer,
    before: Option<Statistics>,
}

impl Caller {
    fn new() -> Option<Self> {
        let device = user::open(CONTROL_DEVICE).ok()?;
        let most = size_of::<Statistics>().max(size_of::<Exercise>());
        Some(Self {
            device,
            buffer: user::SystemBuffer::new(most),
            before: None,
        })
    }

    fn ask<R: Response>(&self, request: &Request) -> Option<R> {
        let message = request.message();
        let input = &message.as_bytes()[..request.operation.request_len()];
        let mut output = R::empty(request);
        let (status, length) = self.device.control_through(
            &self.buffer,
            request.operation.code(),
            input,
            output.as_mut_bytes(),
            false,
        );
        (nt_success(status) && length == size_of::<R>()).then_some(output)
    }

    fn totals(&self) -> Option<Exercise> {
        self.ask(&Request::exercise(0, 0))
    }

    /// Closures on every source, then a snapshot.
    fn turn(&mut self) {
        match self.ask::<Exercise>(&Request::exercise(0, ROUNDS as u32)) {
            Some(answer) => {
                for (place, closures) in CLOSURES.iter().enumerate() {
                    closures.fetch_add(answer.ran[place], Ordering::Relaxed);
                }
                if answer.total_torn != [0; _] || answer.refused != [0; _] {
                    wrong("torn or refused", &answer);
                }
            }
            None => wrong("a request failed", &"exercise"),
        }
        let Some(now) = self.ask::<Statistics>(&Request::new(Operation::Statistics, 0)) else {
            return wrong("a request failed", &"statistics");
        };
        let accounted = now.frames_completed + now.frames_failed + now.frames_outstanding;
        if now.frames_submitted != accounted {
            wrong("a torn snapshot", &now);
        }
        if self.before.is_some_and(|before| !grown(&before, &now)) {
            wrong("a counter went backwards", &now);
        }
        self.before = Some(now);
        SNAPSHOTS.fetch_add(1, Ordering::Relaxed);
        watchdog::progress();
    }
}

/// What the other processors do.
fn hammer(_context: usize) {
    match Caller::new() {
        Some(mut caller) => {
            for _ in 0..WANTED.load(Ordering::Relaxed) {
                caller.turn();
            }
            caller.device.close();
        }
        None => wrong("the control device does not open", &CONTROL_DEVICE),
    }
    RUNNING.fetch_sub(1, Ordering::SeqCst);
}

/// Runs `closures` closures on each source from each processor, with at least `presents` presents meanwhile. PASSIVE_LEVEL.
pub fn run(machine: &'static dyn Machine, adapter: &'static Adapter, closures: u64, presents: u64) {
    let Some(mut caller) = Caller::new() else {
        return wrong("the control device does not open", &CONTROL_DEVICE);
    };
    let begin = caller.totals();
    let figures = adapter.figures();
    WANTED.store(closures.div_ceil(ROUNDS), Ordering::Relaxed);
    RUNNING.store(u64::from(percpu::count() - 1), Ordering::SeqCst);
    let job = Job {
        routine: hammer,
        context: 0,
    };
    let running: Vec<_> = (1..percpu::count())
        .filter_map(|index| jobs::run_on(index, job))
        .collect();
    present(machine, adapter, presents, &mut caller);
    running.into_iter().for_each(jobs::wait_for);
    wait_until_quiet(adapter);
    // The last closures of all are those that read the totals.
    let end = caller.totals();
    let identity = caller.ask(&Request::new(Operation::VersionAndIdentity, 0));
    if let (Some(begin), Some(end), Some(identity)) = (begin, end, identity) {
        settle(&begin, &end, &figures, &adapter.figures(), &identity);
    } else {
        wrong("a request failed", &"totals");
    }
    caller.device.close();
}

/// The last interrupts may still be on their way: waits until none has come for a while.
fn wait_until_quiet(adapter: &Adapter) {
    let mut seen = adapter.figures().claimed;
    for _ in 0..LOOKS {
        idle::sleep(Some(clock::since_start() + LOOK));
        let now = adapter.figures().claimed;
        if now == seen {
            return;
        }
        seen = now;
    }
}

/// Compares the driver's counts with the port's and the requests'.
fn settle(
    begin: &Exercise,
    end: &Exercise,
    before: &Figures,
    after: &Figures,
    identity: &VersionAndIdentity,
) {
    let made = after.synchronized - before.synchronized;
    CALLS.store(made, Ordering::Relaxed);
    let mut counted = 0;
    let claimed = |message: usize| after.claimed[message] - before.claimed[message];
    let interrupts = (0..after.messages as usize).map(claimed).sum();
    INTERRUPTS.store(interrupts, Ordering::Relaxed);
    for source in Source::ALL {
        let place = source as usize;
        let closures = end.total_closures[place] - begin.total_closures[place];
        counted += closures;
        let asked = CLOSURES[place].load(Ordering::Relaxed);
        if closures < asked {
            wrong(source.name(), &("closures lost", asked, closures));
        }
        let routines = end.total_interrupts[place] - begin.total_interrupts[place];
        let message = identity.source_messages[place] as usize;
        if routines != claimed(message) {
            wrong(
                source.name(),
                &("interrupts", claimed(message), "counted", routines),
            );
        }
    }
    log!("stress: {made} synchronized calls made, {counted} counted by the driver");
    if counted != made {
        wrong("synchronized calls were lost", &(made, counted));
    }
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

/// What the first processor does: presents, and between them what the others do.
fn present(
    machine: &'static dyn Machine,
    adapter: &'static Adapter,
    presents: u64,
    caller: &mut Caller,
) {
    let size = adapter.picture();
    let Some(mut surface) = Surface::new(
        machine,
        adapter.port().config(),
        size.width(),
        size.height(),
    ) else {
        return wrong("no memory for a surface", &size.width());
    };
    let mut frames = Frames::new(0xF00D, false);
    let (mut made, mut turns) = (0, 0);
    let wanted = WANTED.load(Ordering::Relaxed);
    while made < presents || turns < wanted || RUNNING.load(Ordering::SeqCst) != 0 {
        let frame = small(&mut frames, &size);
        match adapter.present(0, &mut surface, &frame) {
            Ok(Presented::Completed | Presented::AtOnce) => {}
            other => return wrong("a present ended badly", &other),
        }
        made += 1;
        PRESENTS.store(made, Ordering::Relaxed);
        if made % STRAY_EVERY == 0 && msix::stray(made / STRAY_EVERY) {
            STRAY.fetch_add(1, Ordering::Relaxed);
        }
        // So that both end at about the same time.
        if turns < wanted && turns * presents.max(1) <= made * wanted {
            caller.turn();
            turns += 1;
        }
        watchdog::progress();
        if made % PROGRESS == 0 {
            let closures: u64 = CLOSURES.iter().map(|one| one.load(Ordering::Relaxed)).sum();
            log!("stress: {made} presents, {closures} closures");
        }
    }
}
