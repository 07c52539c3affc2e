//! The runs on the rig that `cargo xtask test` makes: by device, processors and interrupts; with
//! everything that the model varies; with each setting of the registry; and with the largest
//! picture.

use anyhow::{Context, Result, ensure};
use port::scenario::End;
use serde_json::Value;

use super::{Options, number, once};

/// A run: its name, and what `cargo xtask run` would be told.
pub type Step = (&'static str, Options);

/// The device's and the machine's variants. Interrupts are connected from the start in all but two.
pub fn machines() -> Vec<Step> {
    let plain = Options::default;
    let device = |words: &str| Options {
        device: Some(words.to_owned()),
        ..plain()
    };
    let processors = |smp| Options { smp, ..plain() };
    let line = |options| Options {
        line: true,
        ..options
    };
    let late = |options| Options {
        connect_late: true,
        ..options
    };
    vec![
        ("rig: messages", plain()),
        ("rig: line", line(plain())),
        (
            "rig: vga",
            Options {
                vga: true,
                ..plain()
            },
        ),
        ("rig: one message", device("virtio-gpu-pci,vectors=1")),
        ("rig: two messages", device("virtio-gpu-pci,vectors=2")),
        (
            "rig: no event index",
            device("virtio-gpu-pci,event_idx=off"),
        ),
        (
            "rig: no indirect descriptors",
            device("virtio-gpu-pci,indirect_desc=off"),
        ),
        (
            "rig: scattered memory",
            Options {
                scattered: true,
                ..plain()
            },
        ),
        ("rig: one processor", processors(1)),
        ("rig: line, one processor", line(processors(1))),
        ("rig: connected late", late(plain())),
        ("rig: connected late, line", late(line(plain()))),
        (
            "rig: counting",
            Options {
                count: true,
                frames: 60,
                ..plain()
            },
        ),
        ("rig: two processors", processors(2)),
        ("rig: eight processors", processors(8)),
        // The other display is QEMU's first, which a screendump without a device would take.
        (
            "rig: with another display",
            Options {
                frames: FEW,
                qemu: vec!["-vga".to_owned(), "std".to_owned()],
                ..plain()
            },
        ),
    ]
}

/// Most frames of a run whose point is not their number.
const FEW: u32 = 40;

/// Bytes that may be transferred for each that is drawn.
const MOST_TRANSFERRED: f64 = 1.1;

/// Everything that the model varies, several things in each run; each setting of the driver's; and
/// its largest picture.
pub fn model() -> Vec<Step> {
    let run = |variants: &[&'static str], settings: &[&str]| Options {
        frames: FEW,
        variants: variants.to_vec(),
        settings: settings.iter().map(|name| ((*name).into(), 1)).collect(),
        ..Options::default()
    };
    vec![
        (
            "rig: varied, messages",
            run(
                &[
                    "interface-exact",
                    "post-fails",
                    "color-basis-srgb",
                    "vsync-display-only",
                    "tight-pitch",
                    "user-source",
                    "wake-no-commit",
                    "visible-first",
                    "end-remove",
                ],
                &[],
            ),
        ),
        (
            "rig: varied, vga",
            Options {
                vga: true,
                ..run(
                    &[
                        "interface-smaller",
                        "post-three-bytes",
                        "unpinned",
                        "vsync-never",
                        "user-source",
                        "wake-power-transition",
                        "no-write-combining",
                        "late-dpc",
                        "end-release",
                    ],
                    &[],
                )
            },
        ),
        (
            "rig: varied, line",
            Options {
                line: true,
                ..run(
                    &[
                        "interrupt-after-start",
                        "synchronize-without-interrupt-refused",
                        "interface-larger",
                        "caps-larger",
                        "post-absent",
                        "not-post-device",
                        "no-moves",
                        "restart",
                        "end-bugcheck",
                    ],
                    &[],
                )
            },
        ),
        (
            "rig: presents at once",
            run(&["user-source"], &["PresentAtOnce"]),
        ),
        (
            "rig: presents at once, line, one processor",
            Options {
                line: true,
                smp: 1,
                ..run(&["wake-no-commit"], &["PresentAtOnce"])
            },
        ),
        (
            "rig: scrolling",
            Options {
                pattern: Some("scrolling"),
                ..run(&[], &[])
            },
        ),
        (
            "rig: 8192x4320",
            Options {
                mode: Some((8192, 4320)),
                frames: 3,
                ..Options::default()
            },
        ),
        (
            "rig: internal panel",
            Options {
                vga: true,
                ..run(&["end-release"], &["InternalPanel"])
            },
        ),
    ]
}

/// The runs on the newer QEMU.
pub fn newer() -> Vec<Step> {
    let plain = Options::default;
    vec![
        ("rig: newer QEMU, messages", plain()),
        (
            "rig: newer QEMU, line",
            Options {
                line: true,
                ..plain()
            },
        ),
        (
            "rig: newer QEMU, vga",
            Options {
                vga: true,
                ..plain()
            },
        ),
        (
            "rig: newer QEMU, virtio-gpu-gl-pci",
            Options {
                device: Some("virtio-gpu-gl-pci".to_owned()),
                ..plain()
            },
        ),
    ]
}

/// A run, and whether it was one of what its options ask for.
///
/// # Errors
/// As [`once`], or what was asked for did not come.
pub fn test(options: &Options) -> Result<()> {
    judge(&once(options)?.0, options)
}

fn judge(summary: &Value, options: &Options) -> Result<()> {
    let figure =
        |name: &str| number(summary, name).with_context(|| format!("the summary has no {name}"));
    let user = figure("presents_of_user_addresses")?;
    let asked = options.variants.contains(&"user-source");
    ensure!(
        (user > 0.0) == asked,
        "{user} presents came from addresses of user mode"
    );
    let (frames, at_once) = (figure("frames")?, figure("frames_synchronous")?);
    let set = options
        .settings
        .iter()
        .any(|(name, number)| name == "PresentAtOnce" && *number != 0);
    ensure!(
        if set {
            at_once == frames
        } else {
            at_once <= 1.0
        },
        "{at_once} of {frames} presents ended in their calls"
    );
    if options.pattern.is_some() {
        let transferred = figure("bytes_transferred_per_dirty_byte")?;
        ensure!(
            transferred > 0.0 && transferred <= MOST_TRANSFERRED,
            "{transferred} bytes were transferred for each that was drawn"
        );
    }
    // The run that ends without a stop has none, nor one whose presents have ended by then.
    let stops = matches!(options.plan().end, End::Stop | End::Release) && !set;
    let pending = figure("stops_with_a_present_pending")?;
    ensure!(!stops || pending > 0.0, "no stop found a present pending");
    // Firmware's display is known on a VGA device, unless that is what is varied.
    let known = options.vga && !options.variants.iter().any(|name| name.contains("post"));
    let released = options.plan().end == End::Release;
    ensure!(
        !(known && released) || figure("displays_given_back")? > 0.0,
        "firmware's display was not given back"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use port::variants::ALL;
    use serde_json::json;

    #[test]
    fn everything_that_the_model_varies_is_in_a_run() {
        let runs = model();
        let has = |name: &str| {
            runs.iter()
                .any(|(_, options)| options.variants.contains(&name))
        };
        let missing = ALL.iter().map(|variant| variant.name);
        let missing: Vec<_> = missing.filter(|name| !has(name)).collect();
        assert_eq!(missing, Vec::<&str>::new());
        for (step, options) in &runs {
            for (index, name) in options.variants.iter().enumerate() {
                let group = name.split('-').next();
                let alone = ["interface", "post", "vsync", "wake", "end"];
                let twice = options.variants[..index]
                    .iter()
                    .any(|other| other.split('-').next() == group);
                let exclusive = group.is_some_and(|group| alone.contains(&group));
                assert!(!(exclusive && twice), "{step}: {name} undoes another");
            }
        }
    }

    #[test]
    fn connected_interrupts_are_run_as_line_and_messages_on_one_and_four_processors() {
        let runs = machines();
        for (line, smp) in [(false, 1), (false, 4), (true, 1), (true, 4)] {
            let has = |late| {
                runs.iter()
                    .any(|(_, run)| (run.line, run.smp, run.connect_late) == (line, smp, late))
            };
            assert!(has(false), "line {line}, {smp} processors");
            assert!(has(true) || smp == 1, "connected late, line {line}");
        }
    }

    #[test]
    fn a_run_that_was_not_what_its_options_say_fails() {
        let summary = |user, at_once, pending| {
            json!({
                "frames": 40, "presents_of_user_addresses": user, "frames_synchronous": at_once,
                "stops_with_a_present_pending": pending
            })
        };
        let options = |variants: &[&'static str], settings: &[&str]| Options {
            variants: variants.to_vec(),
            settings: settings.iter().map(|name| ((*name).into(), 1)).collect(),
            ..Options::default()
        };
        let plain = options(&[], &[]);
        let user = options(&["user-source"], &[]);
        let set = options(&["end-remove"], &["PresentAtOnce"]);
        let scrolling = Options {
            pattern: Some("scrolling"),
            ..options(&[], &[])
        };
        let drawn = |ratio| {
            let mut summary = summary(0, 1, 1);
            summary["bytes_transferred_per_dirty_byte"] = json!(ratio);
            summary
        };
        for (summary, options, good) in [
            (drawn(1.1), &scrolling, true),
            (drawn(1.11), &scrolling, false),
            (drawn(0.0), &scrolling, false),
            (summary(0, 1, 1), &scrolling, false),
            (summary(0, 1, 1), &plain, true),
            (summary(0, 2, 1), &plain, false),
            (summary(0, 1, 0), &plain, false),
            (summary(9, 1, 1), &plain, false),
            (summary(9, 1, 1), &user, true),
            (summary(0, 1, 1), &user, false),
            (summary(0, 40, 0), &set, true),
            (summary(0, 39, 0), &set, false),
        ] {
            assert_eq!(judge(&summary, options).is_ok(), good, "{summary}");
        }
    }
}
