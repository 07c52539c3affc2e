//! The settings in the registry: what each changes, and that the rest works as without it.

use display::{Setting, TraceEvent};
use dxgk::status::Status;
use sim::machine::Granted;
use sim::platform::Value;
use sim::{Options, Outcome, run};

const AT_ONCE: Value = (Setting::PresentAtOnce, Ok(1));
const PANEL: Value = (Setting::InternalPanel, Ok(1));

#[track_caller]
fn good(options: &Options) -> Outcome {
    let outcome = run(options);
    assert!(outcome.is_good(), "{options:?}: {}", outcome.complaint());
    outcome
}

#[test]
fn presents_end_as_the_setting_says_whatever_interrupts_there_are() {
    for (settings, notified) in [(vec![AT_ONCE], false), (vec![], true)] {
        for granted in [
            Granted::Messages(3),
            Granted::Messages(2),
            Granted::Messages(1),
            Granted::Line,
        ] {
            for processors in [1, 4] {
                let mut options = Options {
                    granted,
                    processors,
                    frames: 60,
                    settings: settings.clone(),
                    ..Options::default()
                };
                options.device.modes = vec![(640, 480)];
                if granted == Granted::Line {
                    options.device.vectors = 0;
                }
                let statistics = good(&options).statistics.expect("statistics");
                assert!(
                    statistics.frames_completed >= 59,
                    "{options:?}: {statistics:?}"
                );
                assert_eq!(statistics.frames_failed, 0);
                assert_eq!(statistics.notifications != 0, notified, "{options:?}");
            }
        }
    }
}

#[test]
fn a_panel_is_for_a_vga_device_alone_and_shows_its_picture() {
    for vga in [true, false] {
        let mut options = Options {
            frames: 5,
            settings: vec![PANEL],
            ..Options::default()
        };
        options.device.vga = vga;
        options.device.modes = vec![(640, 480)];
        good(&options);
    }
}

#[test]
fn a_value_that_cannot_be_read_is_traced_and_its_default_holds() {
    for status in [Status::OBJECT_TYPE_MISMATCH, Status::UNSUCCESSFUL] {
        let mut options = Options {
            frames: 5,
            settings: vec![
                (Setting::PresentAtOnce, Err(status)),
                (Setting::InternalPanel, Err(status)),
            ],
            ..Options::default()
        };
        options.device.modes = vec![(640, 480)];
        let outcome = good(&options);
        assert_ne!(outcome.statistics.expect("statistics").notifications, 0);
        let told = outcome
            .traces
            .iter()
            .filter(|event| matches!(event, TraceEvent::SettingIgnored { .. }));
        assert_eq!(told.count(), 2, "{status}");
    }
}
