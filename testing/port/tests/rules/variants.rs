//! What is varied, with a well-behaved driver; every interface version; and drivers that are not this project's.

use crate::scenario::Desk;
use crate::stub::Stub;
use dxgk_sys::*;
use port::Pdo;
use port::config::{Config, Judge, PostDisplay, WithoutInterrupt};
use port::port::Port;
use port::rules::{Fact, Merged, Rule};
use port::scenario::{self, Plan};
use port::summary::{Summary, Verdict};
use port::variants::Variant;
use port::version::{KNOWN, Sizes};

/// Runs the main job with a stub that registers `table`.
pub fn run(
    stub: &'static Stub,
    config: Config,
    plan: &Plan,
    change: impl FnOnce(&mut KMDDOD_INITIALIZATION_DATA),
) -> (i32, Summary) {
    let post = PostDisplay {
        width: 64,
        height: 48,
        pitch: 256,
        address: crate::machine::BAR.0,
    };
    let port = Port::new(
        stub.machine,
        Config {
            post: Some(post),
            ..config
        },
    );
    let mut table = stub.table();
    change(&mut table);
    // A newer version's table is longer: the members behind WIN8's are never looked at.
    let mut newer = [table, KMDDOD_INITIALIZATION_DATA::zeroed()];
    let status =
        unsafe { port.initialize(std::ptr::null_mut(), std::ptr::null(), newer.as_mut_ptr()) };
    let mut desk = Desk {
        verdict: Verdict::Match,
        glance: Verdict::Match,
        dark: Verdict::Match,
        ..Desk::default()
    };
    let summary = scenario::run(port, Pdo(std::ptr::null_mut()), plan, &mut desk);
    (status, summary)
}

/// Few frames.
pub fn short() -> Plan {
    Plan {
        frames: 4,
        ..Plan::default()
    }
}

#[test]
fn a_stop_finds_a_present_pending_only_where_the_driver_is_this_projects() {
    for (config, stops) in [(Config::default(), 1), (Config::foreign(), 0)] {
        let (_, summary) = run(Stub::new(None), config, &short(), |_| ());
        assert_eq!((summary.error, summary.busy_stops), (None, stops));
    }
}

#[test]
fn every_variant_is_met_by_a_well_behaved_driver_of_either_kind() {
    for config in [Config::default(), Config::foreign()] {
        for variant in Variant::of(config.judge) {
            for (line, vsync) in [(false, false), (true, false), (false, true)] {
                let (mut config, mut plan) = (config, short());
                (variant.change)(&mut config, &mut plan);
                let stub = Stub::with(None, line, vsync);
                let (status, summary) = run(stub, config, &plan, |_| ());
                assert_eq!(status, STATUS_SUCCESS);
                assert!(
                    summary.is_good(),
                    "{} for {:?}, line {line}, VSync {vsync}: {}",
                    variant.name,
                    config.judge,
                    summary.to_json("")
                );
            }
        }
    }
}

#[test]
fn every_interface_version_has_its_own_sizes() {
    for sizes in KNOWN {
        for extra in [0, 16] {
            let stub = Stub::new(None);
            let config = Config {
                caps_extra: extra,
                ..Config::default()
            };
            let (status, summary) = run(stub, config, &short(), |table| {
                table.Version = sizes.version
            });
            assert_eq!(status, STATUS_SUCCESS, "{:#x}", sizes.version);
            // The stub publishes identity without an offset, which is an offence where offsets exist.
            let offences: Vec<_> = summary.merged.iter().map(|merged| merged.rule).collect();
            let offsets = sizes.version >= 0x4003;
            assert_eq!(offences.is_empty(), !offsets, "{offences:?}");
            assert!(
                offences.iter().all(|rule| *rule == Rule::XformOffset0),
                "{offences:?}"
            );
            assert!(summary.went_through(), "{:#x}", sizes.version);
            assert_eq!(
                stub.sizes.get(),
                (sizes.interface as u32 + 40, sizes.caps as u32 + extra)
            );
        }
    }
    for version in [0, 0x1052, 0x2005, 0x300D, 0x9006, u32::MAX] {
        assert_eq!(Sizes::at(version), None);
        let stub = Stub::new(None);
        let (status, _) = run(stub, Config::foreign(), &short(), |table| {
            table.Version = version
        });
        assert_eq!(status, STATUS_REVISION_MISMATCH, "{version:#x}");
    }
}

/// The table of Microsoft's sample.
fn leave_out(table: &mut KMDDOD_INITIALIZATION_DATA) {
    table.DxgkDdiQueryInterface = None;
    table.DxgkDdiControlEtwLogging = None;
    table.DxgkDdiSetPalette = None;
    table.DxgkDdiCollectDbgInfo = None;
    table.DxgkDdiGetChildContainerId = None;
    table.DxgkDdiEscape = None;
    table.DxgkDdiNotifyAcpiEvent = None;
    table.DxgkDdiNotifySurpriseRemoval = None;
}

