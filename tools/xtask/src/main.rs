//! Build, run, test, bench and package the driver

fn main() {}
