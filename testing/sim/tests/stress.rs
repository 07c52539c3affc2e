//! Interrupts, closures, presents, requests and a stop at the same time: no snapshot is torn, no count is lost, and nobody
//! is inside when the adapter goes. Under a thread sanitizer this also shows that the message's lock is what orders them.

use ioctl::{Exercise, Request, Response};
use port::scenario::Step;
use sim::machine::Granted;
use sim::{Driver, Observer, Options, Scene, observe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use zerocopy::IntoBytes;

/// Threads that ask for statistics, and for closures on every source.
const ASKERS: usize = 3;
/// Closures on each source in one request.
const ROUNDS: u32 = 20;

/// Everything that goes on beside the presents.
#[derive(Default)]
struct Crowd {
    ended: Arc<AtomicBool>,
    answers: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

/// Asks as fast as it can; every snapshot has to be of one moment, and none may go back.
fn ask(driver: &mut Driver, ended: &AtomicBool, answers: &AtomicU64) {
    let mut last = 0;
    while !ended.load(Ordering::SeqCst) {
        let Some(now) = driver.statistics() else {
            thread::yield_now();
            continue;
        };
        let accounted = now.frames_completed + now.frames_failed + now.frames_outstanding;
        assert_eq!(now.frames_submitted, accounted, "a torn snapshot");
        assert!(now.synchronized_calls > last, "a lost closure");
        last = now.synchronized_calls;
        if let Some(exercise) = exercise(driver) {
            assert_eq!(exercise.total_torn, [0; _], "two at once on one source");
        }
        answers.fetch_add(1, Ordering::Relaxed);
    }
}

fn exercise(driver: &mut Driver) -> Option<Exercise> {
    let request = Request::exercise(0, ROUNDS).message();
    let output = driver.request(
        request.header.code,
        request.as_bytes(),
        size_of::<Exercise>(),
    );
    Exercise::read(&output.ok()?).ok()
}

impl Observer for Crowd {
    fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
        if step == Step::Mode {
            for _ in 0..ASKERS {
                let mut driver = scene.driver.clone();
                let (ended, answers) = (Arc::clone(&self.ended), Arc::clone(&self.answers));
                self.threads
                    .push(thread::spawn(move || ask(&mut driver, &ended, &answers)));
            }
            let (gpu, ended) = (Arc::clone(scene.gpu), Arc::clone(&self.ended));
            self.threads.push(thread::spawn(move || {
                while !ended.load(Ordering::SeqCst) {
                    for message in 0..3 {
                        gpu.spurious_interrupt(message);
                    }
                    thread::sleep(Duration::from_micros(20));
                }
            }));
        }
        // Not before the adapter is gone: requests and interrupts go on while it is stopped and removed.
        if step == Step::Unload {
            self.ended.store(true, Ordering::SeqCst);
            for thread in self.threads.drain(..) {
                thread.join().expect("no assertion failed");
            }
        }
    }
}

#[test]
fn a_crowd_on_every_way_in_tears_and_loses_nothing() {
    for granted in [Granted::Messages(3), Granted::Messages(1), Granted::Line] {
        let mut options = Options {
            granted,
            frames: 100,
            ..Options::default()
        };
        options.device.modes = vec![(640, 480)];
        if granted == Granted::Line {
            options.device.vectors = 0;
        }
        let mut crowd = Crowd::default();
        let outcome = observe(&options, &mut crowd);
        assert!(outcome.is_good(), "{granted:?}: {}", outcome.complaint());
        let answers = crowd.answers.load(Ordering::Relaxed);
        assert!(answers > 100, "{granted:?}: {answers} answers");
    }
}
