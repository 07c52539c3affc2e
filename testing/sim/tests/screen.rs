//! What is seen on the monitor, and what becomes of presents, in the states that the main job does not stay in: before the
//! source is visible, while monitors are off, when closures are refused and when the device is slow.

#[path = "common/stage.rs"]
mod stage;

use display::{Setting, TraceEvent};
use dxgk::sys::*;
use ioctl::{Operation, Request, Response, Statistics};
use port::Refuse;
use port::port::Config;
use port::present::Presented;
use sim::gpu::{self, Lie};
use stage::{POWER_TRANSITION, POWERED_OFF, on_stage, on_stage_with};
use zerocopy::IntoBytes;

/// A device that takes four commands at a time.
fn small_queue() -> gpu::Options {
    gpu::Options {
        features: gpu::feature::EDID,
        queue_sizes: [8, 16],
        modes: vec![(320, 200)],
        ..gpu::Options::default()
    }
}

#[test]
fn the_monitor_is_black_until_the_source_is_visible_and_then_shows_the_first_frame() {
    on_stage(&gpu::Options::default(), |stage| {
        assert!(stage.is_black(), "a mode, and nothing presented");
        assert_eq!(stage.first_frame(), Presented::AtOnce);
        assert!(stage.is_black(), "presented, and not visible");
        stage.adapter.set_visibility(0, true).expect("visible");
        stage.assert_up_to_date();
        assert_eq!(stage.next_frame(), Ok(Presented::Completed));
        stage.assert_up_to_date();
    });
}

#[test]
fn an_invisible_source_is_black_and_keeps_its_picture() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        for _ in 0..3 {
            stage.adapter.set_visibility(0, false).expect("invisible");
            assert!(stage.is_black());
            assert_eq!(stage.next_frame(), Ok(Presented::AtOnce));
            assert!(stage.is_black());
            stage.adapter.set_visibility(0, true).expect("visible");
            stage.assert_up_to_date();
        }
        assert_eq!(stage.gpu.resources(), 1, "resources that nobody needs");
    });
}

#[test]
fn a_monitor_that_is_off_has_no_signal_and_comes_back_with_the_picture() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        stage.commit(POWER_TRANSITION | POWERED_OFF);
        assert!(stage.seen().is_none(), "a signal while the monitor is off");
        assert_eq!(stage.next_frame(), Ok(Presented::AtOnce));
        stage.commit(POWER_TRANSITION);
        stage.assert_up_to_date();
        assert_eq!(stage.next_frame(), Ok(Presented::Completed));
        stage.assert_up_to_date();
    });
}

#[test]
fn a_mode_set_while_the_monitor_is_off_lights_nothing() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        let empty = stage.adapter.new_vidpn(&[]);
        let flags = DXGKARG_COMMITVIDPN_FLAGS::default();
        stage
            .adapter
            .commit(empty, D3DDDI_ID_ALL, flags)
            .expect("committed");
        assert!(stage.seen().is_none());
        assert_eq!(stage.gpu.resources(), 0);
        stage.commit(POWERED_OFF);
        assert!(stage.seen().is_none(), "the path was lit");
        assert_eq!(stage.first_frame(), Presented::AtOnce);
        stage.commit(POWER_TRANSITION);
        stage.assert_up_to_date();
    });
}

#[test]
fn a_path_that_was_powered_off_is_lit_by_visibility_and_by_the_monitors_power() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        let ways: [fn(&mut stage::Stage); 2] = [
            |stage| stage.adapter.set_visibility(0, true).expect("visible"),
            |stage| {
                stage
                    .adapter
                    .set_power(stage.target, PowerDeviceD0, PowerActionNone);
            },
        ];
        for light in ways {
            stage.commit(POWERED_OFF);
            assert!(stage.seen().is_none(), "the path was lit");
            light(stage);
            stage.assert_up_to_date();
        }
    });
}

#[test]
fn a_refused_present_is_an_error_and_the_next_one_brings_its_pixels_too() {
    const UNSUCCESSFUL: i32 = 0xC000_0001_u32.cast_signed();
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        for refuse in [Refuse::Status(UNSUCCESSFUL), Refuse::SucceedUnrun] {
            let before = stage.statistics();
            stage.adapter.refuse(0, 1, refuse);
            assert_eq!(stage.next_frame(), Err(UNSUCCESSFUL));
            assert_eq!(stage.next_frame(), Ok(Presented::Completed));
            stage.assert_up_to_date();
            let after = stage.statistics();
            assert_eq!(after.frames_refused, before.frames_refused + 1);
            assert_eq!(after.frames_submitted, before.frames_submitted + 1);
            assert_eq!(
                after.refused_synchronized_calls,
                before.refused_synchronized_calls + 1
            );
        }
    });
}

