//! An adapter's life as dxgkrnl drives it, through the DDI table: what starts and what does not, what a stop waits for,
//! and what is left after one that fails.
#![cfg(not(loom))]

mod scene;

use dxgk::check::Violation;
use dxgk::interface::InterfaceError;
use dxgk::interrupt::MapError;
use dxgk::miniport::StartRefusal;
use dxgk::sys::{
    DXGK_DRIVERCAPS, DXGKARG_QUERYADAPTERINFO, DXGKQAITYPE_DRIVERCAPS,
    STATUS_DEVICE_CONFIGURATION_ERROR, STATUS_INVALID_DEVICE_STATE, STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED, STATUS_REVISION_MISMATCH, STATUS_SUCCESS, STATUS_UNSUCCESSFUL,
};
use scene::driver::{
    self, CHAIN, COUNT_CONTROL, DROP_KEPT, KEEP_MAPPING, READ_CONFIG, READ_CONTROL, REPORT,
    REPORT_AT_STOP, USE_KEPT,
};
use scene::kernel::{at, violations};
use scene::{Ordering, Port, lock};

#[test]
fn g10_a_stopped_adapter_is_gone_for_interrupts_dpcs_and_requests() {
    let port = Port::started(2);
    assert!(port.interrupt(0));
    assert_eq!(port.escape(READ_CONTROL), (STATUS_SUCCESS, 1));
    assert_eq!(port.stop(), STATUS_SUCCESS);
    assert!(!port.interrupt(0));
    port.queue_dpc();
    assert!(port.run_dpc());
    assert_eq!(port.escape(COUNT_CONTROL).0, STATUS_INVALID_PARAMETER);
    assert_eq!(port.stop(), STATUS_SUCCESS, "nothing is left to stop");
    assert_eq!(port.mapped.load(Ordering::SeqCst), 0, "all is unmapped");
    assert_eq!(port.start(), STATUS_SUCCESS);
    assert_eq!(port.escape(READ_CONTROL), (STATUS_SUCCESS, 0), "a new life");
    assert_eq!(port.remove(), STATUS_SUCCESS);
    assert_eq!(
        port.mapped.load(Ordering::SeqCst),
        0,
        "removing stops first"
    );
    assert_eq!(violations(), []);
}

#[test]
fn g10_a_stop_waits_for_an_interrupt_routine_whatever_the_port_says() {
    for status in [STATUS_UNSUCCESSFUL, STATUS_INVALID_PARAMETER, 0] {
        let port = Port::started(1);
        std::thread::scope(|scope| {
            let (entered, inside) = std::sync::mpsc::channel();
            let (leave, left) = std::sync::mpsc::channel::<()>();
            scope.spawn(move || {
                port.at_dirql(0, || {
                    entered.send(()).expect("waited for");
                    left.recv().expect("told to");
                })
            });
            inside.recv().expect("the lock is held");
            port.refuse(status, u32::MAX);
            let stop = scope.spawn(|| port.stop());
            std::thread::sleep(std::time::Duration::from_millis(50));
            assert!(!stop.is_finished(), "an interrupt routine runs");
            leave.send(()).expect("waits");
            assert_eq!(stop.join().expect("no panic"), STATUS_SUCCESS);
        });
        assert_eq!(port.mapped.load(Ordering::SeqCst), 0);
        assert_eq!(port.start(), STATUS_SUCCESS, "the adapter is as before");
    }
}

#[test]
fn g10_an_interrupt_that_stays_unconnected_does_not_keep_a_stop() {
    let port = Port::started(2);
    port.connected.store(false, Ordering::SeqCst);
    assert_eq!(port.escape(COUNT_CONTROL).0, STATUS_INVALID_PARAMETER);
    assert_eq!(port.stop(), STATUS_SUCCESS);
    assert_eq!(port.mapped.load(Ordering::SeqCst), 0);
}

#[test]
fn g10_a_dpc_that_queues_another_is_waited_for_with_it() {
    let port = Port::started(1);
    assert_eq!(port.escape(CHAIN).0, STATUS_SUCCESS);
    assert!(port.interrupt(0));
    assert_eq!(port.stop(), STATUS_SUCCESS);
    assert!(!port.run_dpc(), "none is left");
    assert_eq!(port.remove(), STATUS_SUCCESS);
}

