//! The device's registers, mapped.

use core::ffi::c_void;
use core::ptr::NonNull;

use dirql::Passive;
use edu::Registers;
use wdk_sys::_MEMORY_CACHING_TYPE::MmNonCached;
use wdk_sys::PHYSICAL_ADDRESS;
use wdk_sys::ntddk::{MmMapIoSpace, MmUnmapIoSpace};

/// BAR 0, mapped with MmMapIoSpace.
pub struct Mapped(NonNull<c_void>);

// SAFETY: registers, which any processor may read and write.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Maps the registers; none if there is no room.
    ///
    /// # Safety
    ///
    /// [`edu::REGISTERS`] bytes of a started device's memory, from the translated resources. This
    /// is dropped before the device is stopped, at PASSIVE_LEVEL.
    pub unsafe fn map(physical: PHYSICAL_ADDRESS, _: &Passive<'_>) -> Option<Self> {
        // SAFETY: the caller's promise.
        let mapped = unsafe { MmMapIoSpace(physical, edu::REGISTERS as u64, MmNonCached) };
        NonNull::new(mapped).map(Self)
    }

    /// The register at this offset, if there is one.
    fn register(&self, offset: usize) -> Option<NonNull<u32>> {
        let inside = offset.checked_add(size_of::<u32>())? <= edu::REGISTERS;
        // SAFETY: inside the mapping.
        (inside && offset.is_multiple_of(4)).then(|| unsafe { self.0.byte_add(offset) }.cast())
    }
}

impl Registers for Mapped {
    fn read(&self, offset: usize) -> u32 {
        match self.register(offset) {
            // SAFETY: an aligned register of the mapping. x64 orders accesses to device memory.
            Some(register) => unsafe { register.read_volatile() },
            None => u32::MAX,
        }
    }

    fn write(&self, offset: usize, value: u32) {
        if let Some(register) = self.register(offset) {
            // SAFETY: as above.
            unsafe { register.write_volatile(value) };
        }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: mapped by `map` with this length.
        unsafe { MmUnmapIoSpace(self.0.as_ptr(), edu::REGISTERS as u64) };
    }
}
