//! The device on dirql's hosted operating system: one thread is the processor that runs closures, another takes interrupts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use dirql::InterruptResource;
use dirql::hosted::{HostConnection, Hosted, PortCall, dispatch, passive};
use edu::{Edu, Exercise, Registers, Request, Sources, State, collect, stress};

/// A device that raises its line when it is told to.
#[derive(Clone, Default)]
struct Fake(Arc<[AtomicU32; 2]>);

impl Registers for Fake {
    fn read(&self, offset: usize) -> u32 {
        match offset {
            0x04 => !self.0[1].load(Ordering::SeqCst),
            0x24 => self.0[0].load(Ordering::SeqCst),
            _ => 0,
        }
    }

    fn write(&self, offset: usize, value: u32) {
        match offset {
            0x04 => self.0[1].store(value, Ordering::SeqCst),
            0x60 => {
                self.0[0].fetch_or(value, Ordering::SeqCst);
            }
            0x64 => {
                self.0[0].fetch_and(!value, Ordering::SeqCst);
            }
            _ => {}
        }
    }
}

#[test]
fn nothing_is_lost_between_closures_interrupts_and_dpcs() {
    const CLOSURES: u64 = 10_000;
    const INTERRUPTS: u64 = 50;
    let fake = Fake::default();
    let edu = Edu::<_, HostConnection>::new(fake.clone()).expect("edu answers");
    let hosted = Hosted::<Sources<Fake, HostConnection>>::new(InterruptResource::Line, edu);
    let hosted = hosted.expect("a map");
    let over = AtomicBool::new(false);
    let run = |closures, raise| {
        let request = Request { closures, raise };
        passive(|irql| stress(hosted.interrupts(), irql, request)).expect("not refused")
    };
    let (one, other) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                if fake.0[0].load(Ordering::SeqCst) != 0 {
                    assert!(hosted.interrupt(0), "the device raised the line");
                    assert!(hosted.take_calls().contains(&PortCall::QueueDpc));
                    dispatch(|irql| collect(hosted.interrupts(), irql)).expect("not refused");
                }
                std::thread::yield_now();
            }
        });
        let other = scope.spawn(|| run(CLOSURES, 0));
        let one = run(CLOSURES, INTERRUPTS);
        let other = other.join().expect("it ended");
        over.store(true, Ordering::Relaxed);
        (one, other)
    });
    assert!(one.ran >= CLOSURES && other.ran >= CLOSURES);
    assert_eq!((one.raised, other.raised), (INTERRUPTS, 0));
    let closures = one.ran + other.ran;
    let expected = State {
        interrupts: INTERRUPTS,
        closures,
        sum: INTERRUPTS + closures,
        pending: 0,
        collected: INTERRUPTS,
        torn: 0,
    };
    let state = run(0, 0).state;
    assert_eq!(state, expected);
    assert!(
        !hosted.interrupt(0),
        "a line that is down is not the device's"
    );
}

#[test]
fn a_request_and_its_result_come_through_a_buffer_whole_and_at_no_other_length() {
    let request = Request {
        closures: 1,
        raise: 2,
    };
    assert_eq!(Request::from_bytes(&request.to_bytes()), Some(request));
    assert_eq!(Request::from_bytes(&request.to_bytes()[1..]), None);
    assert_eq!(Request::from_bytes(&[0; 17]), None);
    let exercise = Exercise {
        ran: 3,
        raised: 4,
        state: State {
            interrupts: 5,
            closures: 6,
            sum: 7,
            pending: 8,
            collected: 9,
            torn: 10,
        },
    };
    assert_eq!(Exercise::from_bytes(&exercise.to_bytes()), Some(exercise));
    assert_eq!(Exercise::from_bytes(&[0; 56]), None);
}
