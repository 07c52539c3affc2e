//! The driver meets everything that the port model varies, each variant by itself, with messages and on a VGA adapter.

use port::config::{Judge, PostDisplay};
use port::scenario::Plan;
use port::variants::Variant;
use sim::gpu::FRAME_BUFFER;
use sim::machine::Granted;
use sim::{Options, run};

/// What the driver does not meet yet; each has a test of its own, ignored until it does.
const NOT_YET: &[&str] = &["interface-smaller"];

fn options(variant: &Variant, vga: bool) -> Options {
    let mut options = Options {
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
fn failures(vga: bool, meant: impl Fn(&str) -> bool) -> Vec<String> {
    Variant::of(Judge::Own)
        .filter(|variant| meant(variant.name))
        .filter_map(|variant| {
            let outcome = run(&options(variant, vga));
            (!outcome.is_good()).then(|| format!("{}: {}", variant.name, outcome.complaint()))
        })
        .collect()
}

#[test]
fn the_driver_meets_every_variant() {
    let failed = failures(false, |name| !NOT_YET.contains(&name));
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn it_meets_those_about_firmwares_display_on_a_vga_adapter() {
    let about = ["post", "not-post", "wake", "end"];
    let failed = failures(true, |name| {
        about.iter().any(|start| name.starts_with(start))
    });
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
#[ignore = "the driver refuses an interface that is shorter than its own (STATUS_REVISION_MISMATCH)"]
fn a_shorter_interface_will_do() {
    let failed = failures(false, |name| name == "interface-smaller");
    assert_eq!(failed, Vec::<String>::new());
}
