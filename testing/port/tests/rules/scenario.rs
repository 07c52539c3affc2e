//! The main job with the stub: the figures and what spoils them.

use crate::job;
use crate::stub::Stub;
use dxgk_sys::STATUS_PENDING;
use port::Pdo;
use port::picture::{Frame, Picture};
use port::port::Port;
use port::present::Surface;
use port::rules::Rule;
use port::scenario::{self, End, Host, Plan, Step};
use port::summary::{Statistics, Summary, Verdict};

/// A host whose screen shows what it is told.
#[derive(Default)]
pub struct Desk {
    pub verdict: Verdict,
    /// What it says of a black picture.
    pub dark: Verdict,
    /// What it says in between.
    pub glance: Verdict,
    pub bound: bool,
    pub steps: Vec<Step>,
    pub pixels: usize,
}

impl Host for Desk {
    fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn compare(&mut self, expected: &Picture) -> Verdict {
        if expected.pixels().iter().all(|pixel| *pixel == 0) {
            return self.dark;
        }
        assert!(expected.visible);
        self.pixels = expected.pixels().len();
        self.verdict
    }

    fn glance(&mut self, _expected: &Picture) -> Verdict {
        self.glance
    }

    fn statistics(&mut self) -> Option<Statistics> {
        Some(Statistics {
            kicks: 5,
            bytes_transferred: 1000,
            presents: 5,
        })
    }

    fn framework_bound(&mut self) -> bool {
        self.bound
    }
}

/// The main job on a screen that shows something else whenever it is not the end of the presents.
pub fn run_with_a_bright_end(broken: Rule, end: End) -> &'static Port {
    let stub = Stub::new(Some(broken));
    let port = job::port(stub);
    let mut desk = Desk {
        dark: Verdict::Mismatch(1, 2),
        glance: Verdict::Mismatch(1, 2),
        ..Desk::default()
    };
    let plan = Plan {
        frames: 2,
        end,
        ..Plan::default()
    };
    let summary = scenario::run(port, Pdo(std::ptr::null_mut()), &plan, &mut desk);
    assert_eq!(summary.error, None);
    port
}

fn run(broken: Option<Rule>, verdict: Verdict, bound: bool) -> (Summary, Desk) {
    let stub = Stub::new(broken);
    let port = job::port(stub);
    let mut desk = Desk {
        verdict,
        bound,
        ..Desk::default()
    };
    let plan = Plan {
        frames: 5,
        ..Plan::default()
    };
    let summary = scenario::run(port, Pdo(std::ptr::null_mut()), &plan, &mut desk);
    (summary, desk)
}

#[test]
fn a_good_run_has_its_figures_and_steps_in_order() {
    let (summary, desk) = run(None, Verdict::Match, false);
    assert!(summary.is_good(), "{}", summary.to_json(""));
    assert_eq!(
        (summary.frames, summary.mode, desk.pixels),
        (5, Some((64, 48)), 64 * 48)
    );
    // Five frames, and those of everything else that Windows does; the stop finds one more present pending, and ends it.
    assert_eq!(&summary.figures.interrupts[..2], [31, 0]);
    assert_eq!(
        (
            summary.figures.dpcs,
            summary.figures.notified,
            summary.figures.synchronized
        ),
        (21, 32, 33)
    );
    assert_eq!(summary.busy_stops, 1);
    assert_eq!(summary.present_interrupts, 5);
    assert!(
        summary.dirty_bytes >= 64 * 48 * 4,
        "{}",
        summary.dirty_bytes
    );
    assert!(summary.rules_checked > 70, "{}", summary.rules_checked);
    let json = summary.to_json("\"image\": \"none\"");
    for part in [
        "\"image\": \"none\"",
        "\"frames\": 5",
        "\"kicks_per_frame\": 1.000",
        "\"interrupts_per_frame\": 1.000",
        "\"messages\": 2",
        "\"interrupts\": [31, 0]",
        "\"picture\": \"match\"",
        "\"violations\": 0",
        "\"leaks\": 0",
        "\"DxgkDdiCommitVidPn\": 1000",
    ] {
        assert!(json.contains(part), "{part} in {json}");
    }
    let expected = [
        Step::Start,
        Step::Mode,
        Step::Present(1, 5),
        Step::Present(2, 5),
        Step::Present(3, 5),
        Step::Present(4, 5),
        Step::Present(5, 5),
        Step::Picture,
        Step::Statistics,
        Step::Stop,
        Step::Unload,
    ];
    assert_eq!(desk.steps, expected);
}

#[test]
fn a_stop_finds_a_present_pending_and_has_to_end_it() {
    for (ends_it, kept) in [(true, true), (false, false)] {
        let stub = Stub::new(None);
        let port = job::port(stub);
        let adapter = port.add_device(Pdo(std::ptr::null_mut())).expect("added");
        let target = scenario::bring_up(adapter).expect("started");
        adapter.set_mode(0, target, None).expect("a mode");
        let mut surface = Surface::new(port.machine(), port.config(), 64, 48).expect("memory");
        let frame = Frame::whole(&adapter.picture(), 1);
        let begun = adapter.begin_present(0, &mut surface, &frame);
        assert_eq!(begun, Ok(STATUS_PENDING));
        if !ends_it {
            stub.presented.set(0);
        }
        adapter.stop().expect("stopped");
        let broken = port.violations().broke(Rule::PresentMustReport);
        assert_eq!(broken, !kept);
    }
}

#[test]
fn each_thing_that_may_go_wrong_spoils_the_run() {
    let spoilt = [
        run(None, Verdict::Mismatch(3, 4), false).0,
        run(None, Verdict::Unknown, false).0,
        run(None, Verdict::Match, true).0,
        run(Some(Rule::UnloadBalance), Verdict::Match, false).0,
        run(Some(Rule::ChildArray), Verdict::Match, false).0,
        run(Some(Rule::StartUndo), Verdict::Match, false).0,
        run(Some(Rule::PresentMustReport), Verdict::Match, false).0,
    ];
    for summary in &spoilt {
        assert!(!summary.is_good(), "{}", summary.to_json(""));
    }
    assert_eq!(
        spoilt.each_ref().map(|summary| summary.leaks),
        [0, 0, 1, 1, 0, 0, 0]
    );
    assert!(spoilt[5].error.is_some() && spoilt[6].failed != 0);
    assert!(
        spoilt[4]
            .broken
            .iter()
            .any(|line| line.contains("CHILD/relations-array"))
    );
}
