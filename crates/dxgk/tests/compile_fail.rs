//! What the types forbid does not compile, and the compiler says why: the cases of this crate, run as those of `dirql` are.
#![cfg(not(loom))]

#[path = "../../dirql/tests/compile_fail.rs"]
mod as_dirql;
