//! The main job: start, a mode, presents with changing dirty rectangles, statistics, stop, remove, unload.

use crate::adapter::Adapter;
use crate::config::Judge;
use crate::ddi::Ddi;
use crate::lifecycle::Pdo;
use crate::machine::{NtStatus, Pool};
use crate::pattern::Pattern;
use crate::picture::{Frame, Frames, Picture};
use crate::port::Port;
use crate::port::check;
use crate::power::Released;
use crate::present::{Presented, Surface};
use crate::summary::{Statistics, Summary, Verdict};
use crate::windows::Desktop;
use core::fmt;
use core::sync::atomic::Ordering;
use dxgk_sys::*;

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Presents.
    pub frames: u32,
    /// The mode; `None`: the monitor's preferred one.
    pub size: Option<(u32, u32)>,
    /// Whether some frames move rectangles too.
    pub moves: bool,
    /// Frames are made from it.
    pub seed: u32,
    /// What the frames draw; `None`: rectangles by chance.
    pub pattern: Option<Pattern>,
    /// How it ends.
    pub end: End,
    /// What Windows does besides one mode and its presents comes too: rounds of questions, empty commits, sleep.
    pub more: bool,
    /// The adapter is stopped right after it started, before anything was asked of it, and started again (F139).
    pub restart: bool,
}

impl Plan {
    /// How many presents come before those whose bytes and kicks count.
    ///
    /// A pattern's figures leave the whole frames out.
    pub fn uncounted(&self) -> u32 {
        if self.pattern.is_some() {
            WHOLE_FRAMES
        } else {
            0
        }
    }
}

/// How the job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// StopDevice, RemoveDevice, Unload.
    Stop,
    /// StopDeviceAndReleasePostDisplayOwnership instead of StopDevice, if the driver announced it.
    Release,
    /// RemoveDevice without a stop, as on some ways of tearing down (F141).
    Remove,
    /// The bugcheck screen. If the driver takes it nothing comes any more, not even Unload; else StopDevice.
    Bugcheck,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            frames: 300,
            size: None,
            moves: true,
            seed: 0x5EED,
            pattern: None,
            end: End::Stop,
            more: true,
            restart: false,
        }
    }
}

/// Where the job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// AddDevice, StartDevice, children, descriptors, monitors.
    Start,
    /// The mode change.
    Mode,
    /// A present: its number, and how many there are.
    Present(u32, u32),
    /// The comparison of the screen with the picture.
    Picture,
    /// The statistics request.
    Statistics,
    /// Stop and remove.
    Stop,
    /// Unload.
    Unload,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Start => f.write_str("start"),
            Step::Mode => f.write_str("mode"),
            Step::Present(done, of) => write!(f, "present {done} of {of}"),
            Step::Picture => f.write_str("picture"),
            Step::Statistics => f.write_str("statistics"),
            Step::Stop => f.write_str("stop"),
            Step::Unload => f.write_str("unload"),
        }
    }
}

/// What the machine's own part of the job is: the screen, the control device, the framework.
pub trait Host {
    /// The job has come to `step`.
    fn step(&mut self, step: Step);

    /// Compares the screen with `expected`, now. Called while the last frame is shown.
    fn compare(&mut self, expected: &Picture) -> Verdict;

    /// The same in between, where that is cheap; [`Verdict::Unknown`] where it is not.
    fn glance(&mut self, expected: &Picture) -> Verdict {
        let _ = expected;
        Verdict::Unknown
    }

    /// The driver's statistics, through its IOCTL; `None` if it did not answer.
    fn statistics(&mut self) -> Option<Statistics>;

    /// Whether the driver is still bound to its framework; asked after DxgkDdiUnload.
    fn framework_bound(&mut self) -> bool;
}

