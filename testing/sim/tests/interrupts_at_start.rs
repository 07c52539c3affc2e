//! Interrupts that come while the adapter is being started, connected already or not.

use port::port::Config;
use sim::gpu::Lie;
use sim::machine::Granted;
use sim::{Options, run};

fn options(granted: Granted, connected: bool, processors: u32) -> Options {
    let mut options = Options {
        granted,
        processors,
        frames: 20,
        port: Config {
            interrupt_connected_during_start: connected,
            ..Config::default()
        },
        ..Options::default()
    };
    options.device.modes = vec![(640, 480)];
    if granted == Granted::Line {
        options.device.vectors = 0;
    }
    options
}

#[test]
fn a_line_is_dismissed_and_claimed_from_the_first_command_on() {
    for processors in [1, 4] {
        for connected in [true, false] {
            // As QEMU does with the first buffer after a reset, and more often: whatever was suppressed.
            for lies in [vec![Lie::InterruptsAlways], vec![]] {
                let mut options = options(Granted::Line, connected, processors);
                options.device.lies = lies;
                let outcome = run(&options);
                assert!(outcome.is_good(), "{options:?}: {}", outcome.complaint());
                let figures = &outcome.summary.figures;
                let (came, claimed) = (figures.interrupts[0], figures.claimed[0]);
                assert!(
                    came - claimed < 5,
                    "{options:?}: {came} came, {claimed} claimed"
                );
            }
        }
    }
}

#[test]
fn messages_that_are_connected_before_the_start_are_taken_too() {
    for processors in [1, 4] {
        for messages in 1..=3 {
            for connected in [true, false] {
                let options = options(Granted::Messages(messages), connected, processors);
                let outcome = run(&options);
                assert!(outcome.is_good(), "{options:?}: {}", outcome.complaint());
            }
        }
    }
}

#[test]
fn more_messages_than_sources_start_and_the_surplus_is_ignored() {
    let mut options = options(Granted::Messages(4), true, 4);
    options.device.vectors = 4;
    let outcome = run(&options);
    assert!(outcome.is_good(), "{}", outcome.complaint());
    assert_eq!(outcome.summary.figures.interrupts[3], 0);
}
