//! As the driver's: the WDK's settings for the linker, and the library that a display miniport
//! needs.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For any other system the package is empty.
    #[cfg(any(windows, feature = "wdk-on-linux"))]
    if std::env::var("CARGO_CFG_TARGET_OS")? == "windows" {
        println!("cargo::rustc-link-lib=static:-bundle=displib");
        println!("cargo::rerun-if-env-changed=VGPUDOD_LINKED_WITH");
        wdk_build::configure_wdk_binary_build()?;
    }
    Ok(())
}