#[test]
fn a_refused_commit_leaves_the_mode_as_it_is() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        let empty = stage.adapter.new_vidpn(&[]);
        let flags = DXGKARG_COMMITVIDPN_FLAGS::default();
        stage
            .adapter
            .refuse(0, 3, Refuse::Status(0xC000_0001_u32.cast_signed()));
        assert!(stage.adapter.commit(empty, 0, flags).is_err());
        stage.adapter.drop_vidpn(empty);
        assert_eq!(stage.next_frame(), Ok(Presented::Completed));
        stage.assert_up_to_date();
    });
}

#[test]
fn a_mode_that_the_device_refuses_leaves_nothing_behind() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        let empty = stage.adapter.new_vidpn(&[]);
        let flags = DXGKARG_COMMITVIDPN_FLAGS::default();
        stage.adapter.commit(empty, 0, flags).expect("committed");
        for _ in 0..2 {
            stage.gpu.lie(Lie::ResponseError);
            let (vidpn, _) = stage.adapter.build(0, stage.target, None).expect("built");
            let refused = stage.adapter.commit(vidpn, 0, flags);
            assert_eq!(refused, Err(STATUS_GRAPHICS_INVALID_VIDPN));
            stage.adapter.drop_vidpn(vidpn);
            stage.gpu.confess();
        }
    });
}

#[test]
fn a_slow_device_keeps_a_present_pending_and_nobody_waiting() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        stage.gpu.pause(true);
        let frame = stage.frames.frame(&stage.adapter.picture());
        let begun = stage.adapter.begin_present(0, &mut stage.surface, &frame);
        assert_eq!(begun, Ok(STATUS_PENDING));
        let statistics = stage.statistics();
        assert_eq!(statistics.frames_outstanding, 1);
        stage.gpu.pause(false);
        assert_eq!(stage.adapter.wait_for_progress(0), Presented::Completed);
        stage.assert_up_to_date();
        let statistics = stage.statistics();
        assert_eq!(statistics.frames_outstanding, 0);
        assert_eq!(
            statistics.frames_submitted,
            statistics.frames_completed + statistics.frames_failed
        );
    });
}

#[test]
fn a_present_that_finds_no_room_waits_in_the_driver_and_is_shown_when_there_is() {
    // Making a source visible takes three of its places.
    on_stage(&small_queue(), |stage| {
        stage.show();
        for number in 1..=3 {
            stage.adapter.set_visibility(0, false).expect("invisible");
            stage.gpu.pause(true);
            let adapter = stage.adapter;
            let showing = std::thread::spawn(move || adapter.set_visibility(0, true));
            // It waits for the device, which does nothing.
            while stage.statistics().frames_deferred < number {
                let frame = stage.frames.frame(&adapter.picture());
                match adapter.begin_present(0, &mut stage.surface, &frame) {
                    // Not visible yet.
                    Ok(STATUS_SUCCESS) => {}
                    begun => {
                        assert_eq!(begun, Ok(STATUS_PENDING));
                        assert_eq!(stage.statistics().frames_deferred, number);
                    }
                }
            }
            assert_eq!(stage.statistics().frames_outstanding, 1);
            stage.gpu.pause(false);
            assert_eq!(showing.join().expect("no panic"), Ok(()));
            assert_eq!(adapter.wait_for_progress(0), Presented::Completed);
            stage.assert_up_to_date();
        }
    });
}

#[test]
fn escapes_with_wrong_data_change_nothing() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        let good = Request::new(Operation::Statistics, 77).header();
        for length in 0..=600 {
            let mut data = vec![0xEE; length];
            let filled = length.min(16);
            data[..filled].copy_from_slice(&good.as_bytes()[..filled]);
            let before = data.clone();
            let answered = stage.adapter.escape(&mut data);
            assert_eq!(
                answered.is_ok(),
                length >= size_of::<Statistics>(),
                "{length}"
            );
            if answered.is_err() {
                assert_eq!(data, before, "{length} bytes were refused and written to");
            } else {
                assert!(Statistics::read(&data).is_ok());
            }
        }
        for byte in 0..16 {
            let mut data = vec![0; 600];
            data[..16].copy_from_slice(good.as_bytes());
            data[byte] ^= 0x80;
            let refused = stage.adapter.escape(&mut data).is_err();
            // A higher version is answered, and dxgkrnl has chosen the adapter.
            let harmless = (4..8).contains(&byte) || (12..16).contains(&byte);
            assert_eq!(refused, !harmless, "byte {byte}");
        }
    });
}

