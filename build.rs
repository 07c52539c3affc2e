//! Hands the WDK's settings for a KMDF driver to the linker, and the libraries that a display miniport needs besides.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var("CARGO_CFG_TARGET_OS")? != "windows" {
        return Ok(());
    }
    // displib: DxgkInitializeDisplayOnlyDriver. wdmsec: IoCreateDeviceSecure.
    println!("cargo::rustc-link-lib=static:-bundle=displib");
    println!("cargo::rustc-link-lib=static:-bundle=wdmsec");
    // The time stamp is a digest of the contents, so that the same sources give the same image.
    println!("cargo::rustc-cdylib-link-arg=/BREPRO");
    if !cfg!(windows) {
        // link.exe takes the load configuration in by itself.
        println!("cargo::rustc-cdylib-link-arg=/INCLUDE:_load_config_used");
    }
    // On Linux: what the libraries are made from (tools/xtask/src/wdk_lite.rs).
    println!("cargo::rerun-if-env-changed=VGPUDOD_LINKED_WITH");
    version_resource()?;
    if cfg!(windows) {
        instructions_where_cargo_wdk_looks()?;
    }
    settings()?;
    // As the WDK's own projects have it, in the operating system's version too; wdk-build leaves the linker's default, 6.0. Of two options the last
    // counts, so these come after those of wdk-build.
    println!("cargo::rustc-cdylib-link-arg=/OSVERSION:10.0");
    println!("cargo::rustc-cdylib-link-arg=/SUBSYSTEM:NATIVE,10.0");
    Ok(())
}

/// The WDK's settings for the linker.
#[cfg(any(windows, feature = "wdk-on-linux"))]
fn settings() -> Result<(), Box<dyn Error>> {
    Ok(wdk_build::configure_wdk_binary_build()?)
}

#[cfg(not(any(windows, feature = "wdk-on-linux")))]
fn settings() -> Result<(), Box<dyn Error>> {
    Err("off Windows, `cargo xtask build` builds the driver".into())
}

/// The variable that says which version a build has. stampinf takes DriverVer from it too, so that it is the same four numbers.
const VERSION: &str = "STAMPINF_VERSION";

/// The driver's version as a resource of the image: rc.exe on Windows, llvm-rc elsewhere.
fn version_resource() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/vgpudod.rc");
    println!("cargo::rerun-if-env-changed={VERSION}");
    let package = std::env::var("CARGO_PKG_VERSION")?;
    let stated = std::env::var(VERSION).ok();
    if stated.is_none() && cfg!(windows) {
        println!(
            "cargo::warning={VERSION} is not set: the image says {package}.0, and stampinf will say something else. Set it to {package}.0 and build again."
        );
    }
    let version = stated.unwrap_or_else(|| format!("{package}.0"));
    let numbers = version
        .strip_prefix(&package)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|last| last.parse::<u16>().ok())
        .map(|last| {
            package
                .split('.')
                .map(str::to_owned)
                .chain([last.to_string()])
        })
        .ok_or_else(|| format!("{VERSION} is {version}, and not {package} with a fourth number"))?;
    let numbers: Vec<String> = ["MAJOR", "MINOR", "PATCH", "BUILD"]
        .iter()
        .zip(numbers)
        .map(|(name, number)| format!("VGPUDOD_{name}={number}"))
        .collect();
    if !cfg!(windows) {
        // With rustc's options, the C compiler that preprocesses the resource would be asked for Control Flow Guard in a way that it does not know.
        // SAFETY: a build script is one thread, and nothing else reads the variable at the same time.
        unsafe { std::env::remove_var("CARGO_ENCODED_RUSTFLAGS") };
    }
    embed_resource::compile_for_everything("src/vgpudod.rc", &numbers).manifest_required()?;
    Ok(())
}

/// `cargo wdk build` takes the .inx file from the package's root and from nowhere else; Git ignores it there.
fn instructions_where_cargo_wdk_looks() -> std::io::Result<()> {
    let (from, to) = (Path::new("inf/vgpudod.inx"), Path::new("vgpudod.inx"));
    println!("cargo::rerun-if-changed={}", from.display());
    let source = fs::read(from)?;
    if fs::read(to).is_ok_and(|copy| copy == source) {
        return Ok(());
    }
    fs::write(to, source)
}
