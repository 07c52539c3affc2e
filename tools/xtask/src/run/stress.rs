//! The stress of the synchronized interface on the rig: runs with every number of messages that the device allows, each with
//! at least a million closures and a hundred thousand interrupts of the device.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Options, number, once};

/// Closures that each of four processors runs on each of three sources.
const CLOSURES: u32 = 84_000;
/// What that is in all, at least.
const LEAST_CLOSURES: f64 = 1_000_000.0;
/// Interrupts of the device, at least: one for each present.
const LEAST_INTERRUPTS: u32 = 100_000;
/// Presents: some more, since an interrupt that comes while a stray one of its message is pending is one with it.
const PRESENTS: u32 = LEAST_INTERRUPTS + LEAST_INTERRUPTS / 20;

/// The runs: name, and how the device is made.
pub fn variants() -> [(&'static str, Options); 4] {
    let run = |device: &str, line| Options {
        line,
        device: (!line).then(|| device.to_owned()),
        stress: CLOSURES,
        stress_presents: PRESENTS,
        ..Options::default()
    };
    [
        ("rig: stress, 3 messages", run("virtio-gpu-pci", false)),
        (
            "rig: stress, 2 messages",
            run("virtio-gpu-pci,vectors=2", false),
        ),
        (
            "rig: stress, 1 message",
            run("virtio-gpu-pci,vectors=1", false),
        ),
        ("rig: stress, line", run("", true)),
    ]
}

/// Runs one, and returns its figures in a line.
///
/// # Errors
/// The run was not good, or did less than it should.
pub fn test(options: &Options) -> Result<String> {
    judge(&once(options)?.0)
}

fn judge(summary: &Value) -> Result<String> {
    let figures = summary
        .get("stress")
        .context("the summary has no stress in it")?;
    let figure = |name: &str| {
        number(figures, name).with_context(|| format!("the stress has no figure {name}"))
    };
    let mut closures = 0.0;
    for source in ioctl::Source::ALL {
        let ran = figure(&format!("{}_closures", source.name()))?;
        ensure!(ran > 0.0, "no closure ran on the source {}", source.name());
        closures += ran;
    }
    let (all, stray, wrong) = (
        figure("interrupts")?,
        figure("stray_messages")?,
        figure("wrong")?,
    );
    let interrupts = all - stray;
    ensure!(
        closures >= LEAST_CLOSURES,
        "{closures} closures are fewer than {LEAST_CLOSURES}"
    );
    ensure!(
        interrupts >= f64::from(LEAST_INTERRUPTS),
        "{interrupts} interrupts are fewer than {LEAST_INTERRUPTS}"
    );
    ensure!(wrong == 0.0, "{wrong} lost updates or torn snapshots");
    let violations = number(summary, "violations").context("the summary has no violations")?;
    Ok(format!(
        "{closures} closures, {interrupts} interrupts of the device, {stray} stray messages, {} snapshots, {wrong} wrong, {violations} violations",
        figure("snapshots")?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn summary(change: &str, value: u64) -> Value {
        let mut summary = json!({"violations": 0, "stress": {
            "config_closures": 336_000, "control_closures": 336_000, "cursor_closures": 336_000,
            "interrupts": 150_000, "stray_messages": 40_000, "wrong": 0, "snapshots": 1680
        }});
        summary["stress"][change] = value.into();
        summary
    }

    #[test]
    fn enough_is_good_and_says_its_figures() {
        let line = judge(&summary("wrong", 0)).expect("good");
        assert!(
            line.starts_with("1008000 closures, 110000 interrupts"),
            "{line}"
        );
    }

    #[test]
    fn too_little_or_anything_wrong_is_not() {
        for (name, value) in [
            ("wrong", 1),
            ("cursor_closures", 0),
            ("control_closures", 1000),
            ("interrupts", 139_000),
        ] {
            assert!(judge(&summary(name, value)).is_err(), "{name}");
        }
        assert!(judge(&json!({"violations": 0})).is_err());
    }
}
