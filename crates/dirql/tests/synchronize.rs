//! The interface to the synchronize call, on the hosted operating system.
#![cfg(not(loom))]

use std::cell::Cell;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use dirql::hosted::{self, HostConnection, Hosted, PortCall, passive};
use dirql::{
    AtDirql, Cause, Dispatch, HandOver, InterruptDevice, InterruptResource, MapError, MessageMap,
    Notifying, Passive, Refusal, Silent, Source,
};

const STATUS_SUCCESS: i32 = 0;
const STATUS_UNSUCCESSFUL: i32 = 0xC000_0001_u32.cast_signed();
const STATUS_INVALID_PARAMETER: i32 = 0xC000_000D_u32.cast_signed();

/// A device that only has a line status.
struct Wire(AtomicU32);

impl InterruptDevice for Wire {
    type Connection = HostConnection;

    fn acknowledge_line(&self) -> Option<u32> {
        match self.0.swap(0, Ordering::Relaxed) {
            0 => None,
            bits => Some(bits),
        }
    }
}

macro_rules! counting_source {
    ($name:ident, $role:ty) => {
        #[derive(Clone, Copy)]
        struct $name;

        impl Source for $name {
            type Device = Wire;
            type State = u32;
            type Role = $role;
            const INITIAL: u32 = 0;

            fn interrupt(at: &mut AtDirql<'_, Self>, _: &Wire, _: Cause) {
                **at += 1;
            }
        }
    };
}

counting_source!(Config, Silent);
counting_source!(Control, Notifying);
counting_source!(Cursor, Silent);

type Sources = (Config, Control, Cursor);

fn hosted(resource: InterruptResource) -> Hosted<Sources> {
    Hosted::new(resource, Wire(AtomicU32::new(0))).expect("a map")
}

fn messages(count: u32) -> InterruptResource {
    InterruptResource::Messages(NonZeroU32::new(count).expect("not zero"))
}

/// The count in the state of each source: config, control, cursor.
fn counts(hosted: &Hosted<Sources>) -> [Option<u32>; 3] {
    let interrupts = hosted.interrupts();
    passive(|irql| {
        [
            interrupts.synchronize(Config, irql, |at| **at).ok(),
            interrupts.synchronize(Control, irql, |at| **at).ok(),
            interrupts.synchronize(Cursor, irql, |at| **at).ok(),
        ]
    })
}

#[test]
fn g6_a_closure_runs_under_its_message_and_returns_anything() {
    let hosted = hosted(messages(3));
    let interrupts = hosted.interrupts();
    let seen = passive(|irql| {
        interrupts.synchronize(Cursor, irql, |at| {
            **at += 5;
            String::from("from DIRQL")
        })
    });
    assert_eq!(seen.expect("not refused"), "from DIRQL");
    let cursor = interrupts.message(Cursor).number();
    assert_eq!(
        hosted.take_calls(),
        [PortCall::Lock(cursor), PortCall::Unlock(cursor)]
    );
    assert_eq!(counts(&hosted), [Some(0), Some(0), Some(5)]);
}

#[test]
fn g5_a_refused_closure_comes_back_unrun_with_its_reason() {
    let hosted = hosted(messages(1));
    let interrupts = hosted.interrupts();
    let no_resources = 0xC000_009Au32.cast_signed();
    for (status, reason) in [
        (STATUS_UNSUCCESSFUL, Refusal::NotConnected),
        (STATUS_INVALID_PARAMETER, Refusal::InvalidParameter),
        (STATUS_SUCCESS, Refusal::NotRun),
        (0x401E_0307, Refusal::NotRun),
        (no_resources, Refusal::Other(no_resources)),
    ] {
        hosted.refuse(Some(status));
        let captured = Rc::new(Cell::new(0));
        let inside = Rc::clone(&captured);
        let refused = passive(|irql| {
            interrupts
                .synchronize(Control, irql, move |_| inside.set(inside.get() + 1))
                .expect_err("the port refuses")
        });
        assert_eq!(refused.reason, reason);
        assert_eq!(
            (captured.get(), Rc::strong_count(&captured)),
            (0, 2),
            "unrun, and nothing lost"
        );
        passive(|irql| interrupts.synchronize(Control, irql, refused.given))
            .expect("not refused now");
        assert_eq!(captured.get(), 1);
    }
}

