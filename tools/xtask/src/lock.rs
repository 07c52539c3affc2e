//! One `cargo xtask` at a time builds and installs in a clone; others wait for it. Booted machines run side by side.

use std::fs::{self, File, TryLockError};
use std::sync::Mutex;

use anyhow::{Context, Result};

use crate::process;
use crate::repository::Repository;

/// The lock's file, under `target`.
const FILE: &str = "target/xtask.lock";

/// The open file and how many guards hold it: a command takes the lock once, and its parts again.
static HELD: Mutex<Option<(File, usize)>> = Mutex::new(None);

/// Keeps other processes out until it is dropped.
pub struct Guard(());

/// Waits until no other process holds the clone, and holds it.
pub fn hold(repository: &Repository) -> Result<Guard> {
    let mut held = HELD.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((_, guards)) = held.as_mut() {
        *guards += 1;
        return Ok(Guard(()));
    }
    let path = repository.root().join(FILE);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let file = File::create(&path).with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            process::say(
                "Waiting",
                "for another cargo xtask that builds in this clone",
            );
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    *held = Some((file, 1));
    Ok(Guard(()))
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut held = HELD.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, guards)) = held.as_mut() {
            *guards -= 1;
            if *guards == 0 {
                // Closing the file frees the lock.
                *held = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_held_until_the_last_guard_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::at(folder.path()).unwrap();
        let first = hold(&repository).unwrap();
        let second = hold(&repository).unwrap();
        let other = File::create(repository.root().join(FILE)).unwrap();
        drop(first);
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(second);
        assert!(other.try_lock().is_ok());
    }
}
