//! Real threads on the DDI table: interrupts on both messages, DPCs, closures and requests past the port, then a stop
//! amid them. Made for the sanitizers: `cargo xtask test sanitizer`, or by hand, with the toolchain's rust-src,
//!
//! RUSTC_BOOTSTRAP=1 CARGO_PROFILE_DEV_PANIC=unwind RUSTFLAGS="-Zsanitizer=thread" \
//!     cargo test -Zbuild-std -p dxgk --target x86_64-unknown-linux-gnu --test stress
#![cfg(not(loom))]

mod scene;

use dxgk::irql::Passive;
use dxgk::sys::STATUS_SUCCESS;
use scene::driver::{self, COUNT_CONFIG, COUNT_CONTROL, READ_CONFIG, READ_CONTROL};
use scene::{AtomicBool, AtomicU32, Ordering, Port, thread};

// Miri runs a few hundred times slower, and each of its schedules is another run.
const ROUNDS: u32 = if cfg!(miri) { 2 } else { 20 };
const CALLS: u32 = if cfg!(miri) { 5 } else { 500 };

/// Runs `body` over and over until told to stop; returns how often it was true.
fn repeat(over: &AtomicBool, mut body: impl FnMut() -> bool) -> u32 {
    let mut count = 0;
    while !over.load(Ordering::Relaxed) {
        count += u32::from(body());
    }
    count
}

fn request_past_the_port() -> bool {
    // SAFETY: stands for a thread at PASSIVE_LEVEL.
    let mut irql = unsafe { Passive::assume() };
    driver::registry()
        .with(0, &mut irql, |_, started, irql| {
            started.device.alive.check();
            let counted = started
                .interrupts
                .synchronize(driver::Config, irql, |at| **at += 1);
            started.device.alive.check();
            counted.is_ok()
        })
        .unwrap_or(false)
}

#[test]
fn g1_g10_no_update_is_lost_and_nothing_runs_after_a_stop() {
    let port = Port::add(2, false);
    for round in 0..ROUNDS {
        assert_eq!(port.start(), STATUS_SUCCESS);
        let dpcs = AtomicU32::new(0);
        let (over, gone) = (AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|scope| {
            let control = scope.spawn(|| repeat(&over, || port.interrupt(0)));
            let config = scope.spawn(|| repeat(&over, || port.interrupt(1)));
            let runner = scope.spawn(|| {
                repeat(&over, || {
                    let ran = port.run_dpc();
                    dpcs.fetch_add(ran.into(), Ordering::Relaxed);
                    ran
                })
            });
            let requests = scope.spawn(|| repeat(&over, request_past_the_port));
            for _ in 0..CALLS {
                assert_eq!(port.escape(COUNT_CONTROL).0, STATUS_SUCCESS);
                assert_eq!(port.escape(COUNT_CONFIG).0, STATUS_SUCCESS);
            }
            over.store(true, Ordering::Relaxed);
            let control = control.join().expect("no panic");
            let config = config.join().expect("no panic");
            runner.join().expect("no panic");
            let requests = requests.join().expect("no panic");
            assert_eq!(
                port.escape(READ_CONTROL),
                (STATUS_SUCCESS, CALLS + control),
                "round {round}"
            );
            // Each DPC counts once on the other source.
            let dpcs = dpcs.load(Ordering::Relaxed);
            assert_eq!(
                port.escape(READ_CONFIG),
                (STATUS_SUCCESS, CALLS + config + dpcs + requests),
                "round {round}"
            );
        });
        thread::scope(|scope| {
            let threads = [
                scope.spawn(|| repeat(&gone, || port.interrupt(0))),
                scope.spawn(|| repeat(&gone, || port.interrupt(1))),
                scope.spawn(|| repeat(&gone, || port.run_dpc())),
                scope.spawn(|| repeat(&gone, request_past_the_port)),
            ];
            thread::yield_now();
            assert_eq!(port.stop(), STATUS_SUCCESS);
            assert!(!port.interrupt(0) && !port.interrupt(1) && !request_past_the_port());
            gone.store(true, Ordering::Relaxed);
            for thread in threads {
                thread.join().expect("no panic");
            }
        });
        assert_eq!(port.mapped.load(Ordering::SeqCst), 0);
    }
    assert_eq!(port.remove(), STATUS_SUCCESS);
}