/// Runs the whole job with the driver that is registered with `port`, to the end even if a step fails. PASSIVE_LEVEL.
pub fn run(port: &'static Port, pdo: Pdo, plan: &Plan, host: &mut dyn Host) -> Summary {
    let mut summary = Summary::default();
    host.step(Step::Start);
    let mut failed_at = None;
    let error = match port.add_device(pdo) {
        Ok(adapter) => {
            let error = work(adapter, plan, host, &mut summary).err();
            failed_at = failed_at_last(port, error);
            summary.figures = adapter.figures();
            host.step(Step::Stop);
            let stopped = if adapter.is_started() {
                if error.is_none() && summary.failed == 0 {
                    leave_pending(adapter, plan);
                }
                stop(adapter, plan, host, &mut summary)
            } else {
                Ok(())
            };
            summary.figures = adapter.figures();
            summary.user_presents = adapter.user_presents.load(Ordering::Relaxed);
            summary.busy_stops = adapter.busy_stops.load(Ordering::Relaxed);
            if summary.bugchecked {
                summary.error = error;
                summary.finish(port);
                return summary;
            }
            if !adapter.is_started() {
                adapter.calls_after_stop();
            }
            let removed = adapter.remove();
            error.or(stopped.err()).or(removed.err())
        }
        Err(status) => Some(status),
    };
    summary.error_at = failed_at.or_else(|| failed_at_last(port, error));
    host.step(Step::Unload);
    let mut bound = false;
    port.unload(|| {
        bound = host.framework_bound();
        bound
    });
    let Pool { blocks, others, .. } = port.machine().pool();
    summary.leaks = blocks + others + u64::from(bound);
    summary.error = error;
    summary.finish(port);
    summary
}

/// The DDI that this status came from.
fn failed_at_last(port: &Port, error: Option<NtStatus>) -> Option<Ddi> {
    error.and_then(|_| port.calls().last())
}

/// Starts the adapter and brings it as far as monitors; the first connected target. PASSIVE_LEVEL.
///
/// # Errors
/// The driver's status; STATUS_GRAPHICS_MONITOR_NOT_CONNECTED if no output has a monitor.
pub fn bring_up(adapter: &'static Adapter) -> Result<u32, NtStatus> {
    adapter.calls_before_start();
    adapter.start()?;
    adapter.query_children()?;
    adapter.query_connections()?;
    adapter.query_unknown_interface();
    if let Some(child) = adapter.children().first() {
        adapter.query_unknown_status(child.uid());
    }
    let mut first = None;
    for child in adapter
        .children()
        .iter()
        .filter(|child| child.is_video() && child.connected())
    {
        let uid = child.uid();
        let edid = adapter.read_edid(uid);
        let _ = adapter.container_id(uid);
        adapter.monitor_arrives(uid, &edid)?;
        first = first.or(Some(uid));
    }
    first.ok_or(STATUS_GRAPHICS_MONITOR_NOT_CONNECTED)
}

fn work(
    adapter: &'static Adapter,
    plan: &Plan,
    host: &mut dyn Host,
    summary: &mut Summary,
) -> Result<(), NtStatus> {
    if plan.restart {
        adapter.start()?;
        adapter.stop()?;
    }
    let target = bring_up(adapter)?;
    host.step(Step::Mode);
    let source = 0;
    let _ = adapter.is_supported(None)?;
    adapter.ask_empty()?;
    let _ = adapter.recommend();
    // Sources are hidden until the first frame is there; the pointer too.
    let _ = adapter.move_pointer(source, 0, 0, false);
    early_present(adapter, source);
    let mode = adapter.set_mode(source, target, plan.size)?;
    summary.mode = Some((mode.width, mode.height));
    adapter.probe_control_interrupt();
    adapter.probe_vsync();
    let _ = adapter.scan_line(target);
    adapter.rounds(source, target, 2)?;
    let before = adapter.figures();
    present_all(adapter, source, plan, host, summary)?;
    let after = adapter.figures();
    summary.present_interrupts = after
        .interrupts
        .iter()
        .zip(before.interrupts)
        .map(|(after, before)| after - before)
        .sum();
    host.step(Step::Picture);
    let picture = adapter.picture();
    summary.verdict = host.compare(&picture);
    host.step(Step::Statistics);
    summary.statistics = host.statistics();
    adapter.collect_debug(96);
    // A device that fails presents owes no other picture.
    if summary.failed == 0 && plan.more {
        more(adapter, (source, target), plan, host)?;
    }
    Ok(())
}

