//! What the model calls a driver with, where Windows was seen to do so.
//!
//! The stub notes each call, and the tests read the notes.

use crate::job;
use crate::stub::Stub;
use crate::variants::{run, short};
use dxgk_sys::*;
use port::config::Config;
use port::picture::Frame;
use port::present::Surface;
use port::rules::{Class, Fact, Rule};
use port::scenario::{End, Plan};
use port::variants::{self, Variant};
use port::version::{KNOWN, Sizes};
use std::collections::BTreeSet;

/// One call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// DxgkDdiStartDevice, with interrupts connected or not.
    Start { connected: bool },
    /// What DxgkCbAcquirePostDisplayOwnership said: status, width, format.
    Firmware(NTSTATUS, u32, D3DDDIFORMAT),
    /// DxgkDdiSetPowerState for the adapter or an output.
    Power {
        started: bool,
        adapter: bool,
        state: DEVICE_POWER_STATE,
    },
    /// DxgkDdiQueryDeviceDescriptor.
    Descriptor { started: bool },
    /// DxgkDdiIsSupportedVidPn.
    Question { started: bool },
    /// The color basis of a path's target, in DxgkDdiEnumVidPnCofuncModality.
    Basis(D3DKMDT_COLOR_BASIS),
    /// DxgkDdiCommitVidPn: number of paths, flags.
    Commit(usize, u32),
    /// DxgkDdiSetVidPnSourceVisibility.
    Visible(bool),
    /// DxgkDdiPresentDisplayOnly: its pitch.
    Present(i32),
    /// DxgkDdiControlInterrupt that enables this type.
    VSync(DXGK_INTERRUPT_TYPE),
    /// DxgkDdiSystemDisplayEnable or DxgkDdiSystemDisplayWrite, at this IRQL.
    Screen(u8),
}

use Heard::*;

/// What `stub` hears in the main job.
fn heard_by(stub: &'static Stub, config: Config, plan: &Plan) -> Vec<Heard> {
    let (status, summary) = run(stub, config, plan, |_| ());
    assert_eq!(status, STATUS_SUCCESS);
    assert!(summary.went_through(), "{}", summary.to_json(""));
    stub.heard.take()
}

/// The main job with one thing varied.
fn varied(variant: Option<&str>) -> (Config, Plan) {
    let (mut config, mut plan) = (Config::default(), short());
    if let Some(name) = variant {
        (Variant::named(name).expect("a variant").change)(&mut config, &mut plan);
    }
    (config, plan)
}

/// What a stub with VSync control or without hears, with one thing varied.
fn heard(vsync: bool, variant: Option<&str>) -> Vec<Heard> {
    let (config, plan) = varied(variant);
    heard_by(Stub::with(None, false, vsync), config, &plan)
}

/// Those that `pick` takes, without repetitions.
fn kinds<T: Ord>(heard: &[Heard], pick: impl Fn(&Heard) -> Option<T>) -> BTreeSet<T> {
    heard.iter().filter_map(pick).collect()
}

#[test]
fn each_variant_changes_what_it_is_named_for_and_no_two_change_the_same() {
    let usual = || (Config::default(), Plan::default());
    let mut seen = BTreeSet::from([format!("{:?}", usual())]);
    for variant in variants::ALL {
        let (mut config, mut plan) = usual();
        (variant.change)(&mut config, &mut plan);
        assert!(
            seen.insert(format!("{:?}", (config, plan))),
            "{}",
            variant.name
        );
    }
}

#[test]
fn interrupts_are_connected_before_the_start_unless_that_is_varied() {
    for (variant, expected) in [(None, true), (Some("interrupt-after-start"), false)] {
        let connected = kinds(&heard(false, variant), |heard| match heard {
            Start { connected } => Some(*connected),
            _ => None,
        });
        assert_eq!(connected, BTreeSet::from([expected]));
    }
}

#[test]
fn paths_come_without_a_color_basis_unless_that_is_varied() {
    for (variant, expected) in [
        (None, D3DKMDT_CB_UNINITIALIZED),
        (Some("color-basis-srgb"), D3DKMDT_CB_SRGB),
    ] {
        let basis = kinds(&heard(false, variant), |heard| match heard {
            Basis(basis) => Some(*basis),
            _ => None,
        });
        assert_eq!(basis, BTreeSet::from([expected]));
    }
}

#[test]
fn a_target_modes_active_size_of_zero_is_told_and_taken() {
    for (config, known) in [(Config::foreign(), true), (Config::default(), false)] {
        let stub = Stub::new(None);
        stub.bare_target.set(true);
        let (_, summary) = run(stub, config, &short(), |_| ());
        assert!(summary.went_through(), "{}", summary.to_json(""));
        let told = if known {
            &summary.taken.1
        } else {
            &summary.merged
        };
        let told: Vec<_> = told.iter().map(|one| (one.rule, one.taken)).collect();
        let fact = known.then_some(Fact(179));
        assert_eq!(told, [(Rule::FieldsSource, fact)]);
        assert_eq!(summary.is_good(), known);
    }
}