#[test]
fn a_black_picture_that_cannot_be_had_leaves_no_resource_behind() {
    const UNSUCCESSFUL: i32 = 0xC000_0001_u32.cast_signed();
    for refused in 0..6 {
        on_stage(&gpu::Options::default(), |stage| {
            stage.show();
            let adapter = stage.adapter;
            stage.visibility_may_fail = true;
            adapter.refuse(refused, 1, Refuse::Status(UNSUCCESSFUL));
            let hidden = adapter.set_visibility(0, false);
            if stage.seen().is_none() {
                let resources = stage.gpu.resources();
                assert!(
                    resources <= 1,
                    "{resources} after call {refused}, {hidden:?}"
                );
            }
        });
    }
}

#[test]
fn nothing_can_be_shown_by_a_device_that_has_been_given_up() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        let adapter = stage.adapter;
        sim::kernel::hurry(20);
        stage.gpu.lie(Lie::NeverAnswers);
        // No answer comes, so the device is reset, and that is black.
        assert_eq!(adapter.set_visibility(0, false), Ok(()));
        assert!(stage.seen().is_none());
        assert_eq!(adapter.set_visibility(0, false), Ok(()));
        stage.commit(POWER_TRANSITION | POWERED_OFF);
        stage.commit(POWER_TRANSITION);
        let empty = adapter.new_vidpn(&[]);
        let flags = DXGKARG_COMMITVIDPN_FLAGS::default();
        let with_picture = adapter.machine().pool().bytes;
        assert_eq!(adapter.commit(empty, 0, flags), Ok(()));
        let without = adapter.machine().pool().bytes;
        assert!(without < with_picture, "the frame buffer is still there");
    });
}

#[test]
fn nothing_can_be_shown_by_a_device_that_broke_the_rules() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        stage.gpu.lie(Lie::UsedIdOutOfRange);
        assert_eq!(stage.next_frame(), Ok(Presented::Failed));
        assert_eq!(stage.adapter.set_visibility(0, false), Ok(()));
        assert!(stage.seen().is_none(), "it was never reset");
        let empty = stage.adapter.new_vidpn(&[]);
        let flags = DXGKARG_COMMITVIDPN_FLAGS::default();
        assert_eq!(stage.adapter.commit(empty, 0, flags), Ok(()));
    });
}

#[test]
fn a_surface_that_cannot_be_read_is_told_of_once() {
    on_stage(&gpu::Options::default(), |stage| {
        stage.show();
        let _ = sim::platform::take_traces();
        let pitch = stage.surface.pitch();
        stage.surface.set_unreadable(true);
        for _ in 0..3 {
            assert_eq!(stage.next_frame(), Err(STATUS_ACCESS_VIOLATION));
        }
        stage.surface.set_unreadable(false);
        let told = sim::platform::take_traces();
        let [
            TraceEvent::CopyFailed {
                status,
                pitch: seen,
                ..
            },
        ] = told[..]
        else {
            panic!("{told:?}");
        };
        assert_eq!(status, STATUS_ACCESS_VIOLATION);
        assert_eq!(usize::try_from(seen), Ok(pitch));
        assert_eq!(stage.next_frame(), Ok(Presented::Completed));
        stage.assert_up_to_date();
    });
}

#[test]
fn a_queue_that_stays_full_is_waited_for_three_seconds_also_with_a_slow_clock() {
    on_stage(&small_queue(), |stage| {
        stage.show();
        stage.gpu.pause(true);
        let frame = stage.frames.frame(&stage.adapter.picture());
        let begun = stage.adapter.begin_present(0, &mut stage.surface, &frame);
        assert_eq!(begun, Ok(STATUS_PENDING));
        sim::kernel::hurry(10);
        sim::kernel::tick(156_250);
        let before = sim::kernel::slept();
        assert_eq!(stage.adapter.set_visibility(0, false), Ok(()));
        let slept = (sim::kernel::slept() - before) / 10_000;
        sim::kernel::hurry(1);
        assert!(slept < 5000, "{slept} ms of the driver's time");
        stage.gpu.pause(false);
        assert_eq!(stage.adapter.wait_for_progress(0), Presented::Failed);
    });
}

#[test]
fn an_output_is_a_panel_only_where_the_setting_and_the_device_say_so() {
    let panel = (D3DKMDT_VOT_INTERNAL, HpdAwarenessAlwaysConnected);
    let analogue = (D3DKMDT_VOT_HD15, HpdAwarenessInterruptible);
    for (vga, set, expected) in [
        (true, 1, panel),
        (true, 0, analogue),
        (false, 1, analogue),
        (false, 0, analogue),
    ] {
        let device = gpu::Options {
            vga,
            ..gpu::Options::default()
        };
        let settings = [(Setting::InternalPanel, Ok(set))];
        on_stage_with(&device, Config::default(), &settings, |stage| {
            let output = &stage.adapter.children()[0];
            assert_eq!((output.technology(), output.hpd()), expected);
            stage.show();
            stage.assert_up_to_date();
        });
    }
}
