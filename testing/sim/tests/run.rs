//! The main job on every kind of machine and device: the picture is right, the rules hold, nothing leaks, and what the
//! driver says of itself is what the device saw.

use port::port::{Config, PostDisplay};
use port::scenario::{End, Step};
use sim::gpu::{FRAME_BUFFER, feature};
use sim::machine::Granted;
use sim::{Observer, Options, Outcome, Scene, observe, run};

fn options(granted: Granted) -> Options {
    let mut options = Options {
        granted,
        frames: 60,
        ..Options::default()
    };
    options.device.modes = vec![(640, 480)];
    if granted == Granted::Line {
        options.device.vectors = 0;
    }
    options
}

#[track_caller]
fn good(outcome: &Outcome) {
    assert!(
        outcome.is_good(),
        "{}\n{:?}",
        outcome.complaint(),
        outcome.traces
    );
}

#[test]
fn three_hundred_frames_take_one_kick_and_one_interrupt_each_at_most() {
    let outcome = run(&Options::default());
    good(&outcome);
    let summary = &outcome.summary;
    assert_eq!((summary.frames, summary.mode), (300, Some((1280, 800))));
    let statistics = summary.statistics.expect("statistics");
    assert!(statistics.kicks <= 300, "{} kicks", statistics.kicks);
    assert!(
        summary.present_interrupts <= 300,
        "{} interrupts",
        summary.present_interrupts
    );
    assert!(
        summary.rules_checked > 50,
        "{} rules",
        summary.rules_checked
    );
}

#[test]
fn every_number_of_messages_and_the_line_will_do() {
    for granted in [
        Granted::Messages(1),
        Granted::Messages(2),
        Granted::Messages(3),
        Granted::Line,
    ] {
        let outcome = run(&options(granted));
        good(&outcome);
        let messages = if let Granted::Messages(count) = granted {
            count
        } else {
            1
        };
        assert_eq!(outcome.summary.figures.messages, messages);
        assert_eq!(outcome.summary.figures.line, granted == Granted::Line);
        let device = outcome.device;
        assert_eq!(
            device.line_interrupts != 0,
            granted == Granted::Line,
            "{device:?}"
        );
    }
}

#[test]
fn a_device_that_could_send_messages_but_was_given_the_line_uses_it() {
    let mut options = options(Granted::Line);
    options.device.vectors = 3;
    let outcome = run(&options);
    good(&outcome);
    assert_eq!(outcome.device.messages.iter().sum::<u64>(), 0);
}

#[test]
fn every_combination_of_the_devices_features_will_do() {
    let optional = [feature::EDID, feature::EVENT_IDX, feature::INDIRECT_DESC];
    for set in 0..8_usize {
        for granted in [Granted::Messages(3), Granted::Line] {
            let mut options = options(granted);
            options.device.features = (0..3)
                .filter(|bit| set >> bit & 1 != 0)
                .map(|bit| optional[bit])
                .sum();
            let outcome = run(&options);
            assert!(
                outcome.is_good(),
                "set {set}, {granted:?}: {}",
                outcome.complaint()
            );
        }
    }
}

#[test]
fn one_processor_or_eight_make_no_difference() {
    for processors in [1, 2, 8] {
        good(&run(&Options {
            processors,
            ..options(Granted::Messages(3))
        }));
    }
}

#[test]
fn interrupts_may_be_connected_after_the_start_returned() {
    let port = Config {
        interrupt_connected_during_start: false,
        ..Config::default()
    };
    good(&run(&Options {
        port,
        ..options(Granted::Messages(3))
    }));
}

/// The device interrupts for the first used buffer, whatever was suppressed, while StartDevice runs.
#[test]
fn the_line_is_claimed_while_starting() {
    for processors in [1, 4] {
        let mut options = options(Granted::Line);
        options.port.interrupt_connected_during_start = true;
        options.processors = processors;
        good(&run(&options));
    }
}

