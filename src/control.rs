//! The control device `\\.\VgpuDod`: how user mode asks the driver for something past dxgkrnl.
//!
//! dxgkrnl owns the driver object's dispatch table and its devices' extensions. So one routine of the driver's stands in front of
//! every entry; it takes the IRPs of the control device, and hands all others on, untouched, to the routine that stood there. The device
//! exists while there is an adapter: a driver that has a device object left is never unloaded ("Using Control Device Objects").
//!
//! The requests themselves are decoded elsewhere; nothing here knows their contents.

mod device;
mod dispatch;

pub use device::{adapter_added, adapter_removed};
pub use dispatch::put_in_front;
