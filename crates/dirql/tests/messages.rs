//! The map from sources to messages, for every number of sources and every number of messages that may be granted; and
//! that a closure has the lock that its source's interrupt routine runs under, whatever happens in between.
#![cfg(not(loom))]

use std::marker::PhantomData;
use std::num::NonZeroU32;

use dirql::hosted::{HostConnection, Hosted, PortCall, passive};
use dirql::{
    AtDirql, Cause, InterruptDevice, InterruptResource, MAX_SOURCES, MessageMap, Notifying,
    Refusal, Role, Silent, Source, SourceSet,
};
use proptest::prelude::*;

struct Wire;

impl InterruptDevice for Wire {
    type Connection = HostConnection;

    fn acknowledge_line(&self) -> Option<u32> {
        Some(1)
    }
}

/// Source number `I`, which counts in the upper half of its state what its interrupt routine does, in the lower what
/// closures do.
#[derive(Clone, Copy)]
struct Numbered<const I: usize, R>(PhantomData<R>);

impl<const I: usize, R: Role + Copy + 'static> Source for Numbered<I, R> {
    type Device = Wire;
    type State = [u32; 2];
    type Role = R;
    const INITIAL: [u32; 2] = [0; 2];

    fn interrupt(at: &mut AtDirql<'_, Self>, _: &Wire, _: Cause) {
        at[0] += 1;
    }
}

fn messages(count: u32) -> InterruptResource {
    InterruptResource::Messages(NonZeroU32::new(count).expect("not zero"))
}

#[test]
fn g2_every_source_has_a_message_and_every_message_a_source() {
    for sources in 1..=MAX_SOURCES {
        for notifying in (0..sources).map(Some).chain([None]) {
            let line = MessageMap::new(Some(InterruptResource::Line), sources, notifying);
            let line = line.expect("a line serves everything");
            assert_eq!(line.messages(), 1);
            assert!(line.of_sources().all(|message| message.number() == 0));
            for granted in 1..=2 * MAX_SOURCES as u32 {
                let map = MessageMap::new(Some(messages(granted)), sources, notifying);
                let map = map.expect("an interrupt");
                // A surplus is ignored.
                let granted = granted.min(sources as u32);
                assert_eq!(map.messages(), granted);
                let numbers: Vec<u32> = map.of_sources().map(|of| of.number()).collect();
                assert_eq!(numbers.len(), sources, "total");
                assert!(numbers.iter().all(|number| *number < granted));
                for message in 0..granted {
                    assert!(numbers.contains(&message), "{message} of {numbers:?}");
                }
                if let Some(index) = notifying {
                    assert_eq!(numbers[index], 0, "the notifying message");
                }
                if granted as usize == sources {
                    let mut own = numbers.clone();
                    own.sort_unstable();
                    own.dedup();
                    assert_eq!(own.len(), sources, "enough for each to have its own");
                }
            }
        }
    }
}

/// What may happen to a started adapter.
#[derive(Debug, Clone)]
enum Event {
    Interrupt(u32),
    Closure(usize),
    Refuse(i32),
    Connect(bool),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (0..10_u32).prop_map(Event::Interrupt),
        8 => (0..MAX_SOURCES).prop_map(Event::Closure),
        1 => any::<i32>().prop_map(Event::Refuse),
        1 => any::<bool>().prop_map(Event::Connect),
    ];
    prop::collection::vec(event, 0..40)
}

/// Counts once in one source's state.
type Count<T> = fn(&Hosted<T>) -> Result<[u32; 2], Refusal>;

/// A hosted adapter, and a closure for each source that counts in its state and returns the whole of it.
struct Scene<T: SourceSet> {
    hosted: Hosted<T>,
    count: Vec<Count<T>>,
}

impl<T: SourceSet> Scene<T> {
    /// Lets the events happen and holds each against a model of a few lines.
    fn run(&self, events: &[Event]) {
        let map = *self.hosted.interrupts().map();
        let of: Vec<u32> = map.of_sources().map(|message| message.number()).collect();
        let mut expected = vec![[0, 0]; of.len()];
        let (mut refusals, mut connected) = (std::collections::VecDeque::new(), true);
        for event in events {
            match *event {
                Event::Interrupt(message) => {
                    let known = message < map.messages();
                    assert_eq!(self.hosted.interrupt(message), known);
                    for (counts, own) in expected.iter_mut().zip(&of) {
                        counts[0] += u32::from(*own == message);
                    }
                    let _ = self.hosted.take_calls();
                }
                Event::Closure(source) => {
                    let source = source % of.len();
                    let seen = self.count[source](&self.hosted);
                    let calls = self.hosted.take_calls();
                    let refused = refusals.pop_front().is_some() || !connected;
                    assert_eq!(seen.is_err(), refused, "{seen:?}");
                    if refused {
                        assert_eq!(calls, [], "nothing ran");
                        continue;
                    }
                    expected[source][1] += 1;
                    assert_eq!(seen, Ok(expected[source]));
                    let message = of[source];
                    assert_eq!(calls, [PortCall::Lock(message), PortCall::Unlock(message)]);
                }
                Event::Refuse(status) => {
                    self.hosted.refuse(Some(status));
                    refusals.push_back(status);
                }
                Event::Connect(now) => {
                    self.hosted.connect(now);
                    connected = now;
                }
            }
        }
    }
}

/// Runs of random events for each number of sources. Miri runs a few hundred times slower than the processor.
const CASES: u32 = if cfg!(miri) { 1 } else { 40 };

/// The test of one number of sources, of which the last notifies.
macro_rules! sets {
    ($($name:ident $count:literal: $($silent:literal)*;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]
            $(
                #[test]
                fn $name(events in events(), granted in 0_u32..=$count) {
                    type Set = ($(Numbered<$silent, Silent>,)* Numbered<{ $count - 1 }, Notifying>,);
                    let resource = match granted {
                        0 => InterruptResource::Line,
                        granted => messages(granted),
                    };
                    let scene = Scene::<Set> {
                        hosted: Hosted::new(resource, Wire).expect("not more messages than sources"),
                        count: vec![
                            $(
                                |hosted| count(hosted, Numbered::<$silent, Silent>(PhantomData)),
                            )*
                            |hosted| count(hosted, Numbered::<{ $count - 1 }, Notifying>(PhantomData)),
                        ],
                    };
                    scene.run(&events);
                }
            )*
        }
    };
}

fn count<T, S, P>(hosted: &Hosted<T>, source: S) -> Result<[u32; 2], Refusal>
where
    S: Source<State = [u32; 2]>,
    T: dirql::Contains<S, P>,
{
    passive(|irql| {
        hosted.interrupts().synchronize(source, irql, |at| {
            at[1] += 1;
            **at
        })
    })
    .map_err(|refused| refused.reason)
}

sets! {
    g2_one_source 1: ;
    g2_two_sources 2: 0;
    g2_three_sources 3: 0 1;
    g2_four_sources 4: 0 1 2;
    g2_five_sources 5: 0 1 2 3;
    g2_six_sources 6: 0 1 2 3 4;
    g2_seven_sources 7: 0 1 2 3 4 5;
    g2_eight_sources 8: 0 1 2 3 4 5 6;
}
