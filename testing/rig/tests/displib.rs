//! The stand-in for displib does what the library was seen to do in the image of a shipped driver, call by call.
//!
//! Ignored by default, since it needs clang; `cargo xtask test` runs it with the fault drivers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The harness, built.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/displib/harness.c");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("displib");
    let built = Command::new("clang")
        .args(["-fshort-wchar", "-w", "-o"])
        .arg(&program)
        .arg(source)
        .output()
        .expect("clang starts");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    program
});

/// What the library asked the kernel for, and how that ended: a line each. `loaded`: dxgkrnl was loaded before; so many opens
/// fail; the request fails.
fn calls(version: u32, loaded: bool, failures: u32, request_fails: bool) -> Vec<String> {
    let words = [
        format!("{version:x}"),
        u8::from(loaded).to_string(),
        failures.to_string(),
        u8::from(request_fails).to_string(),
    ];
    let ran = Command::new(&*PROGRAM)
        .args(words)
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    text.lines().map(str::to_owned).collect()
}

/// The end of a run in which the table was taken.
const TAKEN: [&str; 3] = [
    "start is the library's",
    "the driver's start",
    "callbacks at 0x10 to 0x58 are kept",
];
const OPEN: &str = "open 0xc0000000";
const ASK: &str = "ask 0x230043 internal 1";

#[track_caller]
fn assert_calls(calls: &[String], begin: &[&str], end: &[&str]) {
    assert_eq!(calls, [begin, end].concat());
}

#[test]
#[ignore = "needs clang"]
fn the_file_is_given_back_before_the_initializer_is_called() {
    let seen = calls(0x300E, false, 0, false);
    let begin = ["load", OPEN, ASK, "dereference", "initialize", "status 0"];
    assert_calls(&seen, &begin, &TAKEN);
}

#[test]
#[ignore = "needs clang"]
fn a_version_that_it_does_not_know_is_refused_before_anything_else() {
    let refused = [
        "status 0xc0000059",
        "start is the driver's",
        "the driver's start",
        "callbacks at 0x10 to 0x58 are not kept",
    ];
    for version in [0, 0x300D, 0x5024, 0x11006] {
        assert_calls(&calls(version, false, 0, false), &[], &refused);
    }
    for version in [
        0x1052, 0x1053, 0x2005, 0x300E, 0x4002, 0x4003, 0x5023, 0x6003, 0x6010, 0x6011, 0x700A,
        0x8001, 0x9006, 0xA00B, 0xB004, 0xC004, 0xD001, 0xE003, 0xF003, 0x10004, 0x11007, 0x12345,
    ] {
        let seen = calls(version, false, 0, false);
        assert!(
            seen.contains(&"initialize".to_owned()),
            "{version:#x}: {seen:?}"
        );
    }
}

#[test]
#[ignore = "needs clang"]
fn a_dxgkrnl_that_was_there_is_opened_up_to_ten_times_5_ms_apart_and_stays() {
    let tries = |count: usize| {
        let mut lines = vec!["load"];
        for _ in 1..count {
            lines.extend([OPEN, "wait 50000"]);
        }
        lines.push(OPEN);
        lines
    };
    let mut late = tries(10);
    late.extend([ASK, "dereference", "initialize", "status 0"]);
    assert_calls(&calls(0x300E, true, 9, false), &late, &TAKEN);
    let mut never = tries(10);
    never.push("status 0xc000000e");
    assert_calls(&calls(0x300E, true, 10, false), &never, &TAKEN);
}

#[test]
#[ignore = "needs clang"]
fn a_dxgkrnl_that_it_loaded_goes_again_if_the_open_or_the_request_fails() {
    let open = ["load", OPEN, "unload", "status 0xc000000e"];
    assert_calls(&calls(0x300E, false, 1, false), &open, &TAKEN);
    let request = [
        "load",
        OPEN,
        ASK,
        "dereference",
        "unload",
        "status 0xc000000d",
    ];
    assert_calls(&calls(0x300E, false, 0, true), &request, &TAKEN);
}
