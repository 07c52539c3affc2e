//! Allocation that can fail without a panic and builds large values in place, off the kernel stack.

use alloc::alloc::{Layout, alloc, dealloc};
use alloc::boxed::Box;

use crate::irql::Passive;
use crate::status::Status;

/// Allocates a value and lets `write` make it where it stays.
///
/// # Errors
///
/// STATUS_NO_MEMORY, also if the allocator's memory is not aligned as the type asks for.
///
/// # Safety
///
/// `write` writes all of the value it is given the place of.
pub(crate) unsafe fn try_box<T>(write: impl FnOnce(*mut T)) -> Result<Box<T>, Status> {
    const { assert!(size_of::<T>() != 0) };
    // SAFETY: the layout is not of size zero.
    let place = unsafe { alloc(Layout::new::<T>()) }.cast::<T>();
    if place.is_null() {
        return Err(Status::NO_MEMORY);
    }
    if !place.is_aligned() {
        // An allocator of a driver may ignore the layout's alignment: pool memory has 16 bytes below a page.
        // SAFETY: allocated just now with this layout.
        unsafe { dealloc(place.cast(), Layout::new::<T>()) };
        return Err(Status::NO_MEMORY);
    }
    write(place);
    // SAFETY: allocated by the global allocator with this layout, and the caller answers for its being written.
    Ok(unsafe { Box::from_raw(place) })
}

/// A box made of a value, or an error where `Box::new` would end the system.
///
/// IRQL: PASSIVE_LEVEL, as allocations of a driver are made nowhere else.
///
/// # Errors
///
/// STATUS_NO_MEMORY; the value is dropped.
pub fn try_new<T>(value: T, irql: &Passive<'_>) -> Result<Box<T>, Status> {
    let _ = irql;
    // SAFETY: all of it is written.
    unsafe { try_box(move |place: *mut T| place.write(value)) }
}
