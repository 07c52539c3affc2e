//! Presents that end in their calls (the setting `PresentAtOnce`), where the device is slow or fails.

#[path = "common/stage.rs"]
mod stage;

use display::{Setting, TraceEvent};
use port::port::Config;
use port::present::Presented;
use sim::gpu::{self, Lie};
use sim::platform::Value;
use stage::on_stage_with;

const AT_ONCE: Value = (Setting::PresentAtOnce, Ok(1));

#[test]
fn a_present_that_finds_no_room_has_ended_too_and_is_shown_when_there_is() {
    let device = gpu::Options {
        features: gpu::feature::EDID,
        queue_sizes: [8, 16],
        modes: vec![(320, 200)],
        ..gpu::Options::default()
    };
    on_stage_with(&device, Config::default(), &[AT_ONCE], |stage| {
        stage.show();
        stage.gpu.pause(true);
        for _ in 0..6 {
            assert_eq!(stage.next_frame(), Ok(Presented::AtOnce));
        }
        let waiting = stage.statistics();
        assert!(waiting.frames_deferred != 0 && waiting.frames_outstanding == 6);
        stage.gpu.pause(false);
        while stage.statistics().frames_outstanding != 0 {
            std::thread::yield_now();
        }
        stage.assert_up_to_date();
    });
}

#[test]
fn what_the_device_refuses_after_the_present_has_ended_is_traced() {
    on_stage_with(
        &gpu::Options::default(),
        Config::default(),
        &[AT_ONCE],
        |stage| {
            stage.show();
            stage.gpu.lie(Lie::ResponseError);
            assert_eq!(stage.next_frame(), Ok(Presented::AtOnce));
            while stage.statistics().frames_failed == 0 {
                std::thread::yield_now();
            }
            stage.gpu.confess();
            let mut told = false;
            for _ in 0..60_000 {
                told |= sim::platform::take_traces()
                    .iter()
                    .any(|event| matches!(event, TraceEvent::CommandFailed(_)));
                if told {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            assert!(told);
            assert_eq!(stage.next_frame(), Ok(Presented::AtOnce));
        },
    );
}
