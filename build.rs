//! Hands the WDK's settings for a KMDF driver to the linker, and the libraries that a display miniport needs besides.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    // displib: DxgkInitializeDisplayOnlyDriver. wdmsec: IoCreateDeviceSecure.
    println!("cargo::rustc-link-lib=static:-bundle=displib");
    println!("cargo::rustc-link-lib=static:-bundle=wdmsec");
    // The time stamp is a digest of the contents, so that the same sources give the same image.
    println!("cargo::rustc-cdylib-link-arg=/BREPRO");
    // On Linux: what the libraries are made from (tools/xtask/src/wdk_lite.rs).
    println!("cargo::rerun-if-env-changed=VGPUDOD_LINKED_WITH");
    version_resource()?;
    if cfg!(windows) {
        instructions_where_cargo_wdk_looks()?;
    }
    Ok(wdk_build::configure_wdk_binary_build()?)
}

/// The driver's version as a resource of the image: rc.exe on Windows, llvm-rc elsewhere.
fn version_resource() -> Result<(), Box<dyn Error>> {
    let number = |name: &str| -> Result<String, Box<dyn Error>> {
        Ok(format!(
            "VGPUDOD_{name}={}",
            std::env::var(format!("CARGO_PKG_VERSION_{name}"))?
        ))
    };
    let numbers = [number("MAJOR")?, number("MINOR")?, number("PATCH")?];
    println!("cargo::rerun-if-changed=src/vgpudod.rc");
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
