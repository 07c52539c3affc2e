//! What a workflow of this project has to be.

use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use github_actions_models::common::Uses;
use github_actions_models::workflow::job::Step;
use github_actions_models::workflow::{Job, Workflow};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn workflows() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(root().join(".github/workflows"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    found.sort();
    found
}

/// Everything that is wrong with a workflow.
fn findings(text: &str) -> Vec<String> {
    let workflow: Workflow = match yaml_serde::from_str(text) {
        Ok(workflow) => workflow,
        Err(error) => return vec![format!("it is no workflow: {error}")],
    };
    let mut findings = Vec::new();
    if !text.starts_with("# NOT RUN YET") {
        findings.push("it does not begin by saying that it has not been run".to_owned());
    }
    if !text.contains("\npermissions:\n  contents: read\n") {
        findings.push("it may do more than read".to_owned());
    }
    for (name, job) in &workflow.jobs {
        let Job::NormalJob(job) = job else {
            findings.push(format!("{name} is not a job with steps"));
            continue;
        };
        if job.timeout_minutes.is_none() {
            findings.push(format!("{name} has no timeout-minutes"));
        }
        for step in &job.steps {
            match step {
                Step::Uses(step) => findings.extend(unpinned(&step.uses, text)),
                Step::Run(step) => findings.extend(unknown_words(&step.run)),
                _ => findings.push(format!(
                    "{name} has a step that neither uses nor runs anything"
                )),
            }
        }
    }
    findings
}

/// An action that is not named by a commit, with the version beside it for people.
fn unpinned(uses: &Uses, text: &str) -> Option<String> {
    let raw = uses.raw();
    let commit = raw
        .split_once('@')
        .map(|(_, commit)| commit)
        .unwrap_or_default();
    let pinned = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
    let explained = text.contains(&format!("{raw} # v"));
    (!pinned || !explained)
        .then(|| format!("{raw} is not pinned to a commit with its version behind it"))
}

/// Commands of this program, packages of this workspace and files that are named and not there.
fn unknown_words(run: &str) -> Vec<String> {
    let program = crate::Arguments::command();
    let words: Vec<&str> = run.split_whitespace().collect();
    let mut findings = Vec::new();
    for pair in words.windows(2) {
        match pair {
            ["xtask", job]
                if !program
                    .get_subcommands()
                    .any(|known| known.get_name() == *job) =>
            {
                findings.push(format!("there is no command cargo xtask {job}"));
            }
            ["--package", name] if !packages().iter().any(|known| known == name) => {
                findings.push(format!("there is no package {name}"));
            }
            _ => {}
        }
    }
    for word in words.iter().filter(|word| word.starts_with("scripts\\")) {
        if !root().join(word.replace('\\', "/")).exists() {
            findings.push(format!("there is no {word}"));
        }
    }
    findings
}

/// The packages of the workspace, by the folders that they lie in.
fn packages() -> Vec<String> {
    let mut names = vec!["vgpudod".to_owned()];
    for folder in ["crates", "testing", "tools"] {
        let folders = fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let packages = folders.filter(|path| path.join("Cargo.toml").is_file());
        names.extend(packages.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()));
    }
    names
}

#[test]
fn the_workflows_are_both_there_and_have_nothing_wrong() {
    let names: Vec<String> = workflows().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["linux.yml", "windows.yml"]);
    for (name, text) in workflows() {
        assert_eq!(findings(&text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn each_fault_is_found() {
    let broken = |name: &str, from: &str, to: &str| {
        let (_, text) = workflows()
            .into_iter()
            .find(|(other, _)| other == name)
            .unwrap();
        assert!(text.contains(from), "{from:?} is not in {name}");
        findings(&text.replacen(from, to, 1)).join("\n")
    };
    for (name, from, to, expected) in [
        ("linux.yml", "# NOT RUN YET", "# Run", "has not been run"),
        (
            "linux.yml",
            "    steps:\n",
            "    stops:\n",
            "it is no workflow",
        ),
        (
            "linux.yml",
            "contents: read",
            "contents: write",
            "more than read",
        ),
        (
            "linux.yml",
            "    timeout-minutes: 90\n",
            "",
            "test has no timeout-minutes",
        ),
        (
            "linux.yml",
            "@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
            "@v5 # v5",
            "actions/checkout@v5 is not pinned",
        ),
        ("linux.yml", "# v5.0.0", "", "is not pinned"),
        (
            "linux.yml",
            "cargo xtask test",
            "cargo xtask tests",
            "no command cargo xtask tests",
        ),
        (
            "windows.yml",
            "--package ioctl",
            "--package ioclt",
            "no package ioclt",
        ),
        (
            "windows.yml",
            "scripts\\vm\\Install-Driver.ps1",
            "scripts\\vm\\Instal-Driver.ps1",
            "there is no scripts\\vm\\Instal-Driver.ps1",
        ),
    ] {
        let found = broken(name, from, to);
        assert!(
            found.contains(expected),
            "{to:?}: {expected:?} is not in {found:?}"
        );
    }
}

#[test]
fn no_package_s_folder_has_another_name_than_the_package() {
    for name in packages().iter().filter(|name| *name != "vgpudod") {
        let manifest = ["crates", "testing", "tools"]
            .map(|folder| root().join(folder).join(name).join("Cargo.toml"));
        let text = manifest
            .iter()
            .find_map(|path| fs::read_to_string(path).ok())
            .unwrap();
        assert!(text.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

/// cargo-make runs on Windows only; what can be compared here is what Makefile.toml names.
#[test]
fn cargo_make_takes_the_same_wdk_build_and_a_file_that_is_there() {
    let makefile = include_str!("../../../../Makefile.toml");
    let manifest = include_str!("../../../../Cargo.toml");
    let version = |text: &str| {
        let line = text
            .lines()
            .find(|line| line.contains("wdk-build = \""))
            .unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!(version(makefile), version(manifest));
    let (_, behind) = makefile.split_once("\ncp ").unwrap();
    let file = behind.split_whitespace().next().unwrap();
    assert!(root().join(file).is_file(), "{file}");
}
