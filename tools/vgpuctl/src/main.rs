//! The user-mode test program of the driver

fn main() {}
