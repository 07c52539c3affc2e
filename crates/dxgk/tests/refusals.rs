//! The port may refuse any call with any status: nothing is lost, and nothing is done twice.
#![cfg(not(loom))]

use std::cell::Cell;
use std::num::NonZeroU32;

use dxgk::doc::{Gpu, Presented};
use dxgk::hosted::{Hosted, PortCall, passive};
use dxgk::interrupt::{AtDirql, Cause, HandOver, Notifying, Refusal, Report, Silent, Source};
use dxgk::irql::Passive;
use dxgk::resources::InterruptResource;
use dxgk::sys::{STATUS_INVALID_PARAMETER, STATUS_UNSUCCESSFUL};

#[derive(Clone, Copy)]
struct Control;

impl Source for Control {
    type Device = Gpu;
    type State = HandOver<u32, 4>;
    type Role = Notifying;
    const INITIAL: HandOver<u32, 4> = HandOver::new();

    fn interrupt(at: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {
        let next = at.len() as u32;
        at.push(next).expect("room");
    }
}

#[derive(Clone, Copy)]
struct Config;

impl Source for Config {
    type Device = Gpu;
    type State = u32;
    type Role = Silent;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
}

type Sources = (Config, Control);

/// Every status that the ABI knows, success and information included.
fn statuses() -> Vec<i32> {
    let source = include_str!("../../dxgk-sys/src/status.rs");
    let numbers = source.lines().filter_map(|line| {
        let (_, number) = line.trim().strip_prefix("STATUS_")?.split_once("= 0x")?;
        u32::from_str_radix(number.trim_end_matches(','), 16).ok()
    });
    let statuses: Vec<i32> = numbers.map(u32::cast_signed).collect();
    assert!(
        statuses.len() > 50 && statuses.contains(&0) && statuses.contains(&STATUS_UNSUCCESSFUL)
    );
    statuses
}

fn expected(status: i32) -> Refusal {
    match status {
        STATUS_UNSUCCESSFUL => Refusal::NotConnected,
        STATUS_INVALID_PARAMETER => Refusal::InvalidParameter,
        0.. => Refusal::NotRun,
        error => Refusal::Other(error),
    }
}

/// Calls of DxgkCbSynchronizeExecution in one round of [`work`] that is not refused.
const CALLS: usize = 4;

/// Each job once, and again as long as it is refused, with what came back. Returns the refusals.
fn work(hosted: &Hosted<Sources>, irql: &mut Passive<'_>) -> Vec<Refusal> {
    let interrupts = hosted.interrupts();
    let mut refusals = Vec::new();

    // A closure that owns what it captured.
    let runs = Cell::new(0);
    let token = Box::new(7);
    let mut closure = |at: &mut AtDirql<'_, Config>| {
        runs.set(runs.get() + 1);
        **at += *token;
        **at
    };
    let sum = loop {
        match interrupts.synchronize(Config, irql, closure) {
            Ok(sum) => break sum,
            Err(refused) => {
                refusals.push(refused.reason);
                closure = refused.given;
            }
        }
    };
    assert_eq!((runs.get(), sum), (1, 7));

    let done = || dxgk::doc::pending().ended(Presented::Complete);
    let mut progress = done();
    while let Err(refused) = interrupts.report(Control, irql, progress) {
        refusals.push(refused.reason);
        assert_eq!(refused.given, done());
        progress = refused.given;
    }

    let config = loop {
        match interrupts.snapshot(Config, irql, |state| *state) {
            Ok(state) => break state,
            Err(refused) => refusals.push(refused.reason),
        }
    };
    assert_eq!(config, 7);

    let taken = loop {
        match interrupts.synchronize(Control, irql, |at| at.take()) {
            Ok(taken) => break taken,
            Err(refused) => refusals.push(refused.reason),
        }
    };
    assert_eq!(taken.iter().copied().collect::<Vec<_>>(), [0, 1, 2]);

    refusals
}

/// One adapter's whole life with the port's answers to its calls; `None` lets a call pass.
fn round(answers: &[Option<i32>]) -> Vec<Refusal> {
    let two = InterruptResource::Messages(NonZeroU32::new(2).expect("not zero"));
    let hosted = Hosted::<Sources>::new(two, Gpu::default()).expect("a map");
    for _ in 0..3 {
        assert!(hosted.interrupt(0));
    }
    for answer in answers {
        hosted.refuse(*answer);
    }
    let refusals = passive(|irql| work(&hosted, irql));
    let notified = hosted
        .take_calls()
        .into_iter()
        .filter(|call| matches!(call, PortCall::NotifyInterrupt(_)))
        .count();
    assert_eq!(notified, 1, "one report, however often it was refused");
    refusals
}

#[test]
fn g5_nothing_refused_is_lost_and_nothing_is_done_twice() {
    assert_eq!(round(&[]), []);
    // Miri runs a few hundred times slower: there a few statuses of each kind do.
    for status in statuses()
        .into_iter()
        .step_by(if cfg!(miri) { 20 } else { 1 })
    {
        for position in 0..CALLS {
            for times in 1..=2 {
                let mut answers = vec![None; position];
                answers.extend(vec![Some(status); times]);
                let refusals = round(&answers);
                assert_eq!(
                    refusals,
                    vec![expected(status); times],
                    "{status:#X} at call {position}"
                );
            }
        }
    }
}

#[test]
fn g6_whether_a_closure_ran_is_not_left_to_status_or_boolean() {
    // The port refuses with a status that says success; the closure is told apart all the same.
    for status in [0, 1, 0x103, 0x401E_0307, i32::MAX] {
        assert_eq!(round(&[Some(status)]), [Refusal::NotRun]);
    }
}
