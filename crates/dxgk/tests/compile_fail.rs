//! What the types forbid does not compile, and the compiler says why. Each case is a misuse that drivers have been written
//! with.
#![cfg(not(loom))]

/// The compiler whose words the `.stderr` files hold.
const RECORDED: &str = include_str!("ui/rustc-version");

#[test]
fn misuse_does_not_compile() {
    let cases = trybuild::TestCases::new();
    // A case that compiles makes trybuild build the others, not just check them: constants are evaluated then.
    cases.pass("tests/ui/correct.rs");
    if this_compiler() == RECORDED.trim() {
        cases.compile_fail("tests/ui/fail/*.rs");
    } else {
        // Other compilers word their errors differently; that there is one is still tested.
        let other = tempfile::tempdir().expect("a folder");
        for case in std::fs::read_dir("tests/ui/fail").expect("cases") {
            let case = case.expect("a case").path();
            if case.extension().is_some_and(|extension| extension == "rs") {
                let copy = other.path().join(case.file_name().expect("a name"));
                std::fs::copy(&case, &copy).expect("a copy");
                cases.compile_fail(copy);
            }
        }
    }
}

fn this_compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc)
        .arg("--version")
        .output()
        .expect("rustc");
    let words = String::from_utf8(output.stdout).expect("text");
    words
        .split_whitespace()
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}
