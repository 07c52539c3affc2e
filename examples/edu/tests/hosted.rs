//! The device on dirql's hosted operating system: one thread is the processor that runs closures, another takes interrupts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use dirql::InterruptResource;
use dirql::hosted::{HostConnection, Hosted, passive};
use edu::{Edu, Registers, Sources, State, stress};

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
fn nothing_is_lost_between_closures_and_interrupts() {
    const CLOSURES: u64 = 20_000;
    const INTERRUPTS: u64 = 50;
    let fake = Fake::default();
    let edu = Edu::<_, HostConnection>::new(fake.clone()).expect("edu answers");
    let hosted = Hosted::<Sources<Fake, HostConnection>>::new(InterruptResource::Line, edu);
    let hosted = hosted.expect("a map");
    let over = AtomicBool::new(false);
    let (seen, run) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                if fake.0[0].load(Ordering::SeqCst) != 0 {
                    assert!(hosted.interrupt(0), "the device raised the line");
                }
                std::thread::yield_now();
            }
        });
        let done = passive(|irql| stress(hosted.interrupts(), irql, CLOSURES, INTERRUPTS));
        over.store(true, Ordering::Relaxed);
        done.expect("not refused")
    });
    assert!(run >= CLOSURES);
    let expected = State {
        interrupts: INTERRUPTS,
        closures: run,
        sum: INTERRUPTS + run,
        torn: 0,
    };
    assert_eq!(seen, expected);
    assert!(
        !hosted.interrupt(0),
        "a line that is down is not the device's"
    );
}