#[test]
fn after_d0_the_mode_is_committed_again_or_not_as_the_variant_says() {
    let transition = DXGKARG_COMMITVIDPN_FLAGS::zeroed()
        .with(DXGKARG_COMMITVIDPN_FLAGS::PathPowerTransition, 1)
        .Value;
    let awake = Power {
        started: true,
        adapter: true,
        state: PowerDeviceD0,
    };
    for (variant, commits) in [
        (None, &[Commit(0, 0), Commit(1, 0)][..]),
        (Some("wake-no-commit"), &[]),
        (
            Some("wake-power-transition"),
            &[Commit(0, 0), Commit(1, 0), Commit(1, transition)],
        ),
    ] {
        let heard = heard(false, variant);
        let from = heard.iter().position(|heard| *heard == awake);
        let after = &heard[from.expect("a wake")..];
        let lit = after.iter().position(|heard| *heard == Visible(true));
        let (dark, shown) = after.split_at(lit.expect("a source that is visible again"));
        let seen: Vec<_> = dark
            .iter()
            .filter(|heard| matches!(heard, Commit(..) | Present(_)))
            .copied()
            .collect();
        // A present comes before the source is visible, which known drivers drop, and a whole one
        // afterwards.
        assert_eq!(seen, [commits, &[Present(448)]].concat(), "{variant:?}");
        assert_eq!(shown.get(1), Some(&Present(448)), "{variant:?}");
    }
}

#[test]
fn a_monitor_sleeps_and_wakes_with_the_commits_that_the_page_of_the_flags_has() {
    let flags = DXGKARG_COMMITVIDPN_FLAGS::zeroed();
    let transition = flags.with(DXGKARG_COMMITVIDPN_FLAGS::PathPowerTransition, 1);
    let off = flags.with(DXGKARG_COMMITVIDPN_FLAGS::PathPoweredOff, 1);
    let power = |state| Power {
        started: true,
        adapter: false,
        state,
    };
    let expected = [
        Visible(false),
        Commit(1, transition.Value),
        power(PowerDeviceD3),
        Present(448),
        Commit(1, off.Value),
        Present(448),
        Commit(1, transition.Value),
        power(PowerDeviceD0),
        Present(448),
        Visible(true),
        Present(448),
    ];
    let mut heard = heard(false, None);
    // The stub asks for firmware's display whenever something wakes.
    heard.retain(|heard| !matches!(heard, Firmware(..)));
    assert!(
        heard
            .windows(expected.len())
            .any(|window| window == expected),
        "{heard:?}"
    );
}

#[test]
fn a_source_is_made_visible_twice_before_its_first_frame_where_that_is_varied() {
    for (variant, expected) in [(None, 0), (Some("visible-first"), 2)] {
        let heard = heard(false, variant);
        let lit = heard.iter().skip_while(|heard| **heard != Commit(1, 0));
        let before = lit
            .take_while(|heard| !matches!(heard, Present(_)))
            .filter(|heard| **heard == Visible(true));
        assert_eq!(before.count(), expected);
    }
}

#[test]
fn calls_come_before_the_start_and_after_the_stop() {
    let heard = heard(false, None);
    let started = |heard: &Heard| matches!(heard, Start { .. });
    let at = heard.iter().position(started).expect("a start");
    let (before, after) = heard.split_at(at);
    let power = |adapter, state| Power {
        started: false,
        adapter,
        state,
    };
    assert!(before.contains(&power(true, PowerDeviceD0)), "{before:?}");
    let expected = [
        power(true, PowerDeviceD3),
        power(false, PowerDeviceD3),
        Descriptor { started: false },
        Question { started: false },
    ];
    for call in expected {
        assert!(after.contains(&call), "{call:?} is not in {after:?}");
    }
}

#[test]
fn a_present_comes_before_anything_was_committed() {
    let heard = heard(false, None);
    let first = heard
        .iter()
        .find(|heard| matches!(heard, Commit(..) | Present(_)));
    assert!(matches!(first, Some(Present(_))), "{first:?}");
}

#[test]
fn the_bugcheck_screen_is_enabled_and_written_at_high_level() {
    let plan = Plan {
        end: End::Bugcheck,
        ..short()
    };
    let stub = Stub::new(None);
    let (_, summary) = run(stub, Config::default(), &plan, |_| ());
    assert!(summary.bugchecked);
    let calls = stub.heard.take();
    let screen = calls.iter().filter(|heard| matches!(heard, Screen(_)));
    // Enabled, and written in two pieces.
    assert_eq!(screen.copied().collect::<Vec<_>>(), [Screen(15); 3]);
}

