//! The driver's own settings for the linker. A second `package.metadata.wdk` would make this a driver to be packaged, which it
//! is not; so wdk-build takes the driver's, as the workspace's only one.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For any other system the package is empty.
    #[cfg(any(windows, feature = "wdk-on-linux"))]
    if std::env::var("CARGO_CFG_TARGET_OS")? == "windows" {
        wdk_build::configure_wdk_binary_build()?;
    }
    Ok(())
}
