//! A model of the display port driver (dxgkrnl) for display-only miniports, with its documented rules checked.
#![no_std]

extern crate alloc;

pub mod machine;
