//! Hands the WDK's settings for a WDM driver to the linker.

fn main() -> Result<(), wdk_build::ConfigError> {
    wdk_build::configure_wdk_binary_build()
}
