//! A device that lies: whatever it does, the driver ends what it was doing with a status and a trace. It never hangs,
//! panics, breaks a rule of the port or of the device, or keeps what it was given.

use display::TraceEvent;
use port::port::Config;
use port::scenario::Step;
use sim::gpu::Lie;
use sim::machine::Granted;
use sim::{Observer, Options, Outcome, Scene, observe, run};
use std::time::{Duration, Instant};

/// More than all timeouts of the driver take together with its clock in a hurry, however busy the host is: it hangs.
const PATIENCE: Duration = Duration::from_secs(300);

fn options(granted: Granted) -> Options {
    let mut options = Options {
        granted,
        frames: 20,
        haste: 10,
        ..Options::default()
    };
    options.device.modes = vec![(640, 480)];
    if granted == Granted::Line {
        options.device.vectors = 0;
    }
    options
}

/// What holds however the device behaves.
#[track_caller]
fn orderly(outcome: &Outcome, lie: Lie) {
    let summary = &outcome.summary;
    assert_eq!(summary.broken, Vec::<String>::new(), "{lie:?}: rules");
    assert_eq!(outcome.problems, Vec::<String>::new(), "{lie:?}");
    assert_eq!(summary.leaks, 0, "{lie:?}: leaks");
}

#[test]
fn a_lie_at_the_start_fails_the_start() {
    let lies = [
        Lie::QueueSize(0),
        Lie::QueueSize(3),
        Lie::QueueSize(0xFFFF),
        Lie::NumQueues(0),
        Lie::NumQueues(1),
        Lie::CapabilityOutsideBar,
        Lie::CapabilityLoop,
        Lie::CapabilityMissing,
        Lie::CapabilityShort,
        Lie::NotifyOutside,
        Lie::VectorRefused,
        Lie::QueueEnableIgnored,
        Lie::UsedIdOutOfRange,
        Lie::UsedIdNotOutstanding,
        Lie::UsedIndexJumps,
        Lie::ResponseType,
        Lie::ResponseError,
        Lie::ResponseShort,
        Lie::NumScanouts(0),
        Lie::NumScanouts(17),
        Lie::NumScanouts(u32::MAX),
        Lie::NeverAnswers,
        Lie::FeaturesOkRefused,
        Lie::Version1Missing,
        Lie::NeedsReset,
        Lie::GenerationNeverSettles,
        Lie::ResetNeverEnds,
        Lie::Gone,
    ];
    for lie in lies {
        let mut options = options(Granted::Messages(3));
        options.device.lies = vec![lie];
        let start = Instant::now();
        let outcome = run(&options);
        assert!(
            start.elapsed() < PATIENCE,
            "{lie:?} took {:?}",
            start.elapsed()
        );
        assert!(
            outcome.summary.error.is_some_and(|status| status < 0),
            "{lie:?} was believed"
        );
        let failed_at = outcome.summary.error_at.map(|ddi| ddi.name());
        assert_eq!(failed_at, Some("DxgkDdiStartDevice"), "{lie:?}");
        assert_eq!(outcome.summary.frames, 0, "{lie:?}");
        let told = outcome
            .traces
            .iter()
            .any(|event| matches!(event, TraceEvent::StartFailed(_)));
        assert!(told, "{lie:?}: {:?}", outcome.traces);
        orderly(&outcome, lie);
    }
}

/// The start need not look at the queue again after its last answer, so the second one may be found by the next command.
#[test]
fn a_second_answer_is_found_before_the_first_frame() {
    let mut options = options(Granted::Messages(3));
    options.device.lies = vec![Lie::AnswersTwice];
    let outcome = run(&options);
    assert!(outcome.summary.error.is_some_and(|status| status < 0));
    let failed_at = outcome.summary.error_at.map(|ddi| ddi.name());
    assert!(
        matches!(failed_at, Some("DxgkDdiStartDevice" | "DxgkDdiCommitVidPn")),
        "{failed_at:?}"
    );
    assert_eq!(outcome.summary.frames, 0);
    orderly(&outcome, Lie::AnswersTwice);
}

#[test]
fn a_lie_about_the_monitor_costs_its_description_and_no_more() {
    let mut options = options(Granted::Messages(3));
    // Nothing here waits for a timeout.
    options.haste = 1;
    for lie in [
        Lie::EdidGarbage,
        Lie::EdidTooLong,
        Lie::EdidTooShort,
        Lie::EdidRefused,
    ] {
        options.device.lies = vec![lie];
        let outcome = run(&options);
        assert!(outcome.is_good(), "{lie:?}: {}", outcome.complaint());
        let told = outcome.traces.iter().any(|event| match event {
            TraceEvent::BadEdid { .. } => lie != Lie::EdidRefused,
            TraceEvent::CommandFailed(_) => lie == Lie::EdidRefused,
            _ => false,
        });
        assert!(told, "{lie:?}: {:?}", outcome.traces);
    }
}

#[test]
fn an_absurd_size_is_cut_and_starts() {
    let mut options = options(Granted::Messages(3));
    options.haste = 1;
    options.frames = 0;
    options.device.lies = vec![Lie::DisplayInfoAbsurd];
    let outcome = run(&options);
    let started = outcome.traces.iter().find_map(|event| match event {
        TraceEvent::Started { width, height, .. } => Some((*width, *height)),
        _ => None,
    });
    assert_eq!(started, Some((16384, 2160)), "{:?}", outcome.traces);
    orderly(&outcome, Lie::DisplayInfoAbsurd);
}

