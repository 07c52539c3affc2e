//! The port refuses DxgkCbSynchronizeExecution, at every call of a run and in every way it has: the driver goes on, or
//! fails what it was doing, and still ends in order.

use dxgk::sys::{STATUS_DEVICE_BUSY, STATUS_INVALID_PARAMETER, STATUS_UNSUCCESSFUL};
use port::Refuse;
use port::scenario::Step;
use sim::machine::Granted;
use sim::{Observer, Options, Outcome, Scene, observe};

/// Refuses some calls, counted from a step on.
struct Refusing {
    from: Step,
    first: u64,
    length: u64,
    how: Refuse,
}

impl Observer for Refusing {
    fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
        if step == self.from {
            for adapter in scene.port.adapters() {
                adapter.refuse(self.first, self.length, self.how);
            }
        }
    }
}

const WAYS: [Refuse; 4] = [
    Refuse::Status(STATUS_UNSUCCESSFUL),
    Refuse::Status(STATUS_INVALID_PARAMETER),
    Refuse::Status(STATUS_DEVICE_BUSY),
    Refuse::SucceedUnrun,
];

fn refuse(from: Step, first: u64, length: u64, how: Refuse) -> Outcome {
    let mut options = Options {
        frames: 6,
        haste: 10,
        granted: Granted::Messages(3),
        ..Options::default()
    };
    options.device.modes = vec![(640, 480)];
    observe(
        &options,
        &mut Refusing {
            from,
            first,
            length,
            how,
        },
    )
}

#[track_caller]
fn orderly(outcome: &Outcome, what: &str) {
    let summary = &outcome.summary;
    // That a source becomes visible is what the driver owes a port that does its part, which this one does not.
    let broken: Vec<&String> = summary
        .broken
        .iter()
        .filter(|broken| !broken.starts_with("VIS/visible-true-false"))
        .collect();
    assert_eq!(broken, Vec::<&String>::new(), "{what}: rules");
    assert_eq!(outcome.problems, Vec::<String>::new(), "{what}");
    assert_eq!(summary.leaks, 0, "{what}: leaks");
}

#[test]
fn one_refused_call_leaves_the_driver_in_order_wherever_it_is() {
    for how in WAYS {
        for first in 0..12 {
            let outcome = refuse(Step::Mode, first, 1, how);
            orderly(&outcome, &format!("call {first}, {how:?}"));
        }
    }
}

#[test]
fn a_port_that_refuses_for_a_while_during_presents_is_survived() {
    for how in WAYS {
        let outcome = refuse(Step::Present(3, 6), 0, 3, how);
        orderly(&outcome, &format!("{how:?}"));
        assert!(!outcome.traces.is_empty());
        let told = outcome.traces.iter().any(|event| event.name() == "Refused");
        assert!(told, "{how:?}: {:?}", outcome.traces);
    }
}

#[test]
fn a_stop_is_a_barrier_also_when_the_port_refuses_at_first() {
    for how in WAYS {
        for length in [1, 3, 10] {
            let outcome = refuse(Step::Stop, 0, length, how);
            orderly(&outcome, &format!("{length} calls, {how:?}"));
        }
    }
}
