//! Exports that are variables: an import of one is its address.

use core::sync::atomic::AtomicU64;

/// The address that user mode's memory ends below, as x64 Windows has it.
pub static USER_PROBE_ADDRESS: AtomicU64 = AtomicU64::new(0x0000_7FFF_FFFF_0000);
/// The last address of user mode.
pub static HIGHEST_USER_ADDRESS: AtomicU64 = AtomicU64::new(0x0000_7FFF_FFFE_FFFF);
/// The first address of the system.
pub static SYSTEM_RANGE_START: AtomicU64 = AtomicU64::new(0xFFFF_8000_0000_0000);
/// Build number, with the mark of a free build.
pub static BUILD_NUMBER: AtomicU64 = AtomicU64::new(0xF000_0000 | 19041);
/// No debugger: FALSE.
pub static DEBUGGER_ENABLED: AtomicU64 = AtomicU64::new(0);
/// No debugger: TRUE.
pub static DEBUGGER_NOT_PRESENT: AtomicU64 = AtomicU64::new(1);
/// Not in safe mode.
pub static SAFE_BOOT_MODE: AtomicU64 = AtomicU64::new(0);
/// Types of objects: a driver hands them back to the object manager, which here tells kinds apart by itself.
pub static OBJECT_TYPES: AtomicU64 = AtomicU64::new(0);
