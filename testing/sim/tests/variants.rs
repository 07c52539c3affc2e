//! The driver meets everything that the port model varies, each variant by itself, with messages and on a VGA adapter.

use port::config::{Judge, PostDisplay};
use port::scenario::Plan;
use port::variants::Variant;
use sim::gpu::FRAME_BUFFER;
use sim::machine::Granted;
use sim::{Options, run};

/// What the driver does not meet yet, with what it does instead.
const NOT_YET: &[(&str, &str)] = &[];

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

fn failures(vga: bool) -> Vec<String> {
    let expected = |name: &str| NOT_YET.iter().any(|(other, _)| *other == name);
    Variant::of(Judge::Own)
        .filter(|variant| !expected(variant.name))
        .filter_map(|variant| {
            let outcome = run(&options(variant, vga));
            (!outcome.is_good()).then(|| format!("{}: {}", variant.name, outcome.complaint()))
        })
        .collect()
}

#[test]
fn the_driver_meets_every_variant() {
    assert_eq!(failures(false), Vec::<String>::new());
}

#[test]
fn so_it_does_on_a_vga_adapter() {
    assert_eq!(failures(true), Vec::<String>::new());
}
