//! Where a run keeps its files: a folder of its own until it ends, so that two runs in one clone do not disturb each other.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// What a run leaves.
const LEFT: [&str; 4] = ["frame.png", "summary.json", "rig.log", "trace.log"];

/// The folders of a run.
pub struct Place {
    work: TempDir,
    sockets: TempDir,
    output: PathBuf,
}

impl Place {
    /// For a run whose results go to `output` in the end.
    pub fn new(output: &Path) -> Result<Self> {
        fs::create_dir_all(output).with_context(|| format!("cannot make {}", output.display()))?;
        let work = tempfile::Builder::new().prefix(".run-").tempdir_in(output);
        // A socket's name has at most 107 bytes, however long the clone's is.
        let short = Path::new("/tmp");
        let sockets = if short.is_dir() {
            tempfile::tempdir_in(short)
        } else {
            tempfile::tempdir()
        };
        Ok(Self {
            work: work.with_context(|| format!("cannot make a folder in {}", output.display()))?,
            sockets: sockets.context("cannot make a temporary folder")?,
            output: output.to_owned(),
        })
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        self.work.path()
    }

    /// A file of this run.
    pub fn file(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    /// A socket of this run.
    pub fn socket(&self, name: &str) -> PathBuf {
        self.sockets.path().join(name)
    }

    /// Where the results go.
    pub fn output(&self) -> &Path {
        &self.output
    }
}

impl Drop for Place {
    /// What there is replaces what an earlier run left; what this one has not is no longer there.
    fn drop(&mut self) {
        for name in LEFT {
            let (from, to) = (self.file(name), self.output.join(name));
            if fs::rename(from, &to).is_err() {
                let _ = fs::remove_file(to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_have_files_of_their_own_until_they_end() {
        let output = tempfile::tempdir().unwrap();
        let (first, second) = (
            Place::new(output.path()).unwrap(),
            Place::new(output.path()).unwrap(),
        );
        fs::write(first.file("summary.json"), "first").unwrap();
        fs::write(first.file("frame.png"), "picture").unwrap();
        fs::write(second.file("summary.json"), "second").unwrap();
        assert_ne!(first.socket("qmp"), second.socket("qmp"));
        let left = |name: &str| fs::read_to_string(output.path().join(name)).ok();
        assert_eq!(left("summary.json"), None);
        drop(first);
        assert_eq!(left("summary.json").as_deref(), Some("first"));
        drop(second);
        assert_eq!(left("summary.json").as_deref(), Some("second"));
        assert_eq!(left("frame.png"), None);
        assert_eq!(fs::read_dir(output.path()).unwrap().count(), 1);
    }

    #[test]
    fn sockets_have_short_names_in_any_clone() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("long".repeat(50));
        let place = Place::new(&output).unwrap();
        assert!(place.socket("requests").as_os_str().len() < 100);
    }
}
