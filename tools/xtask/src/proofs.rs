//! What shows that `dxgk` and `dirql` keep their guarantees, beyond their ordinary tests: the model
//! checker, the sanitizers, and the list of guarantees with their tests.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repository::Repository;

/// The host that sanitizers are run on.
const HOST: &str = "x86_64-unknown-linux-gnu";

fn cargo(repository: &Repository, words: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(repository.root()).args(words);
    cargo
}

/// Every interleaving of interrupts, closures, DPCs, requests and stops, under loom.
pub fn model_checking(repository: &Repository) -> Result<()> {
    let words = [
        "test",
        "--quiet",
        "--release",
        "--package",
        "dxgk",
        "--package",
        "dirql",
        "--test",
        "loom",
        "--target-dir",
        "target/loom",
        // Optimized, for the many interleavings; but not as one module, which is for the driver's image.
        "--config",
        "profile.release.lto=false",
        "--config",
        "profile.release.codegen-units=16",
        "--config",
        "profile.release.debug=false",
    ];
    process::run(cargo(repository, &words).env("RUSTFLAGS", "--cfg loom"))
}

/// Threads on the DDI table under ThreadSanitizer. It has to see what the standard library does, so that is built too.
pub fn thread_sanitizer(repository: &Repository) -> Result<()> {
    ensure_source_of_std()?;
    let tests = ["--test", "stress"];
    sanitize(repository, "thread", &["-Zbuild-std"], &tests)
}

/// The crate's tests under AddressSanitizer.
pub fn address_sanitizer(repository: &Repository) -> Result<()> {
    let tests = [
        "--lib",
        "--test",
        "stress",
        "--test",
        "lifecycle",
        "--test",
        "messages",
        "--test",
        "synchronize",
        "--test",
        "refusals",
    ];
    sanitize(repository, "address", &[], &tests)
}

fn sanitize(repository: &Repository, name: &str, flags: &[&str], tests: &[&str]) -> Result<()> {
    let folder = format!("target/{name}-sanitizer");
    let mut cargo = cargo(repository, &["test", "--quiet"]);
    cargo
        .args(flags)
        .args(["--package", "dxgk", "--package", "dirql"]);
    cargo.args(tests);
    cargo.args(["--target", HOST, "--target-dir", &folder]);
    process::run(
        cargo
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", format!("-Zsanitizer={name}"))
            // Tests unwind; with one profile that does not, the standard library would be built twice.
            .env("CARGO_PROFILE_DEV_PANIC", "unwind")
            // The scene's ports live for ever.
            .env("ASAN_OPTIONS", "detect_leaks=0"),
    )
}

/// `-Zbuild-std` wants the sources of the standard library, which are a component of the toolchain.
fn ensure_source_of_std() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = process::capture(Command::new(rustc).args(["--print", "sysroot"]))?;
    let source = PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust/library");
    if source.is_dir() {
        return Ok(());
    }
    if process::find_program("rustup").is_none() {
        bail!(
            "{} is missing, and there is no rustup to add rust-src with",
            source.display()
        );
    }
    process::run(Command::new("rustup").args(["component", "add", "rust-src"]))
}

/// Names each guarantee with its tests; that they exist is held by the crate's own test. Returns how many there are.
pub fn guarantees(repository: &Repository) -> Result<u64> {
    let page = repository.root().join("crates/dxgk/src/guarantees.rs");
    let page = std::fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let listed = list(&page);
    for (title, tests) in &listed {
        process::say("Guarantee", &format!("{title} ({} tests)", tests.len()));
        for test in tests {
            process::say("", test);
        }
    }
    if listed.len() != 14 || listed.iter().any(|(_, tests)| tests.is_empty()) {
        bail!("fourteen guarantees with a test each, found {listed:?}");
    }
    Ok(listed.len() as u64)
}

/// The first sentence and the tests of each item on the page.
fn list(page: &str) -> Vec<(String, Vec<String>)> {
    let mut listed = Vec::new();
    let mut text = String::new();
    for line in page.lines() {
        if let Some(doc) = line.strip_prefix("///") {
            text.push_str(doc);
        } else if line.starts_with("pub mod ") {
            let (says, tests) = text.split_once("Tests:").unwrap_or((&text, ""));
            let title = says.split(['.', ';']).next().unwrap_or_default().trim();
            let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned);
            listed.push((title.to_owned(), tests.collect()));
            text.clear();
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guarantee_is_its_first_sentence_and_the_tests_behind_it() {
        let page = "//! All.\n/// G1: one. By `types`.\n///\n/// Tests: `a`,\n/// `ui/b`.\npub mod g1 {}\n/// G2.\npub mod g2 {}\n";
        assert_eq!(
            list(page),
            [
                (
                    "G1: one".to_owned(),
                    vec!["a".to_owned(), "ui/b".to_owned()]
                ),
                ("G2".to_owned(), vec![])
            ]
        );
    }
}