#[test]
fn g5_an_interrupt_that_is_not_connected_refuses() {
    let hosted = hosted(messages(3));
    hosted.connect(false);
    assert_eq!(counts(&hosted), [None; 3]);
    hosted.connect(true);
    assert_eq!(counts(&hosted), [Some(0); 3]);
}

#[test]
fn g7_what_a_closure_captured_and_returns_is_dropped_by_the_caller() {
    static AT_DIRQL: AtomicBool = AtomicBool::new(false);
    struct DroppedOutside;
    impl Drop for DroppedOutside {
        fn drop(&mut self) {
            assert!(
                !AT_DIRQL.load(Ordering::SeqCst),
                "dropped while the lock is held"
            );
        }
    }
    struct Lowered;
    impl Drop for Lowered {
        fn drop(&mut self) {
            AT_DIRQL.store(false, Ordering::SeqCst);
        }
    }
    let hosted = hosted(messages(1));
    let captured = DroppedOutside;
    let returned = passive(|irql| {
        hosted.interrupts().synchronize(Control, irql, move |_| {
            AT_DIRQL.store(true, Ordering::SeqCst);
            let at_dirql = Lowered;
            let _ = &captured;
            let result = DroppedOutside;
            drop(at_dirql);
            result
        })
    });
    drop(returned);
}

#[test]
fn g2_each_message_runs_its_sources_and_no_others() {
    for (granted, config, control, cursor) in [(1, 0, 0, 0), (2, 1, 0, 1), (3, 1, 0, 2)] {
        let hosted = hosted(messages(granted));
        let interrupts = hosted.interrupts();
        assert_eq!(interrupts.message(Config).number(), config);
        assert_eq!(interrupts.message(Control).number(), control);
        assert_eq!(interrupts.message(Cursor).number(), cursor);
        let mut expected = [Some(0); 3];
        for message in 0..granted {
            assert!(hosted.interrupt(message));
            for (count, own) in expected.iter_mut().zip([config, control, cursor]) {
                if own == message {
                    *count = Some(1);
                }
            }
            assert_eq!(counts(&hosted), expected);
        }
        assert_eq!(expected, [Some(1); 3]);
    }
}

#[test]
fn a_line_that_another_device_raised_is_not_claimed_and_runs_nothing() {
    let hosted = hosted(InterruptResource::Line);
    assert!(!hosted.interrupt(0));
    assert_eq!(counts(&hosted), [Some(0); 3]);
    hosted.device().0.store(2, Ordering::Relaxed);
    assert!(hosted.interrupt(0));
    assert_eq!(counts(&hosted), [Some(1); 3]);
}

#[test]
fn a_map_needs_an_interrupt_and_ignores_messages_without_a_source() {
    assert_eq!(
        MessageMap::new(None, 3, Some(1)),
        Err(MapError::NoInterrupt)
    );
    assert_eq!(
        MessageMap::new(Some(messages(4)), 3, Some(1)),
        MessageMap::new(Some(messages(3)), 3, Some(1)),
        "a surplus is ignored"
    );
}

#[test]
fn g13_a_panic_in_a_closure_releases_the_lock_goes_on_in_the_caller_and_marks_the_state() {
    let hosted = hosted(messages(3));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        passive(|irql| {
            hosted
                .interrupts()
                .synchronize(Cursor, irql, |_| -> u32 { panic!("in the closure") })
                .ok()
        })
    }));
    let payload = panicked.expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"in the closure"));
    assert_eq!(hosted.take_calls().last(), Some(&PortCall::Unlock(2)));
    let refused = passive(|irql| hosted.interrupts().synchronize(Cursor, irql, |at| **at));
    assert_eq!(refused.expect_err("marked").reason, Refusal::Poisoned);
    assert_eq!(
        counts(&hosted),
        [Some(0), Some(0), None],
        "the others are not"
    );
}

