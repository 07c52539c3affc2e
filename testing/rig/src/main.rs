//! The machine in QEMU: a UEFI program that loads the built driver

fn main() {}
