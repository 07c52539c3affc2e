//! What every test does with the stub: the main job, and around it everything else that the model can call.

use crate::stub::{OUTPUT, SPARE, Stub};
use dxgk_sys::*;
use port::Pdo;
use port::machine::Origin;
use port::picture::Frame;
use port::port::{Config, Port, PostDisplay};
use port::power::ADAPTER;
use port::present::Surface;
use port::rules::Rule;
use port::scenario::{End, bring_up};
use port::vidpn::Pivot;

/// Breaks `rule` and finds it broken.
pub fn must_break(rule: Rule) {
    let port = match rule {
        // Only the machine can look at the screen.
        Rule::StopBlack => crate::scenario::run_with_a_bright_end(rule, End::Release),
        Rule::FieldBugcheck => crate::scenario::run_with_a_bright_end(rule, End::Bugcheck),
        Rule::OwnPicture => crate::scenario::run_with_a_bright_end(rule, End::Stop),
        _ => run(Some(rule)),
    };
    let violations = port.violations();
    assert!(
        violations.broke(rule),
        "{} was not found: {violations:?}",
        rule.id()
    );
}

/// A port with the stub registered.
pub fn port(stub: &'static Stub) -> &'static Port {
    let post = PostDisplay {
        width: 64,
        height: 48,
        pitch: 256,
        address: 0xE000_0000,
    };
    let config = Config {
        post_device: stub.broken != Some(Rule::StopWhen),
        post: Some(post),
        ..Config::default()
    };
    let port = Port::new(stub.machine, config);
    let mut table = stub.table();
    let _ = unsafe { port.initialize(std::ptr::null_mut(), std::ptr::null(), &raw const table) };
    // The port has taken a copy: the table need not outlive the call.
    table = KMDDOD_INITIALIZATION_DATA::zeroed();
    std::hint::black_box(&raw const table);
    port
}

/// Adds the adapter and brings it up to monitors.
pub fn start(
    port: &'static Port,
    stub: &'static Stub,
) -> Result<&'static port::adapter::Adapter, i32> {
    let adapter = port.add_device(Pdo(std::ptr::null_mut()))?;
    stub.adapter.set(Some(adapter));
    if let Err(status) = bring_up(adapter) {
        if adapter.is_started() {
            let _ = adapter.stop();
        }
        let _ = adapter.remove();
        return Err(status);
    }
    Ok(adapter)
}

/// Runs the whole with a driver that breaks `broken`.
pub fn run(broken: Option<Rule>) -> &'static Port {
    run_stub(Stub::new(broken))
}

/// The same with a stub that is made already.
pub fn run_stub(stub: &'static Stub) -> &'static Port {
    let broken = stub.broken;
    let port = port(stub);
    let Ok(adapter) = start(port, stub) else {
        finish(port, broken);
        return port;
    };
    let _ = adapter.is_supported(None);
    let empty = adapter.new_vidpn(&[]);
    let _ = adapter.is_supported(Some(empty));
    adapter.drop_vidpn(empty);
    let _ = adapter.recommend();
    let _ = adapter.move_pointer(0, 0, 0, false);
    if broken == Some(Rule::CofuncAsked) {
        let unasked = adapter.new_vidpn(&[(0, OUTPUT)]);
        let _ = adapter.enumerate(unasked, Pivot::None);
        adapter.drop_vidpn(unasked);
    }
    if let Ok(mode) = adapter.set_mode(0, OUTPUT, None) {
        assert_eq!((mode.width, mode.height), (64, 48));
        adapter.probe_control_interrupt();
        adapter.probe_vsync();
        adapter.scan_line(OUTPUT);
        let picture = adapter.picture();
        for _ in 0..2 {
            let _ = adapter.rounds(0, OUTPUT, 2);
        }
        let mut surface = Surface::new(adapter.machine(), port.config(), 64, 48).expect("memory");
        surface.set_unreadable(broken == Some(Rule::OwnUnreadable));
        let _ = adapter.present(0, &mut surface, &Frame::whole(&picture, 1));
        let _ = adapter.set_visibility(0, true);
        let _ = adapter.move_pointer(0, 3, 3, true);
    }
    rest(adapter, stub);
    finish(port, broken);
    port
}

fn rest(adapter: &'static port::adapter::Adapter, stub: &'static Stub) {
    if stub.machine.line {
        stub.machine.interrupt(0, Origin::Foreign);
    } else {
        adapter.hot_plug(SPARE, true, 10_000_000, || {
            stub.spare.set((true, true));
            stub.machine.send(1);
        });
    }
    adapter.acpi_event(DxgkAcpiEvent, ACPI_NOTIFY_PANEL_SWITCH);
    adapter.collect_debug(64);
    adapter.set_power(OUTPUT, PowerDeviceD3, PowerActionNone);
    adapter.set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
    adapter.set_power(ADAPTER, PowerDeviceD0, PowerActionNone);
    if stub.broken != Some(Rule::SysdispWrite) {
        let _ = adapter.system_display_enable(OUTPUT);
    }
    adapter.system_display_write(&mut [0; 64], 8, 8, 0, 0);
    if stub.broken == Some(Rule::ChildQueryScope) {
        let _ = adapter.query_connection(OUTPUT);
    }
    adapter.surprise_removal(DxgkRemovalPnPNotify);
    adapter.surprise_removal(DxgkRemovalHibernation);
    // A target without display: the release is refused, and StopDevice follows.
    let _ = adapter.stop_and_release(SPARE, false);
    if stub.broken == Some(Rule::StopOneOfTwo) {
        let _ = adapter.stop();
    }
    if adapter.start().is_ok() {
        let _ = adapter.stop_and_release(OUTPUT, true);
    }
    if adapter.start().is_ok() {
        let _ = adapter.stop();
    }
    adapter.calls_after_stop();
    let _ = adapter.remove();
}

fn finish(port: &'static Port, broken: Option<Rule>) {
    port.unload(|| broken == Some(Rule::KmdfUnload));
}
