//! The pointer to a device object is for unsafe code, which answers for how long it is used (G14).
use dxgk::miniport::PhysicalDevice;

fn main() {
    let _: fn(PhysicalDevice) -> *mut core::ffi::c_void = PhysicalDevice::as_ptr;
}
