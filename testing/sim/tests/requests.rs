//! Requests from user mode against the running driver: good ones are answered, all others get their status and change
//! nothing.

use ioctl::{
    Exercise, MAX_BUFFER, MAX_ROUNDS, Operation, Request, Response, Statistics, VersionAndIdentity,
};
use sim::{Driver, Options, run_and_ask};
use zerocopy::IntoBytes;

const INVALID_PARAMETER: i32 = 0xC000_000D_u32.cast_signed();
const INVALID_DEVICE_REQUEST: i32 = 0xC000_0010_u32.cast_signed();
const BUFFER_TOO_SMALL: i32 = 0xC000_0023_u32.cast_signed();

fn while_running(mut ask: impl FnMut(&mut Driver)) {
    let mut options = Options {
        frames: 3,
        ..Options::default()
    };
    options.device.modes = vec![(640, 480)];
    let mut asked = false;
    let outcome = run_and_ask(&options, &mut |driver| {
        asked = true;
        ask(driver);
    });
    assert!(asked && outcome.is_good(), "{}", outcome.complaint());
}

#[test]
fn the_identity_is_that_of_the_device() {
    while_running(|driver| {
        let header = Request::new(Operation::VersionAndIdentity, 0).header();
        let output = driver.request(
            Operation::VersionAndIdentity.code(),
            header.as_bytes(),
            MAX_BUFFER,
        );
        let identity = VersionAndIdentity::read(&output.expect("an answer")).expect("an identity");
        assert_eq!((identity.vendor_id, identity.device_id), (0x1AF4, 0x1050));
        assert_eq!(
            (identity.preferred_width, identity.preferred_height),
            (640, 480)
        );
        assert_eq!(
            (identity.messages, identity.scanouts, identity.adapters),
            (3, 1, 1)
        );
    });
}

#[test]
fn every_buffer_that_is_too_short_or_too_long_is_refused() {
    while_running(|driver| {
        let code = Operation::Statistics.code();
        let header = Request::new(Operation::Statistics, 0).header();
        let input = header.as_bytes();
        let room = size_of::<Statistics>();
        for length in 0..input.len() {
            assert_eq!(
                driver.request(code, &input[..length], room),
                Err(BUFFER_TOO_SMALL),
                "{length} in"
            );
        }
        for length in [0, 1, input.len(), room - 1] {
            assert_eq!(
                driver.request(code, input, length),
                Err(BUFFER_TOO_SMALL),
                "{length} out"
            );
        }
        let long = [input, &[0; 1]].concat();
        assert_eq!(driver.request(code, &long, room), Err(INVALID_PARAMETER));
        assert_eq!(
            driver.request(code, input, MAX_BUFFER + 1),
            Err(INVALID_PARAMETER)
        );
        assert_eq!(
            driver.request(code, &[0; 100_000], 100_000),
            Err(INVALID_PARAMETER)
        );
        assert_eq!(
            driver.request(code ^ 4, input, room),
            Err(INVALID_PARAMETER),
            "the header's code is another"
        );
        assert_eq!(
            driver.request(0x23_0043, input, room),
            Err(INVALID_DEVICE_REQUEST)
        );
    });
}

#[test]
fn a_refused_request_changes_nothing() {
    while_running(|driver| {
        let before = driver.statistics().expect("statistics");
        let code = Operation::Statistics.code();
        for _ in 0..10 {
            assert!(driver.request(code, &[], 0).is_err());
        }
        let after = driver.statistics().expect("statistics");
        // Each good request takes a synchronized call for each source, which count themselves.
        let calls = after.synchronized_calls - before.synchronized_calls;
        assert_eq!(calls, 3);
        assert_eq!(
            Statistics {
                synchronized_calls: before.synchronized_calls,
                ..after
            },
            before
        );
    });
}

#[test]
fn an_adapter_that_is_not_started_has_no_answer() {
    while_running(|driver| {
        let code = Operation::Statistics.code();
        for adapter in [1, 15, 16, u32::MAX] {
            let header = Request::new(Operation::Statistics, adapter).header();
            let refused = driver.request(code, header.as_bytes(), MAX_BUFFER);
            assert!(refused.is_err_and(|status| status < 0), "adapter {adapter}");
        }
    });
}

fn exercise(driver: &mut Driver, rounds: u32) -> Exercise {
    let request = Request::exercise(0, rounds).message();
    let output = driver.request(request.header.code, request.as_bytes(), MAX_BUFFER);
    Exercise::read(&output.expect("an answer")).expect("its answer")
}

#[test]
fn an_exercise_runs_every_closure_on_every_source_and_tells_of_each() {
    while_running(|driver| {
        let before = exercise(driver, 0);
        assert_eq!(before.ran, [0; 8]);
        let after = exercise(driver, 500);
        for source in ioctl::Source::ALL {
            let place = source as usize;
            assert_eq!((after.ran[place], after.refused[place]), (500, 0));
            // One reads the totals; hiding the cursor takes one of the cursor's.
            let own = 1 + u64::from(source == ioctl::Source::Cursor);
            let grown = after.total_closures[place] - before.total_closures[place];
            assert_eq!(grown, 500 + own, "{source:?}");
            assert_eq!(after.total_torn[place], 0);
        }
        assert_eq!(after.ran[3..], [0; 5]);
    });
}

#[test]
fn an_exercise_makes_the_cursor_source_interrupt() {
    while_running(|driver| {
        let cursor = ioctl::Source::Cursor as usize;
        let before = exercise(driver, 0).total_interrupts[cursor];
        let mut after = exercise(driver, 1).total_interrupts[cursor];
        for _ in 0..60_000 {
            if after > before {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
            after = exercise(driver, 0).total_interrupts[cursor];
        }
        panic!("{after} interrupts, as before");
    });
}

#[test]
fn more_rounds_than_allowed_run_none() {
    while_running(|driver| {
        let before = exercise(driver, 0);
        let request = Request::exercise(0, MAX_ROUNDS + 1).message();
        let refused = driver.request(request.header.code, request.as_bytes(), MAX_BUFFER);
        assert_eq!(refused, Err(INVALID_PARAMETER));
        let after = exercise(driver, 0);
        let control = ioctl::Source::Control as usize;
        assert_eq!(
            after.total_closures[control],
            before.total_closures[control] + 1
        );
    });
}
