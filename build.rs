//! Hands the WDK's settings for a KMDF driver to the linker, and the libraries that a display miniport needs besides.

fn main() -> Result<(), wdk_build::ConfigError> {
    // displib: DxgkInitializeDisplayOnlyDriver. wdmsec: IoCreateDeviceSecure.
    println!("cargo::rustc-link-lib=static:-bundle=displib");
    println!("cargo::rustc-link-lib=static:-bundle=wdmsec");
    // The time stamp is a digest of the contents, so that the same sources give the same image.
    println!("cargo::rustc-cdylib-link-arg=/BREPRO");
    wdk_build::configure_wdk_binary_build()
}
