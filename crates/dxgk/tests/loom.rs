//! Every interleaving of interrupt routines, closures, DPCs, requests and a stop, on the real code: the DDI table and the
//! registry, with the model checker's atomics and cells in it (`src/sync.rs`), and a port whose locks it knows.
//!
//! RUSTFLAGS="--cfg loom" cargo test -p dxgk --release --test loom
#![cfg(loom)]

mod scene;

use dxgk::irql::Passive;
use dxgk::sys::STATUS_SUCCESS;
use scene::driver::{self, CHAIN, COUNT_CONFIG, COUNT_CONTROL, READ_CONFIG, READ_CONTROL};
use scene::{Port, lock, thread};

/// Explores a model whole.
fn model(body: impl Fn() + Sync + Send + 'static) {
    explore(None, body);
}

/// Explores a model, up to so many preemptions of its threads.
fn explore(preemptions: Option<usize>, body: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    let explored = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = explored.clone();
    builder.check(move || {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        driver::new_registry();
        body();
    });
    let explored = explored.load(std::sync::atomic::Ordering::Relaxed);
    println!("{explored} interleavings");
    assert!(explored > 1, "nothing raced");
}

fn read(port: &Port, request: u32) -> u32 {
    let (status, value) = port.escape(request);
    assert_eq!(status, STATUS_SUCCESS);
    value
}

#[test]
fn g1_one_message_serves_two_sources_without_a_lost_update() {
    model(|| {
        let port = Port::started(1);
        let interrupt = thread::spawn(|| assert!(port.interrupt(0)));
        let closure = thread::spawn(|| port.escape(COUNT_CONFIG).0);
        assert_eq!(port.escape(COUNT_CONTROL).0, STATUS_SUCCESS);
        interrupt.join().unwrap();
        assert_eq!(closure.join().unwrap(), STATUS_SUCCESS);
        assert_eq!(read(port, READ_CONTROL), 2);
        assert_eq!(read(port, READ_CONFIG), 2);
    });
}

#[test]
fn g2_two_messages_run_at_once_and_each_keeps_its_source() {
    model(|| {
        let port = Port::started(2);
        let control = thread::spawn(|| assert!(port.interrupt(0)));
        let config = thread::spawn(|| assert!(port.interrupt(1)));
        assert_eq!(port.escape(COUNT_CONFIG).0, STATUS_SUCCESS);
        control.join().unwrap();
        config.join().unwrap();
        assert_eq!(read(port, READ_CONTROL), 1);
        assert_eq!(read(port, READ_CONFIG), 2);
    });
}

#[test]
fn g10_a_stop_waits_for_the_interrupt_routine_of_every_message() {
    model(|| {
        let port = Port::started(2);
        let interrupts = [0, 1].map(|message| {
            thread::spawn(move || {
                port.interrupt(message);
            })
        });
        // The device is freed in here, which the interrupt routines use.
        assert_eq!(port.stop(), STATUS_SUCCESS);
        assert!(!port.interrupt(0), "nobody is there any more");
        for interrupt in interrupts {
            interrupt.join().unwrap();
        }
    });
}

#[test]
fn g10_a_stop_waits_for_the_dpc_and_for_the_one_that_it_queues() {
    model(|| {
        let port = Port::started(1);
        // The first queues a second, and that a third.
        assert_eq!(port.escape(CHAIN).0, STATUS_SUCCESS);
        assert_eq!(port.escape(CHAIN).0, STATUS_SUCCESS);
        assert!(port.interrupt(0));
        let dpc = thread::spawn(|| {
            port.run_dpc();
        });
        assert_eq!(port.stop(), STATUS_SUCCESS);
        assert!(!lock(&port.dpcs).notified, "DxgkCbNotifyDpc followed");
        // Nothing runs that could use the block, or the port says so.
        assert_eq!(port.remove(), STATUS_SUCCESS);
        dpc.join().unwrap();
    });
}