#[test]
fn the_interface_has_the_size_that_the_variant_says() {
    for (variant, expected) in [
        (None, 256 + 40),
        (Some("interface-exact"), 256),
        (Some("interface-smaller"), 184),
        (Some("interface-larger"), 256 + 512),
    ] {
        let (config, plan) = varied(variant);
        let stub = Stub::new(None);
        let _ = heard_by(stub, config, &plan);
        assert_eq!(stub.sizes.get().0, expected, "{variant:?}");
    }
}

#[test]
fn sizes_are_those_that_the_headers_have_at_the_oldest_and_the_newest_version() {
    let (first, last) = (KNOWN[0], KNOWN[KNOWN.len() - 1]);
    let list = |sizes: Sizes| {
        let Sizes {
            version,
            table,
            interface,
            caps,
            child_status,
        } = sizes;
        (version, table, interface, caps, child_status)
    };
    assert_eq!(list(first), (0x300E, 328, 256, 544, 12));
    assert_eq!(list(last), (0x8001, 336, 368, 576, 16));
}

#[test]
fn firmwares_display_is_told_as_the_variant_says() {
    for (variant, expected) in [
        (None, Some((STATUS_SUCCESS, 64, D3DDDIFMT_X8R8G8B8))),
        (
            Some("post-three-bytes"),
            Some((STATUS_SUCCESS, 64, D3DDDIFMT_R8G8B8)),
        ),
        (Some("post-absent"), None),
    ] {
        let told = heard(false, variant)
            .into_iter()
            .find_map(|heard| match heard {
                Firmware(status, width, format) => Some((status, width, format)),
                _ => None,
            });
        assert_eq!(told, expected, "{variant:?}");
    }
    for (variant, expected) in [
        ("post-fails", (STATUS_UNSUCCESSFUL, 0)),
        ("not-post-device", (STATUS_SUCCESS, 0)),
    ] {
        let told = kinds(&heard(false, Some(variant)), |heard| match heard {
            Firmware(status, width, _) => Some((*status, *width)),
            _ => None,
        });
        assert_eq!(told, BTreeSet::from([expected]), "{variant}");
    }
}

#[test]
fn the_type_of_vsync_that_is_enabled_is_the_variants() {
    for (variant, expected) in [
        (None, Some(DXGK_INTERRUPT_CRTC_VSYNC)),
        (
            Some("vsync-display-only"),
            Some(DXGK_INTERRUPT_DISPLAYONLY_VSYNC),
        ),
        (Some("vsync-never"), None),
    ] {
        let enabled = kinds(&heard(true, variant), |heard| match heard {
            VSync(kind) => Some(*kind),
            _ => None,
        });
        assert_eq!(enabled, expected.into_iter().collect(), "{variant:?}");
    }
}

#[test]
fn a_foreign_drivers_presents_have_a_pitch_of_four_times_the_width() {
    for (config, expected) in [(Config::default(), 448), (Config::foreign(), 256)] {
        let pitches = kinds(
            &heard_by(Stub::new(None), config, &short()),
            |heard| match heard {
                Present(pitch) => Some(*pitch),
                _ => None,
            },
        );
        assert_eq!(pitches, BTreeSet::from([expected]));
    }
}

#[test]
fn a_source_has_one_present_pending_at_a_time() {
    let stub = Stub::new(None);
    let port = job::port(stub);
    let adapter = job::start(port, stub).expect("the stub starts");
    adapter
        .set_mode(0, crate::stub::OUTPUT, None)
        .expect("a mode");
    let mut surface = Surface::new(port.machine(), port.config(), 64, 48).expect("memory");
    let frame = Frame::whole(&adapter.picture(), 1);
    let mut begin = || adapter.begin_present(0, &mut surface, &frame);
    assert_eq!(
        [begin(), begin()],
        [Ok(STATUS_PENDING), Err(STATUS_DEVICE_BUSY)]
    );
}

#[test]
fn what_no_page_and_no_fact_says_is_the_projects_own_expectation() {
    let own: BTreeSet<_> = Rule::ALL
        .iter()
        .filter(|rule| rule.class() == Class::Own)
        .map(|rule| rule.id())
        .collect();
    let expected = [
        "IRQL/ddi-keeps-level",
        "PRESENT/picture-after-each-step",
        "PRESENT/success-vs-pending",
        "PRESENT/unreadable-source",
        "STACK/limit",
    ];
    assert_eq!(own, BTreeSet::from(expected));
}