#[test]
fn g10_a_mapping_that_is_kept_past_the_stop_is_dead() {
    let port = Port::started(1);
    assert_eq!(port.escape(KEEP_MAPPING).0, STATUS_SUCCESS);
    assert_eq!(
        port.escape(USE_KEPT),
        (STATUS_SUCCESS, 0),
        "good until then"
    );
    assert_eq!(port.stop(), STATUS_SUCCESS);
    assert_eq!(
        violations(),
        [Violation::MappingsOutlivedAdapter { count: 1 }]
    );
    assert_eq!(port.start(), STATUS_SUCCESS);
    assert_eq!(port.escape(USE_KEPT), (STATUS_SUCCESS, 1), "another life");
    let mapped = port.mapped.load(Ordering::SeqCst);
    assert_eq!(port.escape(DROP_KEPT).0, STATUS_SUCCESS);
    assert_eq!(port.mapped.load(Ordering::SeqCst), mapped, "not unmapped");
    assert_eq!(port.remove(), STATUS_SUCCESS);
}

#[test]
fn g9_what_is_reported_gets_its_dpc_also_when_the_adapter_stops() {
    let port = Port::started(2);
    assert_eq!(port.escape(REPORT).0, STATUS_SUCCESS);
    assert!(lock(&port.dpcs).notified);
    assert!(port.run_dpc(), "queued by itself");
    assert!(!lock(&port.dpcs).notified);
    assert_eq!(port.escape(REPORT_AT_STOP).0, STATUS_SUCCESS);
    assert_eq!(port.stop(), STATUS_SUCCESS);
    let dpcs = lock(&port.dpcs);
    assert_eq!((dpcs.notified, dpcs.notifications), (false, 2));
}

#[test]
fn g9_the_notifying_message_in_the_caps_is_not_the_drivers_to_choose() {
    let port = Port::add(2, false);
    let mut caps = Box::new(DXGK_DRIVERCAPS::default());
    let query = DXGKARG_QUERYADAPTERINFO {
        Type: DXGKQAITYPE_DRIVERCAPS,
        pOutputData: (&raw mut *caps).cast(),
        OutputDataSize: size_of::<DXGK_DRIVERCAPS>() as u32,
        ..Default::default()
    };
    let (table, context) = port.ddis();
    let call = table.DxgkDdiQueryAdapterInfo.expect("there");
    // SAFETY: the adapter's context, our structures.
    let status = unsafe { call(context, &raw const query) };
    assert_eq!((status, caps.InterruptMessageNumber), (STATUS_SUCCESS, 0));

    // A structure of another version: what was asked for is zeroed, and the part that is known is filled in.
    let whole = size_of::<DXGK_DRIVERCAPS>();
    for asked in [0, 8, 100, whole - 1, whole + 48] {
        let mut buffer = vec![0xEE_u64; (whole + 64) / 8];
        let query = DXGKARG_QUERYADAPTERINFO {
            Type: DXGKQAITYPE_DRIVERCAPS,
            pOutputData: buffer.as_mut_ptr().cast(),
            OutputDataSize: asked as u32,
            ..Default::default()
        };
        // SAFETY: as above.
        let status = unsafe { call(context, &raw const query) };
        assert_eq!(status, STATUS_SUCCESS, "{asked}");
        // Only words without padding are looked at.
        assert_eq!(
            asked >= 8,
            buffer[0] == u64::MAX,
            "{asked}: HighestAcceptableAddress"
        );
        if asked > whole {
            let more = &buffer[whole / 8..asked / 8];
            assert!(more.iter().all(|word| *word == 0), "{asked}");
        }
        assert_eq!(buffer[asked.div_ceil(8)], 0xEE, "{asked}");
    }
    assert_eq!(port.remove(), STATUS_SUCCESS);
}

#[test]
fn g2_a_message_that_no_source_has_is_not_claimed() {
    let port = Port::started(2);
    let (table, context) = port.ddis();
    let routine = table.DxgkDdiInterruptRoutine.expect("there");
    // SAFETY: the adapter's context; nothing is run, so no lock is needed.
    let claimed = at(scene::kernel::DIRQL, || unsafe { routine(context, 2) });
    assert_eq!(claimed, 0);
    assert_eq!(port.escape(READ_CONTROL), (STATUS_SUCCESS, 0));
    assert_eq!(port.escape(READ_CONFIG), (STATUS_SUCCESS, 0));
    assert_eq!(port.remove(), STATUS_SUCCESS);
}

