//! What the types forbid does not compile, and the compiler says why. Each case is a misuse that drivers have been written
//! with. `dxgk` runs its cases with this file too: they are those of the folder that a test runs in, its package's.
#![cfg(not(loom))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler whose words the `.stderr` files hold.
const RECORDED: &str = include_str!("ui/rustc-version");
/// Programs that have to compile, if a package has some.
const PASS: &str = "tests/ui/pass";

#[test]
#[cfg_attr(miri, ignore = "starts a compiler, which Miri does not run")]
fn misuse_does_not_compile() {
    let recorded = rustc("--version").split_whitespace().nth(1) == Some(RECORDED.trim());
    let library = Path::new(rustc("--print=sysroot").trim()).join("lib/rustlib/src/rust/library");
    let cases = fs::read_dir("tests/ui/fail").expect("cases");
    let cases = cases.map(|case| case.expect("a case").path());
    let cases = cases.filter(|case| case.extension().is_some_and(|extension| extension == "rs"));
    // Other compilers word their errors differently, and one that has its library's source quotes it.
    let (by_word, by_fact): (Vec<_>, Vec<_>) = cases.partition(|case| {
        let words = fs::read_to_string(case.with_extension("stderr")).expect("words");
        recorded && !(words.contains("$RUST") && library.exists())
    });
    run(&by_word);
    // There, that there is an error is tested: the words are written beside a copy, and not compared.
    let folder = tempfile::tempdir().expect("a folder");
    let copies: Vec<_> = by_fact
        .iter()
        .map(|case| {
            let copy = folder.path().join(case.file_name().expect("a name"));
            fs::copy(case, &copy).expect("a copy");
            copy
        })
        .collect();
    // SAFETY: this test is the only one of its program, and no thread of it is left.
    unsafe { std::env::set_var("TRYBUILD", "overwrite") };
    run(&copies);
}

fn run(fail: &[PathBuf]) {
    let cases = trybuild::TestCases::new();
    // A case that compiles makes trybuild build the others, not just check them: constants are evaluated then.
    cases.pass("tests/ui/correct.rs");
    if Path::new(PASS).is_dir() {
        cases.pass(format!("{PASS}/*.rs"));
    }
    for case in fail {
        cases.compile_fail(case);
    }
}

fn rustc(argument: &str) -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg(argument).output().expect("rustc");
    String::from_utf8(output.stdout).expect("text")
}
