//! The adapter is stopped while its device still owes the end of a present.

#[path = "common/stage.rs"]
mod stage;

use display::Setting;
use dxgk::sys::{STATUS_PENDING, STATUS_SUCCESS};
use port::port::Config;
use sim::gpu;
use sim::platform::Value;
use stage::on_stage_with;

/// A present that the device does not answer, and a stop. The stage holds the driver to all rules: what is pending has its report
/// before the stop ends, nothing is reported afterwards, and nothing stays behind.
fn stopped_while_pending(settings: &[Value], begun: i32) {
    let device = gpu::Options::default();
    on_stage_with(&device, Config::default(), settings, |stage| {
        stage.show();
        stage.gpu.pause(true);
        let frame = stage.frames.frame(&stage.adapter.picture());
        let status = stage.adapter.begin_present(0, &mut stage.surface, &frame);
        assert_eq!(status, Ok(begun));
        assert_eq!(stage.adapter.stop(), Ok(()));
        stage.gpu.pause(false);
    });
}

#[test]
fn a_present_that_is_pending_when_the_adapter_stops_is_reported_by_then() {
    stopped_while_pending(&[], STATUS_PENDING);
}

#[test]
fn what_the_device_owes_of_a_present_that_has_ended_is_given_up_by_a_stop() {
    stopped_while_pending(&[(Setting::PresentAtOnce, Ok(1))], STATUS_SUCCESS);
}
