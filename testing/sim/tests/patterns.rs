//! What desktops are seen to draw costs no more than what is drawn, or a command costs more.

use port::pattern::{ALL, Pattern};
use sim::{Options, Outcome, run};

/// Bytes that may be transferred for each that is drawn.
fn bound(name: &str) -> f64 {
    match name {
        // The space between two lines is less than a command is worth, so that the page is one rectangle.
        "page" => 1.4,
        // 200 rectangles all over the screen are united to as many as a frame takes.
        "icons" => 11.1,
        _ => 1.1,
    }
}

fn drawn(pattern: Pattern) -> Outcome {
    let mut options = Options {
        frames: 8,
        pattern: Some(pattern),
        ..Options::default()
    };
    options.device.modes = vec![(800, 600)];
    run(&options)
}

#[test]
fn a_pattern_transfers_what_it_draws() {
    for pattern in ALL {
        let outcome = drawn(pattern);
        assert!(
            outcome.is_good(),
            "{}: {}",
            pattern.name,
            outcome.complaint()
        );
        let statistics = outcome.summary.statistics.expect("statistics");
        let dirty = outcome.summary.dirty_bytes;
        let ratio = statistics.bytes_transferred as f64 / dirty as f64;
        println!(
            "{}: {dirty} bytes drawn, {ratio:.2} times transferred",
            pattern.name
        );
        assert!(
            dirty > 0 && ratio > 0.0,
            "{}: nothing was drawn",
            pattern.name
        );
        assert!(ratio <= bound(pattern.name), "{}: {ratio:.2}", pattern.name);
    }
}