#[test]
fn a_scanout_without_a_size_starts_and_another_one_is_not_looked_at() {
    for (modes, expected) in [
        (vec![(0, 0)], (1024, 768)),
        (vec![(640, 480), (100_000, 100_000)], (640, 480)),
        (vec![(640, 480), (0, 0)], (640, 480)),
    ] {
        let mut options = options(Granted::Messages(3));
        options.haste = 1;
        options.device.modes = modes;
        let outcome = run(&options);
        assert!(outcome.is_good(), "{options:?}: {}", outcome.complaint());
        assert_eq!(outcome.summary.mode, Some(expected));
    }
}

/// Begins to lie before the tenth present.
struct From10(Lie);

impl Observer for From10 {
    fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
        if let Step::Present(10, _) = step {
            scene.gpu.lie(self.0);
        }
    }
}

#[test]
fn a_lie_during_presents_fails_them() {
    let lies = [
        Lie::UsedIdOutOfRange,
        Lie::UsedIdNotOutstanding,
        Lie::UsedIndexJumps,
        Lie::ResponseType,
        Lie::ResponseError,
        Lie::ResponseShort,
        Lie::AnswersTwice,
    ];
    for lie in lies {
        for granted in [Granted::Messages(3), Granted::Messages(1), Granted::Line] {
            let start = Instant::now();
            let outcome = observe(&options(granted), &mut From10(lie));
            assert!(
                start.elapsed() < PATIENCE,
                "{lie:?} took {:?}",
                start.elapsed()
            );
            let summary = &outcome.summary;
            let failed = summary.failed != 0 || summary.error.is_some_and(|status| status < 0);
            assert!(failed, "{lie:?} was believed on {granted:?}");
            let told = outcome.traces.iter().any(|event| {
                matches!(
                    event,
                    TraceEvent::DeviceFailed(_) | TraceEvent::CommandFailed(_)
                )
            });
            assert!(told, "{lie:?} on {granted:?}: {:?}", outcome.traces);
            orderly(&outcome, lie);
        }
    }
}

#[test]
fn a_device_that_falls_silent_or_goes_away_does_not_keep_the_driver_from_stopping() {
    for lie in [
        Lie::NeverAnswers,
        Lie::Gone,
        Lie::NeedsReset,
        Lie::InterruptsNever,
    ] {
        let port = Config {
            present_watchdog: 1_000_000,
            ..Config::default()
        };
        let start = Instant::now();
        let outcome = observe(
            &Options {
                port,
                ..options(Granted::Messages(3))
            },
            &mut From10(lie),
        );
        assert!(
            start.elapsed() < PATIENCE,
            "{lie:?} took {:?}",
            start.elapsed()
        );
        assert_eq!(outcome.summary.leaks, 0, "{lie:?}");
        assert_eq!(outcome.problems, Vec::<String>::new(), "{lie:?}");
        // Windows' own watchdog sees that nothing comes; nothing else is broken.
        let other: Vec<&String> = outcome
            .summary
            .broken
            .iter()
            .filter(|broken| !broken.contains("DxgkDdiPresentDisplayOnly"))
            .collect();
        assert_eq!(other, Vec::<&String>::new(), "{lie:?}");
    }
}

#[test]
fn a_device_that_ignores_its_reset_is_cut_off_from_memory() {
    struct Disobeys;
    impl Observer for Disobeys {
        fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
            match step {
                Step::Stop => scene.gpu.lie(Lie::ResetNeverEnds),
                // The memory is freed, and the device looks at its rings again.
                Step::Unload => {
                    scene.gpu.pause(false);
                    std::thread::sleep(Duration::from_millis(50));
                }
                _ => {}
            }
        }
    }
    for granted in [Granted::Messages(3), Granted::Line] {
        let outcome = observe(&options(granted), &mut Disobeys);
        orderly(&outcome, Lie::ResetNeverEnds);
        let told = outcome
            .traces
            .iter()
            .any(|event| matches!(event, TraceEvent::Stopped { reset: false }));
        assert!(told, "{granted:?}: {:?}", outcome.traces);
    }
}

#[test]
fn more_interrupts_than_asked_for_do_no_harm() {
    struct Spurious;
    impl Observer for Spurious {
        fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
            if let Step::Present(..) = step {
                for message in 0..3 {
                    scene.gpu.spurious_interrupt(message);
                }
                // On a line: another device's, which is not ours to claim. The port checks that.
                scene.machine.foreign_interrupt();
            }
        }
    }
    for granted in [Granted::Messages(3), Granted::Messages(1), Granted::Line] {
        let mut options = options(granted);
        options.haste = 1;
        options.device.lies = vec![Lie::InterruptsAlways];
        let outcome = observe(&options, &mut Spurious);
        assert!(outcome.is_good(), "{granted:?}: {}", outcome.complaint());
    }
}

#[test]
fn a_length_that_is_too_large_is_either_refused_or_harmless() {
    let mut options = options(Granted::Messages(3));
    options.device.lies = vec![Lie::UsedLengthTooLarge];
    let outcome = run(&options);
    orderly(&outcome, Lie::UsedLengthTooLarge);
    assert!(
        outcome.summary.error.is_some(),
        "the device claims to have written more than it may"
    );
}

#[test]
fn a_scanout_that_is_not_enabled_is_served_all_the_same() {
    let mut options = options(Granted::Messages(3));
    options.haste = 1;
    options.device.lies = vec![Lie::DisplayInfoEmpty];
    let outcome = run(&options);
    assert!(outcome.is_good(), "{}", outcome.complaint());
}