#[test]
fn a_table_with_the_ddis_of_microsofts_sample_is_reported_and_accepted() {
    for (config, more) in [
        (Config::default(), false),
        (Config::default(), true),
        (Config::foreign(), false),
        (Config::foreign(), true),
    ] {
        let (status, summary) = run(Stub::new(None), config, &short(), |table| {
            leave_out(table);
            if more {
                table.DxgkDdiRecommendMonitorModes = None;
                table.DxgkDdiQueryVidPnHWCapability = None;
            }
        });
        assert_eq!(status, STATUS_SUCCESS);
        assert!(summary.went_through(), "{}", summary.to_json(""));
        let rules = |merged: &[Merged]| merged.iter().map(|one| one.rule).collect::<Vec<_>>();
        // Of the sample's table a fact says that Windows takes it. Of the two that other drivers leave out none does.
        let known = config.judge == Judge::Foreign && !more;
        let init = [Rule::InitDisplayDdis];
        let (broken, taken) = if known {
            (&[][..], &init[..])
        } else {
            (&init[..], &[][..])
        };
        // The stub announces surprise removal, which the table has no DDI for.
        assert_eq!(
            rules(&summary.merged),
            [broken, &[Rule::SurpriseGate]].concat()
        );
        assert_eq!(rules(&summary.taken.1), taken);
    }
}

#[test]
fn what_only_pages_refuse_is_reported_and_accepted_of_a_foreign_driver() {
    for rule in [
        Rule::StartMap,
        Rule::FieldsSource,
        Rule::PresentVsync,
        Rule::PowerNeverFail,
        Rule::DescriptorStatus,
        Rule::CapsScheduling,
        Rule::IfaceNotSupported,
        Rule::PowerD0Reacquire,
    ] {
        let (status, summary) = run(Stub::new(Some(rule)), Config::foreign(), &short(), |_| ());
        assert_eq!(status, STATUS_SUCCESS, "{rule:?}");
        assert!(summary.went_through(), "{rule:?}: {}", summary.to_json(""));
        assert!(
            summary.merged.iter().any(|merged| merged.rule == rule),
            "{rule:?}"
        );
        assert!(!summary.is_good());
    }
}

#[test]
fn what_windows_takes_by_a_fact_of_the_field_is_told_and_is_no_violation_of_a_foreign_driver() {
    for (rule, fact) in [
        (Rule::LogoCaps, Fact(27)),
        (Rule::CapsMandatory, Fact(28)),
        (Rule::PointerResults, Fact(104)),
        (Rule::MonValid, Fact(179)),
    ] {
        let (status, summary) = run(Stub::new(Some(rule)), Config::foreign(), &short(), |_| ());
        assert_eq!(status, STATUS_SUCCESS, "{rule:?}");
        assert!(summary.is_good(), "{rule:?}: {}", summary.to_json(""));
        let taken = summary.taken.1.iter().find(|taken| taken.rule == rule);
        let by = taken.and_then(|taken| taken.taken);
        assert_eq!(by, Some(fact), "{}", summary.to_json(""));
        assert!(!summary.taken.0.is_empty());
        // A driver of this project has to keep the page.
        let (_, own) = run(Stub::new(Some(rule)), Config::default(), &short(), |_| ());
        assert!(own.merged.iter().any(|one| one.rule == rule), "{rule:?}");
        assert!(own.taken.1.is_empty() && !own.is_good());
    }
}

#[test]
fn a_status_that_the_page_does_not_list_is_logged_as_windows_11_logs_it() {
    for (broken, logged) in [(Some(Rule::StatusVidPn), true), (None, false)] {
        let stub = Stub::new(broken);
        let _ = run(stub, Config::foreign(), &short(), |_| ());
        let lines = stub.machine.lines.borrow();
        let found = lines.iter().find(|line| line.starts_with("AzureTriage: "));
        assert_eq!(found.is_some(), logged, "{found:?}");
        let text = "DxgkDdiIsSupportedVidPn returned 0x";
        assert!(found.is_none_or(|line| line.contains(text)), "{found:?}");
    }
}

#[test]
fn what_windows_was_seen_to_refuse_is_refused_to_everybody() {
    for config in [Config::default(), Config::foreign()] {
        let stub = Stub::new(Some(Rule::FieldResetDevice));
        let (status, _) = run(stub, config, &short(), |_| ());
        assert_eq!(status, STATUS_INVALID_PARAMETER);
        // The driver stays loaded, and never gets a picture.
        for rule in [Rule::ScanFrequencies, Rule::VsyncFrequencies] {
            let (status, summary) = run(Stub::new(Some(rule)), config, &short(), |_| ());
            assert_eq!(status, STATUS_SUCCESS);
            assert!(summary.error.is_some() && summary.frames == 0);
        }
    }
}

#[test]
fn an_adapter_without_interrupt_has_its_routines_run_or_refused_but_never_an_invalid_parameter() {
    for without_interrupt in [WithoutInterrupt::Runs, WithoutInterrupt::Refuses] {
        let stub = Stub::without_interrupt();
        let config = Config {
            judge: Judge::Foreign,
            without_interrupt,
            ..Config::foreign()
        };
        let (status, summary) = run(stub, config, &short(), |table| {
            table.DxgkDdiInterruptRoutine = None;
            table.DxgkDdiDpcRoutine = None;
        });
        assert_eq!(status, STATUS_SUCCESS);
        let ran = without_interrupt == WithoutInterrupt::Runs;
        let expected = if ran {
            STATUS_SUCCESS
        } else {
            STATUS_UNSUCCESSFUL
        };
        assert_eq!(
            stub.synchronized.get(),
            Some((expected, ran)),
            "{}",
            summary.to_json("")
        );
    }
}
