//! The emulated PC's devices that the rig drives itself: everything but the virtio GPU, which is the driver's.

pub mod acpi;
pub mod apic;
pub mod clock;
pub mod exit;
pub mod intx;
pub mod log;
pub mod msix;
pub mod neighbour;
pub mod pci;
pub mod serial;