#[test]
fn g13_a_panic_in_an_interrupt_routine_ends_there_and_marks_the_state() {
    #[derive(Clone, Copy)]
    struct Panics;
    impl Source for Panics {
        type Device = Wire;
        type State = u32;
        type Role = Notifying;
        const INITIAL: u32 = 0;

        fn interrupt(at: &mut AtDirql<'_, Self>, _: &Wire, _: Cause) {
            at.queue_dpc();
            panic!("in the interrupt routine");
        }
    }
    let hosted = Hosted::<(Panics, Config)>::new(messages(1), Wire(AtomicU32::new(0)));
    let hosted = hosted.expect("a map");
    assert!(hosted.interrupt(0), "the port's frame is returned to");
    assert_eq!(
        hosted.take_calls(),
        [PortCall::Lock(0), PortCall::QueueDpc, PortCall::Unlock(0)]
    );
    passive(|irql| {
        let marked = hosted.interrupts().snapshot(Panics, irql, |state| *state);
        assert_eq!(marked.expect_err("marked").reason, Refusal::Poisoned);
        let other = hosted.interrupts().snapshot(Config, irql, |state| *state);
        assert_eq!(other.ok(), Some(1), "the other source had its turn");
    });
}

#[test]
fn g12_a_closure_has_its_own_adapters_state_and_lock() {
    let (first, second) = (hosted(messages(1)), hosted(messages(3)));
    passive(|irql| {
        let add = |hosted: &Hosted<Sources>, irql: &mut Passive<'_>| {
            hosted.interrupts().synchronize(Cursor, irql, |at| {
                **at += 1;
            })
        };
        add(&first, irql).expect("not refused");
        add(&second, irql).expect("not refused");
        add(&second, irql).expect("not refused");
    });
    let second_lock = [PortCall::Lock(2), PortCall::Unlock(2)];
    assert_eq!(first.take_calls(), [PortCall::Lock(0), PortCall::Unlock(0)]);
    assert_eq!(second.take_calls(), [second_lock, second_lock].concat());
    assert_eq!(counts(&first), [Some(0), Some(0), Some(1)]);
    assert_eq!(counts(&second), [Some(0), Some(0), Some(2)]);
}

#[test]
fn g3_a_thread_that_holds_a_lock_has_no_capability_on_the_host_either() {
    let hosted = hosted(messages(1));
    let nested = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        passive(|irql| {
            let _ = hosted
                .interrupts()
                .synchronize(Config, irql, |_| passive(|_| ()));
        });
    }));
    assert!(nested.is_err());
    assert_eq!(hosted::current_irql(), 0, "and all is given back");
    passive(|irql| hosted.interrupts().synchronize(Control, irql, |_| ())).expect("still works");
}

#[test]
fn g11_capabilities_and_sources_are_of_size_zero() {
    assert_eq!(size_of::<Passive<'_>>(), 0);
    assert_eq!(size_of::<Dispatch<'_>>(), 0);
    assert_eq!(size_of::<Control>(), 0);
}

/// ISR/shared-state: a second interrupt before the DPC does not overwrite what the first one left.
#[test]
fn a_full_hand_over_gives_the_item_back_and_keeps_the_others() {
    let mut queue = HandOver::<u32, 2>::new();
    assert_eq!([queue.push(1), queue.push(2)], [Ok(()), Ok(())]);
    assert_eq!(queue.push(3), Err(3));
    let taken = queue.take();
    assert_eq!(taken.iter().copied().collect::<Vec<_>>(), [1, 2]);
    assert!(queue.is_empty() && queue.iter().next().is_none());
    assert_eq!(queue.push(4), Ok(()), "there is room again");
}

/// MSI/edge-semantics: messages coalesce, and one may come for nothing.
#[test]
fn a_message_that_comes_for_nothing_is_claimed_and_harmless() {
    let hosted = hosted(messages(1));
    assert!(hosted.interrupt(0));
    assert!(hosted.interrupt(0));
    assert_eq!(counts(&hosted), [Some(2); 3]);
    assert!(
        !hosted.take_calls().contains(&PortCall::QueueDpc),
        "nobody asked for a DPC"
    );
}