#[test]
fn g9_what_an_interrupt_notifies_while_the_adapter_stops_gets_its_dpc() {
    model(|| {
        let port = Port::started(1);
        let interrupt = thread::spawn(|| {
            port.interrupt(0);
        });
        assert_eq!(port.stop(), STATUS_SUCCESS);
        interrupt.join().unwrap();
        assert!(
            !lock(&port.dpcs).notified,
            "DxgkCbNotifyDpc followed, within the stop"
        );
    });
}

#[test]
fn g10_a_request_past_the_port_runs_on_a_started_adapter_or_not_at_all() {
    model(|| {
        let port = Port::started(1);
        let request = thread::spawn(count_past_the_port);
        assert_eq!(port.stop(), STATUS_SUCCESS);
        assert_eq!(port.remove(), STATUS_SUCCESS);
        request.join().unwrap();
    });
}

#[test]
fn g10_a_stop_amid_everything_leaves_nothing_running() {
    explore(Some(3), || {
        let port = Port::started(2);
        let interrupt = thread::spawn(|| {
            port.interrupt(0);
            port.interrupt(1);
        });
        let dpc = thread::spawn(|| {
            port.run_dpc();
        });
        let request = thread::spawn(count_past_the_port);
        assert_eq!(port.stop(), STATUS_SUCCESS);
        for thread in [interrupt, dpc, request] {
            thread.join().unwrap();
        }
        assert_eq!(port.remove(), STATUS_SUCCESS);
    });
}

#[test]
fn g10_a_stop_waits_for_the_worker_and_what_a_dpc_woke_it_for() {
    explore(Some(3), || {
        driver::WORKER.set(true);
        let port = Port::started(1);
        driver::WORKER.set(false);
        assert!(port.interrupt(0));
        // Wakes the worker, before the stop or in it.
        let dpc = thread::spawn(|| {
            port.run_dpc();
        });
        // The device is freed in here, which the worker uses.
        assert_eq!(port.stop(), STATUS_SUCCESS);
        dpc.join().unwrap();
        assert_eq!(port.remove(), STATUS_SUCCESS);
    });
}

/// A request that does not come through the port, as one to a control device.
fn count_past_the_port() {
    // SAFETY: stands for a thread at PASSIVE_LEVEL.
    let mut irql = unsafe { Passive::assume() };
    driver::registry().with(0, &mut irql, |_, started, irql| {
        started.device.alive.check();
        let counted = started
            .interrupts
            .synchronize(driver::Config, irql, |at| **at += 1);
        assert!(counted.is_ok(), "the port is connected");
        started.device.alive.check();
    });
}

#[test]
fn g1_an_interrupt_during_the_start_finds_nothing_or_everything() {
    model(|| {
        let port = Port::add(1, false);
        let interrupt = thread::spawn(|| port.interrupt(0));
        assert_eq!(port.start(), STATUS_SUCCESS);
        let served = interrupt.join().unwrap();
        assert_eq!(read(port, READ_CONTROL), u32::from(served));
        assert_eq!(port.stop(), STATUS_SUCCESS);
    });
}

#[test]
fn g10_a_request_during_the_start_finds_nothing_or_everything() {
    model(|| {
        let port = Port::add(1, false);
        let request = thread::spawn(count_past_the_port);
        assert_eq!(port.start(), STATUS_SUCCESS);
        assert_eq!(port.stop(), STATUS_SUCCESS);
        request.join().unwrap();
    });
}

#[test]
fn g10_a_request_never_finds_an_adapter_of_an_earlier_life() {
    explore(Some(3), || {
        let request = thread::spawn(count_past_the_port);
        let first = Port::started(1);
        assert_eq!(first.stop(), STATUS_SUCCESS);
        assert_eq!(first.remove(), STATUS_SUCCESS);
        let second = Port::started(1);
        assert_eq!(second.stop(), STATUS_SUCCESS);
        assert_eq!(second.remove(), STATUS_SUCCESS);
        request.join().unwrap();
    });
}
