//! The adapter's power: what it comes back to, and what stops it from coming back.

#[path = "common/stage.rs"]
mod stage;

use dxgk::sys::*;
use port::Refuse;
use port::port::{Config, PostDisplay};
use port::power::{ADAPTER, Released};
use port::present::Presented;
use sim::gpu::{self, FRAME_BUFFER, Lie};
use sim::kernel;
use stage::{POWER_TRANSITION, POWERED_OFF, Stage, on_stage, on_stage_of};

/// A device whose picture is drawn quickly.
fn small() -> gpu::Options {
    gpu::Options {
        modes: vec![(640, 480)],
        ..gpu::Options::default()
    }
}

#[test]
fn the_adapter_sleeps_and_comes_back_black() {
    on_stage(&small(), |stage| {
        for action in [PowerActionSleep, PowerActionHibernate, PowerActionNone] {
            stage.show();
            stage.assert_up_to_date();
            stage.adapter.set_power(ADAPTER, PowerDeviceD3, action);
            stage
                .adapter
                .set_power(ADAPTER, PowerDeviceD0, PowerActionNone);
            assert!(stage.is_black(), "after {action}");
            assert_eq!(stage.first_frame(), Presented::AtOnce);
            assert!(stage.is_black(), "visible although nobody said so");
            assert_eq!(stage.gpu.resources(), 1);
        }
        stage.show();
        assert_eq!(stage.next_frame(), Ok(Presented::Completed));
        stage.assert_up_to_date();
    });
}

#[test]
fn presents_while_the_adapter_sleeps_end_at_once() {
    on_stage(&small(), |stage| {
        stage.show();
        stage.adapter.set_power(0, PowerDeviceD3, PowerActionNone);
        assert_eq!(
            stage.next_frame(),
            Ok(Presented::Completed),
            "the child's state is not the adapter's"
        );
        stage
            .adapter
            .set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
        stage
            .adapter
            .set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
        assert_eq!(stage.next_frame(), Ok(Presented::AtOnce));
        assert!(stage.seen().is_none());
        stage.wake();
        assert!(
            stage.is_black(),
            "what was presented while it slept is seen"
        );
    });
}

/// The picture comes back as Windows brings it back: a frame, and then visibility.
#[track_caller]
fn assert_comes_back(stage: &mut Stage) {
    assert_eq!(stage.first_frame(), Presented::AtOnce);
    assert_eq!(stage.adapter.set_visibility(0, true), Ok(()));
    stage.assert_up_to_date();
    assert_eq!(stage.next_frame(), Ok(Presented::Completed));
    stage.assert_up_to_date();
    assert_eq!(stage.gpu.resources(), 1);
}

#[test]
fn an_output_that_was_off_stays_off_over_a_sleep() {
    on_stage(&small(), |stage| {
        stage.show();
        stage.commit(POWER_TRANSITION | POWERED_OFF);
        stage.sleep();
        stage.wake();
        assert!(stage.seen().is_none(), "it was lit");
        stage.commit(POWER_TRANSITION);
        assert!(stage.is_black());
        assert_comes_back(stage);
    });
}

#[test]
fn waking_takes_no_memory() {
    on_stage(&small(), |stage| {
        for _ in 0..2 {
            stage.show();
            stage.sleep();
            kernel::exhaust(true);
            stage.wake();
            assert!(stage.is_black());
            assert_comes_back(stage);
            kernel::exhaust(false);
        }
    });
}

#[test]
fn a_device_that_cannot_show_the_mode_at_once_is_asked_again() {
    on_stage(&small(), |stage| {
        for commit in [true, false] {
            stage.show();
            stage.sleep();
            stage.gpu.lie(Lie::ResponseError);
            stage.wake();
            stage.gpu.confess();
            assert!(stage.seen().is_none());
            if commit {
                stage.commit(POWER_TRANSITION);
                assert!(stage.is_black());
            }
            assert_comes_back(stage);
        }
    });
}

const UNSUCCESSFUL: i32 = 0xC000_0001_u32.cast_signed();

#[test]
fn a_port_that_does_not_synchronize_while_it_wakes_the_adapter_only_delays_it() {
    on_stage(&small(), |stage| {
        for (commit, how) in [
            (true, Refuse::Status(UNSUCCESSFUL)),
            (false, Refuse::Status(UNSUCCESSFUL)),
            (false, Refuse::SucceedUnrun),
        ] {
            stage.show();
            stage.sleep();
            stage.adapter.refuse(0, u64::MAX, how);
            stage.wake();
            assert!(stage.seen().is_none());
            stage.adapter.refuse(0, 0, how);
            if commit {
                stage.commit(POWER_TRANSITION);
                assert!(stage.is_black());
            }
            assert_comes_back(stage);
        }
    });
}

#[test]
fn one_refused_call_anywhere_in_a_sleep_or_a_wake_does_no_harm() {
    on_stage(&small(), |stage| {
        for refused in 0..14 {
            stage.show();
            stage
                .adapter
                .refuse(refused, 1, Refuse::Status(UNSUCCESSFUL));
            stage.sleep();
            stage.wake();
            stage.adapter.refuse(0, 0, Refuse::SucceedUnrun);
            assert_comes_back(stage);
        }
    });
}

/// A VGA adapter whose frame buffer firmware has lit, and the port that says so.
fn vga() -> (gpu::Options, Config) {
    let device = gpu::Options {
        vga: true,
        ..small()
    };
    let post = Some(PostDisplay {
        width: 640,
        height: 480,
        pitch: 640 * 4,
        address: FRAME_BUFFER,
    });
    (
        device,
        Config {
            post,
            ..Config::default()
        },
    )
}

#[test]
fn the_display_is_given_back_also_for_a_target_that_is_not_active() {
    let (device, config) = vga();
    for target in [0, 1, D3DDDI_ID_UNINITIALIZED] {
        on_stage_of(&device, config, |stage| {
            let released = stage.adapter.stop_and_release(target, true);
            let Ok(Released::Left(left)) = released else {
                panic!("target {target:#x}: {released:?}");
            };
            assert_eq!((left.TargetId, left.Width, left.Height), (0, 640, 480));
        });
    }
}

#[test]
fn what_firmware_had_lit_before_a_sleep_is_not_what_is_given_back() {
    let (device, config) = vga();
    let smaller = PostDisplay {
        width: 320,
        height: 200,
        pitch: 320 * 4,
        address: FRAME_BUFFER,
    };
    for lit in [None, Some(smaller), config.post] {
        on_stage_of(&device, config, |stage| {
            let adapter = stage.adapter;
            adapter.set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
            adapter.set_post(lit);
            adapter.set_power(ADAPTER, PowerDeviceD0, PowerActionNone);
            match (lit, adapter.stop_and_release(0, true)) {
                (None, Ok(Released::Refused(STATUS_NOT_SUPPORTED))) => {}
                (Some(lit), Ok(Released::Left(left))) => {
                    assert_eq!((left.Width, left.Height), (lit.width, lit.height));
                }
                (lit, released) => panic!("{lit:?}: {released:?}"),
            }
        });
    }
}
