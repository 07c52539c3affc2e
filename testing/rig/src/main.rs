//! The rig's entry point. On UEFI it hands the processor to [`rig::boot`]; on a host there is nothing to run.
#![cfg_attr(target_os = "uefi", no_std, no_main)]

#[cfg(target_os = "uefi")]
#[uefi::entry]
fn main() -> uefi::Status {
    rig::boot::run()
}

#[cfg(not(target_os = "uefi"))]
fn main() {
    eprintln!(
        "the rig is a UEFI program: build it for x86_64-unknown-uefi, `cargo xtask run` boots it in QEMU"
    );
    std::process::exit(2);
}
