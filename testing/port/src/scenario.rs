//! The main job: start, a mode, presents with changing dirty rectangles, statistics, stop, remove, unload.

use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::lifecycle::Pdo;
use crate::machine::{NtStatus, Pool};
use crate::picture::{Frame, Frames, Picture};
use crate::port::Port;
use crate::port::check;
use crate::power::{ADAPTER, Released};
use crate::present::{Presented, Surface};
use crate::summary::{Statistics, Summary, Verdict};
use core::fmt;
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
    /// Ends with StopDeviceAndReleasePostDisplayOwnership instead of StopDevice.
    pub release: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            frames: 300,
            size: None,
            moves: true,
            seed: 0x5EED,
            release: false,
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
                stop(adapter, plan, host)
            } else {
                Ok(())
            };
            summary.figures = adapter.figures();
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
    adapter.start()?;
    adapter.query_children()?;
    adapter.query_connections()?;
    adapter.query_unknown_interface();
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
    let target = bring_up(adapter)?;
    host.step(Step::Mode);
    let source = 0;
    let _ = adapter.is_supported(None)?;
    let empty = adapter.new_vidpn(&[]);
    let asked = adapter.is_supported(Some(empty));
    adapter.drop_vidpn(empty);
    let _ = asked?;
    let _ = adapter.recommend();
    // Sources are hidden until the first frame is there; the pointer too.
    let _ = adapter.move_pointer(source, 0, 0, false);
    let mode = adapter.set_mode(source, target, plan.size)?;
    summary.mode = Some((mode.width, mode.height));
    adapter.probe_control_interrupt();
    adapter.probe_vsync();
    let _ = adapter.scan_line(target);
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
    if summary.failed == 0 {
        doze(adapter, source, plan)?;
    }
    Ok(())
}

/// The adapter goes to sleep and comes back, and shows something again as it did at first: a frame, then visibility, then
/// frames. All is counted and compared already.
fn doze(adapter: &'static Adapter, source: u32, plan: &Plan) -> Result<(), NtStatus> {
    let size = adapter.picture();
    let Some(mut surface) = Surface::new(adapter.machine(), size.width(), size.height()) else {
        return Err(STATUS_NO_MEMORY);
    };
    adapter.set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
    adapter.set_power(ADAPTER, PowerDeviceD0, PowerActionNone);
    let frame = Frame::whole(&size, plan.seed);
    let _ = adapter.present(source, &mut surface, &frame)?;
    adapter.set_visibility(source, true)?;
    match adapter.present(source, &mut surface, &frame)? {
        Presented::AtOnce | Presented::Completed => Ok(()),
        Presented::Failed => Err(STATUS_UNSUCCESSFUL),
        Presented::Lost => Err(STATUS_IO_TIMEOUT),
    }
}

fn present_all(
    adapter: &'static Adapter,
    source: u32,
    plan: &Plan,
    host: &mut dyn Host,
    summary: &mut Summary,
) -> Result<(), NtStatus> {
    let size = adapter.picture();
    let Some(mut surface) = Surface::new(adapter.machine(), size.width(), size.height()) else {
        return Err(STATUS_NO_MEMORY);
    };
    let mut frames = Frames::new(plan.seed, plan.moves);
    for number in 0..plan.frames {
        host.step(Step::Present(number + 1, plan.frames));
        let frame = if number == 0 {
            Frame::whole(&size, plan.seed)
        } else {
            frames.frame(&size)
        };
        summary.dirty_bytes += frame.bytes();
        match adapter.present(source, &mut surface, &frame)? {
            Presented::AtOnce => summary.synchronous += 1,
            Presented::Completed => {}
            Presented::Failed => summary.failed += 1,
            Presented::Lost => {
                // Windows would reset the adapter now (TDR); the job ends.
                summary.failed += 1;
                return Err(STATUS_IO_TIMEOUT);
            }
        }
        summary.frames += 1;
        if number == plan.frames / 2 {
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
    Some(matches!(outcome, Err(_) | Ok(Presented::Failed)))
}

fn stop(adapter: &'static Adapter, plan: &Plan, host: &mut dyn Host) -> Result<(), NtStatus> {
    let Some(target) = adapter.targets().next().filter(|_| plan.release) else {
        return adapter.stop();
    };
    if let Released::Left(left) = adapter.stop_and_release(target, true)? {
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
