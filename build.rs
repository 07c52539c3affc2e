//! Hands the WDK's settings for a KMDF driver to the linker.

fn main() -> Result<(), wdk_build::ConfigError> {
    wdk_build::configure_wdk_binary_build()
}