/// A present before anything was committed. The driver has to survive it.
fn early_present(adapter: &'static Adapter, source: u32) {
    let mut small = Picture::default();
    small.resize(64, 64);
    let surface = Surface::new(adapter.machine(), adapter.port().config(), 64, 64);
    let Some(mut surface) = surface else { return };
    let frame = Frame::whole(&small, 0);
    if adapter.begin_unseen(source, &mut surface, &frame) == Ok(STATUS_PENDING) {
        let _ = adapter.wait_for_progress(source);
    }
}

/// The surface of the picture that is shown on the first output, and what presents from it; `None` if there is none.
fn desktop(adapter: &'static Adapter, source: u32, target: u32, plan: &Plan) -> Option<Desktop> {
    let size = adapter.picture();
    let config = adapter.port().config();
    Some(Desktop {
        adapter,
        source,
        target,
        surface: Surface::new(adapter.machine(), config, size.width(), size.height())?,
        seed: plan.seed,
    })
}

/// A present that the end of the job finds pending, unless the driver is spared that.
fn leave_pending(adapter: &'static Adapter, plan: &Plan) {
    if !adapter.port().config().busy {
        return;
    }
    if let Some(target) = adapter.targets().next()
        && let Some(mut desktop) = desktop(adapter, 0, target, plan)
    {
        // What it ends with is not judged: the adapter goes.
        if desktop.leave_pending() == Ok(true) {
            adapter.busy_stops.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What Windows does besides. The picture is looked at after each step; all is counted already.
fn more(
    adapter: &'static Adapter,
    (source, target): (u32, u32),
    plan: &Plan,
    host: &mut dyn Host,
) -> Result<(), NtStatus> {
    let mut desktop = desktop(adapter, source, target, plan).ok_or(STATUS_NO_MEMORY)?;
    let mut look = |at: &'static str| {
        let picture = adapter.picture();
        let seen = host.glance(&picture);
        check!(adapter.port(), OwnPicture, at, !matches!(seen, Verdict::Mismatch(..)), "the picture"; "{seen:?}");
    };
    adapter.rounds(source, target, 2)?;
    adapter.ask_empty()?;
    adapter.ask_remembered(source, target, (8000, 6000))?;
    look("rounds of questions");
    desktop.recommit(DXGKARG_COMMITVIDPN_FLAGS::zeroed())?;
    look("the mode set again");
    if adapter.port().config().busy {
        desktop.commit_while_pending()?;
        look("a commit while a present was pending");
        desktop.present_from_threads(3, 4)?;
        look("presents from several threads");
    }
    desktop.empty_and_back()?;
    look("an empty commit and back");
    let _ = adapter.move_pointer(source, 5, 5, false);
    desktop.monitor_sleeps()?;
    look("the monitor asleep and awake");
    desktop.adapter_sleeps()?;
    look("the adapter asleep and awake");
    Ok(())
}

/// The plan's frame of this number. `frames` has made all before.
///
/// The first frame may be dropped, as known drivers drop what comes while the source is not visible; the next is whole.
pub fn planned(plan: &Plan, frames: &mut Frames, picture: &Picture, number: u32) -> Frame {
    if number < WHOLE_FRAMES {
        Frame::whole(picture, plan.seed + number)
    } else if let Some(pattern) = plan.pattern {
        pattern.frame(picture, number, plan.moves)
    } else {
        frames.frame(picture)
    }
}

/// How many frames at the beginning are whole.
pub const WHOLE_FRAMES: u32 = 2;

fn present_all(
    adapter: &'static Adapter,
    source: u32,
    plan: &Plan,
    host: &mut dyn Host,
    summary: &mut Summary,
) -> Result<(), NtStatus> {
    let size = adapter.picture();
    let config = adapter.port().config();
    let surface = Surface::new(adapter.machine(), config, size.width(), size.height());
    let mut surface = surface.ok_or(STATUS_NO_MEMORY)?;
    let mut frames = Frames::new(plan.seed, plan.moves);
    for number in 0..plan.frames {
        host.step(Step::Present(number + 1, plan.frames));
        let frame = planned(plan, &mut frames, &size, number);
        if number == 0 && config.visible_first {
            adapter.set_visibility(source, true)?;
            adapter.set_visibility(source, true)?;
        }
        if number >= plan.uncounted() {
            summary.dirty_bytes += frame.bytes();
        }
        match adapter.present(source, &mut surface, &frame) {
            Ok(Presented::AtOnce) => summary.synchronous += 1,
            Ok(Presented::Completed) => {}
            Ok(Presented::Failed) => summary.failed += 1,
            Ok(Presented::Lost) => {
                // Windows would stop the adapter now (TDR), and not start it again; the job ends.
                summary.failed += 1;
                return Err(STATUS_IO_TIMEOUT);
            }
            // Windows goes on: an error is not fatal.
            Err(_) if config.judge == Judge::Foreign => summary.failed += 1,
            Err(status) => return Err(status),
        }
        summary.frames += 1;
        // A pattern's figures are its own.
        if number == plan.frames / 2 && plan.pattern.is_none() {
            summary.unreadable = unreadable(adapter, source, &mut surface, &frame);
        }
        if number == 0 {
            // The first frame is there, so the source becomes visible.
            adapter.set_visibility(source, true)?;
        }
    }
    Ok(())
}

/// A present from a surface that faults, which has to end as an error and not as the system; none on a machine that can't
/// take memory away.
fn unreadable(
    adapter: &'static Adapter,
    source: u32,
    surface: &mut Surface,
    frame: &Frame,
) -> Option<bool> {
    if !surface.can_fault() {
        return None;
    }
    surface.set_unreadable(true);
    let outcome = adapter.present(source, surface, frame);
    surface.set_unreadable(false);
    let noticed = matches!(outcome, Err(_) | Ok(Presented::Failed));
    // A present that ended in its call was judged there.
    if !matches!(outcome, Err(_) | Ok(Presented::AtOnce)) {
        check!(adapter.port(), OwnUnreadable, "DxgkDdiPresentDisplayOnly", noticed, "an error"; "{outcome:?}");
    }
    Some(noticed)
}

fn stop(
    adapter: &'static Adapter,
    plan: &Plan,
    host: &mut dyn Host,
    summary: &mut Summary,
) -> Result<(), NtStatus> {
    let target = adapter.targets().next();
    match (plan.end, target) {
        (End::Remove, _) => Ok(()),
        (End::Bugcheck, Some(target)) => {
            let Some(picture) = adapter.bugcheck_screen(target) else {
                return adapter.stop();
            };
            let seen = host.glance(&picture);
            check!(adapter.port(), FieldBugcheck, "DxgkDdiSystemDisplayWrite",
                !matches!(seen, Verdict::Mismatch(..)), "what was written"; "{seen:?}");
            summary.bugchecked = true;
            Ok(())
        }
        // A driver that did not announce it is stopped the plain way (F027).
        (End::Release, Some(target)) if adapter.caps().SupportNonVGA != 0 => {
            release(adapter, target, host, summary)
        }
        _ => adapter.stop(),
    }
}

/// The display is given back. It is judged by its own rule: lit, linear and black, whatever was shown last.
fn release(
    adapter: &'static Adapter,
    target: u32,
    host: &mut dyn Host,
    summary: &mut Summary,
) -> Result<(), NtStatus> {
    if let Released::Left(left) = adapter.stop_and_release(target, true)? {
        summary.displays_given_back += 1;
        let mut black = Picture::default();
        black.resize(left.Width, left.Height);
        let dark = host.compare(&black);
        check!(adapter.port(), StopBlack, "DxgkDdiStopDeviceAndReleasePostDisplayOwnership",
            !matches!(dark, Verdict::Mismatch(..)), "a black screen"; "{dark:?}");
    }
    Ok(())
}

impl Adapter {
    /// The picture that must be on the screen.
    pub fn picture(&self) -> Picture {
        self.picture.lock(self.machine()).clone()
    }
}