#[test]
fn what_can_not_be_started_is_refused_with_the_reason_and_can_be_started_later() {
    let interface = |error| StartRefusal::Interface(error);
    let port = Port::add(2, false);
    for (change, status, refusal) in [
        (
            (|table| table.DxgkCbSynchronizeExecution = None)
                as fn(&mut dxgk::sys::DXGKRNL_INTERFACE),
            STATUS_NOT_SUPPORTED,
            interface(InterfaceError::CallbackAbsent("DxgkCbSynchronizeExecution")),
        ),
        (
            |table| table.Size = 8,
            STATUS_NOT_SUPPORTED,
            interface(InterfaceError::CallbackAbsent("DxgkCbGetDeviceInformation")),
        ),
        (
            |table| table.Version = 0x1052,
            STATUS_REVISION_MISMATCH,
            interface(InterfaceError::Version(0x1052)),
        ),
    ] {
        assert_eq!(port.start_with(change), status);
        assert_eq!(driver::last_refusal(), Some(refusal));
    }
    assert_eq!(port.start(), STATUS_SUCCESS);
    assert_eq!(port.start(), STATUS_INVALID_DEVICE_STATE, "it is already");
    assert_eq!(port.escape(COUNT_CONTROL), (STATUS_SUCCESS, 1));
    assert_eq!(port.remove(), STATUS_SUCCESS);

    let port = Port::add(0, false);
    assert_eq!(port.start(), STATUS_DEVICE_CONFIGURATION_ERROR);
    assert_eq!(
        driver::last_refusal(),
        Some(StartRefusal::Interrupts(MapError::NoInterrupt))
    );
    assert_eq!(port.remove(), STATUS_SUCCESS);

    // The driver has two sources; the third message has nothing to serve.
    let port = Port::started(3);
    assert_eq!(port.remove(), STATUS_SUCCESS);
}

#[test]
#[cfg(debug_assertions)]
fn g4_a_debug_build_looks_at_the_real_irql() {
    let port = Port::started(1);
    let (table, context) = port.ddis();
    let dpc = table.DxgkDdiDpcRoutine.expect("there");
    // SAFETY: the adapter's context.
    at(0, || unsafe { dpc(context) });
    let interrupt = table.DxgkDdiInterruptRoutine.expect("there");
    // SAFETY: as above.
    at(2, || unsafe { interrupt(context, 0) });
    let power = table.DxgkDdiSetPowerState.expect("there");
    // To D0, where the display is taken over: the callback looks at the IRQL too.
    // SAFETY: as above.
    at(1, || unsafe { power(context, 0xFFFF_FFFF, 1, 0) });
    let found: Vec<_> = violations()
        .into_iter()
        .map(|violation| match violation {
            Violation::Irql { at, found, .. } => (at, found),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(
        found,
        [
            ("DxgkDdiDpcRoutine", 0),
            ("DxgkDdiInterruptRoutine", 2),
            ("DxgkDdiSetPowerState", 1),
            ("DxgkCbAcquirePostDisplayOwnership", 1),
        ]
    );
    assert_eq!(port.remove(), STATUS_SUCCESS);
}

#[test]
fn g8_registers_and_pages_dropped_above_passive_level_are_kept() {
    use dxgk::irql::Passive;
    use dxgk::memory::SharedPages;
    let port = Port::started(1);
    assert_eq!(port.escape(KEEP_MAPPING).0, STATUS_SUCCESS);
    let mapped = port.mapped.load(Ordering::SeqCst);
    // SAFETY: stands for a thread at PASSIVE_LEVEL.
    let irql = unsafe { Passive::assume() };
    let interface = dxgk::hosted::interface::<scene::kernel::Machine>();
    let pages = SharedPages::new(&interface, 1, &irql).expect("a page");
    at(scene::kernel::DIRQL, || drop(pages));
    assert!(matches!(
        violations()[..],
        [Violation::Irql {
            at: "freeing pages",
            found: scene::kernel::DIRQL,
            ..
        }]
    ));
    assert_eq!(port.mapped.load(Ordering::SeqCst), mapped);
    assert_eq!(port.escape(DROP_KEPT).0, STATUS_SUCCESS);
    assert_eq!(port.remove(), STATUS_SUCCESS);
}

#[test]
fn g10_a_worker_is_woken_by_a_dpc_and_has_ended_when_the_device_is_stopped() {
    driver::WORKER.set(true);
    let port = Port::started(1);
    assert!(port.interrupt(0));
    assert!(port.run_dpc());
    while port.escape(READ_CONFIG).1 < driver::WORKED {
        std::thread::yield_now();
    }
    assert_eq!(
        port.escape(READ_CONFIG),
        (STATUS_SUCCESS, 2 + driver::WORKED)
    );
    assert!(port.interrupt(0));
    assert_eq!(port.stop(), STATUS_SUCCESS);
    // One that was woken at the last moment: it runs whole, or not at all.
    assert_eq!(port.mapped.load(Ordering::SeqCst), 0);
    assert_eq!(port.start(), STATUS_SUCCESS, "with a new thread");
    assert_eq!(port.escape(READ_CONFIG), (STATUS_SUCCESS, 0));
    assert_eq!(port.remove(), STATUS_SUCCESS);
    driver::WORKER.set(false);
}
