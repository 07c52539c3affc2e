//! Imports that the rig lacks: each gets an address at which nothing is mapped, so that the run ends with its name when it is
//! called, or read if it is a variable.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::memory::blocks::{self, Kind};
use crate::sync::Lock;

/// Bytes between two of these addresses: an access a little beyond one is still told apart.
const APART: u64 = 4096;

#[derive(Debug)]
struct Missing {
    address: u64,
    module: String,
    name: String,
}

static MISSING: Lock<Vec<Missing>> = Lock::new(Vec::new());

/// An address for `module`'s export `name`, which the rig lacks.
pub fn add(module: &str, name: &str) -> u64 {
    let address = blocks::reserve(Kind::Missing, 0).as_u64();
    MISSING.lock().push(Missing {
        address,
        module: module.into(),
        name: name.into(),
    });
    address
}

/// Writes the export that an address in [`Kind::Missing`] stands for.
pub fn write_name(address: u64, out: &mut dyn fmt::Write) -> fmt::Result {
    let missing = MISSING.lock();
    match missing
        .iter()
        .find(|one| (one.address..one.address + APART).contains(&address))
    {
        Some(one) => write!(out, "{}!{}", one.module, one.name),
        None => out.write_str("an import"),
    }
}
