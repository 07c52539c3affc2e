//! Hands the WDK's settings for a KMDF driver to the linker.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For any other system the package is empty.
    #[cfg(any(windows, feature = "wdk-on-linux"))]
    if std::env::var("CARGO_CFG_TARGET_OS")? == "windows" {
        wdk_build::configure_wdk_binary_build()?;
    }
    Ok(())
}
