//! The driver meets everything that the port model varies, each variant by itself, with messages and on a VGA adapter.

use display::Setting;
use port::config::{Judge, PostDisplay};
use port::scenario::Plan;
use port::variants::Variant;
use sim::gpu::FRAME_BUFFER;
use sim::machine::Granted;
use sim::platform::Value;
use sim::{Options, run};

/// How presents end, by the value in the adapter's software key.
const PENDING: &[Value] = &[];
const AT_ONCE: &[Value] = &[(Setting::PresentAtOnce, Ok(1))];

fn options(variant: &Variant, settings: &[Value], vga: bool) -> Options {
    let mut options = Options {
        settings: settings.to_vec(),
        granted: Granted::Messages(3),
        frames: 8,
        ..Options::default()
    };
    options.device.modes = vec![(640, 480)];
    options.device.vga = vga;
    options.port.post = vga.then_some(PostDisplay {
        width: 640,
        height: 480,
        pitch: 640 * 4,
        address: FRAME_BUFFER,
    });
    let mut plan = Plan {
        moves: options.moves,
        end: options.end,
        restart: options.restart,
        ..Plan::default()
    };
    (variant.change)(&mut options.port, &mut plan);
    (options.moves, options.end, options.restart) = (plan.moves, plan.end, plan.restart);
    options
}

/// What is wrong with a run of each variant that `meant` is true for.
fn failures(settings: &[Value], vga: bool, meant: impl Fn(&str) -> bool) -> Vec<String> {
    Variant::of(Judge::Own)
        .filter(|variant| meant(variant.name))
        .filter_map(|variant| {
            let outcome = run(&options(variant, settings, vga));
            (!outcome.is_good()).then(|| format!("{}: {}", variant.name, outcome.complaint()))
        })
        .collect()
}

#[test]
fn the_driver_meets_every_variant() {
    let failed = failures(PENDING, false, |_| true);
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn it_meets_them_too_where_presents_end_in_their_calls() {
    let failed = failures(AT_ONCE, false, |_| true);
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn it_meets_those_about_firmwares_display_on_a_vga_adapter() {
    let about = ["post", "not-post", "wake", "end"];
    let failed = failures(PENDING, true, |name| {
        about.iter().any(|start| name.starts_with(start))
    });
    assert_eq!(failed, Vec::<String>::new());
}
