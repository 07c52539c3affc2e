//! The adapter's power: what it comes back to, and what stops it from coming back.

#[path = "common/stage.rs"]
mod stage;

use dxgk::sys::*;
use port::port::{Config, PostDisplay};
use port::power::{ADAPTER, Released};
use port::present::Presented;
use sim::gpu::{self, FRAME_BUFFER};
use stage::{on_stage, on_stage_of};

#[test]
fn the_adapter_sleeps_and_comes_back_black() {
    on_stage(&gpu::Options::default(), |stage| {
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
    on_stage(&gpu::Options::default(), |stage| {
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
    });
}

/// A VGA adapter whose frame buffer firmware has lit, and the port that says so.
fn vga() -> (gpu::Options, Config) {
    let device = gpu::Options {
        vga: true,
        modes: vec![(640, 480)],
        ..gpu::Options::default()
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