/// A VGA adapter whose frame buffer firmware has lit.
fn vga() -> Options {
    let mut options = options(Granted::Messages(3));
    options.device.vga = true;
    options.port.post = Some(PostDisplay {
        width: 640,
        height: 480,
        pitch: 640 * 4,
        address: FRAME_BUFFER,
    });
    options
}

#[test]
fn a_vga_adapter_will_do() {
    good(&run(&vga()));
    let mut options = vga();
    options.granted = Granted::Line;
    options.device.vectors = 0;
    good(&run(&options));
}

#[test]
fn the_display_is_given_back_black() {
    /// The frame buffer before the presents and when all is over.
    #[derive(Default)]
    struct Look(Vec<Vec<u8>>);
    impl Observer for Look {
        fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
            if let Step::Mode | Step::Unload = step {
                self.0.push(scene.gpu.frame_buffer(640 * 480 * 4));
            }
        }
    }
    let mut look = Look::default();
    good(&observe(
        &Options {
            end: End::Release,
            ..vga()
        },
        &mut look,
    ));
    assert!(
        look.0[0].iter().all(|byte| *byte == 0x5A),
        "the start left it alone"
    );
    assert!(
        look.0[1].chunks(4).all(|pixel| pixel[..3] == [0; 3]),
        "black at the end"
    );
}

/// What both sides count: kicks, bytes transferred.
type Counts = (u64, u64);

/// Both sides' counts at the second present, when the source is visible, and after the last.
#[derive(Default)]
struct Compare {
    device: Vec<Counts>,
    driver: Vec<Counts>,
    /// What the port has delivered at the second present, and when the driver is asked for its statistics.
    interrupts: Vec<u64>,
    /// What the driver has counted of it at the second present.
    counted: u64,
}

impl Observer for Compare {
    fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
        if let Step::Present(2, _) | Step::Picture = step {
            let figures = scene.gpu.figures();
            let statistics = scene.driver.statistics().expect("statistics");
            self.device
                .push((figures.kicks.iter().sum(), figures.bytes_transferred));
            self.driver
                .push((statistics.kicks, statistics.bytes_transferred));
        }
        if let Step::Present(2, _) | Step::Statistics = step {
            let adapters = scene.port.adapters();
            let figures = adapters.iter().map(|adapter| adapter.figures());
            self.interrupts
                .push(figures.flat_map(|figures| figures.interrupts).sum());
        }
        if let Step::Present(2, _) = step {
            let statistics = scene.driver.statistics().expect("statistics");
            self.counted = statistics.message_interrupts.iter().sum();
        }
    }
}

#[test]
fn driver_and_device_count_the_same() {
    for granted in [Granted::Messages(3), Granted::Line] {
        let mut compare = Compare::default();
        let outcome = observe(&options(granted), &mut compare);
        good(&outcome);
        let during = |counts: &[Counts]| (counts[1].0 - counts[0].0, counts[1].1 - counts[0].1);
        assert_eq!(
            during(&compare.device),
            during(&compare.driver),
            "{granted:?}"
        );
        let statistics = outcome.statistics.expect("statistics");
        // One more came before the first mode.
        assert_eq!(statistics.frames_completed + statistics.frames_skipped, 61);
        assert_eq!(
            statistics.message_interrupts.iter().sum::<u64>() - compare.counted,
            compare.interrupts[1] - compare.interrupts[0]
        );
    }
}

#[test]
fn a_resource_is_never_freed_while_it_is_shown() {
    let outcome = run(&options(Granted::Messages(3)));
    good(&outcome);
    assert_eq!(outcome.device.torn, 0);
}

#[test]
fn small_queues_and_odd_modes_will_do() {
    for (queue, mode) in [
        (8, (640, 480)),
        (16, (1001, 701)),
        (64, (1366, 768)),
        (128, (640, 480)),
    ] {
        let mut options = options(Granted::Messages(3));
        options.device.queue_sizes = [queue, 16];
        options.device.modes = vec![mode];
        let outcome = run(&options);
        assert!(
            outcome.is_good(),
            "queue {queue}, mode {mode:?}: {}",
            outcome.complaint()
        );
    }
}
